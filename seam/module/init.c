// SPDX-License-Identifier: GPL-2.0-only
/* The module's own beginning and end, and what hangs on its pages. */
#include "mem.h"
#include "vp.h"

unsigned int kot_entries(void)
{
	return seam_config.keyids_shared + seam_config.keyids_private + 1;
}

static size_t kot_bytes(void)
{
	return kot_entries() * sizeof(struct kot_entry);
}

static void td_free(struct td *td)
{
	mrtd_free(td);
	if (td->engine)
		engine_td_destroy(td, td->engine);
	if (td->sept_root)
		env_page_free(td->sept_root, TDX_LEVEL_4K);
	env_free(td, sizeof(*td));
}

/*
 * A page stops being what it was. Of a vCPU and its TD, whichever goes last
 * may still be asked for by the other: nothing here looks across.
 */
void page_drop(struct pamt_entry *pe)
{
	switch (pe->type) {
	case PT_TDR:
		td_free(pe->obj);
		break;
	case PT_TDVPR:
		vcpu_free(pe->obj);
		break;
	case PT_EPT:
		env_page_free(pe->obj, TDX_LEVEL_4K);
		break;
	case PT_REG:
		content_drop(pe);
		break;
	default:
		break;
	}
	pamt_free(pe);
}

static void drop_vcpu(struct pamt_entry *pe, void *arg __maybe_unused)
{
	if (pe->type == PT_TDVPR)
		page_drop(pe);
}

static void drop_all(struct pamt_entry *pe, void *arg __maybe_unused)
{
	if (pe->type != PT_NDA && pe->type != PT_RSVD && pe->type != PT_PAMT)
		page_drop(pe);
}

bool module_in_use(const struct lp *self)
{
	unsigned int i;

	for (i = 0; i < seam_config.nr_lps; i++) {
		const struct lp *lp = &tdxm.lp[i];

		if (lp != self && (atomic_read_once(&lp->in_seam) ||
				   atomic_read_once(&lp->running)))
			return true;
	}
	return false;
}

void module_drop_tds(void)
{
	unsigned int i;

	env_look_lock();
	/* vCPUs' engines may want their TD, so that TDs go second */
	pamt_for_each(drop_vcpu, NULL);
	pamt_for_each(drop_all, NULL);
	env_look_unlock();
	for (i = 0; tdxm.kot && i < kot_entries(); i++)
		if (tdxm.kot[i].state != KOT_RESERVED)
			tdxm.kot[i].state = KOT_FREE;
	for (i = 0; i < seam_config.nr_lps; i++)
		tdxm.lp[i].last_vcpu = NULL;
}

/*
 * A module that an update put here is configured instead of handed over to:
 * what the one before it had is void.
 */
void module_start_anew(void)
{
	if (!tdxm.nr_tdmrs)
		return;
	module_drop_tds();
	pamt_destroy(tdxm.nr_tdmrs);
	tdxm.nr_tdmrs = 0;
	memset(tdxm.kot, 0, kot_bytes());
	memset(tdxm.pkg_key_configured, 0, sizeof(tdxm.pkg_key_configured));
	tdxm.handoff_valid = false;
}

/* With it go all TDs. */
void module_unload(void)
{
	unsigned int i;

	module_drop_tds();
	pamt_destroy(tdxm.nr_tdmrs);
	env_look_lock();
	env_free(tdxm.kot, kot_bytes());
	memset(&tdxm, 0, sizeof(tdxm));
	env_look_unlock();
	/* P-SEAMLDR asks who calls even when there is no module */
	for (i = 0; i < SEAM_MAX_LPS; i++)
		tdxm.lp[i].id = i;
}

bool module_load(bool keep_tds)
{
	unsigned int i;

	if (!keep_tds) {
		module_unload();
		tdxm.kot = env_alloc(kot_bytes());
		if (!tdxm.kot)
			return false;
	}
	for (i = 0; i < seam_config.nr_lps; i++)
		tdxm.lp[i].init_done = false;
	tdxm.nr_lps_init = 0;
	tdxm.loaded = true;
	atomic_set_once(&tdxm.state, SYSINIT_PENDING);
	return true;
}

int seam_init(void)
{
	seamldr_init();
	memset(&tdxm, 0, sizeof(tdxm));
	return module_load(false) ? 0 : -ENOMEM;
}

bool seam_is_shut_down(void)
{
	return atomic_read_once(&tdxm.state) == SYS_SHUTDOWN;
}

void seam_exit(void)
{
	module_unload();
}
