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

/* a look at one page in 16 skips most hopeless places cheaply */
#define LOOK_STEP	(16 * PAGE_SIZE)

/* The last place in a range that looks as if it could not be moved; 0: none. */
static u64 last_stuck(u64 start, u64 end, int nid)
{
	struct page *page;

	while (end > start) {
		end -= min_t(u64, end - start, LOOK_STEP);
		page = pfn_to_online_page(PHYS_PFN(end));
		if (!page || PageReserved(page))
			return end;
		if (nid != NUMA_NO_NODE && page_to_nid(page) != nid)
			return end;
	}
	return 0;
}

/*
 * Take @size bytes below @ceiling inside one region; 0 where there is none. From
 * the top down, and no place is looked at twice.
 */
static u64 take_in_region(const struct tdmr_region *r, u64 size, u64 ceiling,
			  int nid)
{
	u64 top = min(r->end, ceiling), seen = top, at, stuck;

	while (top >= r->start && top - r->start >= size) {
		at = (top - size) & PAGE_MASK;
		stuck = last_stuck(at, min(top, seen), nid);
		seen = stuck ?: at;
		if (!stuck &&
		    !compat_alloc_contig(PHYS_PFN(at), size >> PAGE_SHIFT))
			return at;
		cond_resched();
		if (top < TRY_STEP)
			break;
		top = ALIGN(top, TRY_STEP) - TRY_STEP;
		if (stuck)
			top = min(top, ALIGN_DOWN(stuck, TRY_STEP));
	}
	return 0;
}

/* From the top of a node down, so that neighbours lie together. */
struct search {
	u64 ceiling;
	int nid;
};

/*
 * Whatever is moved away needs room elsewhere. Without it the kernel would search
 * long and write a trace of each page it cannot move into its log.
 */
static bool has_room(u64 size)
{
	long pages = si_mem_available();

	return pages > 0 && pages >= (long)PHYS_PFN(size);
}

static u64 take(u64 size, int nid, u64 *ceiling)
{
	int i;
	u64 at;

	if (!has_room(size))
		return 0;
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

static u64 take_near(void *arg, u64 size, int nid)
{
	u64 anywhere = U64_MAX, at;
	struct search *s = arg;

	if (s->nid != nid)
		s->ceiling = U64_MAX;
	s->nid = nid;
	at = take(size, nid, &s->ceiling);
	/* above the last piece: fragmented, but better than nothing */
	if (!at && s->ceiling != U64_MAX)
		at = take(size, nid, &anywhere);
	anywhere = U64_MAX;
	if (!at && nr_online_nodes > 1)
		at = take(size, NUMA_NO_NODE, &anywhere);
	return at;
}

static void give(void *arg, u64 base, u64 size)
{
	free_contig_range(PHYS_PFN(base), size >> PAGE_SHIFT);
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
	struct search search = { .ceiling = U64_MAX, .nid = NUMA_NO_NODE };
	const struct tdmr_memory memory = {
		.take = take_near, .give = give, .arg = &search,
	};
	struct tdmr_set *set = seamhost.set;
	struct tdmr_want want;
	const struct tdmr *t;
	unsigned int i;
	u64 bytes = 0;

	if (tdmr_take_pamts(set, &memory, &want)) {
		t = &set->tdmr[want.tdmr];
		pr_err("PAMT of TDMR %u (0x%llx, %llu GiB): no %llu KiB of contiguous memory on node %d; load seamhost earlier after boot, or free memory (echo 3 > /proc/sys/vm/drop_caches; echo 1 > /proc/sys/vm/compact_memory) and try again\n",
		       want.tdmr, t->base, t->size >> 30, want.size >> 10,
		       want.nid);
		return -ENOMEM;
	}
	for (i = 0; i < set->nr; i++)
		bytes += tdmr_pamt_total(&set->limits, set->tdmr[i].size);
	pr_info("PAMT: %llu KiB for %u TDMRs%s\n", bytes >> 10, set->nr,
		set->limits.pamt_bitmap_bits ? " (dynamic)" : "");
	return 0;
}

/* Free one TDMR's PAMTs: the TDX module does not own them, or no more. */
void seamhost_pamt_free(struct tdmr *tdmr)
{
	static const struct tdmr_memory memory = { .give = give };

	tdmr_give_pamt(tdmr, &memory);
}
