// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory slots: which GPA is backed by which user address and which part of
 * which guest_memfd. The list changes with both mem_lock and shared_lock
 * held, so a reader needs only one of them.
 */
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "mem.h"

#define SLOT_FLAGS	KVM_MEM_GUEST_MEMFD

struct slot *slot_find(struct td_vm *vm, u64 gfn)
{
	struct slot *s;

	list_for_each_entry(s, &vm->slots, link)
		if (gfn >= s->gfn && gfn - s->gfn < s->npages)
			return s;
	return NULL;
}

static struct slot *slot_by_id(struct td_vm *vm, u32 id)
{
	struct slot *s;

	list_for_each_entry(s, &vm->slots, link)
		if (s->id == id)
			return s;
	return NULL;
}

static void slot_free(struct slot *s)
{
	if (s->memfd)
		memfd_put(s->memfd);
	kfree(s);
}

static int slot_delete(struct td_vm *vm, struct slot *s)
{
	int ret = 0;

	if (s->memfd)
		ret = sept_zap(vm, s->gfn, s->npages);
	if (ret)
		return ret;

	spin_lock(&vm->shared_lock);
	list_del(&s->link);
	spin_unlock(&vm->shared_lock);
	shared_zap_gfn(vm, s->gfn, s->npages);
	slot_free(s);
	return 0;
}

static bool slot_overlaps(struct td_vm *vm, const struct slot *new)
{
	struct slot *s;

	list_for_each_entry(s, &vm->slots, link)
		if (s->id != new->id && new->gfn < s->gfn + s->npages &&
		    s->gfn < new->gfn + new->npages)
			return true;
	return false;
}

static bool memfd_range_bound(struct td_vm *vm, const struct slot *new)
{
	struct slot *s;

	list_for_each_entry(s, &vm->slots, link)
		if (s->memfd == new->memfd &&
		    new->memfd_pgoff < s->memfd_pgoff + s->npages &&
		    s->memfd_pgoff < new->memfd_pgoff + new->npages)
			return true;
	return false;
}

static int slot_create(struct td_vm *vm, const struct slot *init,
		       const struct kvm_userspace_memory_region2 *r)
{
	struct slot *s;

	if (slot_overlaps(vm, init))
		return -EEXIST;

	s = kmemdup(init, sizeof(*s), TD_GFP);
	if (!s)
		return -ENOMEM;
	if (r->flags & KVM_MEM_GUEST_MEMFD) {
		struct memfd *m = memfd_from_fd(vm, r->guest_memfd);

		if (IS_ERR(m)) {
			kfree(s);
			return PTR_ERR(m);
		}
		s->memfd = m;
		s->memfd_pgoff = r->guest_memfd_offset >> PAGE_SHIFT;
		if (r->guest_memfd_offset + r->memory_size <
		    r->guest_memfd_offset ||
		    r->guest_memfd_offset + r->memory_size > m->size) {
			slot_free(s);
			return -EINVAL;
		}
		if (memfd_range_bound(vm, s)) {
			slot_free(s);
			return -EEXIST;
		}
	}

	spin_lock(&vm->shared_lock);
	list_add(&s->link, &vm->slots);
	spin_unlock(&vm->shared_lock);
	/* entries that said "MMIO" here are stale now */
	shared_zap_gfn(vm, s->gfn, s->npages);
	return 0;
}

/* A slot without guest_memfd may be moved to another GPA: no other change. */
static int slot_modify(struct td_vm *vm, struct slot *old,
		       const struct slot *new)
{
	if (old->memfd || new->flags & KVM_MEM_GUEST_MEMFD)
		return -EINVAL;
	if (new->npages != old->npages || new->hva != old->hva)
		return -EINVAL;
	if (new->gfn == old->gfn)
		return 0;
	if (slot_overlaps(vm, new))
		return -EEXIST;

	shared_zap_gfn(vm, old->gfn, old->npages);
	spin_lock(&vm->shared_lock);
	old->gfn = new->gfn;
	spin_unlock(&vm->shared_lock);
	shared_zap_gfn(vm, old->gfn, old->npages);
	return 0;
}

static int region_check(struct td_vm *vm,
			const struct kvm_userspace_memory_region2 *r)
{
	if (r->flags & ~SLOT_FLAGS)
		return -EINVAL;
	if (r->slot >= TD_MAX_SLOTS)
		return -EINVAL;
	if (!PAGE_ALIGNED(r->memory_size) || !PAGE_ALIGNED(r->guest_phys_addr))
		return -EINVAL;
	if (!PAGE_ALIGNED(r->userspace_addr) ||
	    !access_ok((void __user *)(unsigned long)r->userspace_addr,
		       r->memory_size))
		return -EINVAL;
	if (r->flags & KVM_MEM_GUEST_MEMFD &&
	    !PAGE_ALIGNED(r->guest_memfd_offset))
		return -EINVAL;
	if (r->guest_phys_addr + r->memory_size < r->guest_phys_addr)
		return -EINVAL;
	/* the shared bit is above all memory, whatever the width will be */
	if (r->guest_phys_addr + r->memory_size >
	    (vm->shared_bit ?: BIT_ULL(51)))
		return -EINVAL;
	return 0;
}

long slot_set(struct td_vm *vm, void __user *argp, bool v2)
{
	struct kvm_userspace_memory_region2 r = {};
	size_t size = v2 ? sizeof(r) :
		      sizeof(struct kvm_userspace_memory_region);
	struct slot new, *old;
	long ret;

	if (copy_from_user(&r, argp, size))
		return -EFAULT;
	if (!v2 && r.flags & KVM_MEM_GUEST_MEMFD)
		return -EINVAL;
	ret = region_check(vm, &r);
	if (ret)
		return ret;

	new = (struct slot) {
		.id	= r.slot,
		.flags	= r.flags,
		.gfn	= r.guest_phys_addr >> PAGE_SHIFT,
		.npages	= r.memory_size >> PAGE_SHIFT,
		.hva	= r.userspace_addr,
	};

	mutex_lock(&vm->mem_lock);
	old = slot_by_id(vm, r.slot);
	if (!new.npages)
		ret = old ? slot_delete(vm, old) : -EINVAL;
	else if (old)
		ret = slot_modify(vm, old, &new);
	else
		ret = slot_create(vm, &new, &r);
	mutex_unlock(&vm->mem_lock);
	return ret;
}

void slots_free(struct td_vm *vm)
{
	struct slot *s, *next;

	list_for_each_entry_safe(s, next, &vm->slots, link) {
		list_del(&s->link);
		slot_free(s);
	}
}

/* What the guest has of the range goes; not all of it did when this fails. */
int slots_memfd_punched(struct td_vm *vm, struct memfd *m, u64 pgoff, u64 n)
{
	int ret, worst = 0;
	struct slot *s;

	list_for_each_entry(s, &vm->slots, link) {
		u64 from, to;

		if (s->memfd != m)
			continue;
		from = max(pgoff, s->memfd_pgoff);
		to = min(pgoff + n, s->memfd_pgoff + s->npages);
		if (from >= to)
			continue;
		ret = sept_zap(vm, s->gfn + from - s->memfd_pgoff, to - from);
		if (ret == -ENOMEM)
			return ret;
		worst = ret ?: worst;
	}
	return worst;
}

/* Mappings are within slots: none is cut, so nothing wants memory. */
void slots_memfd_closed(struct td_vm *vm, struct memfd *m)
{
	slots_memfd_punched(vm, m, 0, m->size >> PAGE_SHIFT);
}
