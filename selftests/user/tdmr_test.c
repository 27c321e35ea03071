// SPDX-License-Identifier: GPL-2.0-only
/*
 * TDMR construction for machines of many shapes. What virt/tdmr.c makes is
 * checked rule by rule against a checker that shares no code with it: every
 * boundary cuts the address space into intervals, and each interval is looked
 * up in each list by plain search.
 */
#include <stdlib.h>
#include <string.h>
#include "../../virt/tdmr.h"
#include "../include/ktap.h"

#define MIB		0x100000ULL
#define GIB		0x40000000ULL
#define PAGE		4096ULL
#define MAX_RAM		512

struct machine {
	const char *name;
	struct tdmr_limits limits;
	struct tdmr_region ram[MAX_RAM];
	unsigned int nr_ram;
	struct tdmr_area cmr[TDMR_MAX_CMRS];
	unsigned int nr_cmrs;
	u64 contiguous;	/* largest piece the page allocator has; 0: any */
	unsigned int pieces;	/* how many it has; 0: any */
	unsigned int skip;	/* memory in use between two pieces, pages */
};

static const struct tdmr_limits usual = {
	.max_tdmrs = 64,
	.max_reserved = 16,
	.pamt_entry_size = { 16, 16, 16 },
};

static struct tdmr_set set;
static struct tdmr_region usable[TDMR_USABLE_MAX(MAX_RAM)];
static struct tdmr_region scratch[TDMR_USABLE_MAX(MAX_RAM)];
static struct tdmr_region given[TDMR_GIVEN_MAX(TDMR_USABLE_MAX(MAX_RAM))];
static struct tdmr_region taken[TDMR_MAX];
static int nr_usable, nr_given;
static unsigned int nr_taken;
static u64 given_back;
static struct tdmr_want want;
static char why[200];

#define FAIL(...)	(snprintf(why, sizeof(why), __VA_ARGS__), false)

static u64 rng_state;

static u64 rnd(u64 below)
{
	rng_state = rng_state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (rng_state >> 20) % below;
}

/* ---- a page allocator of sorts ---- */

static bool overlaps_taken(u64 start, u64 end, u64 *below)
{
	unsigned int i;

	for (i = 0; i < nr_taken; i++) {
		if (taken[i].start < end && start < taken[i].end) {
			*below = taken[i].start;
			return true;
		}
	}
	return false;
}

static u64 take_near(const struct machine *m, u64 size, int nid)
{
	int i;

	for (i = nr_usable - 1; i >= 0; i--) {
		u64 top = usable[i].end, below;

		if (nid >= 0 && usable[i].nid != nid)
			continue;
		top -= (u64)m->skip * PAGE;
		while (top <= usable[i].end && top > usable[i].start &&
		       top - usable[i].start >= size) {
			if (overlaps_taken(top - size, top, &below)) {
				top = below - (u64)m->skip * PAGE;
				continue;
			}
			taken[nr_taken].start = top - size;
			taken[nr_taken++].end = top;
			return top - size;
		}
	}
	return 0;
}

static u64 take(void *arg, u64 size, int nid)
{
	const struct machine *m = arg;
	u64 at;

	if ((m->contiguous && size > m->contiguous) ||
	    (m->pieces && nr_taken >= m->pieces))
		return 0;
	at = take_near(m, size, nid);
	return at ? at : take_near(m, size, -1);
}

/* in parts: what is left of a piece is counted in bytes */
static void give(void *arg, u64 base, u64 size)
{
	(void)arg;
	given_back += size;
	if (!base)
		given_back = ~0ULL;
}

/* ---- the checker ---- */

static u64 point[16384];
static unsigned int nr_points;

static void cut(u64 a, u64 b)
{
	point[nr_points++] = a;
	point[nr_points++] = b;
}

static int by_value(const void *a, const void *b)
{
	u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return x < y ? -1 : x > y;
}

static bool in_areas(const struct tdmr_area *a, unsigned int n, u64 at)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		if (a[i].base <= at && at - a[i].base < a[i].size)
			return true;
	return false;
}

static unsigned int in_regions(const struct tdmr_region *r, unsigned int n,
			       u64 at)
{
	unsigned int i, hits = 0;

	for (i = 0; i < n; i++)
		hits += r[i].start <= at && at < r[i].end;
	return hits;
}

/* 0 outside, 1 in a TDMR's open part, 2 in a reserved area */
static int tdmr_at(u64 at, unsigned int *which)
{
	unsigned int i;

	for (i = 0; i < set.nr; i++) {
		const struct tdmr *t = &set.tdmr[i];

		if (at < t->base || at >= t->base + t->size)
			continue;
		*which = i;
		return in_areas(t->reserved, t->nr_reserved, at) ? 2 : 1;
	}
	return 0;
}

static unsigned int pamts_at(u64 at)
{
	unsigned int i, l, hits = 0;

	for (i = 0; i < set.nr; i++)
		for (l = 0; l < TDMR_PAMTS; l++)
			hits += in_areas(&set.tdmr[i].pamt[l], 1, at);
	return hits;
}

static bool check_shape(const struct machine *m, const struct tdmr *t,
			unsigned int i)
{
	static const u64 unit[TDMR_PAMTS] = { PAGE, 2 * MIB, GIB };
	u64 at = 0, need;
	unsigned int k;

	if (t->base % GIB || !t->size || t->size % GIB)
		return FAIL("TDMR %u is not in GiB", i);
	if (i && t->base < t[-1].base + t[-1].size)
		return FAIL("TDMR %u overlaps the one before", i);
	if (t->nr_reserved > m->limits.max_reserved)
		return FAIL("TDMR %u has %u reserved areas", i, t->nr_reserved);
	for (k = 0; k < t->nr_reserved; k++) {
		const struct tdmr_area *a = &t->reserved[k];

		if (!a->size || a->size % PAGE || a->base % PAGE)
			return FAIL("reserved area %u of TDMR %u is odd", k, i);
		if (a->base < t->base || a->base < at)
			return FAIL("reserved area %u of TDMR %u is out of order",
				    k, i);
		at = a->base + a->size;
		if (at > t->base + t->size)
			return FAIL("reserved area %u leaves TDMR %u", k, i);
	}
	for (k = 0; k < TDMR_PAMTS; k++) {
		need = t->size / unit[k] * m->limits.pamt_entry_size[k];
		if (!k && m->limits.pamt_bitmap_bits)
			need = t->size / PAGE * m->limits.pamt_bitmap_bits / 8;
		if (t->pamt[k].base % PAGE || t->pamt[k].size % PAGE ||
		    t->pamt[k].size < need ||
		    t->pamt[k].size >= need + PAGE + !need)
			return FAIL("PAMT %u of TDMR %u has the wrong size", k,
				    i);
	}
	return true;
}

/* What holds for one interval between two neighbouring boundaries. */
static bool check_interval(const struct machine *m, u64 at, u64 len,
			   u64 *given_bytes, u64 *usable_bytes, u64 *pamt_bytes)
{
	bool cmr = in_areas(m->cmr, m->nr_cmrs, at);
	bool ram = in_regions(m->ram, m->nr_ram, at) && at >= MIB;
	unsigned int which = 0, pamts = pamts_at(at);
	int place = tdmr_at(at, &which);
	unsigned int hits = in_regions(given, nr_given, at);

	if (place == 1 && !cmr)
		return FAIL("0x%llx is open in TDMR %u but not convertible", at,
			    which);
	if (pamts > 1)
		return FAIL("PAMTs overlap at 0x%llx", at);
	if (pamts && !cmr)
		return FAIL("PAMT at 0x%llx is not convertible", at);
	if (pamts && !ram)
		return FAIL("PAMT at 0x%llx is not memory", at);
	if (pamts && place == 1)
		return FAIL("PAMT at 0x%llx is open to TDs", at);
	if (hits > 1)
		return FAIL("0x%llx is given twice", at);
	if (hits && (place != 1 || !ram || !cmr))
		return FAIL("0x%llx is given but TDs cannot have it", at);
	if (!hits && place == 1 && ram)
		return FAIL("0x%llx is open to TDs but not given", at);
	*given_bytes += hits ? len : 0;
	*usable_bytes += ram && cmr ? len : 0;
	*pamt_bytes += pamts ? len : 0;
	return true;
}

static bool check(const struct machine *m)
{
	u64 given_bytes = 0, usable_bytes = 0, pamt_bytes = 0, lost;
	unsigned int i, k;

	if (!set.nr || set.nr > m->limits.max_tdmrs)
		return FAIL("%u TDMRs", set.nr);
	nr_points = 0;
	cut(0, MIB);
	for (i = 0; i < m->nr_ram; i++)
		cut(m->ram[i].start, m->ram[i].end);
	for (i = 0; i < m->nr_cmrs; i++)
		cut(m->cmr[i].base, m->cmr[i].base + m->cmr[i].size);
	for (i = 0; i < (unsigned int)nr_given; i++)
		cut(given[i].start, given[i].end);
	for (i = 0; i < set.nr; i++) {
		const struct tdmr *t = &set.tdmr[i];

		if (!check_shape(m, t, i))
			return false;
		cut(t->base, t->base + t->size);
		for (k = 0; k < TDMR_PAMTS; k++)
			cut(t->pamt[k].base,
			    t->pamt[k].base + t->pamt[k].size);
		for (k = 0; k < t->nr_reserved; k++)
			cut(t->reserved[k].base,
			    t->reserved[k].base + t->reserved[k].size);
	}
	qsort(point, nr_points, sizeof(*point), by_value);
	for (i = 0; i + 1 < nr_points; i++) {
		if (point[i] == point[i + 1])
			continue;
		if (!check_interval(m, point[i], point[i + 1] - point[i],
				    &given_bytes, &usable_bytes, &pamt_bytes))
			return false;
	}
	/* nothing is lost but what is accounted for (and parts of pages) */
	lost = usable_bytes - given_bytes - pamt_bytes;
	if (lost > set.dropped + set.swallowed + 2 * PAGE * m->nr_ram)
		return FAIL("%llu bytes lost, %llu dropped, %llu swallowed",
			    lost, set.dropped, set.swallowed);
	return true;
}

/* ---- running one machine ---- */

enum outcome { DONE, REFUSED, NO_MEMORY };

static enum outcome build(struct machine *m)
{
	const struct tdmr_memory memory = {
		.take = take, .give = give, .arg = m,
	};

	if (tdmr_set_init(&set, &m->limits, m->cmr, m->nr_cmrs))
		return REFUSED;
	nr_usable = tdmr_usable(&set, m->ram, m->nr_ram, usable);
	if (nr_usable < 0)
		return REFUSED;
	if (tdmr_layout(&set, usable, nr_usable, scratch))
		return REFUSED;
	nr_taken = 0;
	given_back = 0;
	if (tdmr_take_pamts(&set, &memory, &want))
		return NO_MEMORY;
	if (tdmr_reserve(&set))
		return REFUSED;
	nr_given = tdmr_given(&set, usable, nr_usable, given);
	return DONE;
}

static void expect_good(struct machine *m)
{
	bool good;

	snprintf(why, sizeof(why), "it was refused");
	good = build(m) == DONE && check(m);
	ktap_ok(good, "%s", m->name);
	if (!good)
		ktap_note("%s", why);
}

static struct machine *fresh(const char *name)
{
	static struct machine m;

	memset(&m, 0, sizeof(m));
	m.name = name;
	m.limits = usual;
	return &m;
}

static void ram(struct machine *m, u64 start, u64 end, int nid)
{
	m->ram[m->nr_ram].start = start;
	m->ram[m->nr_ram].end = end;
	m->ram[m->nr_ram++].nid = nid;
}

static void cmr(struct machine *m, u64 start, u64 end)
{
	m->cmr[m->nr_cmrs].base = start;
	m->cmr[m->nr_cmrs++].size = end - start;
}

/* ---- machines ---- */

static void small_machine(void)
{
	struct machine *m = fresh("a virtual machine of 512 MiB");

	ram(m, 0x1000, 0x9f000, 0);
	ram(m, MIB, 511 * MIB + 0xe0000, 0);
	cmr(m, 0, 512 * MIB);
	expect_good(m);
	ktap_ok(set.nr == 1 && set.tdmr[0].base == 0,
		"it gets one TDMR from address 0");
}

static void hole_below_4g(void)
{
	struct machine *m = fresh("a hole under 4 GiB");

	ram(m, 0x1000, 0x9f000, 0);
	ram(m, MIB, 0x7ffd0000, 0);
	ram(m, 0x7ffe5000, 0x80000000, 0);
	ram(m, 4 * GIB, 34 * GIB, 0);
	cmr(m, MIB, 0x80000000);
	cmr(m, 4 * GIB, 34 * GIB);
	expect_good(m);
	ktap_ok(set.nr == 2, "no TDMR spans the hole");
}

static void numa(void)
{
	struct machine *m = fresh("two nodes whose border is inside a GiB");
	unsigned int i;
	bool good = true;

	ram(m, MIB, 2 * GIB, 0);
	ram(m, 4 * GIB, 66 * GIB + 512 * MIB, 0);
	ram(m, 66 * GIB + 512 * MIB, 130 * GIB, 1);
	cmr(m, MIB, 2 * GIB);
	cmr(m, 4 * GIB, 130 * GIB);
	expect_good(m);

	m = fresh("eight nodes");
	for (i = 0; i < 8; i++) {
		ram(m, i * 256 * GIB + (i ? 0 : MIB), (i + 1) * 256 * GIB, i);
		cmr(m, i * 256 * GIB, (i + 1) * 256 * GIB);
	}
	expect_good(m);
	for (i = 0; i < set.nr; i++) {
		u64 at = set.tdmr[i].pamt[0].base;

		good &= at / (256 * GIB) == (u64)set.tdmr[i].nid;
	}
	ktap_ok(set.nr == 8 && good, "each node's PAMT is on that node");
}

static void big(void)
{
	struct machine *m = fresh("6 TiB, with contiguous memory in pieces of 4.5 GiB");
	unsigned int i;

	ram(m, MIB, 2 * GIB, 0);
	for (i = 0; i < 6; i++) {
		ram(m, (4 + i * 1024) * GIB, (4 + (i + 1) * 1024) * GIB, i / 3);
		cmr(m, (4 + i * 1024) * GIB, (4 + (i + 1) * 1024) * GIB);
	}
	cmr(m, 0, 2 * GIB);
	m->contiguous = 4608 * MIB;
	expect_good(m);

	m->contiguous = 800 * MIB;
	m->name = "6 TiB, with contiguous memory in pieces of 800 MiB";
	expect_good(m);
	ktap_ok(set.nr > 32 && set.nr <= 64, "TDMRs are split to fit: %u",
		set.nr);

	m->contiguous = 256 * MIB;
	ktap_ok(build(m) == NO_MEMORY,
		"64 TDMRs of 6 TiB have no PAMT in pieces of 256 MiB");
}

/* The first node's PAMT is to be had, the second's is not. */
static void no_contiguous_memory(void)
{
	struct machine *m = fresh("two nodes, and memory for both PAMTs");
	unsigned int i;
	u64 first, left = 0;

	ram(m, MIB, 2 * GIB, 0);
	ram(m, 4 * GIB, 7 * GIB, 1);
	cmr(m, 0, 2 * GIB);
	cmr(m, 4 * GIB, 7 * GIB);
	m->pieces = 1;
	ktap_ok(build(m) == NO_MEMORY && want.nid == 1,
		"where the second node has none, that node is named");
	first = taken[0].end - taken[0].start;
	ktap_ok(want.tdmr == 1 && set.tdmr[1].size == GIB &&
		want.size == tdmr_pamt_total(&set.limits, GIB),
		"with the size that even a TDMR of 1 GiB wants");
	for (i = 0; i < set.nr; i++)
		left += set.tdmr[i].pamt[0].size;
	ktap_ok(given_back == first && !left,
		"all that was taken is given back, once");
	m->pieces = 0;
	expect_good(m);
}

static void cxl(void)
{
	struct machine *m = fresh("memory that is not convertible (CXL)");

	ram(m, MIB, 64 * GIB, 0);
	ram(m, 64 * GIB, 128 * GIB, 2);
	cmr(m, 0, 64 * GIB);
	expect_good(m);
	ktap_ok(given[nr_given - 1].end <= 64 * GIB,
		"TDs get none of it");
}

static void fragmented_cmrs(void)
{
	struct machine *m = fresh("32 CMRs with holes of one page");
	unsigned int i;

	ram(m, MIB, 32 * GIB, 0);
	for (i = 0; i < 32; i++)
		cmr(m, i * GIB + PAGE, (i + 1) * GIB);
	expect_good(m);

	m = fresh("32 CMRs in one GiB: more holes than reserved areas");
	ram(m, MIB, 4 * GIB, 0);
	for (i = 0; i < 31; i++)
		cmr(m, GIB + i * 32 * MIB + PAGE, GIB + (i + 1) * 32 * MIB);
	cmr(m, 2 * GIB, 4 * GIB);
	m->skip = 3;
	expect_good(m);
	ktap_ok(set.swallowed > 0, "the smallest pieces between holes are given up");

	m = fresh("CMRs out of order, empty ones, touching ones");
	ram(m, MIB, 6 * GIB, 0);
	cmr(m, 4 * GIB, 6 * GIB);
	cmr(m, 0, 0);
	cmr(m, 0, GIB);
	cmr(m, GIB, 3 * GIB);
	expect_good(m);
}

static void tight_limits(void)
{
	struct machine *m = fresh("200 memory regions and 4 TDMRs");
	unsigned int i;

	for (i = 0; i < 200; i++)
		ram(m, i * 4 * GIB + MIB, i * 4 * GIB + (1 + i % 3) * GIB, 0);
	cmr(m, 0, 1024 * GIB);
	m->limits.max_tdmrs = 4;
	expect_good(m);

	ram(m, 900 * GIB, 908 * GIB, 0);
	m->limits.max_tdmrs = 1;
	m->name = "201 memory regions and 1 TDMR";
	expect_good(m);

	m = fresh("one reserved area per TDMR");
	ram(m, MIB, 3 * GIB, 0);
	ram(m, 4 * GIB, 16 * GIB, 0);
	cmr(m, 0, 3 * GIB);
	cmr(m, 4 * GIB, 16 * GIB);
	m->limits.max_reserved = 1;
	m->skip = 1;
	expect_good(m);
}

static void odd_entries(void)
{
	struct machine *m = fresh("PAMT entries of 32 bytes");

	ram(m, MIB, 8 * GIB, 0);
	cmr(m, 0, 8 * GIB);
	m->limits.pamt_entry_size[0] = 32;
	expect_good(m);

	m->name = "dynamic PAMT, a bit per page";
	m->limits.pamt_bitmap_bits = 1;
	expect_good(m);
	ktap_ok(set.tdmr[0].pamt[0].size == 8 * GIB / PAGE / 8,
		"it takes 1/32768 of the memory at the 4K level");
}

static void not_worth_it(void)
{
	struct machine *m = fresh("a sliver of memory alone in its GiB");

	ram(m, MIB, 2 * GIB, 0);
	ram(m, 5 * GIB, 5 * GIB + 64 * PAGE, 0);
	cmr(m, 0, 6 * GIB);
	expect_good(m);
	ktap_ok(set.nr == 1 && set.dropped == 64 * PAGE,
		"it gets no TDMR, for its PAMT would be larger");
}

static void nonsense(void)
{
	struct machine *m = fresh("");

	ram(m, MIB, GIB, 0);
	cmr(m, 0, GIB);
	cmr(m, GIB / 2, GIB);
	ktap_ok(build(m) == REFUSED, "overlapping CMRs are refused");

	m->nr_cmrs = 1;
	m->cmr[0].size = -PAGE;
	m->cmr[0].base = 2 * PAGE;
	ktap_ok(build(m) == REFUSED, "a CMR that wraps is refused");
	m->cmr[0].base = 0x123;
	m->cmr[0].size = GIB;
	ktap_ok(build(m) == REFUSED, "a CMR not in pages is refused");
	m->nr_cmrs = 0;
	ktap_ok(build(m) == REFUSED, "no CMR at all is refused");

	m->nr_cmrs = 1;
	m->cmr[0].base = 0;
	ram(m, 0x2000, 0x3000, 0);
	ktap_ok(build(m) == REFUSED, "an unordered memory map is refused");
	m->nr_ram = 1;
	m->limits.pamt_entry_size[2] = 0;
	ktap_ok(build(m) == REFUSED, "PAMT entries of no size are refused");
	m->limits = usual;
	m->limits.max_tdmrs = 0;
	ktap_ok(build(m) == REFUSED, "a module that takes no TDMR is refused");
	m->limits = usual;
	m->cmr[0].base = 8 * GIB;
	ktap_ok(build(m) == REFUSED, "memory outside all CMRs is refused");
}

/* The checker must see what is wrong, or it proves nothing. */
static void checker_checks(void)
{
	struct machine *m = fresh("");
	struct tdmr good;

	ram(m, MIB, 4 * GIB, 0);
	cmr(m, 0, 2 * GIB);
	cmr(m, 2 * GIB + MIB, 4 * GIB);
	build(m);
	good = set.tdmr[0];
	ktap_ok(check(m), "the checker accepts a good set");

	set.tdmr[0].nr_reserved--;
	ktap_ok(!check(m), "the checker sees a reserved area that is missing");
	set.tdmr[0] = good;
	set.tdmr[0].base += MIB;
	ktap_ok(!check(m), "the checker sees a base that is not in GiB");
	set.tdmr[0] = good;
	set.tdmr[0].pamt[1].base -= 64 * MIB;
	ktap_ok(!check(m), "the checker sees a PAMT that is open to TDs");
	set.tdmr[0] = good;
	set.tdmr[0].pamt[1].base = set.tdmr[0].pamt[0].base;
	ktap_ok(!check(m), "the checker sees PAMTs that overlap");
	set.tdmr[0] = good;
	set.tdmr[0].pamt[0].size -= PAGE;
	ktap_ok(!check(m), "the checker sees a PAMT that is too small");
	set.tdmr[0] = good;
	nr_given--;
	ktap_ok(!check(m), "the checker sees memory that nobody gets");
}

static u64 random_step(void)
{
	switch (rnd(5)) {
	case 0:
		return (1 + rnd(64)) * PAGE;
	case 1:
		return (1 + rnd(512)) * MIB;
	case 2:
		return (1 + rnd(1000)) * MIB + rnd(256) * PAGE;
	case 3:
		return (1 + rnd(64)) * GIB;
	default:
		return (1 + rnd(8)) * GIB;
	}
}

static void random_machine(struct machine *m)
{
	unsigned int i, n = 1 + rnd(rnd(4) ? 12 : MAX_RAM);
	u64 at = rnd(2) ? 0 : random_step();
	int nid = 0;

	for (i = 0; i < n; i++) {
		u64 size = random_step();

		ram(m, at, at + size, nid);
		at += size;
		if (rnd(2))
			at += random_step();
		if (!rnd(4))
			nid++;
	}
	at = 0;
	n = 1 + rnd(rnd(2) ? 4 : TDMR_MAX_CMRS);
	for (i = 0; i < n; i++) {
		u64 size = random_step() * (1 + rnd(20));

		cmr(m, at, at + size);
		at += size + (rnd(3) ? random_step() : 0);
	}
	m->limits.max_tdmrs = 1 + rnd(64);
	m->limits.max_reserved = 1 + rnd(16);
	m->limits.pamt_bitmap_bits = rnd(4) ? 0 : 1 + rnd(8);
	m->skip = rnd(3) ? 0 : rnd(64);
	m->contiguous = rnd(3) ? 0 : (1 + rnd(256)) * MIB;
}

static void random_machines(unsigned long seeds)
{
	unsigned long seed, done = 0;
	struct machine *m;
	bool good = true;

	for (seed = 1; seed <= seeds && good; seed++) {
		rng_state = seed * 0x9e3779b97f4a7c15ULL;
		m = fresh("random");
		random_machine(m);
		if (build(m) != DONE)
			continue;
		done++;
		good = check(m);
		if (!good)
			ktap_note("seed %lu: %s", seed, why);
	}
	ktap_ok(good && done > seeds / 4, "random machines (%lu of %lu had memory for TDs)",
		done, seeds);
}

/* usage: tdmr_test [RANDOM-MACHINES] */
int main(int argc, char **argv)
{
	unsigned long seeds = argc > 1 ? strtoul(argv[1], NULL, 0) : 3000;

	ktap_header();
	small_machine();
	hole_below_4g();
	numa();
	big();
	no_contiguous_memory();
	cxl();
	fragmented_cmrs();
	tight_limits();
	odd_entries();
	not_worth_it();
	nonsense();
	checker_checks();
	random_machines(seeds);
	ktap_plan(ktap_seen);
	return ktap_exit();
}
