// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory for PAMTs: one contiguous piece per TDMR, on its node, at the top of
 * the node's memory. Pieces lie against each other where they can, because
 * neighbours share a reserved area.
 */
#include <linux/memory_hotplug.h>
#include <linux/mm.h>
#include <linux/nodemask.h>
#include <seamhost/compat.h>
#include "state.h"

/* alloc_contig_range() isolates whole blocks of this size */
#define TRY_STEP	(4 * SZ_1M)

static bool looks_movable(unsigned long pfn, unsigned long nr, int nid)
{
	unsigned long end = pfn + nr;

	/* a look at one page in 16 skips most hopeless places cheaply */
	for (; pfn < end; pfn += 16) {
		struct page *page = pfn_to_online_page(pfn);

		if (!page || PageReserved(page))
			return false;
		if (nid != NUMA_NO_NODE && page_to_nid(page) != nid)
			return false;
	}
	return true;
}

/* Take @size bytes below @ceiling inside one region; 0 where there is none. */
static u64 take_in_region(const struct tdmr_region *r, u64 size, u64 ceiling,
			  int nid)
{
	u64 top = min(r->end, ceiling), at;

	while (top >= r->start && top - r->start >= size) {
		at = (top - size) & PAGE_MASK;
		if (looks_movable(PHYS_PFN(at), size >> PAGE_SHIFT, nid) &&
		    !compat_alloc_contig(PHYS_PFN(at), size >> PAGE_SHIFT))
			return at;
		cond_resched();
		if (top < TRY_STEP)
			break;
		top = ALIGN(top, TRY_STEP) - TRY_STEP;
	}
	return 0;
}

static u64 take(u64 size, int nid, u64 *ceiling)
{
	int i;
	u64 at;

	for (i = seamhost.nr_usable - 1; i >= 0; i--) {
		const struct tdmr_region *r = &seamhost.usable[i];

		if (nid != NUMA_NO_NODE && r->nid != nid)
			continue;
		at = take_in_region(r, size, *ceiling, nid);
		if (at) {
			*ceiling = at;
			return at;
		}
	}
	return 0;
}

static u64 take_near(u64 size, int nid, u64 *ceiling)
{
	u64 anywhere = U64_MAX, at = take(size, nid, ceiling);

	/* above the last piece: fragmented, but better than nothing */
	if (!at)
		at = take(size, nid, &anywhere);
	anywhere = U64_MAX;
	if (!at && nr_online_nodes > 1)
		at = take(size, NUMA_NO_NODE, &anywhere);
	return at;
}

static int alloc_one(struct tdmr_set *set, unsigned int i, u64 *ceiling)
{
	u64 size, at, middle;
	struct tdmr *t = &set->tdmr[i];

	for (;;) {
		size = tdmr_pamt_total(&set->limits, t->size);
		at = take_near(size, t->nid, ceiling);
		if (at) {
			tdmr_place_pamt(set, t, at);
			return 0;
		}
		/* two smaller TDMRs want two smaller pieces */
		middle = t->base + ALIGN(t->size / 2, SZ_1G);
		if (t->size <= SZ_1G || tdmr_split(set, i, middle))
			break;
	}
	pr_err("PAMT of TDMR %u (0x%llx, %llu GiB): no %llu KiB of contiguous memory on node %d; load seamhost earlier after boot, or free memory (echo 3 > /proc/sys/vm/drop_caches; echo 1 > /proc/sys/vm/compact_memory) and try again\n",
	       i, t->base, t->size >> 30, size >> 10, t->nid);
	return -ENOMEM;
}

/**
 * seamhost_pamt_alloc() - allocate the PAMTs of all TDMRs of seamhost.set
 *
 * Splits TDMRs where contiguous memory is short. May sleep, migrates pages.
 *
 * Return: 0 or -ENOMEM, with the amount wanted logged and all freed.
 */
int seamhost_pamt_alloc(void)
{
	struct tdmr_set *set = seamhost.set;
	u64 ceiling = U64_MAX, bytes = 0;
	unsigned int i;
	int err;

	for (i = 0; i < set->nr; i++) {
		if (i && set->tdmr[i].nid != set->tdmr[i - 1].nid)
			ceiling = U64_MAX;
		err = alloc_one(set, i, &ceiling);
		if (err)
			goto free;
		bytes += tdmr_pamt_total(&set->limits, set->tdmr[i].size);
	}
	pr_info("PAMT: %llu KiB for %u TDMRs%s\n", bytes >> 10, set->nr,
		set->limits.pamt_bitmap_bits ? " (dynamic)" : "");
	return 0;

free:
	while (i--)
		seamhost_pamt_free(&set->tdmr[i]);
	return err;
}

/* Free one TDMR's PAMTs: the TDX module does not own them, or no more. */
void seamhost_pamt_free(struct tdmr *tdmr)
{
	unsigned int level;

	for (level = 0; level < TDMR_PAMTS; level++) {
		struct tdmr_area *a = &tdmr->pamt[level];

		if (a->size)
			free_contig_range(PHYS_PFN(a->base),
					  a->size >> PAGE_SHIFT);
		a->base = 0;
		a->size = 0;
	}
}
