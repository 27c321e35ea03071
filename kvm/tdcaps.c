// SPDX-License-Identifier: GPL-2.0-only
/* KVM_TDX_CAPABILITIES: what of a TD the VMM may choose here. */
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <asm/fpu/xcr.h>

#include "params.h"
#include "vm.h"

#define NO_SUBLEAF		(~0U)
#define LEAF_PHYS		0x80000008
#define PHYS_GUEST_BITS		GENMASK(23, 16)
#define LEAF7_EBX_TSX		(BIT(4) | BIT(11))	/* HLE, RTM */
#define LEAF7_ECX_WAITPKG	BIT(5)

#define USER_SETUP_NOTIFY	BIT_ULL(1)

/* x87, SSE, AVX, AVX-512, PKRU: what VP.ENTER's host side here restores. */
#define XFAM_HANDLED		0x2e7ULL

u64 td_supported_attributes(void)
{
	const struct seamhost_sysinfo *info = seamhost_sysinfo();
	u64 val = TD_ATTR_SEPT_VE_DISABLE & info->attributes_fixed0;

	return (val & info->attributes_fixed1) == info->attributes_fixed1 ?
	       val : 0;
}

u64 td_supported_xfam(void)
{
	const struct seamhost_sysinfo *info = seamhost_sysinfo();
	u64 val = xgetbv(XCR_XFEATURE_ENABLED_MASK) & XFAM_HANDLED &
		  info->xfam_fixed0;

	return (val & info->xfam_fixed1) == info->xfam_fixed1 ? val : 0;
}

static void cpuid_entry(struct kvm_cpuid_entry2 *e,
			const struct seamhost_cpuid_config *c)
{
	memset(e, 0, sizeof(*e));
	e->function = c->leaf;
	if (c->subleaf != NO_SUBLEAF) {
		e->index = c->subleaf;
		e->flags = KVM_CPUID_FLAG_SIGNIFCANT_INDEX;
	}
	e->eax = c->eax;
	e->ebx = c->ebx;
	e->ecx = c->ecx;
	e->edx = c->edx;

	if (c->leaf == 7 && c->subleaf == 0) {
		e->ebx &= ~LEAF7_EBX_TSX;
		e->ecx &= ~LEAF7_ECX_WAITPKG;
	}
	/* the width of GPAs goes to the module by other means */
	if (c->leaf == LEAF_PHYS)
		e->eax |= PHYS_GUEST_BITS;
}

/* What the module of now says; *caps is the caller's to free. */
static long make_capabilities(u32 room, struct kvm_tdx_capabilities **caps)
{
	const struct seamhost_sysinfo *info = seamhost_sysinfo();
	struct kvm_tdx_capabilities *c;
	unsigned int i;

	if (room < info->nr_cpuid_config)
		return -E2BIG;
	if (!td_supported_xfam() ||
	    (info->attributes_fixed1 & ~td_supported_attributes()))
		return -EIO;

	c = kzalloc(struct_size(c, cpuid.entries, info->nr_cpuid_config),
		    TD_GFP);
	if (!c)
		return -ENOMEM;
	c->supported_attrs = td_supported_attributes();
	c->supported_xfam = td_supported_xfam();
	c->user_tdvmcallinfo_1_r11 = USER_SETUP_NOTIFY;
	c->cpuid.nent = info->nr_cpuid_config;
	for (i = 0; i < info->nr_cpuid_config; i++)
		cpuid_entry(&c->cpuid.entries[i], &info->cpuid_config[i]);
	*caps = c;
	return 0;
}

long td_capabilities(struct td_vm *vm, struct kvm_tdx_cmd *cmd)
{
	struct kvm_tdx_capabilities __user *user = u64_to_user_ptr(cmd->data);
	struct kvm_tdx_capabilities *caps;
	u32 nent;
	long ret;

	if (cmd->flags)
		return -EINVAL;
	if (get_user(nent, &user->cpuid.nent))
		return -EFAULT;
	seamhost_hold_updates();
	ret = make_capabilities(nent, &caps);
	seamhost_release_updates();
	if (ret)
		return ret;
	/* user memory can take any time: no update waits for it */
	if (copy_to_user(user, caps,
			 struct_size(caps, cpuid.entries, caps->cpuid.nent)))
		ret = -EFAULT;
	kfree(caps);
	return ret;
}
