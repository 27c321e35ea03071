/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The engine that runs TDs with SVM: what the door and the env may call, and
 * what its files share.
 */
#ifndef SOFTSEAM_SVM_H
#define SOFTSEAM_SVM_H

#include <linux/atomic.h>
#include <linux/percpu.h>
#include <linux/spinlock.h>
#include "../module/module.h"
#include "vmcb.h"

/* ---- for the kernel side of softseam -------------------------------------- */

int engine_init(void);
void engine_exit(void);
/* SVM on and off on this CPU. Interrupts off. -EBUSY: somebody uses it. */
int engine_cpu_on(void);
void engine_cpu_off(void);
/* May a TD run on this CPU? Says why not in the log. */
bool engine_cpu_usable(void);
/* Runs the guest, with @inj injected first, until something stops it. */
void engine_run(struct vcpu *vcpu, const struct vp_inject *inj,
		struct vp_exit *exit);
/* VP.ENTER begins. */
void engine_enter(struct vcpu *vcpu);
/* VP.ENTER is over: the CPU is the host's again. */
void engine_leave(void);
/* No vector state of a guest is in the CPU when this returns. */
void engine_host_fpu(void);

/* Is it QEMU that emulates this CPU, instruction by instruction? */
bool engine_under_tcg(void);

/* ---- inside the engine ----------------------------------------------------- */

/* Pages of mapped private pages, for 1020 of them */
#define LOOK_CHUNKS	6

struct svm_td {
	raw_spinlock_t lock;	/* page tables, and translating for them */
	u64 *root;
	unsigned int levels;	/* those of the host's own paging */
	u64 shared_generation;
	u64 shared_eptp;	/* root of what the shared half shows */
	unsigned int nr_tables;
	u64 generation;		/* changes with each zap; never 0 */
	u64 tlb_generation;	/* and with whatever else is unmapped */
	/*
	 * Private pages are looked at for host writes: each at every VP.ENTER
	 * (look.c), or all anew after a while: TSC when that was last done, and
	 * what it took since.
	 */
	bool strict;
	struct look_slot *look[LOOK_CHUNKS];
	unsigned int nr_look, look_victim;
	u64 looked, look_cost;
};

#define INSN_MAX	15

/* Where the last instruction was fetched, and by which entries. */
struct svm_code {
	u64 cr3, rip, generation;
	bool shared;		/* the walk went through shared memory */
	unsigned int levels;
	const u64 *entry[5];
	u64 value[5];
	const u8 *bytes;	/* NULL: nothing is known */
};

struct svm_vcpu {
	struct vmcb *vmcb;
	u64 vmcb_pa;
	void *xsave;
	bool vectors_initial;	/* all of it, whatever @xsave says */
	u8 vectors_wait;	/* exits until that is looked at again */
	/* as the guest knows them; the VMCB's differ where SVM wants it */
	u64 cr0, cr4, efer;
	u64 tsc_aux;
	u64 reinject;		/* event whose delivery an exit broke off */
	u8 tpr;			/* as given to the VMCB last */
	bool nmi_blocked;	/* from an NMI to its IRET */
	bool iret_seen;		/* the IRET at iret_rip is about to run */
	u64 iret_rip;
	bool stepping;		/* an exit comes right after that IRET */
	u64 step_dr6;
	u32 ldtr_ar;		/* access rights while LDTR is unusable */
	struct svm_code code;
	/* the CPU it ran on last, and the tables' tlb_generation then */
	unsigned int cpu;
	u64 generation;
};

struct svm_cpu {
	/*
	 * Where VMRUN keeps the host's state, and VMSAVE what VMRUN does not:
	 * it has places of its own there, and this is one page less.
	 */
	struct page *hsave;
	u64 host_pa;
	void *xsave;		/* the host's PKRU while a guest's is in */
	struct vcpu *loaded;	/* whose vector state is in the CPU */
	const struct svm_vcpu *last;	/* whose translations may be in the TLB */
	u64 host_xcr0;
	u64 old_hsave;
	/* XMM0 to XMM15 for the host, where a TDVMCALL passes any */
	u8 xmm[16][16] __aligned(16);
	bool xmm_passed;
};

DECLARE_PER_CPU(struct svm_cpu, svm_cpu);

asmlinkage void svm_enter(u64 *gpr, u64 guest_vmcb, u64 host_vmcb);

static inline struct svm_vcpu *svm_of(const struct vcpu *vcpu)
{
	return vcpu->engine;
}

static inline bool svm_long_mode(const struct svm_vcpu *v)
{
	return (v->vmcb->efer & BIT(10)) && (v->vmcb->cs.attr & BIT(9));
}

/* mode.c: control registers between guest and VMCB */
void svm_mode_sync(struct svm_vcpu *v);
void svm_mode_read(struct svm_vcpu *v);
bool svm_set_cr0(struct svm_vcpu *v, u64 val);
bool svm_set_cr4(struct svm_vcpu *v, u64 val);
bool svm_set_efer(struct svm_vcpu *v, u64 val);

/* msr.c: MSRs that a TD has for itself */
enum svm_msr { SVM_MSR_OK, SVM_MSR_GP, SVM_MSR_OTHER };
enum svm_msr svm_msr_access(struct vcpu *vcpu, u32 msr, u64 *val, bool write);
void svm_msrpm_init(u8 *msrpm);

/* npt.c */
/* In the memory at @t. */
struct svm_td *npt_create(struct svm_td *t);
void npt_destroy(struct svm_td *t);
/* True: mapped, go on. False: @exit says what the module has to handle. */
bool npt_fault(struct vcpu *vcpu, u64 info, gpa_t gpa, struct vp_exit *exit);
/* With each VP.ENTER: look at private pages again, in good time. */
void npt_look_again(struct vcpu *vcpu);
/* Before each run: forget shared translations that the host flushed. */
void npt_sync_shared(struct vcpu *vcpu);
/* Where the guest's @gpa is, for the length of one call; NULL: nowhere. */
void *npt_gpa_ptr(struct vcpu *vcpu, gpa_t gpa);

/* decode.c */
struct svm_insn {
	u8 bytes[INSN_MAX];
	u8 len;			/* bytes fetched */
	u8 prefixes;		/* of them, prefixes */
	u8 rex;
	bool rep;
};

void svm_fetch(struct vcpu *vcpu, struct svm_insn *insn);
/* Do these opcode bytes, the first in the low bits, follow the prefixes? */
bool svm_insn_is(const struct svm_insn *insn, u32 op, unsigned int len);

/* exit.c: false: handled, run on */
bool svm_exit(struct vcpu *vcpu, struct vp_exit *exit);
void svm_inject_exc(struct svm_vcpu *v, u8 vector, bool has_code, u32 code);

/* xstate.c */
int xstate_init(void);
size_t xstate_size(void);
void xstate_reset(void *area);
void xstate_load_guest(struct vcpu *vcpu);
void xstate_leave_xmm(void);
void xstate_after_run(struct vcpu *vcpu);

#endif /* SOFTSEAM_SVM_H */
