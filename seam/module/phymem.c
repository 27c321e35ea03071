// SPDX-License-Identifier: GPL-2.0-only
/* PHYMEM leaves: what a page is, giving it back, and cache write-back. */
#include "module.h"

static void clear_page_info(struct call *c)
{
	unsigned int i;

	c->g[RCX] = 0;
	c->g[RDX] = 0;
	for (i = R8; i <= R11; i++)
		c->g[i] = 0;
}

static void show_page_info(struct call *c, const struct pamt_entry *pe)
{
	c->g[RCX] = pe->type;
	c->g[RDX] = pe->owner;
	c->g[R8] = pe->level;
}

/* The page at @hpa or around it, whatever its size. */
static u64 any_page(hpa_t hpa, bool excl, struct pamt_entry **ret)
{
	struct pamt_entry *pe;

	if (!hpa_form_ok(hpa, PAGE_BYTES))
		return ST_OP(OPERAND_INVALID, RCX);
	if (!pamt_at(hpa, TDX_LEVEL_2M))
		return ST_OP(OPERAND_ADDR_RANGE_ERROR, RCX);
	pe = pamt_lock(hpa, TDX_LEVEL_4K, excl);
	if (!pe)
		return ST_OP(OPERAND_BUSY, RCX);
	*ret = pe;
	return ST(SUCCESS);
}

u64 leaf_TDH_PHYMEM_PAGE_RDMD(struct call *c)
{
	struct pamt_entry *pe;
	hpa_t hpa = c->g[RCX];
	u64 st;

	clear_page_info(c);
	st = any_page(hpa, false, &pe);
	if (st)
		return st;
	show_page_info(c, pe);
	if (pe->type == PT_REG || pe->type == PT_EPT)
		c->g[R9] = pe->bepoch;
	pamt_unlock(pe, false);
	return ST(SUCCESS);
}

static u64 reclaim_tdr(struct pamt_entry *pe)
{
	struct td *td = pe->obj;

	if (td->lifecycle != TD_TEARDOWN)
		return ST(LIFECYCLE_STATE_INCORRECT);
	if (td->chldcnt)
		return ST(TD_ASSOCIATED_PAGES_EXIST);
	page_drop(pe);
	return ST(SUCCESS);
}

static u64 reclaim_child(struct pamt_entry *pe)
{
	struct pamt_entry *tdr = pamt_lock(pe->owner, TDX_LEVEL_4K, false);
	struct td *td;

	if (!tdr)
		return ST_OP(OPERAND_BUSY, TDR);
	td = tdr->obj;
	if (td->lifecycle != TD_TEARDOWN) {
		pamt_unlock(tdr, false);
		return ST(LIFECYCLE_STATE_INCORRECT);
	}
	page_drop(pe);
	atomic_add(&td->chldcnt, -(LEVEL_BYTES(pe->level) / PAGE_BYTES));
	pamt_unlock(tdr, false);
	return ST(SUCCESS);
}

u64 leaf_TDH_PHYMEM_PAGE_RECLAIM(struct call *c)
{
	struct pamt_entry *pe;
	hpa_t hpa = c->g[RCX];
	u64 st;

	clear_page_info(c);
	st = any_page(hpa, true, &pe);
	if (st)
		return st;
	if (pe->type == PT_NDA || pe->type == PT_RSVD || pe->type == PT_PAMT) {
		st = ST_OP(PAGE_METADATA_INCORRECT, RCX);
		goto out;
	}
	show_page_info(c, pe);
	if (!SEAM_ALIGNED(hpa, LEVEL_BYTES(pe->level)))
		st = ST_OP(OPERAND_INVALID, RCX);
	else
		st = pe->type == PT_TDR ? reclaim_tdr(pe) : reclaim_child(pe);
out:
	pamt_unlock(pe, true);
	return st;
}

u64 leaf_TDH_PHYMEM_PAGE_WBINVD(struct call *c)
{
	hpa_t hpa = c->g[RCX];
	struct pamt_entry *pe;
	u64 st;

	hpa &= ~((SEAM_BIT(seam_config.keyid_bits) - 1) <<
		 seam_config.keyid_shift);
	st = operand_page(hpa, TDX_OPERAND_RCX, PT_NDA, false, TDX_LEVEL_4K,
			  &pe);
	if (!st)
		operand_put(pe, false);
	return st;
}

/* Notes which KeyIDs this run covers: those flushed by now. */
static u64 wb_start(unsigned int pkg)
{
	bool any = false;
	unsigned int i;

	if (!sharex_try_shared(&tdxm.kot_lock))
		return ST_OP(OPERAND_BUSY, KOT);
	for (i = 0; i < kot_entries(); i++) {
		struct kot_entry *k = &tdxm.kot[i];

		if (k->state != KOT_FLUSHED)
			continue;
		__atomic_or_fetch(&k->wb_running, 1U << pkg, __ATOMIC_RELAXED);
		any = true;
	}
	sharex_put_shared(&tdxm.kot_lock);
	if (!any)
		return ST(NO_HKID_READY_TO_WBCACHE);
	tdxm.wb_left[pkg] = WB_STEPS;
	return ST(SUCCESS);
}

static u64 wb_finish(unsigned int pkg)
{
	u8 mask = (u8)~(1U << pkg);
	unsigned int i;

	if (!sharex_try_shared(&tdxm.kot_lock))
		return ST_OP(OPERAND_BUSY, KOT);
	for (i = 0; i < kot_entries(); i++) {
		struct kot_entry *k = &tdxm.kot[i];

		if (!(atomic_read_once(&k->wb_running) & SEAM_BIT(pkg)))
			continue;
		__atomic_and_fetch(&k->wb_running, mask, __ATOMIC_RELAXED);
		__atomic_and_fetch(&k->wb_bitmap, mask, __ATOMIC_RELEASE);
	}
	sharex_put_shared(&tdxm.kot_lock);
	return ST(SUCCESS);
}

u64 leaf_TDH_PHYMEM_CACHE_WB(struct call *c)
{
	unsigned int pkg = seam_config.pkg_of_lp[c->lp->id];
	u64 resume = c->g[RCX], st = ST(SUCCESS);

	if (resume > 1)
		return ST_OP(OPERAND_INVALID, RCX);
	if (!sharex_try_excl(&tdxm.pkg_wb_lock[pkg]))
		return ST_OP(OPERAND_BUSY, WBCACHE);
	if (!resume)
		st = wb_start(pkg);
	else if (!tdxm.wb_left[pkg])
		st = ST(WBCACHE_RESUME_ERROR);
	while (!st && tdxm.wb_left[pkg] > 1) {
		tdxm.wb_left[pkg]--;
		if (env_intr_pending(c->lp->id))
			st = ST(INTERRUPTED_RESUMABLE);
	}
	if (!st)
		st = wb_finish(pkg);
	if (!st)
		tdxm.wb_left[pkg] = 0;
	sharex_put_excl(&tdxm.pkg_wb_lock[pkg]);
	return st;
}
