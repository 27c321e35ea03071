// SPDX-License-Identifier: GPL-2.0-only
/*
 * The Secure EPT from the host's side: its pages, and what is mapped where.
 * The tree itself belongs to the module; here stands only what is needed to
 * ask for the right thing and to get every page back. Guarded by mem_lock.
 */
#include <linux/slab.h>

#include "mem.h"
#include "seam.h"

static enum tdx_level sept_top(struct td_vm *vm)
{
	return vm->gpaw == 52 ? TDX_LEVEL_256T : TDX_LEVEL_512G;
}

struct sept_block *sept_block_get(struct td_vm *vm, u64 gfn, bool create)
{
	struct sept_block *b = xa_load(&vm->sept_2m, gfn >> ORDER_2M);

	if (b || !create)
		return b;
	b = kzalloc(sizeof(*b), TD_GFP);
	if (!b)
		return NULL;
	b->gfn = round_down(gfn, PAGES_2M);
	INIT_LIST_HEAD(&b->promote);
	if (xa_err(xa_store(&vm->sept_2m, gfn >> ORDER_2M, b,
			    TD_GFP))) {
		kfree(b);
		return NULL;
	}
	return b;
}

/* Give the module a page to hold the entries below @level at @gfn. */
static int sept_table_add(struct td_vm *vm, u64 gfn, enum tdx_level level,
			  struct page **table)
{
	gpa_t gpa = round_down(gfn, 1ULL << (level * 9)) << PAGE_SHIFT;
	struct tdx_out out;
	struct page *page;
	tdx_status_t st;

	page = td_control_alloc(vm);
	if (IS_ERR(page))
		return PTR_ERR(page);
	st = seam_retry(tdh_mem_sept_add(vm->tdr, gpa, level,
					 page_to_phys(page), &out));
	if (td_refused(vm, TDH_MEM_SEPT_ADD, st)) {
		td_control_free(vm, page);
		return -EIO;
	}
	*table = page;
	return 0;
}

/* Make all tables that an entry of level @leaf at @gfn needs. */
int sept_grow(struct td_vm *vm, u64 gfn, enum tdx_level leaf)
{
	struct sept_block *b;
	struct page *page;
	int level, ret;

	for (level = sept_top(vm); level > TDX_LEVEL_2M; level--) {
		struct xarray *tables = &vm->sept_pages[level];
		unsigned long index = gfn >> (level * 9);

		if (level <= leaf || xa_load(tables, index))
			continue;
		/* a place for the pointer first, so that it cannot get lost */
		ret = xa_reserve(tables, index, TD_GFP);
		if (ret)
			return ret;
		ret = sept_table_add(vm, gfn, level, &page);
		if (ret) {
			xa_release(tables, index);
			return ret;
		}
		xa_store(tables, index, page, TD_GFP);
	}

	b = sept_block_get(vm, gfn, true);
	if (!b)
		return -ENOMEM;
	if (leaf > TDX_LEVEL_4K || b->table)
		return 0;
	return sept_table_add(vm, gfn, TDX_LEVEL_2M, &b->table);
}

static void sept_mapped(struct td_vm *vm, struct sept_block *b, u64 gfn,
			enum tdx_level level)
{
	unsigned long pages = 1;

	if (level == TDX_LEVEL_2M) {
		b->mapped_2m = true;
		pages = PAGES_2M;
	} else {
		__set_bit(gfn % PAGES_2M, b->mapped);
		b->nr++;
		sept_note_mapped(vm, b);
	}
	WRITE_ONCE(vm->entry.private_pages, vm->entry.private_pages + pages);
}

/* Map @pa at @gfn, to be accepted by the guest; tables are there. */
int sept_aug(struct td_vm *vm, u64 gfn, enum tdx_level level, hpa_t pa)
{
	struct sept_block *b = sept_block_get(vm, gfn, false);
	struct tdx_out out;
	tdx_status_t st;
	int ret;

	if (level == TDX_LEVEL_4K) {
		ret = seamhost_pamt_get(pa);
		if (ret)
			return ret;
	}
	st = seam_retry(tdh_mem_page_aug(vm->tdr, gfn << PAGE_SHIFT, level, pa,
					 &out));
	if (!tdx_failed(st)) {
		sept_mapped(vm, b, gfn, level);
		return 0;
	}
	if (level == TDX_LEVEL_4K)
		seamhost_pamt_put(pa);
	/* The guest holds the entry: it exits for this page again if need be */
	if (seam_busy(st))
		return -EAGAIN;
	seam_complain(TDX_LEAF_RAX(TDH_MEM_PAGE_AUG), st);
	return -EIO;
}

/* Map @pa at @gfn with the content of @source, as part of the measurement. */
int sept_add(struct td_vm *vm, u64 gfn, hpa_t pa, hpa_t source,
	     tdx_status_t *st)
{
	struct sept_block *b = sept_block_get(vm, gfn, false);
	struct tdx_out out;
	int ret;

	ret = seamhost_pamt_get(pa);
	if (ret)
		return ret;
	*st = seam_retry(tdh_mem_page_add(vm->tdr, gfn << PAGE_SHIFT,
					  TDX_LEVEL_4K, pa, source, &out));
	if (td_refused(vm, TDH_MEM_PAGE_ADD, *st)) {
		seamhost_pamt_put(pa);
		return -EIO;
	}
	sept_mapped(vm, b, gfn, TDX_LEVEL_4K);
	return 0;
}

/* Reclaim all tables of a TD whose key is gone, the lowest level first. */
void sept_reclaim(struct td_vm *vm)
{
	struct sept_block *b;
	unsigned long index;
	struct page *page;
	int level;

	xa_for_each(&vm->sept_2m, index, b) {
		if (b->table)
			td_control_reclaim(vm, b->table);
		list_del(&b->promote);
		kfree(b);
		cond_resched();
	}
	xa_destroy(&vm->sept_2m);

	for (level = TDX_LEVEL_1G; level <= TDX_LEVEL_256T; level++) {
		xa_for_each(&vm->sept_pages[level], index, page)
			td_control_reclaim(vm, page);
		xa_destroy(&vm->sept_pages[level]);
	}
}
