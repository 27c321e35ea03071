// SPDX-License-Identifier: GPL-2.0-only
/*
 * MSRs that a TD has for itself and the module does not look at. Those that
 * VMLOAD and VMSAVE switch do not exit at all.
 */
#include <linux/kernel.h>
#include <linux/string.h>
#include <asm/msr-index.h>
#include "svm.h"

static u64 *vmcb_msr(struct vmcb *c, u32 msr)
{
	switch (msr) {
	case MSR_FS_BASE:
		return &c->fs.base;
	case MSR_GS_BASE:
		return &c->gs.base;
	case MSR_KERNEL_GS_BASE:
		return &c->kernel_gs_base;
	case MSR_STAR:
		return &c->star;
	case MSR_LSTAR:
		return &c->lstar;
	case MSR_CSTAR:
		return &c->cstar;
	case MSR_SYSCALL_MASK:
		return &c->sfmask;
	case MSR_IA32_SYSENTER_CS:
		return &c->sysenter_cs;
	case MSR_IA32_SYSENTER_ESP:
		return &c->sysenter_esp;
	case MSR_IA32_SYSENTER_EIP:
		return &c->sysenter_eip;
	}
	return NULL;
}

static const u32 switched_msrs[] = {
	MSR_FS_BASE, MSR_GS_BASE, MSR_KERNEL_GS_BASE, MSR_STAR, MSR_LSTAR,
	MSR_CSTAR, MSR_SYSCALL_MASK, MSR_IA32_SYSENTER_CS,
	MSR_IA32_SYSENTER_ESP, MSR_IA32_SYSENTER_EIP,
};

/* Two bits per MSR, read and write; 1: exit. Three ranges of 8192 MSRs. */
static void msr_allow(u8 *msrpm, u32 msr)
{
	u32 index = msr & 0x1fff;

	if (msr >= 0xc0010000)
		msrpm += 0x1000;
	else if (msr >= 0xc0000000)
		msrpm += 0x800;
	msrpm[index / 4] &= ~(3 << index % 4 * 2);
}

void svm_msrpm_init(u8 *msrpm)
{
	unsigned int i;

	memset(msrpm, 0xff, 0x2000);
	for (i = 0; i < ARRAY_SIZE(switched_msrs); i++)
		msr_allow(msrpm, switched_msrs[i]);
}

static bool pat_valid(u64 val)
{
	unsigned int i;

	for (i = 0; i < 64; i += 8) {
		unsigned int type = val >> i & 0xff;

		if (type > 7 || type == 2 || type == 3)
			return false;
	}
	return true;
}

enum svm_msr svm_msr_access(struct vcpu *vcpu, u32 msr, u64 *val, bool write)
{
	struct svm_vcpu *v = svm_of(vcpu);
	u64 *slot = vmcb_msr(v->vmcb, msr);

	switch (msr) {
	case MSR_EFER:
		if (write)
			return svm_set_efer(v, *val) ? SVM_MSR_OK : SVM_MSR_GP;
		*val = v->efer;
		return SVM_MSR_OK;
	case MSR_IA32_CR_PAT:
		if (write && !pat_valid(*val))
			return SVM_MSR_GP;
		slot = &v->vmcb->g_pat;
		break;
	case MSR_TSC_AUX:
		if (write && *val >> 32)
			return SVM_MSR_GP;
		slot = &v->tsc_aux;
		break;
	}
	if (!slot)
		return SVM_MSR_OTHER;
	if (write)
		*slot = *val;
	else
		*val = *slot;
	return SVM_MSR_OK;
}

bool engine_guest_msr(struct vcpu *vcpu, u32 msr, u64 *val, bool write)
{
	return svm_msr_access(vcpu, msr, val, write) == SVM_MSR_OK;
}
