// SPDX-License-Identifier: GPL-2.0-only
/* Virtual x2APIC, posted interrupts and pended NMIs. */
#include <string.h>

#include "vp_test.h"

#define PID		S(8)
#define NOTIFY_VECTOR	0xf2
#define PIN_FIELD	0x24000200004000ULL
#define NV_FIELD	0x24000100000002ULL
#define PID_FIELD	0x24000300002016ULL
#define PEND_NMI_FIELD	0x202000000000000bULL

static struct vp_inject inj;

static u64 apic_rd(struct vcpu *v, u32 reg)
{
	u64 val = ~0ULL;

	return vapic_read(v, reg, &val) == MSR_OK ? val : ~0ULL;
}

static bool apic_wr(struct vcpu *v, u32 reg, u64 val)
{
	return vapic_write(v, reg, val) == MSR_OK;
}

/* The vector that would be injected now, or -1. */
static int next_vector(struct vcpu *v, bool intr_ok)
{
	inj.info = 0;
	vp_event(v, intr_ok, true, &inj);
	return inj.info ? (int)(inj.info & 0xff) : -1;
}

static void test_self_ipi(void)
{
	struct vcpu *v;

	world_run();
	v = vp_enter();
	ktap(apic_wr(v, 0x3f, 0x41) && apic_rd(v, 0x22) == 0x2,
	     "a self-IPI is requested in IRR");
	ktap(vp_event(v, false, true, &inj) && apic_rd(v, 0x22) == 0x2,
	     "it waits while interrupts are off, and says so");
	ktap(next_vector(v, true) == 0x41 && apic_rd(v, 0x22) == 0 &&
	     apic_rd(v, 0x12) == 0x2 && apic_rd(v, 0x0a) == 0x40,
	     "it is delivered: IRR to ISR, PPR is its class");
	apic_wr(v, 0x3f, 0x4f);
	ktap(next_vector(v, true) == -1, "its own class waits");
	apic_wr(v, 0x3f, 0x51);
	ktap(next_vector(v, true) == 0x51, "a higher one does not");
	ktap(apic_wr(v, 0x0b, 0) && apic_rd(v, 0x0a) == 0x40,
	     "EOI ends the higher one");
	ktap(apic_wr(v, 0x0b, 0) && next_vector(v, true) == 0x4f,
	     "EOI of the other lets the waiting one in");
	ktap(!apic_wr(v, 0x0b, 1) && !apic_wr(v, 0x3f, 15) &&
	     !apic_wr(v, 0x08, 0x100), "bad values are #GP");
	world_close();
}

static void test_tpr(void)
{
	struct vcpu *v;

	world_run();
	v = vp_enter();
	apic_wr(v, 0x08, 0x60);
	apic_wr(v, 0x3f, 0x61);
	ktap(next_vector(v, true) == -1 && apic_rd(v, 0x0a) == 0x60,
	     "TPR holds its class back");
	ktap(vapic_deliverable(v) == -1, "VCPU_STATE_DETAILS knows");
	apic_wr(v, 0x08, 0x50);
	ktap(vapic_deliverable(v) == 0x61 && next_vector(v, true) == 0x61,
	     "lower, and it comes");
	world_close();
}

static void post(unsigned int vector)
{
	u32 *pid = env_host_ptr(PID);

	pid[vector / 32] |= 1U << vector % 32;
	pid[8] |= 1;
}

static void test_posted(void)
{
	u32 *pid;
	struct vcpu *v;

	world_run();
	pid = env_host_ptr(PID);
	memset(pid, 0, 64);
	MUST(0, TDH_VP_WR, TDVPR, NV_FIELD, NOTIFY_VECTOR, 0xffff);
	MUST(0, TDH_VP_WR, TDVPR, PID_FIELD, PID, ~0ULL);
	v = vp_enter();
	post(0x71);
	ktap(next_vector(v, true) == -1 && pid[8],
	     "nothing is taken before posted interrupts are on");
	world_exit_guest(0);
	MUST(0, TDH_VP_WR, TDVPR, PIN_FIELD, 0x80, 0x80);
	vp_enter();
	ktap(next_vector(v, true) == 0x71 && !pid[3] && !(pid[8] & 1),
	     "then it is: request and ON are cleared");
	post(0x90);
	post(0x91);
	ktap(next_vector(v, true) == 0x91, "of several the highest first");
	ktap(next_vector(v, true) == -1, "its class mate waits for EOI");
	apic_wr(v, 0x0b, 0);
	ktap(next_vector(v, true) == 0x90, "and comes then");
	apic_wr(v, 0x0b, 0);
	apic_wr(v, 0x0b, 0);
	pid[6] |= 1;
	ktap(next_vector(v, true) == -1, "without ON nobody looks");
	post(3);
	ktap(next_vector(v, true) == 0xc0, "no exception can be posted");
	world_exit_guest(0);
	ktap(CALL(0, TDH_VP_WR, TDVPR, PID_FIELD, 33ULL << 46 | PID, ~0ULL) ==
	     TDX_WORD_METADATA_FIELD_VALUE_NOT_VALID,
	     "the descriptor is not in private memory");
	world_close();
}

static void test_nmi(void)
{
	struct vcpu *v;

	world_run();
	MUST(0, TDH_VP_WR, TDVPR, PEND_NMI_FIELD, 1, 0xff);
	v = vp_enter();
	apic_wr(v, 0x3f, 0x41);
	inj.info = 0;
	ktap(vp_event(v, true, false, &inj) && !inj.info && v->pend_nmi,
	     "a pended NMI waits while NMIs are blocked");
	ktap(vp_event(v, false, true, &inj) && inj.info == 0x80000202 &&
	     !v->pend_nmi, "then it goes in, even with interrupts off");
	ktap(next_vector(v, true) == 0x41, "and the interrupt after it");
	world_exit_guest(0);
	MUST(0, TDH_VP_RD, TDVPR, PEND_NMI_FIELD);
	ktap(!world_regs[0][R8], "the host sees that it is gone");
	world_close();
}

void vp_test_apic(void)
{
	test_self_ipi();
	test_tpr();
	test_posted();
	test_nmi();
}
