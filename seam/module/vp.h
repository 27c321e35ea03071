/* SPDX-License-Identifier: GPL-2.0-only */
/* vCPU internals: what the vp, guest, cpuid and msr files share. */
#ifndef SOFTSEAM_VP_H
#define SOFTSEAM_VP_H

#include "module.h"

/* VMX basic exit reasons that the module looks at. */
enum vmx_exit {
	VMX_EXCEPTION_NMI = 0, VMX_EXTERNAL_INTERRUPT = 1, VMX_TRIPLE_FAULT = 2,
	VMX_INIT = 3, VMX_OTHER_SMI = 6, VMX_INTR_WINDOW = 7,
	VMX_NMI_WINDOW = 8, VMX_TASK_SWITCH = 9,
	VMX_CPUID = 10, VMX_GETSEC = 11, VMX_HLT = 12, VMX_INVD = 13,
	VMX_RDPMC = 15, VMX_RSM = 17, VMX_VMCALL = 18, VMX_VMX_FIRST = 19,
	VMX_VMX_LAST = 27, VMX_CR_ACCESS = 28, VMX_IO = 30, VMX_RDMSR = 31,
	VMX_WRMSR = 32, VMX_BAD_GUEST_STATE = 33, VMX_MWAIT = 36,
	VMX_MONITOR = 39, VMX_ENTRY_MC = 41, VMX_CSTATE_SMI = 42,
	VMX_EPT_VIOLATION = 48, VMX_EPT_MISCONFIG = 49, VMX_INVEPT = 50,
	VMX_INVVPID = 53, VMX_WBINVD = 54, VMX_XSETBV = 55, VMX_APIC_WRITE = 56,
	VMX_VMFUNC = 59, VMX_ENCLS = 60, VMX_PML_FULL = 62, VMX_PCONFIG = 65,
	VMX_ENCLV = 70, VMX_ENQCMD = 72, VMX_SEAMCALL_REASON = 76,
	VMX_BUS_LOCK = 74, VMX_NOTIFY = 75, VMX_TDCALL = 77,
};

#define VMX_LOADIWK		69
#define VMX_SEAMOPS		73

#define EPT_QUAL_READ		1
#define EPT_QUAL_WRITE		2

/* TYPE field of the extended exit qualification */
#define EXT_QUAL_ACCEPT		1
#define EXT_QUAL_ATTR_WR	5
#define EXT_QUAL_PENDING	6

#define TDCALL_BYTES		4

/* VM-entry interruption information */
#define INJECT_VALID		(1U << 31)
#define INJECT_NMI		(INJECT_VALID | 2 << 8 | 2)
#define INJECT_HW		(INJECT_VALID | 3 << 8)
#define INJECT_ERRCODE		(1U << 11)

#define VECTOR_UD		6
#define VECTOR_DF		8
#define VECTOR_GP		13
#define VECTOR_VE		20

#define VE_VALID		0xffffffffU

#define PIN_POSTED_INTR		0x80

#define ATTR_DEBUG		SEAM_BIT(0)
#define ATTR_LASS		SEAM_BIT(27)
#define ATTR_SEPT_VE_DISABLE	SEAM_BIT(28)
#define ATTR_MIGRATABLE		SEAM_BIT(29)
#define ATTR_PKS		SEAM_BIT(30)
#define ATTR_KL			SEAM_BIT(31)
#define ATTR_PERFMON		SEAM_BIT(63)

#define FLAG_GPAW52		SEAM_BIT(0)
#define FLAG_FLEXIBLE_VE	SEAM_BIT(1)
#define FLAG_NO_RBP_MOD		SEAM_BIT(2)

#define TD_CTLS_PENDING_VE_OFF	SEAM_BIT(0)

/* VMCS encodings used by name */
#define VMCS_RIP		0x681e
#define VMCS_RFLAGS		0x6820
#define VMCS_CR0		0x6800
#define VMCS_CR4		0x6804
#define VMCS_INTERRUPTIBILITY	0x4824
#define VMCS_EFER		0x2806
#define VMCS_DEBUGCTL		0x2802

#define DEBUGCTL_TR		SEAM_BIT(6)
#define DEBUGCTL_BTS		SEAM_BIT(7)
#define DEBUGCTL_UNCORE_PMI	SEAM_BIT(13)

#define MSR_MISC_ENABLE		0x1a0
#define MISC_MONITOR		SEAM_BIT(18)

static inline gpa_t td_shared_bit(const struct td *td)
{
	return td->gpaw52 ? SEAM_BIT(51) : SEAM_BIT(47);
}

static inline bool td_is_debug(const struct td *td)
{
	return td->attributes & ATTR_DEBUG;
}

/* Pages that the TDVPS of a vCPU of @td has, TDVPR included. */
static inline unsigned int tdvps_pages(const struct td *td)
{
	return TDVPS_PAGES + 3 * td->num_l2_vms;
}

void inject_gp(struct vp_inject *inj);
void inject_ud(struct vp_inject *inj);
/* #VE with @exit's reason, qualification and lengths; #DF while one waits. */
void inject_ve(struct vcpu *v, const struct vp_exit *exit, gpa_t gpa,
	       struct vp_inject *inj);

/* The LP of an associated vCPU. */
static inline unsigned int vcpu_lp(const struct vcpu *v)
{
	return atomic_read_once(&v->assoc_lp);
}

/* False: another LP has it. */
bool vcpu_associate(struct vcpu *v, unsigned int lp);

/* True: out[] is the answer (EAX EBX ECX EDX). False: #VE. */
bool cpuid_emulate(struct vcpu *v, u32 leaf, u32 subleaf, bool long_mode,
		   u32 out[4]);
/* Index of a leaf in the TD's CPUID values, -1: #VE. */
int cpuid_index(u32 leaf, u32 subleaf);
/* The same for what a guest asks, also beyond the last leaf. */
int cpuid_guest_index(u32 leaf, u32 subleaf);
/* What RDTSC shows to the guest now. */
u64 virtual_tsc(const struct td *td);
bool cpuid_native(u32 leaf, u32 subleaf, u32 out[4]);
/* Family, model and stepping of the CPU */
u32 cpuid_signature(void);

#define MSR_IA32_XSS_INDEX	0xda0

enum msr_answer { MSR_OK, MSR_GP, MSR_VE };
enum msr_answer msr_read(struct vcpu *v, u32 msr, u64 *val);
/* What the TD's IA32_VMX_* MSRs say (vmx_msr.c); false: #GP. */
bool vmx_msr(const struct td *td, u32 msr, u64 *val);
/* An MSR that is the guest's own, wherever it is kept; false: nowhere. */
bool own_msr(struct vcpu *v, u32 msr, u64 *val, bool write);
/* The bitmap that says which MSRs exit: word @i of 512. */
u64 msr_bitmap_word(const struct td *td, unsigned int i);
u64 arch_capabilities(const struct td *td);
/* An address with the TD's KeyID, as the CPU would use it. */
static inline hpa_t td_hpa(const struct td *td, hpa_t hpa)
{
	return hpa ? hpa | (u64)td->hkid << seam_config.keyid_shift : 0;
}

enum msr_answer msr_write(struct vcpu *v, u32 msr, u64 val);

/* What a guest may write to CR4 and EFER, by ATTRIBUTES and XFAM. */
u64 vp_cr4_allowed(const struct td *td);

/* Virtual APIC (vapic.c): @reg is the x2APIC MSR number - 0x800. */
enum msr_answer vapic_read(struct vcpu *v, u32 reg, u64 *val);
enum msr_answer vapic_write(struct vcpu *v, u32 reg, u64 val);
void vapic_reset(struct vcpu *v);
/* Takes the posted requests over; the vector to deliver now, or -1. */
int vapic_pending(struct vcpu *v);
/* The same without the posted requests. */
int vapic_deliverable(struct vcpu *v);
void vapic_accept(struct vcpu *v, unsigned int vector);

/* metadata.c: TDVPS fields that nothing but metadata reads. */
size_t tdvps_store_size(struct td *td);
void tdvps_store_init(struct vcpu *v);
/* The stored word of a TDVPS field, NULL if it is kept elsewhere. */
u64 *tdvps_word(struct vcpu *v, u64 field_id);

/* TD exits (vp_exit.c) */
struct td_exit_regs {
	u64 status;		/* upper half of RAX */
	u32 reason;
	u64 qual, ext_qual, gpa, intr_info;
};

void vp_leave(struct vcpu *v, const struct td_exit_regs *x, u64 *g);
void vp_leave_tdvmcall(struct vcpu *v, u64 *g);

/* Finds the words that debuggers read of exits. */
void vp_exit_init(struct vcpu *v);

/* vp_tdcall.c */
enum vp_step vp_tdcall(struct vcpu *v, const struct vp_exit *exit,
		       struct vp_inject *inj, u64 *g);
/* vp_cr.c */
bool vp_cr_access(struct vcpu *v, const struct vp_exit *exit,
		  struct vp_inject *inj);
bool vp_xsetbv(struct vcpu *v, struct vp_inject *inj);

#endif /* SOFTSEAM_VP_H */
