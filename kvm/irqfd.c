// SPDX-License-Identifier: GPL-2.0-only
/* irqfds: an eventfd that raises a GSI when it is signalled. */
#include <linux/eventfd.h>
#include <linux/file.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/workqueue.h>
#include <seamhost/compat.h>

#include "irqchip.h"
#include "vm.h"

struct irqfd {
	struct list_head link;		/* vm->irqfds, under irqfd_lock */
	struct td_vm *vm;
	struct eventfd_ctx *ctx;
	u32 gsi;
	bool active;			/* on the list */
	wait_queue_entry_t wait;
	poll_table pt;
	struct work_struct shutdown;
};

static struct workqueue_struct *irqfd_wq;

int irqfd_module_init(void)
{
	irqfd_wq = alloc_workqueue("kvm-tdx-irqfd", WQ_UNBOUND, 0);
	return irqfd_wq ? 0 : -ENOMEM;
}

void irqfd_module_exit(void)
{
	destroy_workqueue(irqfd_wq);
}

static void irqfd_free(struct irqfd *fd)
{
	u64 count;

	eventfd_ctx_remove_wait_queue(fd->ctx, &fd->wait, &count);
	eventfd_ctx_put(fd->ctx);
	kfree(fd);
}

static void irqfd_shutdown(struct work_struct *work)
{
	struct irqfd *fd = container_of(work, struct irqfd, shutdown);
	struct td_vm *vm = fd->vm;

	irqfd_free(fd);
	vm_put(vm);
}

/* Off the list and to a worker, once; irqfd_lock is held. */
static void irqfd_deactivate(struct irqfd *fd)
{
	if (!fd->active)
		return;
	fd->active = false;
	list_del(&fd->link);
	vm_get(fd->vm);
	queue_work(irqfd_wq, &fd->shutdown);
}

static int irqfd_wakeup(wait_queue_entry_t *wait, unsigned int mode, int sync,
			void *key)
{
	struct irqfd *fd = container_of(wait, struct irqfd, wait);
	__poll_t flags = key_to_poll(key);
	unsigned long irq;

	if (flags & EPOLLIN) {
		u64 count;

		/* consume the count: the waiter is the only reader */
		eventfd_ctx_do_read(fd->ctx, &count);
		irq_raise_gsi(fd->vm, fd->gsi);
	}
	if (flags & EPOLLHUP) {
		/* the last reference of user space went away */
		spin_lock_irqsave(&fd->vm->irqfd_lock, irq);
		irqfd_deactivate(fd);
		spin_unlock_irqrestore(&fd->vm->irqfd_lock, irq);
	}
	return 0;
}

static void irqfd_queue(struct file *file, wait_queue_head_t *head,
			poll_table *pt)
{
	struct irqfd *fd = container_of(pt, struct irqfd, pt);

	add_wait_queue_priority(head, &fd->wait);
}

static int irqfd_list_add(struct td_vm *vm, struct irqfd *fd)
{
	struct irqfd *other;
	int ret = 0;

	spin_lock_irq(&vm->irqfd_lock);
	list_for_each_entry(other, &vm->irqfds, link)
		if (other->ctx == fd->ctx)
			ret = -EBUSY;
	if (!ret) {
		list_add_tail(&fd->link, &vm->irqfds);
		fd->active = true;
	}
	spin_unlock_irq(&vm->irqfd_lock);
	return ret;
}

static int irqfd_assign(struct td_vm *vm, const struct kvm_irqfd *args)
{
	struct file *file;
	struct irqfd *fd;
	int ret;

	if (!vm->split_irqchip)
		return -EINVAL;
	fd = kzalloc(sizeof(*fd), TD_GFP);
	if (!fd)
		return -ENOMEM;
	fd->vm = vm;
	fd->gsi = args->gsi;
	INIT_WORK(&fd->shutdown, irqfd_shutdown);
	init_waitqueue_func_entry(&fd->wait, irqfd_wakeup);
	init_poll_funcptr(&fd->pt, irqfd_queue);

	file = eventfd_fget(args->fd);
	if (IS_ERR(file)) {
		ret = PTR_ERR(file);
		goto free;
	}
	fd->ctx = eventfd_ctx_fileget(file);
	if (IS_ERR(fd->ctx)) {
		ret = PTR_ERR(fd->ctx);
		goto put_file;
	}
	/* on the list it can be taken back, which wants it to wait already */
	mutex_lock(&vm->irq_lock);
	ret = irqfd_list_add(vm, fd);
	/* what was signalled before counts */
	if (!ret && vfs_poll(file, &fd->pt) & EPOLLIN)
		irq_raise_gsi(vm, fd->gsi);
	mutex_unlock(&vm->irq_lock);
	if (ret)
		goto put_ctx;
	fput(file);
	return 0;

put_ctx:
	eventfd_ctx_put(fd->ctx);
put_file:
	fput(file);
free:
	kfree(fd);
	return ret;
}

static int irqfd_deassign(struct td_vm *vm, const struct kvm_irqfd *args)
{
	struct eventfd_ctx *ctx = eventfd_ctx_fdget(args->fd);
	struct irqfd *fd, *next;

	if (IS_ERR(ctx))
		return PTR_ERR(ctx);
	mutex_lock(&vm->irq_lock);
	spin_lock_irq(&vm->irqfd_lock);
	list_for_each_entry_safe(fd, next, &vm->irqfds, link)
		if (fd->ctx == ctx && fd->gsi == args->gsi)
			irqfd_deactivate(fd);
	spin_unlock_irq(&vm->irqfd_lock);
	mutex_unlock(&vm->irq_lock);
	eventfd_ctx_put(ctx);
	/* no interrupt after this call */
	flush_workqueue(irqfd_wq);
	return 0;
}

long vm_irqfd(struct td_vm *vm, void __user *argp)
{
	struct kvm_irqfd args;

	if (copy_from_user(&args, argp, sizeof(args)))
		return -EFAULT;
	/* level interrupts end in the guest where the host cannot see it */
	if (args.flags & ~KVM_IRQFD_FLAG_DEASSIGN || args.gsi >= TD_MAX_GSI)
		return -EINVAL;
	if (args.flags & KVM_IRQFD_FLAG_DEASSIGN)
		return irqfd_deassign(vm, &args);
	return irqfd_assign(vm, &args);
}

/* The VM's file is closed: nobody can take them off the list any more. */
void vm_irqfd_release_all(struct td_vm *vm)
{
	struct irqfd *fd, *next;

	spin_lock_irq(&vm->irqfd_lock);
	list_for_each_entry_safe(fd, next, &vm->irqfds, link)
		irqfd_deactivate(fd);
	spin_unlock_irq(&vm->irqfd_lock);
}
