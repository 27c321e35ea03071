/* SPDX-License-Identifier: GPL-2.0-only */
/* Parts of the test of the leaves on a TD's Secure EPT. */
#ifndef SEPT_TEST_H
#define SEPT_TEST_H

#include "trace.h"
#include "world.h"

struct leaf_row {
	u64 leaf;
	const char *name;
	u64 call[WORLD_OPERANDS];	/* accepted; see @flags for where */
	u64 flags;
};

#define IN_RCX		1	/* the TDR is in RCX; there is no GPA */
#define BUILD		2	/* legal before FINALIZE alone; TDR exclusive */
#define PLAIN_GPA	4	/* RCX has no level */
#define TREE		8	/* takes the tree's lock */
#define TREE_EXCL	(16 | TREE)
#define ENTRY		32	/* takes the entry's lock */
#define PAGE_R8		64	/* R8 is a free page */
#define TRACKED		128	/* must be blocked and tracked */

extern const struct leaf_row sept_leaves[];
extern const unsigned int nr_sept_leaves;
const struct leaf_row *sept_row(u64 leaf);

#define OP(code, operand)	(TDX_WORD_##code | TDX_OPERAND_##operand)

void sept_refusals(void);
void sept_content(void);
void sept_races(unsigned int rounds);
void sept_coverage(void);		/* what is known of them */

#endif /* SEPT_TEST_H */
