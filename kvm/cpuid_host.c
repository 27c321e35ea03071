// SPDX-License-Identifier: GPL-2.0-only
/* KVM_GET_SUPPORTED_CPUID: the host's leaves, cut to what a TD may see. */
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <seamhost/compat.h>
#include <seamhost/host.h>

#include "vcpu.h"

#define MAX_ENTRIES		256

#define LEAF_KVM		0x40000000
#define LEAF_EXTENDED		0x80000000
#define LEAF_PHYS		0x80000008

#define LEAF1_ECX_NOT		(BIT(5) | BIT(6))	/* VMX, SMX */
#define LEAF1_ECX_ALWAYS	(BIT(21) | BIT(31))	/* x2APIC, hypervisor */
#define LEAF7_EBX_NOT		(BIT(2) | BIT(4) | BIT(11))	/* SGX, TSX */
#define LEAF7_ECX_NOT		BIT(5)			/* WAITPKG */
#define EXT1_ECX_NOT		BIT(2)			/* SVM */

static struct kvm_cpuid_entry2 *add(struct kvm_cpuid2 *c, u32 leaf, u32 subleaf,
				    bool indexed)
{
	struct kvm_cpuid_entry2 *e;

	if (c->nent >= MAX_ENTRIES)
		return NULL;
	e = &c->entries[c->nent++];
	e->function = leaf;
	e->index = subleaf;
	e->flags = indexed ? KVM_CPUID_FLAG_SIGNIFCANT_INDEX : 0;
	cpuid_count(leaf, subleaf, &e->eax, &e->ebx, &e->ecx, &e->edx);
	return e;
}

static void add_indexed(struct kvm_cpuid2 *c, u32 leaf)
{
	struct kvm_cpuid_entry2 *e;
	u32 i, last = 0;

	for (i = 0; i < 64; i++) {
		e = add(c, leaf, i, true);
		if (!e)
			return;
		/* each of these leaves says in its own way where it ends */
		if (leaf == 4 && !(e->eax & 0x1f))
			return;
		if ((leaf == 0xb || leaf == 0x1f) && !(e->ecx & 0xff00))
			return;
		if (leaf == 7 && !i)
			last = e->eax;
		if (leaf == 7 && i >= last)
			return;
		/* an empty component is not the last one of leaf 0xd */
		if (leaf == 0xd && i > 1 && !e->eax)
			c->nent--;
	}
}

static void mask_leaf(struct kvm_cpuid_entry2 *e)
{
	switch (e->function) {
	case 1:
		e->eax = seamhost_cpu_signature();
		e->ecx &= ~LEAF1_ECX_NOT;
		e->ecx |= LEAF1_ECX_ALWAYS;
		break;
	case 7:
		if (e->index)
			break;
		e->ebx &= ~LEAF7_EBX_NOT;
		e->ecx &= ~LEAF7_ECX_NOT;
		break;
	case 0x80000001:
		e->ecx &= ~EXT1_ECX_NOT;
		break;
	case LEAF_PHYS:
		e->eax &= ~GENMASK(23, 16);
		/* a kernel can be built without what the CPU has */
		e->eax |= (boot_cpu_data.x86_phys_bits >= 52 &&
			   cpu_feature_enabled(X86_FEATURE_LA57) ? 52 : 48) << 16;
		break;
	}
}

static void add_kvm_leaves(struct kvm_cpuid2 *c)
{
	struct kvm_cpuid_entry2 *e;

	/* the signature lets Linux use x2APIC; no feature is offered */
	e = add(c, LEAF_KVM, 0, false);
	if (e) {
		e->eax = LEAF_KVM + 1;
		memcpy(&e->ebx, "KVMK", 4);
		memcpy(&e->ecx, "VMKV", 4);
		memcpy(&e->edx, "M\0\0", 4);
	}
	e = add(c, LEAF_KVM + 1, 0, false);
	if (e) {
		e->eax = 0;
		e->ebx = 0;
		e->ecx = 0;
		e->edx = 0;
	}
}

static void add_host_leaves(struct kvm_cpuid2 *c, u32 first)
{
	u32 leaf, last = min_t(u32, cpuid_eax(first), first + 0x24);

	for (leaf = first; leaf <= last; leaf++) {
		switch (leaf) {
		case 4:
		case 7:
		case 0xb:
		case 0xd:
		case 0x1f:
			add_indexed(c, leaf);
			break;
		case 3:
		case 5:
		case 0xa:
		case 0x8000000a:
			break;
		default:
			add(c, leaf, 0, false);
		}
	}
}

long cpuid_supported(void __user *argp)
{
	struct kvm_cpuid2 __user *user = argp;
	struct kvm_cpuid2 *c;
	u32 room, i;
	long ret = 0;

	if (get_user(room, &user->nent))
		return -EFAULT;
	c = kvzalloc(struct_size(c, entries, MAX_ENTRIES), GFP_KERNEL);
	if (!c)
		return -ENOMEM;

	add_host_leaves(c, 0);
	add_kvm_leaves(c);
	add_host_leaves(c, LEAF_EXTENDED);
	for (i = 0; i < c->nent; i++)
		mask_leaf(&c->entries[i]);

	if (room < c->nent)
		ret = -E2BIG;
	else if (copy_to_user(user, c, struct_size(c, entries, c->nent)))
		ret = -EFAULT;
	kvfree(c);
	return ret;
}
