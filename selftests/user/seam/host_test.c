// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every status that the leaves of module, TD and page life can answer, each
 * provoked by a call after a real sequence of calls. host_test platform.tsv
 */
#include <stdio.h>
#include <stdlib.h>

#include "coverage.h"
#include "host_test.h"

static struct sharex *lock_of(const struct host_row *r)
{
	struct pamt_entry *pe;

	switch (r->during) {
	case SYS_LOCKED:
		return &tdxm.lock;
	case KET_LOCKED:
		return &tdxm.ket_lock[r->lp];
	case KOT_LOCKED:
		return &tdxm.kot_lock;
	case WB_LOCKED:
		return &tdxm.pkg_wb_lock[r->lp];
	case TDMR_LOCKED:
		return &tdxm.tdmr[0].lock;
	case TDR_LOCKED:
		return &pamt_at(TDR, 0)->lock;
	case PAGE_LOCKED:
		return &pamt_at(r->page, 0)->lock;
	case OP_LOCKED:
		pe = pamt_at(TDR, 0);
		return &((struct td *)pe->obj)->op_state_lock;
	default:
		return NULL;
	}
}

static void during(const struct host_row *r, bool on)
{
	struct sharex *l = lock_of(r);

	if (l && on && !sharex_try_excl(l))
		abort();
	if (l && !on) {
		sharex_put_excl(l);
		/* who was turned away is first in line next time */
		l->word = 0;
	}
	switch (r->during) {
	case NO_ENTROPY:
		sim_no_entropy = on;
		break;
	case FATAL:
		((struct td *)pamt_at(TDR, 0)->obj)->fatal = on;
		break;
	case OTHER_LP_INSIDE:
		tdxm.lp[1 - r->lp].in_seam = on;
		break;
	case INTERRUPT:
		sim_intr_countdown = on ? 5 : 0;
		break;
	case DAMAGE:
		if (on)
			((u64 *)env_host_ptr(r->page))[r->word] = r->val;
		break;
	default:
		break;
	}
}

static u64 digest(void)
{
	u64 h = pamt_at(P(0), 0) ? world_digest() : 1;
	u64 *p = (u64 *)&tdxm;
	unsigned int i;

	/* of a TDMR table only the number in use is state */
	for (i = 0; i < offsetof(struct tdx_module, tdmr) / 8; i++)
		h = (h ^ p[i]) * 0x100000001b3ULL;
	for (i = 0; i < kot_entries(); i++)
		h = (h ^ tdxm.kot[i].state ^ tdxm.kot[i].wb_bitmap << 8) *
		    0x100000001b3ULL;
	return h;
}

static bool refusal(u64 st)
{
	return (st >> 63) && (st >> 32) != (TDX_WORD_INTERRUPTED_RESUMABLE >> 32);
}

static void host_row(const struct host_row *r)
{
	char want[80], got[80];
	u64 before, st;
	bool same;

	cover_known(r->leaf, r->want, NULL);
	stage_open(r->stage);
	during(r, true);
	before = digest();
	st = CALL(r->lp, r->leaf, r->rcx, r->rdx, r->r8, r->r9);
	same = before == digest() || !refusal(r->want);
	during(r, false);
	cover_seen(r->leaf, st);
	ktap(st == r->want && same, "leaf %llu after stage %u: %s%s%s",
	     r->leaf, r->stage, trace_status(r->want, want, sizeof(want)),
	     st == r->want ? "" : ", not ",
	     st == r->want ? same ? "" : ", but something changed" :
	     trace_status(st, got, sizeof(got)));
	stage_close();
}

void host_rows(const struct host_row *rows, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		host_row(&rows[i]);
}

#define NOT_MODELLED	"the machine's own checks pass on every machine here"
#define NO_MIGRATION	"only migration leaves hold it exclusively"

static const struct {
	u64 leaf, status;
	const char *why;
} unreachable[] = {
	{ TDH_SYS_INIT, TDX_WORD_INCORRECT_CPUID_VALUE, NOT_MODELLED },
	{ TDH_SYS_INIT, TDX_WORD_INCORRECT_MSR_VALUE, NOT_MODELLED },
	{ TDH_SYS_INIT, TDX_WORD_CPUID_LEAF_NOT_SUPPORTED, NOT_MODELLED },
	{ TDH_SYS_INIT, TDX_WORD_CPUID_LEAF_1F_FORMAT_UNRECOGNIZED, NOT_MODELLED },
	{ TDH_SYS_INIT, TDX_WORD_LIMIT_CPUID_MAXVAL_SET, NOT_MODELLED },
	{ TDH_SYS_INIT, TDX_WORD_INCOMPATIBLE_SEAM_CAPABILITIES, NOT_MODELLED },
	{ TDH_SYS_INIT, TDX_WORD_SYS_INCOMPATIBLE_SIGSTRUCT, NOT_MODELLED },
	{ TDH_SYS_INIT, TDX_WORD_CMR_LIST_INVALID, NOT_MODELLED },
	{ TDH_SYS_INIT, TDX_WORD_INVALID_SMRR_CONFIGURATION, NOT_MODELLED },
	{ TDH_SYS_INIT, TDX_WORD_INVALID_WBINVD_SCOPE, NOT_MODELLED },
	{ TDH_SYS_INIT, TDX_WORD_NUM_ACTIVATED_HKIDS_NOT_SUPPORTED, NOT_MODELLED },
	{ TDH_SYS_LP_INIT, TDX_WORD_LIMIT_CPUID_MAXVAL_SET, NOT_MODELLED },
	{ TDH_SYS_LP_INIT, TDX_WORD_INCONSISTENT_CPUID_FIELD, NOT_MODELLED },
	{ TDH_SYS_LP_INIT, TDX_WORD_INCONSISTENT_MSR, NOT_MODELLED },
	{ TDH_SYS_LP_INIT, TDX_WORD_INVALID_PKG_ID, NOT_MODELLED },
	{ TDH_SYS_LP_INIT, TDX_WORD_INCOMPATIBLE_SEAM_CAPABILITIES, NOT_MODELLED },
	{ TDH_MNG_INIT, TDX_WORD_LIMIT_CPUID_MAXVAL_SET, NOT_MODELLED },
	{ TDH_MNG_INIT, TDX_WORD_INCONSISTENT_MSR, NOT_MODELLED },
	{ TDH_MNG_INIT, TDX_WORD_INCORRECT_MSR_VALUE, NOT_MODELLED },
	{ TDH_MNG_INIT, TDX_WORD_OPERAND_BUSY | TDX_OPERAND_OP_STATE,
	  NO_MIGRATION },
};

void host_coverage(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(unreachable); i++)
		cover_known(unreachable[i].leaf, unreachable[i].status,
			    unreachable[i].why);
}

int main(int argc, char **argv)
{
	if (argc != 2 || sim_load_platform(argv[1])) {
		fprintf(stderr, "usage: %s platform.tsv\n", argv[0]);
		return 2;
	}
	setlinebuf(stdout);
	printf("KTAP version 1\n");
	host_sys();
	host_td();
	host_dynamic();
	host_coverage();
	ktap(!cover_print(), "each status that can be provoked was");
	return ktap_end();
}
