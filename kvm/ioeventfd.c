// SPDX-License-Identifier: GPL-2.0-only
/* ioeventfds: writes of the guest that signal an eventfd and need no exit. */
#include <linux/eventfd.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <seamhost/compat.h>

#include "vm.h"

#define FLAGS	(KVM_IOEVENTFD_FLAG_DATAMATCH | KVM_IOEVENTFD_FLAG_PIO | \
		 KVM_IOEVENTFD_FLAG_DEASSIGN)

struct ioeventfd {
	struct list_head link;
	struct eventfd_ctx *ctx;
	u64 addr;
	u32 len;			/* 0: any */
	bool pio;
	bool match;
	u64 data;
};

static bool same(const struct ioeventfd *a, const struct ioeventfd *b)
{
	return a->addr == b->addr && a->len == b->len && a->pio == b->pio &&
	       a->match == b->match && (!a->match || a->data == b->data);
}

/* Would both answer to one write? */
static bool collide(const struct ioeventfd *a, const struct ioeventfd *b)
{
	return a->addr == b->addr && a->pio == b->pio &&
	       (!a->len || !b->len || a->len == b->len) &&
	       (!a->match || !b->match || a->data == b->data);
}

bool ioeventfd_write(struct td_vm *vm, bool pio, u64 addr, unsigned int len,
		     u64 data)
{
	u64 mask = len == 8 ? ~0ULL : BIT_ULL(len * 8) - 1;
	struct ioeventfd *e;
	bool hit = false;

	/* one that comes now may miss this write as if it came after */
	if (list_empty(&vm->ioeventfds))
		return false;
	down_read(&vm->iobus_lock);
	list_for_each_entry(e, &vm->ioeventfds, link) {
		if (e->pio != pio || e->addr != addr ||
		    (e->len && e->len != len))
			continue;
		if (e->match && e->data != (data & mask))
			continue;
		compat_eventfd_signal(e->ctx);
		hit = true;
		break;
	}
	up_read(&vm->iobus_lock);
	return hit;
}

static int check(const struct kvm_ioeventfd *args)
{
	if (args->flags & ~FLAGS)
		return -EINVAL;
	switch (args->len) {
	case 0:
		if (args->flags & KVM_IOEVENTFD_FLAG_DATAMATCH)
			return -EINVAL;
		break;
	case 1:
	case 2:
	case 4:
	case 8:
		break;
	default:
		return -EINVAL;
	}
	return args->addr + args->len < args->addr ? -EINVAL : 0;
}

static int assign(struct td_vm *vm, const struct ioeventfd *init)
{
	struct ioeventfd *e, *i;
	int ret = -EEXIST;

	e = kmemdup(init, sizeof(*e), TD_GFP);
	if (!e)
		return -ENOMEM;
	down_write(&vm->iobus_lock);
	list_for_each_entry(i, &vm->ioeventfds, link)
		if (collide(i, e))
			goto out;
	list_add_tail(&e->link, &vm->ioeventfds);
	e = NULL;
	ret = 0;
out:
	up_write(&vm->iobus_lock);
	kfree(e);
	return ret;
}

static int deassign(struct td_vm *vm, const struct ioeventfd *which)
{
	struct ioeventfd *e;
	int ret = -ENOENT;

	down_write(&vm->iobus_lock);
	list_for_each_entry(e, &vm->ioeventfds, link) {
		if (e->ctx != which->ctx || !same(e, which))
			continue;
		list_del(&e->link);
		eventfd_ctx_put(e->ctx);
		kfree(e);
		ret = 0;
		break;
	}
	up_write(&vm->iobus_lock);
	return ret;
}

long vm_ioeventfd(struct td_vm *vm, void __user *argp)
{
	struct kvm_ioeventfd args;
	struct ioeventfd e;
	int ret;

	if (copy_from_user(&args, argp, sizeof(args)))
		return -EFAULT;
	ret = check(&args);
	if (ret)
		return ret;

	e = (struct ioeventfd) {
		.addr	= args.addr,
		.len	= args.len,
		.pio	= args.flags & KVM_IOEVENTFD_FLAG_PIO,
		.match	= args.flags & KVM_IOEVENTFD_FLAG_DATAMATCH,
		.data	= args.datamatch,
	};
	e.ctx = eventfd_ctx_fdget(args.fd);
	if (IS_ERR(e.ctx))
		return PTR_ERR(e.ctx);

	if (args.flags & KVM_IOEVENTFD_FLAG_DEASSIGN) {
		ret = deassign(vm, &e);
		eventfd_ctx_put(e.ctx);
		return ret;
	}
	ret = assign(vm, &e);
	if (ret)
		eventfd_ctx_put(e.ctx);
	return ret;
}

void vm_ioeventfd_release_all(struct td_vm *vm)
{
	struct ioeventfd *e, *next;

	list_for_each_entry_safe(e, next, &vm->ioeventfds, link) {
		list_del(&e->link);
		eventfd_ctx_put(e->ctx);
		kfree(e);
	}
}
