// SPDX-License-Identifier: GPL-2.0-only
/* One number for all that the module remembers: has a call changed anything? */
#include "../audit.h"
#include "mem.h"
#include "vp.h"

#define HP_BIT		SEAM_BIT(14)

struct digest_run {
	u64 h;
	hpa_t from, to;
};

static u64 mix(u64 h, u64 val)
{
	h = (h ^ val) * 0x9e3779b97f4a7c15ULL;
	return h ^ h >> 29;
}

static u64 mix_words(u64 h, const void *p, size_t len)
{
	const u64 *w = p;
	const u8 *b;

	for (; len >= sizeof(*w); len -= sizeof(*w))
		h = mix(h, *w++);
	for (b = (const u8 *)w; len; len--)
		h = mix(h, *b++);
	return h;
}

static u64 digest_table(u64 h, const u64 *table, unsigned int level)
{
	unsigned int i;

	for (i = 0; i < SEPT_ENTRIES; i++) {
		u64 entry = atomic_read_once(&table[i]) & ~SEPT_HOST_PRIORITY;

		if (entry == SEPT_FREE_ENTRY)
			continue;
		h = mix(mix(h, entry), i);
		if (level && !sept_is_leaf(entry) && sept_table(entry))
			h = digest_table(h, sept_table(entry), level - 1);
	}
	return h;
}

/* What the TD says, but for who waits for its locks. */
static u64 digest_td(u64 h, const struct td *td)
{
	size_t locks = offsetof(struct td, op_state_lock);
	size_t state = offsetof(struct td, op_state);
	size_t sept = offsetof(struct td, sept_lock);
	size_t rest = offsetof(struct td, epoch);

	h = mix_words(h, td, locks);
	h = mix_words(h, (const u8 *)td + state, sept - state);
	h = mix_words(h, (const u8 *)td + rest, offsetof(struct td, engine_area) - rest);
	h = mix(h, td->op_state_lock.word & ~HP_BIT);
	h = mix(h, td->sept_lock.word & ~HP_BIT);
	h = mix(h, td->epoch_lock.word & ~HP_BIT);
	h = mix(h, td->rtmr_lock.word & ~HP_BIT);
	if (td->mrtd_ctx)
		h = mix_words(h, td->mrtd_ctx, env_sha384_size());
	return td->sept_root ?
	       digest_table(h, td->sept_root, td->sept_levels - 1) : h;
}

static u64 digest_vcpu(u64 h, const struct vcpu *v)
{
	h = mix_words(h, v, offsetof(struct vcpu, engine_area));
	return v->tdvps ? mix_words(h, v->tdvps, v->tdvps_bytes) : h;
}

static void digest_entry(struct pamt_entry *pe, void *arg)
{
	struct digest_run *run = arg;
	const void *content;
	hpa_t hpa;
	u64 h;

	if ((pe->type == PT_NDA || pe->type == PT_RSVD) && !pe->owner &&
	    !(atomic_read_once(&pamt_lock_of(pe)->word) & ~HP_BIT))
		return;
	hpa = pamt_hpa(pe);
	if (hpa < run->from || (run->to && hpa >= run->to))
		return;
	h = mix(run->h, hpa | pe->level);
	h = mix(h, pamt_lock_of(pe)->word & ~HP_BIT);
	h = mix(h, pe->type);
	h = mix(h, pe->owner);
	h = mix(h, pe->bepoch);
	h = mix(h, (unsigned long)pe->obj);
	if (pe->type == PT_TDR)
		h = digest_td(h, pe->obj);
	if (pe->type == PT_TDVPR)
		h = digest_vcpu(h, pe->obj);
	if (pe->type == PT_REG && pe->level == TDX_LEVEL_4K) {
		content = content_peek(pe, hpa);
		if (content)
			h = mix_words(h, content, PAGE_BYTES);
	}
	run->h = h;
}

static u64 digest_module(u64 h)
{
	unsigned int i;

	h = mix(mix(h, tdxm.loaded), tdxm.state);
	h = mix(mix(h, tdxm.nr_lps_init), tdxm.lock.word & ~HP_BIT);
	for (i = 0; i < seam_config.nr_lps; i++) {
		h = mix(mix(h, tdxm.lp[i].init_done), tdxm.lp[i].in_seam);
		h = mix(h, (unsigned long)tdxm.lp[i].running);
	}
	for (i = 0; i < seam_config.nr_pkgs; i++) {
		h = mix(mix(h, tdxm.pkg_key_configured[i]), tdxm.wb_left[i]);
		h = mix(h, tdxm.pkg_wb_lock[i].word & ~HP_BIT);
		h = mix(h, tdxm.ket_lock[i].word & ~HP_BIT);
	}
	h = mix(mix(h, tdxm.global_hkid), tdxm.nr_tdmrs);
	for (i = 0; i < tdxm.nr_tdmrs; i++) {
		h = mix(h, tdxm.tdmr[i].lock.word & ~HP_BIT);
		h = mix(h, atomic_read_once(&tdxm.tdmr[i].next_init));
	}
	h = mix(h, tdxm.kot_lock.word & ~HP_BIT);
	for (i = 0; tdxm.kot && i < kot_entries(); i++)
		h = mix(h, tdxm.kot[i].state | tdxm.kot[i].wb_bitmap << 8 |
			tdxm.kot[i].wb_running << 16);
	h = mix(mix(h, tdxm.host_writes), tdxm.disable_step);
	return mix(mix(h, tdxm.handoff_valid), tdxm.handoff_hv);
}

u64 seam_digest(hpa_t from, hpa_t to)
{
	struct digest_run run = { .from = from, .to = to };

	run.h = digest_module(0xcbf29ce484222325ULL);
	pamt_for_each(digest_entry, &run);
	return run.h;
}
