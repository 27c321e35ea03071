// SPDX-License-Identifier: GPL-2.0-only
/* The vCPU file: its life and its ioctls. */
#include <linux/anon_inodes.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <asm/irq_vectors.h>

#include "mem.h"
#include "vcpu.h"

#define APIC_BASE_X2APIC	(0xfee00000ULL | BIT_ULL(11) | BIT_ULL(10))
#define APIC_BASE_BSP		BIT_ULL(8)

/*
 * Make the vCPU look at what changed: out of the TD, or out of its sleep. Any
 * context. Not the notification vector: that one would not end VP.ENTER.
 */
void vcpu_kick(struct td_vcpu *vcpu)
{
	int cpu;

	smp_mb(); /* what changed is visible before in_guest is read */
	wake_up(&vcpu->wq);
	if (!READ_ONCE(vcpu->in_guest))
		return;
	cpu = READ_ONCE(vcpu->cpu);
	if (cpu >= 0 && cpu_online(cpu))
		compat_send_ipi(cpu, RESCHEDULE_VECTOR);
}

void vcpu_request(struct td_vcpu *vcpu, int req)
{
	set_bit(req, &vcpu->requests);
	vcpu_kick(vcpu);
}

static vm_fault_t vcpu_mmap_fault(struct vm_fault *vmf)
{
	struct td_vcpu *vcpu = vmf->vma->vm_file->private_data;
	struct page *page;

	if (vmf->pgoff == 0)
		page = vcpu->run_page;
	else if (vmf->pgoff == KVM_PIO_PAGE_OFFSET)
		page = vcpu->pio_page;
	else
		return VM_FAULT_SIGBUS;
	get_page(page);
	vmf->page = page;
	return 0;
}

static const struct vm_operations_struct vcpu_vm_ops = {
	.fault = vcpu_mmap_fault,
};

static int vcpu_mmap(struct file *file, struct vm_area_struct *vma)
{
	vma->vm_ops = &vcpu_vm_ops;
	return 0;
}

static long vcpu_get_mp_state(struct td_vcpu *vcpu, void __user *argp)
{
	struct kvm_mp_state mp = { .mp_state = vcpu->mp_state };

	return copy_to_user(argp, &mp, sizeof(mp)) ? -EFAULT : 0;
}

static long vcpu_set_mp_state(struct td_vcpu *vcpu, void __user *argp)
{
	struct kvm_mp_state mp;

	if (copy_from_user(&mp, argp, sizeof(mp)))
		return -EFAULT;
	/* vCPUs of a TD all run from the start: nothing else can be asked */
	if (mp.mp_state != KVM_MP_STATE_RUNNABLE)
		return -EINVAL;
	vcpu->mp_state = mp.mp_state;
	return 0;
}

static long vcpu_ioctl_locked(struct td_vcpu *vcpu, unsigned int cmd,
			      unsigned long arg)
{
	void __user *argp = (void __user *)arg;

	switch (cmd) {
	case KVM_RUN:
		return arg ? -EINVAL : vcpu_run(vcpu);
	case KVM_MEMORY_ENCRYPT_OP:
		return vcpu_tdx_cmd(vcpu, argp);
	case KVM_SET_CPUID2:
		return cpuid_set(vcpu, argp);
	case KVM_GET_CPUID2:
		return cpuid_get(vcpu, argp);
	case KVM_PRE_FAULT_MEMORY:
		return private_prefault(vcpu, argp);
	case KVM_GET_MSRS:
	case KVM_SET_MSRS:
		return msr_ioctl(vcpu, cmd, argp);
	case KVM_GET_MP_STATE:
		return vcpu_get_mp_state(vcpu, argp);
	case KVM_SET_MP_STATE:
		return vcpu_set_mp_state(vcpu, argp);
	case KVM_GET_TSC_KHZ:
		return vcpu->vm->tsc_khz;
	case KVM_X86_SETUP_MCE:
	case KVM_SET_VAPIC_ADDR:
	case KVM_TPR_ACCESS_REPORTING:
		/* nothing of it exists in a TD; VMMs need a success */
		return 0;
	case KVM_GET_REGS:
	case KVM_SET_REGS:
	case KVM_GET_SREGS:
	case KVM_SET_SREGS:
	case KVM_GET_SREGS2:
	case KVM_SET_SREGS2:
	case KVM_GET_FPU:
	case KVM_SET_FPU:
	case KVM_GET_XSAVE:
	case KVM_SET_XSAVE:
	case KVM_GET_XSAVE2:
	case KVM_GET_XCRS:
	case KVM_SET_XCRS:
	case KVM_GET_DEBUGREGS:
	case KVM_SET_DEBUGREGS:
	case KVM_GET_LAPIC:
	case KVM_SET_LAPIC:
	case KVM_GET_VCPU_EVENTS:
	case KVM_SET_VCPU_EVENTS:
	case KVM_SET_TSC_KHZ:
	case KVM_TRANSLATE:
	case KVM_SET_GUEST_DEBUG:
		/* a TD's registers are its own */
		return -EINVAL;
	default:
		return -ENOTTY;
	}
}

static long vcpu_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct td_vcpu *vcpu = file->private_data;
	long ret;

	if (vcpu->vm->mm != current->mm)
		return -EIO;
	if (_IOC_TYPE(cmd) != KVMIO)
		return -ENOTTY;
	/* from any thread, while this vCPU is in KVM_RUN too */
	if (cmd == KVM_NMI) {
		irq_nmi(vcpu);
		return 0;
	}
	if (mutex_lock_killable(&vcpu->mutex))
		return -EINTR;
	ret = vcpu_ioctl_locked(vcpu, cmd, arg);
	mutex_unlock(&vcpu->mutex);
	return ret;
}

static int vcpu_release(struct inode *inode, struct file *file)
{
	struct td_vcpu *vcpu = file->private_data;

	vm_runner_put(vcpu->vm);
	return 0;
}

static const struct file_operations vcpu_fops = {
	.owner		= THIS_MODULE,
	.unlocked_ioctl	= vcpu_ioctl,
	.compat_ioctl	= compat_ptr_ioctl,
	.mmap		= vcpu_mmap,
	.release	= vcpu_release,
	.llseek		= noop_llseek,
};

static void vcpu_free(struct td_vcpu *vcpu)
{
	if (!vcpu)
		return;
	lapic_destroy(vcpu);
	if (vcpu->run_page)
		__free_page(vcpu->run_page);
	if (vcpu->pio_page)
		__free_page(vcpu->pio_page);
	kvfree(vcpu->cpuid);
	kfree(vcpu);
}

static struct td_vcpu *vcpu_alloc(struct td_vm *vm, u32 id)
{
	struct td_vcpu *vcpu = kzalloc(sizeof(*vcpu), TD_GFP);

	if (!vcpu)
		return NULL;
	vcpu->vm = vm;
	vcpu->id = id;
	vcpu->cpu = -1;
	vcpu->mp_state = KVM_MP_STATE_RUNNABLE;
	vcpu->msr_pat = 0x0007040600070406ULL;
	mutex_init(&vcpu->mutex);
	INIT_LIST_HEAD(&vcpu->here);
	init_waitqueue_head(&vcpu->wq);
	lapic_init(vcpu);

	vcpu->run_page = alloc_page(TD_GFP | __GFP_ZERO);
	vcpu->pio_page = alloc_page(TD_GFP | __GFP_ZERO);
	if (!vcpu->run_page || !vcpu->pio_page) {
		vcpu_free(vcpu);
		return NULL;
	}
	vcpu->run = page_address(vcpu->run_page);
	vcpu->run->apic_base = APIC_BASE_X2APIC |
			       (id ? 0 : APIC_BASE_BSP);
	return vcpu;
}

static int vcpu_add(struct td_vm *vm, u32 id)
{
	struct td_vcpu *vcpu;
	unsigned int i;
	int fd;

	for (i = 0; i < vm->nr_vcpus; i++)
		if (vm->vcpus[i]->id == id)
			return -EEXIST;
	if (vm->nr_vcpus >= vm->max_vcpus)
		return -EINVAL;

	vcpu = vcpu_alloc(vm, id);
	if (!vcpu)
		return -ENOMEM;
	vcpu->index = vm->nr_vcpus;
	vm_get(vm);
	atomic_inc(&vm->runners);
	WRITE_ONCE(vm->vcpus[vcpu->index], vcpu);
	fd = anon_inode_getfd("kvm-vcpu", &vcpu_fops, vcpu,
			      O_RDWR | O_CLOEXEC);
	if (fd < 0) {
		WRITE_ONCE(vm->vcpus[vcpu->index], NULL);
		vcpu_free(vcpu);
		/* the VM's own file is open: neither count ends here */
		atomic_dec(&vm->runners);
		vm_put(vm);
		return fd;
	}
	/* pairs with irq_deliver(), which takes no lock */
	smp_store_release(&vm->nr_vcpus, vm->nr_vcpus + 1);
	WRITE_ONCE(vm->entry.vcpus, vm->nr_vcpus);
	return fd;
}

long vcpu_create(struct td_vm *vm, unsigned long id)
{
	long ret;

	if (id >= TD_MAX_VCPU_IDS)
		return -EINVAL;

	mutex_lock(&vm->lock);
	if (vm->max_vcpu_ids && id >= vm->max_vcpu_ids)
		ret = -EINVAL;
	else if (vm->state == TD_NEW || !vm_alive(vm))
		ret = -EIO;
	else if (!vm->split_irqchip)
		ret = -EINVAL;
	else
		ret = vcpu_add(vm, id);
	mutex_unlock(&vm->lock);
	return ret;
}

/* The TD is gone, and all files with it. */
void vcpu_destroy_all(struct td_vm *vm)
{
	unsigned int i;

	for (i = 0; i < vm->nr_vcpus; i++)
		vcpu_free(vm->vcpus[i]);
}
