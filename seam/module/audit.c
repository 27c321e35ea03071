// SPDX-License-Identifier: GPL-2.0-only
/* What the module still owns, by page type and by TD. */
#include "module.h"
#include "../audit.h"

static const char * const type_names[SEAM_PAGE_TYPES] = {
	[PT_NDA] = "NDA", [PT_RSVD] = "RSVD", [PT_REG] = "REG",
	[PT_TDR] = "TDR", [PT_TDCX] = "TDCX", [PT_TDVPR] = "TDVPR",
	[PT_EPT] = "EPT", [PT_PAMT] = "PAMT",
};

const char *seam_page_type_name(unsigned int type)
{
	if (type >= SEAM_PAGE_TYPES || !type_names[type])
		return "?";
	return type_names[type];
}

struct audit_run {
	struct seam_audit *a;
	void (*td)(void *arg, const struct seam_audit_td *t);
	void *arg;
};

static void audit_td(struct audit_run *run, const struct td *td)
{
	struct seam_audit_td t = {
		.tdr = td->tdr,
		.hkid = td->hkid,
		.lifecycle = td->lifecycle,
		.op_state = td->op_state,
		.fatal = td->fatal,
		.pages = td->chldcnt,
		.vcpus = td->num_vcpus,
		.assoc_vcpus = td->num_assoc_vcpus,
	};

	run->a->tds++;
	run->a->assoc_vcpus += t.assoc_vcpus;
	if (run->td)
		run->td(run->arg, &t);
}

static void audit_entry(struct pamt_entry *pe, void *arg)
{
	struct audit_run *run = arg;
	struct seam_audit *a = run->a;

	if (atomic_read_once(&pe->type) == PT_NDA)
		return;
	if (!sharex_try_shared(pamt_lock_of(pe))) {
		a->busy++;
		return;
	}
	if (pe->type != PT_NDA && pe->type < SEAM_PAGE_TYPES) {
		u64 pages = LEVEL_BYTES(pe->level) / PAGE_BYTES;

		/* a 2M entry stands for its pair; the host may keep it lent */
		if (pe->type == PT_PAMT)
			pages = pe->level == TDX_LEVEL_2M ? 2 : 0;
		a->pages[pe->type] += pages;
		if (pe->type != PT_RSVD && pe->type != PT_PAMT) {
			a->owned += pages;
			a->touched += env_page_touched(pamt_hpa(pe), pe->level);
		}
		a->vcpus += pe->type == PT_TDVPR;
		if (pe->type == PT_TDR)
			audit_td(run, pe->obj);
	}
	sharex_put_shared(pamt_lock_of(pe));
}

void seam_audit(struct seam_audit *a,
		void (*td)(void *arg, const struct seam_audit_td *t), void *arg)
{
	struct audit_run run = { a, td, arg };
	unsigned int i;

	memset(a, 0, sizeof(*a));
	pamt_look_at_each(audit_entry, &run);
	for (i = 0; i < seam_config.nr_lps; i++)
		a->running_vcpus += !!atomic_read_once(&tdxm.lp[i].running);
	env_look_lock();
	for (i = 0; tdxm.kot && i < kot_entries(); i++)
		a->keyids_in_use += tdxm.kot[i].state == KOT_ASSIGNED ||
				    tdxm.kot[i].state == KOT_FLUSHED;
	env_look_unlock();
	a->touches = atomic_read_once(&tdxm.host_writes);
}

bool seam_audit_clean(const struct seam_audit *a)
{
	return !a->owned && !a->busy && !a->tds && !a->vcpus &&
	       !a->keyids_in_use && !a->running_vcpus;
}
