// SPDX-License-Identifier: GPL-2.0-only
/* Which of the statuses that each leaf is known to return were provoked. */
#include "coverage.h"
#include "sept_test.h"

#define NO_L2		"this module has no L2 VMs"
#define NO_MIGRATION	"only migration leaves hold it exclusively"
#define UNDER_TDR	"the exclusive TDR keeps all others out"
#define BLOCKED_ENTRY	"a guest takes no blocked entry, a host the tree first"

/* What the leaf table names beyond what all of these leaves share. */
static const struct known {
	u64 leaf, status;
	const char *why_not;	/* software cannot provoke it */
} known[] = {
	{ TDH_MEM_PAGE_ADD, OP(OPERAND_INVALID, R9), NULL },
	{ TDH_MEM_SEPT_ADD, OP(OPERAND_INVALID, R9), NULL },
	{ TDH_MEM_SEPT_ADD, OP(OPERAND_INVALID, R10), NULL },
	{ TDH_MEM_SEPT_ADD, OP(OPERAND_INVALID, R11), NULL },
	{ TDH_MEM_SEPT_ADD, OP(OPERAND_INVALID, RAX), NULL },
	{ TDH_MEM_SEPT_ADD, TDX_WORD_L2_SEPT_WALK_FAILED, NO_L2 },
	{ TDH_MEM_SEPT_ADD, TDX_WORD_L2_SEPT_ENTRY_NOT_FREE, NO_L2 },
	{ TDH_MEM_SEPT_ADD, TDX_WORD_INTERRUPTED_RESUMABLE, NO_L2 },
	{ TDH_MEM_RANGE_BLOCK, OP(GPA_RANGE_ALREADY_BLOCKED, RCX), NULL },
	{ TDH_MEM_RD, TDX_WORD_TD_NON_DEBUG, NULL },
	{ TDH_MEM_WR, TDX_WORD_TD_NON_DEBUG, NULL },
	{ TDH_MEM_PAGE_DEMOTE, TDX_WORD_INTERRUPTED_RESTARTABLE, NULL },
	{ TDH_MEM_PAGE_DEMOTE, TDX_WORD_L2_SEPT_WALK_FAILED, NO_L2 },
	{ TDH_MEM_PAGE_DEMOTE, TDX_WORD_L2_SEPT_PAGE_NOT_PROVIDED, NO_L2 },
	{ TDH_MR_FINALIZE, TDX_WORD_NO_VCPUS, NULL },
	{ TDH_MEM_PAGE_PROMOTE, OP(OPERAND_INVALID, RAX), NULL },
	{ TDH_MEM_PAGE_PROMOTE, OP(EPT_INVALID_PROMOTE_CONDITIONS, RCX), NULL },
	{ TDH_MEM_PAGE_PROMOTE, TDX_WORD_INTERRUPTED_RESTARTABLE, NULL },
	{ TDH_MEM_SEPT_RD, OP(OPERAND_INVALID, RDX), NULL },
	{ TDH_MEM_SEPT_REMOVE, OP(OPERAND_INVALID, RAX), NULL },
	{ TDH_MEM_SEPT_REMOVE, OP(EPT_PAGE_NOT_FREE, RCX), NULL },
	{ TDH_MEM_TRACK, TDX_WORD_PREVIOUS_TLB_EPOCH_BUSY, NULL },
	{ TDH_MEM_TRACK, OP(OPERAND_BUSY, TD_EPOCH),
	  "VP.ENTER holds it for a moment alone" },
	{ TDH_MEM_RANGE_UNBLOCK, OP(TLB_TRACKING_NOT_DONE, SEPT_TREE), NULL },
};

static void look(const struct leaf_row *row, u64 status, const char *why_not)
{
	cover_known(row->leaf, status, why_not);
}

static void look_at_walk(const struct leaf_row *row)
{
	u64 l = row->leaf;
	const char *why = row->flags & BUILD ? UNDER_TDR : NULL;

	look(row, OP(OPERAND_INVALID, RCX), NULL);
	if (row->flags & PLAIN_GPA) {
		look(row, OP(EPT_ENTRY_NOT_PRESENT, RCX), NULL);
	} else {
		look(row, OP(EPT_WALK_FAILED, RCX), NULL);
		if (l != TDH_MEM_SEPT_RD)
			look(row, OP(EPT_ENTRY_STATE_INCORRECT, RCX), NULL);
	}
	look(row, OP(OPERAND_BUSY, SEPT_TREE), why);
	if (l == TDH_MEM_RANGE_UNBLOCK || l == TDH_MEM_SEPT_REMOVE)
		why = BLOCKED_ENTRY;
	if (l != TDH_MEM_SEPT_RD)
		look(row, OP(OPERAND_BUSY, RCX), why);
	if (row->flags & TRACKED) {
		look(row, OP(GPA_RANGE_NOT_BLOCKED, RCX), NULL);
		look(row, OP(TLB_TRACKING_NOT_DONE, RCX), NULL);
	}
}

static void look_at_all(const struct leaf_row *row)
{
	u64 id = row->flags & IN_RCX ? TDX_OPERAND_RCX : TDX_OPERAND_RDX;

	look(row, TDX_WORD_SUCCESS, NULL);
	look(row, TDX_WORD_OPERAND_INVALID | id, NULL);
	look(row, TDX_WORD_OPERAND_ADDR_RANGE_ERROR | id, NULL);
	look(row, TDX_WORD_PAGE_METADATA_INCORRECT | id, NULL);
	look(row, TDX_WORD_OPERAND_BUSY | id, NULL);
	look(row, TDX_WORD_TD_FATAL, NULL);
	look(row, TDX_WORD_TD_KEYS_NOT_CONFIGURED, NULL);
	look(row, TDX_WORD_TDCS_NOT_ALLOCATED, NULL);
	look(row, OP(OPERAND_BUSY, OP_STATE),
	     row->flags & BUILD ? UNDER_TDR : NO_MIGRATION);
	look(row, TDX_WORD_OP_STATE_INCORRECT, NULL);
	if (row->flags & PAGE_R8) {
		look(row, OP(OPERAND_INVALID, R8), NULL);
		look(row, OP(OPERAND_ADDR_RANGE_ERROR, R8), NULL);
		look(row, OP(PAGE_METADATA_INCORRECT, R8), NULL);
		look(row, OP(OPERAND_BUSY, R8), NULL);
	}
	if (!(row->flags & IN_RCX))
		look_at_walk(row);
}

void sept_coverage(void)
{
	unsigned int i;

	for (i = 0; i < nr_sept_leaves; i++)
		look_at_all(&sept_leaves[i]);
	for (i = 0; i < ARRAY_SIZE(known); i++)
		look(sept_row(known[i].leaf), known[i].status,
		     known[i].why_not);
}
