// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every status that the leaves of module, TD and page life can answer, each
 * provoked by a call after a real sequence of calls.
 */
#include "coverage.h"
#include "host_test.h"

/* A SYS.CONFIG that has come to the TDMRs keeps its key. */
static bool refusal(const struct host_row *r)
{
	u64 code = r->want >> 32;

	return (r->want >> 63) &&
	       code != (TDX_WORD_INTERRUPTED_RESUMABLE >> 32) &&
	       (r->leaf != TDH_SYS_CONFIG || r->during != DAMAGE);
}

static void host_row(const struct host_row *row)
{
	struct host_row here = *row, *r = &here;
	char want[80], got[80];
	u64 before, st;
	bool same;

	world_missing = NULL;
	host_adapt(r);
	if (!world_missing && stage_open(r->stage))
		host_during(r, true);
	cover_known(r->leaf, r->want, world_missing);
	if (world_missing) {
		ktap(true, "leaf %llu after stage %u: %s # SKIP %s", r->leaf,
		     r->stage, trace_status(r->want, want, sizeof(want)),
		     world_missing);
		stage_close();
		return;
	}
	before = world_digest();
	st = CALL(r->lp, r->leaf, r->rcx, r->rdx, r->r8, r->r9);
	same = before == world_digest() || !refusal(r);
	host_during(r, false);
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

/* After all else: SYS.DISABLE leaves nothing. */
void host_disable(void)
{
	u64 st;

	stage_open(TD_RUNS);
	st = CALL(1, TDH_SYS_DISABLE);
	cover_seen(TDH_SYS_DISABLE, st);
	ktap(st == (TDX_WORD_OPERAND_INVALID | TDX_OPERAND_RAX),
	     "no SYS.DISABLE on a module without it");
	stage_close();

	stage_disable = true;
	stage_open(TD_RUNS);
	st = CALL(1, TDH_SYS_DISABLE);
	cover_seen(TDH_SYS_DISABLE, st);
	ktap(st == TDX_WORD_SYS_BUSY, "SYS.DISABLE waits for the guest inside");
	stage_next(TD_STOPPED);
	world_interrupt();
	st = CALL(1, TDH_SYS_DISABLE);
	cover_seen(TDH_SYS_DISABLE, st);
	ktap(st == TDX_WORD_INTERRUPTED_RESUMABLE &&
	     !CALL(1, TDH_PHYMEM_PAGE_RDMD, TDR) &&
	     world_regs[1][RCX] == PT_TDR,
	     "an interrupted SYS.DISABLE has taken nothing yet");
	st = CALL(1, TDH_SYS_DISABLE);
	cover_seen(TDH_SYS_DISABLE, st);
	ktap(!st && CALL(0, TDH_PHYMEM_PAGE_RDMD, TDR) == TDX_WORD_SYS_SHUTDOWN,
	     "SYS.DISABLE ends the module");
	st = CALL(1, TDH_SYS_DISABLE);
	cover_seen(TDH_SYS_DISABLE, st);
	ktap(st == TDX_WORD_SYS_SHUTDOWN, "once");
	stage_close();
	stage_disable = false;
	cover_known(TDH_SYS_DISABLE, TDX_WORD_SUCCESS, NULL);
	cover_known(TDH_SYS_DISABLE, TDX_WORD_OPERAND_INVALID | TDX_OPERAND_RAX,
		    NULL);
	cover_known(TDH_SYS_DISABLE, TDX_WORD_SYS_BUSY, NULL);
	cover_known(TDH_SYS_DISABLE, TDX_WORD_INTERRUPTED_RESUMABLE, NULL);
	cover_known(TDH_SYS_DISABLE, TDX_WORD_SYS_SHUTDOWN, NULL);
}

void host_coverage(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(unreachable); i++)
		cover_known(unreachable[i].leaf, unreachable[i].status,
			    unreachable[i].why);
}
