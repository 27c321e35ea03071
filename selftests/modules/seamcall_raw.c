// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lets a test program make any SEAMCALL on any CPU, on pages of its own. The
 * program must have taken back what it gave to the TDX module before it closes
 * the device: pages that the module still owns then are leaked.
 */
#include <linux/fs.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/uaccess.h>
#include <asm/fpu/api.h>
#include <seamhost/decode.h>
#include <seamhost/entry.h>
#include <seamhost/leaves.h>
#include "seamcall_raw.h"

struct test_pages {
	struct list_head list;
	struct page *page;
	unsigned int order;
};

struct test_file {
	struct mutex lock;		/* of the list */
	struct list_head pages;
};

static int test_open(struct inode *inode, struct file *file)
{
	struct test_file *f = kzalloc(sizeof(*f), GFP_KERNEL);

	if (!f)
		return -ENOMEM;
	mutex_init(&f->lock);
	INIT_LIST_HEAD(&f->pages);
	file->private_data = f;
	return 0;
}

static bool module_owns(const struct test_pages *p)
{
	struct tdx_regs regs;
	tdx_status_t st;
	unsigned int i;

	for (i = 0; i < 1U << p->order; i++) {
		regs = (struct tdx_regs){ .rcx = page_to_phys(p->page + i) };
		st = __seamcall_saved(TDH_PHYMEM_PAGE_RDMD, &regs);
		/* a module that is not up has no pages */
		if (tdx_code(st) == TDX_ST_SYS_NOT_READY)
			return false;
		if (st.raw || regs.rcx)
			return true;
	}
	return false;
}

static int test_release(struct inode *inode, struct file *file)
{
	struct test_file *f = file->private_data;
	struct test_pages *p, *next;
	unsigned int leaked = 0;

	list_for_each_entry_safe(p, next, &f->pages, list) {
		if (module_owns(p))
			leaked++;
		else
			__free_pages(p->page, p->order);
		kfree(p);
		cond_resched();
	}
	if (leaked)
		pr_err("seamcall_raw: leaked %u allocations that the TDX module still owns\n",
		       leaked);
	kfree(f);
	return 0;
}

/* VP.ENTER leaves nothing of the host's in vector registers, but a guest's. */
static void enter(struct seamcall_raw_call *c, struct tdx_regs *r)
{
	bool vectors = !(c->regs[0] & 0xffff);

	if (vectors) {
		kernel_fpu_begin();
		asm volatile("movq %0, %%xmm5; movq %1, %%xmm6"
			     : : "r"(c->xmm5), "r"(c->xmm6));
	}
	c->regs[0] = __seamcall_saved(c->regs[0], r).raw;
	if (vectors) {
		asm volatile("movq %%xmm5, %0; movq %%xmm6, %1"
			     : "=r"(c->xmm5), "=r"(c->xmm6));
		kernel_fpu_end();
	}
}

static int call_on_this_cpu(void *arg)
{
	struct seamcall_raw_call *c = arg;
	u64 *g = c->regs;
	struct tdx_regs r = {
		.rcx = g[1], .rdx = g[2], .rbx = g[3], .rbp = g[5],
		.rsi = g[6], .rdi = g[7], .r8 = g[8], .r9 = g[9],
		.r10 = g[10], .r11 = g[11], .r12 = g[12], .r13 = g[13],
		.r14 = g[14], .r15 = g[15],
	};

	enter(c, &r);
	g[1] = r.rcx;
	g[2] = r.rdx;
	g[3] = r.rbx;
	g[5] = r.rbp;
	g[6] = r.rsi;
	g[7] = r.rdi;
	g[8] = r.r8;
	g[9] = r.r9;
	g[10] = r.r10;
	g[11] = r.r11;
	g[12] = r.r12;
	g[13] = r.r13;
	g[14] = r.r14;
	g[15] = r.r15;
	return 0;
}

static long test_call(struct seamcall_raw_call __user *arg)
{
	struct seamcall_raw_call *c;
	long ret;

	c = memdup_user(arg, sizeof(*c));
	if (IS_ERR(c))
		return PTR_ERR(c);
	ret = -EINVAL;
	/* a caller that is there already need not wait for a worker */
	if (get_cpu() == c->cpu)
		ret = call_on_this_cpu(c);
	put_cpu();
	if (ret && c->cpu < nr_cpu_ids && cpu_online(c->cpu))
		ret = smp_call_on_cpu(c->cpu, call_on_this_cpu, c, false);
	if (!ret && copy_to_user(arg, c, sizeof(*c)))
		ret = -EFAULT;
	kfree(c);
	return ret;
}

static long test_alloc(struct test_file *f,
		       struct seamcall_raw_alloc __user *arg)
{
	struct seamcall_raw_alloc a;
	struct test_pages *p;

	if (copy_from_user(&a, arg, sizeof(a)))
		return -EFAULT;
	if (a.order > 10)
		return -EINVAL;
	p = kzalloc(sizeof(*p), GFP_KERNEL);
	if (!p)
		return -ENOMEM;
	p->order = a.order;
	p->page = alloc_pages(GFP_KERNEL | __GFP_ZERO | __GFP_NOWARN, a.order);
	if (!p->page) {
		kfree(p);
		return -ENOMEM;
	}
	mutex_lock(&f->lock);
	list_add(&p->list, &f->pages);
	mutex_unlock(&f->lock);
	a.hpa = page_to_phys(p->page);
	return copy_to_user(arg, &a, sizeof(a)) ? -EFAULT : 0;
}

static long test_time(struct seamcall_raw_time __user *arg)
{
	struct seamcall_raw_time t;
	u64 i, start;

	if (copy_from_user(&t, arg, sizeof(t)))
		return -EFAULT;
	if (!t.calls || t.calls > 100000)
		return -EINVAL;
	start = ktime_get_ns();
	for (i = 0; i < t.calls; i++)
		t.status = __seamcall(t.rax, 0, 0, t.rcx, 0, 0).raw;
	t.ns = ktime_get_ns() - start;
	return copy_to_user(arg, &t, sizeof(t)) ? -EFAULT : 0;
}

static long test_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	switch (cmd) {
	case SEAMCALL_RAW_CALL:
		return test_call((void __user *)arg);
	case SEAMCALL_RAW_ALLOC:
		return test_alloc(file->private_data, (void __user *)arg);
	case SEAMCALL_RAW_TIME:
		return test_time((void __user *)arg);
	}
	return -ENOTTY;
}

/* Of the file's own pages alone. */
static int test_mmap(struct file *file, struct vm_area_struct *vma)
{
	unsigned long size = vma->vm_end - vma->vm_start, start, end;
	struct test_file *f = file->private_data;
	struct test_pages *p;
	int ret = -EINVAL;

	mutex_lock(&f->lock);
	list_for_each_entry(p, &f->pages, list) {
		start = page_to_pfn(p->page);
		end = start + (1UL << p->order);
		if (vma->vm_pgoff >= start && vma->vm_pgoff < end &&
		    size >> PAGE_SHIFT <= end - vma->vm_pgoff)
			ret = remap_pfn_range(vma, vma->vm_start,
					      vma->vm_pgoff, size,
					      vma->vm_page_prot);
	}
	mutex_unlock(&f->lock);
	return ret;
}

static const struct file_operations test_fops = {
	.owner = THIS_MODULE,
	.open = test_open,
	.release = test_release,
	.unlocked_ioctl = test_ioctl,
	.mmap = test_mmap,
};

static struct miscdevice test_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "seamcall-test",
	.fops = &test_fops,
	.mode = 0600,
};

module_misc_device(test_device);

MODULE_DESCRIPTION("SEAMCALLs for test programs");
MODULE_LICENSE("GPL");
