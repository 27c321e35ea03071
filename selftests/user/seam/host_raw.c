// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tests of host_test.c on a machine that is up, with two packages of two
 * CPUs: what comes before is not to be had again, and locks are held by real
 * calls of the other CPU of a package.
 */
#include <stdio.h>

#include "host_test.h"
#include "world_raw.h"

/* LP 0 and 1 are CPU 1 and 2. */
#define NEIGHBOUR(lp)	((lp) ? 3 : 0)
#define OTHER_TDR	P(120)
#define OTHER_HKID	(HKID0 + 9)
#define OPERANDS(...)	((u64[WORLD_OPERANDS]) { __VA_ARGS__ })

bool stage_dynamic;

bool stage_here(enum stage s)
{
	world_missing = NULL;
	if (s < TDMR)
		world_missing = "the machine is past that";
	if (s == SHUT)
		world_missing = "the machine would be down for all others";
	return s == COLD || (s > TDMR && s != SHUT);
}

void stage_cold(void)
{
	world_reused("stage");
	world_open();
}

void stage_close(void)
{
	world_close();
}

static void hold(const struct host_row *r)
{
	unsigned int cpu = NEIGHBOUR(r->lp);
	bool there = true;

	switch (r->during) {
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
		world_put(r->page, r->word, r->val);
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
