/* SPDX-License-Identifier: GPL-2.0-only */
/* The table of host leaves as an array. */
#ifndef SEAMHOST_VIRT_LEAF_H
#define SEAMHOST_VIRT_LEAF_H

#include <seamhost/leaves.h>
#include <seamhost/types.h>

struct leaf_info {
	u64 rax;		/* without version */
	const char *name;
	u16 in;			/* TDX_REG_* */
	u16 out;
};

enum leaf_index {
#define X(id, ...)	LEAF_##id,
	TDX_HOST_LEAVES(X)
#undef X
	LEAF_UNKNOWN,
	NR_LEAVES = LEAF_UNKNOWN
};

extern const struct leaf_info leaf_info[NR_LEAVES];

enum leaf_index leaf_index(u64 rax);

/*
 * The operand registers that a call of @rax reads: less than the table says
 * in version 0 of leaves that grew, and where @beyond_r9 says that the call
 * carried none of the registers after R9.
 */
u16 leaf_operands(u64 rax, bool beyond_r9);

/* The registers that a call of @rax may write. */
u16 leaf_outputs(u64 rax);

#endif /* SEAMHOST_VIRT_LEAF_H */
