// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bring-up from the module's first call on, through the SEAMCALL instruction:
 * P-SEAMLDR takes the module away and loads it anew. seamhost's own state is
 * void after that; whoever runs these tests removes it next.
 *
 * The TDMR is the 1G that the tests' pages are in. What is no CMR there, and
 * the PAMTs, are its reserved areas.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <seamhost/abi.h>
#include "host_cold.h"
#include "world_raw.h"

#define GIGA		LEVEL_BYTES(2)
#define PAMT_SMALL	0x20000		/* of 1G and 2M pages, at SIM_A */
#define PAMT_4K		0x400000	/* at SIM_A + this, and of this size */
#define IMAGE_PAGES	22		/* of the host's pages */
#define MAX_AREAS	16
#define INFO_BYTES	1024

bool cold_here;

static hpa_t small, large, base;
static struct area { u64 from, to; } areas[MAX_AREAS];
static unsigned int nr_areas;
static enum stage kept;
static bool is_kept;
static u64 kept_digest;

/* ---- where things are ----------------------------------------------------------- */

static bool place(u64 page, u64 *real)
{
	u64 off = page - SIM_A;

	if (page < SIM_A)
		return false;
	if (off < PAMT_SMALL)
		*real = small + off;
	else if (off - PAMT_4K < PAMT_4K)
		*real = large + off - PAMT_4K;
	else
		return false;
	return true;
}

static int by_start(const void *a, const void *b)
{
	const struct area *x = a, *y = b;

	return x->from < y->from ? -1 : x->from > y->from;
}

static bool add_area(u64 from, u64 to)
{
	from = max(from, base);
	to = min(to, base + GIGA);
	if (from >= to)
		return true;
	if (nr_areas == MAX_AREAS)
		return false;
	areas[nr_areas].from = from;
	areas[nr_areas++].to = to;
	return true;
}

/* What the module says of memory, while seamhost's is up. */
static bool find_areas(void)
{
	const struct seam_cmr *cmr = world_raw_page(OUT2);
	u64 end = 0;
	bool ok = true;
	unsigned int i;

	if (CALL(0, TDH_SYS_INFO, OUT1, INFO_BYTES, OUT2, 32))
		return false;
	for (i = 0; i < 32 && cmr[i].size; i++) {
		ok &= add_area(end, cmr[i].base);
		end = cmr[i].base + cmr[i].size;
	}
	ok &= add_area(end, ~0ULL) && add_area(small, small + PAMT_SMALL) &&
	      add_area(large, large + PAMT_4K);
	qsort(areas, nr_areas, sizeof(areas[0]), by_start);
	return ok;
}

void cold_tdmr(void)
{
	unsigned int i;

	memset(world_raw_page(TDMR_INFO), 0, PAGE_BYTES);
	world_put(TDMR_INFO, 0, base);
	world_put(TDMR_INFO, 1, GIGA);
	world_put(TDMR_INFO, 2, small);
	world_put(TDMR_INFO, 3, 0x1000);
	world_put(TDMR_INFO, 4, small + 0x10000);
	world_put(TDMR_INFO, 5, 0x2000);
	world_put(TDMR_INFO, 6, large);
	world_put(TDMR_INFO, 7, PAMT_4K);
	for (i = 0; i < nr_areas; i++) {
		world_put(TDMR_INFO, 8 + 2 * i, areas[i].from - base);
		world_put(TDMR_INFO, 9 + 2 * i, areas[i].to - areas[i].from);
	}
	memset(world_raw_page(TDMR_ARRAY), 0, PAGE_BYTES);
	world_put(TDMR_ARRAY, 0, world_raw_hpa(TDMR_INFO));
}

hpa_t stage_tdmr_base(void)
{
	return base;
}

/* Rows name the TDMR by where its first page would be. */
void cold_adapt(struct host_row *r)
{
	unsigned int more = nr_areas - 1;

	if (r->leaf == TDH_SYS_TDMR_INIT && r->rcx - SIM_H0 < PAGE_BYTES * 2)
		r->rcx = r->rcx - SIM_H0 + base;
	/* handoff versions begin with 1, not 0 */
	if (r->leaf == TDH_SYS_SHUTDOWN && r->rcx <= 1)
		r->rcx++;
	if (r->during != DAMAGE || r->page != TDMR_INFO)
		return;
	if (!r->word && r->val - SIM_H0 < GIGA)
		r->val = r->val - SIM_H0 + base;
	/* what TDs could use */
	if (r->word == 6 && r->val - SIM_H0 < GIGA)
		r->val = large - LEVEL_BYTES(1) / 2;
	/* an area behind the last */
	if (r->word > 9) {
		r->word += 2 * more;
		r->want += more << 8;
	}
}

/* ---- loading a module ------------------------------------------------------------- */

unsigned int cold_lps(void)
{
	return sysconf(_SC_NPROCESSORS_ONLN);
}

u64 cold_each_lp(u64 leaf, u64 rcx)
{
	unsigned int cpu;
	u64 st = 0;

	for (cpu = 0; !st && cpu < cold_lps(); cpu++)
		st = world_raw_on(cpu, leaf, rcx);
	return st;
}

bool cold_image(const char *name, u32 scenario)
{
	struct seamldr_params *p = world_raw_page(COLD_PARAMS);
	char path[64];
	unsigned int i;
	FILE *f;

	snprintf(path, sizeof(path), "/tests/images/%s.img", name);
	f = fopen(path, "r");
	if (!f || fseek(f, PAGE_BYTES, SEEK_SET) ||
	    fread(world_raw_page(COLD_SIGSTRUCT), PAGE_BYTES, 1, f) != 1) {
		printf("Bail out! no %s\n", path);
		exit(1);
	}
	memset(p, 0, sizeof(*p));
	p->scenario = scenario;
	p->sigstruct_pa = world_raw_hpa(COLD_SIGSTRUCT);
	for (i = 0; i < IMAGE_PAGES; i++) {
		hpa_t page = COLD_IMAGE + i * PAGE_BYTES;

		if (!fread(world_raw_page(page), PAGE_BYTES, 1, f))
			break;
		p->module_page_pa[i] = world_raw_hpa(page);
	}
	p->num_module_pages = i;
	fclose(f);
	return i;
}

void cold_load(void)
{
	u64 st;

	/* none may be there */
	cold_each_lp(LDR(SHUTDOWN), 0);
	cold_image(stage_disable ? "disable" : stage_dynamic ? "dynamic" :
		   "old", SEAMLDR_SCENARIO_LOAD);
	st = cold_each_lp(LDR(INSTALL), COLD_PARAMS);
	if (!st)
		return;
	printf("Bail out! no module is loaded: 0x%llx\n", st);
	exit(1);
}

/* LP 0 and 1 are CPU 1 and 2. */
void cold_lp_init(void)
{
	unsigned int cpu;

	for (cpu = 0; cpu < cold_lps(); cpu++)
		if (cpu != 1 && cpu != 2 &&
		    world_raw_on(cpu, TDH_SYS_LP_INIT, 0))
			printf("# no LP.INIT on CPU %u\n", cpu);
}

/* ---- a stage that nothing changed serves the next row ------------------------------- */

static enum pamt_kind kept_dynamic;
static bool kept_disable;

enum stage cold_from(enum stage s)
{
	if (is_kept && kept <= s && kept_dynamic == stage_dynamic &&
	    kept_disable == stage_disable)
		return kept + 1;
	return COLD;
}

void cold_stands(enum stage s)
{
	kept = s;
	kept_dynamic = stage_dynamic;
	kept_disable = stage_disable;
	kept_digest = world_digest();
	is_kept = true;
}

void cold_close(void)
{
	world_let_go();
	if (world_digest() != kept_digest || kept == TD_RUNS)
		is_kept = false;
}

/* ---- begin and end ------------------------------------------------------------------ */

bool cold_begin(void)
{
	unsigned int i;

	world_raw_take_back();
	small = world_raw_alloc(5);
	large = world_raw_alloc(10);
	base = world_raw_hpa(P(0)) & ~(GIGA - 1);
	for (i = 0; i < 16; i++) {
		if ((world_raw_hpa(H(i)) & ~(GIGA - 1)) != base) {
			printf("# the tests' pages are not in one TDMR\n");
			return false;
		}
	}
	if (!find_areas()) {
		printf("# memory has too many holes for a TDMR\n");
		return false;
	}
	world_raw_place = place;
	seam_config.module_hv = 1;
	cold_here = true;
	return true;
}

void cold_end(void)
{
	stage_dynamic = PAMT_FIXED;
	stage_disable = false;
	cold_load();
	cold_here = false;
}
