// SPDX-License-Identifier: GPL-2.0-only
/* See leaf.h. */
#include "leaf.h"

#define REGS_TO_R9	(TDX_REG_RCX | TDX_REG_RDX | TDX_REG_R8 | TDX_REG_R9)
#define REGS_BEYOND_R9	(TDX_REG_R10 | TDX_REG_R11 | TDX_REG_R12 | TDX_REG_R13)

const struct leaf_info leaf_info[NR_LEAVES] = {
#define X(id, number, version, text, in_regs, out_regs, ...)	\
	[LEAF_##id] = {						\
		.rax = (number), .name = (text),		\
		.in = (in_regs), .out = (out_regs),		\
	},
	TDX_HOST_LEAVES(X)
#undef X
};

enum leaf_index leaf_index(u64 rax)
{
	switch (rax >> 63 ? rax : rax & 0xffff) {
#define X(id, number, ...)	case number: return LEAF_##id;
	TDX_HOST_LEAVES(X)
#undef X
	}
	return LEAF_UNKNOWN;
}

u16 leaf_operands(u64 rax, bool beyond_r9)
{
	bool v0 = !(rax >> 16 & 0xff);
	u16 in;

	switch (leaf_index(rax)) {
	case LEAF_UNKNOWN:
		return REGS_TO_R9;
	case LEAF_TDH_MEM_SEPT_ADD:
		in = TDX_REG_RCX | TDX_REG_RDX | TDX_REG_R8;
		break;
	case LEAF_TDH_MEM_PAGE_DEMOTE:
		/* the L2 and PAMT pages are optional */
		v0 = !beyond_r9;
		in = TDX_REG_RCX | TDX_REG_RDX | TDX_REG_R8;
		break;
	case LEAF_TDH_VP_INIT:
		in = TDX_REG_RCX | TDX_REG_RDX;
		break;
	case LEAF_TDH_SYS_CONFIG:
		in = TDX_REG_RCX | TDX_REG_RDX | TDX_REG_R8;
		break;
	case LEAF_TDH_SYS_UPDATE:
		in = 0;
		break;
	default:
		v0 = false;
		in = 0;
	}
	if (!v0)
		in = leaf_info[leaf_index(rax)].in;
	return beyond_r9 ? in : in & REGS_TO_R9;
}

u16 leaf_outputs(u64 rax)
{
	enum leaf_index leaf = leaf_index(rax);

	/* VP.ENTER gives what the guest left; what is not known may be there */
	if (leaf == LEAF_UNKNOWN || leaf == LEAF_TDH_VP_ENTER)
		return REGS_TO_R9 | REGS_BEYOND_R9;
	return leaf_info[leaf].out;
}
