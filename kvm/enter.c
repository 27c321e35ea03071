// SPDX-License-Identifier: GPL-2.0-only
/*
 * Around TDH.VP.ENTER. The module gives the CPU back with much of the host's
 * state cleared or replaced; it is put right here before anything else runs.
 */
#include <linux/kprobes.h>
#include <linux/sched.h>
#include <asm/cpufeature.h>
#include <asm/debugreg.h>
#include <asm/fpu/xcr.h>
#include <asm/irq_vectors.h>
#include <asm/msr.h>
#include <seamhost/compat.h>
#include <seamhost/run.h>

#include "seam.h"
#include "vcpu.h"

#define DR7_RESET	0x400UL

struct host_state {
	u64 xcr0, xss, xfd, xfd_err;
	u64 star, lstar, fmask, kernel_gs, tsc_aux, debugctl;
	unsigned long dr[4], dr7;
};

/* Not those for tracing and paravirt: two pages of code more at each exit. */
static __always_inline u64 msr_get(u32 msr)
{
	return __rdmsr(msr);
}

static __always_inline void msr_put(u32 msr, u64 value)
{
	native_wrmsr(msr, (u32)value, (u32)(value >> 32));
}

static void debug_save(struct host_state *h)
{
	h->dr7 = native_get_debugreg(7);
	if (h->dr7 == DR7_RESET)
		return;
	get_debugreg(h->dr[0], 0);
	get_debugreg(h->dr[1], 1);
	get_debugreg(h->dr[2], 2);
	get_debugreg(h->dr[3], 3);
}

static void debug_restore(const struct host_state *h)
{
	if (h->dr7 == DR7_RESET)
		return;
	set_debugreg(h->dr[0], 0);
	set_debugreg(h->dr[1], 1);
	set_debugreg(h->dr[2], 2);
	set_debugreg(h->dr[3], 3);
	set_debugreg(h->dr7, 7);
}

static void host_save(struct host_state *h)
{
	h->xcr0 = xgetbv(XCR_XFEATURE_ENABLED_MASK);
	if (cpu_feature_enabled(X86_FEATURE_XSAVES))
		h->xss = msr_get(MSR_IA32_XSS);
	if (cpu_feature_enabled(X86_FEATURE_XFD)) {
		h->xfd = msr_get(MSR_IA32_XFD);
		h->xfd_err = msr_get(MSR_IA32_XFD_ERR);
	}
	h->star = msr_get(MSR_STAR);
	h->lstar = msr_get(MSR_LSTAR);
	h->fmask = msr_get(MSR_SYSCALL_MASK);
	/* the user's GS base while in the kernel */
	h->kernel_gs = msr_get(MSR_KERNEL_GS_BASE);
	if (cpu_feature_enabled(X86_FEATURE_RDTSCP))
		h->tsc_aux = msr_get(MSR_TSC_AUX);
	h->debugctl = msr_get(MSR_IA32_DEBUGCTLMSR);
	debug_save(h);
}

static void host_restore(const struct host_state *h)
{
	if (xgetbv(XCR_XFEATURE_ENABLED_MASK) != h->xcr0)
		xsetbv(XCR_XFEATURE_ENABLED_MASK, h->xcr0);
	if (cpu_feature_enabled(X86_FEATURE_XSAVES))
		msr_put(MSR_IA32_XSS, h->xss);
	if (cpu_feature_enabled(X86_FEATURE_XFD)) {
		msr_put(MSR_IA32_XFD, h->xfd);
		msr_put(MSR_IA32_XFD_ERR, h->xfd_err);
	}
	msr_put(MSR_STAR, h->star);
	msr_put(MSR_LSTAR, h->lstar);
	msr_put(MSR_SYSCALL_MASK, h->fmask);
	msr_put(MSR_KERNEL_GS_BASE, h->kernel_gs);
	if (cpu_feature_enabled(X86_FEATURE_RDTSCP))
		msr_put(MSR_TSC_AUX, h->tsc_aux);
	if (h->debugctl)
		msr_put(MSR_IA32_DEBUGCTLMSR, h->debugctl);
	debug_restore(h);
}

/*
 * An interrupt of the host is taken and the vCPU entered again. So it is when
 * the answer is at hand, without the host's state coming back in between: the
 * kernel needs none of it while interrupts are off. Every other exit is the
 * thread's.
 */
static enum td_next after_exit(struct td_exit *exit)
{
	struct td_vcpu *vcpu = container_of(exit, struct td_vcpu, last);

	if (td_exit_kind(exit) == TD_KIND_TDVMCALL && exit_fast(vcpu))
		return TD_NEXT_ENTER;

	host_restore(vcpu->host);
	switch (td_exit_kind(exit)) {
	case TD_KIND_NMI:
		/*
		 * The exit took an NMI of the host and left NMIs blocked: ask
		 * for it again, it comes when the next interrupt returns.
		 */
		compat_send_ipi(smp_processor_id(), NMI_VECTOR);
		return TD_NEXT_RETURN;
	case TD_KIND_INTERRUPT:
		if (!vcpu_may_reenter(vcpu))
			return TD_NEXT_RETURN;
		host_save(vcpu->host);
		return TD_NEXT_ENTER;
	default:
		return TD_NEXT_RETURN;
	}
}

/*
 * A guest may ask for vector registers in its TDVMCALL. They hold what the VMM
 * had there; there is no protocol that would have anything in them.
 */
static void hide_vectors(const struct td_exit *last)
{
	if (!(last->regs.rcx & GENMASK_ULL(31, 16)))
		return;
	asm volatile("pxor %xmm0, %xmm0; pxor %xmm1, %xmm1;"
		     "pxor %xmm2, %xmm2; pxor %xmm3, %xmm3;"
		     "pxor %xmm4, %xmm4; pxor %xmm5, %xmm5;"
		     "pxor %xmm6, %xmm6; pxor %xmm7, %xmm7;"
		     "pxor %xmm8, %xmm8; pxor %xmm9, %xmm9;"
		     "pxor %xmm10, %xmm10; pxor %xmm11, %xmm11;"
		     "pxor %xmm12, %xmm12; pxor %xmm13, %xmm13;"
		     "pxor %xmm14, %xmm14; pxor %xmm15, %xmm15");
}

/**
 * vcpu_enter() - run the TD's vCPU until an exit that its thread has to see
 * @vcpu: loaded on this CPU
 *
 * Interrupts are off and the FPU is the kernel's (kernel_fpu_begin()): the
 * module leaves no vector state behind. The exit is in vcpu->last. Interrupts
 * may have been on meanwhile; in_guest is what vcpu_may_reenter() left.
 */
notrace void vcpu_enter(struct td_vcpu *vcpu)
{
	struct host_state h;

	vcpu->host = &h;
	hide_vectors(&vcpu->last);
	host_save(&h);
	td_run_here(vcpu->tdvpr, &vcpu->last, after_exit);
	vcpu->host = NULL;
}

NOKPROBE_SYMBOL(vcpu_enter);
