// SPDX-License-Identifier: GPL-2.0-only
/*
 * Physical address metadata: what each page of the TDMRs is and whose. The
 * table has an entry per 4K, 2M and 1G; the first from 1G down that is not
 * NDA tells.
 */
#include "module.h"

struct tdmr *tdmr_of(hpa_t hpa)
{
	unsigned int i;

	for (i = 0; i < tdxm.nr_tdmrs; i++) {
		struct tdmr *t = &tdxm.tdmr[i];

		if (hpa >= t->base && hpa - t->base < t->size)
			return t;
	}
	return NULL;
}

/*
 * The entries of the gigabyte that @hpa lies in, NULL when there are none; a
 * gigabyte comes to life as a whole, when TDMR.INIT is through it. *@off is
 * where in the TDMR.
 */
static inline struct pamt_gb *pamt_gb_of(hpa_t hpa, u64 *off)
{
	struct tdmr *t = tdmr_of(hpa);

	if (!t || hpa >= (atomic_read_once(&t->next_init) &
			  ~(LEVEL_BYTES(2) - 1)))
		return NULL;
	*off = hpa - t->base;
	return t->gb[*off / LEVEL_BYTES(2)];
}

/* Small entries may come and go: each look is a new one. */
static inline struct pamt_entry *pamt_in(struct pamt_gb *gb, u64 off,
					 unsigned int level)
{
	unsigned int i = (off / LEVEL_BYTES(1)) % 512;
	struct pamt_entry *e4k;

	if (level == 2)
		return &gb->e1g;
	if (level == 1)
		return &gb->e2m[i];
	if (gb->lent && !atomic_read_once(&gb->lent->pair[i][0]))
		return NULL;
	e4k = atomic_read_once(&gb->e4k[i]);
	return e4k ? &e4k[(off / PAGE_BYTES) % 512] : NULL;
}

struct pamt_entry *pamt_at(hpa_t hpa, unsigned int level)
{
	struct pamt_gb *gb;
	u64 off;

	gb = pamt_gb_of(hpa, &off);
	return gb ? pamt_in(gb, off, level) : NULL;
}

void pamt_path(hpa_t hpa, struct pamt_path *path)
{
	unsigned int level;

	for (level = 0; level <= 2; level++)
		path->lock[level] = pamt_lock_of(pamt_at(hpa, level));
}

/*
 * What a page is, smaller entries tell; with dynamic PAMT, if there are any.
 * @pe is the one of @level, 1 or 2.
 */
static inline bool leads_on(const struct pamt_entry *pe, struct pamt_gb *gb,
			    u64 off, unsigned int level)
{
	u8 type = atomic_read_once(&pe->type);

	return (type == PT_NDA || type == PT_PAMT) &&
	       pamt_in(gb, off, level - 1);
}

hpa_t pamt_hpa(const struct pamt_entry *pe)
{
	return tdxm.tdmr[pe->tdmr].base + pe->index * LEVEL_BYTES(pe->level);
}

struct pamt_entry *pamt_walk(hpa_t hpa, unsigned int *level)
{
	struct pamt_entry *pe;
	struct pamt_gb *gb;
	unsigned int l;
	u64 off;

	gb = pamt_gb_of(hpa, &off);
	if (!gb) {
		*level = 2;
		return NULL;
	}
	for (l = 2; ; l--) {
		pe = pamt_in(gb, off, l);
		if (!pe || !l || !leads_on(pe, gb, off, l))
			break;
	}
	*level = l;
	return pe;
}

static void pamt_unlock_above(struct pamt_gb *gb, u64 off, unsigned int level)
{
	unsigned int l;

	for (l = level + 1; l <= 2; l++)
		sharex_put_shared(pamt_lock_of(pamt_in(gb, off, l)));
}

struct pamt_entry *pamt_lock(hpa_t hpa, unsigned int level, bool excl)
{
	struct pamt_entry *pe;
	struct sharex *lock;
	struct pamt_gb *gb;
	unsigned int l;
	bool got;
	u64 off;

	gb = pamt_gb_of(hpa, &off);
	for (l = 2; ; l--) {
		pe = pamt_in(gb, off, l);
		if (l == level || !leads_on(pe, gb, off, l))
			break;
		if (!sharex_try_shared(pamt_lock_of(pe))) {
			pamt_unlock_above(gb, off, l);
			return NULL;
		}
		/* whoever made it a large page just now was here first */
		if (!leads_on(pe, gb, off, l)) {
			pamt_unlock_above(gb, off, l - 1);
			return NULL;
		}
	}
	lock = pamt_lock_of(pe);
	got = excl ? sharex_hp_try_excl(lock, false) :
		     sharex_hp_try_shared(lock, false);
	if (!got) {
		pamt_unlock_above(gb, off, l);
		return NULL;
	}
	return pe;
}

void pamt_unlock(struct pamt_entry *pe, bool excl)
{
	unsigned int level = pe->level;
	struct pamt_gb *gb;
	u64 off;

	gb = pamt_gb_of(pamt_hpa(pe), &off);
	if (excl)
		sharex_put_excl(pamt_lock_of(pe));
	else
		sharex_put_shared(pamt_lock_of(pe));
	pamt_unlock_above(gb, off, level);
}

void pamt_take(struct pamt_entry *pe, u8 type, hpa_t owner, void *obj)
{
	pe->owner = owner;
	pe->obj = obj;
	env_page_scramble(pamt_hpa(pe), pe->level);
	atomic_set_once(&pe->type, type);
}

void pamt_free(struct pamt_entry *pe)
{
	if (env_page_touched(pamt_hpa(pe), pe->level))
		atomic_add(&tdxm.host_writes, 1);
	pe->obj = NULL;
	atomic_set_once(&pe->type, PT_NDA);
}
