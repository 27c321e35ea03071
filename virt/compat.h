/* SPDX-License-Identifier: GPL-2.0-only */
/* The one place that knows how kernels differ (6.1, 6.12, 7.2). */
#ifndef SEAMHOST_VIRT_COMPAT_H
#define SEAMHOST_VIRT_COMPAT_H

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

/* Memory of a fixed place, migrating what can be moved out of it. */
static inline int compat_alloc_contig(unsigned long pfn, unsigned long nr)
{
	gfp_t gfp = GFP_KERNEL | __GFP_NOWARN | __GFP_NORETRY;

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

#endif /* SEAMHOST_VIRT_COMPAT_H */
