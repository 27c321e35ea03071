/* SPDX-License-Identifier: GPL-2.0-only */
/* The one place that knows how kernels differ (6.1, 6.12, 7.2). */
#ifndef SEAMHOST_VIRT_COMPAT_H
#define SEAMHOST_VIRT_COMPAT_H

#include <linux/device.h>
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/kconfig.h>
#include <linux/mmzone.h>
#include <linux/version.h>
#include <asm/cpufeature.h>
#include <asm/msr.h>
#include <asm/processor-flags.h>
#include <asm/special_insns.h>
#include <asm/tlbflush.h>

static inline int compat_rdmsr(u32 msr, u64 *value)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 16, 0)
	return rdmsrq_safe(msr, value);
#else
	unsigned long long v = 0;
	int err = rdmsrl_safe(msr, &v);

	*value = v;
	return err;
#endif
}

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 14, 0)
#include <asm/cpuid/api.h>
#else
#include <asm/processor.h>
#endif

/* Family, model and stepping as CPUID gives them. */
static inline u32 compat_cpu_signature(void)
{
	return cpuid_eax(1);
}

/* Memory of a fixed place, migrating what can be moved out of it. */
static inline int compat_alloc_contig(unsigned long pfn, unsigned long nr)
{
	/* newer kernels refuse __GFP_NORETRY here, with -EINVAL */
	gfp_t gfp = GFP_KERNEL | __GFP_NOWARN;

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 16, 0)
	return alloc_contig_range(pfn, pfn + nr, ACR_FLAGS_NONE, gfp);
#else
	return alloc_contig_range(pfn, pfn + nr, MIGRATE_MOVABLE, gfp);
#endif
}

/*
 * CR4.VMXE has to go through the kernel's shadow of CR4, or the next change
 * of CR4 clears it under VMX operation and faults. Newer kernels keep that
 * function to KVM.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 18, 0)
#define COMPAT_CAN_OWN_VMX	0
static inline void compat_set_vmxe(void) { }
static inline void compat_clear_vmxe(void) { }
#else
#define COMPAT_CAN_OWN_VMX	1
static inline void compat_set_vmxe(void)
{
	cr4_set_bits(X86_CR4_VMXE);
}

static inline void compat_clear_vmxe(void)
{
	cr4_clear_bits(X86_CR4_VMXE);
}
#endif

/* Does the kernel itself host TDX on this machine? */
static inline bool compat_kernel_hosts_tdx(void)
{
#ifdef X86_FEATURE_TDX_HOST_PLATFORM
	return IS_ENABLED(CONFIG_INTEL_TDX_HOST) &&
	       boot_cpu_has(X86_FEATURE_TDX_HOST_PLATFORM);
#else
	return false;
#endif
}

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 16, 0)
#define compat_bin_attribute	const struct bin_attribute
#else
#define compat_bin_attribute	struct bin_attribute
#endif

/* A device without bus, class or parent, where mainline puts tdx_host. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 14, 0)
#include <linux/device/faux.h>
static inline struct device *
compat_device_create(const char *name, const struct attribute_group **groups)
{
	struct faux_device *faux = faux_device_create_with_groups(name, NULL,
								  NULL, groups);

	return faux ? &faux->dev : ERR_PTR(-ENODEV);
}

static inline void
compat_device_destroy(struct device *dev, const struct attribute_group **groups)
{
	faux_device_destroy(to_faux_device(dev));
}
#else
static inline struct device *
compat_device_create(const char *name, const struct attribute_group **groups)
{
	struct device *dev = root_device_register(name);
	int err;

	if (IS_ERR(dev))
		return dev;
	err = sysfs_create_groups(&dev->kobj, groups);
	if (err) {
		root_device_unregister(dev);
		return ERR_PTR(err);
	}
	return dev;
}

static inline void
compat_device_destroy(struct device *dev, const struct attribute_group **groups)
{
	sysfs_remove_groups(&dev->kobj, groups);
	root_device_unregister(dev);
}
#endif

#endif /* SEAMHOST_VIRT_COMPAT_H */
