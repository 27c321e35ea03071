/* SPDX-License-Identifier: GPL-2.0-only */
/* What the guests engine and tdcalls find, in the shared page at GUEST_MBOX. */
#ifndef SELFTESTS_GUEST_ENGINE_H
#define SELFTESTS_GUEST_ENGINE_H

#include <seamhost/types.h>

#define ENGINE_MAX_RESULTS	56

struct engine_result {
	char name[56];
	u64 want, got;
};

struct engine_results {
	u64 nr;
	u64 done;		/* all were run */
	u32 pairs, missing;	/* leaves x statuses: looked at, and not */
	struct engine_result r[ENGINE_MAX_RESULTS];
};

#endif /* SELFTESTS_GUEST_ENGINE_H */
