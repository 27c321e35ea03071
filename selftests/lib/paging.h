/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SELFTESTS_LIB_PAGING_H
#define SELFTESTS_LIB_PAGING_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/mman.h>

/*
 * The kernel's page tables have 5 levels. softseam's nested ones have as many,
 * and TDs with 52 bits of GPA need 5. CPUID tells of the CPU alone.
 */
static inline bool paging_has_5_levels(void)
{
	void *p = mmap((void *)(1UL << 50), 4096, PROT_NONE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		return false;
	munmap(p, 4096);
	return (uintptr_t)p >> 47;
}

#endif
