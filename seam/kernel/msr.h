/* SPDX-License-Identifier: GPL-2.0-only */
/* MSRs as 64-bit words. */
#ifndef SOFTSEAM_MSR_H
#define SOFTSEAM_MSR_H

#include <seamhost/compat.h>

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

#endif /* SOFTSEAM_MSR_H */
