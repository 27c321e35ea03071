// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which TDMRs cover the memory that TDs may use.
 *
 * The module wants TDMRs in whole GiB, ascending, disjoint; a TDMR may span
 * anything, as long as what lies outside the CMRs, and every PAMT, is in one
 * of its few reserved areas. So holes in the kernel's memory map need no
 * reserved area, only holes in the CMRs do, and memory that no TD may use but
 * that is in a CMR costs nothing but its PAMT.
 */
#include "pure.h"
#include "tdmr.h"

/* Reserved areas kept free in each TDMR for the PAMTs that will land in it. */
#define PAMT_HEADROOM	3u

static unsigned int overlap_first(const struct tdmr_region *r, unsigned int nr,
				  u64 start)
{
	unsigned int lo = 0, hi = nr;

	while (lo < hi) {
		unsigned int mid = lo + (hi - lo) / 2;

		if (r[mid].end <= start)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/**
 * tdmr_set_init() - start a set with the module's limits and CMRs
 * @set: to be filled
 * @limits: of the module
 * @cmrs: in any order, empty ones are skipped
 * @nr_cmrs: how many
 * Return: 0, or -EINVAL where the module's numbers make no sense.
 */
int tdmr_set_init(struct tdmr_set *set, const struct tdmr_limits *limits,
		  const struct tdmr_area *cmrs, unsigned int nr_cmrs)
{
	unsigned int i, j, n = 0;

	memset(set, 0, sizeof(*set));
	set->limits = *limits;
	if (!limits->max_tdmrs || !limits->max_reserved ||
	    limits->pamt_bitmap_bits > 64 || nr_cmrs > TDMR_MAX_CMRS)
		return -EINVAL;
	for (i = 0; i < TDMR_PAMTS; i++)
		if (!limits->pamt_entry_size[i] ||
		    limits->pamt_entry_size[i] > SZ_PAGE)
			return -EINVAL;
	set->limits.max_tdmrs = min(limits->max_tdmrs, TDMR_MAX);
	set->limits.max_reserved = min(limits->max_reserved, TDMR_MAX_RESERVED);

	for (i = 0; i < nr_cmrs; i++) {
		u64 start = cmrs[i].base, end = start + cmrs[i].size;

		if (!cmrs[i].size)
			continue;
		if (end < start || (start | end) % SZ_PAGE)
			return -EINVAL;
		for (j = n; j && set->cmr[j - 1].start > start; j--)
			set->cmr[j] = set->cmr[j - 1];
		set->cmr[j].start = start;
		set->cmr[j].end = end;
		n++;
	}
	/* touching CMRs are one to us; overlapping ones are nonsense */
	for (i = 0, j = 0; i < n; i++) {
		if (j && set->cmr[i].start < set->cmr[j - 1].end)
			return -EINVAL;
		if (j && set->cmr[i].start == set->cmr[j - 1].end)
			set->cmr[j - 1].end = set->cmr[i].end;
		else
			set->cmr[j++] = set->cmr[i];
	}
	set->nr_cmrs = j;
	return j ? 0 : -EINVAL;
}

/**
 * tdmr_in_cmr() - is all of [start, end) convertible memory
 * @set: with its CMRs
 * @start: first byte
 * @end: byte after the last
 */
bool tdmr_in_cmr(const struct tdmr_set *set, u64 start, u64 end)
{
	unsigned int i = overlap_first(set->cmr, set->nr_cmrs, start);

	return i < set->nr_cmrs && set->cmr[i].start <= start &&
	       end <= set->cmr[i].end;
}

/**
 * tdmr_usable() - cut the kernel's memory down to what the CMRs cover
 * @set: with its CMRs
 * @ram: ascending, disjoint
 * @nr_ram: how many
 * @usable: room for TDMR_USABLE_MAX(@nr_ram)
 *
 * The first MiB is left out: firmware and trampolines live there.
 *
 * Return: the number of regions in @usable, or -EINVAL for an unordered map.
 */
int tdmr_usable(const struct tdmr_set *set, const struct tdmr_region *ram,
		unsigned int nr_ram, struct tdmr_region *usable)
{
	unsigned int i, c, n = 0;
	u64 last = 0;

	for (i = 0; i < nr_ram; i++) {
		if (ram[i].end < ram[i].start || ram[i].start < last)
			return -EINVAL;
		last = ram[i].end;

		c = overlap_first(set->cmr, set->nr_cmrs, ram[i].start);
		for (; c < set->nr_cmrs && set->cmr[c].start < ram[i].end; c++) {
			u64 start = max(ram[i].start, set->cmr[c].start);
			u64 end = min(ram[i].end, set->cmr[c].end);

			start = align_up(max(start, SZ_MIB), SZ_PAGE);
			end = align_down(end, SZ_PAGE);
			if (start >= end)
				continue;
			if (n && usable[n - 1].end == start &&
			    usable[n - 1].nid == ram[i].nid) {
				usable[n - 1].end = end;
				continue;
			}
			usable[n].start = start;
			usable[n].end = end;
			usable[n].nid = ram[i].nid;
			n++;
		}
	}
	return n;
}

/**
 * tdmr_pamt_size() - bytes of one PAMT of a TDMR, in whole pages
 * @limits: of the module
 * @tdmr_size: bytes, whole GiB
 * @level: 0 for 4K, 1 for 2M, 2 for 1G
 */
u64 tdmr_pamt_size(const struct tdmr_limits *limits, u64 tdmr_size,
		   unsigned int level)
{
	u64 entries = tdmr_size >> (12 + 9 * level);

	if (!level && limits->pamt_bitmap_bits)
		return align_up((entries * limits->pamt_bitmap_bits + 7) / 8,
				SZ_PAGE);
	return align_up(entries * limits->pamt_entry_size[level], SZ_PAGE);
}

/**
 * tdmr_pamt_total() - bytes of the three PAMTs of a TDMR together
 * @limits: of the module
 * @tdmr_size: bytes, whole GiB
 */
u64 tdmr_pamt_total(const struct tdmr_limits *limits, u64 tdmr_size)
{
	return tdmr_pamt_size(limits, tdmr_size, 0) +
	       tdmr_pamt_size(limits, tdmr_size, 1) +
	       tdmr_pamt_size(limits, tdmr_size, 2);
}

/* Lay the three PAMTs of a TDMR into one piece of memory, in one CMR. */
static void place_pamt(const struct tdmr_set *set, struct tdmr *tdmr, u64 base)
{
	unsigned int level;

	for (level = 0; level < TDMR_PAMTS; level++) {
		tdmr->pamt[level].base = base;
		tdmr->pamt[level].size = tdmr_pamt_size(&set->limits,
							tdmr->size, level);
		base += tdmr->pamt[level].size;
	}
}

static u64 bytes_within(const struct tdmr_region *r, unsigned int nr,
			u64 start, u64 end)
{
	unsigned int i = overlap_first(r, nr, start);
	u64 sum = 0;

	for (; i < nr && r[i].start < end; i++)
		sum += min(end, r[i].end) - max(start, r[i].start);
	return sum;
}

/* The holes between CMRs that [start, end) spans, its edges included. */
static unsigned int cmr_gaps(struct tdmr_set *set, u64 start, u64 end)
{
	unsigned int i = overlap_first(set->cmr, set->nr_cmrs, start), n = 0;
	u64 at = start;

	for (; i < set->nr_cmrs && set->cmr[i].start < end; i++) {
		if (set->cmr[i].start > at) {
			set->area[n].start = at;
			set->area[n++].end = set->cmr[i].start;
		}
		at = set->cmr[i].end;
	}
	if (at < end) {
		set->area[n].start = at;
		set->area[n++].end = end;
	}
	return n;
}

/* Make two TDMRs of one at a GiB inside it, before it has a PAMT. */
static int split(struct tdmr_set *set, unsigned int i, u64 at)
{
	struct tdmr *t = &set->tdmr[i];

	if (set->nr >= set->limits.max_tdmrs)
		return -ENOSPC;
	if (at % SZ_GIB || at <= t->base || at >= t->base + t->size)
		return -EINVAL;

	memmove(t + 1, t, (set->nr - i) * sizeof(*t));
	set->nr++;
	t[1].base = at;
	t[1].size = t[0].base + t[0].size - at;
	t[0].size = at - t[0].base;
	return 0;
}

static int take_pamt(struct tdmr_set *set, unsigned int i,
		     const struct tdmr_memory *memory, struct tdmr_want *want)
{
	struct tdmr *t = &set->tdmr[i];
	u64 at, middle;

	for (;;) {
		want->tdmr = i;
		want->size = tdmr_pamt_total(&set->limits, t->size);
		want->nid = t->nid;
		at = memory->take(memory->arg, want->size, t->nid);
		if (at) {
			place_pamt(set, t, at);
			return 0;
		}
		/* two smaller TDMRs want two smaller pieces */
		middle = t->base + align_up(t->size / 2, SZ_GIB);
		if (t->size <= SZ_GIB || split(set, i, middle))
			return -ENOMEM;
	}
}

/**
 * tdmr_take_pamts() - find memory for the PAMTs of all TDMRs
 * @set: of TDMRs without PAMTs
 * @memory: who has it; give() takes back what take() gave, in parts
 * @want: on -ENOMEM, what was asked for last
 *
 * Splits TDMRs where no piece of memory is large enough for their PAMTs.
 *
 * Return: 0, or -ENOMEM with all that was taken given back.
 */
int tdmr_take_pamts(struct tdmr_set *set, const struct tdmr_memory *memory,
		    struct tdmr_want *want)
{
	unsigned int i;

	for (i = 0; i < set->nr; i++)
		if (take_pamt(set, i, memory, want))
			goto give;
	return 0;

give:
	while (i--)
		tdmr_give_pamt(&set->tdmr[i], memory);
	return -ENOMEM;
}

/**
 * tdmr_give_pamt() - give the PAMTs of one TDMR back, if it has any
 * @tdmr: whose PAMTs the TDX module does not own, or no more
 * @memory: where they came from
 */
void tdmr_give_pamt(struct tdmr *tdmr, const struct tdmr_memory *memory)
{
	unsigned int level;

	for (level = 0; level < TDMR_PAMTS; level++) {
		struct tdmr_area *a = &tdmr->pamt[level];

		if (a->size)
			memory->give(memory->arg, a->base, a->size);
		a->base = 0;
		a->size = 0;
	}
}

/* Spread holes over more TDMRs while there are TDMRs to spare. */
static void split_for_holes(struct tdmr_set *set)
{
	unsigned int i, n, want;
	u64 at;

	want = set->limits.max_reserved;
	want -= min(PAMT_HEADROOM, want - 1);
	for (i = 0; i < set->nr; i++) {
		struct tdmr *t = &set->tdmr[i];

		while (t->size > SZ_GIB) {
			n = cmr_gaps(set, t->base, t->base + t->size);
			if (n <= want)
				break;
			/* at the GiB boundary in or before the middle hole */
			at = align_down(set->area[n / 2].end, SZ_GIB);
			if (at <= t->base)
				at = t->base + SZ_GIB;
			if (at >= t->base + t->size)
				at = t->base + t->size - SZ_GIB;
			if (split(set, i, at))
				return;
		}
	}
}

static unsigned int cover_in_gib(const struct tdmr_region *usable,
				 unsigned int nr, struct tdmr_region *blk)
{
	unsigned int i, n = 0;

	for (i = 0; i < nr; i++) {
		u64 start = align_down(usable[i].start, SZ_GIB);
		u64 end = align_up(usable[i].end, SZ_GIB);

		/* a GiB that two regions share goes to the first one's node */
		if (n && start < blk[n - 1].end)
			start = blk[n - 1].end;
		if (start >= end)
			continue;
		if (n && start == blk[n - 1].end &&
		    blk[n - 1].nid == usable[i].nid) {
			blk[n - 1].end = end;
			continue;
		}
		blk[n].start = start;
		blk[n].end = end;
		blk[n].nid = usable[i].nid;
		n++;
	}
	return n;
}

/*
 * Too many: join two neighbours, again and again. A hole between them costs
 * PAMT for nothing; a large TDMR needs more contiguous memory than small ones.
 */
static unsigned int join_blocks(struct tdmr_region *blk, unsigned int nr,
				unsigned int limit)
{
	unsigned int i, best;
	u64 gap, least;

	while (nr > limit) {
		best = 0;
		least = ~0ULL;
		for (i = 0; i + 1 < nr; i++) {
			gap = blk[i + 1].start - blk[i].end;
			gap += (blk[i + 1].end - blk[i].start) / 8;
			/* a node boundary weighs like a hole of a GiB */
			if (blk[i].nid != blk[i + 1].nid)
				gap += SZ_GIB;
			if (gap < least) {
				least = gap;
				best = i;
			}
		}
		blk[best].end = blk[best + 1].end;
		nr--;
		memmove(&blk[best + 1], &blk[best + 2],
			(nr - best - 1) * sizeof(*blk));
	}
	return nr;
}

/**
 * tdmr_layout() - choose TDMRs that cover the usable memory
 * @set: with limits and CMRs; its TDMRs are filled, PAMTs and reserved areas not
 * @usable: from tdmr_usable()
 * @nr_usable: how many
 * @scratch: room for @nr_usable regions
 * Return: 0, or -ENOENT when no memory is worth a TDMR.
 */
int tdmr_layout(struct tdmr_set *set, const struct tdmr_region *usable,
		unsigned int nr_usable, struct tdmr_region *scratch)
{
	unsigned int i, n, kept = 0;

	n = cover_in_gib(usable, nr_usable, scratch);
	for (i = 0; i < n; i++) {
		u64 start = scratch[i].start, end = scratch[i].end;
		u64 bytes = bytes_within(usable, nr_usable, start, end);

		if (bytes < 2 * tdmr_pamt_total(&set->limits, end - start)) {
			set->dropped += bytes;
			continue;
		}
		scratch[kept++] = scratch[i];
	}
	n = join_blocks(scratch, kept, set->limits.max_tdmrs);

	memset(set->tdmr, 0, sizeof(set->tdmr));
	set->nr = n;
	for (i = 0; i < n; i++) {
		set->tdmr[i].base = scratch[i].start;
		set->tdmr[i].size = scratch[i].end - scratch[i].start;
		set->tdmr[i].nid = scratch[i].nid;
	}
	split_for_holes(set);
	return set->nr ? 0 : -ENOENT;
}

static unsigned int add_area(struct tdmr_region *area, unsigned int n,
			     u64 start, u64 end)
{
	unsigned int i;

	if (start >= end)
		return n;
	for (i = n; i && area[i - 1].start > start; i--)
		area[i] = area[i - 1];
	area[i].start = start;
	area[i].end = end;
	return n + 1;
}

static unsigned int join_touching(struct tdmr_region *area, unsigned int n)
{
	unsigned int i, k = 0;

	for (i = 0; i < n; i++) {
		if (k && area[i].start <= area[k - 1].end)
			area[k - 1].end = max(area[k - 1].end, area[i].end);
		else
			area[k++] = area[i];
	}
	return k;
}

static void reserve_one(struct tdmr_set *set, struct tdmr *t)
{
	unsigned int i, j, n, best, limit = set->limits.max_reserved;
	struct tdmr_region *area = set->area;
	u64 end = t->base + t->size;

	n = cmr_gaps(set, t->base, end);
	for (i = 0; i < set->nr; i++) {
		for (j = 0; j < TDMR_PAMTS; j++) {
			const struct tdmr_area *p = &set->tdmr[i].pamt[j];

			n = add_area(area, n, max(p->base, t->base),
				     min(p->base + p->size, end));
		}
	}
	n = join_touching(area, n);

	/* too many: give up the smallest pieces of memory between two */
	while (n > limit) {
		for (best = 0, i = 1; i + 1 < n; i++)
			if (area[i + 1].start - area[i].end <
			    area[best + 1].start - area[best].end)
				best = i;
		set->swallowed += area[best + 1].start - area[best].end;
		area[best].end = area[best + 1].end;
		n--;
		memmove(&area[best + 1], &area[best + 2],
			(n - best - 1) * sizeof(*area));
	}

	t->nr_reserved = n;
	for (i = 0; i < n; i++) {
		t->reserved[i].base = area[i].start;
		t->reserved[i].size = area[i].end - area[i].start;
	}
}

/**
 * tdmr_reserve() - fill the reserved areas, once all PAMTs are placed
 * @set: of TDMRs with PAMTs
 *
 * Where a TDMR has more holes and PAMTs than the module takes reserved areas,
 * the smallest pieces of memory between them are given up: counted in
 * @set->swallowed, and absent from tdmr_given().
 *
 * Return: 0, or -EINVAL when a PAMT is not in one CMR or overlaps another.
 */
int tdmr_reserve(struct tdmr_set *set)
{
	unsigned int i, j, n = 0;

	for (i = 0; i < set->nr; i++) {
		for (j = 0; j < TDMR_PAMTS; j++) {
			const struct tdmr_area *p = &set->tdmr[i].pamt[j];

			if (!p->size || p->base % SZ_PAGE ||
			    !tdmr_in_cmr(set, p->base, p->base + p->size))
				return -EINVAL;
			n = add_area(set->area, n, p->base, p->base + p->size);
		}
	}
	for (i = 0; i + 1 < n; i++)
		if (set->area[i].end > set->area[i + 1].start)
			return -EINVAL;

	for (i = 0; i < set->nr; i++)
		reserve_one(set, &set->tdmr[i]);
	return 0;
}

/**
 * tdmr_given() - the memory that TDs can really have
 * @set: complete
 * @usable: from tdmr_usable()
 * @nr_usable: how many
 * @given: room for TDMR_GIVEN_MAX(@nr_usable)
 * Return: the number of regions in @given, ascending and disjoint.
 */
int tdmr_given(const struct tdmr_set *set, const struct tdmr_region *usable,
	       unsigned int nr_usable, struct tdmr_region *given)
{
	unsigned int i, t, r, n = 0;

	for (i = 0, t = 0; i < nr_usable && t < set->nr;) {
		const struct tdmr *m = &set->tdmr[t];
		u64 at = max(usable[i].start, m->base);
		u64 end = min(usable[i].end, m->base + m->size);

		for (r = 0; at < end && r <= m->nr_reserved; r++) {
			u64 stop = end, next = end;

			if (r < m->nr_reserved) {
				stop = m->reserved[r].base;
				next = stop + m->reserved[r].size;
			}
			if (at < min(stop, end)) {
				given[n].start = at;
				given[n].end = min(stop, end);
				given[n++].nid = usable[i].nid;
			}
			at = max(at, next);
		}
		if (usable[i].end <= m->base + m->size)
			i++;
		else
			t++;
	}
	return n;
}
