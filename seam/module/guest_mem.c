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

enum sept_access sept_translate(struct td *td, gpa_t gpa, unsigned int *level,
				void **content, bool *writable, u8 *state)
{
	struct pamt_entry *pe;
	u64 *slot, entry;
	hpa_t hpa;

	*level = td->sept_levels - 1;
	*state = SEPT_FREE;
	slot = sept_walk(td, gpa, TDX_LEVEL_4K, level);
	if (!slot)
		return SEPT_ACCESS_NONE;
	entry = atomic_read_once(slot);
	*state = sept_state(entry);
	if (!sept_in(entry, SEPT_READABLE))
		return SEPT_ACCESS_NONE;
	*writable = sept_in(entry, SEPT_WRITABLE);

	hpa = (entry & SEPT_HPA) + (gpa & (LEVEL_BYTES(*level) - 1));
	pe = sept_pamt(entry, *level);
	if (!pe)
		return SEPT_ACCESS_NONE;
	*content = content_at(pe, hpa, level);
	if (!*content)
		return SEPT_ACCESS_NOMEM;
	if (!content_intact(td, hpa & ~(LEVEL_BYTES(*level) - 1), *level))
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
	unsigned int level;
	bool writable;
	void *page;
	u8 state;

	switch (sept_translate(c->vcpu->td, gpa, &level, &page, &writable,
			       &state)) {
	case SEPT_ACCESS_OK:
		if (write && !writable)
			return access_violation(c, gpa, write, false);
		*ptr = (char *)page + (gpa & (LEVEL_BYTES(level) - 1));
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
	return access_violation(c, gpa, write, SEPT_WAITING & SEPT_IN(state));
}
