// SPDX-License-Identifier: GPL-2.0-only
/*
 * /sys/kernel/debug/kvm-tdx/PID-FD/private: what the host reads in the page
 * behind a private GPA (the file offset). It shows that this is not what the
 * guest has there.
 */
#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/highmem.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "mem.h"

static struct dentry *debugfs_root;

/* The page that the module holds for @gfn, or NULL. vm->mem_lock is held. */
static struct page *given_page(struct td_vm *vm, u64 gfn)
{
	struct slot *slot = slot_find(vm, gfn);
	struct memfd_block *b;
	unsigned int i;
	u64 pgoff;

	if (!slot || !slot->memfd)
		return NULL;
	pgoff = slot->memfd_pgoff + (gfn - slot->gfn);
	b = xa_load(&slot->memfd->blocks, pgoff >> ORDER_2M);
	i = pgoff % PAGES_2M;
	if (!b || !(b->given_2m || test_bit(i, b->given)))
		return NULL;
	return b->huge ? b->huge + i : b->small[i];
}

static ssize_t private_read(struct file *file, char __user *buf, size_t len,
			    loff_t *pos)
{
	struct td_vm *vm = file->private_data;
	size_t off = offset_in_page(*pos);
	ssize_t ret = -ENXIO;
	struct page *page;
	void *bounce;

	len = min_t(size_t, len, PAGE_SIZE - off);
	bounce = kmalloc(PAGE_SIZE, GFP_KERNEL);
	if (!bounce)
		return -ENOMEM;
	mutex_lock(&vm->mem_lock);
	page = given_page(vm, *pos >> PAGE_SHIFT);
	if (page) {
		memcpy_from_page(bounce, page, off, len);
		ret = len;
	}
	mutex_unlock(&vm->mem_lock);
	if (page && copy_to_user(buf, bounce, len))
		ret = -EFAULT;
	if (ret > 0)
		*pos += ret;
	kfree(bounce);
	return ret;
}

static const struct file_operations private_fops = {
	.owner	= THIS_MODULE,
	.open	= simple_open,
	.read	= private_read,
	.llseek	= default_llseek,
};

/* The VM got file descriptor @fd of the calling process. */
void vm_debugfs_add(struct td_vm *vm, int fd)
{
	struct dentry *dup;
	char name[32];

	snprintf(name, sizeof(name), "%d-%d", task_pid_nr(current), fd);
	/* of a VM whose file has another number by now: debugfs would complain */
	dup = debugfs_lookup(name, debugfs_root);
	if (dup) {
		dput(dup);
		return;
	}
	vm->debugfs = debugfs_create_dir(name, debugfs_root);
	debugfs_create_file("private", 0400, vm->debugfs, vm, &private_fops);
}

/* On return nobody reads there any more. */
void vm_debugfs_remove(struct td_vm *vm)
{
	debugfs_remove_recursive(vm->debugfs);
	vm->debugfs = NULL;
}

void vm_debugfs_init(void)
{
	debugfs_root = debugfs_create_dir("kvm-tdx", NULL);
}

void vm_debugfs_exit(void)
{
	debugfs_remove_recursive(debugfs_root);
}
