// SPDX-License-Identifier: GPL-2.0-only
/*
 * The first TD's program: greets, asks who it is, gets CPUID from two sides,
 * accepts late memory, shares a page with the VMM and takes a TDREPORT.
 */
#include <seamhost/leaves.h>
#include "guest.h"

static const char secret[64] =
	"This line is in private memory: only the TD reads it as it is.";
static u8 report[1024] __attribute__((aligned(1024)));
static u8 report_data[64] __attribute__((aligned(64)));

static void step(struct mailbox *m, u64 ok, u64 status)
{
	if (!ok && !m->status)
		m->status = status ? status : ~0ULL;
}

static void accept_late(struct mailbox *m)
{
	volatile u64 *late = (void *)(u64)GUEST_LATE;
	u64 st = page_accept(GUEST_LATE, TDX_LEVEL_2M);

	if ((st >> 32 & 0xffff) == 0x0b0b)	/* PAGE_SIZE_MISMATCH */
		st = page_accept(GUEST_LATE, TDX_LEVEL_4K);
	step(m, !st && *late == 0, st);
	*late = MAILBOX_MAGIC;
	m->late_gpa = GUEST_LATE;
	m->late_value = *late;
}

static void take_report(struct mailbox *m)
{
	struct tdx_regs r = { .rcx = (u64)report, .rdx = (u64)report_data };
	unsigned int i;
	u64 st;

	for (i = 0; i < sizeof(report_data); i++)
		report_data[i] = (u8)(0xa0 + i);
	st = tdcall(TDG_MR_REPORT, &r);
	step(m, !st, st);
	memcpy(m->report, report, sizeof(report));
	memcpy(m->report_data, report_data, sizeof(report_data));
}

u32 guest_main(const struct guest_info *info)
{
	struct mailbox *m = shared_ptr(info, GUEST_MBOX);
	u64 mbox = GUEST_MBOX | shared_bit(info);
	struct tdx_regs r = {};
	u64 st;

	print("Hello from inside a trust domain.\n");

	st = map_gpa(mbox, 4096);
	if (st) {
		print("MapGPA refused: ");
		print_hex(st);
		print("\n");
		return 1;
	}
	memset(m, 0, sizeof(*m));

	st = tdcall(TDG_VP_INFO, &r);
	step(m, !st, st);
	m->gpaw = r.rcx & 0x3f;
	m->attributes = r.rdx;
	m->num_vcpus = (u32)r.r8;
	m->max_vcpus = r.r8 >> 32;
	m->index = (u32)r.r9;

	cpuid(0, 0, m->cpuid_module);
	step(m, guest_ve.count == 0, 2);
	cpuid(CPUID_FROM_VMM, 0, m->cpuid_vmm);
	step(m, guest_ve.count == 1, 3);
	m->ve_count = guest_ve.count;

	accept_late(m);

	memcpy(m->private_bytes, secret, sizeof(secret));
	m->private_gpa = (u64)secret;
	take_report(m);

	m->magic = MAILBOX_MAGIC;
	io_out(PORT_SYNC, 4, 1);	/* the VMM looks, and answers */
	step(m, m->reply == MAILBOX_REPLY, 4);

	print("Good-bye.\n");
	return m->status ? 1 : 0;
}
