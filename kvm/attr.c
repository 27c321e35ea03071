// SPDX-License-Identifier: GPL-2.0-only
/* Per-gfn attributes: is the page private or shared now. */
#include <linux/maple_tree.h>
#include <linux/sched.h>
#include <linux/uaccess.h>

#include "mem.h"

static unsigned long attr_load(struct td_vm *vm, u64 gfn, unsigned long *last)
{
	MA_STATE(mas, &vm->attrs, gfn, gfn);
	void *entry;

	rcu_read_lock();
	entry = mas_walk(&mas);
	*last = mas.last;
	rcu_read_unlock();
	return entry ? xa_to_value(entry) : 0;
}

bool attr_private(struct td_vm *vm, u64 gfn)
{
	unsigned long last;

	return attr_load(vm, gfn, &last) & KVM_MEMORY_ATTRIBUTE_PRIVATE;
}

static bool attr_range_is(struct td_vm *vm, u64 gfn, u64 npages, u64 attrs)
{
	u64 end = gfn + npages - 1;
	unsigned long last;

	for (;;) {
		if (attr_load(vm, gfn, &last) != attrs)
			return false;
		if (last >= end)
			return true;
		gfn = last + 1;
		/* set page by page, there are as many ranges */
		cond_resched();
	}
}

bool attr_range_private(struct td_vm *vm, u64 gfn, u64 npages)
{
	return attr_range_is(vm, gfn, npages, KVM_MEMORY_ATTRIBUTE_PRIVATE);
}

static int attr_change(struct td_vm *vm, u64 gfn, u64 npages, u64 attrs)
{
	void *entry = attrs ? xa_mk_value(attrs) : NULL;
	int ret;

	if (attr_range_is(vm, gfn, npages, attrs))
		return 0;

	/* what can fail for want of memory, while nothing has changed */
	if (!(attrs & KVM_MEMORY_ATTRIBUTE_PRIVATE)) {
		ret = sept_split_edges(vm, gfn, npages);
		if (ret)
			return ret;
	}
	/* Faults look here first: change it, then take the old half away. */
	ret = mtree_store_range(&vm->attrs, gfn, gfn + npages - 1, entry,
				TD_GFP);
	if (ret)
		return ret;

	if (attrs & KVM_MEMORY_ATTRIBUTE_PRIVATE) {
		shared_zap_gfn(vm, gfn, npages);
		return 0;
	}
	return sept_zap(vm, gfn, npages);
}

long attr_set(struct td_vm *vm, void __user *argp)
{
	struct kvm_memory_attributes a;
	long ret;

	if (copy_from_user(&a, argp, sizeof(a)))
		return -EFAULT;
	if (a.flags || a.attributes & ~KVM_MEMORY_ATTRIBUTE_PRIVATE)
		return -EINVAL;
	if (!a.size || a.address + a.size < a.address)
		return -EINVAL;
	if (!PAGE_ALIGNED(a.address) || !PAGE_ALIGNED(a.size))
		return -EINVAL;

	mutex_lock(&vm->mem_lock);
	sept_promote_pending(vm);
	ret = attr_change(vm, a.address >> PAGE_SHIFT, a.size >> PAGE_SHIFT,
			  a.attributes);
	mutex_unlock(&vm->mem_lock);
	return ret;
}
