// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every status that the leaf table knows of the leaves that work on a TD's
 * Secure EPT, each provoked by a real sequence of calls; the module's state is
 * the same after a refusal. What software cannot provoke is listed with why.
 */
#include <stdio.h>

#include "coverage.h"
#include "sept_test.h"

#define SVE		SEAM_BIT(63)
#define E_FREE		SVE
#define E_MAPPED(p)	((p) | 0xf7 | SVE)
#define E_CLOSED(p)	((p) | 0xf0 | SVE)	/* pending, blocked or both */
#define E_TABLE		0x7
#define INFO(lvl, st)	((lvl) | (u64)(st) << 8)

#define SHARED_GPA	SEAM_BIT(47)
#define KEYID_BIT	SEAM_BIT(46)

#define UNTOUCHED	0x5eedULL	/* RCX, RDX are not looked at */

/* One refusal: a call in a world, perhaps while another LP is in a leaf. */
struct refusal {
	const char *what;
	void (*world)(void);
	u64 call[WORLD_OPERANDS];
	u64 status;
	u64 rcx, rdx;
	u64 during[WORLD_OPERANDS];	/* of LP 0, which stops at @at */
	enum sim_event at;
};

const struct leaf_row *sept_row(u64 leaf)
{
	unsigned int i;

	for (i = 0; i < nr_sept_leaves; i++)
		if (sept_leaves[i].leaf == (leaf & 0xffff))
			return &sept_leaves[i];
	return NULL;
}

static const struct refusal *current;
static bool current_ok;

static bool outputs_ok(const struct refusal *r)
{
	const u64 *g = world_regs[1];
	u64 rcx = r->rcx, rdx = r->rdx;

	if (sept_row(r->call[0])->flags & IN_RCX) {
		rcx = r->call[1];
		rdx = r->call[2];
	}
	if (rcx == UNTOUCHED || (g[RCX] == rcx && g[RDX] == rdx))
		return true;
	printf("# RCX 0x%llx RDX 0x%llx, wanted 0x%llx 0x%llx\n", g[RCX],
	       g[RDX], rcx, rdx);
	return false;
}

static void refused_call(void)
{
	u64 before = world_digest(), st;
	char s[80], w[80];

	st = world_call(1, current->call);
	cover_seen(current->call[0], st);
	current_ok = st == current->status && outputs_ok(current);
	if (st != current->status)
		printf("# got %s, wanted %s\n", trace_status(st, s, sizeof(s)),
		       trace_status(current->status, w, sizeof(w)));
	if (world_digest() != before) {
		printf("# the refusal changed the module's state\n");
		current_ok = false;
	}
}

static void try_refusal(const struct refusal *r)
{
	char s[80];

	current = r;
	current_ok = false;
	r->world();
	if (r->during[0]) {
		if (!world_during(r->during, r->at, refused_call))
			printf("# the other processor's leaf never got there\n");
	} else {
		refused_call();
	}
	ktap(current_ok, "%s: %s: %s", sept_row(r->call[0])->name, r->what,
	     trace_status(r->status, s, sizeof(s)));
	world_close();
}

static void try_with(const struct leaf_row *row, const char *what,
		     void (*world)(void), unsigned int operand, u64 val,
		     u64 status)
{
	struct refusal r = {
		.what = what, .world = world, .status = status,
	};

	memcpy(r.call, row->call, sizeof(r.call));
	r.call[operand] = val;
	try_refusal(&r);
}

/* A leaf that holds the TDR exclusively, stopped before it did anything. */
#define ADDING		{ TDH_MEM_PAGE_ADD, GPA_FREE, TDR, P(101), S(5) }
/* One that holds the tree exclusively, and one that holds an entry. */
#define BLOCKING	{ TDH_MEM_RANGE_BLOCK, GPA_2M_PENDING | 1, TDR }

static void try_tdr(const struct leaf_row *row)
{
	unsigned int n = row->flags & IN_RCX ? 1 : 2;
	u64 id = row->flags & IN_RCX ? TDX_OPERAND_RCX : TDX_OPERAND_RDX;
	void (*world)(void) = row->flags & BUILD ? world_build : world_plain;
	struct refusal busy = {
		.what = "TDR of a busy TD", .world = world_build,
		.status = TDX_WORD_OPERAND_BUSY | id,
		.during = ADDING, .at = SIM_PAGE_ALLOC,
	};

	try_with(row, "TDR not aligned", world, n, TDR + 0x800,
		 TDX_WORD_OPERAND_INVALID | id);
	try_with(row, "TDR with a KeyID", world, n, TDR | KEYID_BIT,
		 TDX_WORD_OPERAND_INVALID | id);
	try_with(row, "TDR outside TDMRs", world, n, NOT_RAM,
		 TDX_WORD_OPERAND_ADDR_RANGE_ERROR | id);
	try_with(row, "TDR is another page", world, n, P(1),
		 TDX_WORD_PAGE_METADATA_INCORRECT | id);
	try_with(row, "TD without keys", world_build, n, TDR_NO_KEYS,
		 TDX_WORD_TD_KEYS_NOT_CONFIGURED);
	try_with(row, "TD without TDCS", world_build, n, TDR_NO_TDCX,
		 TDX_WORD_TDCS_NOT_ALLOCATED);
	try_with(row, "TD before MNG.INIT", world_build, n, TDR_UNINIT,
		 TDX_WORD_OP_STATE_INCORRECT);
	try_with(row, "FATAL TD", world_fatal, n, TDR, TDX_WORD_TD_FATAL);
	if (row->flags & BUILD)
		try_with(row, "TD that runs", world_plain, n, TDR,
			 TDX_WORD_OP_STATE_INCORRECT);
	memcpy(busy.call, row->call, sizeof(busy.call));
	try_refusal(&busy);
}

static void try_gpa(const struct leaf_row *row)
{
	void (*world)(void) = row->flags & BUILD ? world_build : world_plain;
	u64 rcx = row->call[1], bad = OP(OPERAND_INVALID, RCX);

	try_with(row, "shared GPA", world, 1, rcx | SHARED_GPA, bad);
	try_with(row, "GPA beyond its width", world, 1, rcx | SEAM_BIT(49), bad);
	try_with(row, "bits above the GPA", world, 1, rcx | SEAM_BIT(60), bad);
	if (row->flags & PLAIN_GPA) {
		try_with(row, "GPA not aligned", world, 1, rcx + 4, bad);
		return;
	}
	try_with(row, "reserved bits", world, 1, rcx | 0x20, bad);
	try_with(row, "no such level", world, 1, (rcx & ~7ULL) | 7, bad);
	try_with(row, "level above the root", world, 1, 4, bad);
	try_with(row, "GPA not aligned to its level", world, 1,
		 (GPA_MAPPED & ~7ULL) | 1, bad);
}

static void try_page(const struct leaf_row *row)
{
	void (*world)(void) = row->flags & BUILD ? world_build : world_plain;

	try_with(row, "page not aligned", world, 3, FREE_PAGE + 8,
		 OP(OPERAND_INVALID, R8));
	try_with(row, "page with a KeyID", world, 3, FREE_PAGE | KEYID_BIT,
		 OP(OPERAND_INVALID, R8));
	try_with(row, "page outside TDMRs", world, 3, NOT_RAM,
		 OP(OPERAND_ADDR_RANGE_ERROR, R8));
	try_with(row, "page in use", world, 3, PAGE_MAPPED,
		 OP(PAGE_METADATA_INCORRECT, R8));
	try_with(row, "page in the middle of a large one", world_plain, 3,
		 H(1) + PAGE_BYTES, row->flags & BUILD ?
		 TDX_WORD_OP_STATE_INCORRECT : OP(PAGE_METADATA_INCORRECT, R8));
}

static void try_locks(const struct leaf_row *row)
{
	struct refusal r = {
		.what = "tree taken by RANGE.BLOCK", .world = world_plain,
		.status = OP(OPERAND_BUSY, SEPT_TREE),
		.during = BLOCKING, .at = SIM_ZAP,
	};

	memcpy(r.call, row->call, sizeof(r.call));
	if (row->flags & TREE)
		try_refusal(&r);
}

static void try_table(const struct refusal *table, unsigned int n)
{
	while (n--)
		try_refusal(table++);
}

#define RUN(text, st, w1, w2, ...)					\
	{ .what = text, .world = world_plain, .status = st, .rcx = w1,	\
	  .rdx = w2, .call = { __VA_ARGS__ } }
#define FULL(text, st, w1, w2, ...)					\
	{ .what = text, .world = world_run, .status = st, .rcx = w1,	\
	  .rdx = w2, .call = { __VA_ARGS__ } }
#define WALK(text, lvl, leaf, gpa, ...)					\
	RUN(text, OP(EPT_WALK_FAILED, RCX), E_FREE, INFO(lvl, 0),	\
	    leaf, gpa, TDR, ##__VA_ARGS__)
#define STATE(text, w1, w2, leaf, gpa, ...)				\
	RUN(text, OP(EPT_ENTRY_STATE_INCORRECT, RCX), w1, w2,		\
	    leaf, gpa, TDR, ##__VA_ARGS__)
#define OPEN(text, w1, w2, leaf, gpa, ...)				\
	RUN(text, OP(GPA_RANGE_NOT_BLOCKED, RCX), w1, w2,		\
	    leaf, gpa, TDR, ##__VA_ARGS__)
#define UNTRACKED(leaf, gpa, ...)					\
	RUN("not tracked yet", OP(TLB_TRACKING_NOT_DONE, RCX), 0, 0,	\
	    leaf, gpa, TDR, ##__VA_ARGS__)
#define WHILE(text, st, leaf_a, gpa_a, r8_a, event, ...)		\
	{ .what = text, .world = world_plain, .status = st,		\
	  .call = { __VA_ARGS__ },					\
	  .during = { leaf_a, gpa_a, TDR, r8_a }, .at = event }

static const struct refusal table_leaves[] = {
	WALK("no table above", 2, TDH_MEM_SEPT_ADD, GPA_NO_TABLE | 1, FREE_PAGE),
	STATE("table is there", E_TABLE, INFO(1, 132), TDH_MEM_SEPT_ADD,
	      GPA_OPEN | 1, FREE_PAGE),
	RUN("no page for the table that is there", OP(OPERAND_INVALID, R8), 0, 0,
	    TDH_MEM_SEPT_ADD, GPA_OPEN | 1, TDR | 1, NULL_PA),
	STATE("no page for a new table", E_FREE, INFO(1, 0),
	      TDH_MEM_SEPT_ADD | 0x10000, GPA_2M_FREE | 1, NULL_PA),
	STATE("large page is there", E_CLOSED(H(1)), INFO(1, 2),
	      TDH_MEM_SEPT_ADD, GPA_2M_PENDING | 1, FREE_PAGE),
	RUN("level of pages", OP(OPERAND_INVALID, RCX), 0, 0,
	    TDH_MEM_SEPT_ADD, GPA_FREE, TDR, FREE_PAGE),
	RUN("page for an L2 VM", OP(OPERAND_INVALID, R9), 0, 0,
	    TDH_MEM_SEPT_ADD | 0x10000, GPA_2M_FREE | 1, TDR, FREE_PAGE,
	    P(101), NULL_PA, NULL_PA),
	RUN("flag and no page for an L2 VM", OP(OPERAND_INVALID, R9), 0, 0,
	    TDH_MEM_SEPT_ADD | 0x10000, GPA_2M_FREE | 1, TDR, FREE_PAGE,
	    NULL_PA & ~SEAM_BIT(63), NULL_PA, NULL_PA),
	RUN("page for L2 VM 2", OP(OPERAND_INVALID, R10), 0, 0,
	    TDH_MEM_SEPT_ADD | 0x10000, GPA_2M_FREE | 1, TDR, FREE_PAGE,
	    NULL_PA, P(101), NULL_PA),
	RUN("page for L2 VM 3", OP(OPERAND_INVALID, R11), 0, 0,
	    TDH_MEM_SEPT_ADD | 0x10000, GPA_2M_FREE | 1, TDR, FREE_PAGE,
	    NULL_PA, NULL_PA, P(101)),
	RUN("version 2", OP(OPERAND_INVALID, RAX), 0, 0,
	    TDH_MEM_SEPT_ADD | 0x20000, GPA_2M_FREE | 1, TDR, FREE_PAGE),
	WHILE("entry taken by SEPT.ADD", OP(OPERAND_BUSY, RCX),
	      TDH_MEM_SEPT_ADD, GPA_2M_FREE | 1, P(101), SIM_SCRAMBLE,
	      TDH_MEM_SEPT_ADD, GPA_2M_FREE | 1, TDR, FREE_PAGE),
	WHILE("page taken by SEPT.ADD", OP(OPERAND_BUSY, R8),
	      TDH_MEM_SEPT_ADD, GPA_NO_TABLE | 2, FREE_PAGE, SIM_SCRAMBLE,
	      TDH_MEM_SEPT_ADD, GPA_2M_FREE | 1, TDR, FREE_PAGE),

	WALK("no table above", 2, TDH_MEM_SEPT_RD, GPA_NO_TABLE),
	{ .what = "L2 attributes of a TD that is no debug TD",
	  .world = world_run_no_debug, .status = OP(OPERAND_INVALID, RDX),
	  .call = { TDH_MEM_SEPT_RD, GPA_MAPPED, TDR | 1 } },

	WALK("no table above", 2, TDH_MEM_SEPT_REMOVE, GPA_NO_TABLE | 1),
	STATE("nothing there", E_FREE, INFO(1, 0), TDH_MEM_SEPT_REMOVE,
	      GPA_2M_FREE | 1),
	STATE("a page is there", E_CLOSED(H(1)), INFO(1, 2),
	      TDH_MEM_SEPT_REMOVE, GPA_2M_PENDING | 1),
	OPEN("not blocked", E_TABLE, INFO(1, 132), TDH_MEM_SEPT_REMOVE,
	     GPA_OPEN | 1),
	UNTRACKED(TDH_MEM_SEPT_REMOVE, GPA_EMPTY_NEW | 1),
	RUN("a page is left", OP(EPT_PAGE_NOT_FREE, RCX), 0, INFO(1, 129),
	    TDH_MEM_SEPT_REMOVE, GPA_HALF | 1, TDR),
	RUN("version 2", OP(OPERAND_INVALID, RAX), 0, 0,
	    TDH_MEM_SEPT_REMOVE | 0x20000, GPA_EMPTY | 1, TDR),
};

static const struct refusal page_leaves[] = {
#define BUILDING(text, st, w1, w2, ...)				\
	{ .what = text, .world = world_build, .status = st, .rcx = w1,	\
	  .rdx = w2, .call = { __VA_ARGS__ } }
	BUILDING("no table above", OP(EPT_WALK_FAILED, RCX), E_FREE, INFO(1, 0),
		 TDH_MEM_PAGE_ADD, GPA_2M_FREE, TDR, FREE_PAGE, S(5)),
	BUILDING("page is there", OP(EPT_ENTRY_STATE_INCORRECT, RCX),
		 E_MAPPED(PAGE_MAPPED), INFO(0, 4),
		 TDH_MEM_PAGE_ADD, GPA_MAPPED, TDR, FREE_PAGE, S(5)),
	BUILDING("source not aligned", OP(OPERAND_INVALID, R9), 0, 0,
		 TDH_MEM_PAGE_ADD, GPA_FREE, TDR, FREE_PAGE, S(5) + 8),
	BUILDING("source with a private KeyID", OP(OPERAND_INVALID, R9), 0, 0,
		 TDH_MEM_PAGE_ADD, GPA_FREE, TDR, FREE_PAGE,
		 S(5) | 40ULL << 46),
	BUILDING("large page", OP(OPERAND_INVALID, RCX), 0, 0,
		 TDH_MEM_PAGE_ADD, GPA_2M_FREE | 1, TDR, FREE_PAGE, S(5)),
	BUILDING("no table above", OP(EPT_ENTRY_NOT_PRESENT, RCX), E_FREE,
		 INFO(1, 0), TDH_MR_EXTEND, GPA_2M_FREE, TDR),
	BUILDING("nothing there", OP(EPT_ENTRY_NOT_PRESENT, RCX), E_FREE,
		 INFO(0, 0), TDH_MR_EXTEND, GPA_FREE, TDR),

	WALK("no table above", 1, TDH_MEM_PAGE_AUG, GPA_2M_FREE, FREE_PAGE),
	STATE("page is there", E_CLOSED(PAGE_PENDING), INFO(0, 2),
	      TDH_MEM_PAGE_AUG, GPA_PENDING, FREE_PAGE),
	STATE("table is there", E_TABLE, INFO(1, 132), TDH_MEM_PAGE_AUG,
	      GPA_OPEN | 1, H(6)),
	RUN("under a blocked table", OP(EPT_WALK_FAILED, RCX), 0, INFO(1, 129),
	    TDH_MEM_PAGE_AUG, GPA_EMPTY, TDR, FREE_PAGE),
	RUN("1G page", OP(OPERAND_INVALID, RCX), 0, 0,
	    TDH_MEM_PAGE_AUG, GPA_NO_TABLE | 2, TDR, H(0)),
	RUN("large page not aligned", OP(OPERAND_INVALID, R8), 0, 0,
	    TDH_MEM_PAGE_AUG, GPA_2M_FREE | 1, TDR, FREE_PAGE),
	FULL("range partly in use", OP(PAGE_METADATA_INCORRECT, R8), 0, 0,
	     TDH_MEM_PAGE_AUG, GPA_2M_FREE | 1, TDR, H(3)),
	WHILE("entry taken by PAGE.AUG", OP(OPERAND_BUSY, RCX),
	      TDH_MEM_PAGE_AUG, GPA_FREE, P(101), SIM_SCRAMBLE,
	      TDH_MEM_PAGE_AUG, GPA_FREE, TDR, FREE_PAGE),
	WHILE("page taken by PAGE.AUG", OP(OPERAND_BUSY, R8),
	      TDH_MEM_PAGE_AUG, GPA_FREE, FREE_PAGE, SIM_SCRAMBLE,
	      TDH_MEM_PAGE_AUG, GPA_FREE + PAGE_BYTES, TDR, FREE_PAGE),
	WHILE("range with a page taken by PAGE.AUG", OP(OPERAND_BUSY, R8),
	      TDH_MEM_PAGE_AUG, GPA_FREE, H(6), SIM_SCRAMBLE,
	      TDH_MEM_PAGE_AUG, GPA_2M_FREE | 1, TDR, H(6)),

	WALK("no table above", 2, TDH_MEM_PAGE_REMOVE, GPA_NO_TABLE),
	STATE("nothing there", E_FREE, INFO(0, 0), TDH_MEM_PAGE_REMOVE,
	      GPA_FREE),
	STATE("a table is there", E_TABLE, INFO(1, 132), TDH_MEM_PAGE_REMOVE,
	      GPA_OPEN | 1),
	OPEN("not blocked", E_MAPPED(PAGE_MAPPED), INFO(0, 4),
	     TDH_MEM_PAGE_REMOVE, GPA_MAPPED),
	UNTRACKED(TDH_MEM_PAGE_REMOVE, GPA_NEW_BLOCKED),
	WHILE("entry taken by PAGE.RELOCATE", OP(OPERAND_BUSY, RCX),
	      TDH_MEM_PAGE_RELOCATE, GPA_BLOCKED, P(101), SIM_SCRAMBLE,
	      TDH_MEM_PAGE_REMOVE, GPA_BLOCKED, TDR),

	WALK("no table above", 2, TDH_MEM_PAGE_RELOCATE, GPA_NO_TABLE,
	     FREE_PAGE),
	STATE("nothing there", E_FREE, INFO(0, 0), TDH_MEM_PAGE_RELOCATE,
	      GPA_FREE, FREE_PAGE),
	OPEN("not blocked", E_MAPPED(PAGE_MAPPED), INFO(0, 4),
	     TDH_MEM_PAGE_RELOCATE, GPA_MAPPED, FREE_PAGE),
	RUN("not blocked, to where it is", OP(OPERAND_INVALID, R8), 0, 0,
	    TDH_MEM_PAGE_RELOCATE, GPA_MAPPED, TDR, PAGE_MAPPED),
	UNTRACKED(TDH_MEM_PAGE_RELOCATE, GPA_NEW_BLOCKED, FREE_PAGE),
	RUN("to where it is", OP(OPERAND_INVALID, R8), 0, 0,
	    TDH_MEM_PAGE_RELOCATE, GPA_BLOCKED, TDR, PAGE_BLOCKED),
	RUN("large page", OP(OPERAND_INVALID, RCX), 0, 0,
	    TDH_MEM_PAGE_RELOCATE, GPA_2M_BLOCKED | 1, TDR, FREE_PAGE),
	WHILE("entry taken by PAGE.RELOCATE", OP(OPERAND_BUSY, RCX),
	      TDH_MEM_PAGE_RELOCATE, GPA_BLOCKED, P(101), SIM_SCRAMBLE,
	      TDH_MEM_PAGE_RELOCATE, GPA_BLOCKED, TDR, FREE_PAGE),
	WHILE("page taken by PAGE.AUG", OP(OPERAND_BUSY, R8),
	      TDH_MEM_PAGE_AUG, GPA_FREE, FREE_PAGE, SIM_SCRAMBLE,
	      TDH_MEM_PAGE_RELOCATE, GPA_BLOCKED, TDR, FREE_PAGE),
};

static const struct refusal range_leaves[] = {
	WALK("no table above", 2, TDH_MEM_RANGE_BLOCK, GPA_NO_TABLE),
	STATE("nothing there", E_FREE, INFO(0, 0), TDH_MEM_RANGE_BLOCK,
	      GPA_FREE),
	RUN("page is blocked", OP(GPA_RANGE_ALREADY_BLOCKED, RCX),
	    E_CLOSED(PAGE_BLOCKED), INFO(0, 1),
	    TDH_MEM_RANGE_BLOCK, GPA_BLOCKED, TDR),
	RUN("table is blocked", OP(GPA_RANGE_ALREADY_BLOCKED, RCX), 0,
	    INFO(1, 129), TDH_MEM_RANGE_BLOCK, GPA_EMPTY | 1, TDR),

	WALK("no table above", 2, TDH_MEM_RANGE_UNBLOCK, GPA_NO_TABLE),
	STATE("not blocked", E_MAPPED(PAGE_MAPPED), INFO(0, 4),
	      TDH_MEM_RANGE_UNBLOCK, GPA_MAPPED),
	STATE("table not blocked", E_TABLE, INFO(1, 132),
	      TDH_MEM_RANGE_UNBLOCK, GPA_OPEN | 1),
	RUN("not tracked yet", OP(TLB_TRACKING_NOT_DONE, SEPT_TREE), 0, 0,
	    TDH_MEM_RANGE_UNBLOCK, GPA_NEW_BLOCKED, TDR),

	WALK("no table above", 2, TDH_MEM_PAGE_DEMOTE, GPA_NO_TABLE | 1,
	     FREE_PAGE),
	STATE("a table is there", E_TABLE, INFO(1, 132), TDH_MEM_PAGE_DEMOTE,
	      GPA_OPEN | 1, FREE_PAGE),
	OPEN("not blocked", E_CLOSED(H(1)), INFO(1, 2), TDH_MEM_PAGE_DEMOTE,
	     GPA_2M_PENDING | 1, FREE_PAGE),
	UNTRACKED(TDH_MEM_PAGE_DEMOTE, GPA_2M_NEW | 1, FREE_PAGE),
	RUN("small page", OP(OPERAND_INVALID, RCX), 0, 0,
	    TDH_MEM_PAGE_DEMOTE, GPA_BLOCKED, TDR, FREE_PAGE),
	WHILE("entry taken by PAGE.DEMOTE", OP(OPERAND_BUSY, RCX),
	      TDH_MEM_PAGE_DEMOTE, GPA_2M_BLOCKED | 1, P(101), SIM_INTR_LOOK,
	      TDH_MEM_PAGE_DEMOTE, GPA_2M_BLOCKED | 1, TDR, FREE_PAGE),
	WHILE("page taken by PAGE.AUG", OP(OPERAND_BUSY, R8),
	      TDH_MEM_PAGE_AUG, GPA_FREE, FREE_PAGE, SIM_SCRAMBLE,
	      TDH_MEM_PAGE_DEMOTE, GPA_2M_BLOCKED | 1, TDR, FREE_PAGE),

	WALK("no table above", 2, TDH_MEM_PAGE_PROMOTE, GPA_NO_TABLE | 1),
	STATE("nothing there", E_FREE, INFO(1, 0), TDH_MEM_PAGE_PROMOTE,
	      GPA_2M_FREE | 1),
	STATE("a page is there", E_CLOSED(H(1)), INFO(1, 2),
	      TDH_MEM_PAGE_PROMOTE, GPA_2M_PENDING | 1),
	OPEN("not blocked", E_TABLE, INFO(1, 132), TDH_MEM_PAGE_PROMOTE,
	     GPA_OPEN | 1),
	FULL("not tracked yet", OP(TLB_TRACKING_NOT_DONE, RCX), 0, 0,
	     TDH_MEM_PAGE_PROMOTE, GPA_FULL_NEW | 1, TDR),
	RUN("not all there", OP(EPT_INVALID_PROMOTE_CONDITIONS, RCX), 0,
	    INFO(1, 129), TDH_MEM_PAGE_PROMOTE, GPA_HALF | 1, TDR),
	RUN("nothing in it", OP(EPT_INVALID_PROMOTE_CONDITIONS, RCX), 0,
	    INFO(1, 129), TDH_MEM_PAGE_PROMOTE, GPA_EMPTY | 1, TDR),
	RUN("level 3", OP(OPERAND_INVALID, RCX), 0, 0,
	    TDH_MEM_PAGE_PROMOTE, 3, TDR),
	RUN("version 2", OP(OPERAND_INVALID, RAX), 0, 0,
	    TDH_MEM_PAGE_PROMOTE | 0x20000, GPA_FULL | 1, TDR),
	{ .what = "entry taken by PAGE.PROMOTE", .world = world_run,
	  .status = OP(OPERAND_BUSY, RCX),
	  .call = { TDH_MEM_PAGE_PROMOTE, GPA_FULL | 1, TDR },
	  .during = { TDH_MEM_PAGE_PROMOTE, GPA_FULL | 1, TDR },
	  .at = SIM_INTR_LOOK },

	RUN("nothing there", OP(EPT_ENTRY_NOT_PRESENT, RCX), E_FREE, INFO(0, 0),
	    TDH_MEM_RD, GPA_FREE, TDR),
	RUN("page is pending", OP(EPT_ENTRY_NOT_PRESENT, RCX),
	    E_CLOSED(PAGE_PENDING), INFO(0, 2), TDH_MEM_RD, GPA_PENDING, TDR),
	{ .what = "no debug TD", .world = world_run_no_debug,
	  .status = TDX_WORD_TD_NON_DEBUG,
	  .call = { TDH_MEM_RD, GPA_MAPPED, TDR } },
	RUN("nothing there", OP(EPT_ENTRY_NOT_PRESENT, RCX), E_FREE, INFO(0, 0),
	    TDH_MEM_WR, GPA_FREE, TDR, 1),
	RUN("page is blocked", OP(EPT_ENTRY_NOT_PRESENT, RCX),
	    E_CLOSED(PAGE_BLOCKED), INFO(0, 1), TDH_MEM_WR, GPA_BLOCKED, TDR,
	    1),
	{ .what = "no debug TD", .world = world_run_no_debug,
	  .status = TDX_WORD_TD_NON_DEBUG,
	  .call = { TDH_MEM_WR, GPA_MAPPED, TDR, 1 } },
};

/* TRACK twice with a vCPU inside since before the first. */
static void world_inside(void)
{
	world_plain();
	world_enter(0);
	MUST(1, TDH_MEM_TRACK, TDR);
}

static const struct refusal other_leaves[] = {
	{ .what = "a vCPU is in the epoch before", .world = world_inside,
	  .status = TDX_WORD_PREVIOUS_TLB_EPOCH_BUSY,
	  .call = { TDH_MEM_TRACK, TDR } },
	{ .what = "no vCPU", .world = world_no_vcpu,
	  .status = TDX_WORD_NO_VCPUS, .call = { TDH_MR_FINALIZE, TDR } },
	{ .what = "page taken by MNG.ADDCX", .world = world_build,
	  .status = OP(OPERAND_BUSY, R8),
	  .call = { TDH_MEM_PAGE_ADD, GPA_FREE, TDR, FREE_PAGE, S(5) },
	  .during = { TDH_MNG_ADDCX, FREE_PAGE, TDR_NO_TDCX },
	  .at = SIM_SCRAMBLE },
#define MOVING	{ TDH_MEM_PAGE_RELOCATE, GPA_MAPPED, TDR, P(101) }
	{ .what = "entry taken by PAGE.RELOCATE", .world = world_build,
	  .status = OP(OPERAND_BUSY, RCX),
	  .call = { TDH_MEM_RD, GPA_MAPPED, TDR },
	  .during = MOVING, .at = SIM_SCRAMBLE },
	{ .what = "entry taken by PAGE.RELOCATE", .world = world_build,
	  .status = OP(OPERAND_BUSY, RCX),
	  .call = { TDH_MEM_WR, GPA_MAPPED, TDR, 1 },
	  .during = MOVING, .at = SIM_SCRAMBLE },
};

void sept_refusals(void)
{
	unsigned int i;

	for (i = 0; i < nr_sept_leaves; i++) {
		const struct leaf_row *row = &sept_leaves[i];

		try_tdr(row);
		if (!(row->flags & IN_RCX))
			try_gpa(row);
		if (row->flags & PAGE_R8)
			try_page(row);
		try_locks(row);
	}
	try_table(table_leaves, ARRAY_SIZE(table_leaves));
	try_table(page_leaves, ARRAY_SIZE(page_leaves));
	try_table(range_leaves, ARRAY_SIZE(range_leaves));
	try_table(other_leaves, ARRAY_SIZE(other_leaves));
}
