// SPDX-License-Identifier: GPL-2.0-only
/* TDH.MEM.RD and MEM.WR: a debugger's eight bytes of a debug TD's memory. */
#include "mem.h"

#define ATTRIBUTES_DEBUG	SEAM_BIT(0)

static const struct mem_rules rd_rules = {
	.op_states = OPS_BUILD_RUN | OPS_EXPORTED | OPS_IMPORTING |
		     OP_IN(OP_FAILED_IMPORT),
	.sept_states = SEPT_IN(SEPT_MAPPED) | SEPT_IN(SEPT_BLOCKEDW) |
		       SEPT_IN(SEPT_EXP_BLOCKEDW) | SEPT_IN(SEPT_EXP_DIRTY) |
		       SEPT_IN(SEPT_EXP_DIRTY_BLOCKEDW),
	.any_leaf = true,
	.tree_lock = LOCK_SHARED,
	.lock_entry = true,
	.want_present = true,
};

static const struct mem_rules wr_rules = {
	.op_states = OPS_BUILD_RUN | OPS_IMPORTING | OP_IN(OP_FAILED_IMPORT),
	.sept_states = SEPT_IN(SEPT_MAPPED) | SEPT_IN(SEPT_EXP_DIRTY),
	.any_leaf = true,
	.tree_lock = LOCK_SHARED,
	.lock_entry = true,
	.want_present = true,
};

static u64 debug_access(struct mem_op *op, const u64 *value)
{
	gpa_t in_page = op->gpa & (LEVEL_BYTES(op->level) - 1);
	hpa_t hpa = (op->entry & SEPT_HPA) + in_page;
	struct pamt_entry *pe = sept_pamt(op->entry, op->level);
	unsigned int part;
	const char *page;
	char *content;
	u64 old = 0;

	if (!content_intact(op->td, hpa & ~(PAGE_BYTES - 1), TDX_LEVEL_4K))
		return ST(TD_FATAL);
	if (value) {
		content = content_at(pe, hpa, &part);
		if (!content)
			return ST_OP(OPERAND_BUSY, RCX);
		content += hpa & (LEVEL_BYTES(part) - 1);
		memcpy(&old, content, sizeof(old));
		memcpy(content, value, sizeof(*value));
	} else {
		page = content_peek(pe, hpa);
		if (page)
			memcpy(&old, page + (hpa & (PAGE_BYTES - 1)), sizeof(old));
	}
	op->c->g[R8] = old;
	return 0;
}

static u64 debug_leaf(struct call *c, const struct mem_rules *rules,
		      const u64 *value)
{
	struct mem_op op;
	u64 st;

	c->g[R8] = 0;
	st = mem_begin(&op, c, rules, c->g[RDX]);
	if (st)
		return st;
	if (!(op.td->attributes & ATTRIBUTES_DEBUG))
		st = ST(TD_NON_DEBUG);
	else if (!SEAM_ALIGNED(op.rcx, sizeof(u64)))
		st = ST_OP(OPERAND_INVALID, RCX);
	else
		st = mem_walk(&op);
	if (!st)
		st = debug_access(&op, value);
	mem_end(&op);
	return st;
}

u64 leaf_TDH_MEM_RD(struct call *c)
{
	return debug_leaf(c, &rd_rules, NULL);
}

u64 leaf_TDH_MEM_WR(struct call *c)
{
	u64 value = c->g[R8];

	return debug_leaf(c, &wr_rules, &value);
}
