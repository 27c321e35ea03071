// SPDX-License-Identifier: GPL-2.0-only
/* The VM file: its life, its ioctls, and reaching all vCPUs at once. */
#include <linux/anon_inodes.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/uaccess.h>
#include <asm/tsc.h>

#include "mem.h"
#include "vcpu.h"

static void vm_init(struct td_vm *vm)
{
	unsigned int i;

	kref_init(&vm->kref);
	atomic_set(&vm->runners, 1);
	mutex_init(&vm->lock);
	vm->hkid = TD_NO_HKID;
	vm->max_vcpus = cap_max_vcpus();
	vm->bus_cycle_ns = 1;
	vm->tsc_khz = tsc_khz;
	INIT_LIST_HEAD(&vm->entry.list);

	mutex_init(&vm->mem_lock);
	INIT_LIST_HEAD(&vm->slots);
	INIT_LIST_HEAD(&vm->memfds);
	sept_promote_init(vm);
	/* faults read it without a lock */
	mt_init_flags(&vm->attrs, MT_FLAGS_USE_RCU);
	xa_init(&vm->sept_2m);
	for (i = 0; i < ARRAY_SIZE(vm->sept_pages); i++)
		xa_init(&vm->sept_pages[i]);
	init_waitqueue_head(&vm->hold_wq);
	init_completion(&vm->ended);
	spin_lock_init(&vm->shared_lock);
}

static void vm_free(struct kref *kref)
{
	struct td_vm *vm = container_of(kref, struct td_vm, kref);
	struct memfd *m, *next;

	td_teardown(vm);
	notifier_unregister(vm);
	vm_ioeventfd_release_all(vm);
	vm_irq_destroy(vm);
	vcpu_destroy_all(vm);
	slots_free(vm);
	list_for_each_entry_safe(m, next, &vm->memfds, link) {
		list_del(&m->link);
		memfd_put(m);
	}
	mtree_destroy(&vm->attrs);
	shared_destroy(vm);
	kfree(vm);
	module_put(THIS_MODULE);
}

void vm_get(struct td_vm *vm)
{
	kref_get(&vm->kref);
}

void vm_put(struct td_vm *vm)
{
	kref_put(&vm->kref, vm_free);
}

/* One file less that could run the TD: with the last it ends. */
void vm_runner_put(struct td_vm *vm)
{
	if (atomic_dec_and_test(&vm->runners))
		td_teardown(vm);
	vm_put(vm);
}

static void kicked(void *unused)
{
	/* the interrupt itself made the vCPU leave the TD */
}

/*
 * Have every vCPU that is in the TD leave it; on return each has been outside
 * at least once. Preemption on or off, interrupts on.
 */
void vm_kick(struct td_vm *vm)
{
	unsigned int i, n = READ_ONCE(vm->nr_vcpus);
	int this = get_cpu();

	/* pairs with the barrier in may_enter(): see it or be seen */
	smp_mb();
	for (i = 0; i < n; i++) {
		struct td_vcpu *vcpu = READ_ONCE(vm->vcpus[i]);
		int cpu;

		if (!vcpu || !READ_ONCE(vcpu->in_guest))
			continue;
		cpu = READ_ONCE(vcpu->cpu);
		if (cpu >= 0 && cpu != this)
			smp_call_function_single(cpu, kicked, NULL, 1);
	}
	put_cpu();
}

/* The TD cannot run on: its vCPUs are told, also those that sleep. Any context. */
void vm_break(struct td_vm *vm)
{
	unsigned int i, n = READ_ONCE(vm->nr_vcpus);

	if (READ_ONCE(vm->broken))
		return;
	WRITE_ONCE(vm->broken, true);
	for (i = 0; i < n; i++)
		vcpu_kick(vm->vcpus[i]);
}

/* As vm_kick(), and nobody enters again with old shared translations. */
void vm_kick_flush(struct td_vm *vm)
{
	unsigned int i, n = READ_ONCE(vm->nr_vcpus);

	for (i = 0; i < n; i++) {
		struct td_vcpu *vcpu = READ_ONCE(vm->vcpus[i]);

		if (vcpu)
			set_bit(VCPU_REQ_FLUSH_SHARED, &vcpu->requests);
	}
	vm_kick(vm);
}

/* Keep vCPUs out until vm_release_hold(). */
void vm_hold(struct td_vm *vm)
{
	atomic_inc(&vm->hold);
	vm_kick(vm);
}

void vm_release_hold(struct td_vm *vm)
{
	if (atomic_dec_and_test(&vm->hold))
		wake_up_all(&vm->hold_wq);
}

static long vm_set_tsc_khz(struct td_vm *vm, unsigned long khz)
{
	long ret = -EINVAL;

	if (!khz)
		khz = tsc_khz;
	mutex_lock(&vm->lock);
	if (vm->state == TD_NEW && !vm->nr_vcpus &&
	    khz >= 100000 && khz <= 10000000) {
		vm->tsc_khz = khz;
		ret = 0;
	}
	mutex_unlock(&vm->lock);
	return ret;
}

static long vm_get_clock(void __user *argp)
{
	struct kvm_clock_data data = { .clock = ktime_get_boottime_ns() };

	return copy_to_user(argp, &data, sizeof(data)) ? -EFAULT : 0;
}

static long vm_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct td_vm *vm = file->private_data;
	void __user *argp = (void __user *)arg;

	/* the other half of the TD's memory is this address space */
	if (vm->mm != current->mm)
		return -EIO;

	switch (cmd) {
	case KVM_CHECK_EXTENSION:
		return cap_check(vm, arg);
	case KVM_ENABLE_CAP:
		return vm_enable_cap(vm, argp);
	case KVM_MEMORY_ENCRYPT_OP:
		return vm_tdx_cmd(vm, argp);
	case KVM_CREATE_VCPU:
		return vcpu_create(vm, arg);
	case KVM_CREATE_GUEST_MEMFD:
		return memfd_create_ioctl(vm, argp);
	case KVM_SET_USER_MEMORY_REGION:
		return slot_set(vm, argp, false);
	case KVM_SET_USER_MEMORY_REGION2:
		return slot_set(vm, argp, true);
	case KVM_SET_MEMORY_ATTRIBUTES:
		return attr_set(vm, argp);
	case KVM_SET_TSC_KHZ:
		return vm_set_tsc_khz(vm, arg);
	case KVM_GET_TSC_KHZ:
		return vm->tsc_khz;
	case KVM_GET_CLOCK:
		return vm_get_clock(argp);
	case KVM_SET_CLOCK:
	case KVM_SET_TSS_ADDR:
	case KVM_SET_IDENTITY_MAP_ADDR:
		/* no meaning for a TD; VMMs set them for every VM */
		return 0;
	case KVM_IOEVENTFD:
		return vm_ioeventfd(vm, argp);
	case KVM_IRQFD:
		return vm_irqfd(vm, argp);
	case KVM_SIGNAL_MSI:
	case KVM_SET_GSI_ROUTING:
	case KVM_IRQ_LINE:
		return vm_irq_ioctl(vm, cmd, argp);
	default:
		return -ENOTTY;
	}
}

static int vm_release(struct inode *inode, struct file *file)
{
	struct td_vm *vm = file->private_data;

	/* named after this file's number, which the next VM may get */
	vm_debugfs_remove(vm);
	vm_irqfd_release_all(vm);
	vm_runner_put(vm);
	return 0;
}

static const struct file_operations vm_fops = {
	.owner		= THIS_MODULE,
	.unlocked_ioctl	= vm_ioctl,
	.compat_ioctl	= compat_ptr_ioctl,
	.release	= vm_release,
	.llseek		= noop_llseek,
};

int vm_create(unsigned long type)
{
	struct td_vm *vm;
	struct file *file;
	int ret, fd;

	if (type != KVM_X86_TDX_VM)
		return -EINVAL;

	vm = kzalloc(sizeof(*vm), TD_GFP);
	if (!vm)
		return -ENOMEM;
	__module_get(THIS_MODULE);
	vm_init(vm);
	ret = vm_irq_init(vm);
	if (ret)
		goto out;
	ret = notifier_register(vm);
	if (ret)
		goto out;

	fd = get_unused_fd_flags(O_CLOEXEC);
	if (fd < 0) {
		ret = fd;
		goto out;
	}
	file = anon_inode_getfile("kvm-vm", &vm_fops, vm, O_RDWR);
	if (IS_ERR(file)) {
		put_unused_fd(fd);
		ret = PTR_ERR(file);
		goto out;
	}
	vm_debugfs_add(vm, fd);
	/* from here on another thread may close it */
	fd_install(fd, file);
	return fd;
out:
	vm_put(vm);
	return ret;
}
