// SPDX-License-Identifier: GPL-2.0-only
/* The gates to a TD that most leaves pass through, in the module's order. */
#include "module.h"

u64 tdr_get(hpa_t tdr, unsigned int operand, bool excl, struct td **td,
	    struct pamt_entry **pe)
{
	u64 st = operand_page(tdr, operand, PT_TDR, excl, TDX_LEVEL_4K, pe);

	if (!st)
		*td = (*pe)->obj;
	return st;
}

void tdr_put(struct pamt_entry *pe, bool excl)
{
	operand_put(pe, excl);
}

static bool op_state_lock(struct td *td, enum lock_mode mode)
{
	if (mode == LOCK_SHARED)
		return sharex_hp_try_shared(&td->op_state_lock, false);
	if (mode == LOCK_EXCL)
		return sharex_hp_try_excl(&td->op_state_lock, false);
	return true;
}

static void op_state_unlock(struct td *td, enum lock_mode mode)
{
	if (mode == LOCK_SHARED)
		sharex_put_shared(&td->op_state_lock);
	else if (mode == LOCK_EXCL)
		sharex_put_excl(&td->op_state_lock);
}

/* TDR, keys and TDCS are there; the TDR's lock is held. */
u64 td_gate(struct td *td, unsigned int states, enum lock_mode op_lock)
{
	if (td->fatal)
		return ST(TD_FATAL);
	if (td->lifecycle != TD_KEYS_CONFIGURED)
		return ST(TD_KEYS_NOT_CONFIGURED);
	if (td->num_tdcx < TDCS_PAGES)
		return ST(TDCS_NOT_ALLOCATED);
	if (!op_state_lock(td, op_lock))
		return ST_OP(OPERAND_BUSY, OP_STATE);
	if (!(states & SEAM_BIT(td->op_state))) {
		op_state_unlock(td, op_lock);
		return ST(OP_STATE_INCORRECT);
	}
	return ST(SUCCESS);
}

void td_ungate(struct td *td, enum lock_mode op_lock)
{
	op_state_unlock(td, op_lock);
}

u64 td_get(hpa_t tdr, unsigned int operand, bool excl, unsigned int states,
	   enum lock_mode op_lock, struct td **td, struct pamt_entry **pe)
{
	u64 st = tdr_get(tdr, operand, excl, td, pe);

	if (st)
		return st;
	st = td_gate(*td, states, op_lock);
	if (st)
		tdr_put(*pe, excl);
	return st;
}

void td_put(struct td *td, struct pamt_entry *pe, bool excl,
	    enum lock_mode op_lock)
{
	op_state_unlock(td, op_lock);
	tdr_put(pe, excl);
}
