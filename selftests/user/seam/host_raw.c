// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tests of host_test.c on a machine that is up, with two packages of two
 * CPUs: what comes before is not to be had again, and locks are held by real
 * calls of the other CPU of a package.
 */
#include <stdio.h>

#include "host_cold.h"
#include "host_test.h"
#include "world_raw.h"

/* LP 0 and 1 are CPU 1 and 2. */
#define NEIGHBOUR(lp)	((lp) ? 3 : 0)
#define OTHER_TDR	P(120)
#define OTHER_HKID	(HKID0 + 9)
#define OPERANDS(...)	((u64[WORLD_OPERANDS]) { __VA_ARGS__ })

enum pamt_kind stage_dynamic;
bool stage_disable;

bool stage_here(enum stage s)
{
	if (cold_here)
		return true;
	world_missing = NULL;
	if (s < TDMR)
		world_missing = "the machine is past that";
	if (s == SHUT)
		world_missing = "the machine would be down for all others";
	return s == COLD || (s > TDMR && s != SHUT);
}

void stage_cold(void)
{
	if (cold_here) {
		cold_load();
		return;
	}
	world_reused("stage");
	world_open();
}

void stage_close(void)
{
	if (cold_here)
		cold_close();
	else
		world_close();
}

enum stage stage_from(enum stage s)
{
	return cold_here ? cold_from(s) : COLD;
}

void stage_stands(enum stage s)
{
	if (cold_here)
		cold_stands(s);
}

void stage_tdmr(void)
{
	if (cold_here)
		cold_tdmr();
}

void stage_other_lps(void)
{
	cold_lp_init();
}

void host_adapt(struct host_row *r)
{
	if (cold_here)
		cold_adapt(r);
}

static void hold(const struct host_row *r)
{
	unsigned int cpu = NEIGHBOUR(r->lp);
	bool there = true;

	switch (r->during) {
	case SYS_LOCKED:
		there = world_raw_stall(OPERANDS(TDH_SYS_INIT), cpu, "lock", 0);
		break;
	case TDMR_LOCKED:
	case OTHER_LP_INSIDE:
		there = world_raw_stall(OPERANDS(TDH_SYS_TDMR_INIT,
						 stage_tdmr_base()), cpu, "lock", 0);
		break;
	case TDR_LOCKED:
		there = world_raw_stall(OPERANDS(TDH_PHYMEM_PAGE_RECLAIM, TDR),
					cpu, "lock", 0);
		break;
	case PAGE_LOCKED:
		there = world_raw_stall(OPERANDS(TDH_PHYMEM_PAGE_RECLAIM,
						 r->page), cpu, "lock", 0);
		break;
	case KOT_LOCKED:
		/* past the lock of its page */
		there = world_raw_stall(OPERANDS(TDH_MNG_CREATE, OTHER_TDR,
						 OTHER_HKID), cpu, "lock", 1);
		break;
	case KET_LOCKED:
		if (r->stage < READY) {
			world_missing = "who has it before there are TDs has the module's lock too";
			return;
		}
		MUST(0, TDH_MNG_CREATE, OTHER_TDR, OTHER_HKID);
		there = world_raw_stall(OPERANDS(TDH_MNG_KEY_CONFIG, OTHER_TDR),
					cpu, "lock", 1);
		break;
	case WB_LOCKED:
		there = world_raw_stall(OPERANDS(TDH_PHYMEM_CACHE_WB), cpu,
					"lock", 0);
		break;
	default:
		break;
	}
	if (!there)
		printf("# nothing is locked\n");
}

void host_during(const struct host_row *r, bool on)
{
	if (!on) {
		world_let_go();
		world_raw_rule("clear");
		if (r->during == DAMAGE && cold_here)
			stage_pages();
		return;
	}
	switch (r->during) {
	case NO_ENTROPY:
		world_raw_rule("no-entropy 1000");
		break;
	case INTERRUPT:
		world_interrupt();
		break;
	case DAMAGE:
		world_put(r->page, r->word, cold_here ?
			  world_raw_hpa(r->val) : r->val);
		break;
	case FATAL:
		world_missing = "no private page yet that a write could be noticed in";
		break;
	case OP_LOCKED:
		world_missing = "only migration leaves hold it exclusively";
		break;
	default:
		hold(r);
	}
}
