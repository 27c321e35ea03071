// SPDX-License-Identifier: GPL-2.0-only
/*
 * CPUID: most of it the module answers. KVM_SET_CPUID2 serves the leaves that
 * reach the VMM by TDVMCALL, KVM_TDX_GET_CPUID shows what the module answers.
 */
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <seamhost/metadata.h>

#include "seam.h"
#include "vcpu.h"

#define MAX_ENTRIES		256

/* TDCS.CPUID_VALUES: one field holds two registers */
#define FIELD_ECX_EDX		BIT_ULL(0)
#define FIELD_SUBLEAF(n)	((u64)(n) << 1)
#define FIELD_NO_SUBLEAF	(BIT_ULL(8) | FIELD_SUBLEAF(0x7f))
#define FIELD_LEAF(n)		((u64)((n) & 0x7f) << 9)
#define FIELD_EXTENDED		BIT_ULL(16)
#define SUBLEAVES		0x3f
#define LEAF_EXTENDED		BIT(31)

const struct kvm_cpuid_entry2 *cpuid_find(struct td_vcpu *vcpu, u32 function,
					  u32 index)
{
	struct kvm_cpuid2 *c = vcpu->cpuid;
	u32 i;

	for (i = 0; c && i < c->nent; i++) {
		const struct kvm_cpuid_entry2 *e = &c->entries[i];

		if (e->function != function)
			continue;
		if (!(e->flags & KVM_CPUID_FLAG_SIGNIFCANT_INDEX) ||
		    e->index == index)
			return e;
	}
	return NULL;
}

long cpuid_set(struct td_vcpu *vcpu, void __user *argp)
{
	struct kvm_cpuid2 head, *c;
	size_t size;

	if (copy_from_user(&head, argp, sizeof(head)))
		return -EFAULT;
	if (head.nent > MAX_ENTRIES)
		return -E2BIG;
	size = struct_size(c, entries, head.nent);
	c = kvzalloc(size, TD_GFP);
	if (!c)
		return -ENOMEM;
	if (copy_from_user(c, argp, size)) {
		kvfree(c);
		return -EFAULT;
	}
	c->nent = head.nent;
	kvfree(vcpu->cpuid);
	vcpu->cpuid = c;
	return 0;
}

/* Write @c out when @nent entries fit where the user said; else say how many. */
static long cpuid_out(struct kvm_cpuid2 __user *user, struct kvm_cpuid2 *c)
{
	u32 room;

	if (get_user(room, &user->nent))
		return -EFAULT;
	if (room < c->nent)
		return put_user(c->nent, &user->nent) ? -EFAULT : -E2BIG;
	return copy_to_user(user, c, struct_size(c, entries, c->nent)) ?
	       -EFAULT : 0;
}

long cpuid_get(struct td_vcpu *vcpu, void __user *argp)
{
	struct kvm_cpuid2 none = {};

	return cpuid_out(argp, vcpu->cpuid ?: &none);
}

/* A leaf that is not there is no failure. */
static int cpuid_absent(struct td_vm *vm, tdx_status_t st)
{
	switch (tdx_code(st)) {
	case TDX_ST_METADATA_FIELD_ID_INCORRECT:
	case TDX_ST_METADATA_FIELD_NOT_READABLE:
		return 0;
	default:
		return td_refused(vm, TDH_MNG_RD, st) ? -EIO : 0;
	}
}

/* 1: it is there; 0: it is not; or -EIO */
static int td_cpuid_read(struct td_vm *vm, u32 leaf, int subleaf,
			 struct kvm_cpuid_entry2 *e)
{
	u64 field = TDX_TDCS_CPUID_VALUES | FIELD_LEAF(leaf);
	struct tdx_out lo, hi;
	tdx_status_t st;

	if (leaf & LEAF_EXTENDED)
		field |= FIELD_EXTENDED;
	field |= subleaf < 0 ? FIELD_NO_SUBLEAF : FIELD_SUBLEAF(subleaf);

	st = seam_retry(tdh_mng_rd(vm->tdr, field, &lo));
	if (!tdx_failed(st))
		st = seam_retry(tdh_mng_rd(vm->tdr, field | FIELD_ECX_EDX, &hi));
	if (tdx_failed(st))
		return cpuid_absent(vm, st);

	memset(e, 0, sizeof(*e));
	e->function = leaf;
	if (subleaf >= 0) {
		e->index = subleaf;
		e->flags = KVM_CPUID_FLAG_SIGNIFCANT_INDEX;
	}
	e->eax = lower_32_bits(lo.r8);
	e->ebx = upper_32_bits(lo.r8);
	e->ecx = lower_32_bits(hi.r8);
	e->edx = upper_32_bits(hi.r8);
	return 1;
}

static int td_cpuid_leaf(struct td_vm *vm, u32 leaf, struct kvm_cpuid2 *c)
{
	int ret, i;

	if (c->nent == MAX_ENTRIES)
		return 0;
	ret = td_cpuid_read(vm, leaf, -1, &c->entries[c->nent]);
	if (ret) {
		c->nent += ret > 0;
		return min(ret, 0);
	}
	for (i = 0; i < SUBLEAVES && c->nent < MAX_ENTRIES; i++) {
		ret = td_cpuid_read(vm, leaf, i, &c->entries[c->nent]);
		if (ret <= 0)
			return ret;
		c->nent++;
	}
	return 0;
}

/* One half of the leaves: the first says which is the last. */
static int td_cpuid_half(struct td_vm *vm, u32 first, struct kvm_cpuid2 *c)
{
	u32 leaf, last, at = c->nent;
	int ret = td_cpuid_leaf(vm, first, c);

	if (ret || c->nent == at)
		return -EIO;
	last = min(c->entries[at].eax, first + 0x7f);
	for (leaf = first + 1; leaf <= last && !ret; leaf++)
		ret = td_cpuid_leaf(vm, leaf, c);
	return ret;
}

/* KVM_TDX_GET_CPUID; vm->lock is held. */
long cpuid_get_td(struct td_vcpu *vcpu, struct kvm_tdx_cmd *cmd)
{
	struct kvm_cpuid2 *c;
	long ret;

	if (cmd->flags)
		return -EINVAL;
	c = kvzalloc(struct_size(c, entries, MAX_ENTRIES), TD_GFP);
	if (!c)
		return -ENOMEM;
	ret = td_cpuid_half(vcpu->vm, 0, c);
	if (!ret)
		ret = td_cpuid_half(vcpu->vm, LEAF_EXTENDED, c);
	if (!ret)
		ret = cpuid_out(u64_to_user_ptr(cmd->data), c);
	kvfree(c);
	return ret;
}
