/* SPDX-License-Identifier: GPL-2.0-only */
/* How many SEAMCALLs the host made, from seamhost's counters. */
#ifndef SELFTEST_TDX_STATS_H
#define SELFTEST_TDX_STATS_H

#include <stdio.h>
#include <string.h>

#define SEAMCALLS	"/sys/kernel/debug/seamhost/seamcalls"
#define SEAMCALLS_ON	"/sys/kernel/debug/seamhost/enable"

static inline void stats_write(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	if (f) {
		fputs(text, f);
		fclose(f);
	}
}

/* Count from zero. */
static inline void stats_start(void)
{
	stats_write(SEAMCALLS_ON, "1");
	stats_write(SEAMCALLS, "0");
}

/*
 * Calls of @leaf ("TDH.MEM.PAGE.AUG") that did their work. Those that an
 * interrupt or another CPU made the host repeat are left out: how many there
 * are depends on the machine's load.
 */
static inline unsigned long stats_calls(const char *leaf)
{
	unsigned long done, news, sum = 0;
	FILE *f = fopen(SEAMCALLS, "r");
	char line[512], name[64];

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "%63s %*u %lu %lu", name, &done, &news) == 3 &&
		    !strcmp(name, leaf))
			sum += done + news;
	if (f)
		fclose(f);
	return sum;
}

#endif /* SELFTEST_TDX_STATS_H */
