/* SPDX-License-Identifier: GPL-2.0-only */
/* What softseam's module still holds for TDs. */
#ifndef SELFTESTS_AUDIT_H
#define SELFTESTS_AUDIT_H

#include "../include/ktap.h"

#define AUDIT	"/sys/kernel/debug/softseam/audit"

/* No page, no KeyID, no vCPU; otherwise a note says how many. */
static inline bool nothing_left(void)
{
	unsigned long pages = ~0UL, keyids = ~0UL, vcpus = ~0UL;
	FILE *f = fopen(AUDIT, "r");
	int n = 0;

	if (f) {
		n = fscanf(f, "owned_pages=%lu keyids=%lu vcpus=%lu", &pages,
			   &keyids, &vcpus);
		fclose(f);
	}
	if (n == 3 && !pages && !keyids && !vcpus)
		return true;
	ktap_note("audit: pages %lu KeyIDs %lu vCPUs %lu", pages, keyids, vcpus);
	return false;
}

#endif /* SELFTESTS_AUDIT_H */
