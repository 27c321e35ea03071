// SPDX-License-Identifier: GPL-2.0-only
/*
 * Nested page tables of a TD, filled at faults from the Secure EPT and from
 * the VMM's shared EPT. They are a cache: a zap empties entries, tables stay
 * until the TD goes, so that no CPU ever walks a freed one.
 */
#include <linux/bits.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/slab.h>
#include <asm/processor-flags.h>
#include <asm/special_insns.h>
#include <asm/tlbflush.h>
#include <asm/tsc.h>
#include "../kernel/kernel.h"
#include "npt.h"
#include "../module/mem.h"
#include "../module/vp.h"

#define NPT_TABLE	(NPT_PRESENT | NPT_W | NPT_USER)

#define EPT_READ	BIT_ULL(0)
#define EPT_WRITE	BIT_ULL(1)
#define EPT_EXEC	BIT_ULL(2)
#define EPT_RWX		(EPT_READ | EPT_WRITE | EPT_EXEC)
#define EPT_LARGE	BIT_ULL(7)
#define EPT_SUPPRESS_VE	BIT_ULL(63)

#define QUAL_READ	BIT_ULL(0)
#define QUAL_WRITE	BIT_ULL(1)
#define QUAL_FETCH	BIT_ULL(2)

static unsigned int look_again;
module_param(look_again, uint, 0644);
MODULE_PARM_DESC(look_again,
		 "a TD's private pages in use are looked at for host writes after this many times what it takes; 0: with each VP.ENTER (default)");

/* What a fault costs besides looking, in TSC cycles: 100 us. */
#define FAULT_CYCLES	(tsc_khz / 10)

static unsigned int index_of(gpa_t gpa, unsigned int level)
{
	return gpa >> (12 + 9 * level) & 511;
}

struct svm_td *npt_create(struct svm_td *t)
{
	memset(t, 0, sizeof(*t));
	t->root = (u64 *)get_zeroed_page(GFP_ATOMIC | __GFP_NOWARN);
	if (!t->root)
		return NULL;
	raw_spin_lock_init(&t->lock);
	t->levels = native_read_cr4() & X86_CR4_LA57 ? 5 : 4;
	t->generation = 1;
	t->tlb_generation = 1;
	t->strict = !READ_ONCE(look_again);
	return t;
}

static void free_tables(u64 *table, unsigned int level)
{
	unsigned int i;

	for (i = 0; level && i < 512; i++)
		if ((table[i] & NPT_PRESENT) && !(table[i] & NPT_LARGE))
			free_tables(__va(table[i] & NPT_ADDR), level - 1);
	free_page((unsigned long)table);
}

void npt_destroy(struct svm_td *t)
{
	free_tables(t->root, t->levels - 1);
	look_free(t);
}

/* Something is not there any more that a vCPU may have seen. */
static void note_zap(struct svm_td *t)
{
	WRITE_ONCE(t->generation, t->generation + 1);
	WRITE_ONCE(t->tlb_generation, t->tlb_generation + 1);
}

static void clear_leaves(u64 *table, unsigned int level)
{
	unsigned int i;

	for (i = 0; i < 512; i++) {
		if (!(table[i] & NPT_PRESENT))
			continue;
		if (level && !(table[i] & NPT_LARGE))
			clear_leaves(__va(table[i] & NPT_ADDR), level - 1);
		else
			WRITE_ONCE(table[i], 0);
	}
}

/* Empties [gpa, gpa + size of level); a larger page around it goes too. */
static void zap(struct svm_td *t, gpa_t gpa, unsigned int level)
{
	unsigned int l = t->levels - 1;
	u64 *table = t->root, *e;

	for (;; l--) {
		e = &table[index_of(gpa, l)];
		if (!(*e & NPT_PRESENT))
			return;
		if (!l || (*e & NPT_LARGE)) {
			WRITE_ONCE(*e, 0);
			return;
		}
		table = __va(*e & NPT_ADDR);
		if (l <= level) {
			clear_leaves(table, l - 1);
			return;
		}
	}
}

void engine_sept_zap(struct td *td, gpa_t gpa, unsigned int level)
{
	struct svm_td *t = td->engine;
	unsigned long flags;

	if (!t)
		return;
	raw_spin_lock_irqsave(&t->lock, flags);
	zap(t, gpa, level);
	note_zap(t);
	raw_spin_unlock_irqrestore(&t->lock, flags);
	seam_at(raw_smp_processor_id(), SEAM_AT_ZAP);
}

static u64 *new_table(struct svm_td *t)
{
	u64 *table = (u64 *)get_zeroed_page(GFP_ATOMIC | __GFP_NOWARN);

	if (table)
		t->nr_tables++;
	return table;
}

/* A table that is there stays, and a large page is then put in piecewise. */
u64 *npt_install(struct svm_td *t, gpa_t gpa, const struct mapping *m)
{
	unsigned int l = t->levels - 1;
	u64 *table = t->root, *e, flags;
	hpa_t hpa;

	for (;; l--) {
		e = &table[index_of(gpa, l)];
		if (!l || (l <= m->level && l <= TDX_LEVEL_1G &&
			   (!(*e & NPT_PRESENT) || (*e & NPT_LARGE))))
			break;
		if (*e & NPT_LARGE)
			WRITE_ONCE(*e, 0);
		if (!(*e & NPT_PRESENT)) {
			u64 *next = new_table(t);

			if (!next)
				return NULL;
			WRITE_ONCE(*e, __pa(next) | NPT_TABLE);
		}
		table = __va(*e & NPT_ADDR);
	}
	hpa = m->hpa + (gpa & (LEVEL_BYTES(m->level) - 1) &
			~(LEVEL_BYTES(l) - 1));
	flags = NPT_PRESENT | NPT_USER | (l ? NPT_LARGE : 0) |
		(m->write ? NPT_W : 0) | (m->exec ? 0 : NPT_NX);
	WRITE_ONCE(*e, hpa | flags | m->bits);
	return e;
}

/* ---- private half ---------------------------------------------------------- */

static gpa_t shared_bit(const struct td *td)
{
	return BIT_ULL(td->gpaw52 ? 51 : 47);
}

/*
 * Where the shared half begins: the first of the entries of @table, which is
 * of @level. Five levels for bit 47: it is all below entry 0.
 */
static unsigned int shared_first(const struct svm_td *t, const struct td *td,
				 u64 **table, unsigned int *level)
{
	*table = t->root;
	*level = t->levels - 1;
	if (index_of(shared_bit(td), *level))
		return index_of(shared_bit(td), *level);
	if (!(**table & NPT_PRESENT))
		return 0;
	*table = __va(**table & NPT_ADDR);
	--*level;
	return index_of(shared_bit(td), *level);
}

static void zap_entries(u64 *table, unsigned int level, unsigned int from,
			unsigned int to)
{
	for (; from < to; from++)
		if (table[from] & NPT_PRESENT)
			clear_leaves(__va(table[from] & NPT_ADDR), level - 1);
}

static SEAM_RARE void zap_private(struct svm_td *t, const struct td *td)
{
	unsigned int level, first;
	u64 *table;

	first = shared_first(t, td, &table, &level);
	zap_entries(table, level, 0, first);
	note_zap(t);
}

static bool looked_lately(const struct svm_td *t, unsigned int times)
{
	return env_tsc() - READ_ONCE(t->looked) <
	       times * READ_ONCE(t->look_cost);
}

/*
 * The cheap way: a write to a page that is mapped shows when the TD uses it
 * after a while. All mappings go, once that costs little beside the time since
 * the last time.
 */
static SEAM_RARE void look_anew(struct svm_td *t, const struct td *td)
{
	u64 now = env_tsc();

	zap_private(t, td);
	t->looked = now;
	t->look_cost = env_tsc() - now;
}

static noinline void npt_look(struct svm_td *t, const struct td *td,
			      unsigned int times)
{
	raw_spin_lock(&t->lock);
	if (t->strict != !times) {
		zap_private(t, td);
		t->nr_look = 0;
		t->strict = !times;
	}
	if (t->strict)
		look_at_used(t);
	else if (!looked_lately(t, times))
		look_anew(t, td);
	raw_spin_unlock(&t->lock);
}

void npt_look_again(struct vcpu *vcpu)
{
	unsigned int times = READ_ONCE(look_again);
	struct svm_td *t = vcpu->td->engine;

	/* most often there is nothing to take the lock for */
	if (times && !READ_ONCE(t->strict) && looked_lately(t, times))
		return;
	npt_look(t, vcpu->td, times);
}

/* FATAL: the host wrote to what was to be mapped. */
static enum sept_access map_private(struct td *td, gpa_t gpa,
				    const struct sept_page *page)
{
	struct svm_td *t = td->engine;
	struct mapping m = {
		.hpa = __pa(page->content),
		.level = page->level,
		.write = page->writable,
		.exec = true,
	};

	if (t->strict)
		return look_add(t, gpa, &m, page->hpa) ? SEPT_ACCESS_OK :
							 SEPT_ACCESS_NOMEM;
	if (m.level && !content_intact(td, page->hpa & ~(LEVEL_BYTES(m.level) - 1),
				       m.level))
		return SEPT_ACCESS_FATAL;
	return npt_install(t, gpa, &m) ? SEPT_ACCESS_OK : SEPT_ACCESS_NOMEM;
}

static bool private_fault(struct td *td, gpa_t gpa, bool write,
			  struct vp_exit *exit)
{
	struct sept_page page;
	enum sept_access ret = sept_translate(td, gpa, &page);

	if (ret == SEPT_ACCESS_OK) {
		if (write && !page.writable)
			return false;
		ret = map_private(td, gpa, &page);
	}
	switch (ret) {
	case SEPT_ACCESS_OK:
		return true;
	case SEPT_ACCESS_NONE:
		return false;
	case SEPT_ACCESS_FATAL:
		exit->reason = VMX_EPT_MISCONFIG;
		return false;
	case SEPT_ACCESS_NOMEM:
		break;
	}
	/* as if an interrupt had come: the host enters again */
	exit->reason = VMX_EXTERNAL_INTERRUPT;
	return false;
}

/* ---- shared half ----------------------------------------------------------- */

static bool has_private_keyid(hpa_t hpa)
{
	u64 id = hpa >> seam_config.keyid_shift &
		 (BIT_ULL(seam_config.keyid_bits) - 1);

	return id > seam_config.keyids_shared;
}

/* Walks the VMM's EPT. The last entry looked at is in *entry. */
static bool shared_mapping(struct vcpu *vcpu, gpa_t gpa, struct mapping *m,
			   u64 *entry)
{
	hpa_t table = vcpu->shared_eptp & NPT_ADDR;
	unsigned int level = vcpu->td->sept_levels - 1;

	*entry = EPT_SUPPRESS_VE;
	m->bits = 0;
	m->write = true;
	m->exec = true;
	if (!table)
		return false;
	for (;; level--) {
		u64 *p = env_host_ptr(table);

		if (!p)
			return false;
		*entry = READ_ONCE(p[index_of(gpa, level)]);
		if (!(*entry & EPT_RWX))
			return false;
		m->write &= !!(*entry & EPT_WRITE);
		m->exec &= !!(*entry & EPT_EXEC);
		if (!level || (level <= TDX_LEVEL_1G && (*entry & EPT_LARGE)))
			break;
		table = *entry & NPT_ADDR;
	}
	m->level = level;
	m->hpa = *entry & NPT_ADDR & ~(LEVEL_BYTES(level) - 1);
	return true;
}

static bool shared_fault(struct vcpu *vcpu, gpa_t gpa, bool write, bool fetch,
			 struct vp_exit *exit)
{
	struct mapping m;
	u64 entry;

	if (!shared_mapping(vcpu, gpa, &m, &entry) ||
	    (write && !m.write) || (fetch && !m.exec)) {
		exit->convertible = !(entry & EPT_SUPPRESS_VE);
		exit->qual |= (entry & EPT_RWX) << 3;
		return false;
	}
	/* a KeyID of a TD, or a page that can be written but not read */
	if (has_private_keyid(m.hpa) || !(entry & EPT_READ)) {
		exit->reason = VMX_EPT_MISCONFIG;
		return false;
	}
	if (!npt_install(vcpu->td->engine, gpa, &m)) {
		exit->reason = VMX_EXTERNAL_INTERRUPT;
		return false;
	}
	return true;
}

/* Everything above the SHARED bit: tables stay, entries go. */
static SEAM_RARE void zap_shared(struct svm_td *t, const struct td *td)
{
	unsigned int level, first;
	u64 *table;

	first = shared_first(t, td, &table, &level);
	if (first)
		zap_entries(table, level, first, 512);
}

void npt_sync_shared(struct vcpu *vcpu)
{
	struct svm_td *t = vcpu->td->engine;
	u64 generation = platform_shared_generation();

	if (READ_ONCE(t->shared_generation) == generation &&
	    READ_ONCE(t->shared_eptp) == vcpu->shared_eptp)
		return;
	raw_spin_lock(&t->lock);
	zap_shared(t, vcpu->td);
	note_zap(t);
	t->shared_generation = generation;
	t->shared_eptp = vcpu->shared_eptp;
	raw_spin_unlock(&t->lock);
}

/* ---- both ------------------------------------------------------------------ */

SEAM_RARE bool npt_fault(struct vcpu *vcpu, u64 info, gpa_t gpa, struct vp_exit *exit)
{
	struct td *td = vcpu->td;
	struct svm_td *t = td->engine;
	bool write = info & NPF_WRITE, fetch = info & NPF_FETCH;
	u64 start = env_tsc();
	bool mapped;

	exit->reason = VMX_EPT_VIOLATION;
	exit->gpa = gpa;
	exit->qual = fetch ? QUAL_FETCH : write ? QUAL_WRITE : QUAL_READ;

	raw_spin_lock(&t->lock);
	if (gpa & shared_bit(td)) {
		mapped = shared_fault(vcpu, gpa, write, fetch, exit);
	} else {
		mapped = private_fault(td, gpa, write, exit);
		t->look_cost += env_tsc() - start + FAULT_CYCLES;
	}
	raw_spin_unlock(&t->lock);
	return mapped;
}

void *npt_gpa_ptr(struct vcpu *vcpu, gpa_t gpa)
{
	struct td *td = vcpu->td;
	struct svm_td *t = td->engine;
	struct sept_page page;
	struct mapping m;
	void *p = NULL;
	u64 entry;

	raw_spin_lock(&t->lock);
	if (gpa & shared_bit(td)) {
		if (shared_mapping(vcpu, gpa, &m, &entry))
			p = env_host_ptr(m.hpa + (gpa & (LEVEL_BYTES(m.level) - 1)));
	} else if (sept_translate(td, gpa, &page) == SEPT_ACCESS_OK) {
		p = page.content + (gpa & (LEVEL_BYTES(page.level) - 1));
	}
	raw_spin_unlock(&t->lock);
	return p;
}
