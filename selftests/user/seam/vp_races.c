// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two processors at the vCPUs of a TD at once: only known answers, a vCPU is
 * never in two places, and all counts and locks are back at the end.
 */
#include <pthread.h>

#include "vp_test.h"

#define CALLS		20000
#define NR_VCPUS	3
#define VCPU(n)		P(60 + (n) * TDVPS_PAGES)
#define NUM_ASSOC	0x9010000200000002ULL

struct racer {
	unsigned int lp;
	u32 seed;
	unsigned int entered, refused, unknown, shared;
};

/* Who is inside each vCPU, as the test knows it. */
static int inside[NR_VCPUS];

static u32 next_random(struct racer *r, u32 below)
{
	r->seed = r->seed * 1664525 + 1013904223;
	return (r->seed >> 8) % below;
}

static bool answer_known(u64 st)
{
	switch ((st >> 32) & 0xffff) {
	case TDX_ST_SUCCESS:
	case TDX_ST_OPERAND_BUSY:
	case TDX_ST_VCPU_ASSOCIATED:
	case TDX_ST_VCPU_NOT_ASSOCIATED:
	case TDX_ST_VCPU_STATE_INCORRECT:
	case TDX_ST_PREVIOUS_TLB_EPOCH_BUSY:
	case TDX_ST_TSC_ROLLBACK:
		return true;
	}
	return false;
}

static void answer(struct racer *r, u64 st)
{
	if (st)
		r->refused++;
	if (!answer_known(st))
		r->unknown++;
}

static void run_guest(struct racer *r, struct vcpu *v, int *here)
{
	static const u32 reasons[] = { VMX_CPUID, VMX_HLT, VMX_RDMSR };
	struct vp_exit e = { .instr_len = 2, .long_mode = true };
	struct vp_inject inj;
	unsigned int i;

	for (i = next_random(r, 6); i; i--) {
		e.reason = reasons[next_random(r, ARRAY_SIZE(reasons))];
		v->gpr[RAX] = 0x21;
		v->gpr[RCX] = 0;
		vp_exit(v, &e, &inj, world_regs[r->lp]);
		v->ve.valid = 0;
	}
	v->gpr[RAX] = TDG_VP_VMCALL;
	v->gpr[RCX] = 0xfc00;
	e.reason = next_random(r, 2) ? VMX_TDCALL : VMX_EXTERNAL_INTERRUPT;
	/* from the exit on it may be another processor's */
	atomic_add(here, -1);
	vp_exit(v, &e, &inj, world_regs[r->lp]);
}

static void enter(struct racer *r, unsigned int n)
{
	u64 st = CALL(r->lp, TDH_VP_ENTER, VCPU(n));
	struct vcpu *v = world_guest[r->lp];

	answer(r, st);
	if (st)
		return;
	world_guest[r->lp] = NULL;
	if (atomic_add(&inside[n], 1) != 1)
		r->shared++;
	r->entered++;
	run_guest(r, v, &inside[n]);
}

static void *race(void *arg)
{
	struct racer *r = arg;
	unsigned int i;

	for (i = 0; i < CALLS; i++) {
		unsigned int n = next_random(r, NR_VCPUS);

		switch (next_random(r, 8)) {
		case 0 ... 2:
			enter(r, n);
			break;
		case 3:
		case 4:
			answer(r, CALL(r->lp, TDH_VP_FLUSH, VCPU(n)));
			break;
		case 5:
			answer(r, CALL(r->lp, TDH_VP_RD, VCPU(n),
				       0xa020000200000002));
			break;
		case 6:
			answer(r, CALL(r->lp, TDH_MNG_RD, TDR, NUM_ASSOC));
			break;
		default:
			answer(r, CALL(r->lp, TDH_MEM_TRACK, TDR));
		}
	}
	return NULL;
}

static void *init_half(void *arg)
{
	struct racer *r = arg;
	unsigned int i;

	for (i = 0; i < NR_VCPUS; i++)
		if (i % 2 == r->lp)
			answer(r, CALL(r->lp, TDH_VP_INIT, VCPU(i)));
	return NULL;
}

static void in_parallel(void *(*fn)(void *arg), struct racer r[2])
{
	pthread_t other;

	pthread_create(&other, NULL, fn, &r[1]);
	fn(&r[0]);
	pthread_join(other, NULL);
}

static void make_vcpus(void)
{
	struct td *td = pamt_at(TDR, TDX_LEVEL_4K)->obj;
	unsigned int i, k;

	td->max_vcpus = NR_VCPUS + 1;
	for (i = 0; i < NR_VCPUS; i++) {
		MUST(0, TDH_VP_CREATE, VCPU(i), TDR);
		for (k = 1; k < TDVPS_PAGES; k++)
			MUST(0, TDH_VP_ADDCX, VCPU(i) + k * PAGE_BYTES, VCPU(i));
	}
}

void vp_test_races(void)
{
	struct racer r[2] = { { .lp = 0, .seed = 1 }, { .lp = 1, .seed = 2 } };
	unsigned int i, indices = 0;
	struct td *td;

	world_build();
	make_vcpus();
	in_parallel(init_half, r);
	for (i = 0; i < NR_VCPUS; i++)
		indices |= 1U << ((struct vcpu *)pamt_at(VCPU(i), 0)->obj)->index;
	/* the world's own vCPU is number 0 */
	ktap(indices == (1U << (NR_VCPUS + 1)) - 2,
	     "vCPUs that are initialised at once have different indices");

	td = pamt_at(TDR, TDX_LEVEL_4K)->obj;
	MUST(0, TDH_MR_FINALIZE, TDR);
	in_parallel(race, r);
	ktap(!r[0].unknown && !r[1].unknown,
	     "%u entries, %u refusals, all of them known",
	     r[0].entered + r[1].entered, r[0].refused + r[1].refused);
	ktap(!r[0].shared && !r[1].shared, "no vCPU was in two places");

	for (i = 0; i < NR_VCPUS; i++) {
		CALL(0, TDH_VP_FLUSH, VCPU(i));
		CALL(1, TDH_VP_FLUSH, VCPU(i));
	}
	ktap(!td->num_assoc_vcpus && !td->refcount[0] && !td->refcount[1],
	     "no association and no epoch is left over");
	ktap(!CALL(0, TDH_MEM_TRACK, TDR) && !CALL(0, TDH_MEM_TRACK, TDR) &&
	     !CALL(0, TDH_MNG_VPFLUSHDONE, TDR), "no lock either");
	world_close();
}
