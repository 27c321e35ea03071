// SPDX-License-Identifier: GPL-2.0-only
/*
 * Control registers. The guest of a TDX module has CR4.VMXE set and no
 * EFER.SVME; a guest of VMRUN must have it the other way round. What the guest
 * knows is kept apart from what the VMCB says.
 */
#include <linux/bits.h>
#include <asm/msr-index.h>
#include <asm/processor-flags.h>
#include "svm.h"

#define EFER_GUEST	(EFER_SCE | EFER_LME | EFER_LMA | EFER_NX)

/*
 * QEMU before version 8 loses the host's CR0 when a guest leaves with LME set,
 * paging off and PAE clear, which is how a TD starts. PAE makes no difference
 * while paging is off, so it is set behind the guest's back.
 */
static bool pae_is_lent(const struct svm_vcpu *v)
{
	return (v->efer & EFER_LME) && !(v->cr0 & X86_CR0_PG) &&
	       !(v->cr4 & X86_CR4_PAE);
}

/* Guest's registers into the VMCB, after any of them was written. */
void svm_mode_sync(struct svm_vcpu *v)
{
	struct vmcb *c = v->vmcb;

	c->cr0 = v->cr0;
	c->cr4 = v->cr4 & ~X86_CR4_VMXE;
	c->efer = v->efer | EFER_SVME;
	c->intercept_cr &= ~ICPT_READ(4);
	if (pae_is_lent(v)) {
		c->cr4 |= X86_CR4_PAE;
		c->intercept_cr |= ICPT_READ(4);
	}
}

/* After a run: writes to CR0, CR4 and EFER all exit, so nothing has changed. */
void svm_mode_read(struct svm_vcpu *v)
{
	/* CLTS and task switches may not be seen everywhere */
	v->cr0 = (v->cr0 & ~X86_CR0_TS) | (v->vmcb->cr0 & X86_CR0_TS);
}

bool svm_set_cr0(struct svm_vcpu *v, u64 val)
{
	bool was = v->cr0 & X86_CR0_PG, is = val & X86_CR0_PG;

	if (is && !(val & X86_CR0_PE))
		return false;
	if (is && !was && (v->efer & EFER_LME)) {
		if (!(v->cr4 & X86_CR4_PAE) || (v->vmcb->cs.attr & BIT(9)))
			return false;
		v->efer |= EFER_LMA;
	}
	if (!is && was) {
		if ((v->cr4 & X86_CR4_PCIDE) || svm_long_mode(v))
			return false;
		v->efer &= ~EFER_LMA;
	}
	v->cr0 = val | X86_CR0_ET;
	svm_mode_sync(v);
	return true;
}

bool svm_set_cr4(struct svm_vcpu *v, u64 val)
{
	u64 changed = v->cr4 ^ val;

	if (v->efer & EFER_LMA) {
		if (!(val & X86_CR4_PAE) || (changed & X86_CR4_LA57))
			return false;
	} else if (val & X86_CR4_PCIDE) {
		return false;
	}
	if ((changed & val & X86_CR4_PCIDE) && (v->vmcb->cr3 & 0xfff))
		return false;
	v->cr4 = val;
	svm_mode_sync(v);
	return true;
}

bool svm_set_efer(struct svm_vcpu *v, u64 val)
{
	u64 changed = v->efer ^ val;

	if (val & ~(u64)EFER_GUEST)
		return false;
	if ((v->cr0 & X86_CR0_PG) && (changed & EFER_LME))
		return false;
	v->efer = (val & ~(u64)EFER_LMA) | (v->efer & EFER_LMA);
	svm_mode_sync(v);
	return true;
}
