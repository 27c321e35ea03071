/* SPDX-License-Identifier: GPL-2.0-only */
/* Time for benchmarks. */
#ifndef SELFTESTS_CLOCK_H
#define SELFTESTS_CLOCK_H

#include <stdint.h>
#include <stdlib.h>
#include <time.h>

static inline uint64_t clock_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

static inline int clock_compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static inline void clock_sort(uint64_t *ns, unsigned int n)
{
	qsort(ns, n, sizeof(*ns), clock_compare);
}

#endif /* SELFTESTS_CLOCK_H */
