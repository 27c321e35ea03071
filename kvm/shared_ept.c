// SPDX-License-Identifier: GPL-2.0-only
/*
 * The EPT that translates shared GPAs, built by the host: 4 KiB pages of the
 * VMM's address space. An entry that is not present suppresses #VE, so that
 * the access comes here; one that stands for MMIO does not, and the guest's
 * #VE handler asks by TDVMCALL. Guarded by shared_lock, since the kernel takes
 * user pages away from where nobody may sleep.
 */
#include <linux/mm.h>

#include "mem.h"
#include "vcpu.h"

#define EPT_RWX		7ULL
#define EPT_WB		(6ULL << 3)
#define EPT_IPAT	BIT_ULL(6)
#define EPT_SUPPRESS_VE	BIT_ULL(63)
#define EPT_ADDR	GENMASK_ULL(51, 12)
#define EPT_ENTRIES	512

#define TABLES_MMIO	1024	/* beside those that slots want */

#define EPT_ABSENT	EPT_SUPPRESS_VE
#define EPT_MMIO	0ULL

static unsigned int ept_levels(struct td_vm *vm)
{
	return vm->gpaw == 52 ? 5 : 4;
}

static u64 *ept_table_alloc(gfp_t gfp)
{
	u64 *table = (u64 *)__get_free_page(gfp);
	unsigned int i;

	if (!table)
		return NULL;
	for (i = 0; i < EPT_ENTRIES; i++)
		table[i] = EPT_ABSENT;
	return table;
}

static void ept_table_free(u64 *table)
{
	free_page((unsigned long)table);
}

static unsigned int ept_index(u64 gfn, unsigned int level)
{
	return (gfn >> (level * 9)) % EPT_ENTRIES;
}

static bool ept_is_table(u64 entry)
{
	return entry & EPT_RWX;
}

static u64 *ept_child(u64 entry)
{
	return __va(entry & EPT_ADDR);
}

/* Tables are allocated before the lock is taken: one per level at most. */
struct ept_spare {
	u64 *table[4];
	unsigned int n;
};

static int spare_fill(struct td_vm *vm, struct ept_spare *spare)
{
	while (spare->n < ept_levels(vm) - 1) {
		u64 *table = ept_table_alloc(TD_GFP);

		if (!table)
			return -ENOMEM;
		spare->table[spare->n++] = table;
	}
	return 0;
}

static void spare_free(struct ept_spare *spare)
{
	while (spare->n)
		ept_table_free(spare->table[--spare->n]);
}

/* The 4 KiB entry of @gfn (with the shared bit); shared_lock is held. */
static u64 *ept_entry(struct td_vm *vm, u64 gfn, struct ept_spare *spare)
{
	u64 *table = vm->shared_root;
	int level;

	for (level = ept_levels(vm) - 1; level > 0; level--) {
		u64 *entry = &table[ept_index(gfn, level)];

		if (!ept_is_table(*entry)) {
			if (!spare->n)
				return NULL;
			table = spare->table[--spare->n];
			WRITE_ONCE(vm->entry.shared_tables,
				   vm->entry.shared_tables + 1);
			WRITE_ONCE(*entry, __pa(table) | EPT_RWX);
		} else {
			table = ept_child(*entry);
		}
	}
	return &table[ept_index(gfn, 0)];
}

/* The same without making tables. NULL: none for @pages around @gfn. */
static u64 *ept_lookup(struct td_vm *vm, u64 gfn, u64 *pages)
{
	u64 *table = vm->shared_root;
	int level;

	for (level = ept_levels(vm) - 1; level > 0; level--) {
		u64 entry = table[ept_index(gfn, level)];

		*pages = BIT_ULL(9 * level);
		if (!ept_is_table(entry))
			return NULL;
		table = ept_child(entry);
	}
	return &table[ept_index(gfn, 0)];
}

/* The address space may change meanwhile: the notifier looks at the root. */
static u64 *shared_exchange(struct td_vm *vm, u64 *root)
{
	u64 *old;

	spin_lock(&vm->shared_lock);
	old = vm->shared_root;
	vm->shared_root = root;
	spin_unlock(&vm->shared_lock);
	return old;
}

int shared_init(struct td_vm *vm)
{
	u64 *root = ept_table_alloc(TD_GFP);

	if (!root)
		return -ENOMEM;
	shared_exchange(vm, root);
	return 0;
}

static void ept_free_below(u64 *table, int level)
{
	unsigned int i;

	for (i = 0; level > 0 && i < EPT_ENTRIES; i++)
		if (ept_is_table(table[i]))
			ept_free_below(ept_child(table[i]), level - 1);
	ept_table_free(table);
}

void shared_destroy(struct td_vm *vm)
{
	u64 *root = shared_exchange(vm, NULL);

	if (root)
		ept_free_below(root, ept_levels(vm) - 1);
	WRITE_ONCE(vm->entry.shared_tables, 0);
}

/*
 * Make a range absent; shared_lock is held. True when an entry was in use, so
 * that vCPUs may have its translation.
 */
bool shared_zap_locked(struct td_vm *vm, u64 gfn, u64 npages)
{
	u64 shared = vm->shared_bit >> PAGE_SHIFT;
	/* attributes can be set for all GPAs that there could be */
	u64 end = min(gfn + npages, shared);
	bool flush = false;

	if (!vm->shared_root)
		return false;

	while (gfn < end) {
		u64 pages, *entry = ept_lookup(vm, gfn | shared, &pages);
		u64 last = min(end, round_down(gfn, pages) + pages);

		for (; entry && gfn < last; gfn++, entry++) {
			if (*entry == EPT_ABSENT)
				continue;
			flush = true;
			WRITE_ONCE(*entry, EPT_ABSENT);
		}
		gfn = last;
	}
	return flush;
}

/* Take a range away from the guest; back only when no vCPU can use it. */
void shared_zap_gfn(struct td_vm *vm, u64 gfn, u64 npages)
{
	bool flush;

	if (!vm->shared_root)
		return;
	spin_lock(&vm->shared_lock);
	vm->inval_seq++;
	flush = shared_zap_locked(vm, gfn, npages);
	spin_unlock(&vm->shared_lock);
	if (flush)
		vm_kick_flush(vm);
}

/* More tables than all memory slots can want; shared_lock is held. */
static bool shared_too_many(struct td_vm *vm)
{
	unsigned long max = TABLES_MMIO;
	struct slot *s;

	if (vm->entry.shared_tables <= max)
		return false;
	list_for_each_entry(s, &vm->slots, link)
		max += 4 + (s->npages >> 9) + (s->npages >> 18);
	return vm->entry.shared_tables > max;
}

/*
 * A guest can have tables made wherever it looks, without end. What they say
 * of MMIO it can ask for again: begin anew.
 */
static int shared_forget(struct td_vm *vm)
{
	u64 *top = ept_table_alloc(TD_GFP);
	unsigned int i;

	if (!top)
		return -ENOMEM;
	spin_lock(&vm->shared_lock);
	if (shared_too_many(vm)) {
		vm->inval_seq++;
		memcpy(top, vm->shared_root, PAGE_SIZE);
		for (i = 0; i < EPT_ENTRIES; i++)
			WRITE_ONCE(vm->shared_root[i], EPT_ABSENT);
		WRITE_ONCE(vm->entry.shared_tables, 0);
	}
	spin_unlock(&vm->shared_lock);
	/* no CPU walks them any more, or knows what they said */
	vm_kick_flush(vm);
	ept_free_below(top, ept_levels(vm) - 1);
	return -EAGAIN;
}

static bool shared_stale(struct td_vm *vm, unsigned long seq)
{
	return vm->inval_count || vm->inval_seq != seq;
}

/**
 * shared_map() - resolve an access to a shared page
 * @vm: the VM
 * @gfn: the page, without the shared bit
 *
 * Return: 0 (mapped, or marked as MMIO where no slot is); -EAGAIN when user
 * space is changing the range: let the guest try again; -EFAULT when the user
 * address cannot be used; -ENOMEM.
 */
int shared_map(struct td_vm *vm, u64 gfn)
{
	struct ept_spare spare = { .n = 0 };
	struct page *page = NULL;
	u64 hva = 0, *entry, value = EPT_MMIO;
	unsigned long seq;
	bool too_many;
	struct slot *s;
	int ret;

	ret = spare_fill(vm, &spare);
	if (ret)
		goto out;

	spin_lock(&vm->shared_lock);
	seq = vm->inval_seq;
	too_many = shared_too_many(vm);
	s = slot_find(vm, gfn);
	if (s)
		hva = s->hva + ((gfn - s->gfn) << PAGE_SHIFT);
	spin_unlock(&vm->shared_lock);

	if (too_many) {
		ret = shared_forget(vm);
		goto out;
	}
	if (s) {
		ret = -EFAULT;
		if (get_user_pages_unlocked(hva, 1, &page, FOLL_WRITE) != 1)
			goto out;
		value = page_to_phys(page) | EPT_RWX | EPT_WB | EPT_IPAT |
			EPT_SUPPRESS_VE;
	}

	spin_lock(&vm->shared_lock);
	ret = -EAGAIN;
	if (!shared_stale(vm, seq) && !attr_private(vm, gfn)) {
		entry = ept_entry(vm, gfn | (vm->shared_bit >> PAGE_SHIFT),
				  &spare);
		ret = entry ? 0 : -ENOMEM;
		if (entry)
			WRITE_ONCE(*entry, value);
	}
	spin_unlock(&vm->shared_lock);

	/* no pin: the notifier tells before the page goes away */
	if (page) {
		if (!ret)
			set_page_dirty_lock(page);
		put_page(page);
	}
out:
	spare_free(&spare);
	return ret;
}
