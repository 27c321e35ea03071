// SPDX-License-Identifier: GPL-2.0-only
/* What the life-cycle tests need of a guest, chosen by the vCPU's data. */
#include <seamhost/leaves.h>
#include "guest.h"
#include "life.h"

static u8 report[1024] __attribute__((aligned(1024)));
static u8 report_data[64] __attribute__((aligned(64)));

static u32 send_report(const struct guest_info *info)
{
	struct mailbox *m = shared_ptr(info, GUEST_MBOX);
	struct tdx_regs r = { .rcx = (u64)report, .rdx = (u64)report_data };

	if (map_gpa(GUEST_MBOX | shared_bit(info), 4096))
		return 1;
	if (tdcall(TDG_MR_REPORT, &r))
		return 2;
	memcpy(m->report, report, sizeof(report));
	m->magic = MAILBOX_MAGIC;
	return 0;
}

u32 guest_main(const struct guest_info *info)
{
	volatile u64 spin = 0;

	switch (info->data) {
	case LIFE_REPORT:
		return send_report(info);
	case LIFE_SPIN:
		io_out(PORT_SYNC, 4, LIFE_SPIN);
		for (;;)
			spin++;
	case LIFE_TRIPLE_FAULT:
		asm volatile("lidt %0; ud2" : : "m"(*(u8 (*)[10])report));
	}
	return 3;
}
