// SPDX-License-Identifier: GPL-2.0-only
/*
 * Text rules to faults. One line:
 *
 *	LEAF status VALUE [nth=N] [times=N]
 *	LEAF vmfailinvalid|gp|ud [nth=N] [times=N]
 *	LEAF delay MICROSECONDS [nth=N] [times=N]
 *	LEAF stall POINT MICROSECONDS [skip=N] [nth=N] [times=N]
 *	no-entropy COUNT
 *	interrupt COUNT
 *	clear
 *
 * LEAF is a name of the leaf table, or * for any.
 */
#include <linux/kernel.h>
#include <linux/mutex.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <asm/tsc.h>
#include "kernel.h"
#include "../module/fault.h"

#define MAX_COUNT	1000000

static DEFINE_MUTEX(inject_lock);

static const char *const kinds[] = {
	[FAULT_STATUS] = "status",
	[FAULT_VMFAILINVALID] = "vmfailinvalid",
	[FAULT_GP] = "gp",
	[FAULT_UD] = "ud",
	[FAULT_DELAY] = "delay",
	[FAULT_STALL] = "stall",
};

static const char *const points[] = {
	[SEAM_AT_LOCK] = "lock",
	[SEAM_AT_MEMORY] = "memory",
	[SEAM_AT_TAKE] = "take",
	[SEAM_AT_INTERRUPT] = "interrupt",
	[SEAM_AT_ZAP] = "zap",
	[SEAM_AT_GUEST] = "guest",
};

/* Interrupts are off as long: a test lets go much sooner. */
#define MAX_DELAY_US	USEC_PER_SEC
#define MAX_STALL_US	(10 * USEC_PER_SEC)

static int option(char *word, unsigned int *nth, unsigned int *times,
		  unsigned int *skip)
{
	unsigned int *val;
	int ret;

	if (!strncmp(word, "nth=", 4))
		val = nth;
	else if (!strncmp(word, "times=", 6))
		val = times;
	else if (!strncmp(word, "skip=", 5))
		val = skip;
	else
		return -EINVAL;
	ret = kstrtouint(strchr(word, '=') + 1, 0, val);
	if (!ret && (!*val || *val > MAX_COUNT))
		ret = -ERANGE;
	return ret;
}

static int countdown(atomic_t *counter, char *word)
{
	unsigned int n;
	int ret;

	if (!word)
		return -EINVAL;
	ret = kstrtouint(word, 0, &n);
	if (ret)
		return ret;
	if (n > MAX_COUNT)
		return -ERANGE;
	atomic_set(counter, n);
	return 0;
}

static int add_rule(const char *leaf, char *rest)
{
	unsigned int nth = 1, times = 1, skip = 0;
	char *word = strsep(&rest, " ");
	int kind, ret, point = 0;
	u64 arg = 0;

	if (!word)
		return -EINVAL;
	kind = match_string(kinds, ARRAY_SIZE(kinds), word);
	if (kind < 0)
		return -EINVAL;
	if (kind == FAULT_STALL) {
		word = strsep(&rest, " ");
		point = word ? match_string(points, ARRAY_SIZE(points), word) :
			       -EINVAL;
		if (point < 0)
			return -EINVAL;
	}
	if (kind == FAULT_STATUS || kind == FAULT_DELAY ||
	    kind == FAULT_STALL) {
		word = strsep(&rest, " ");
		if (!word)
			return -EINVAL;
		ret = kstrtou64(word, 0, &arg);
		if (ret)
			return ret;
	}
	if (kind == FAULT_DELAY || kind == FAULT_STALL) {
		if (arg > (kind == FAULT_STALL ? MAX_STALL_US : MAX_DELAY_US))
			return -ERANGE;
		arg = arg * tsc_khz / USEC_PER_MSEC;
	}
	while ((word = strsep(&rest, " "))) {
		ret = option(word, &nth, &times, &skip);
		if (ret)
			return ret;
	}
	return fault_add(leaf, nth, times, kind, arg, point, skip);
}

int inject_set(char *rule)
{
	char *rest = strim(rule), *word = strsep(&rest, " ");
	int ret = 0;

	mutex_lock(&inject_lock);
	if (!strcmp(word, "clear")) {
		fault_clear();
		atomic_set(&env_no_entropy, 0);
		atomic_set(&env_interrupts, 0);
	} else if (!strcmp(word, "no-entropy")) {
		ret = countdown(&env_no_entropy, rest);
	} else if (!strcmp(word, "interrupt")) {
		ret = countdown(&env_interrupts, rest);
	} else {
		ret = add_rule(word, rest);
	}
	mutex_unlock(&inject_lock);
	return ret;
}

void inject_show(struct seq_file *m)
{
	enum seam_point point;
	enum fault_kind kind;
	const char *leaf;
	int wait, left;
	unsigned int i, skip;
	u64 arg;

	for (i = 0; fault_get(i, &leaf, &kind, &arg, &point, &skip, &wait, &left); i++)
		if (left)
			seq_printf(m, "%s %s %s%s%#llx nth=%d times=%d\n", leaf,
				   kinds[kind],
				   kind == FAULT_STALL ? points[point] : "",
				   kind == FAULT_STALL ? " " : "", arg,
				   wait + 1, left);
	for (i = 0; i < seam_config.nr_lps; i++)
		if (stall_get(i, &point))
			seq_printf(m, "CPU %u stands at %s\n", i,
				   points[point]);
	leaf = fault_struck();
	if (leaf)
		seq_printf(m, "struck %s\n", leaf);
	if (atomic_read(&env_no_entropy))
		seq_printf(m, "no-entropy %d\n", atomic_read(&env_no_entropy));
	if (atomic_read(&env_interrupts))
		seq_printf(m, "interrupt %d\n", atomic_read(&env_interrupts));
}
