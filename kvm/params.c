// SPDX-License-Identifier: GPL-2.0-only
/* From the VMM's description of a TD to the module's. */
#include <linux/string.h>
#include <asm/msr.h>
#include <asm/msr-index.h>

#include "params.h"
#include "vm.h"

#define NO_SUBLEAF		(~0U)
#define LEAF_PHYS		0x80000008
#define GUEST_BITS(eax)		(((eax) >> 16) & 0xff)
#define PHYS_GUEST_BITS		GENMASK(23, 16)
#define LEAF7_EBX_TSX		(BIT(4) | BIT(11))
#define LEAF7_ECX_WAITPKG	BIT(5)
#define TSC_UNIT_KHZ		25000
#define EPT_CAP_5_LEVELS	BIT_ULL(7)

static const struct kvm_cpuid_entry2 *
find_entry(const struct kvm_cpuid_entry2 *e, u32 n, u32 leaf, u32 subleaf)
{
	u32 i;

	for (i = 0; i < n; i++) {
		bool indexed = e[i].flags & KVM_CPUID_FLAG_SIGNIFCANT_INDEX;

		if (e[i].function != leaf)
			continue;
		if (subleaf == NO_SUBLEAF ? !indexed :
					    indexed && e[i].index == subleaf)
			return &e[i];
		/* an index that says nothing counts as the first */
		if (subleaf == 0 && !indexed && e[i].index == 0)
			return &e[i];
	}
	return NULL;
}

/* Without VMX capabilities to read, the module's answer decides. */
static bool ept_5_levels(void)
{
	u64 cap;

	return !boot_cpu_has(X86_FEATURE_VMX) ||
	       rdmsrq_safe(MSR_IA32_VMX_EPT_VPID_CAP, &cap) ||
	       cap & EPT_CAP_5_LEVELS;
}

static int set_width(struct td_vm *vm, const struct kvm_cpuid_entry2 *e, u32 n,
		     struct td_params *p)
{
	const struct kvm_cpuid_entry2 *phys;
	unsigned int width;

	phys = find_entry(e, n, LEAF_PHYS, NO_SUBLEAF) ?:
	       find_entry(e, n, LEAF_PHYS, 0);
	if (!phys)
		return -EINVAL;
	width = GUEST_BITS(phys->eax);
	if (width != 48 && width != 52)
		return -EINVAL;
	if (width == 52 && !ept_5_levels())
		return -EINVAL;

	p->eptp_controls = TD_EPTP_WB | TD_EPTP_LEVELS(width == 52 ? 5 : 4);
	if (width == 52)
		p->config_flags |= TD_CONFIG_GPAW_52;
	vm->gpaw = width;
	vm->shared_bit = BIT_ULL(width - 1);
	return 0;
}

/* Each entry must be one that the module lets the host configure. */
static int set_cpuid(const struct kvm_cpuid_entry2 *e, u32 n,
		     struct td_params *p)
{
	const struct seamhost_sysinfo *info = seamhost_sysinfo();
	const struct kvm_cpuid_entry2 *leaf7 = find_entry(e, n, 7, 0);
	u32 i, used = 0;

	if (leaf7 && (leaf7->ebx & LEAF7_EBX_TSX ||
		      leaf7->ecx & LEAF7_ECX_WAITPKG))
		return -EINVAL;

	for (i = 0; i < info->nr_cpuid_config; i++) {
		const struct seamhost_cpuid_config *c = &info->cpuid_config[i];
		const struct kvm_cpuid_entry2 *in;

		in = find_entry(e, n, c->leaf, c->subleaf);
		if (!in)
			continue;
		used++;
		p->cpuid[i].eax = in->eax;
		if (c->leaf == LEAF_PHYS)
			p->cpuid[i].eax &= ~PHYS_GUEST_BITS;
		p->cpuid[i].ebx = in->ebx;
		p->cpuid[i].ecx = in->ecx;
		p->cpuid[i].edx = in->edx;
	}
	return used == n ? 0 : -EINVAL;
}

/**
 * td_params_build() - check what INIT_VM asks for and put it in TD_PARAMS
 * @vm: gets the width of GPAs
 * @init: the fixed part of the request
 * @entries: its CPUID entries, init->cpuid.nent of them
 * @params: zeroed; filled in
 *
 * Return: 0 or -EINVAL, in mainline's order of checks.
 */
int td_params_build(struct td_vm *vm, const struct kvm_tdx_init_vm *init,
		    const struct kvm_cpuid_entry2 *entries,
		    struct td_params *params)
{
	const struct seamhost_sysinfo *info = seamhost_sysinfo();
	u64 attrs = td_supported_attributes(), xfam = td_supported_xfam();
	int ret;

	if (init->attributes & ~attrs ||
	    (init->attributes & info->attributes_fixed1) !=
	    info->attributes_fixed1)
		return -EINVAL;
	if (init->xfam & ~xfam ||
	    (init->xfam & info->xfam_fixed1) != info->xfam_fixed1)
		return -EINVAL;

	params->attributes = init->attributes;
	params->xfam = init->xfam;
	params->max_vcpus = vm->max_vcpus;
	params->config_flags = info->config_flags_fixed0 & TD_CONFIG_NO_RBP_MOD;
	params->tsc_frequency = vm->tsc_khz / TSC_UNIT_KHZ;

	ret = set_width(vm, entries, init->cpuid.nent, params);
	if (!ret)
		ret = set_cpuid(entries, init->cpuid.nent, params);
	if (ret)
		return ret;

	memcpy(params->mrconfigid, init->mrconfigid, sizeof(init->mrconfigid));
	memcpy(params->mrowner, init->mrowner, sizeof(init->mrowner));
	memcpy(params->mrownerconfig, init->mrownerconfig,
	       sizeof(init->mrownerconfig));
	return 0;
}
