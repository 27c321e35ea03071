// SPDX-License-Identifier: GPL-2.0-only
/* /sys/kernel/debug/softseam: audit, statistics, log, and faults to inject. */
#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include "kernel.h"

static struct dentry *dir;

static int stats_open_show(struct seq_file *m, void *unused)
{
	stats_show(m);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(stats_open);

static int log_open_show(struct seq_file *m, void *unused)
{
	stats_log_show(m);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(log_open);

void debugfs_open(void)
{
	dir = debugfs_create_dir("softseam", NULL);
	debugfs_create_file("stats", 0444, dir, NULL, &stats_open_fops);
	debugfs_create_file("log", 0400, dir, NULL, &log_open_fops);
}

void debugfs_close(void)
{
	debugfs_remove_recursive(dir);
}
