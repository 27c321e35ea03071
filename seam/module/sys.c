// SPDX-License-Identifier: GPL-2.0-only
/* Bring-up and end of the module: SYS.INIT to SYS.DISABLE, without the TDMRs. */
#include "module.h"

#define DISABLE_STEPS	64

static void clear_regs(struct call *c, unsigned int first, unsigned int last)
{
	for (; first <= last; first++)
		c->g[first] = 0;
}

static u64 sys_init(u64 attributes)
{
	unsigned int i;

	if (attributes)
		return ST_OP(OPERAND_INVALID, RCX);
	if (!sharex_try_excl(&tdxm.lock))
		return ST(SYS_BUSY);
	if (tdxm.state != SYSINIT_PENDING) {
		sharex_put_excl(&tdxm.lock);
		return ST(SYS_INIT_NOT_PENDING);
	}
	for (i = 0; i < ARRAY_SIZE(tdxm.sysinit_uuid); i++) {
		if (!env_random(&tdxm.sysinit_uuid[i])) {
			sharex_put_excl(&tdxm.lock);
			return ST(RND_NO_ENTROPY);
		}
	}
	atomic_set_once(&tdxm.state, SYSINIT_DONE);
	sharex_put_excl(&tdxm.lock);
	return ST(SUCCESS);
}

u64 leaf_TDH_SYS_INIT(struct call *c)
{
	u64 attributes = c->g[RCX];

	c->g[RCX] = 0;
	c->g[RDX] = 0;
	clear_regs(c, R8, R10);
	return sys_init(attributes);
}

u64 leaf_TDH_SYS_LP_INIT(struct call *c)
{
	u64 st = ST(SUCCESS), random;

	c->g[RCX] = 0;
	c->g[RDX] = 0;
	c->g[R8] = 0;
	if (!sharex_try_shared(&tdxm.lock))
		return ST(SYS_BUSY);
	if (tdxm.state != SYSINIT_DONE) {
		st = ST(SYS_LP_INIT_NOT_PENDING);
	} else if (c->lp->init_done) {
		st = ST(SYS_LP_INIT_DONE);
	} else if (!env_random(&random)) {
		st = ST(RND_NO_ENTROPY);
	} else {
		c->lp->init_done = true;
		atomic_add(&tdxm.nr_lps_init, 1);
	}
	sharex_put_shared(&tdxm.lock);
	return st;
}

u64 leaf_TDH_SYS_KEY_CONFIG(struct call *c)
{
	unsigned int pkg = seam_config.pkg_of_lp[c->lp->id], i;
	u64 st = ST(SUCCESS), key;

	if (!sharex_try_excl(&tdxm.lock))
		return ST(SYS_BUSY);
	if (tdxm.state != SYSCONFIG_DONE) {
		st = ST(SYS_KEY_CONFIG_NOT_PENDING);
	} else if (tdxm.pkg_key_configured[pkg]) {
		st = ST(KEY_CONFIGURED);
	} else if (!sharex_try_excl(&tdxm.ket_lock[pkg])) {
		st = ST_OP(OPERAND_BUSY, KET);
	} else {
		if (env_random(&key))
			tdxm.pkg_key_configured[pkg] = true;
		else
			st = ST(KEY_GENERATION_FAILED);
		sharex_put_excl(&tdxm.ket_lock[pkg]);
	}
	if (!st) {
		for (i = 0; i < seam_config.nr_pkgs; i++)
			if (!tdxm.pkg_key_configured[i])
				break;
		if (i == seam_config.nr_pkgs)
			atomic_set_once(&tdxm.state, SYS_READY);
	}
	sharex_put_excl(&tdxm.lock);
	return st;
}

/*
 * The state is shut first, so that whoever comes later is turned away; if
 * someone was inside already, the module goes on as if nothing had happened.
 */
u64 leaf_TDH_SYS_SHUTDOWN(struct call *c)
{
	u64 hv = c->g[RCX];

	if (hv > 0xffff || hv < seam_config.min_update_hv ||
	    hv > seam_config.module_hv ||
	    (seam_config.no_downgrade && hv != seam_config.module_hv))
		return ST_OP(OPERAND_INVALID, RCX);
	if (!sharex_try_excl(&tdxm.lock))
		return ST(SYS_BUSY);
	atomic_set_once(&tdxm.state, SYS_SHUTDOWN);
	if (module_in_use(c->lp)) {
		atomic_set_once(&tdxm.state, SYS_READY);
		sharex_put_excl(&tdxm.lock);
		return ST(SYS_BUSY);
	}
	tdxm.handoff_valid = true;
	tdxm.handoff_hv = hv;
	sharex_put_excl(&tdxm.lock);
	return ST(SUCCESS);
}

u64 leaf_TDH_SYS_LP_SHUTDOWN(struct call *c __maybe_unused)
{
	return ST(SUCCESS);
}

u64 leaf_TDH_SYS_UPDATE(struct call *c __maybe_unused)
{
	u64 st = ST(SUCCESS);

	if (!sharex_try_excl(&tdxm.lock))
		return ST(SYS_BUSY);
	if (tdxm.state != SYSINIT_DONE ||
	    tdxm.nr_lps_init != seam_config.nr_lps) {
		st = ST(SYS_STATE_INCORRECT);
	} else if (!tdxm.handoff_valid ||
		   tdxm.handoff_hv < seam_config.min_update_hv ||
		   tdxm.handoff_hv > seam_config.module_hv) {
		st = ST(SYS_INVALID_HANDOFF);
	} else {
		tdxm.handoff_valid = false;
		atomic_set_once(&tdxm.state, SYS_READY);
	}
	sharex_put_excl(&tdxm.lock);
	return st;
}

/*
 * Ends all use of the module: TDs are gone and their pages free, until a
 * module is installed anew. Its work can be stopped by interrupts and goes on
 * with the next call.
 */
u64 leaf_TDH_SYS_DISABLE(struct call *c)
{
	u64 st = ST(SUCCESS);

	if (!sharex_try_excl(&tdxm.lock))
		return ST(SYS_BUSY);
	if (module_in_use(c->lp)) {
		sharex_put_excl(&tdxm.lock);
		return ST(SYS_BUSY);
	}
	while (!st && tdxm.disable_step < DISABLE_STEPS) {
		tdxm.disable_step++;
		if (env_intr_pending(c->lp->id))
			st = ST(INTERRUPTED_RESUMABLE);
	}
	if (!st) {
		atomic_set_once(&tdxm.state, SYS_SHUTDOWN);
		tdxm.handoff_valid = false;
		tdxm.disable_step = 0;
		module_drop_tds();
	}
	sharex_put_excl(&tdxm.lock);
	return st;
}
