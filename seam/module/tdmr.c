// SPDX-License-Identifier: GPL-2.0-only
/* Making and undoing the PAMT of the TDMRs: SYS.CONFIG, TDMR.INIT, the end. */
#include "module.h"

#define PAGES_PER_INIT		1024
#define CHUNK_BYTES		(512 * sizeof(struct pamt_entry))

bool pamt_create(unsigned int nr_tdmrs, bool dynamic)
{
	unsigned int i, g, k;

	for (i = 0; i < nr_tdmrs; i++) {
		struct tdmr *t = &tdxm.tdmr[i];
		unsigned int nr = t->size / LEVEL_BYTES(2);

		t->next_init = t->base;
		t->gb = env_alloc(nr * sizeof(*t->gb));
		for (g = 0; t->gb && g < nr; g++) {
			struct pamt_gb *gb = env_alloc(sizeof(*gb));

			if (!gb)
				goto no_memory;
			t->gb[g] = gb;
			if (dynamic) {
				gb->lent = env_alloc(sizeof(*gb->lent));
				if (!gb->lent)
					goto no_memory;
			}
			gb->e1g.tdmr = i;
			gb->e1g.level = 2;
			gb->e1g.index = g;
			for (k = 0; k < 512; k++) {
				gb->e2m[k].tdmr = i;
				gb->e2m[k].level = 1;
				gb->e2m[k].index = g * 512 + k;
			}
		}
		if (!t->gb)
			goto no_memory;
	}
	return true;

no_memory:
	pamt_destroy(nr_tdmrs);
	return false;
}

/* Calls @fn for each entry that there is, of all levels. */
void pamt_for_each(void (*fn)(struct pamt_entry *pe, void *arg), void *arg)
{
	unsigned int i, g, k, n;
	struct pamt_entry *e4k;

	for (i = 0; i < tdxm.nr_tdmrs; i++) {
		struct tdmr *t = &tdxm.tdmr[i];

		for (g = 0; g < t->size / LEVEL_BYTES(2); g++) {
			struct pamt_gb *gb = t->gb[g];

			fn(&gb->e1g, arg);
			for (k = 0; k < 512; k++) {
				e4k = atomic_read_once(&gb->e4k[k]);
				fn(&gb->e2m[k], arg);
				for (n = 0; e4k && n < 512; n++)
					fn(&e4k[n], arg);
			}
		}
	}
}

/* The entries of one 2M, looked up anew; false: no such in this TDMR. */
static bool look_at_2m(unsigned int i, unsigned int g, unsigned int k,
		       void (*fn)(struct pamt_entry *pe, void *arg), void *arg)
{
	const struct tdmr *t = &tdxm.tdmr[i];
	struct pamt_entry *e4k;
	unsigned int n;

	if (i >= tdxm.nr_tdmrs || !t->gb || g >= t->size / LEVEL_BYTES(2))
		return false;
	if (!k)
		fn(&t->gb[g]->e1g, arg);
	fn(&t->gb[g]->e2m[k], arg);
	e4k = atomic_read_once(&t->gb[g]->e4k[k]);
	for (n = 0; e4k && n < 512; n++)
		fn(&e4k[n], arg);
	return true;
}

/* The same for who is outside of a SEAMCALL, where the PAMT may go meanwhile. */
void pamt_look_at_each(void (*fn)(struct pamt_entry *pe, void *arg), void *arg)
{
	unsigned int i, n;
	bool more;

	for (i = 0; i < ARRAY_SIZE(tdxm.tdmr); i++) {
		for (more = true, n = 0; more; n++) {
			env_look_lock();
			more = look_at_2m(i, n / 512, n % 512, fn, arg);
			env_look_unlock();
		}
	}
}

void pamt_destroy(unsigned int nr_tdmrs)
{
	unsigned int i, g, k;

	env_look_lock();
	for (i = 0; i < nr_tdmrs; i++) {
		struct tdmr *t = &tdxm.tdmr[i];
		unsigned int nr = t->size / LEVEL_BYTES(2);

		for (g = 0; t->gb && g < nr && t->gb[g]; g++) {
			for (k = 0; k < 512; k++)
				env_free(t->gb[g]->e4k[k], CHUNK_BYTES);
			env_free(t->gb[g]->lent, sizeof(*t->gb[g]->lent));
			env_free(t->gb[g], sizeof(*t->gb[g]));
		}
		env_free(t->gb, nr * sizeof(*t->gb));
		t->gb = NULL;
	}
	env_look_unlock();
}

static bool page_reserved(const struct tdmr *t, u64 offset)
{
	unsigned int i;

	for (i = 0; i < t->nr_reserved; i++)
		if (offset >= t->reserved[i].offset &&
		    offset - t->reserved[i].offset < t->reserved[i].size)
			return true;
	return false;
}

bool pamt_init_2m(struct tdmr *t, u64 offset)
{
	struct pamt_gb *gb = t->gb[offset / LEVEL_BYTES(2)];
	unsigned int k = (offset / LEVEL_BYTES(1)) % 512, n;
	struct pamt_entry *e = gb->e4k[k];

	/*
	 * Of dynamic PAMT the memory stays when the entries end: somebody may
	 * be looking at them without a lock.
	 */
	if (!e)
		e = env_alloc(CHUNK_BYTES);
	if (!e)
		return false;
	memset(e, 0, CHUNK_BYTES);
	for (n = 0; n < 512; n++, offset += PAGE_BYTES) {
		e[n].tdmr = gb->e1g.tdmr;
		e[n].level = 0;
		e[n].index = offset / PAGE_BYTES;
		if (page_reserved(t, offset))
			e[n].type = PT_RSVD;
		else if (gb->lent && pamt_lent(t->base + offset))
			e[n].type = PT_PAMT;
	}
	atomic_set_once(&gb->e4k[k], e);
	return true;
}

/* With dynamic PAMT a 2M is known for reserved only where all of it is. */
static bool init_dynamic_2m(struct tdmr *t, u64 offset)
{
	struct pamt_gb *gb = t->gb[offset / LEVEL_BYTES(2)];
	u64 end = offset + LEVEL_BYTES(1);
	u64 off;

	for (off = offset; off < end; off += PAGE_BYTES)
		if (!page_reserved(t, off))
			return true;
	gb->e2m[(offset / LEVEL_BYTES(1)) % 512].type = PT_RSVD;
	return true;
}

u64 leaf_TDH_SYS_TDMR_INIT(struct call *c)
{
	u64 base = c->g[RCX], next, st = ST(SUCCESS);
	unsigned int pages;
	struct tdmr *t;

	c->g[RDX] = 0;
	if (!hpa_form_ok(base, LEVEL_BYTES(2)))
		return ST_OP(OPERAND_INVALID, RCX);
	t = tdmr_of(base);
	if (!t || t->base != base)
		return ST_OP(OPERAND_INVALID, RCX);
	if (!sharex_try_excl(&t->lock))
		return ST_OP(OPERAND_BUSY, RCX);
	next = t->next_init;
	if (next == t->base + t->size) {
		st = ST(TDMR_ALREADY_INITIALIZED);
		goto out;
	}
	for (pages = 0; pages < PAGES_PER_INIT; pages += 512) {
		if (!(tdxm.dynamic_pamt ? init_dynamic_2m :
		      pamt_init_2m)(t, next - t->base))
			break;
		next += LEVEL_BYTES(1);
	}
	if (next == t->next_init) {
		st = ST_OP(OPERAND_BUSY, RCX);
		goto out;
	}
	atomic_set_once(&t->next_init, next);
	c->g[RDX] = next & ~(LEVEL_BYTES(2) - 1);
out:
	sharex_put_excl(&t->lock);
	return st;
}
