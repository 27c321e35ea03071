// SPDX-License-Identifier: GPL-2.0-only
/*
 * Dynamic PAMT: the 4K entries of a 2M range are there only while the host
 * lends a pair of pages for them. The 2M entry says PAMT then, and leads on to
 * the 4K ones as NDA does without dynamic PAMT.
 */
#include "module.h"

#define LEVEL_FIELD		SEAM_MASK(2, 0)
#define RANGE_RESERVED		SEAM_MASK(11, 3)

static struct pamt_gb *gb_of(hpa_t hpa, u64 *offset)
{
	struct tdmr *t = tdmr_of(hpa);

	*offset = (hpa - t->base) % LEVEL_BYTES(2);
	return t->gb[(hpa - t->base) / LEVEL_BYTES(2)];
}

bool pamt_lent(hpa_t page)
{
	u64 off, n;
	struct pamt_gb *gb = gb_of(page, &off);

	n = off / PAGE_BYTES;
	return gb->lent && (atomic_read_once(&gb->lent->page[n / 64]) &
			    SEAM_BIT(n % 64));
}

bool pamt_lent_in_2m(hpa_t hpa)
{
	unsigned int i;

	for (i = 0; i < 512; i++)
		if (pamt_lent(hpa + i * PAGE_BYTES))
			return true;
	return false;
}

/* False: it was lent before. */
static bool lend(hpa_t page)
{
	u64 off, bit, old;
	struct pamt_gb *gb = gb_of(page, &off);

	bit = SEAM_BIT(off / PAGE_BYTES % 64);
	old = __atomic_fetch_or(&gb->lent->page[off / PAGE_BYTES / 64], bit,
				__ATOMIC_ACQ_REL);
	return !(old & bit);
}

static void unlend(hpa_t page)
{
	u64 off;
	struct pamt_gb *gb = gb_of(page, &off);
	struct pamt_entry *pe = pamt_at(page, TDX_LEVEL_4K);

	__atomic_and_fetch(&gb->lent->page[off / PAGE_BYTES / 64],
			   ~SEAM_BIT(off / PAGE_BYTES % 64), __ATOMIC_ACQ_REL);
	if (pe)
		atomic_set_once(&pe->type, PT_NDA);
}

/* A page for a pair: free, whether it has a 4K entry of its own or not. */
static u64 lend_page(hpa_t page, hpa_t range, unsigned int operand)
{
	struct pamt_entry *pe = NULL;
	u64 st = ST(SUCCESS);

	if ((page & ~(LEVEL_BYTES(1) - 1)) != range) {
		pe = pamt_lock(page, TDX_LEVEL_4K, true);
		if (!pe)
			return ST(OPERAND_BUSY) | operand;
		if (pe->type != PT_NDA)
			st = ST(PAGE_NOT_FREE) | operand;
	}
	if (!st && !lend(page))
		st = ST(PAGE_NOT_FREE) | operand;
	if (!st) {
		if (pe && pe->level == TDX_LEVEL_4K)
			atomic_set_once(&pe->type, PT_PAMT);
		env_page_scramble(page, TDX_LEVEL_4K);
	}
	if (pe)
		pamt_unlock(pe, true);
	return st;
}

static u64 page_operand(hpa_t page, unsigned int operand)
{
	if (!hpa_form_ok(page, PAGE_BYTES))
		return ST(OPERAND_INVALID) | operand;
	if (!pamt_at(page, TDX_LEVEL_2M))
		return ST(OPERAND_ADDR_RANGE_ERROR) | operand;
	return ST(SUCCESS);
}

/* @whole, the 2M entry of @range, is locked exclusively; its type stays. */
static u64 pair_attach(struct pamt_entry *whole, hpa_t range, hpa_t page0,
		       hpa_t page1, unsigned int operand0, unsigned int operand1)
{
	u64 off, st;
	struct pamt_gb *gb = gb_of(range, &off);
	hpa_t *pair = gb->lent->pair[off / LEVEL_BYTES(1)];

	st = lend_page(page0, range, operand0);
	if (st)
		return st;
	st = lend_page(page1, range, operand1);
	if (!st && !pamt_init_2m(&tdxm.tdmr[whole->tdmr],
				 range - tdxm.tdmr[whole->tdmr].base)) {
		unlend(page1);
		st = ST(OPERAND_BUSY) | operand1;
	}
	if (st) {
		unlend(page0);
		return st;
	}
	pair[1] = page1;
	atomic_set_once(&pair[0], page0 | PAMT_PAIR_VALID);
	return ST(SUCCESS);
}

static void pair_detach(hpa_t range, u64 *page0, u64 *page1)
{
	u64 off;
	struct pamt_gb *gb = gb_of(range, &off);
	hpa_t *pair = gb->lent->pair[off / LEVEL_BYTES(1)];

	*page0 = pair[0] & ~PAMT_PAIR_VALID;
	*page1 = pair[1];
	atomic_set_once(&pair[0], 0);
	unlend(*page0);
	unlend(*page1);
}

static u64 range_operand(u64 rcx, hpa_t *range)
{
	if ((rcx & LEVEL_FIELD) != TDX_LEVEL_2M || (rcx & RANGE_RESERVED))
		return ST_OP(OPERAND_INVALID, RCX);
	*range = rcx & ~LEVEL_FIELD;
	if (!hpa_form_ok(*range, LEVEL_BYTES(1)))
		return ST_OP(OPERAND_INVALID, RCX);
	return ST(SUCCESS);
}

u64 leaf_TDH_PHYMEM_PAMT_ADD(struct call *c)
{
	hpa_t page0 = c->g[RDX], page1 = c->g[R8], range;
	struct pamt_entry *whole;
	u64 st;

	if (!tdxm.dynamic_pamt)
		return ST_OP(OPERAND_INVALID, RAX);
	st = range_operand(c->g[RCX], &range);
	if (!st)
		st = page_operand(page0, TDX_OPERAND_RDX);
	if (!st)
		st = page_operand(page1, TDX_OPERAND_R8);
	if (st)
		return st;
	if (!pamt_at(range, TDX_LEVEL_2M))
		return ST_OP(OPERAND_ADDR_RANGE_ERROR, RCX);
	whole = pamt_lock(range, TDX_LEVEL_2M, true);
	if (!whole)
		return ST_OP(OPERAND_BUSY, RCX);
	if (whole->level != TDX_LEVEL_2M || whole->type != PT_NDA)
		st = ST_OP(HPA_RANGE_NOT_FREE, RCX);
	if (!st)
		st = pair_attach(whole, range, page0, page1, TDX_OPERAND_RDX,
				 TDX_OPERAND_R8);
	if (!st)
		atomic_set_once(&whole->type, PT_PAMT);
	pamt_unlock(whole, true);
	return st;
}

u64 leaf_TDH_PHYMEM_PAMT_REMOVE(struct call *c)
{
	struct pamt_entry *whole, *part;
	unsigned int i;
	hpa_t range;
	u64 st;

	if (!tdxm.dynamic_pamt)
		return ST_OP(OPERAND_INVALID, RAX);
	st = range_operand(c->g[RCX], &range);
	if (st)
		return st;
	if (!pamt_at(range, TDX_LEVEL_2M))
		return ST_OP(OPERAND_ADDR_RANGE_ERROR, RCX);
	whole = pamt_lock(range, TDX_LEVEL_2M, true);
	if (!whole)
		return ST_OP(OPERAND_BUSY, RCX);
	if (whole->level != TDX_LEVEL_2M || whole->type != PT_PAMT)
		st = ST_OP(NO_PAMT_PAGE_PAIR, RCX);
	part = pamt_at(range, TDX_LEVEL_4K);
	/* of the pair, the first page holds the first half of the entries */
	for (i = 0; !st && i < 512; i++)
		if (part[i].type != PT_NDA && part[i].type != PT_RSVD &&
		    !pamt_of_own_pair(&part[i]))
			st = ST(PAMT_PAGE_NOT_EMPTY) | i / 256;
	if (!st) {
		atomic_set_once(&whole->type, PT_NDA);
		pair_detach(range, &c->g[RDX], &c->g[R8]);
	}
	pamt_unlock(whole, true);
	return st;
}

bool pamt_of_own_pair(const struct pamt_entry *pe)
{
	hpa_t hpa = pamt_hpa(pe);
	u64 off;
	struct pamt_gb *gb = gb_of(hpa, &off);
	const hpa_t *pair = gb->lent->pair[off / LEVEL_BYTES(1)];

	return pe->type == PT_PAMT &&
	       ((pair[0] & ~PAMT_PAIR_VALID) == hpa || pair[1] == hpa);
}

/* DEMOTE of 2M: @whole is locked and about to be split. */
u64 pamt_demote_pair(struct pamt_entry *whole, hpa_t page0, hpa_t page1)
{
	hpa_t range = pamt_hpa(whole);
	u64 st;

	if (!tdxm.dynamic_pamt || whole->level != TDX_LEVEL_2M)
		return ST(SUCCESS);
	st = page_operand(page0, TDX_OPERAND_R12);
	if (!st)
		st = page_operand(page1, TDX_OPERAND_R13);
	/* the pair cannot lie in what it describes: that is the TD's */
	if (!st && (page0 & ~(LEVEL_BYTES(1) - 1)) == range)
		st = ST_OP(PAGE_NOT_FREE, R12);
	if (!st && (page1 & ~(LEVEL_BYTES(1) - 1)) == range)
		st = ST_OP(PAGE_NOT_FREE, R13);
	if (st)
		return st;
	return pair_attach(whole, range, page0, page1, TDX_OPERAND_R12,
			   TDX_OPERAND_R13);
}

/* PROMOTE to 2M: the pair goes back to the host. */
void pamt_promote_pair(struct pamt_entry *whole, u64 *page0, u64 *page1)
{
	if (tdxm.dynamic_pamt && whole->level == TDX_LEVEL_2M)
		pair_detach(pamt_hpa(whole), page0, page1);
}

u8 pamt_split_type(unsigned int level)
{
	return tdxm.dynamic_pamt && level == TDX_LEVEL_2M ? PT_PAMT : PT_NDA;
}
