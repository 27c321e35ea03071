// SPDX-License-Identifier: GPL-2.0-only
/* Runs the vCPU tests; argument: platform.tsv. */
#include <stdio.h>

#include "coverage.h"
#include "vp_test.h"

struct vcpu *vp_enter(void)
{
	MUST(0, TDH_VP_ENTER, TDVPR);
	return world_guest[0];
}

bool vp_do_exit(u32 reason, u32 len, u64 qual, gpa_t gpa, struct vp_inject *inj)
{
	struct vp_exit e = {
		.reason = reason,
		.instr_len = len,
		.qual = qual,
		.gpa = gpa,
		.long_mode = true,
	};

	inj->info = 0;
	if (vp_exit(world_guest[0], &e, inj, world_regs[0]) == VP_RESUME)
		return true;
	world_guest[0] = NULL;
	return false;
}

u64 vp_tdcall4(u64 leaf, u64 rcx, u64 rdx, u64 r8, u64 r9)
{
	struct vcpu *v = world_guest[0];
	struct vp_inject inj;

	v->gpr[RAX] = leaf;
	v->gpr[RCX] = rcx;
	v->gpr[RDX] = rdx;
	v->gpr[R8] = r8;
	v->gpr[R9] = r9;
	sim_rip_moved();
	if (!vp_do_exit(VMX_TDCALL, 4, 0, 0, &inj) || sim_rip_moved() != 4)
		return ~0ULL;
	return v->gpr[RAX];
}

int main(int argc, char **argv)
{
	if (argc != 2 || sim_load_platform(argv[1])) {
		fprintf(stderr, "usage: %s platform.tsv\n", argv[0]);
		return 2;
	}
	printf("KTAP version 1\n");
	vp_test_refusals();
	vp_test_guest();
	vp_test_apic();
	vp_test_cpuid();
	vp_test_metadata();
	vp_test_races();
	vp_test_fuzz();
	ktap(!cover_print(), "each status that can be provoked was");
	return ktap_end();
}
