/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A TD's life with something of everything that makes the host call the TDX
 * module; any step may fail, and be told of.
 */
#ifndef SELFTESTS_WHOLE_LIFE_H
#define SELFTESTS_WHOLE_LIFE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct whole_life {
	const void *image, *reset;
	size_t image_size;
	uint64_t kind;			/* LIFE_WHOLE or LIFE_WHOLE_2M */
	void (*ready)(void);		/* before the TD runs; may be NULL */
};

/* What the guest ended with, when it found something wrong */
#define WHOLE_LIFE_GUEST	1000

/* The image of /tests/guest; false when it is not there. */
bool whole_life_load(struct whole_life *life);
/*
 * 0 when the guest got to its end, -errno of the ioctl that failed, the exit
 * reason that told it, or WHOLE_LIFE_GUEST and what the guest was told.
 */
int whole_life(const struct whole_life *life);

#endif /* SELFTESTS_WHOLE_LIFE_H */
