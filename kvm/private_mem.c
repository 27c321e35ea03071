// SPDX-License-Identifier: GPL-2.0-only
/* Putting private pages into the TD: on fault, ahead of it, at launch. */
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>

#include "mem.h"
#include "seam.h"
#include "vcpu.h"

#define CHUNK_SIZE	256		/* what one MR.EXTEND measures */

/* May the 2 MiB around @gfn be one page of the TD? */
static bool can_map_2m(struct td_vm *vm, struct slot *s, u64 gfn)
{
	u64 base = round_down(gfn, PAGES_2M);
	struct sept_block *sb = sept_block_get(vm, gfn, false);
	struct memfd_block *mb;
	bool huge;

	if (base < s->gfn || base + PAGES_2M > s->gfn + s->npages)
		return false;
	if ((s->memfd_pgoff + base - s->gfn) % PAGES_2M)
		return false;
	if (sb && sb->nr)
		return false;
	if (!attr_range_private(vm, base, PAGES_2M))
		return false;
	mb = memfd_block_get(s->memfd, s->memfd_pgoff + base - s->gfn, &huge);
	return mb && huge && !mb->given_2m &&
	       bitmap_empty(mb->given, PAGES_2M);
}

static int map_2m(struct td_vm *vm, struct slot *s, u64 gfn)
{
	u64 base = round_down(gfn, PAGES_2M);
	u64 pgoff = s->memfd_pgoff + base - s->gfn;
	struct page *page = memfd_page(s->memfd, pgoff);
	int ret;

	if (!page)
		return -ENOMEM;
	/* the module did not take the 4K entries away: small pages, then */
	if (seamhost_pamt_clear(page_to_phys(page)))
		return -ENOMEM;
	ret = sept_grow(vm, base, TDX_LEVEL_2M);
	/* left from small pages that are gone */
	if (!ret)
		ret = sept_table_remove(vm, sept_block_get(vm, gfn, false));
	if (!ret)
		ret = sept_aug(vm, base, TDX_LEVEL_2M, page_to_phys(page));
	if (!ret)
		memfd_mark_given(s->memfd, pgoff, TDX_LEVEL_2M, true);
	return ret;
}

static bool page_lost(struct slot *s, u64 pgoff)
{
	struct memfd_block *mb = xa_load(&s->memfd->blocks, pgoff >> ORDER_2M);

	return mb && (mb->given_2m || test_bit(pgoff % PAGES_2M, mb->given));
}

static int map_4k(struct td_vm *vm, struct slot *s, u64 gfn)
{
	u64 pgoff = s->memfd_pgoff + gfn - s->gfn;
	struct page *page;
	int ret;

	/* the module did not give it back when it was asked to */
	if (page_lost(s, pgoff))
		return -EIO;
	page = memfd_page(s->memfd, pgoff);
	if (!page)
		return -ENOMEM;
	ret = sept_grow(vm, gfn, TDX_LEVEL_4K);
	if (!ret)
		ret = sept_aug(vm, gfn, TDX_LEVEL_4K, page_to_phys(page));
	if (!ret)
		memfd_mark_given(s->memfd, pgoff, TDX_LEVEL_4K, true);
	return ret;
}

static bool already_mapped(struct sept_block *b, u64 gfn, enum tdx_level *level)
{
	if (!b)
		return false;
	*level = b->mapped_2m ? TDX_LEVEL_2M : TDX_LEVEL_4K;
	return b->mapped_2m || test_bit(gfn % PAGES_2M, b->mapped);
}

/**
 * private_map() - give the TD the private page at @gfn
 * @vm: the VM; mem_lock is held
 * @gfn: the page
 * @max: largest size wanted. When the guest accepts at 4K what is mapped
 *	as 2M, the mapping is split.
 * @mapped: out: size of the mapping
 *
 * Return: 0; -EEXIST when it was there already; -EINVAL when there is no
 * private memory at @gfn; -EFAULT when its guest_memfd is closed; -EAGAIN
 * when the entry is contended; -ENOMEM; -EIO.
 */
int private_map(struct td_vm *vm, u64 gfn, enum tdx_level max,
		enum tdx_level *mapped)
{
	struct slot *s = slot_find(vm, gfn);
	int ret = -EAGAIN;

	if (!vm_alive(vm))
		return -EIO;
	if (!s || !s->memfd || !attr_private(vm, gfn))
		return -EINVAL;
	if (s->memfd->closed)
		return -EFAULT;

	if (already_mapped(sept_block_get(vm, gfn, false), gfn, mapped)) {
		if (*mapped <= max)
			return -EEXIST;
		return sept_split(vm, gfn) ?: -EEXIST;
	}

	if (max >= TDX_LEVEL_2M && can_map_2m(vm, s, gfn)) {
		*mapped = TDX_LEVEL_2M;
		ret = map_2m(vm, s, gfn);
		/* small pages help where memory is short, not where it failed */
		if (ret != -ENOMEM)
			return ret;
	}
	*mapped = TDX_LEVEL_4K;
	return map_4k(vm, s, gfn);
}

static int measure_page(struct td_vm *vm, gpa_t gpa)
{
	struct tdx_out out;
	unsigned int i;
	tdx_status_t st;

	for (i = 0; i < PAGE_SIZE; i += CHUNK_SIZE) {
		st = seam_retry(tdh_mr_extend(vm->tdr, gpa + i, &out));
		if (td_refused(vm, TDH_MR_EXTEND, st))
			return -EIO;
	}
	return 0;
}

/* Copy one page of the initial image into the TD. */
static int init_page(struct td_vm *vm, u64 gfn, u64 source, bool measure)
{
	struct page *page, *src;
	struct slot *s;
	tdx_status_t st;
	u64 pgoff;
	int ret;

	/* pinned before the lock: the source may have to be faulted in */
	if (get_user_pages_fast(source, 1, 0, &src) != 1)
		return -EFAULT;

	mutex_lock(&vm->mem_lock);
	s = slot_find(vm, gfn);
	ret = -EINVAL;
	if (!s || !s->memfd || !attr_private(vm, gfn))
		goto out;
	ret = -EFAULT;
	if (s->memfd->closed)
		goto out;
	ret = -EIO;
	pgoff = s->memfd_pgoff + gfn - s->gfn;
	if (!vm_alive(vm) || page_lost(s, pgoff))
		goto out;
	ret = -ENOMEM;
	page = memfd_page(s->memfd, pgoff);
	if (!page)
		goto out;

	ret = sept_grow(vm, gfn, TDX_LEVEL_4K);
	if (!ret)
		ret = sept_add(vm, gfn, page_to_phys(page), page_to_phys(src),
			       &st);
	if (!ret) {
		memfd_mark_given(s->memfd, pgoff, TDX_LEVEL_4K, true);
		if (measure)
			ret = measure_page(vm, gfn << PAGE_SHIFT);
	}
out:
	mutex_unlock(&vm->mem_lock);
	put_page(src);
	return ret;
}

static int region_check(struct td_vm *vm,
			const struct kvm_tdx_init_mem_region *r)
{
	u64 size = r->nr_pages << PAGE_SHIFT;

	if (!PAGE_ALIGNED(r->source_addr) || !PAGE_ALIGNED(r->gpa))
		return -EINVAL;
	if (!r->nr_pages || size >> PAGE_SHIFT != r->nr_pages)
		return -EINVAL;
	if (r->gpa + size <= r->gpa || r->source_addr + size <= r->source_addr)
		return -EINVAL;
	if ((r->gpa | (r->gpa + size - 1)) & vm->shared_bit)
		return -EINVAL;
	if ((r->gpa + size - 1) >> vm->gpaw)
		return -EINVAL;
	return 0;
}

/* KVM_TDX_INIT_MEM_REGION; the caller holds vcpu->mutex and vm->lock. */
long private_init_region(struct td_vcpu *vcpu, struct kvm_tdx_cmd *cmd)
{
	void __user *argp = u64_to_user_ptr(cmd->data);
	struct kvm_tdx_init_mem_region r;
	struct td_vm *vm = vcpu->vm;
	long ret;

	if (!vcpu->initialized)
		return -EINVAL;
	if (cmd->flags & ~(u32)KVM_TDX_MEASURE_MEMORY_REGION)
		return -EINVAL;
	if (copy_from_user(&r, argp, sizeof(r)))
		return -EFAULT;
	ret = region_check(vm, &r);
	if (ret)
		return ret;

	while (r.nr_pages) {
		if (signal_pending(current)) {
			ret = -EINTR;
			break;
		}
		ret = init_page(vm, r.gpa >> PAGE_SHIFT, r.source_addr,
				cmd->flags & KVM_TDX_MEASURE_MEMORY_REGION);
		if (ret)
			break;
		r.source_addr += PAGE_SIZE;
		r.gpa += PAGE_SIZE;
		r.nr_pages--;
		cond_resched();
	}

	if (copy_to_user(argp, &r, sizeof(r)))
		return -EFAULT;
	return ret;
}

static int prefault_one(struct td_vm *vm, u64 gfn, enum tdx_level *level)
{
	int ret;

	mutex_lock(&vm->mem_lock);
	if (attr_private(vm, gfn)) {
		ret = private_map(vm, gfn, TDX_LEVEL_2M, level);
		mutex_unlock(&vm->mem_lock);
		if (ret == -EEXIST)
			return 0;
		return ret == -EINVAL ? -ENOENT : ret;
	}
	ret = slot_find(vm, gfn) ? 0 : -ENOENT;
	mutex_unlock(&vm->mem_lock);
	*level = TDX_LEVEL_4K;
	return ret ?: shared_map(vm, gfn);
}

/* KVM_PRE_FAULT_MEMORY: as faults would, ahead of them. */
long private_prefault(struct td_vcpu *vcpu, void __user *argp)
{
	struct td_vm *vm = vcpu->vm;
	struct kvm_pre_fault_memory r;
	u64 before;
	long ret = 0;

	if (copy_from_user(&r, argp, sizeof(r)))
		return -EFAULT;
	if (r.flags || !PAGE_ALIGNED(r.gpa) || !PAGE_ALIGNED(r.size))
		return -EINVAL;
	if (!r.size || r.gpa + r.size <= r.gpa)
		return -EINVAL;
	if (vm->state != TD_RUNNABLE)
		return -EOPNOTSUPP;
	if ((r.gpa + r.size - 1) & ~(vm->shared_bit - 1))
		return -EINVAL;

	before = r.size;
	while (r.size) {
		enum tdx_level level;
		u64 step;

		if (signal_pending(current)) {
			ret = -EINTR;
			break;
		}
		ret = prefault_one(vm, r.gpa >> PAGE_SHIFT, &level);
		if (ret == -EAGAIN) {
			cond_resched();
			continue;
		}
		if (ret)
			break;
		step = PAGE_SIZE;
		if (level == TDX_LEVEL_2M)
			step = round_down(r.gpa, SIZE_OF_2M) + SIZE_OF_2M - r.gpa;
		step = min(step, r.size);
		r.gpa += step;
		r.size -= step;
		cond_resched();
	}

	if (copy_to_user(argp, &r, sizeof(r)))
		return -EFAULT;
	return r.size < before ? 0 : ret;
}
