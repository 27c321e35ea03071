// SPDX-License-Identifier: GPL-2.0-only
/* A TD's life apart from its content: create, keys, flush, free. */
#include "module.h"

u64 leaf_TDH_MNG_CREATE(struct call *c)
{
	struct pamt_entry *pe;
	u64 hkid = c->g[RDX], st;
	struct td *td = NULL;
	unsigned int i;

	if (!hkid_is_private(hkid))
		return ST_OP(OPERAND_INVALID, RDX);
	st = operand_page(c->g[RCX], TDX_OPERAND_RCX, PT_NDA, true,
			  TDX_LEVEL_4K, &pe);
	if (st)
		return st;
	if (!sharex_try_excl(&tdxm.kot_lock)) {
		st = ST_OP(OPERAND_BUSY, KOT);
		goto out_page;
	}
	if (tdxm.kot[hkid].state != KOT_FREE) {
		st = ST(HKID_NOT_FREE);
		goto out_kot;
	}
	td = env_alloc(sizeof(*td));
	if (!td) {
		st = ST_OP(OPERAND_BUSY, RCX);
		goto out_kot;
	}
	for (i = 0; i < ARRAY_SIZE(td->uuid); i++) {
		if (!env_random(&td->uuid[i])) {
			env_free(td, sizeof(*td));
			st = ST(RND_NO_ENTROPY);
			goto out_kot;
		}
	}

	td->tdr = c->g[RCX];
	pamt_path(td->tdr, &td->path);
	td->hkid = hkid;
	td->lifecycle = TD_HKID_ASSIGNED;
	tdxm.kot[hkid].state = KOT_ASSIGNED;
	pamt_take(pe, PT_TDR, 0, td);
out_kot:
	sharex_put_excl(&tdxm.kot_lock);
out_page:
	operand_put(pe, true);
	return st;
}

u64 leaf_TDH_MNG_ADDCX(struct call *c)
{
	struct pamt_entry *tdr, *pe;
	struct td *td;
	u64 st, key;

	st = tdr_get(c->g[RDX], TDX_OPERAND_RDX, true, &td, &tdr);
	if (st)
		return st;
	if (td->fatal)
		st = ST(TD_FATAL);
	else if (td->lifecycle != TD_KEYS_CONFIGURED)
		st = ST(TD_KEYS_NOT_CONFIGURED);
	else if (td->num_tdcx >= TDCS_MAX_PAGES)
		st = ST(TDCX_NUM_INCORRECT);
	if (st)
		goto out_tdr;
	st = operand_page(c->g[RCX], TDX_OPERAND_RCX, PT_NDA, true,
			  TDX_LEVEL_4K, &pe);
	if (st)
		goto out_tdr;
	/* more than it needs, for L2 VMs: only before it is initialised */
	if (td->num_tdcx >= TDCS_PAGES && td->op_state != OP_UNINITIALIZED) {
		st = ST(OP_STATE_INCORRECT);
		goto out_page;
	}
	/* The page that completes the TDCS also gets the migration key. */
	if (td->num_tdcx == TDCS_PAGES - 1 && !env_random(&key)) {
		st = ST(RND_NO_ENTROPY);
		goto out_page;
	}

	td->tdcx[td->num_tdcx++] = c->g[RCX];
	pamt_take(pe, PT_TDCX, td->tdr, NULL);
	atomic_add(&td->chldcnt, 1);
out_page:
	operand_put(pe, true);
out_tdr:
	tdr_put(tdr, true);
	return st;
}

u64 leaf_TDH_MNG_KEY_CONFIG(struct call *c)
{
	unsigned int pkg = seam_config.pkg_of_lp[c->lp->id];
	u8 all = (1U << seam_config.nr_pkgs) - 1;
	struct pamt_entry *tdr;
	struct td *td;
	u64 st, key;

	st = tdr_get(c->g[RCX], TDX_OPERAND_RCX, true, &td, &tdr);
	if (st)
		return st;
	if (td->fatal) {
		st = ST(TD_FATAL);
	} else if (td->lifecycle != TD_HKID_ASSIGNED) {
		st = ST(LIFECYCLE_STATE_INCORRECT);
	} else if (td->pkg_config_bitmap & (1U << pkg)) {
		st = ST(KEY_CONFIGURED);
	} else if (!sharex_try_excl(&tdxm.ket_lock[pkg])) {
		st = ST_OP(OPERAND_BUSY, KET);
	} else {
		if (env_random(&key)) {
			td->pkg_config_bitmap |= 1U << pkg;
			if (td->pkg_config_bitmap == all)
				td->lifecycle = TD_KEYS_CONFIGURED;
		} else {
			st = ST(KEY_GENERATION_FAILED);
		}
		sharex_put_excl(&tdxm.ket_lock[pkg]);
	}
	tdr_put(tdr, true);
	return st;
}

u64 leaf_TDH_MNG_VPFLUSHDONE(struct call *c)
{
	struct pamt_entry *tdr;
	struct kot_entry *kot;
	struct td *td;
	u64 st;

	st = tdr_get(c->g[RCX], TDX_OPERAND_RCX, true, &td, &tdr);
	if (st)
		return st;
	if (td->lifecycle != TD_HKID_ASSIGNED &&
	    td->lifecycle != TD_KEYS_CONFIGURED) {
		st = ST(LIFECYCLE_STATE_INCORRECT);
	} else if (td->num_assoc_vcpus) {
		st = ST(FLUSHVP_NOT_DONE);
	} else if (!sharex_try_excl(&tdxm.kot_lock)) {
		st = ST_OP(OPERAND_BUSY, KOT);
	} else {
		kot = &tdxm.kot[td->hkid];
		kot->state = KOT_FLUSHED;
		kot->wb_bitmap = (1U << seam_config.nr_pkgs) - 1;
		kot->wb_running = 0;
		td->lifecycle = TD_BLOCKED;
		sharex_put_excl(&tdxm.kot_lock);
	}
	tdr_put(tdr, true);
	return st;
}

u64 leaf_TDH_MNG_KEY_FREEID(struct call *c)
{
	struct pamt_entry *tdr;
	struct td *td;
	u64 st;

	st = tdr_get(c->g[RCX], TDX_OPERAND_RCX, true, &td, &tdr);
	if (st)
		return st;
	if (td->lifecycle != TD_BLOCKED) {
		st = ST(LIFECYCLE_STATE_INCORRECT);
	} else if (!sharex_try_excl(&tdxm.kot_lock)) {
		st = ST_OP(OPERAND_BUSY, KOT);
	} else {
		if (atomic_read_once(&tdxm.kot[td->hkid].wb_bitmap)) {
			st = ST(WBCACHE_NOT_COMPLETE);
		} else {
			tdxm.kot[td->hkid].state = KOT_FREE;
			td->lifecycle = TD_TEARDOWN;
		}
		sharex_put_excl(&tdxm.kot_lock);
	}
	tdr_put(tdr, true);
	return st;
}

/* Kept by the ABI for hosts that still call it. */
u64 leaf_TDH_MNG_KEY_RECLAIMID(struct call *c __maybe_unused)
{
	return ST(SUCCESS);
}
