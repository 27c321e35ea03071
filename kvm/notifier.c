// SPDX-License-Identifier: GPL-2.0-only
/* Following what the VMM's address space does under the shared half. */
#include <linux/mmu_notifier.h>
#include <linux/sched/mm.h>

#include "mem.h"

static struct td_vm *to_vm(struct mmu_notifier *mn)
{
	return container_of(mn, struct td_vm, mn);
}

static bool zap_hva_range(struct td_vm *vm, u64 start, u64 end)
{
	bool flush = false;
	struct slot *s;

	list_for_each_entry(s, &vm->slots, link) {
		u64 from = max(start, s->hva);
		u64 to = min(end, s->hva + (s->npages << PAGE_SHIFT));

		if (from >= to)
			continue;
		flush |= shared_zap_locked(vm, s->gfn +
					   ((from - s->hva) >> PAGE_SHIFT),
					   PAGE_ALIGN(to - from) >> PAGE_SHIFT);
	}
	return flush;
}

static int range_start(struct mmu_notifier *mn,
		       const struct mmu_notifier_range *range)
{
	struct td_vm *vm = to_vm(mn);
	bool flush;

	spin_lock(&vm->shared_lock);
	vm->inval_count++;
	flush = zap_hva_range(vm, range->start, range->end);
	spin_unlock(&vm->shared_lock);
	if (flush)
		vm_kick_flush(vm);
	return 0;
}

static void range_end(struct mmu_notifier *mn,
		      const struct mmu_notifier_range *range)
{
	struct td_vm *vm = to_vm(mn);

	spin_lock(&vm->shared_lock);
	vm->inval_seq++;
	vm->inval_count--;
	spin_unlock(&vm->shared_lock);
}

/* The VMM died: nobody can run the TD any more, so end it while we are here. */
static void mm_release(struct mmu_notifier *mn, struct mm_struct *mm)
{
	struct td_vm *vm = to_vm(mn);

	td_teardown(vm);
}

static const struct mmu_notifier_ops notifier_ops = {
	.invalidate_range_start	= range_start,
	.invalidate_range_end	= range_end,
	.release		= mm_release,
};

int notifier_register(struct td_vm *vm)
{
	int ret;

	mmgrab(current->mm);
	vm->mm = current->mm;
	vm->mn.ops = &notifier_ops;
	ret = mmu_notifier_register(&vm->mn, vm->mm);
	if (ret) {
		mmdrop(vm->mm);
		vm->mm = NULL;
	}
	vm->mn_registered = !ret;
	return ret;
}

void notifier_unregister(struct td_vm *vm)
{
	if (!vm->mn_registered)
		return;
	mmu_notifier_unregister(&vm->mn, vm->mm);
	mmdrop(vm->mm);
	vm->mn_registered = false;
}
