/* SPDX-License-Identifier: GPL-2.0-only */
/* The soak guest and its VMM talk in the shared page at GUEST_MBOX. */
#ifndef SELFTESTS_GUEST_SOAK_H
#define SELFTESTS_GUEST_SOAK_H

#include <seamhost/types.h>
#include "layout.h"

struct soak_shared {
	volatile u64 stop;		/* the VMM sets it */
	volatile u64 total;		/* of all vCPUs, at the end */
	volatile u64 rounds[GUEST_MAX_VCPUS];
	volatile u64 bad[GUEST_MAX_VCPUS];
};

#endif /* SELFTESTS_GUEST_SOAK_H */
