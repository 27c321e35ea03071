/* SPDX-License-Identifier: GPL-2.0-only */
/* What the leaves guest finds, in the shared page at GUEST_MBOX. */
#ifndef SELFTESTS_GUEST_LEAVES_H
#define SELFTESTS_GUEST_LEAVES_H

#include <seamhost/types.h>
#include "../user/entry/calls.h"

enum guest_wrapper {
#define X(name, ...)	W_##name,
	GUEST_CALLS(X)
	VMCALLS(X)
#undef X
	NR_GUEST_WRAPPERS
};

/* How a wrapper's calls ended, and what the last refusal was. */
struct leaf_record {
	u32 done, refused;
	u64 status, answer;
};

struct leaf_records {
	u64 finished;		/* all wrappers but ReportFatalError were called */
	struct leaf_record r[NR_GUEST_WRAPPERS];
};

/* where there is a device, as the VMM plays it */
#define LEAVES_MMIO		0xd0000000
#define LEAVES_MESSAGE		"leaves"

#endif /* SELFTESTS_GUEST_LEAVES_H */
