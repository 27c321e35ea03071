// SPDX-License-Identifier: GPL-2.0-only
/* TDH.MEM.PAGE.ADD, PAGE.AUG, PAGE.REMOVE, PAGE.RELOCATE: single pages. */
#include "mem.h"

static const struct mem_rules add_rules = {
	.op_states = OP_IN(OP_INITIALIZED),
	.sept_states = SEPT_IN(SEPT_FREE),
	.max_level = TDX_LEVEL_4K,
	.tdr_excl = true,
	.lock_entry = true,
};

static u64 page_add(struct mem_op *op, hpa_t target, hpa_t source)
{
	struct pamt_entry *pe;
	void *page;
	u64 st;

	st = operand_shared_hpa(source, PAGE_BYTES, TDX_OPERAND_R9);
	if (st)
		return st;
	st = operand_page(target, TDX_OPERAND_R8, PT_NDA, true, TDX_LEVEL_4K,
			  &pe);
	if (st)
		return st;
	page = env_page_alloc(TDX_LEVEL_4K);
	if (!page) {
		operand_put(pe, true);
		return ST_OP(OPERAND_BUSY, R8);
	}
	/* the source may be the very page that is about to turn to noise */
	memcpy(page, env_host_ptr(hpa_plain(source)), PAGE_BYTES);
	mrtd_page_add(op->td, op->gpa);
	pe->bepoch = 0;
	pamt_take(pe, PT_REG, op->tdr_hpa, page);
	atomic_add(&op->td->chldcnt, 1);
	op->entry = sept_mapped_entry(target);
	operand_put(pe, true);
	return 0;
}

u64 leaf_TDH_MEM_PAGE_ADD(struct call *c)
{
	struct mem_op op;
	u64 st;

	st = mem_begin(&op, c, &add_rules, c->g[RDX]);
	if (st)
		return st;
	st = mem_walk(&op);
	if (!st)
		st = page_add(&op, c->g[R8], c->g[R9]);
	mem_end(&op);
	return st;
}

static const struct mem_rules aug_rules = {
	.op_states = OPS_BUILD_RUN,
	.sept_states = SEPT_IN(SEPT_FREE) | SEPT_IN(SEPT_REMOVED),
	.max_level = TDX_LEVEL_2M,
	.tree_lock = LOCK_SHARED,
	.lock_entry = true,
};

static u64 pages_of(unsigned int level)
{
	return 1ULL << (9 * level);
}

/* Under the 2M entry's exclusive lock nobody changes the 4K ones. */
static bool range_is_free(hpa_t hpa, unsigned int level)
{
	struct pamt_entry *part;
	unsigned int i;

	if (level == TDX_LEVEL_4K)
		return true;
	part = pamt_at(hpa, level - 1);
	if (!part)
		return !pamt_lent_in_2m(hpa);
	for (i = 0; i < 512; i++)
		if (part[i].type != PT_NDA)
			return false;
	return true;
}

u64 leaf_TDH_MEM_PAGE_AUG(struct call *c)
{
	struct pamt_entry *pe;
	struct mem_op op;
	hpa_t hpa;
	u64 st;

	st = mem_begin(&op, c, &aug_rules, c->g[RDX]);
	if (st)
		return st;
	st = mem_walk(&op);
	if (st)
		goto out;
	hpa = c->g[R8];
	st = operand_page(hpa, TDX_OPERAND_R8, PT_NDA, true, op.level, &pe);
	if (st)
		goto out;
	if (range_is_free(hpa, op.level)) {
		pe->bepoch = 0;
		pamt_take(pe, PT_REG, op.tdr_hpa, NULL);
		atomic_add(&op.td->chldcnt, pages_of(op.level));
		op.entry = sept_pending_entry(hpa);
	} else {
		st = ST_OP(PAGE_METADATA_INCORRECT, R8);
	}
	operand_put(pe, true);
out:
	mem_end(&op);
	return st;
}

static const struct mem_rules remove_rules = {
	.op_states = OPS_BUILD_RUN | OPS_EXPORTED | OP_IN(OP_POST_IMPORT) |
		     OP_IN(OP_FAILED_IMPORT),
	.sept_states = SEPT_IN(SEPT_MAPPED) | SEPT_IN(SEPT_BLOCKED) |
		       SEPT_IN(SEPT_BLOCKEDW) | SEPT_IN(SEPT_PENDING) |
		       SEPT_IN(SEPT_PENDING_BLOCKED) |
		       SEPT_IN(SEPT_PEND_BLOCKEDW),
	.max_level = TDX_LEVEL_1G,
	.tree_lock = LOCK_SHARED,
	.lock_entry = true,
};

u64 leaf_TDH_MEM_PAGE_REMOVE(struct call *c)
{
	struct pamt_entry *pe;
	struct mem_op op;
	hpa_t hpa;
	u64 st;

	st = mem_begin(&op, c, &remove_rules, c->g[RDX]);
	if (st)
		return st;
	st = mem_walk(&op);
	if (!st)
		st = mem_check_tracked(&op);
	if (st)
		goto out;
	hpa = op.entry & SEPT_HPA;
	pe = pamt_lock(hpa, op.level, true);
	if (!pe) {
		st = ST_OP(OPERAND_BUSY, RCX);
		goto out;
	}
	mem_set_entry(&op, SEPT_FREE_ENTRY);
	content_drop(pe);
	pamt_free(pe);
	pamt_unlock(pe, true);
	atomic_add(&op.td->chldcnt, -pages_of(op.level));
	c->g[RCX] = hpa;
out:
	mem_end(&op);
	return st;
}

static const struct mem_rules relocate_rules = {
	.op_states = OPS_BUILD_RUN | OPS_EXPORTED | OP_IN(OP_POST_IMPORT),
	.sept_states = SEPT_ANY & ~(SEPT_IN(SEPT_FREE) | SEPT_IN(SEPT_REMOVED) |
				    SEPT_IN(SEPT_NL_MAPPED) |
				    SEPT_IN(SEPT_NL_BLOCKED)),
	.max_level = TDX_LEVEL_4K,
	.tree_lock = LOCK_SHARED,
	.lock_entry = true,
};

static u64 page_relocate(struct mem_op *op, hpa_t to_hpa)
{
	hpa_t from_hpa = op->entry & SEPT_HPA;
	struct pamt_entry *from, *to;
	u64 st;

	if (to_hpa == from_hpa)
		return ST_OP(OPERAND_INVALID, R8);
	st = mem_check_tracked(op);
	if (st)
		return st;
	st = operand_page(to_hpa, TDX_OPERAND_R8, PT_NDA, true, TDX_LEVEL_4K,
			  &to);
	if (st)
		return st;
	from = pamt_lock(from_hpa, TDX_LEVEL_4K, true);
	if (!from) {
		st = ST_OP(OPERAND_BUSY, RCX);
		goto out_to;
	}
	if (!content_intact(op->td, from_hpa, TDX_LEVEL_4K)) {
		st = ST(TD_FATAL);
		goto out_from;
	}
	if (!content_move(from, to)) {
		st = ST_OP(OPERAND_BUSY, R8);
		goto out_from;
	}
	to->bepoch = 0;
	pamt_take(to, PT_REG, op->tdr_hpa, to->obj);
	mem_set_entry(op, sept_unblock((op->entry & ~SEPT_HPA) | to_hpa));
	pamt_free(from);
	op->c->g[RCX] = from_hpa;
out_from:
	pamt_unlock(from, true);
out_to:
	operand_put(to, true);
	return st;
}

u64 leaf_TDH_MEM_PAGE_RELOCATE(struct call *c)
{
	struct mem_op op;
	u64 st;

	st = mem_begin(&op, c, &relocate_rules, c->g[RDX]);
	if (st)
		return st;
	st = mem_walk(&op);
	if (!st)
		st = page_relocate(&op, c->g[R8]);
	mem_end(&op);
	return st;
}
