/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The interfaces between softseam's layers:
 *
 *   door     turns a #UD of SEAMCALL into seam_call()       (kernel only)
 *   loader   P-SEAMLDR leaves: RAX bit 63                   (also user space)
 *   module   the TDX module's state and leaves              (also user space)
 *   engine   runs a vCPU until it exits: SVM, or a script   (one of two)
 *   env      memory, locks' environment, entropy, hashes    (one of two)
 *
 * Everything but the door, the SVM engine and the kernel env builds for user
 * space too, where recorded and random call sequences run against it.
 */
#ifndef SOFTSEAM_SEAM_H
#define SOFTSEAM_SEAM_H

#include <seamhost/types.h>
#include <seamhost/status.h>

/* General registers by x86 number; RSP's slot is never used. */
enum gpr {
	RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI,
	R8, R9, R10, R11, R12, R13, R14, R15,
	NR_GPRS
};

struct vcpu;
struct td;

/* ---- door -> module ---------------------------------------------------- */

enum seam_result {
	SEAM_DONE,		/* @g holds RAX and the other outputs */
	SEAM_VMFAILINVALID,	/* CF = 1, registers untouched */
	SEAM_ENTER,		/* VP.ENTER passed all checks: run the vCPU */
	SEAM_FAULT_GP,		/* the instruction raises #GP */
	SEAM_DECLINE,		/* as if nobody emulated: #UD */
};

/**
 * seam_call() - one SEAMCALL on logical processor @lp
 * @lp: 0 .. seam_config.nr_lps - 1
 * @g: the caller's registers, changed as the leaf says
 * @vcpu: out, with SEAM_ENTER: the vCPU whose guest registers are ready.
 *	The caller then alternates engine_run() and vp_exit() until vp_exit()
 *	says VP_LEAVE, which fills @g with what VP.ENTER returns.
 */
enum seam_result seam_call(unsigned int lp, u64 g[NR_GPRS],
			   struct vcpu **vcpu);

/* ---- engine -> module -------------------------------------------------- */

/* A guest exit in VMX terms, whatever runs the guest. */
struct vp_exit {
	u32 reason;		/* VMX basic exit reason */
	u32 instr_len;
	u32 instr_info;
	u32 intr_info;		/* VM-exit interruption information */
	u32 intr_errcode;
	u64 qual;
	u64 gpa;		/* EPT violation */
	u64 gla;
	u8 cpl;
	bool long_mode;		/* 64-bit code segment */
	/* EPT violation in the shared EPT: the entry's suppress-#VE bit is clear */
	bool convertible;
	bool during_df;		/* EPT violation: it met the delivery of a #DF */
};

/* What the engine must do before the guest goes on. */
struct vp_inject {
	u32 info;		/* VM-entry interruption information, 0: none */
	u32 errcode;
};

enum vp_step {
	VP_RESUME,		/* registers, RIP and @inj are set: run on */
	VP_LEAVE,		/* TD exit: @g is what the host sees */
};

/**
 * vp_exit() - handle one exit of a running vCPU
 * @vcpu: stopped
 * @exit: why
 * @inj: out, with VP_RESUME: the event that the guest gets first
 * @g: out, with VP_LEAVE: what the host sees
 *
 * Emulates what the module emulates (TDG leaves, CPUID, MSRs, #VE, #GP),
 * or ends VP.ENTER.
 */
enum vp_step vp_exit(struct vcpu *vcpu, const struct vp_exit *exit,
		     struct vp_inject *inj, u64 g[NR_GPRS]);

/**
 * vp_event() - what else is to be injected before the guest runs
 * @vcpu: about to run
 * @intr_ok: the guest would take an interrupt now: RFLAGS.IF, no shadow
 * @nmi_ok: no NMI or STI/MOV SS blocking
 * @inj: out: the event, if there is one
 *
 * Called before each run when @inj is still empty: a pending NMI (PEND_NMI)
 * and interrupts of the virtual APIC and the posted-interrupt descriptor.
 *
 * Return: true when something waits that could not be injected: have an exit
 * as soon as it could (reason 8, NMI window, or 7, interrupt window).
 */
bool vp_event(struct vcpu *vcpu, bool intr_ok, bool nmi_ok,
	      struct vp_inject *inj);

/* ---- module -> engine -------------------------------------------------- */

/* Engine's own part of a vCPU / TD; NULL on want of memory. */
void *engine_vcpu_create(struct vcpu *vcpu);
void engine_vcpu_destroy(struct vcpu *vcpu, void *priv);
void *engine_td_create(struct td *td);
void engine_td_destroy(struct td *td, void *priv);
/* Reset state of a TD vCPU (TDH.VP.INIT). */
void engine_vcpu_reset(struct vcpu *vcpu);
/* The private mapping of [gpa, gpa + size of level) is gone or changed. */
void engine_sept_zap(struct td *td, gpa_t gpa, unsigned int level);
/* RIP += len of the instruction that exited. */
void engine_skip(struct vcpu *vcpu, unsigned int len);
/* Guest state that leaves and metadata reach by VMCS encoding or by MSR. */
bool engine_guest_field(struct vcpu *vcpu, u32 vmcs_encoding, u64 *val,
			bool write);
bool engine_guest_msr(struct vcpu *vcpu, u32 msr, u64 *val, bool write);
/*
 * XMM registers that TDVMCALL passes, by mask: with VP.ENTER the host's become
 * the guest's, with the TD exit the host finds the guest's.
 */
void engine_xmm_in(struct vcpu *vcpu, u16 mask);
void engine_xmm_out(struct vcpu *vcpu, u16 mask);

/* ---- env --------------------------------------------------------------- */

/* Host memory at @hpa, valid to the end of its page; NULL: no RAM there. */
void *env_host_ptr(hpa_t hpa);
/* Memory only softseam sees. Any context, never sleeps, zeroed, or NULL. */
void *env_alloc(size_t size);
void env_free(void *p, size_t size);
/* 4K or 2M (level 1) of page-aligned private memory for TD content. */
void *env_page_alloc(unsigned int level);
void env_page_free(void *p, unsigned int level);
/* What the host reads in a page that the module owns: noise only. */
void env_page_scramble(hpa_t hpa, unsigned int level);
/* Did the host write to it since? */
bool env_page_touched(hpa_t hpa, unsigned int level);
/* An interrupt waits on @lp: interruptible leaves stop. */
bool env_intr_pending(unsigned int lp);
/* False: no entropy now. */
bool env_random(u64 *val);
u64 env_tsc(void);

/* Points inside a leaf where a test may hold it up: see fault.h. */
enum seam_point {
	SEAM_AT_LOCK,		/* it has taken a lock for itself alone */
	SEAM_AT_MEMORY,		/* it is about to take memory of softseam's */
	SEAM_AT_TAKE,		/* a page of the host's becomes the module's */
	SEAM_AT_INTERRUPT,	/* it looks whether an interrupt waits */
	SEAM_AT_ZAP,		/* it has changed the Secure EPT */
	SEAM_AT_GUEST,		/* VP.ENTER is about to run the guest */
};

/* Called by env, engine and door at these points, on @lp. */
void seam_at(unsigned int lp, enum seam_point point);
/* A lock was taken exclusively: env knows on which LP. */
void env_locked(void);
/*
 * Who looks at PAMT entries from outside of a SEAMCALL does so between these,
 * a few at a time; and so does who frees them, or all TDs at once. Not nested.
 */
void env_look_lock(void);
void env_look_unlock(void);

/* SHA-384; the context is of env_sha384_size() bytes and may be copied. */
size_t env_sha384_size(void);
void env_sha384_init(void *ctx);
void env_sha384_update(void *ctx, const void *data, size_t len);
void env_sha384_final(void *ctx, u8 digest[48]);
void env_hmac_sha256(const u8 key[32], const void *data, size_t len,
		     u8 mac[32]);

/* ---- what the machine and the module are like -------------------------- */

#define SEAM_MAX_CMRS	32
#define SEAM_MAX_LPS	256
#define SEAM_MAX_PKGS	8

struct seam_cmr {
	u64 base, size;
};

struct seam_cpuid {
	u32 leaf, subleaf;
	u32 r[4];		/* EAX EBX ECX EDX */
};

struct seam_msr {
	u32 index;
	u64 value;
};

/* Set once before the first seam_call(): the personality of this machine. */
struct seam_config {
	unsigned int nr_lps, nr_pkgs;
	u8 pkg_of_lp[SEAM_MAX_LPS];
	unsigned int nr_cmrs;
	struct seam_cmr cmr[SEAM_MAX_CMRS];
	unsigned int updates;		/* that P-SEAMLDR takes; 0: the usual */
	u32 keyids_shared, keyids_private;
	unsigned int keyid_shift;	/* lowest KeyID bit of an HPA */
	unsigned int keyid_bits;
	unsigned int max_pa;		/* CPUID 0x80000008 EAX[7:0] */
	u16 version[4];			/* major, minor, update, internal */
	u32 build_date;
	u16 build_num;
	u64 features0;
	u16 max_tdmrs, max_reserved;
	u16 pamt_entry_size[3];
	u16 module_hv, min_update_hv;
	bool no_downgrade;
	bool clobber_rbp;		/* act as modules without NO_RBP_MOD */
	bool lp_x2apic;
	bool sys_disable;		/* TDH.SYS.DISABLE exists */
	const struct seam_cpuid *cpuid;
	unsigned int nr_cpuid;
	bool cpuid_xsave_sizes;		/* of leaf 0xd follow XCR0 and XSS */
	const struct seam_msr *msr;
	unsigned int nr_msr;
};

extern struct seam_config seam_config;

int seam_init(void);		/* 0 or negative errno */
bool seam_is_shut_down(void);	/* or disabled: no leaf but SEAMLDR's works */
void seam_exit(void);		/* frees all that the module still holds */

#endif /* SOFTSEAM_SEAM_H */
