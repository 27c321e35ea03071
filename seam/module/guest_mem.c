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

static u64 access_violation(struct call *c, gpa_t gpa, bool write, bool pending)
{
	c->exit = (struct td_exit) {
		.reason = VMX_EPT_VIOLATION,
		.qual = EPT_QUAL_READ | (write ? EPT_QUAL_WRITE : 0),
		.ext_qual = pending ? EXT_QUAL_PENDING : 0,
		.gpa = gpa & ~(PAGE_BYTES - 1),
	};
	return LEAF_TD_EXIT;
}

/*
 * Guest leaves take private operands alone. Of a page that still waits for the
 * guest's acceptance the host is told, not the guest.
 */
u64 guest_ptr(struct call *c, gpa_t gpa, bool write, void **ptr)
{
	struct sept_page page;

	switch (sept_translate(c->vcpu->td, gpa, &page)) {
	case SEPT_ACCESS_OK:
		if (write && !page.writable)
			return access_violation(c, gpa, write, false);
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
	return access_violation(c, gpa, write, SEPT_WAITING & SEPT_IN(page.state));
}
