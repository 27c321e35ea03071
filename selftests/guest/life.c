// SPDX-License-Identifier: GPL-2.0-only
/* What the life-cycle tests need of a guest, chosen by the vCPU's data. */
#include <seamhost/leaves.h>
#include "guest.h"
#include "life.h"

#define VMCALL_WRMSR		32
#define NMI_VECTOR		2
#define TIMER_VECTOR		0x40
#define MSR_APIC_SVR		0x80f
#define APIC_ENABLE		0x1ff
#define MSR_LVT_TIMER		0x832
#define LVT_DEADLINE		(2U << 17)
#define MSR_TSC_DEADLINE	0x6e0
#define DEADLINE		100000	/* from now */

static volatile u32 nmis;

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

int guest_fault(struct exc_regs *regs)
{
	if (regs->vector != NMI_VECTOR)
		return 0;
	nmis++;
	return 1;
}

static u64 wrmsr_vmm(u32 msr, u64 value)
{
	u64 a[4] = { msr, value };

	return vmcall(VMCALL_WRMSR, a, 0);
}

static u64 rdtsc(void)
{
	u32 low, high;

	asm volatile("rdtsc" : "=a"(low), "=d"(high));
	return (u64)high << 32 | low;
}

/* Asleep until the deadline, then until an NMI. */
static u32 events(void)
{
	if (wrmsr_vmm(MSR_APIC_SVR, APIC_ENABLE) ||
	    wrmsr_vmm(MSR_LVT_TIMER, LVT_DEADLINE | TIMER_VECTOR) ||
	    wrmsr_vmm(MSR_TSC_DEADLINE, rdtsc() + DEADLINE))
		return LIFE_NO_TIMER;
	/* enabled only after the call, so that none is lost before the sleep */
	while (!guest_irq_count[TIMER_VECTOR]) {
		vmm_hlt(false);
		asm volatile("sti; nop; cli");
	}
	io_out(PORT_SYNC, 4, LIFE_STEP_NMI);
	while (!nmis)
		vmm_hlt(true);
	return 0;
}

/* Something of everything that makes the host call the module. */
static u32 whole_life(const struct guest_info *info)
{
	bool large = info->data == LIFE_WHOLE_2M;
	/* of a 2 MiB page, or one among those of the image */
	u64 piece = large ? GUEST_LATE + 4096 : GUEST_PIECE;
	volatile u64 *late = (void *)GUEST_LATE;
	u32 ret;

	if (info->index)
		return 0;
	ret = events();
	if (ret)
		return ret;
	if (page_accept(GUEST_LATE, 1) || (!large && page_accept(piece, 0)))
		return 11;
	*late = 1;
	io_out(PORT_SYNC, 4, LIFE_STEP_MOVE);
	if (map_gpa(piece | shared_bit(info), 4096))
		return 12;
	*(volatile u64 *)shared_ptr(info, piece) = 2;
	/* once all are there the host looks at each, to make them one */
	if (map_gpa(piece, 4096))
		return 13;
	if (page_accept(piece, 0))
		return 14;
	io_out(PORT_SYNC, 4, LIFE_STEP_PREFAULT);
	if (*late != 1)
		return 15;
	if (map_gpa((GUEST_LATE + GUEST_LATE_SIZE / 2) | shared_bit(info),
		    GUEST_LATE_SIZE / 2))
		return 16;
	return send_report(info);
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
	case LIFE_HLT:
		io_out(PORT_SYNC, 4, LIFE_HLT);
		for (;;)
			vmm_hlt(false);
	case LIFE_WHOLE:
	case LIFE_WHOLE_2M:
		return whole_life(info);
	case LIFE_TRIPLE_FAULT:
		asm volatile("lidt %0; ud2" : : "m"(*(u8 (*)[10])report));
	}
	return 3;
}
