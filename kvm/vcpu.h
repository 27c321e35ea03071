/* SPDX-License-Identifier: GPL-2.0-only */
/* One vCPU: its file, its association with a CPU, its exits. */
#ifndef KVM_TDX_VCPU_H
#define KVM_TDX_VCPU_H

#include <linux/hrtimer.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/wait.h>

#include <seamhost/run.h>

#include "vm.h"

/* Bits of vcpu->requests: done by the vCPU itself before it enters. */
#define VCPU_REQ_FLUSH_SHARED	0
#define VCPU_REQ_NMI		1

/* The posted-interrupt descriptor, as the CPU and the module read it. */
struct td_pi {
	unsigned long pir[4];
	u64 control;			/* 0 ON, 1 SN, 23:16 NV, 63:32 NDST */
	u64 reserved[3];
} __aligned(64);

#define PI_ON		0
#define PI_SN		1
#define PI_NV_SHIFT	16
#define PI_NDST_SHIFT	32

struct lapic {
	struct hrtimer timer;
	u32 ldr, svr, esr, tmict, tdcr;
	u32 lvt[7];			/* CMCI, timer, thermal, perf, LINT0-1, error */
	u64 icr;
	u64 tsc_deadline;
	ktime_t period;
	ktime_t expires;
};

struct td_vcpu;
struct host_state;
typedef int (*vcpu_complete_fn)(struct td_vcpu *vcpu);

struct td_vcpu {
	struct td_vm *vm;
	u32 id;				/* x2APIC id */
	unsigned int index;		/* in vm->vcpus */

	struct mutex mutex;		/* held during vCPU ioctls */
	struct page *run_page;
	struct page *pio_page;
	struct kvm_run *run;
	vcpu_complete_fn complete;	/* finishes the exit before */
	u64 map_gpa_next;		/* where a MapGPA goes on */

	/* TDVPS */
	struct page *tdvpr_page;
	hpa_t tdvpr;
	struct page **tdcx;
	unsigned int nr_tdcx;
	bool inited_by_module;		/* VP.INIT was done */
	bool initialized;		/* INIT_VCPU was done */

	/*
	 * Where the TDVPS is loaded: changed only on that CPU, or when it is
	 * nowhere (-1). @here links it in that CPU's list.
	 */
	int cpu;
	struct list_head here;
	tdx_status_t flush_status;	/* what the last VP.FLUSH said */

	/* 1 from before the check of requests until after the exit */
	int in_guest;
	unsigned long requests;
	wait_queue_head_t wq;

	/* The last exit, with names for its parts or as registers. */
	union {
		struct td_exit last;
		struct {
			tdx_status_t exit;
			struct tdx_regs regs;
		};
	};
	struct host_state *host;	/* while in vcpu_enter() */
	/* What exit_fast() was told: not on the stack, whose canary has a page. */
	struct tdx_out details;

	struct kvm_cpuid2 *cpuid;
	struct td_pi pi;
	bool pi_set;
	struct lapic lapic;
	u64 msr_misc_enable;
	u64 msr_pat;
	u64 mcg_status;
	u32 mp_state;
};

/* vcpu.c */
long vcpu_create(struct td_vm *vm, unsigned long id);
void vcpu_destroy_all(struct td_vm *vm);
void vcpu_kick(struct td_vcpu *vcpu);
void vcpu_request(struct td_vcpu *vcpu, int req);

/* vcpu_td.c: the TDVPS */
long vcpu_td_init(struct td_vcpu *vcpu, struct kvm_tdx_cmd *cmd);
void vcpu_td_reclaim(struct td_vcpu *vcpu);
/* Preemption off: have the TDVPS where we run. */
int vcpu_load(struct td_vcpu *vcpu);
void vcpu_note_loaded(struct td_vcpu *vcpu);
void vcpu_flush(struct td_vcpu *vcpu);
int vcpu_td_write(struct td_vcpu *vcpu, u64 field, u64 value, u64 mask);
int vcpu_td_read(struct td_vcpu *vcpu, u64 field, u64 *value);
int vcpu_hotplug_init(void);
void vcpu_hotplug_exit(void);

/* cmd.c */
long vcpu_tdx_cmd(struct td_vcpu *vcpu, void __user *argp);

/* run.c */
long vcpu_run(struct td_vcpu *vcpu);
bool vcpu_may_reenter(struct td_vcpu *vcpu);
/* Its thread has something to do before the TD runs on. */
bool vcpu_is_wanted(struct td_vcpu *vcpu);

/* enter.c: one VP.ENTER with the host's state kept */
void vcpu_enter(struct td_vcpu *vcpu);

/*
 * What an exit leads to: go on in the guest, go to user space with the exit
 * described in kvm_run, or end KVM_RUN with an error.
 */
#define EXIT_RESUME	1
#define EXIT_USER	0

int exit_dispatch(struct td_vcpu *vcpu);		/* exit.c */
bool exit_fast(struct td_vcpu *vcpu);			/* exit_fast.c */
int tdvmcall_dispatch(struct td_vcpu *vcpu);		/* tdvmcall.c */
int exit_io(struct td_vcpu *vcpu);			/* exit_io.c */
int exit_mmio(struct td_vcpu *vcpu);
int exit_map_gpa(struct td_vcpu *vcpu);			/* exit_user.c */
int exit_get_quote(struct td_vcpu *vcpu);
int exit_tdvmcall_info(struct td_vcpu *vcpu);
int exit_setup_notify(struct td_vcpu *vcpu);
int exit_fatal(struct td_vcpu *vcpu);
int exit_memory_fault(struct td_vcpu *vcpu, gpa_t gpa, bool private);
int exit_internal_error(struct td_vcpu *vcpu);
int exit_hlt(struct td_vcpu *vcpu);			/* hlt.c */
bool vcpu_has_event(struct td_vcpu *vcpu);
int exit_ept_violation(struct td_vcpu *vcpu);		/* exit_fault.c */

static inline void tdvmcall_answer(struct td_vcpu *vcpu, u64 r10)
{
	vcpu->regs.r10 = r10;
}

/* cpuid.c */
long cpuid_set(struct td_vcpu *vcpu, void __user *argp);
long cpuid_get(struct td_vcpu *vcpu, void __user *argp);
long cpuid_get_td(struct td_vcpu *vcpu, struct kvm_tdx_cmd *cmd);
long cpuid_supported(void __user *argp);
const struct kvm_cpuid_entry2 *cpuid_find(struct td_vcpu *vcpu, u32 function,
					  u32 index);

/* msr.c: MSRs that reach the VMM; 0, or -EINVAL for #GP in the guest */
bool msr_is_lapic(u32 msr);
int msr_read(struct td_vcpu *vcpu, u32 msr, u64 *value);
int msr_write(struct td_vcpu *vcpu, u32 msr, u64 value);
long msr_ioctl(struct td_vcpu *vcpu, unsigned int cmd, void __user *argp);

/* lapic.c */
void lapic_init(struct td_vcpu *vcpu);
void lapic_destroy(struct td_vcpu *vcpu);
int lapic_read(struct td_vcpu *vcpu, u32 msr, u64 *value);
int lapic_write(struct td_vcpu *vcpu, u32 msr, u64 value);

/* irq.c: delivery by posted interrupt; modes as in ICR and MSI */
#define IRQ_FIXED	0
#define IRQ_LOWEST	1
#define IRQ_NMI		4

void irq_post(struct td_vcpu *vcpu, unsigned int vector);
void irq_nmi(struct td_vcpu *vcpu);
bool irq_posted(struct td_vcpu *vcpu);
int irq_deliver(struct td_vm *vm, u32 dest, bool logical, u32 mode, u8 vector);
int irq_msi(struct td_vm *vm, u64 address, u32 data);

#endif /* KVM_TDX_VCPU_H */
