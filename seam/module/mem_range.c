// SPDX-License-Identifier: GPL-2.0-only
/* TDH.MEM.RANGE.BLOCK, RANGE.UNBLOCK, TRACK: taking mappings from vCPUs. */
#include "mem.h"

#define SEPT_BLOCKED_STATES	(SEPT_IN(SEPT_NL_BLOCKED) | \
				 SEPT_IN(SEPT_BLOCKED) | \
				 SEPT_IN(SEPT_PENDING_BLOCKED))
#define SEPT_BLOCKABLE_STATES	(SEPT_IN(SEPT_NL_MAPPED) | \
				 SEPT_IN(SEPT_MAPPED) | SEPT_IN(SEPT_BLOCKEDW) | \
				 SEPT_IN(SEPT_PENDING) | \
				 SEPT_IN(SEPT_PEND_BLOCKEDW))

static const struct mem_rules block_rules = {
	.op_states = OPS_BUILD_RUN | OPS_EXPORTED | OP_IN(OP_POST_IMPORT),
	.sept_states = SEPT_BLOCKABLE_STATES | SEPT_BLOCKED_STATES,
	.max_level = MEM_LEVEL_TOP,
	.tree_lock = LOCK_EXCL,
	.lock_entry = true,
};

u64 leaf_TDH_MEM_RANGE_BLOCK(struct call *c)
{
	struct pamt_entry *pe;
	struct mem_op op;
	u64 st;

	st = mem_begin(&op, c, &block_rules, c->g[RDX]);
	if (st)
		return st;
	st = mem_walk(&op);
	if (st)
		goto out;
	if (sept_blocked(op.entry)) {
		st = mem_entry_error(&op, ST(GPA_RANGE_ALREADY_BLOCKED));
		goto out;
	}
	/*
	 * Block first, then look at the clock: a TRACK in between must not make
	 * the block look older than a vCPU that still found the mapping. Nobody
	 * asks for the epoch meanwhile, the tree is ours.
	 */
	pe = sept_pamt(op.entry, op.level);
	mem_set_entry(&op, sept_block(op.entry));
	if (pe)
		atomic_set_once(&pe->bepoch, atomic_read_once(&op.td->epoch));
out:
	mem_end(&op);
	return st;
}

static const struct mem_rules unblock_rules = {
	.op_states = OPS_BUILD_RUN | OPS_EXPORTED | OP_IN(OP_POST_IMPORT),
	.sept_states = SEPT_BLOCKED_STATES,
	.max_level = MEM_LEVEL_TOP,
	.tree_lock = LOCK_EXCL,
	.lock_entry = true,
};

u64 leaf_TDH_MEM_RANGE_UNBLOCK(struct call *c)
{
	struct pamt_entry *pe;
	struct mem_op op;
	u64 st;

	st = mem_begin(&op, c, &unblock_rules, c->g[RDX]);
	if (st)
		return st;
	st = mem_walk(&op);
	if (!st && sept_tracking_needed(op.td)) {
		pe = sept_pamt(op.entry, op.level);
		if (!pe || !sept_tracked(op.td, pe))
			st = ST_OP(TLB_TRACKING_NOT_DONE, SEPT_TREE);
	}
	if (!st)
		mem_set_entry(&op, sept_unblock(op.entry));
	mem_end(&op);
	return st;
}

u64 leaf_TDH_MEM_TRACK(struct call *c)
{
	struct pamt_entry *pe;
	struct td *td;
	u64 st, epoch;

	st = td_get(c->g[RCX], TDX_OPERAND_RCX, false,
		    OPS_BUILD_RUN | OPS_EXPORTED | OPS_IMPORTING, LOCK_SHARED,
		    &td, &pe);
	if (st)
		return st;
	if (!sharex_try_excl(&td->epoch_lock)) {
		st = ST_OP(OPERAND_BUSY, TD_EPOCH);
		goto out;
	}
	epoch = td->epoch;
	if (atomic_read_once(&td->refcount[(epoch - 1) & 1]))
		st = ST(PREVIOUS_TLB_EPOCH_BUSY);
	else
		atomic_set_once(&td->epoch, epoch + 1);
	sharex_put_excl(&td->epoch_lock);
out:
	td_put(td, pe, false, LOCK_SHARED);
	return st;
}
