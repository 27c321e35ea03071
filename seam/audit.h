/* SPDX-License-Identifier: GPL-2.0-only */
/* What the module still holds: for debugfs and tests. */
#ifndef SOFTSEAM_AUDIT_H
#define SOFTSEAM_AUDIT_H

#include "seam.h"

#define SEAM_PAGE_TYPES		16

struct seam_audit {
	u64 pages[SEAM_PAGE_TYPES];	/* 4K pages by PAMT page type */
	u64 owned;			/* all of them, reserved areas apart */
	u64 busy;			/* entries locked while we looked */
	unsigned int tds, vcpus, assoc_vcpus, running_vcpus;
	unsigned int keyids_in_use;	/* by TDs, not the module's own */
	u64 touched;			/* owned pages that the host wrote to */
	u64 touches;			/* such pages noticed since the load */
};

/* One TD's share of it. */
struct seam_audit_td {
	hpa_t tdr;
	unsigned int hkid;
	unsigned int lifecycle, op_state;
	bool fatal;
	u64 pages;			/* CHLDCNT: without the TDR itself */
	unsigned int vcpus, assoc_vcpus;
};

/**
 * seam_audit() - count what the module owns
 * @a: filled in
 * @td: called for each TD, or NULL
 * @arg: for @td
 *
 * Looks at every page of every TDMR and takes each entry's lock for a moment,
 * so that host leaves meanwhile may answer BUSY. Process context; the caller
 * keeps seam_init() and seam_exit() away.
 */
void seam_audit(struct seam_audit *a,
		void (*td)(void *arg, const struct seam_audit_td *t),
		void *arg);
/**
 * seam_digest() - one number for all that the module remembers
 * @from: pages from here on
 * @to: and below this, 0: all
 *
 * Two readings that are equal mean that no call changed anything between. Who
 * waits for a lock is not part of it. To be read while no leaf is at work, or
 * while all that are stand still.
 */
u64 seam_digest(hpa_t from, hpa_t to);
const char *seam_page_type_name(unsigned int type);
bool seam_audit_clean(const struct seam_audit *a);

#endif /* SOFTSEAM_AUDIT_H */
