// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's half of a split irqchip: GSIs are routed to MSIs. The table is
 * replaced as a whole, while interrupts are raised.
 */
#include <linux/bitmap.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "irqchip.h"
#include "vcpu.h"

int vm_irq_init(struct td_vm *vm)
{
	mutex_init(&vm->irq_lock);
	INIT_LIST_HEAD(&vm->irqfds);
	INIT_LIST_HEAD(&vm->ioeventfds);
	spin_lock_init(&vm->irqfd_lock);
	init_rwsem(&vm->iobus_lock);
	return 0;
}

void vm_irq_destroy(struct td_vm *vm)
{
	kvfree(rcu_dereference_protected(vm->irqs, 1));
}

int irq_raise_gsi(struct td_vm *vm, u32 gsi)
{
	struct irq_table *table;
	struct irq_route route = {};

	rcu_read_lock();
	table = rcu_dereference(vm->irqs);
	if (table && gsi < table->nr)
		route = table->route[gsi];
	rcu_read_unlock();
	return irq_msi(vm, route.address, route.data);
}

/* @used: GSIs that have a route; each has one */
static int route_add(struct irq_table *table, unsigned long *used,
		     const struct kvm_irq_routing_entry *e)
{
	/* entries of user-space irqchips have no route of their own here */
	if (e->type != KVM_IRQ_ROUTING_MSI)
		return -EINVAL;
	if (e->flags & ~KVM_MSI_VALID_DEVID)
		return -EINVAL;
	if (test_and_set_bit(e->gsi, used))
		return -EINVAL;
	table->route[e->gsi].address = (u64)e->u.msi.address_hi << 32 |
				       e->u.msi.address_lo;
	table->route[e->gsi].data = e->u.msi.data;
	return 0;
}

static struct irq_table *table_build(const struct kvm_irq_routing_entry *e,
				     u32 n)
{
	DECLARE_BITMAP(used, TD_MAX_GSI) = {};
	struct irq_table *table;
	u32 i, nr = 0;
	int ret;

	for (i = 0; i < n; i++) {
		if (e[i].gsi >= TD_MAX_GSI)
			return ERR_PTR(-EINVAL);
		nr = max(nr, e[i].gsi + 1);
	}
	table = kvzalloc(struct_size(table, route, nr), TD_GFP);
	if (!table)
		return ERR_PTR(-ENOMEM);
	table->nr = nr;
	for (i = 0; i < n; i++) {
		ret = route_add(table, used, &e[i]);
		if (ret) {
			kvfree(table);
			return ERR_PTR(ret);
		}
	}
	return table;
}

static long set_routing(struct td_vm *vm, void __user *argp)
{
	struct kvm_irq_routing __user *user = argp;
	struct kvm_irq_routing_entry *entries;
	struct irq_table *table, *old;
	struct kvm_irq_routing head;

	if (copy_from_user(&head, user, sizeof(head)))
		return -EFAULT;
	if (head.nr > TD_MAX_GSI || head.flags)
		return -EINVAL;
	if (!vm->split_irqchip)
		return -EINVAL;
	entries = vmemdup_user(user->entries,
			       array_size(head.nr, sizeof(*entries)));
	if (IS_ERR(entries))
		return PTR_ERR(entries);
	table = table_build(entries, head.nr);
	kvfree(entries);
	if (IS_ERR(table))
		return PTR_ERR(table);

	mutex_lock(&vm->irq_lock);
	old = rcu_replace_pointer(vm->irqs, table,
				  lockdep_is_held(&vm->irq_lock));
	mutex_unlock(&vm->irq_lock);
	if (old) {
		synchronize_rcu();
		kvfree(old);
	}
	return 0;
}

static long signal_msi(struct td_vm *vm, void __user *argp)
{
	struct kvm_msi msi;

	if (copy_from_user(&msi, argp, sizeof(msi)))
		return -EFAULT;
	if (!vm->split_irqchip || msi.flags)
		return -EINVAL;
	return irq_msi(vm, (u64)msi.address_hi << 32 | msi.address_lo,
		       msi.data);
}

static long irq_line(struct td_vm *vm, void __user *argp)
{
	struct kvm_irq_level line;

	if (copy_from_user(&line, argp, sizeof(line)))
		return -EFAULT;
	if (!vm->split_irqchip)
		return -ENXIO;
	if (line.level)
		irq_raise_gsi(vm, line.irq);
	return 0;
}

long vm_irq_ioctl(struct td_vm *vm, unsigned int cmd, void __user *argp)
{
	switch (cmd) {
	case KVM_SET_GSI_ROUTING:
		return set_routing(vm, argp);
	case KVM_SIGNAL_MSI:
		return signal_msi(vm, argp);
	case KVM_IRQ_LINE:
		return irq_line(vm, argp);
	default:
		return -ENOTTY;
	}
}
