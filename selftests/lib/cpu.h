/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SELFTESTS_CPU_H
#define SELFTESTS_CPU_H

#include <sched.h>
#include <stdbool.h>

/* Keeps the caller on @cpu; false: there is none such. Wants _GNU_SOURCE. */
static inline bool cpu_move_to(unsigned int cpu)
{
	static unsigned int here = ~0U;
	cpu_set_t set;

	if (cpu == here)
		return true;
	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		return false;
	here = cpu;
	return true;
}

#endif /* SELFTESTS_CPU_H */
