// SPDX-License-Identifier: GPL-2.0-only
/* The device: /dev/kvm-tdx, and /dev/kvm on request when nobody has it. */
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/uaccess.h>

#include "irqchip.h"
#include "mem.h"
#include "vcpu.h"

static bool dev_kvm;
module_param(dev_kvm, bool, 0444);
MODULE_PARM_DESC(dev_kvm, "also be /dev/kvm, when no other KVM is loaded");

#define KVM_RUN_PAGES	2	/* kvm_run, and the data of port I/O */
#define MCE_BANKS	32
#define MCE_CAP		(MCE_BANKS | BIT_ULL(8) | BIT_ULL(24))

static long dev_msr_list(void __user *argp)
{
	struct kvm_msr_list list;

	/* TDs have no MSR that a VMM would save */
	if (copy_from_user(&list, argp, sizeof(list)))
		return -EFAULT;
	list.nmsrs = 0;
	return copy_to_user(argp, &list, sizeof(list)) ? -EFAULT : 0;
}

static long dev_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	void __user *argp = (void __user *)arg;
	u64 mce_cap = MCE_CAP;

	switch (cmd) {
	case KVM_GET_API_VERSION:
		return arg ? -EINVAL : KVM_API_VERSION;
	case KVM_CREATE_VM:
		return vm_create(arg);
	case KVM_CHECK_EXTENSION:
		return cap_check(NULL, arg);
	case KVM_GET_VCPU_MMAP_SIZE:
		return arg ? -EINVAL : KVM_RUN_PAGES * PAGE_SIZE;
	case KVM_GET_SUPPORTED_CPUID:
		return cpuid_supported(argp);
	case KVM_GET_MSR_INDEX_LIST:
		return dev_msr_list(argp);
	case KVM_X86_GET_MCE_CAP_SUPPORTED:
		return copy_to_user(argp, &mce_cap, sizeof(mce_cap)) ?
		       -EFAULT : 0;
	default:
		return -ENOTTY;
	}
}

static const struct file_operations dev_fops = {
	.owner		= THIS_MODULE,
	.unlocked_ioctl	= dev_ioctl,
	.compat_ioctl	= compat_ptr_ioctl,
	.llseek		= noop_llseek,
};

static struct miscdevice dev_tdx = {
	.minor	= MISC_DYNAMIC_MINOR,
	.name	= "kvm-tdx",
	.fops	= &dev_fops,
	.mode	= 0660,
};

static struct miscdevice dev_plain = {
	.minor	= KVM_MINOR,
	.name	= "kvm",
	.fops	= &dev_fops,
	.mode	= 0660,
};

static int __init kvm_tdx_init(void)
{
	int ret = seamhost_get();

	if (ret)
		return ret;
	ret = vcpu_hotplug_init();
	if (ret)
		goto put;
	ret = memfd_fs_init();
	if (ret)
		goto hotplug;
	ret = irqfd_module_init();
	if (ret)
		goto memfd;
	vm_debugfs_init();
	ret = misc_register(&dev_tdx);
	if (ret)
		goto debugfs;
	if (dev_kvm) {
		ret = misc_register(&dev_plain);
		if (ret) {
			pr_err("/dev/kvm belongs to another KVM\n");
			goto device;
		}
	}
	pr_info("TDs on /dev/kvm-tdx, %u at a time\n", seamhost_hkids_total());
	return 0;

device:
	misc_deregister(&dev_tdx);
debugfs:
	vm_debugfs_exit();
	irqfd_module_exit();
memfd:
	memfd_fs_exit();
hotplug:
	vcpu_hotplug_exit();
put:
	seamhost_put();
	return ret;
}

static void __exit kvm_tdx_exit(void)
{
	if (dev_kvm)
		misc_deregister(&dev_plain);
	misc_deregister(&dev_tdx);
	vm_debugfs_exit();
	irqfd_module_exit();
	memfd_fs_exit();
	vcpu_hotplug_exit();
	seamhost_put();
}

module_init(kvm_tdx_init);
module_exit(kvm_tdx_exit);
MODULE_DESCRIPTION("KVM user ABI for Intel TDX trust domains");
MODULE_LICENSE("GPL");
