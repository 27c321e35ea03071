// SPDX-License-Identifier: GPL-2.0-only
/*
 * guest_memfd: the file that owns private pages. They are never mapped to
 * user space; the file can only be sized at creation, populated and punched.
 * Blocks are guarded by the VM's mem_lock.
 */
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/falloc.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "mem.h"

void memfd_block_free(struct memfd_block *b)
{
	unsigned int i;

	if (b->huge)
		td_page_free(b->huge, ORDER_2M);
	for (i = 0; b->small && i < PAGES_2M; i++)
		if (b->small[i])
			td_page_free(b->small[i], 0);
	kvfree(b->small);
	kfree(b);
}

static bool block_given(struct memfd_block *b)
{
	return b->given_2m || !bitmap_empty(b->given, PAGES_2M);
}

/* Free what nobody uses any more; what the module still holds stays. */
static void block_trim(struct memfd *m, unsigned long index,
		       struct memfd_block *b)
{
	unsigned int i;

	if (!bitmap_empty(b->used, PAGES_2M) || block_given(b)) {
		for (i = 0; b->small && i < PAGES_2M; i++) {
			if (!b->small[i] || test_bit(i, b->used) ||
			    test_bit(i, b->given))
				continue;
			td_page_free(b->small[i], 0);
			b->small[i] = NULL;
		}
		return;
	}
	xa_erase(&m->blocks, index);
	memfd_block_free(b);
}

static struct memfd_block *block_create(struct memfd *m, u64 pgoff)
{
	u64 start = round_down(pgoff, PAGES_2M) << PAGE_SHIFT;
	struct memfd_block *b;

	b = kzalloc(sizeof(*b), TD_GFP);
	if (!b)
		return NULL;
	if (start + SIZE_OF_2M <= m->size)
		b->huge = td_page_alloc(ORDER_2M);
	if (!b->huge) {
		b->small = kvcalloc(PAGES_2M, sizeof(*b->small),
				    TD_GFP);
		if (!b->small)
			goto fail;
	}
	if (!xa_err(xa_store(&m->blocks, pgoff >> ORDER_2M, b,
			     TD_GFP)))
		return b;
fail:
	memfd_block_free(b);
	return NULL;
}

/* The block of @pgoff; @huge tells whether it is one 2 MiB page. */
struct memfd_block *memfd_block_get(struct memfd *m, u64 pgoff, bool *huge)
{
	struct memfd_block *b = xa_load(&m->blocks, pgoff >> ORDER_2M);

	if (!b)
		b = block_create(m, pgoff);
	if (b)
		*huge = b->huge;
	return b;
}

struct page *memfd_page(struct memfd *m, u64 pgoff)
{
	unsigned int i = pgoff % PAGES_2M;
	struct memfd_block *b;
	bool huge;

	b = memfd_block_get(m, pgoff, &huge);
	if (!b)
		return NULL;
	if (!huge && !b->small[i]) {
		b->small[i] = td_page_alloc(0);
		if (!b->small[i])
			return NULL;
	}
	__set_bit(i, b->used);
	return huge ? b->huge + i : b->small[i];
}

void memfd_mark_given(struct memfd *m, u64 pgoff, enum tdx_level level,
		      bool given)
{
	struct memfd_block *b = xa_load(&m->blocks, pgoff >> ORDER_2M);

	if (WARN_ON_ONCE(!b))
		return;
	if (level == TDX_LEVEL_2M) {
		b->given_2m = given;
		if (given)
			bitmap_fill(b->used, PAGES_2M);
	} else if (given) {
		__set_bit(pgoff % PAGES_2M, b->given);
	} else {
		__clear_bit(pgoff % PAGES_2M, b->given);
	}
}

static void memfd_free(struct kref *kref)
{
	struct memfd *m = container_of(kref, struct memfd, kref);
	struct memfd_block *b;
	unsigned long index;

	xa_for_each(&m->blocks, index, b) {
		memfd_block_free(b);
		cond_resched();
	}
	xa_destroy(&m->blocks);
	kfree(m);
}

void memfd_put(struct memfd *m)
{
	kref_put(&m->kref, memfd_free);
}

static void memfd_punch(struct memfd *m, u64 first, u64 n)
{
	struct memfd_block *b;
	unsigned long index;
	u64 end = first + n;

	xa_for_each_range(&m->blocks, index, b, first >> ORDER_2M,
			  (end - 1) >> ORDER_2M) {
		u64 start = (u64)index << ORDER_2M;
		unsigned int from = first > start ? first - start : 0;
		unsigned int to = min_t(u64, end - start, PAGES_2M);

		bitmap_clear(b->used, from, to - from);
		block_trim(m, index, b);
		cond_resched();
	}
}

static long memfd_fallocate(struct file *file, int mode, loff_t offset,
			    loff_t len)
{
	struct memfd *m = file->private_data;
	u64 first = offset >> PAGE_SHIFT, n = len >> PAGE_SHIFT, i;
	struct td_vm *vm = m->vm;
	long ret = 0;

	if (!(mode & FALLOC_FL_KEEP_SIZE))
		return -EOPNOTSUPP;
	if (mode & ~(FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE))
		return -EOPNOTSUPP;
	if (offset < 0 || len <= 0 || !PAGE_ALIGNED(offset) ||
	    !PAGE_ALIGNED(len))
		return -EINVAL;

	if (mode & FALLOC_FL_PUNCH_HOLE) {
		if (offset >= m->size)
			return 0;
		n = min_t(u64, n, (m->size >> PAGE_SHIFT) - first);
		mutex_lock(&vm->mem_lock);
		ret = slots_memfd_punched(vm, m, first, n);
		if (!ret)
			memfd_punch(m, first, n);
		mutex_unlock(&vm->mem_lock);
		return ret;
	}

	if (offset + len > m->size)
		return -EINVAL;
	for (i = 0; i < n && !ret; i++) {
		if (signal_pending(current))
			return -EINTR;
		mutex_lock(&vm->mem_lock);
		if (!memfd_page(m, first + i))
			ret = -ENOMEM;
		mutex_unlock(&vm->mem_lock);
		cond_resched();
	}
	return ret;
}

static int memfd_release(struct inode *inode, struct file *file)
{
	struct memfd *m = file->private_data;
	struct td_vm *vm = m->vm;

	mutex_lock(&vm->mem_lock);
	m->closed = true;
	slots_memfd_closed(vm, m);
	memfd_punch(m, 0, m->size >> PAGE_SHIFT);
	if (xa_empty(&m->blocks)) {
		/* else teardown still has pages to get back through it */
		list_del_init(&m->link);
		memfd_put(m);
	}
	mutex_unlock(&vm->mem_lock);

	memfd_put(m);
	vm_put(vm);
	return 0;
}

static const struct file_operations memfd_fops = {
	.owner		= THIS_MODULE,
	.fallocate	= memfd_fallocate,
	.release	= memfd_release,
	.llseek		= noop_llseek,
};

long memfd_create_ioctl(struct td_vm *vm, void __user *argp)
{
	struct kvm_create_guest_memfd args;
	struct memfd *m;
	int fd;

	if (copy_from_user(&args, argp, sizeof(args)))
		return -EFAULT;
	if (args.flags || memchr_inv(args.reserved, 0, sizeof(args.reserved)))
		return -EINVAL;
	if (!args.size || !PAGE_ALIGNED(args.size) || (s64)args.size < 0)
		return -EINVAL;

	m = kzalloc(sizeof(*m), TD_GFP);
	if (!m)
		return -ENOMEM;
	kref_init(&m->kref);
	m->vm = vm;
	m->size = args.size;
	xa_init(&m->blocks);

	vm_get(vm);
	mutex_lock(&vm->mem_lock);
	kref_get(&m->kref);
	list_add(&m->link, &vm->memfds);
	fd = memfd_fs_getfd(&memfd_fops, m, m->size);
	if (fd < 0) {
		list_del(&m->link);
		memfd_put(m);
	}
	mutex_unlock(&vm->mem_lock);
	if (fd < 0) {
		memfd_put(m);
		vm_put(vm);
	}
	return fd;
}

/* A new reference on the guest_memfd behind @fd, if it is one of this VM. */
struct memfd *memfd_from_fd(struct td_vm *vm, int fd)
{
	struct file *file = fget(fd);
	struct memfd *m = ERR_PTR(-EINVAL);

	if (!file)
		return ERR_PTR(-EBADF);
	if (file->f_op == &memfd_fops) {
		struct memfd *found = file->private_data;

		if (found->vm == vm) {
			kref_get(&found->kref);
			m = found;
		}
	}
	fput(file);
	return m;
}
