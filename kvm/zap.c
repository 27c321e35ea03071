// SPDX-License-Identifier: GPL-2.0-only
/*
 * Taking private pages out of a TD that may be running: block the entries,
 * advance the TLB epoch once, get every vCPU out of the old one, then remove.
 * Before the measurement is closed no vCPU ran and entries are removed at
 * once. Guarded by mem_lock.
 */
#include <linux/sched.h>

#include "mem.h"
#include "seam.h"

#define TRACK_TRIES	100

/* A dead TD gives its pages back at once, in teardown. */
static bool zap_has_nothing(struct td_vm *vm)
{
	return vm->state == TD_NEW || READ_ONCE(vm->dead);
}

static bool needs_tracking(struct td_vm *vm)
{
	return vm->state == TD_RUNNABLE;
}

int td_track(struct td_vm *vm)
{
	unsigned int tries = 0;
	tdx_status_t st;

	do {
		st = seam_retry_alone(vm, tdh_mem_track(vm->tdr));
		/* vCPUs of the epoch before the last are still inside */
		if (tdx_code(st) == TDX_ST_PREVIOUS_TLB_EPOCH_BUSY)
			vm_kick(vm);
		else
			break;
	} while (++tries < TRACK_TRIES);

	if (seam_failed(TDH_MEM_TRACK, st))
		return -EIO;
	vm_kick(vm);
	return 0;
}

/* Nobody can use the entry once the next epoch is tracked; 0 or -EIO. */
int sept_block_entry(struct td_vm *vm, u64 gfn, enum tdx_level level)
{
	struct tdx_out out;
	tdx_status_t st;

	st = seam_retry_alone(vm, tdh_mem_range_block(vm->tdr,
						      gfn << PAGE_SHIFT, level,
						      &out));
	return seam_failed(TDH_MEM_RANGE_BLOCK, st) ? -EIO : 0;
}

/* Which guest_memfd page is mapped at @gfn: its slot is still there. */
static void mark_taken_back(struct td_vm *vm, u64 gfn, enum tdx_level level)
{
	struct slot *s = slot_find(vm, gfn);

	if (s && s->memfd)
		memfd_mark_given(s->memfd, s->memfd_pgoff + gfn - s->gfn,
				 level, false);
}

static int sept_remove(struct td_vm *vm, struct sept_block *b, u64 gfn,
		       enum tdx_level level)
{
	unsigned int pages = level == TDX_LEVEL_2M ? PAGES_2M : 1;
	struct tdx_out out;
	tdx_status_t st;

	st = seam_retry_alone(vm, tdh_mem_page_remove(vm->tdr,
						      gfn << PAGE_SHIFT, level,
						      &out));
	if (seam_failed(TDH_MEM_PAGE_REMOVE, st))
		return -EIO;

	if (level == TDX_LEVEL_2M) {
		b->mapped_2m = false;
	} else {
		__clear_bit(gfn % PAGES_2M, b->mapped);
		b->nr--;
	}
	WRITE_ONCE(vm->entry.private_pages, vm->entry.private_pages - pages);

	/* what fails here stays marked as the module's and is never reused */
	if (td_page_returned(vm, out.rcx & PAGE_MASK, pages))
		return -EIO;
	if (level == TDX_LEVEL_4K)
		seamhost_pamt_put(out.rcx & PAGE_MASK);
	mark_taken_back(vm, gfn, level);
	return 0;
}

/* With PAMT pages for the small pages, where the module wants them. */
static tdx_status_t demote_call(struct td_vm *vm, struct sept_block *b,
				struct page *table, const hpa_t pair[2])
{
	gpa_t gpa = b->gfn << PAGE_SHIFT;
	struct tdx_more more = {
		.r10 = TDX_NULL_PA, .r11 = TDX_NULL_PA,
		.r12 = pair[0], .r13 = pair[1],
	};
	struct tdx_out out;

	if (!seamhost_pamt_is_dynamic())
		return seam_retry_alone(vm, tdh_mem_page_demote(vm->tdr, gpa,
							TDX_LEVEL_2M,
							page_to_phys(table),
							&out));
	return seam_retry_alone(vm, tdh_mem_page_demote_more(vm->tdr, gpa, TDX_LEVEL_2M,
						     0, page_to_phys(table),
						     TDX_NULL_PA, &more));
}

/* The guest_memfd's page of the block is 512 pages of the module now. */
static void demote_backing(struct td_vm *vm, struct sept_block *b)
{
	struct slot *s = slot_find(vm, b->gfn);
	unsigned int i;
	u64 pgoff;

	if (!s || !s->memfd)
		return;
	pgoff = s->memfd_pgoff + b->gfn - s->gfn;
	memfd_mark_given(s->memfd, pgoff, TDX_LEVEL_2M, false);
	for (i = 0; i < PAGES_2M; i++)
		memfd_mark_given(s->memfd, pgoff + i, TDX_LEVEL_4K, true);
	seamhost_pamt_split(page_to_phys(memfd_page(s->memfd, pgoff)));
}

/* Split the 2 MiB mapping of @b into 4 KiB; the module takes what is given. */
static int sept_demote(struct td_vm *vm, struct sept_block *b,
		       struct page *table, const hpa_t pair[2])
{
	tdx_status_t st;
	int ret = 0;

	if (needs_tracking(vm)) {
		ret = sept_block_entry(vm, b->gfn, TDX_LEVEL_2M);
		if (!ret)
			ret = td_track(vm);
	}
	if (!ret) {
		st = demote_call(vm, b, table, pair);
		if (seam_failed(TDH_MEM_PAGE_DEMOTE, st))
			ret = -EIO;
	}
	if (ret) {
		/* blocked at worst: neither the guest nor we can use it */
		vm_break(vm);
		return ret;
	}
	b->table = table;
	b->mapped_2m = false;
	bitmap_fill(b->mapped, PAGES_2M);
	b->nr = PAGES_2M;
	demote_backing(vm, b);
	/* whole still, when it was split for a small acceptance */
	sept_note_mapped(vm, b);
	return 0;
}

/* Make sure that @gfn is not part of a 2 MiB mapping. */
int sept_split(struct td_vm *vm, u64 gfn)
{
	struct sept_block *b = sept_block_get(vm, gfn, false);
	struct page *table;
	hpa_t pair[2];
	int ret;

	if (!b || !b->mapped_2m)
		return 0;
	/* memory first: without it the guest's mapping stays as it is */
	ret = seamhost_pamt_pair_get(pair);
	if (ret)
		return ret;
	table = td_control_alloc(vm);
	if (IS_ERR(table)) {
		ret = PTR_ERR(table);
		goto pair;
	}
	ret = sept_demote(vm, b, table, pair);
	if (!ret)
		return 0;
	td_control_free(vm, table);
pair:
	seamhost_pamt_pair_put(pair);
	return ret;
}

struct zap_range {
	u64 first, end;		/* gfns */
};

static bool zap_whole(const struct zap_range *r, const struct sept_block *b)
{
	return r->first <= b->gfn && b->gfn + PAGES_2M <= r->end;
}

/* The part of the block inside the range, as bits of its bitmap. */
static void zap_bits(const struct zap_range *r, const struct sept_block *b,
		     unsigned int *from, unsigned int *to)
{
	*from = max(r->first, b->gfn) - b->gfn;
	*to = min(r->end, b->gfn + PAGES_2M) - b->gfn;
}

static int zap_block_all(struct td_vm *vm, const struct zap_range *r,
			 bool *any)
{
	unsigned int i, from, to;
	struct sept_block *b;
	unsigned long index;
	int ret;

	xa_for_each_range(&vm->sept_2m, index, b, r->first >> ORDER_2M,
			  (r->end - 1) >> ORDER_2M) {
		/* a slot of a large TD is many blocks */
		cond_resched();
		if (b->mapped_2m) {
			*any = true;
			ret = sept_block_entry(vm, b->gfn, TDX_LEVEL_2M);
			if (ret)
				return ret;
			continue;
		}
		zap_bits(r, b, &from, &to);
		for (i = from; i < to; i++) {
			if (!test_bit(i, b->mapped))
				continue;
			*any = true;
			ret = sept_block_entry(vm, b->gfn + i, TDX_LEVEL_4K);
			if (ret)
				return ret;
		}
	}
	return 0;
}

static int zap_remove_all(struct td_vm *vm, const struct zap_range *r)
{
	unsigned int i, from, to;
	struct sept_block *b;
	unsigned long index;
	int ret, err = 0;

	xa_for_each_range(&vm->sept_2m, index, b, r->first >> ORDER_2M,
			  (r->end - 1) >> ORDER_2M) {
		/* and each is flushed and cleared */
		cond_resched();
		if (b->mapped_2m) {
			ret = sept_remove(vm, b, b->gfn, TDX_LEVEL_2M);
			err = err ?: ret;
			continue;
		}
		zap_bits(r, b, &from, &to);
		for (i = from; i < to; i++) {
			if (!test_bit(i, b->mapped))
				continue;
			ret = sept_remove(vm, b, b->gfn + i, TDX_LEVEL_4K);
			err = err ?: ret;
		}
	}
	return err;
}

/*
 * Tables that hold no page now: what comes back there can be large only when
 * the table is gone before the guest accepts it.
 */
static int zap_tables(struct td_vm *vm, const struct zap_range *r)
{
	unsigned long index, end = (r->end - 1) >> ORDER_2M;
	struct sept_block *b;
	bool any = false;
	int ret, err = 0;

	xa_for_each_range(&vm->sept_2m, index, b, r->first >> ORDER_2M, end) {
		cond_resched();
		if (!b->table || b->nr || !needs_tracking(vm))
			continue;
		any = true;
		ret = sept_block_entry(vm, b->gfn, TDX_LEVEL_2M);
		if (ret)
			return ret;
	}
	if (any) {
		ret = td_track(vm);
		if (ret)
			return ret;
	}
	xa_for_each_range(&vm->sept_2m, index, b, r->first >> ORDER_2M, end) {
		cond_resched();
		if (!b->table || b->nr)
			continue;
		ret = sept_table_drop(vm, b);
		err = err ?: ret;
	}
	return err;
}

/**
 * sept_split_edges() - split the 2 MiB mappings that a range cuts: at most two
 * @vm: the VM; mem_lock is held
 * @gfn: first page of the range
 * @npages: their number
 *
 * The part of sept_zap() that needs memory, for callers who have something to
 * change before the rest.
 *
 * Return: 0, -ENOMEM, or -EIO when the module refused; the TD cannot run then.
 */
int sept_split_edges(struct td_vm *vm, u64 gfn, u64 npages)
{
	struct zap_range r = { .first = gfn, .end = gfn + npages };
	u64 edge[2] = { r.first, r.end - 1 };
	unsigned int i;
	int ret;

	if (zap_has_nothing(vm))
		return 0;
	for (i = 0; i < ARRAY_SIZE(edge); i++) {
		struct sept_block *b = sept_block_get(vm, edge[i], false);

		if (!b || !b->mapped_2m || zap_whole(&r, b))
			continue;
		ret = sept_split(vm, edge[i]);
		if (ret)
			return ret;
	}
	return 0;
}

/**
 * sept_zap() - take a range of private pages out of the TD
 * @vm: the VM; mem_lock is held
 * @gfn: first page
 * @npages: their number; what is not mapped is passed over
 *
 * The pages stay with their guest_memfd. A refusal of the module leaves the
 * range blocked at worst, every page accounted for and the TD unable to run.
 *
 * Return: 0, -ENOMEM (nothing has changed for the guest), or -EIO when the
 * module refused.
 */
int sept_zap(struct td_vm *vm, u64 gfn, u64 npages)
{
	struct zap_range r = { .first = gfn, .end = gfn + npages };
	bool any = false;
	int ret;

	if (zap_has_nothing(vm))
		return 0;
	ret = sept_split_edges(vm, gfn, npages);
	if (!ret && needs_tracking(vm)) {
		ret = zap_block_all(vm, &r, &any);
		if (!ret && any)
			ret = td_track(vm);
	}
	if (!ret)
		ret = zap_remove_all(vm, &r);
	if (!ret)
		ret = zap_tables(vm, &r);

	/* entries may be left that neither side can use: do not run on */
	if (ret == -EIO)
		vm_break(vm);
	return ret;
}
