// SPDX-License-Identifier: GPL-2.0-only
/* A TD vCPU in SVM: its life, and its runs. */
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <asm/processor-flags.h>
#include <asm/special_insns.h>
#include <asm/trapnr.h>
#include "../kernel/msr.h"
#include "pages.h"
#include "svm.h"
#include "../module/vp.h"

#define VAPIC_TPR	(0x80 / 4)
#define PAT_RESET	0x0007040600070406ULL
#define DR6_RESET	0xffff0ff0
#define DR7_RESET	0x400
#define CR0_RESET	(X86_CR0_PE | X86_CR0_NE)
#define CR4_RESET	(X86_CR4_MCE | X86_CR4_VMXE)
#define EFER_RESET	(EFER_SCE | EFER_LME | EFER_NX)

/* DR7's enable bits */
#define DR7_ACTIVE	0xff

void *engine_td_create(struct td *td)
{
	static_assert(sizeof(struct svm_td) <= sizeof(td->engine_area));
	return npt_create((void *)td->engine_area);
}

void engine_td_destroy(struct td *td, void *priv)
{
	if (priv)
		npt_destroy(priv);
}

void *engine_vcpu_create(struct vcpu *vcpu)
{
	struct svm_vcpu *v = (void *)vcpu->engine_area;

	static_assert(sizeof(*v) <= sizeof(vcpu->engine_area));
	memset(v, 0, sizeof(*v));
	v->vmcb = (void *)get_zeroed_page(GFP_ATOMIC | __GFP_NOWARN);
	v->xsave = (void *)__get_free_pages(GFP_ATOMIC | __GFP_NOWARN,
					    get_order(xstate_size()));
	if (!v->vmcb || !v->xsave) {
		engine_vcpu_destroy(vcpu, v);
		return NULL;
	}
	v->vmcb_pa = __pa(v->vmcb);
	xstate_reset(v->xsave);
	return v;
}

void engine_vcpu_destroy(struct vcpu *vcpu, void *priv)
{
	struct svm_vcpu *v = priv;

	if (!v)
		return;
	free_page((unsigned long)v->vmcb);
	if (v->xsave)
		memset(v->xsave, 0, xstate_size());
	free_pages((unsigned long)v->xsave, get_order(xstate_size()));
}

static void reset_controls(struct vmcb *c, const struct svm_td *t)
{
	/* IRET and CR8 only while an NMI runs or a task priority is set */
	c->intercept_cr = ICPT_WRITE(0) | ICPT_WRITE(4);
	c->intercept_dr = 0x000f000f | ICPT_WRITE(7);
	c->intercept_exc = BIT(X86_TRAP_UD);
	c->intercept1 = ICPT_INTR | ICPT_NMI | ICPT_SMI | ICPT_INIT |
			ICPT_RDPMC | ICPT_CPUID | ICPT_RSM | ICPT_INVD |
			ICPT_HLT | ICPT_INVLPGA | ICPT_IOIO | ICPT_MSR |
			ICPT_TASK_SWITCH | ICPT_SHUTDOWN;
	c->intercept2 = ICPT_VMRUN | ICPT_VMMCALL | ICPT_VMLOAD | ICPT_VMSAVE |
			ICPT_STGI | ICPT_CLGI | ICPT_SKINIT | ICPT_WBINVD |
			ICPT_MONITOR | ICPT_MWAIT | ICPT_XSETBV;
	c->iopm_base = __pa(svm_pages.iopm);
	c->msrpm_base = __pa(svm_pages.msrpm);
	c->asid = 1;			/* of all: see flush_if_needed() */
	c->tlb_control = SVM_FLUSH_ALL;
	c->int_ctl = INT_V_MASKING;
	c->np_enable = 1;
	c->n_cr3 = __pa(t->root);
}

static void reset_segment(struct vmcb_seg *s, u16 attr, u32 limit)
{
	*s = (struct vmcb_seg){ .attr = attr, .limit = limit };
}

void engine_vcpu_reset(struct vcpu *vcpu)
{
	struct svm_vcpu *v = svm_of(vcpu);
	struct vmcb *c = v->vmcb;

	memset(c, 0, sizeof(*c));
	reset_controls(c, vcpu->td->engine);
	/* flat 32-bit segments */
	reset_segment(&c->cs, 0xc9b, ~0);
	reset_segment(&c->ss, 0xc93, ~0);
	reset_segment(&c->ds, 0xc93, ~0);
	reset_segment(&c->es, 0xc93, ~0);
	reset_segment(&c->fs, 0xc93, ~0);
	reset_segment(&c->gs, 0xc93, ~0);
	reset_segment(&c->ldtr, 0x02, 0xffff);
	reset_segment(&c->tr, 0x8b, 0xffff);
	reset_segment(&c->gdtr, 0, 0xffff);
	reset_segment(&c->idtr, 0, 0);
	v->ldtr_ar = 0x10082;
	c->rip = 0xfffffff0;
	c->rflags = X86_EFLAGS_FIXED;
	c->dr6 = DR6_RESET;
	c->dr7 = DR7_RESET;
	c->g_pat = PAT_RESET;
	c->tsc_offset = vcpu->td->tsc_offset;
	v->cr0 = CR0_RESET | X86_CR0_ET;
	v->cr4 = CR4_RESET;
	v->efer = EFER_RESET;
	svm_mode_sync(v);
	xstate_reset(v->xsave);
	v->vectors_initial = false;
}

void engine_skip(struct vcpu *vcpu, unsigned int len)
{
	struct svm_vcpu *v = svm_of(vcpu);

	v->vmcb->rip += len;
	if (!svm_long_mode(v))
		v->vmcb->rip = (u32)v->vmcb->rip;
	v->vmcb->int_state &= ~(u64)INT_SHADOW;
	v->vmcb->rflags &= ~X86_EFLAGS_RF;
}

/* ---- events ---------------------------------------------------------------- */

/* An NMI handler is over once the guest went past its IRET. */
static void nmi_progress(struct svm_vcpu *v)
{
	if (v->iret_seen && v->vmcb->rip != v->iret_rip) {
		v->iret_seen = false;
		v->nmi_blocked = false;
	}
	if (v->nmi_blocked && !v->iret_seen)
		v->vmcb->intercept1 |= ICPT_IRET;
	else
		v->vmcb->intercept1 &= ~ICPT_IRET;
}

/* Another NMI waits for the IRET to be over: have an exit there. */
static SEAM_RARE void step_over_iret(struct svm_vcpu *v)
{
	if (v->stepping)
		return;
	v->stepping = true;
	v->step_dr6 = v->vmcb->dr6;
	v->vmcb->rflags |= X86_EFLAGS_TF;
	v->vmcb->intercept_exc |= BIT(X86_TRAP_DB);
}

/* VMX's format is SVM's, but for software exceptions (6), which are type 3. */
static u64 event_of(const struct vp_inject *inj)
{
	u64 event = inj->info & (SVM_EVENT_VECTOR | SVM_EVENT_TYPE |
				 SVM_EVENT_ERRCODE | SVM_EVENT_VALID);

	if ((event & SVM_EVENT_TYPE) > SVM_EVENT_SOFT)
		event = (event & ~(u64)SVM_EVENT_TYPE) | SVM_EVENT_EXC;
	return event | (u64)inj->errcode << 32;
}

static bool takes_interrupts(const struct svm_vcpu *v)
{
	return (v->vmcb->rflags & X86_EFLAGS_IF) &&
	       !(v->vmcb->int_state & INT_SHADOW);
}

static void prepare_events(struct vcpu *vcpu, struct vp_inject *inj)
{
	struct svm_vcpu *v = svm_of(vcpu);
	struct vmcb *c = v->vmcb;
	bool intr_ok = takes_interrupts(v), wait = false;

	nmi_progress(v);
	if (inj->info & SVM_EVENT_VALID) {
		/* an exception of the module's takes the place of the old one */
		v->reinject = 0;
	} else if (!v->reinject) {
		wait = vp_event(vcpu, intr_ok, !v->nmi_blocked, inj);
	}
	if (v->iret_seen && vcpu->pend_nmi)
		step_over_iret(v);

	c->event_inj = v->reinject;
	v->reinject = 0;
	if (inj->info & SVM_EVENT_VALID)
		c->event_inj = event_of(inj);
	if ((c->event_inj & SVM_EVENT_VALID) &&
	    (c->event_inj & SVM_EVENT_TYPE) == SVM_EVENT_NMI) {
		v->nmi_blocked = true;
		nmi_progress(v);
	}
	inj->info = 0;

	/* a virtual interrupt that is only there to exit when one could come */
	c->int_ctl &= ~(INT_V_IRQ | INT_V_PRIO | INT_V_IGN_TPR);
	c->intercept1 &= ~ICPT_VINTR;
	if (wait && !intr_ok) {
		c->int_ctl |= INT_V_IRQ | INT_V_PRIO | INT_V_IGN_TPR;
		c->intercept1 |= ICPT_VINTR;
	}
}

/* What was under delivery when the exit came has to be delivered yet. */
static void save_event(struct svm_vcpu *v)
{
	u64 info = v->vmcb->exit_int_info;

	v->reinject = 0;
	if (!(info & SVM_EVENT_VALID))
		return;
	/* INT n: RIP still stands at it, it runs again */
	if ((info & SVM_EVENT_TYPE) == SVM_EVENT_SOFT)
		return;
	v->reinject = info;
}

/* ---- one run --------------------------------------------------------------- */

static const u64 no_breakpoints[4];

static bool debug_is_used(const struct vcpu *vcpu)
{
	return svm_of(vcpu)->vmcb->dr7 & DR7_ACTIVE;
}

static SEAM_RARE void load_debug(const u64 dr[4])
{
	asm volatile("mov %0, %%db0" : : "r"(dr[0]));
	asm volatile("mov %0, %%db1" : : "r"(dr[1]));
	asm volatile("mov %0, %%db2" : : "r"(dr[2]));
	asm volatile("mov %0, %%db3" : : "r"(dr[3]));
}

static void sync_tpr_in(struct vcpu *vcpu)
{
	struct vmcb *c = svm_of(vcpu)->vmcb;
	u32 tpr = vcpu->vapic[VAPIC_TPR] >> 4 & INT_V_TPR;

	c->int_ctl = (c->int_ctl & ~INT_V_TPR) | tpr;
	/* lowering it may let an interrupt in */
	c->intercept_cr &= ~ICPT_WRITE(8);
	if (tpr)
		c->intercept_cr |= ICPT_WRITE(8);
}

static void sync_tpr_out(struct vcpu *vcpu)
{
	u32 tpr = svm_of(vcpu)->vmcb->int_ctl & INT_V_TPR;

	if (tpr != vcpu->vapic[VAPIC_TPR] >> 4)
		vcpu->vapic[VAPIC_TPR] = tpr << 4;
}

/*
 * The TLB may hold what another vCPU used, what this one used before it was
 * elsewhere, or what was zapped since.
 */
static void flush_if_needed(struct svm_cpu *cpu, struct svm_vcpu *v,
			    const struct svm_td *t)
{
	u64 generation = READ_ONCE(t->tlb_generation);
	unsigned int this = raw_smp_processor_id();

	v->vmcb->tlb_control = SVM_FLUSH_NONE;
	if (cpu->last == v && v->cpu == this && v->generation == generation)
		return;
	v->vmcb->tlb_control = SVM_FLUSH_ALL;
	cpu->last = v;
	v->cpu = this;
	v->generation = generation;
}

static void run_once(struct vcpu *vcpu)
{
	struct svm_cpu *cpu = this_cpu_ptr(&svm_cpu);
	struct svm_vcpu *v = svm_of(vcpu);
	struct vmcb *c = v->vmcb;
	u64 host_aux = 0;

	sync_tpr_in(vcpu);
	flush_if_needed(cpu, v, vcpu->td->engine);
	c->cr2 = vcpu->cr2;
	c->rax = vcpu->gpr[RAX];
	if (debug_is_used(vcpu))
		load_debug(vcpu->dr);
	if (v->tsc_aux) {
		host_aux = cpu_rdmsr(MSR_TSC_AUX);
		cpu_wrmsr(MSR_TSC_AUX, v->tsc_aux);
	}

	svm_enter(vcpu->gpr, v->vmcb_pa, cpu->host_pa);

	if (v->tsc_aux)
		cpu_wrmsr(MSR_TSC_AUX, host_aux);
	if (debug_is_used(vcpu))
		load_debug(no_breakpoints);
	xstate_after_run(vcpu);
	vcpu->gpr[RAX] = c->rax;
	vcpu->cr2 = c->cr2;
	vcpu->dr6 = c->dr6;
	c->event_inj = 0;
	sync_tpr_out(vcpu);
	svm_mode_read(v);
	save_event(v);
}

/* Exits that do not end VP.ENTER, short of the odd one. */
static bool likely_resumed(const struct vp_exit *exit)
{
	switch (exit->reason) {
	case VMX_CPUID:
	case VMX_HLT:
	case VMX_IO:
	case VMX_RDMSR:
	case VMX_WRMSR:
	case VMX_CR_ACCESS:
		return true;
	}
	return false;
}

void engine_run(struct vcpu *vcpu, const struct vp_inject *inj,
		struct vp_exit *exit)
{
	struct vp_inject event = *inj;

	do {
		*exit = (struct vp_exit){};
		npt_sync_shared(vcpu);
		prepare_events(vcpu, &event);
		/* TCG's SVM cannot scale: right at each entry, then the host's pace */
		svm_of(vcpu)->vmcb->tsc_offset = virtual_tsc(vcpu->td) -
						 env_tsc();
		xstate_load_guest(vcpu);
		run_once(vcpu);
	} while (!svm_exit(vcpu, exit));

	/* after a TD exit the vCPU may be gone, with its save area */
	if (!likely_resumed(exit))
		engine_host_fpu();
}

void engine_enter(struct vcpu *vcpu)
{
	npt_look_again(vcpu);
}

void engine_leave(void)
{
	engine_host_fpu();
	/* as the CPU is after a TD exit */
	xstate_leave_xmm();
	native_write_cr2(0);
}
