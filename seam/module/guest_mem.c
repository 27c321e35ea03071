// SPDX-License-Identifier: GPL-2.0-only
/*
 * Guest memory by GPA: what the engine asks on a nested fault, and what guest
 * leaves reach their operands by. A vCPU that is inside the TD keeps tables and
 * content alive: the host frees them only after it left.
 */
#include "mem.h"
#include "vp.h"

#define SEPT_READABLE	(SEPT_IN(SEPT_MAPPED) | SEPT_IN(SEPT_BLOCKEDW) | \
			 SEPT_IN(SEPT_EXP_BLOCKEDW) | SEPT_IN(SEPT_EXP_DIRTY) | \
			 SEPT_IN(SEPT_EXP_DIRTY_BLOCKEDW))
#define SEPT_WRITABLE	(SEPT_IN(SEPT_MAPPED) | SEPT_IN(SEPT_EXP_DIRTY))
#define SEPT_WAITING	(SEPT_IN(SEPT_PENDING) | SEPT_IN(SEPT_PEND_BLOCKEDW) | \
			 SEPT_IN(SEPT_PEND_EXP_BLOCKEDW) | \
			 SEPT_IN(SEPT_PEND_EXP_DIRTY) | \
			 SEPT_IN(SEPT_PEND_EXP_DIRTY_BLOCKEDW))

enum sept_access sept_translate(struct td *td, gpa_t gpa, struct sept_page *page)
{
	struct pamt_entry *pe;
	u64 *slot, entry;
	hpa_t hpa;

	page->level = td->sept_levels - 1;
	page->state = SEPT_FREE;
	slot = sept_walk(td, gpa, TDX_LEVEL_4K, &page->level);
	if (!slot)
		return SEPT_ACCESS_NONE;
	entry = atomic_read_once(slot);
	page->state = sept_state(entry);
	if (!sept_in(entry, SEPT_READABLE))
		return SEPT_ACCESS_NONE;
	page->writable = sept_in(entry, SEPT_WRITABLE);

	hpa = (entry & SEPT_HPA) + (gpa & (LEVEL_BYTES(page->level) - 1));
	pe = sept_pamt(entry, page->level);
	if (!pe)
		return SEPT_ACCESS_NONE;
	page->content = content_at(pe, hpa, &page->level);
	if (!page->content)
		return SEPT_ACCESS_NOMEM;
	page->hpa = hpa & ~(PAGE_BYTES - 1);
	if (!content_intact(td, page->hpa, TDX_LEVEL_4K))
		return SEPT_ACCESS_FATAL;
	return SEPT_ACCESS_OK;
}

static u64 access_qual(bool write)
{
	return EPT_QUAL_READ | (write ? EPT_QUAL_WRITE : 0);
}

static u64 access_violation(struct call *c, gpa_t gpa, bool write, u64 ext_qual)
{
	c->exit = (struct td_exit) {
		.reason = VMX_EPT_VIOLATION,
		.qual = access_qual(write),
		.ext_qual = ext_qual,
		.gpa = gpa & ~(PAGE_BYTES - 1),
	};
	return LEAF_TD_EXIT;
}

static u64 access_ve(struct call *c, gpa_t gpa, bool write)
{
	const struct vp_exit exit = {
		.reason = VMX_EPT_VIOLATION,
		.qual = access_qual(write),
		.instr_len = TDCALL_BYTES,
	};

	inject_ve(c->vcpu, &exit, gpa, c->inj);
	return LEAF_INJECTED;
}

/*
 * Of a page that waits for the guest's acceptance the guest is told, as when
 * it touches the page, or the host.
 */
static u64 access_none(struct call *c, gpa_t gpa, bool write, unsigned int state)
{
	if (!(SEPT_WAITING & SEPT_IN(state)))
		return access_violation(c, gpa, write, 0);
	if (c->vcpu->td->td_ctls & TD_CTLS_PENDING_VE_OFF)
		return access_violation(c, gpa, write, EXT_QUAL_PENDING);
	return access_ve(c, gpa, write);
}

/* A private operand of a guest leaf. */
u64 guest_ptr(struct call *c, gpa_t gpa, bool write, void **ptr)
{
	struct sept_page page;

	switch (sept_translate(c->vcpu->td, gpa, &page)) {
	case SEPT_ACCESS_OK:
		if (write && !page.writable)
			return access_violation(c, gpa, write, 0);
		*ptr = (char *)page.content + (gpa & (LEVEL_BYTES(page.level) - 1));
		return 0;
	case SEPT_ACCESS_FATAL:
		c->exit = (struct td_exit) {
			.status = ST(NON_RECOVERABLE_TD_CORRUPTED_MD),
			.reason = VMX_EPT_VIOLATION,
		};
		return LEAF_TD_EXIT;
	case SEPT_ACCESS_NOMEM:
		return LEAF_RETRY;
	case SEPT_ACCESS_NONE:
		break;
	}
	return access_none(c, gpa, write, page.state);
}

#define EPT_RWX			7
#define EPT_READ		SEAM_BIT(0)
#define EPT_WRITE		SEAM_BIT(1)
#define EPT_LEAF		SEAM_BIT(7)
#define EPT_ADDRESS		SEAM_MASK(51, 12)
#define EPT_SUPPRESS_VE		SEAM_BIT(63)

/* The tables are the host's: it may have put anything there. */
static u64 misconfigured(struct call *c, gpa_t gpa)
{
	c->exit = (struct td_exit) {
		.reason = VMX_EPT_MISCONFIG,
		.gpa = gpa & ~(PAGE_BYTES - 1),
	};
	return LEAF_TD_EXIT;
}

static u64 shared_ptr(struct call *c, gpa_t gpa, bool write, void **ptr)
{
	const struct vcpu *v = c->vcpu;
	unsigned int level = v->td->sept_levels;
	u64 entry = atomic_read_once(&v->shared_eptp), need, index;
	bool unset = (entry & EPT_ADDRESS) == td_hpa(v->td, v->td->tdcx[TDCX_ZERO]);

	need = EPT_READ | (write ? EPT_WRITE : 0);
	while (level--) {
		if (unset) {
			entry = 0;	/* a page of the TD's, all zero */
		} else {
			if (operand_shared_hpa(entry & EPT_ADDRESS, PAGE_BYTES, 0))
				return misconfigured(c, gpa);
			index = gpa >> (12 + 9 * level) & 511;
			host_read(&entry, (entry & EPT_ADDRESS) + index * 8, 8);
		}
		if ((entry & need) != need && (entry & EPT_RWX) != EPT_WRITE)
			return entry & EPT_SUPPRESS_VE ?
			       access_violation(c, gpa, write, 0) :
			       access_ve(c, gpa, write);
		if (!(entry & EPT_READ))
			return misconfigured(c, gpa);
		if (!level || (entry & EPT_LEAF))
			break;
	}
	entry &= EPT_ADDRESS & ~(LEVEL_BYTES(level) - 1);
	entry |= gpa & (LEVEL_BYTES(level) - 1) & ~(PAGE_BYTES - 1);
	if (operand_shared_hpa(entry, PAGE_BYTES, 0))
		return misconfigured(c, gpa);
	*ptr = (char *)env_host_ptr(hpa_plain(entry)) + (gpa & (PAGE_BYTES - 1));
	return 0;
}

bool guest_gpa_valid(const struct td *td, gpa_t gpa)
{
	return sept_gpa_private(td, gpa & ~td_shared_bit(td));
}

u64 guest_ptr_any(struct call *c, gpa_t gpa, bool write, void **ptr)
{
	return gpa & td_shared_bit(c->vcpu->td) ?
	       shared_ptr(c, gpa, write, ptr) : guest_ptr(c, gpa, write, ptr);
}
