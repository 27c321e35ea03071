// SPDX-License-Identifier: GPL-2.0-only
/* What the module owns now, told by its own tables. */
#include "audit.h"

static bool owned(const struct pamt_entry *pe)
{
	u8 type = atomic_read_once(&pe->type);

	return type != PT_NDA && type != PT_RSVD;
}

static void walk_2m(const struct pamt_gb *gb, unsigned int i, audit_fn fn,
		    void *arg)
{
	const struct pamt_entry *e4k = atomic_read_once(&gb->e4k[i]);
	unsigned int n;

	if (owned(&gb->e2m[i]))
		fn(&gb->e2m[i], arg);
	for (n = 0; e4k && n < 512; n++)
		if (owned(&e4k[n]))
			fn(&e4k[n], arg);
}

void audit_pages(audit_fn fn, void *arg)
{
	unsigned int t, g, i;

	for (t = 0; t < tdxm.nr_tdmrs; t++) {
		const struct tdmr *tdmr = &tdxm.tdmr[t];
		u64 done = atomic_read_once(&tdmr->next_init) - tdmr->base;

		for (g = 0; g < done / LEVEL_BYTES(2); g++) {
			const struct pamt_gb *gb = tdmr->gb[g];

			if (owned(&gb->e1g))
				fn(&gb->e1g, arg);
			for (i = 0; i < 512; i++)
				walk_2m(gb, i, fn, arg);
		}
	}
}

static void count(const struct pamt_entry *pe, void *arg)
{
	struct audit *a = arg;
	const struct vcpu *v = pe->obj;

	a->pages[pe->type & 15] += 1UL << (9 * pe->level);
	a->owned += 1UL << (9 * pe->level);
	if (pe->type == PT_TDVPR && v && v->assoc_lp >= 0)
		a->vcpus++;
}

void audit_count(struct audit *a)
{
	unsigned int i, nr = seam_config.keyids_shared +
			     seam_config.keyids_private + 1;

	memset(a, 0, sizeof(*a));
	audit_pages(count, a);
	for (i = 0; tdxm.kot && i < nr; i++)
		if (tdxm.kot[i].state == KOT_ASSIGNED ||
		    tdxm.kot[i].state == KOT_FLUSHED)
			a->keyids++;
}
