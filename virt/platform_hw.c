// SPDX-License-Identifier: GPL-2.0-only
/*
 * The platform is the hardware. VMX may belong to kvm_intel already on a CPU:
 * it is borrowed there and left alone, and switched on and off by us elsewhere.
 */
#include <linux/cpu.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/topology.h>
#include <asm/msr-index.h>
#include <seamhost/compat.h>
#include "state.h"
#include "vmx.h"

#define MSR_MTRR_CAPABILITIES		0xfe
#define MSR_MTRRCAP_SEAMRR		BIT(15)
#define MSR_SEAMRR_PHYS_MASK_		0x1401
#define SEAMRR_ENABLED			BIT(11)
#define MSR_KEYID_PARTITIONING		0x87
#define FEAT_CTL_LOCKED_		BIT(0)
#define FEAT_CTL_VMX_			BIT(2)
#define INVEPT_ALL_CONTEXTS		2

enum vmx_owner { VMX_NOBODY, VMX_BORROWED, VMX_OURS };

static DEFINE_PER_CPU(enum vmx_owner, vmx_owner);
static DEFINE_PER_CPU(void *, vmxon_region);

static int hw_keyids(u32 *nr_shared, u32 *nr_private)
{
	u64 split;

	if (compat_rdmsr(MSR_KEYID_PARTITIONING, &split)) {
		pr_err("MSR 0x87 (KeyID partitioning) does not exist: this CPU has no TDX\n");
		return -ENODEV;
	}
	*nr_shared = lower_32_bits(split);
	*nr_private = upper_32_bits(split);
	return 0;
}

static int hw_probe(void)
{
	u32 nr_shared, nr_private;
	u64 value;
	int err;

	if (!boot_cpu_has(X86_FEATURE_VMX)) {
		pr_err("this CPU has no VMX (or firmware turned it off), so it cannot host TDs\n");
		return -ENODEV;
	}
	if (compat_rdmsr(MSR_IA32_FEAT_CTL, &value) ||
	    (value & (FEAT_CTL_LOCKED_ | FEAT_CTL_VMX_)) !=
	    (FEAT_CTL_LOCKED_ | FEAT_CTL_VMX_)) {
		pr_err("firmware disabled VMX (IA32_FEATURE_CONTROL 0x%llx): turn on \"Intel Virtualization Technology\" in the firmware setup\n",
		       value);
		return -ENODEV;
	}
	if (compat_rdmsr(MSR_MTRR_CAPABILITIES, &value) ||
	    !(value & MSR_MTRRCAP_SEAMRR)) {
		pr_err("this CPU has no SEAM mode, so it cannot host TDs: it is not a TDX CPU\n");
		return -ENODEV;
	}
	err = hw_keyids(&nr_shared, &nr_private);
	if (err)
		return err;
	if (!nr_private) {
		pr_err("firmware set aside no TDX KeyIDs: turn on TDX and the \"TME-MT/TDX key split\" in the firmware setup\n");
		return -ENODEV;
	}
	if (compat_rdmsr(MSR_SEAMRR_PHYS_MASK_, &value) ||
	    !(value & SEAMRR_ENABLED)) {
		pr_err("firmware reserved no memory for the TDX module (SEAMRR is off): turn on \"SEAM Loader\" and TDX in the firmware setup\n");
		return -ENODEV;
	}
	return 0;
}

static int hw_vmx_on(void)
{
	void *region = this_cpu_read(vmxon_region);
	u64 basic, pa;
	int err;

	if (__read_cr4() & X86_CR4_VMXE) {
		this_cpu_write(vmx_owner, VMX_BORROWED);
		return 0;
	}
	if (!COMPAT_CAN_OWN_VMX) {
		pr_err("VMX is off on CPU %u and this kernel lets only KVM turn it on: load kvm_intel first (enable_virt_at_load=1)\n",
		       smp_processor_id());
		return -EOPNOTSUPP;
	}
	if (compat_rdmsr(MSR_IA32_VMX_BASIC, &basic))
		return -ENODEV;
	if (!region) {
		region = (void *)get_zeroed_page(GFP_ATOMIC);
		if (!region)
			return -ENOMEM;
		this_cpu_write(vmxon_region, region);
	}
	*(u32 *)region = basic & GENMASK(30, 0);
	pa = __pa(region);

	compat_set_vmxe();
	err = seamhost_vmxon(&pa);
	if (err) {
		compat_clear_vmxe();
		pr_err("VMXON failed on CPU %u: another hypervisor may hold VMX\n",
		       smp_processor_id());
		return err;
	}
	this_cpu_write(vmx_owner, VMX_OURS);
	return 0;
}

static void hw_vmx_off(void)
{
	void *region = this_cpu_read(vmxon_region);

	if (this_cpu_read(vmx_owner) == VMX_OURS) {
		if (seamhost_vmxoff())
			pr_err("VMXOFF failed on CPU %u\n", smp_processor_id());
		compat_clear_vmxe();
	}
	this_cpu_write(vmx_owner, VMX_NOBODY);
	this_cpu_write(vmxon_region, NULL);
	free_page((unsigned long)region);
}

static unsigned int hw_keyid_shift(void)
{
	/* the kernel has already taken the KeyID bits off this number */
	return boot_cpu_data.x86_phys_bits;
}

static unsigned int hw_package(unsigned int cpu)
{
	return topology_physical_package_id(cpu);
}

static void hw_flush_shared_ept(void)
{
	static const u64 descriptor[2];

	if (seamhost_invept(INVEPT_ALL_CONTEXTS, descriptor))
		pr_err_ratelimited("INVEPT failed on CPU %u\n",
				   raw_smp_processor_id());
}

/* Does the kernel itself host TDX on this machine? Then its code owns it. */
bool seamhost_kernel_hosts_tdx(void)
{
	const int flag = COMPAT_TDX_HOST_FLAG;

	return flag >= 0 && test_cpu_cap(&boot_cpu_data, flag);
}

const struct seamhost_platform_ops seamhost_hw_ops = {
	.version = SEAMHOST_PLATFORM_VERSION,
	.owner = THIS_MODULE,
	.name = "hardware",
	.probe = hw_probe,
	.vmx_on = hw_vmx_on,
	.vmx_off = hw_vmx_off,
	.keyids = hw_keyids,
	.keyid_shift = hw_keyid_shift,
	.package = hw_package,
	.flush_shared_ept = hw_flush_shared_ept,
};
