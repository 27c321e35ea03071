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
static void page_forget(struct pamt_entry *pe)
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
	pe->obj = NULL;
}

void page_drop(struct pamt_entry *pe)
{
	page_forget(pe);
	pamt_free(pe);
}

int seam_init(void)
{
	memset(&tdxm, 0, sizeof(tdxm));
	tdxm.kot = env_alloc(kot_bytes());
	if (!tdxm.kot)
		return -ENOMEM;
	tdxm.state = SYSINIT_PENDING;
	tdxm.loaded = true;
	return 0;
}

static void drop_vcpu(struct pamt_entry *pe, void *arg __maybe_unused)
{
	if (pe->type == PT_TDVPR)
		page_drop(pe);
}

static void drop_all(struct pamt_entry *pe, void *arg __maybe_unused)
{
	if (pe->type != PT_NDA && pe->type != PT_RSVD)
		page_forget(pe);
}

void seam_exit(void)
{
	/* vCPUs' engines may want their TD, so that TDs go second */
	pamt_for_each(drop_vcpu, NULL);
	pamt_for_each(drop_all, NULL);
	pamt_destroy(tdxm.nr_tdmrs);
	env_free(tdxm.kot, kot_bytes());
	memset(&tdxm, 0, sizeof(tdxm));
}
