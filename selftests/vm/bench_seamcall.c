// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the door costs: prints "seamcall_ns" and the median of batches of a
 * SEAMCALL that only looks, TDH.PHYMEM.PAGE.RDMD.
 */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <seamhost/types.h>
#include <seamhost/leaves.h>
#include "../modules/seamcall_raw.h"

#define BATCHES		21
#define CALLS		500

static int compare(const void *a, const void *b)
{
	const __u64 *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

int main(void)
{
	struct seamcall_raw_alloc page = { .order = 0 };
	struct seamcall_raw_time t;
	int dev = open("/dev/seamcall-test", O_RDWR), i;
	__u64 ns[BATCHES];

	if (dev < 0 || ioctl(dev, SEAMCALL_RAW_ALLOC, &page))
		err(1, "/dev/seamcall-test");
	for (i = 0; i < BATCHES; i++) {
		t.rax = TDH_PHYMEM_PAGE_RDMD;
		t.rcx = page.hpa;
		t.calls = CALLS;
		if (ioctl(dev, SEAMCALL_RAW_TIME, &t))
			err(1, "no call");
		if (t.status)
			errx(1, "status %#llx", (unsigned long long)t.status);
		ns[i] = t.ns / CALLS;
	}
	qsort(ns, BATCHES, sizeof(ns[0]), compare);
	printf("seamcall_ns %llu %llu\n", (unsigned long long)ns[BATCHES / 2],
	       (unsigned long long)ns[0]);
	return 0;
}
