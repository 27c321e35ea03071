// SPDX-License-Identifier: GPL-2.0-only
/* The model's Secure EPT. */
#include <string.h>

#include "model_int.h"

#define OPS_ANY		(1U << M_INIT | 1U << M_RUNNABLE)

/* 0: not one of the GPAs that the model knows. */
static int split_gpa(u64 gpa, unsigned int i[3])
{
	i[2] = gpa >> 30;
	i[1] = (gpa >> 21) & 511;
	i[0] = (gpa >> 12) & 511;
	return i[2] < M_G2 && i[1] < M_G1 && i[0] < M_G0;
}

static struct m_sept *entry(struct m_td *td, u64 gpa, unsigned int level)
{
	unsigned int i[3];

	split_gpa(gpa, i);
	return &td->sept[level][level > 2 ? 0 : i[2]][level > 1 ? 0 : i[1]]
			[level > 0 ? 0 : i[0]];
}

/* The entry of *level, or the first on the way that leads no further. */
static struct m_sept *walk(struct m_td *td, u64 gpa, unsigned int *level)
{
	unsigned int l = 3;

	while (l > *level && entry(td, gpa, l)->state == E_TABLE)
		l--;
	*level = l;
	return entry(td, gpa, l);
}

static int is_table(const struct m_sept *e)
{
	return e->state == E_TABLE || e->state == E_TABLE_BLOCKED;
}

static int is_blocked(const struct m_sept *e)
{
	return e->state == E_TABLE_BLOCKED || e->state == E_BLOCKED ||
	       e->state == E_PENDING_BLOCKED;
}

static int tracked(const struct m_td *td, const struct m_sept *e)
{
	u64 b = e->page->bepoch;

	return b + 1 < td->epoch ||
	       (b + 1 == td->epoch && !td->inside[b & 1]);
}

/* Blocked and tracked, once the TD runs. */
static u64 may_change(const struct m_td *td, const struct m_sept *e)
{
	if (td->op != M_RUNNABLE)
		return 0;
	if (!is_blocked(e))
		return word(TDX_ST_GPA_RANGE_NOT_BLOCKED, TDX_OPERAND_RCX);
	if (!tracked(td, e))
		return word(TDX_ST_TLB_TRACKING_NOT_DONE, TDX_OPERAND_RCX);
	return 0;
}

static int state_ok(u64 leaf, const struct m_sept *e)
{
	switch (leaf) {
	case TDH_MEM_SEPT_ADD:
	case TDH_MEM_PAGE_ADD:
	case TDH_MEM_PAGE_AUG:
		return e->state == E_FREE;
	case TDH_MEM_RANGE_BLOCK:
		return e->state != E_FREE;
	case TDH_MEM_RANGE_UNBLOCK:
		return is_blocked(e);
	case TDH_MEM_PAGE_REMOVE:
		return e->state != E_FREE && !is_table(e);
	case TDH_MEM_SEPT_REMOVE:
		return is_table(e);
	default:
		return 1;
	}
}

static u64 sept_add(struct model *m, struct m_call *c, struct held *h,
		    struct m_td *td, struct m_sept *e)
{
	u64 st = want_page(m, h, c->r8 & ~(1ULL << 63), TDX_OPERAND_R8, M_NDA,
			   1, 0, &e->page);

	if (st)
		return st;
	take(e->page, M_EPT, m, td, -1);
	e->state = E_TABLE;
	return 0;
}

static u64 page_add(struct model *m, struct m_call *c, struct held *h,
		    struct m_td *td, struct m_sept *e)
{
	u64 st;

	if ((c->r9 & 0xfff) || c->r9 >> 46)
		return word(TDX_ST_OPERAND_INVALID, TDX_OPERAND_R9);
	st = want_page(m, h, c->r8, TDX_OPERAND_R8, M_NDA, 1, 0, &e->page);
	if (st)
		return st;
	take(e->page, M_REG, m, td, -1);
	e->state = E_MAPPED;
	return 0;
}

static u64 page_aug(struct model *m, struct m_call *c, struct held *h,
		    struct m_td *td, struct m_sept *e, unsigned int level)
{
	u64 st = want_page(m, h, c->r8, TDX_OPERAND_R8, M_NDA, 1, level,
			   &e->page);

	if (st)
		return st;
	take(e->page, M_REG, m, td, -1);
	e->state = E_PENDING;
	return 0;
}

static u64 range_block(struct m_td *td, struct m_sept *e)
{
	if (is_blocked(e))
		return word(TDX_ST_GPA_RANGE_ALREADY_BLOCKED, TDX_OPERAND_RCX);
	e->page->bepoch = td->epoch;
	e->state++;			/* each state's blocked form is next */
	return 0;
}

static u64 range_unblock(struct m_td *td, struct m_sept *e)
{
	if (td->op == M_RUNNABLE && !tracked(td, e))
		return word(TDX_ST_TLB_TRACKING_NOT_DONE,
			    TDX_OPERAND_SEPT_TREE);
	e->state--;
	return 0;
}

static u64 page_remove(struct model *m, struct m_call *c, struct held *h,
		       struct m_td *td, struct m_sept *e)
{
	u64 st = may_change(td, e);

	if (st)
		return st;
	if (!hold(h, e->page, 1))
		return word(TDX_ST_OPERAND_BUSY, TDX_OPERAND_RCX);
	c->out_rcx = e->page->hpa;
	c->check_out = 1;
	give_back(e->page, m, td);
	e->state = E_FREE;
	return 0;
}

static int table_empty(struct m_td *td, u64 gpa, unsigned int level)
{
	const unsigned int nr[] = { M_G0, M_G1, M_G2 };
	unsigned int k;

	for (k = 0; k < nr[level - 1]; k++) {
		u64 child = (gpa & ~((1ULL << (12 + 9 * level)) - 1)) +
			    ((u64)k << (12 + 9 * (level - 1)));

		if (entry(td, child, level - 1)->state != E_FREE)
			return 0;
	}
	return 1;
}

static u64 sept_remove(struct model *m, struct m_call *c, struct m_td *td,
		       struct m_sept *e, unsigned int level)
{
	u64 st = may_change(td, e);

	if (st)
		return st;
	if (!table_empty(td, c->rcx & ~7ULL, level))
		return word(TDX_ST_EPT_PAGE_NOT_FREE, TDX_OPERAND_RCX);
	c->out_rcx = e->page->hpa;
	c->check_out = 1;
	give_back(e->page, m, td);
	e->state = E_FREE;
	return 0;
}

static u64 track(struct model *m, struct m_call *c, struct held *h)
{
	struct m_td *td;
	u64 st = want_td(m, h, c->rcx, TDX_OPERAND_RCX, 0, &td);

	if (!st)
		st = gate(td, OPS_ANY);
	if (st)
		return st;
	if (td->inside[(td->epoch - 1) & 1])
		return word(TDX_ST_PREVIOUS_TLB_EPOCH_BUSY, 0);
	td->epoch++;
	return 0;
}

u64 model_sept_call(struct model *m, struct m_call *c, struct held *h)
{
	const int add = c->leaf == TDH_MEM_PAGE_ADD;
	const int sept = c->leaf == TDH_MEM_SEPT_ADD ||
			 c->leaf == TDH_MEM_SEPT_REMOVE;
	const int any = c->leaf == TDH_MEM_RANGE_BLOCK ||
			c->leaf == TDH_MEM_RANGE_UNBLOCK ||
			c->leaf == TDH_MEM_SEPT_RD;
	unsigned int level = c->rcx & 7, at, max;
	u64 gpa = c->rcx & ~7ULL, st;
	struct m_sept *e;
	struct m_td *td;

	if (c->leaf == TDH_MEM_TRACK)
		return track(m, c, h);
	st = want_td(m, h, c->rdx, TDX_OPERAND_RDX, add, &td);
	if (!st)
		st = gate(td, add ? 1U << M_INIT : OPS_ANY);
	if (st)
		return st;
	max = sept || any ? 3 : add ? 0 :
	      c->leaf == TDH_MEM_PAGE_AUG ? 1 : 2;
	if (level > max || (sept && !level) || gpa >> 47 ||
	    (gpa & ((1ULL << (12 + 9 * level)) - 1)))
		return word(TDX_ST_OPERAND_INVALID, TDX_OPERAND_RCX);
	at = level;
	e = walk(td, gpa, &at);
	if (at != level)
		return word(TDX_ST_EPT_WALK_FAILED, TDX_OPERAND_RCX);
	if (!state_ok(c->leaf, e))
		return word(TDX_ST_EPT_ENTRY_STATE_INCORRECT, TDX_OPERAND_RCX);
	switch (c->leaf) {
	case TDH_MEM_SEPT_ADD:
		return sept_add(m, c, h, td, e);
	case TDH_MEM_PAGE_ADD:
		return page_add(m, c, h, td, e);
	case TDH_MEM_PAGE_AUG:
		return page_aug(m, c, h, td, e, level);
	case TDH_MEM_RANGE_BLOCK:
		return range_block(td, e);
	case TDH_MEM_RANGE_UNBLOCK:
		return range_unblock(td, e);
	case TDH_MEM_PAGE_REMOVE:
		return page_remove(m, c, h, td, e);
	case TDH_MEM_SEPT_REMOVE:
		return sept_remove(m, c, td, e, level);
	default:
		return 0;		/* SEPT.RD */
	}
}

int model_accept(struct model *m, unsigned int lp, u64 gpa_level)
{
	struct m_td *td = &m->td[m->vcpu[m->running[lp]].td];
	unsigned int want = gpa_level & 7, level = want;
	struct m_sept *e;

	if (want > 1 ||
	    (gpa_level & ~7ULL & ((1ULL << (12 + 9 * want)) - 1)))
		return TDX_ST_OPERAND_INVALID;
	e = walk(td, gpa_level & ~7ULL, &level);
	switch (e->state) {
	case E_MAPPED:
		return TDX_ST_PAGE_ALREADY_ACCEPTED;
	case E_PENDING:
		/* a larger page than asked for: the host shall split it */
		if (level != want)
			return -1;
		e->state = E_MAPPED;
		return TDX_ST_SUCCESS;
	case E_TABLE:
		return TDX_ST_PAGE_SIZE_MISMATCH;
	case E_TABLE_BLOCKED:
		return level == want ? TDX_ST_PAGE_SIZE_MISMATCH : -1;
	default:
		return -1;
	}
}
