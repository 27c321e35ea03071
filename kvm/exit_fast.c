// SPDX-License-Identifier: GPL-2.0-only
/*
 * Exits that need nothing but the vCPU's registers, dealt with inside td_run():
 * interrupts stay off, and what the host saved around VP.ENTER stays saved.
 */
#include <seamhost/ghci.h>
#include <seamhost/metadata.h>

#include "seam.h"
#include "vcpu.h"

#define STATE_INTR_PENDING	BIT_ULL(0)

/* An interrupt waits in the TD: the halt is over before it began. */
static bool halt_is_over(struct td_vcpu *vcpu)
{
	struct tdx_out *out = &vcpu->details;
	tdx_status_t st;

	/* R12: the guest halted with interrupts blocked */
	if (vcpu->regs.r12)
		return false;
	st = tdh_vp_rd(vcpu->tdvpr, TDX_TDVPS_VCPU_STATE_DETAILS, out);
	if (tdx_failed(st) || !(out->r8 & STATE_INTR_PENDING))
		return false;
	tdvmcall_answer(vcpu, GHCI_SUCCESS);
	return true;
}

/*
 * True: vcpu->regs has the answer, the TD may be entered again. False: nothing
 * has changed, the exit is exit_dispatch()'s.
 */
bool exit_fast(struct td_vcpu *vcpu)
{
	const struct tdx_regs *r = &vcpu->regs;

	if (r->r10 || vcpu_is_wanted(vcpu))
		return false;

	switch (r->r11) {
	case GHCI_RDMSR:
	case GHCI_WRMSR:
		/* the timer has a lock, and calls out */
		if (msr_is_lapic(r->r12))
			return false;
		tdvmcall_dispatch(vcpu);
		return true;
	case GHCI_CPUID:
		tdvmcall_dispatch(vcpu);
		return true;
	case GHCI_HLT:
		return halt_is_over(vcpu);
	default:
		return false;
	}
}
