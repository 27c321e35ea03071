// SPDX-License-Identifier: GPL-2.0-only
/* /sys/kernel/debug/softseam: audit, statistics, log, and faults to inject. */
#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include "../audit.h"
#include "kernel.h"

static struct dentry *dir;

#define MAX_RULE	128

static int stats_file_show(struct seq_file *m, void *unused)
{
	stats_show(m);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(stats_file);

static int log_file_show(struct seq_file *m, void *unused)
{
	stats_log_show(m);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(log_file);

static int audit_file_show(struct seq_file *m, void *unused)
{
	audit_show(m);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(audit_file);

static int digest_file_show(struct seq_file *m, void *unused)
{
	seq_printf(m, "%016llx\n", seam_digest(0, 0));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(digest_file);

static int inject_file_show(struct seq_file *m, void *unused)
{
	inject_show(m);
	return 0;
}

static int inject_file_open(struct inode *inode, struct file *file)
{
	return single_open(file, inject_file_show, NULL);
}

static ssize_t inject_file_write(struct file *file, const char __user *buf,
				 size_t len, loff_t *pos)
{
	char rule[MAX_RULE];
	int ret;

	if (len >= sizeof(rule))
		return -E2BIG;
	if (copy_from_user(rule, buf, len))
		return -EFAULT;
	rule[len] = '\0';
	ret = inject_set(rule);
	return ret ? ret : len;
}

static const struct file_operations inject_file_fops = {
	.owner = THIS_MODULE,
	.open = inject_file_open,
	.read = seq_read,
	.write = inject_file_write,
	.llseek = seq_lseek,
	.release = single_release,
};

void debugfs_open(void)
{
	dir = debugfs_create_dir("softseam", NULL);
	debugfs_create_file("audit", 0444, dir, NULL, &audit_file_fops);
	debugfs_create_file("stats", 0444, dir, NULL, &stats_file_fops);
	debugfs_create_file("log", 0400, dir, NULL, &log_file_fops);
	debugfs_create_file("digest", 0400, dir, NULL, &digest_file_fops);
	debugfs_create_file("inject", 0600, dir, NULL, &inject_file_fops);
}

void debugfs_close(void)
{
	debugfs_remove_recursive(dir);
}
