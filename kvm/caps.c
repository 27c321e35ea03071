// SPDX-License-Identifier: GPL-2.0-only
/* KVM_CHECK_EXTENSION and KVM_ENABLE_CAP. */
#include <linux/cpumask.h>
#include <linux/uaccess.h>
#include <uapi/linux/kvm_para.h>

#include "vm.h"

#define HC_MASK		BIT_ULL(KVM_HC_MAP_GPA_RANGE)

/* What one TD can have: not bound to the CPUs of this machine. */
unsigned int cap_max_vcpus(void)
{
	u16 module = seamhost_sysinfo()->max_vcpus_per_td;

	return module ? min_t(unsigned int, TD_MAX_VCPUS, module) :
			TD_MAX_VCPUS;
}

long cap_check(const struct td_vm *vm, unsigned long cap)
{
	switch (cap) {
	/* there, and true of every TD */
	case KVM_CAP_USER_MEMORY:
	case KVM_CAP_USER_MEMORY2:
	case KVM_CAP_DESTROY_MEMORY_REGION_WORKS:
	case KVM_CAP_JOIN_MEMORY_REGIONS_WORKS:
	case KVM_CAP_INTERNAL_ERROR_DATA:
	case KVM_CAP_IOEVENTFD:
	case KVM_CAP_IOEVENTFD_ANY_LENGTH:
	case KVM_CAP_IRQFD:
	case KVM_CAP_SIGNAL_MSI:
	case KVM_CAP_SET_TSS_ADDR:
	case KVM_CAP_SET_IDENTITY_MAP_ADDR:
	case KVM_CAP_EXT_CPUID:
	case KVM_CAP_MP_STATE:
	case KVM_CAP_IRQCHIP:
	case KVM_CAP_SPLIT_IRQCHIP:
	case KVM_CAP_SYNC_MMU:
	case KVM_CAP_ADJUST_CLOCK:
	case KVM_CAP_IMMEDIATE_EXIT:
	case KVM_CAP_CHECK_EXTENSION_VM:
	case KVM_CAP_ENABLE_CAP_VM:
	case KVM_CAP_GUEST_MEMFD:
	case KVM_CAP_MEMORY_FAULT_INFO:
	case KVM_CAP_PRE_FAULT_MEMORY:
	case KVM_CAP_SYSTEM_EVENT_DATA:
	case KVM_CAP_GET_TSC_KHZ:
	case KVM_CAP_VM_TSC_CONTROL:
	case KVM_CAP_USER_NMI:
	/* state that no VMM can read or set on a TD: asked for all the same */
	case KVM_CAP_DEBUGREGS:
	case KVM_CAP_XSAVE:
	case KVM_CAP_VCPU_EVENTS:
	case KVM_CAP_X86_ROBUST_SINGLESTEP:
		return 1;
	case KVM_CAP_X86_APIC_BUS_CYCLES_NS:
		return 40;
	case KVM_CAP_IRQ_ROUTING:
		return TD_MAX_GSI;
	case KVM_CAP_MCE:
		return 32;
	case KVM_CAP_NR_MEMSLOTS:
		return TD_MAX_SLOTS;
	case KVM_CAP_NR_VCPUS:
		return min_t(unsigned int, num_online_cpus(), cap_max_vcpus());
	case KVM_CAP_MAX_VCPUS:
		return vm ? READ_ONCE(vm->max_vcpus) : cap_max_vcpus();
	case KVM_CAP_MAX_VCPU_ID:
		return TD_MAX_VCPU_IDS;
	case KVM_CAP_VM_TYPES:
		return BIT(KVM_X86_TDX_VM);
	case KVM_CAP_MEMORY_ATTRIBUTES:
		return KVM_MEMORY_ATTRIBUTE_PRIVATE;
	case KVM_CAP_EXIT_HYPERCALL:
		return HC_MASK;
	default:
		return 0;
	}
}

static long enable_split_irqchip(struct td_vm *vm, u64 pins)
{
	if (pins > TD_MAX_GSI)
		return -EINVAL;
	if (vm->split_irqchip || vm->nr_vcpus)
		return -EEXIST;
	vm->split_irqchip = true;
	return 0;
}

static long enable_hypercall_exit(struct td_vm *vm, u64 mask)
{
	if (mask & ~HC_MASK)
		return -EINVAL;
	WRITE_ONCE(vm->exit_map_gpa, mask & HC_MASK);
	return 0;
}

static long enable_max_vcpus(struct td_vm *vm, u64 n)
{
	if (!n || n > cap_max_vcpus())
		return -EINVAL;
	/* TD_PARAMS carry it */
	if (vm->state != TD_NEW || vm->nr_vcpus)
		return -EINVAL;
	WRITE_ONCE(vm->max_vcpus, n);
	return 0;
}

/* Once: vCPUs may be there that a smaller number would forbid. */
static long enable_max_vcpu_ids(struct td_vm *vm, u64 n)
{
	if (n > TD_MAX_VCPU_IDS)
		return -EINVAL;
	if (vm->max_vcpu_ids && vm->max_vcpu_ids != n)
		return -EINVAL;
	vm->max_vcpu_ids = n;
	return 0;
}

static long enable_bus_cycles(struct td_vm *vm, u64 ns)
{
	if (!ns || ns > 1000000)
		return -EINVAL;
	if (!vm->split_irqchip)
		return -ENXIO;
	if (vm->nr_vcpus)
		return -EINVAL;
	vm->bus_cycle_ns = ns;
	return 0;
}

long vm_enable_cap(struct td_vm *vm, void __user *argp)
{
	struct kvm_enable_cap cap;
	long ret;

	if (copy_from_user(&cap, argp, sizeof(cap)))
		return -EFAULT;
	if (cap.flags)
		return -EINVAL;

	mutex_lock(&vm->lock);
	switch (cap.cap) {
	case KVM_CAP_SPLIT_IRQCHIP:
		ret = enable_split_irqchip(vm, cap.args[0]);
		break;
	case KVM_CAP_EXIT_HYPERCALL:
		ret = enable_hypercall_exit(vm, cap.args[0]);
		break;
	case KVM_CAP_MAX_VCPUS:
		ret = enable_max_vcpus(vm, cap.args[0]);
		break;
	case KVM_CAP_MAX_VCPU_ID:
		ret = enable_max_vcpu_ids(vm, cap.args[0]);
		break;
	case KVM_CAP_X86_APIC_BUS_CYCLES_NS:
		ret = enable_bus_cycles(vm, cap.args[0]);
		break;
	default:
		ret = -EINVAL;
	}
	mutex_unlock(&vm->lock);
	return ret;
}
