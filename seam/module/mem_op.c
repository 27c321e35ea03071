// SPDX-License-Identifier: GPL-2.0-only
/*
 * The way in and out of the leaves that work on a TD's Secure EPT. Order of
 * the checks: TD, its state, then RCX, tree lock, walk, entry, entry lock.
 */
#include "mem.h"

u64 mem_begin(struct mem_op *op, struct call *c, const struct mem_rules *rules,
	      hpa_t tdr)
{
	memset(op, 0, sizeof(*op));
	op->c = c;
	op->rules = rules;
	op->rcx = c->g[RCX];
	op->tdr_hpa = tdr;
	c->g[RCX] = 0;
	c->g[RDX] = 0;

	return td_get(tdr, TDX_OPERAND_RDX, rules->tdr_excl, rules->op_states,
		      rules->tdr_excl ? LOCK_NONE : LOCK_SHARED, &op->td,
		      &op->tdr);
}

static bool mem_level_ok(const struct mem_op *op)
{
	unsigned int top = op->td->sept_levels - 1;
	unsigned int max = op->rules->max_level;

	return op->level >= op->rules->min_level &&
	       op->level <= (max == MEM_LEVEL_TOP ? top : max);
}

/* RCX: 2:0 level, 51:12 GPA; or a GPA with an alignment of the leaf's own. */
static u64 mem_parse(struct mem_op *op)
{
	op->gpa = op->rcx;
	if (!op->rules->any_leaf) {
		op->level = op->rcx & 7;
		op->gpa = op->rcx & ~7ULL;
		if (!mem_level_ok(op) ||
		    !SEAM_ALIGNED(op->gpa, LEVEL_BYTES(op->level)))
			return ST_OP(OPERAND_INVALID, RCX);
	}
	if (!sept_gpa_private(op->td, op->gpa))
		return ST_OP(OPERAND_INVALID, RCX);
	return 0;
}

static u64 mem_lock_tree(struct mem_op *op)
{
	switch (op->rules->tree_lock) {
	case LOCK_SHARED:
		op->tree_locked = sharex_try_shared(&op->td->sept_lock);
		break;
	case LOCK_EXCL:
		op->tree_locked = sharex_try_excl(&op->td->sept_lock);
		break;
	default:
		return 0;
	}
	return op->tree_locked ? 0 : ST_OP(OPERAND_BUSY, SEPT_TREE);
}

static void mem_unlock_tree(struct mem_op *op)
{
	if (!op->tree_locked)
		return;
	if (op->rules->tree_lock == LOCK_EXCL)
		sharex_put_excl(&op->td->sept_lock);
	else
		sharex_put_shared(&op->td->sept_lock);
}

u64 mem_entry_error(struct mem_op *op, u64 status)
{
	op->c->g[RCX] = sept_arch(op->entry);
	op->c->g[RDX] = sept_info(op->entry, op->level);
	return status | TDX_OPERAND_RCX;
}

u64 mem_walk(struct mem_op *op)
{
	const struct mem_rules *r = op->rules;
	unsigned int want;
	u64 status;

	status = mem_parse(op);
	if (status)
		return status;
	status = mem_lock_tree(op);
	if (status)
		return status;

	want = op->level;
	op->slot = sept_walk(op->td, op->gpa, want, &op->level);
	if (!op->slot)
		return ST_OP(EPT_WALK_FAILED, RCX);
	op->entry = atomic_read_once(op->slot) & ~(SEPT_LOCK | SEPT_HOST_PRIORITY);
	if (op->level != want && !r->any_leaf)
		return mem_entry_error(op, ST(EPT_WALK_FAILED));
	if (!sept_in(op->entry, r->sept_states))
		return mem_entry_error(op, r->want_present ?
				       ST(EPT_ENTRY_NOT_PRESENT) :
				       ST(EPT_ENTRY_STATE_INCORRECT));
	if (!r->lock_entry)
		return 0;
	if (!sept_lock_host(op->slot, &op->entry))
		return ST_OP(OPERAND_BUSY, RCX);
	op->entry_locked = true;
	/* a guest may have accepted the page since */
	if (!sept_in(op->entry, r->sept_states))
		return mem_entry_error(op, ST(EPT_ENTRY_STATE_INCORRECT));
	return 0;
}

void mem_no_l2_pages(struct call *c)
{
	c->g[R9] = NULL_PA;
	c->g[R10] = NULL_PA;
	c->g[R11] = NULL_PA;
}

void mem_end(struct mem_op *op)
{
	if (op->entry_locked)
		sept_unlock(op->slot, op->entry);
	mem_unlock_tree(op);
	td_put(op->td, op->tdr, op->rules->tdr_excl,
	       op->rules->tdr_excl ? LOCK_NONE : LOCK_SHARED);
}

u64 mem_check_tracked(struct mem_op *op)
{
	struct pamt_entry *pe;

	if (!sept_tracking_needed(op->td))
		return 0;
	if (!sept_blocked(op->entry))
		return mem_entry_error(op, ST(GPA_RANGE_NOT_BLOCKED));
	pe = sept_pamt(op->entry, op->level);
	if (!pe || !sept_tracked(op->td, pe))
		return ST_OP(TLB_TRACKING_NOT_DONE, RCX);
	return 0;
}

void mem_set_entry(struct mem_op *op, u64 entry)
{
	op->entry = entry;
	sept_unlock(op->slot, entry);
	op->entry_locked = false;
	engine_sept_zap(op->td, op->gpa, op->level);
}
