// SPDX-License-Identifier: GPL-2.0-only
/* TDH.MEM.SEPT.ADD, SEPT.RD, SEPT.REMOVE: the tables themselves. */
#include "mem.h"

#define PAGE_NOT_USED		SEAM_BIT(63)
#define RDX_FLAG		SEAM_BIT(0)
#define ATTRIBUTES_DEBUG	SEAM_BIT(0)

static const struct mem_rules sept_add_rules = {
	.op_states = OPS_BUILD_RUN | OPS_IMPORTING,
	.sept_states = SEPT_IN(SEPT_FREE) | SEPT_IN(SEPT_NL_MAPPED),
	.min_level = TDX_LEVEL_2M,
	.max_level = MEM_LEVEL_TOP,
	.tree_lock = LOCK_SHARED,
	.lock_entry = true,
};

/* Pages for L2 VMs: there are none here, so none may be offered. */
static u64 sept_add_l2(const struct call *c)
{
	unsigned int r;

	for (r = R9; c->version && r <= R11; r++)
		if (c->g[r] != NULL_PA)
			return ST(OPERAND_INVALID) | r;
	return 0;
}

static u64 sept_add_table(struct mem_op *op, hpa_t hpa)
{
	struct call *c = op->c;
	struct pamt_entry *pe;
	u64 *table, st;

	st = operand_page(hpa, TDX_OPERAND_R8, PT_NDA, true, TDX_LEVEL_4K, &pe);
	if (st)
		return st;
	st = sept_add_l2(c);
	if (st)
		goto out;
	table = env_page_alloc(TDX_LEVEL_4K);
	if (!table) {
		st = ST_OP(OPERAND_BUSY, R8);
		goto out;
	}
	sept_table_init(table);
	pe->bepoch = 0;
	pamt_take(pe, PT_EPT, op->tdr_hpa, table);
	atomic_add(&op->td->chldcnt, 1);
	op->entry = sept_table_entry(hpa);
	if (c->version)
		c->g[R8] = NULL_PA;
out:
	operand_put(pe, true);
	return st;
}

/* The table is there: what was offered, if anything was, is not used. */
static u64 sept_add_nothing(struct mem_op *op, hpa_t hpa, bool existing)
{
	if (hpa != NULL_PA && !existing)
		return mem_entry_error(op, ST(EPT_ENTRY_STATE_INCORRECT));
	if (op->c->version)
		op->c->g[R8] = hpa | PAGE_NOT_USED;
	return sept_add_l2(op->c);
}

static u64 sept_add(struct mem_op *op, hpa_t hpa, bool existing)
{
	bool table = sept_is_table(op->entry);

	if (hpa == NULL_PA && !op->c->version)
		return ST_OP(OPERAND_INVALID, R8);
	if (table)
		return sept_add_nothing(op, hpa, existing);
	if (hpa == NULL_PA)
		return mem_entry_error(op, ST(EPT_ENTRY_STATE_INCORRECT));
	return sept_add_table(op, hpa);
}

/* Bit 63, which a former call may have set, is not looked at. */
static u64 page_offered(u64 reg)
{
	return reg == NULL_PA ? reg : reg & ~PAGE_NOT_USED;
}

/*
 * The flag in RDX makes a table that is there already no error, in version 0
 * too. Version 1 gives back in R8 to R11 what is left of the caller's pages,
 * whatever else it answers.
 */
u64 leaf_TDH_MEM_SEPT_ADD(struct call *c)
{
	u64 rdx = c->g[RDX], r8 = page_offered(c->g[R8]), st;
	struct mem_op op;
	unsigned int r;

	if (c->version > 1) {
		c->g[RCX] = 0;
		c->g[RDX] = 0;
		return ST_OP(OPERAND_INVALID, RAX);
	}
	for (r = R8; c->version && r <= R11; r++)
		c->g[r] = page_offered(c->g[r]);
	st = mem_begin(&op, c, &sept_add_rules, rdx & ~RDX_FLAG);
	if (st)
		return st;
	st = mem_walk(&op);
	if (!st)
		st = sept_add(&op, r8, rdx & RDX_FLAG);
	mem_end(&op);
	return st;
}

static const struct mem_rules sept_rd_rules = {
	.op_states = OPS_BUILD_RUN | OPS_EXPORTED | OPS_IMPORTING |
		     OP_IN(OP_FAILED_IMPORT),
	.sept_states = SEPT_ANY,
	.max_level = MEM_LEVEL_TOP,
	.tree_lock = LOCK_SHARED,
};

u64 leaf_TDH_MEM_SEPT_RD(struct call *c)
{
	u64 rdx = c->g[RDX], st;
	struct mem_op op;

	st = mem_begin(&op, c, &sept_rd_rules, rdx & ~RDX_FLAG);
	if (st)
		return st;
	if ((rdx & RDX_FLAG) && !(op.td->attributes & ATTRIBUTES_DEBUG))
		st = ST_OP(OPERAND_INVALID, RDX);
	else
		st = mem_walk(&op);
	if (!st) {
		c->g[RCX] = sept_arch(op.entry);
		c->g[RDX] = sept_info(op.entry, op.level);
		if (rdx & RDX_FLAG)
			c->g[R8] = 0;	/* no L2 VM maps anything */
	}
	mem_end(&op);
	return st;
}

static const struct mem_rules sept_remove_rules = {
	.op_states = OPS_BUILD_RUN | OPS_EXPORTED | OPS_IMPORTING |
		     OP_IN(OP_FAILED_IMPORT),
	.sept_states = SEPT_IN(SEPT_NL_MAPPED) | SEPT_IN(SEPT_NL_BLOCKED),
	.min_level = TDX_LEVEL_2M,
	.max_level = MEM_LEVEL_TOP,
	.tree_lock = LOCK_EXCL,
	.lock_entry = true,
};

static bool table_is_free(const u64 *table)
{
	unsigned int i;

	for (i = 0; i < SEPT_ENTRIES; i++)
		if (sept_state(atomic_read_once(&table[i])) != SEPT_FREE)
			return false;
	return true;
}

static u64 sept_remove_table(struct mem_op *op)
{
	hpa_t hpa = op->entry & SEPT_HPA;
	u64 *table = sept_table(op->entry), st;
	struct pamt_entry *pe;

	st = mem_check_tracked(op);
	if (st)
		return st;
	if (!table || !table_is_free(table))
		return mem_entry_error(op, ST(EPT_PAGE_NOT_FREE));
	pe = pamt_lock(hpa, TDX_LEVEL_4K, true);
	if (!pe)
		return ST_OP(OPERAND_BUSY, RCX);

	mem_set_entry(op, SEPT_FREE_ENTRY);
	env_page_free(table, TDX_LEVEL_4K);
	pamt_free(pe);
	pamt_unlock(pe, true);
	atomic_add(&op->td->chldcnt, -1);
	op->c->g[RCX] = hpa;
	return 0;
}

u64 leaf_TDH_MEM_SEPT_REMOVE(struct call *c)
{
	u64 rdx = c->g[RDX], st;
	struct mem_op op;

	if (c->version)
		mem_no_l2_pages(c);
	if (c->version > 1) {
		c->g[RCX] = 0;
		c->g[RDX] = 0;
		return ST_OP(OPERAND_INVALID, RAX);
	}
	st = mem_begin(&op, c, &sept_remove_rules, rdx);
	if (st)
		return st;
	st = mem_walk(&op);
	if (!st)
		st = sept_remove_table(&op);
	mem_end(&op);
	return st;
}
