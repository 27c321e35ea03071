// SPDX-License-Identifier: GPL-2.0-only
/*
 * TDH.MEM.PAGE.PROMOTE and PAGE.DEMOTE: 512 small mappings become a large one
 * and back. Both look for a waiting interrupt while they only read or write
 * what nobody sees yet: then nothing has changed and the host calls again.
 */
#include "mem.h"

#define RDX_L2_ADD_MODE		SEAM_BIT(0)
#define ENTRIES_PER_LOOK	64

#define SIZE_OP_STATES	(OPS_BUILD_RUN | OPS_EXPORTED | OP_IN(OP_POST_IMPORT))

static bool interrupted(const struct call *c, unsigned int i)
{
	return i % ENTRIES_PER_LOOK == 0 && env_intr_pending(c->lp->id);
}

/* The caller shall repeat the call with what it still has in its registers. */
static u64 restart(struct mem_op *op, u64 rdx)
{
	op->c->g[RCX] = op->rcx;
	op->c->g[RDX] = rdx;
	return ST(INTERRUPTED_RESTARTABLE);
}

/* Pages of the size of @level from @hpa on, @n times: type and owner. */
static void pamt_retype(hpa_t hpa, unsigned int level, unsigned int n, u8 type,
			hpa_t owner)
{
	struct pamt_entry *pe = pamt_at(hpa, level);
	unsigned int i;

	for (i = 0; i < n; i++) {
		pe[i].owner = owner;
		atomic_set_once(&pe[i].type, type);
	}
}

static void pamt_clear_bepoch(hpa_t hpa, unsigned int level, unsigned int n)
{
	struct pamt_entry *pe = pamt_at(hpa, level);

	while (n--)
		pe++->bepoch = 0;
}

static const struct mem_rules demote_rules = {
	.op_states = SIZE_OP_STATES,
	.sept_states = SEPT_IN(SEPT_MAPPED) | SEPT_IN(SEPT_BLOCKED) |
		       SEPT_IN(SEPT_PENDING) | SEPT_IN(SEPT_PENDING_BLOCKED),
	.min_level = TDX_LEVEL_2M,
	.max_level = TDX_LEVEL_1G,
	.tree_lock = LOCK_SHARED,
	.lock_entry = true,
};

static u64 demote_fill(struct mem_op *op, u64 *table, u64 rdx)
{
	u64 entry = sept_unblock(op->entry);
	unsigned int i;

	for (i = 0; i < SEPT_ENTRIES; i++) {
		if (interrupted(op->c, i))
			return restart(op, rdx);
		table[i] = entry + i * LEVEL_BYTES(op->level - 1);
	}
	return 0;
}

static u64 demote_into(struct mem_op *op, struct pamt_entry *sept, u64 rdx)
{
	hpa_t hpa = op->entry & SEPT_HPA;
	struct pamt_entry *whole;
	u64 *table, st;

	table = env_page_alloc(TDX_LEVEL_4K);
	if (!table)
		return ST_OP(OPERAND_BUSY, R8);
	st = demote_fill(op, table, rdx);
	if (st)
		goto free;
	whole = pamt_lock(hpa, op->level, true);
	if (!whole) {
		st = ST_OP(OPERAND_BUSY, RCX);
		goto free;
	}
	st = pamt_demote_pair(whole, op->c->g[R12], op->c->g[R13]);
	if (st) {
		pamt_unlock(whole, true);
		goto free;
	}

	content_split(whole);
	pamt_retype(hpa, op->level - 1, 512, PT_REG, op->tdr_hpa);
	pamt_clear_bepoch(hpa, op->level - 1, 512);
	pamt_retype(hpa, op->level, 1, pamt_split_type(op->level), op->tdr_hpa);
	pamt_unlock(whole, true);
	pamt_take(sept, PT_EPT, op->tdr_hpa, table);
	atomic_add(&op->td->chldcnt, 1);
	mem_set_entry(op, sept_table_entry(pamt_hpa(sept)));
	return 0;
free:
	env_page_free(table, TDX_LEVEL_4K);
	return st;
}

u64 leaf_TDH_MEM_PAGE_DEMOTE(struct call *c)
{
	u64 rdx = c->g[RDX], st;
	struct pamt_entry *sept;
	struct mem_op op;

	st = mem_begin(&op, c, &demote_rules, rdx & ~RDX_L2_ADD_MODE);
	if (st)
		return st;
	st = mem_walk(&op);
	if (!st)
		st = mem_check_tracked(&op);
	if (!st)
		st = operand_page(c->g[R8], TDX_OPERAND_R8, PT_NDA, true,
				  TDX_LEVEL_4K, &sept);
	if (!st) {
		st = demote_into(&op, sept, rdx);
		operand_put(sept, true);
	}
	mem_end(&op);
	return st;
}

static const struct mem_rules promote_rules = {
	.op_states = SIZE_OP_STATES,
	.sept_states = SEPT_IN(SEPT_NL_MAPPED) | SEPT_IN(SEPT_NL_BLOCKED),
	.min_level = TDX_LEVEL_2M,
	.max_level = TDX_LEVEL_1G,
	.tree_lock = LOCK_SHARED,
	.lock_entry = true,
};

/*
 * Where no block keeps walkers out of the table that is freed, they are kept
 * out of the tree.
 */
static const struct mem_rules promote_unblocked_rules = {
	.op_states = SIZE_OP_STATES,
	.sept_states = SEPT_IN(SEPT_NL_MAPPED) | SEPT_IN(SEPT_NL_BLOCKED),
	.min_level = TDX_LEVEL_2M,
	.max_level = TDX_LEVEL_1G,
	.tree_lock = LOCK_EXCL,
	.lock_entry = true,
};

/* 512 leaves alike but for the HPA, which goes on from an aligned start? */
static u64 promote_check(struct mem_op *op, const u64 *table, u64 rdx)
{
	u64 first, step = LEVEL_BYTES(op->level - 1);
	unsigned int i;

	first = table ? atomic_read_once(&table[0]) : 0;
	if (!sept_in(first, SEPT_IN(SEPT_MAPPED) | SEPT_IN(SEPT_PENDING)) ||
	    !SEAM_ALIGNED(first & SEPT_HPA, LEVEL_BYTES(op->level)))
		return mem_entry_error(op, ST(EPT_INVALID_PROMOTE_CONDITIONS));
	for (i = 0; i < SEPT_ENTRIES; i++) {
		if (interrupted(op->c, i))
			return restart(op, rdx);
		if (atomic_read_once(&table[i]) != first + i * step)
			return mem_entry_error(op,
					ST(EPT_INVALID_PROMOTE_CONDITIONS));
	}
	return 0;
}

static u64 promote_table(struct mem_op *op, u64 *table)
{
	hpa_t table_hpa = op->entry & SEPT_HPA;
	u64 leaf = table[0];
	hpa_t hpa = leaf & SEPT_HPA;
	struct pamt_entry *sept, *whole;
	u64 st = 0;

	sept = pamt_lock(table_hpa, TDX_LEVEL_4K, true);
	if (!sept)
		return ST_OP(OPERAND_BUSY, RCX);
	whole = pamt_lock(hpa, op->level, true);
	if (!whole) {
		st = ST_OP(OPERAND_BUSY, RCX);
		goto out_sept;
	}
	if (!content_join(whole)) {
		st = ST_OP(OPERAND_BUSY, RCX);
		goto out_whole;
	}
	pamt_retype(hpa, op->level, 1, PT_REG, op->tdr_hpa);
	pamt_retype(hpa, op->level - 1, 512, PT_NDA, op->tdr_hpa);
	pamt_promote_pair(whole, &op->c->g[R12], &op->c->g[R13]);
	mem_set_entry(op, leaf);
	env_page_free(table, TDX_LEVEL_4K);
	pamt_free(sept);
	atomic_add(&op->td->chldcnt, -1);
	op->c->g[RCX] = table_hpa;
out_whole:
	pamt_unlock(whole, true);
out_sept:
	pamt_unlock(sept, true);
	return st;
}

u64 leaf_TDH_MEM_PAGE_PROMOTE(struct call *c)
{
	u64 rdx = c->g[RDX], st, *table;
	struct mem_op op;

	if (c->version)
		mem_no_l2_pages(c);
	if (c->version > 1) {
		c->g[RCX] = 0;
		c->g[RDX] = 0;
		return ST_OP(OPERAND_INVALID, RAX);
	}
	st = mem_begin(&op, c, &promote_rules, rdx);
	if (st)
		return st;
	if (!sept_tracking_needed(op.td))
		op.rules = &promote_unblocked_rules;
	st = mem_walk(&op);
	if (!st)
		st = mem_check_tracked(&op);
	if (!st) {
		table = sept_table(op.entry);
		st = promote_check(&op, table, rdx);
		if (!st)
			st = promote_table(&op, table);
	}
	mem_end(&op);
	return st;
}
