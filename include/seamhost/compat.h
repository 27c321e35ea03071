/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The one place that knows how kernels differ: 6.1, 6.12 and 7.2. What is here
 * is named compat_ or has the newest kernel's name.
 */
#ifndef SEAMHOST_COMPAT_H
#define SEAMHOST_COMPAT_H

#include <linux/device.h>
#include <linux/errno.h>
#include <linux/eventfd.h>
#include <linux/gfp.h>
#include <linux/hrtimer.h>
#include <linux/kconfig.h>
#include <linux/kvm.h>
#include <linux/mmzone.h>
#include <linux/version.h>
#include <asm/apic.h>
#include <asm/cpufeature.h>
#include <asm/msr.h>
#include <asm/processor-flags.h>
#include <asm/processor.h>
#include <asm/special_insns.h>
#include <asm/tlbflush.h>

/*
 * CPU registers
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 16, 0)
#include <asm/cpuid/api.h>
#else
#include <asm/cpuid.h>
#endif

#ifndef rdmsrq
#define rdmsrq(msr, val)	rdmsrl(msr, val)
#define wrmsrq(msr, val)	wrmsrl(msr, val)
#define rdmsrq_safe(msr, p)	rdmsrl_safe(msr, p)
#endif

/* Read @msr, or -EIO where this CPU has none. */
static inline int compat_rdmsr(u32 msr, u64 *value)
{
	*value = 0;
	return rdmsrq_safe(msr, value);
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

/* Set by kernels that host TDX themselves; -1: none of this version can. */
#ifdef X86_FEATURE_TDX_HOST_PLATFORM
#define COMPAT_TDX_HOST_FLAG	X86_FEATURE_TDX_HOST_PLATFORM
#else
#define COMPAT_TDX_HOST_FLAG	(-1)
#endif

/*
 * Memory
 */

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
 * Devices and files
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 16, 0)
#define compat_bin_attribute	const struct bin_attribute
#else
#define compat_bin_attribute	struct bin_attribute
#endif

/* What an inode's operations are told of the mount */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
#define compat_idmap	struct mnt_idmap
#else
#define compat_idmap	struct user_namespace
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

/*
 * KVM's user ABI. Newer headers mark what user space may change under the
 * kernel's feet.
 */
#ifdef HINT_UNSAFE_IN_KVM
#define compat_immediate_exit(run)	READ_ONCE((run)->immediate_exit__unsafe)
#else
#define compat_immediate_exit(run)	READ_ONCE((run)->immediate_exit)
#endif

/*
 * Events, timers, interrupts
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 8, 0)
#define compat_eventfd_signal(ctx)	eventfd_signal(ctx, 1)
#else
#define compat_eventfd_signal(ctx)	eventfd_signal(ctx)
#endif

static inline void
compat_hrtimer_setup(struct hrtimer *timer,
		     enum hrtimer_restart (*fn)(struct hrtimer *timer))
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 13, 0)
	hrtimer_init(timer, CLOCK_MONOTONIC, HRTIMER_MODE_ABS);
	timer->function = fn;
#else
	hrtimer_setup(timer, fn, CLOCK_MONOTONIC, HRTIMER_MODE_ABS);
#endif
}

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 7, 0)
static inline void compat_send_ipi(unsigned int cpu, int vector)
{
	apic->send_IPI_mask(cpumask_of(cpu), vector);
}

static inline void compat_send_ipi_self(int vector)
{
	apic->send_IPI_self(vector);
}
#else
static inline void compat_send_ipi(unsigned int cpu, int vector)
{
	__apic_send_IPI_mask(cpumask_of(cpu), vector);
}

static inline void compat_send_ipi_self(int vector)
{
	__apic_send_IPI_self(vector);
}
#endif

#endif /* SEAMHOST_COMPAT_H */
