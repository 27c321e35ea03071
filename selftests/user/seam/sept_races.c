// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two processors at the same part of a TD's Secure EPT at once: only known
 * answers, and afterwards PAMT, tables and counts that agree.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "coverage.h"
#include "sept_test.h"

#define CALLS		20000
#define NR_PAGES	6
#define POOL(n)		P(110 + (n))

static const gpa_t blocked_gpa = GPA_PENDING;
static u64 busy_status;

/* The guest on LP 1 holds the entry and looks at the page: LP 0 blocks it. */
static void block_meanwhile(enum sim_event event)
{
	if (event != SIM_TOUCH_LOOK)
		return;
	sim_event = NULL;
	busy_status = CALL(0, TDH_MEM_RANGE_BLOCK, blocked_gpa, TDR);
}

static void guest_holds_entry(void)
{
	u64 st;

	world_run();
	busy_status = 0;
	CALL(1, TDH_VP_ENTER, TDVPR);
	sim_event = block_meanwhile;
	st = world_tdcall(1, TDG_MEM_PAGE_ACCEPT, blocked_gpa, 0);
	sim_event = NULL;
	cover_seen(TDH_MEM_RANGE_BLOCK, busy_status);
	ktap(!st && busy_status == OP(OPERAND_BUSY, RCX),
	     "MEM.RANGE.BLOCK: entry taken by a guest's ACCEPT: OPERAND_BUSY|RCX");
	ktap(!CALL(0, TDH_MEM_RANGE_BLOCK, blocked_gpa, TDR),
	     "MEM.RANGE.BLOCK: done when called again");
	world_close();
}

/* ---- two threads ------------------------------------------------------------ */

static u32 next_random(u32 *seed, u32 below)
{
	*seed = *seed * 1664525 + 1013904223;
	return (*seed >> 8) % below;
}

/* Whatever else an answer may be, it is one that the leaf is known for. */
static bool answer_known(u64 st)
{
	switch ((st >> 32) & 0xffff) {
	case TDX_ST_SUCCESS:
	case TDX_ST_OPERAND_BUSY:
	case TDX_ST_PREVIOUS_TLB_EPOCH_BUSY:
	case TDX_ST_PAGE_METADATA_INCORRECT:
	case TDX_ST_EPT_WALK_FAILED:
	case TDX_ST_EPT_ENTRY_STATE_INCORRECT:
	case TDX_ST_GPA_RANGE_NOT_BLOCKED:
	case TDX_ST_GPA_RANGE_ALREADY_BLOCKED:
	case TDX_ST_TLB_TRACKING_NOT_DONE:
	case TDX_ST_EPT_PAGE_NOT_FREE:
	case TDX_ST_EPT_ENTRY_NOT_PRESENT:
	case TDX_ST_EPT_INVALID_PROMOTE_CONDITIONS:
	case TDX_ST_OPERAND_INVALID:
		return true;
	}
	return false;
}

struct racer {
	unsigned int lp;
	u32 seed;
	unsigned int calls, busy, unknown;
};

static void count(struct racer *r, u64 st)
{
	r->calls++;
	if (((st >> 32) & 0xffff) == TDX_ST_OPERAND_BUSY)
		r->busy++;
	if (!answer_known(st)) {
		r->unknown++;
		printf("# LP %u got 0x%llx\n", r->lp, st);
	}
}

static void host_call(struct racer *r)
{
	gpa_t gpa = GPA_2M_FREE + next_random(&r->seed, NR_PAGES) * PAGE_BYTES;
	hpa_t page = POOL(next_random(&r->seed, NR_PAGES));
	unsigned int lp = r->lp;

	switch (next_random(&r->seed, 14)) {
	case 0 ... 2:
		count(r, CALL(lp, TDH_MEM_PAGE_AUG, gpa, TDR, page));
		break;
	case 3 ... 4:
		count(r, CALL(lp, TDH_MEM_RANGE_BLOCK, gpa, TDR));
		break;
	case 5 ... 6:
		count(r, CALL(lp, TDH_MEM_TRACK, TDR));
		break;
	case 7 ... 8:
		count(r, CALL(lp, TDH_MEM_PAGE_REMOVE, gpa, TDR));
		break;
	case 9:
		count(r, CALL(lp, TDH_MEM_PAGE_RELOCATE, gpa, TDR, page));
		break;
	case 10:
		count(r, CALL(lp, TDH_MEM_RANGE_UNBLOCK, gpa, TDR));
		break;
	case 11:
		count(r, CALL(lp, TDH_MEM_SEPT_ADD, GPA_2M_FREE | 1, TDR,
			      FREE_PAGE));
		break;
	case 12:
		count(r, CALL(lp, TDH_MEM_RANGE_BLOCK, GPA_2M_FREE | 1, TDR));
		count(r, CALL(lp, TDH_MEM_SEPT_REMOVE, GPA_2M_FREE | 1, TDR));
		count(r, CALL(lp, TDH_MEM_RANGE_UNBLOCK, GPA_2M_FREE | 1, TDR));
		break;
	default:
		count(r, CALL(lp, TDH_MEM_RD, gpa, TDR));
	}
}

/* A large page that is split and made whole again under the others' feet. */
static void size_call(struct racer *r)
{
	u64 gpa = GPA_2M_PENDING | 1;

	count(r, CALL(r->lp, TDH_MEM_RANGE_BLOCK, gpa, TDR));
	count(r, CALL(r->lp, TDH_MEM_TRACK, TDR));
	if (next_random(&r->seed, 2))
		count(r, CALL(r->lp, TDH_MEM_PAGE_DEMOTE, gpa, TDR, P(108)));
	else
		count(r, CALL(r->lp, TDH_MEM_PAGE_PROMOTE, gpa, TDR));
	count(r, CALL(r->lp, TDH_MEM_RANGE_UNBLOCK, gpa, TDR));
}

static void guest_calls(struct racer *r)
{
	unsigned int n = next_random(&r->seed, 6);
	gpa_t gpa;

	if (CALL(r->lp, TDH_VP_ENTER, TDVPR) || !world_guest[r->lp])
		return;
	while (n-- && world_guest[r->lp]) {
		gpa = GPA_2M_FREE + next_random(&r->seed, NR_PAGES) * PAGE_BYTES;
		r->calls++;
		switch (next_random(&r->seed, 4)) {
		case 0:
			world_tdcall(r->lp, TDG_MEM_PAGE_ACCEPT, gpa, 0);
			break;
		case 1:
			world_tdcall(r->lp, TDG_MR_RTMR_EXTEND, gpa, 0);
			break;
		case 2:
			world_tdcall(r->lp, TDG_MEM_PAGE_ACCEPT,
				     GPA_2M_PENDING | 1, 0);
			break;
		default:
			world_tdcall(r->lp, TDG_MR_RTMR_EXTEND,
				     GPA_2M_PENDING + 0x4000, 1);
		}
	}
	world_exit_guest(r->lp);
}

static void *race_host(void *arg)
{
	struct racer *r = arg;

	while (r->calls < CALLS) {
		if (next_random(&r->seed, 8))
			host_call(r);
		else
			size_call(r);
	}
	return NULL;
}

static void *race_guest(void *arg)
{
	struct racer *r = arg;

	while (r->calls < CALLS) {
		if (next_random(&r->seed, 3))
			guest_calls(r);
		else
			host_call(r);
	}
	return NULL;
}

/* Pages in tables, by 4K, and whether PAMT knows each of them as the TD's. */
static u64 count_table(const u64 *table, unsigned int level, bool *ok)
{
	struct pamt_entry *pe;
	unsigned int i;
	u64 n = 0;

	for (i = 0; i < SEPT_ENTRIES; i++) {
		u64 entry = table[i];

		if (entry & SEPT_LOCK)
			*ok = false;
		if (sept_state(entry) == SEPT_FREE)
			continue;
		pe = sept_pamt(entry, level);
		if (!pe || pe->owner != TDR || pe->lock.word & ~SEAM_BIT(14) ||
		    pe->type != (sept_is_leaf(entry) ? PT_REG : PT_EPT)) {
			*ok = false;
			continue;
		}
		n += sept_is_leaf(entry) ? 1ULL << (9 * level) : 1;
		if (!sept_is_leaf(entry))
			n += count_table(sept_table(entry), level - 1, ok);
	}
	return n;
}

static bool td_agrees(void)
{
	struct td *td = pamt_at(TDR, TDX_LEVEL_4K)->obj;
	bool ok = true;
	u64 n;

	n = TDCS_PAGES + TDVPS_PAGES +
	    count_table(td->sept_root, td->sept_levels - 1, &ok);
	if (td->chldcnt != n)
		printf("# CHLDCNT %llu, but %llu pages\n", td->chldcnt, n);
	if (td->refcount[0] || td->refcount[1] || td->fatal)
		printf("# refcount %d %d fatal %d\n", td->refcount[0],
		       td->refcount[1], td->fatal);
	return ok && td->chldcnt == n && !td->refcount[0] &&
	       !td->refcount[1] && !td->fatal;
}

static void race(void *(*one)(void *), void *(*two)(void *), const char *what,
		 u32 seed)
{
	struct racer a = { .lp = 0, .seed = seed };
	struct racer b = { .lp = 1, .seed = seed * 7 + 1 };
	pthread_t thread;

	world_run();
	MUST(0, TDH_MEM_SEPT_ADD, GPA_2M_FREE | 1, TDR, FREE_PAGE);
	if (pthread_create(&thread, NULL, two, &b))
		abort();
	one(&a);
	pthread_join(thread, NULL);
	printf("# %u and %u calls, %u and %u of them busy\n", a.calls, b.calls,
	       a.busy, b.busy);
	ktap(!a.unknown && !b.unknown && td_agrees(), "%s", what);
	world_close();
}

void sept_races(unsigned int rounds)
{
	unsigned int i;

	guest_holds_entry();
	for (i = 0; i < rounds; i++) {
		race(race_host, race_host, "two hosts at the same pages",
		     2 * i + 1);
		race(race_host, race_guest,
		     "a host and a guest at the same pages", 2 * i + 2);
	}
}
