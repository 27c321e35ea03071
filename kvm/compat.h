/* SPDX-License-Identifier: GPL-2.0-only */
/* What differs between the kernels that kvm-tdx builds for: 6.1 to 7.2. */
#ifndef KVM_TDX_COMPAT_H
#define KVM_TDX_COMPAT_H

#include <linux/eventfd.h>
#include <linux/hrtimer.h>
#include <linux/kvm.h>
#include <linux/version.h>
#include <asm/apic.h>
#include <asm/msr.h>

#ifndef rdmsrq
#define rdmsrq(msr, val)	rdmsrl(msr, val)
#define wrmsrq(msr, val)	wrmsrl(msr, val)
#define rdmsrq_safe(msr, p)	rdmsrl_safe(msr, p)
#endif

/* Newer headers mark what user space may change under the kernel's feet. */
#ifdef HINT_UNSAFE_IN_KVM
#define compat_immediate_exit(run)	READ_ONCE((run)->immediate_exit__unsafe)
#else
#define compat_immediate_exit(run)	READ_ONCE((run)->immediate_exit)
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 8, 0)
#define compat_eventfd_signal(ctx)	eventfd_signal(ctx, 1)
#else
#define compat_eventfd_signal(ctx)	eventfd_signal(ctx)
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 13, 0)
static inline void
compat_hrtimer_setup(struct hrtimer *timer,
		     enum hrtimer_restart (*fn)(struct hrtimer *timer))
{
	hrtimer_init(timer, CLOCK_MONOTONIC, HRTIMER_MODE_ABS);
	timer->function = fn;
}
#else
static inline void
compat_hrtimer_setup(struct hrtimer *timer,
		     enum hrtimer_restart (*fn)(struct hrtimer *timer))
{
	hrtimer_setup(timer, fn, CLOCK_MONOTONIC, HRTIMER_MODE_ABS);
}
#endif

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

#endif /* KVM_TDX_COMPAT_H */
