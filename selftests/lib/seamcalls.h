/* SPDX-License-Identifier: GPL-2.0-only */
/* How many SEAMCALLs the host made, from seamhost's per-leaf counters. */
#ifndef SELFTESTS_SEAMCALLS_H
#define SELFTESTS_SEAMCALLS_H

#include <stdio.h>
#include <string.h>

#define SEAMCALLS	"/sys/kernel/debug/seamhost/seamcalls"
#define SEAMCALLS_ON	"/sys/kernel/debug/seamhost/enable"

static inline void seamcalls_write(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	if (f) {
		fputs(text, f);
		fclose(f);
	}
}

/* Count from zero. */
static inline void seamcalls_start(void)
{
	seamcalls_write(SEAMCALLS_ON, "1");
	seamcalls_write(SEAMCALLS, "0");
}

static inline void seamcalls_stop(void)
{
	seamcalls_write(SEAMCALLS_ON, "0");
}

/*
 * Calls of @leaf, or of all with NULL, repetitions included; each one on a
 * line of its own after @prefix, if there is one.
 */
static inline unsigned long seamcalls_sum(const char *leaf, const char *prefix)
{
	FILE *f = fopen(SEAMCALLS, "r");
	unsigned long calls, sum = 0;
	char line[512], name[64];

	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%63s %lu", name, &calls) != 2)
			continue;
		if (leaf && strcmp(name, leaf))
			continue;
		if (prefix)
			printf("%s%-28s %lu\n", prefix, name, calls);
		sum += calls;
	}
	if (f)
		fclose(f);
	return sum;
}

/*
 * Calls of @leaf ("TDH.MEM.PAGE.AUG") that did their work. Those that an
 * interrupt or another CPU made the host repeat are left out: how many there
 * are depends on the machine's load.
 */
static inline unsigned long seamcalls_done(const char *leaf)
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

/* How many CPUs made calls of @leaf. */
static inline unsigned int seamcalls_cpus(const char *leaf)
{
	FILE *f = fopen(SEAMCALLS, "r");
	char line[512], name[64], *at;
	unsigned int cpus = 0;

	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%63s", name) != 1 || strcmp(name, leaf))
			continue;
		for (at = line; (at = strstr(at, " cpu")); at++)
			cpus++;
	}
	if (f)
		fclose(f);
	return cpus;
}

static inline unsigned long seamcalls(const char *leaf)
{
	return seamcalls_sum(leaf, NULL);
}

static inline unsigned long seamcalls_total(void)
{
	return seamcalls_sum(NULL, NULL);
}

static inline void seamcalls_print(const char *prefix)
{
	seamcalls_sum(NULL, prefix);
}

#endif /* SELFTESTS_SEAMCALLS_H */
