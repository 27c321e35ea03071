// SPDX-License-Identifier: GPL-2.0-only
/* MSRs that reach the VMM from a TD, and KVM_GET_MSRS / KVM_SET_MSRS. */
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <asm/msr-index.h>

#include "vcpu.h"

#define MAX_MSRS	256
#define MTRR_CAP	0x508ULL	/* WC, fixed ranges, 8 variable */
#define MCE_BANKS	32
#define MCG_CAP		(MCE_BANKS | BIT_ULL(8) | BIT_ULL(24))

static bool is_mtrr(u32 msr)
{
	return (msr >= 0x200 && msr <= 0x20f) || msr == MSR_MTRRdefType ||
	       (msr >= MSR_MTRRfix64K_00000 && msr <= MSR_MTRRfix4K_F8000);
}

static bool is_mce_bank(u32 msr)
{
	return msr >= MSR_IA32_MC0_CTL &&
	       msr < MSR_IA32_MC0_CTL + 4 * MCE_BANKS;
}

bool msr_is_lapic(u32 msr)
{
	return (msr >= APIC_BASE_MSR && msr <= APIC_BASE_MSR + 0xff) ||
	       msr == MSR_IA32_TSC_DEADLINE;
}

int msr_read(struct td_vcpu *vcpu, u32 msr, u64 *value)
{
	if (msr_is_lapic(msr))
		return lapic_read(vcpu, msr, value);
	if (is_mtrr(msr) || is_mce_bank(msr)) {
		*value = 0;
		return 0;
	}

	switch (msr) {
	case MSR_IA32_APICBASE:
		*value = vcpu->run->apic_base;
		return 0;
	case MSR_IA32_UCODE_REV:
		*value = 0x100000000ULL;
		return 0;
	case MSR_MTRRcap:
		*value = MTRR_CAP;
		return 0;
	case MSR_IA32_MISC_ENABLE:
		*value = vcpu->msr_misc_enable;
		return 0;
	case MSR_IA32_FEAT_CTL:
		*value = FEAT_CTL_LOCKED;
		return 0;
	case MSR_IA32_MCG_CAP:
		*value = MCG_CAP;
		return 0;
	case MSR_IA32_MCG_STATUS:
		*value = vcpu->mcg_status;
		return 0;
	case MSR_EFER:
		*value = EFER_SCE | EFER_LME | EFER_LMA | EFER_NX;
		return 0;
	case MSR_IA32_CR_PAT:
		*value = vcpu->msr_pat;
		return 0;
	case MSR_IA32_ARCH_CAPABILITIES:
	case MSR_IA32_POWER_CTL:
	case MSR_PLATFORM_INFO:
	case MSR_MISC_FEATURES_ENABLES:
	case MSR_IA32_MCG_CTL:
	case MSR_IA32_MCG_EXT_CTL:
		*value = 0;
		return 0;
	default:
		return -EINVAL;
	}
}

int msr_write(struct td_vcpu *vcpu, u32 msr, u64 value)
{
	if (msr_is_lapic(msr))
		return lapic_write(vcpu, msr, value);
	/* accepted and forgotten: they change nothing in a TD */
	if (is_mtrr(msr) || is_mce_bank(msr))
		return 0;

	switch (msr) {
	case MSR_IA32_MISC_ENABLE:
		vcpu->msr_misc_enable = value;
		return 0;
	case MSR_IA32_CR_PAT:
		vcpu->msr_pat = value;
		return 0;
	case MSR_IA32_MCG_STATUS:
		vcpu->mcg_status = value;
		return 0;
	case MSR_IA32_UCODE_REV:
	case MSR_IA32_POWER_CTL:
	case MSR_MISC_FEATURES_ENABLES:
	case MSR_IA32_MCG_CTL:
	case MSR_IA32_MCG_EXT_CTL:
		return 0;
	default:
		return -EINVAL;
	}
}

long msr_ioctl(struct td_vcpu *vcpu, unsigned int cmd, void __user *argp)
{
	struct kvm_msrs __user *user = argp;
	struct kvm_msr_entry e;
	struct kvm_msrs head;
	u64 value;
	u32 i;

	if (copy_from_user(&head, user, sizeof(head)))
		return -EFAULT;
	if (head.nmsrs >= MAX_MSRS)
		return -E2BIG;

	/* as many as work, from the first */
	for (i = 0; i < head.nmsrs; i++) {
		if (copy_from_user(&e, &user->entries[i], sizeof(e)))
			return -EFAULT;
		if (cmd == KVM_SET_MSRS) {
			if (msr_write(vcpu, e.index, e.data))
				break;
			continue;
		}
		if (msr_read(vcpu, e.index, &value))
			break;
		e.data = value;
		if (copy_to_user(&user->entries[i], &e, sizeof(e)))
			return -EFAULT;
	}
	return i;
}
