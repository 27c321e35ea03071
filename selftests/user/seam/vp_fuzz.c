// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guest and a host that call and exit at random: nothing breaks under the
 * sanitizers, and what they may not do they do not do.
 */
#include <stdlib.h>

#include "../../../seam/module/metadata.h"
#include "vp_test.h"

#define ROUNDS		40
#define STEPS		2500

static u64 seed;

static u64 random64(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static u64 below(u64 n)
{
	return random64() % n;
}

/* Values that mean something to somebody, and others. */
static u64 random_value(void)
{
	static const u64 liked[] = {
		0, 1, 2, 3, 4, 48, 52, 64, 1024, 4096, GPA_MAPPED, GPA_PENDING,
		GPA_BLOCKED, GPA_FREE, GPA_2M_PENDING, GPA_2M_PENDING | 1,
		GPA_2M_BLOCKED, GPA_EMPTY, GPA_FULL, GPA_NO_TABLE, S(5), S(6),
		SEAM_BIT(47), SEAM_BIT(51), SEAM_BIT(63), 0xfc00, ~0ULL,
		0xffffffff, 0x7fffffffffffffff,
	};

	switch (below(4)) {
	case 0:
		return liked[below(ARRAY_SIZE(liked))] + below(2) * below(8192);
	case 1:
		return SEAM_BIT(below(64));
	case 2:
		return below(256);
	default:
		return random64();
	}
}

static u64 random_field(void)
{
	static const struct {
		const struct md_field *rows;
		const unsigned int *nr;
	} tables[] = {
		{ md_sys, &nr_md_sys }, { md_td, &nr_md_td },
		{ md_vmcs, &nr_md_vmcs }, { md_tdvps, &nr_md_tdvps },
	};
	unsigned int t = below(ARRAY_SIZE(tables));
	u64 id = tables[t].rows[below(*tables[t].nr)].id +
		 below(3) * below(40);

	if (!below(8))
		id ^= SEAM_BIT(below(64));
	return below(16) ? id : random_value();
}

static void random_gprs(struct vcpu *v)
{
	unsigned int i;

	for (i = 0; i < NR_GPRS; i++)
		v->gpr[i] = random_value();
}

/* Mostly what a guest survives. */
static u32 random_reason(void)
{
	static const u8 usual[] = {
		VMX_CPUID, VMX_HLT, VMX_RDMSR, VMX_WRMSR, VMX_CR_ACCESS, VMX_IO,
		VMX_VMCALL, VMX_XSETBV, VMX_EPT_VIOLATION,
		VMX_EXTERNAL_INTERRUPT, VMX_NMI_WINDOW, VMX_RDPMC,
	};

	if (below(4))
		return VMX_TDCALL;
	return below(300) ? usual[below(ARRAY_SIZE(usual))] : below(80);
}

/* One thing that a guest does. False: VP.ENTER ended. */
static bool guest_step(void)
{
	struct vcpu *v = world_guest[0];
	struct vp_inject inj;
	struct vp_exit e = {
		.reason = random_reason(),
		.instr_len = below(16),
		.instr_info = random64(),
		.intr_info = random64(),
		.qual = random_value(),
		.gpa = random_value() & SEAM_MASK(51, 0),
		.gla = random_value(),
		.cpl = below(8) ? 0 : 3,
		.long_mode = below(16),
		.convertible = below(2),
	};

	random_gprs(v);
	if (e.reason == VMX_TDCALL) {
		v->gpr[RAX] = below(16) ? below(28) : random_value();
		if (v->gpr[RAX] == TDG_VP_VMCALL && below(4))
			v->gpr[RAX] = TDG_VM_RD | below(2) << 16;
		if (below(2))
			v->gpr[RCX] = 0;
		if (below(2))
			v->gpr[RDX] = random_field();
	}
	inj.info = 0;
	vp_event(v, below(2), below(2), &inj);
	if (vp_exit(v, &e, &inj, world_regs[0]) == VP_RESUME)
		return true;
	world_guest[0] = NULL;
	return false;
}

static void host_step(void)
{
	switch (below(6)) {
	case 0:
		CALL(1, TDH_MNG_RD | below(2) << 16, TDR, random_field());
		break;
	case 1:
		CALL(1, TDH_MNG_WR, TDR, random_field(), random_value(),
		     random_value());
		break;
	case 2:
		CALL(0, TDH_VP_RD | below(2) << 16, TDVPR, random_field());
		break;
	case 3:
		CALL(0, TDH_VP_WR, TDVPR, random_field(), random_value(),
		     below(2) ? ~0ULL : random_value());
		break;
	case 4:
		CALL(1, TDH_SYS_RDALL, 0, S(7), random_field());
		break;
	default:
		CALL(1, TDH_SYS_RD, 0, random_field());
	}
}

static bool counts_agree(const struct td *td)
{
	int in = world_guest[0] ? 1 : 0;

	return td->refcount[0] + td->refcount[1] == in &&
	       td->num_assoc_vcpus <= 1 && td->num_vcpus == 1 &&
	       td->op_state == OP_RUNNABLE &&
	       td->lifecycle == TD_KEYS_CONFIGURED;
}

static bool round_of(bool debug, unsigned int *entries)
{
	const struct td *td;
	unsigned int i;
	bool ok;

	if (debug)
		world_run();
	else
		world_run_no_debug();
	td = pamt_at(TDR, TDX_LEVEL_4K)->obj;
	for (i = 0; i < STEPS; i++) {
		if (world_guest[0]) {
			guest_step();
			continue;
		}
		host_step();
		if (!below(3) && !CALL(0, TDH_VP_ENTER, TDVPR))
			(*entries)++;
	}
	ok = counts_agree(td);
	world_exit_guest(0);
	/* the end is always possible, dead or alive */
	CALL(0, TDH_VP_FLUSH, TDVPR);
	CALL(1, TDH_VP_FLUSH, TDVPR);
	ok = ok && !CALL(0, TDH_MNG_VPFLUSHDONE, TDR) &&
	     !CALL(0, TDH_PHYMEM_CACHE_WB, 0) &&
	     !CALL(0, TDH_MNG_KEY_FREEID, TDR);
	world_close();
	return ok;
}

void vp_test_fuzz(void)
{
	const char *start = getenv("SEED");
	unsigned int i, bad = 0, entries = 0;

	seed = start ? strtoull(start, NULL, 0) : 0x5eed;
	for (i = 0; i < ROUNDS; i++)
		bad += !round_of(i % 2, &entries);
	ktap(!bad, "%u rounds of %u random steps, %u entries, counts agree",
	     ROUNDS, STEPS, entries);
}
