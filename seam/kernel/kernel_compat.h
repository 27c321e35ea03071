/* SPDX-License-Identifier: GPL-2.0-only */
/* What differs between the kernels that softseam is built for. */
#ifndef SOFTSEAM_KERNEL_COMPAT_H
#define SOFTSEAM_KERNEL_COMPAT_H

#include <linux/version.h>
#include <asm/msr.h>
#include <asm/processor.h>

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 16, 0)
#include <asm/cpuid/api.h>
#endif

static inline u64 cpu_rdmsr(u32 msr)
{
	u32 low, high;

	rdmsr(msr, low, high);
	return low | (u64)high << 32;
}

static inline void cpu_wrmsr(u32 msr, u64 val)
{
	wrmsr(msr, (u32)val, val >> 32);
}

#endif /* SOFTSEAM_KERNEL_COMPAT_H */
