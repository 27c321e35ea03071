// SPDX-License-Identifier: GPL-2.0-only
/* Counters of SEAMCALLs, by leaf and CPU. */
#include <linux/math64.h>
#include <linux/percpu.h>
#include <linux/seq_file.h>
#include <seamhost/decode.h>
#include "leaf.h"
#include "observe.h"

struct leaf_stats {
	u64 ended[TDX_NR_RESULTS];
	u64 ns;
};

/* one more for calls with a leaf that the table does not have */
struct seamcall_stats {
	struct leaf_stats leaf[NR_LEAVES + 1];
};

static struct seamcall_stats __percpu *stats;

int seamcall_stats_alloc(void)
{
	stats = alloc_percpu(struct seamcall_stats);
	return stats ? 0 : -ENOMEM;
}

void seamcall_stats_free(void)
{
	free_percpu(stats);
	stats = NULL;
}

void seamcall_stats_count(u64 rax, tdx_status_t status, u64 ns)
{
	unsigned int leaf = leaf_index(rax);
	enum tdx_result result = tdx_result(rax, status);

	if (!stats)
		return;
	this_cpu_inc(stats->leaf[leaf].ended[result]);
	this_cpu_add(stats->leaf[leaf].ns, ns);
}

/*
 * Not atomic against calls that are being counted: one of them may survive.
 */
void seamcall_stats_reset(void)
{
	int cpu;

	if (!stats)
		return;
	for_each_possible_cpu(cpu)
		memset(per_cpu_ptr(stats, cpu), 0, sizeof(*stats));
}

static struct leaf_stats leaf_sum(unsigned int leaf)
{
	struct leaf_stats sum = {};
	int cpu, i;

	for_each_possible_cpu(cpu) {
		const struct leaf_stats *s = &per_cpu_ptr(stats, cpu)->leaf[leaf];

		for (i = 0; i < TDX_NR_RESULTS; i++)
			sum.ended[i] += READ_ONCE(s->ended[i]);
		sum.ns += READ_ONCE(s->ns);
	}
	return sum;
}

static u64 leaf_calls(const struct leaf_stats *s)
{
	u64 calls = 0;
	int i;

	for (i = 0; i < TDX_NR_RESULTS; i++)
		calls += s->ended[i];
	return calls;
}

static void show_by_cpu(struct seq_file *m, unsigned int leaf)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		u64 calls = leaf_calls(&per_cpu_ptr(stats, cpu)->leaf[leaf]);

		if (calls)
			seq_printf(m, " cpu%d:%llu", cpu, calls);
	}
}

void seamcall_stats_show(struct seq_file *m)
{
	unsigned int leaf;
	int i;

	seq_printf(m, "%-28s %10s", "leaf", "calls");
	for (i = 0; i < TDX_NR_RESULTS; i++)
		seq_printf(m, " %11s", tdx_result_name(i));
	seq_printf(m, " %12s %9s  %s\n", "time_us", "avg_ns", "by_cpu");
	if (!stats)
		return;

	for (leaf = 0; leaf <= LEAF_UNKNOWN; leaf++) {
		struct leaf_stats sum = leaf_sum(leaf);
		u64 calls = leaf_calls(&sum);

		if (!calls)
			continue;
		seq_printf(m, "%-28s %10llu", leaf == LEAF_UNKNOWN ?
			   "(other)" : leaf_info[leaf].name, calls);
		for (i = 0; i < TDX_NR_RESULTS; i++)
			seq_printf(m, " %11llu", sum.ended[i]);
		seq_printf(m, " %12llu %9llu ", div_u64(sum.ns, 1000),
			   div64_u64(sum.ns, calls));
		show_by_cpu(m, leaf);
		seq_putc(m, '\n');
	}
}
