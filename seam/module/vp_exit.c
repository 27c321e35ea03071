// SPDX-License-Identifier: GPL-2.0-only
/* What the module does with each way a TD vCPU can stop. */
#include "vp.h"
#include "sept.h"

SEAM_RARE void inject_gp(struct vp_inject *inj)
{
	inj->info = INJECT_HW | INJECT_ERRCODE | VECTOR_GP;
	inj->errcode = 0;
}

SEAM_RARE void inject_ud(struct vp_inject *inj)
{
	inj->info = INJECT_HW | VECTOR_UD;
	inj->errcode = 0;
}

SEAM_RARE void inject_ve(struct vcpu *v, const struct vp_exit *exit, gpa_t gpa,
			 struct vp_inject *inj)
{
	inj->errcode = 0;
	if (v->ve.valid) {
		inj->info = INJECT_HW | INJECT_ERRCODE | VECTOR_DF;
		return;
	}
	v->ve = (struct ve_state) {
		.exit_reason = exit->reason,
		.valid = VE_VALID,
		.qual = exit->qual,
		.gla = exit->gla,
		.gpa = gpa,
		.instr_len = exit->instr_len,
		.instr_info = exit->instr_info,
	};
	inj->info = INJECT_HW | VECTOR_VE;
}

/* Only a debug TD lets exceptions exit; of others, NMI and #MC do. */
static bool exit_exception(struct vcpu *v, const struct vp_exit *exit,
			   struct td_exit_regs *x)
{
	unsigned int type = exit->intr_info >> 8 & 7;
	unsigned int vector = exit->intr_info & 0xff;

	x->intr_info = exit->intr_info;
	if (type != 2 && vector == 18)
		x->status = ST(NON_RECOVERABLE_TD_NON_ACCESSIBLE);
	else if (type != 2 && !td_is_debug(v->td))
		x->status = ST(NON_RECOVERABLE_TD);
	return true;
}

#define SEPT_PENDING_STATES	(SEPT_IN(SEPT_PENDING) | \
				 SEPT_IN(SEPT_PEND_EXP_DIRTY))

/*
 * A private address that is not mapped is the host's affair. A pending page
 * is the guest's, unless #VE for it is switched off.
 */
static bool exit_ept_violation(struct vcpu *v, const struct vp_exit *exit,
			       struct td_exit_regs *x, struct vp_inject *inj)
{
	struct td *td = v->td;
	bool pending = false, ve;
	unsigned int level;
	u64 *entry;

	if (exit->gpa & td_shared_bit(td)) {
		ve = exit->convertible;
	} else {
		entry = sept_walk(td, exit->gpa, TDX_LEVEL_4K, &level);
		pending = entry && sept_in(atomic_read_once(entry),
					   SEPT_PENDING_STATES);
		ve = pending && !(td->td_ctls & TD_CTLS_PENDING_VE_OFF);
	}
	/* the CPU converts only while no #VE waits to be read */
	if (ve && (pending || !v->ve.valid)) {
		/* a #DF that cannot be delivered: no other is tried in its place */
		if (v->ve.valid && exit->during_df) {
			x->reason = VMX_TRIPLE_FAULT;
			x->status = ST(NON_RECOVERABLE_VCPU);
			return true;
		}
		inject_ve(v, exit, exit->gpa, inj);
		return false;
	}
	x->qual = exit->qual & ~SEAM_MASK(12, 7);
	x->gpa = exit->gpa & ~(PAGE_BYTES - 1);
	if (pending)
		x->ext_qual = EXT_QUAL_PENDING;
	return true;
}

/* The guest may want to hear of all CPUIDs, or of single leaves. */
static bool cpuid_is_ve(const struct vcpu *v, u8 cpl)
{
	int i = cpuid_guest_index(v->gpr[RAX], v->gpr[RCX]);

	if (cpl ? v->cpuid_ve_user : v->cpuid_ve_supervisor)
		return true;
	return i >= 0 && (v->cpuid_control[i] & (cpl ? 2 : 1));
}

static bool exit_cpuid(struct vcpu *v, const struct vp_exit *exit,
		       struct vp_inject *inj)
{
	u32 r[4];

	if (cpuid_is_ve(v, exit->cpl) ||
	    !cpuid_emulate(v, v->gpr[RAX], v->gpr[RCX], exit->long_mode, r)) {
		inject_ve(v, exit, 0, inj);
		return false;
	}
	v->gpr[RAX] = r[0];
	v->gpr[RBX] = r[1];
	v->gpr[RCX] = r[2];
	v->gpr[RDX] = r[3];
	engine_skip(v, exit->instr_len);
	return false;
}

static bool vp_exit_msr(struct vcpu *v, const struct vp_exit *exit, bool write,
			struct vp_inject *inj)
{
	enum msr_answer answer;
	u64 val = 0;

	if (write)
		answer = msr_write(v, v->gpr[RCX], (u32)v->gpr[RAX] |
				   v->gpr[RDX] << 32);
	else
		answer = msr_read(v, v->gpr[RCX], &val);

	switch (answer) {
	case MSR_VE:
		inject_ve(v, exit, 0, inj);
		return false;
	case MSR_GP:
		inject_gp(inj);
		return false;
	case MSR_OK:
		break;
	}
	if (!write) {
		v->gpr[RAX] = (u32)val;
		v->gpr[RDX] = val >> 32;
	}
	engine_skip(v, exit->instr_len);
	return false;
}

/* True: the TD exits with @x. False: the guest goes on, perhaps with @inj. */
static noinline bool handle_exit(struct vcpu *v, const struct vp_exit *exit,
				 struct td_exit_regs *x, struct vp_inject *inj)
{
	switch (exit->reason & 0xffff) {
	case VMX_EXCEPTION_NMI:
		return exit_exception(v, exit, x);
	case VMX_EXTERNAL_INTERRUPT:
	case VMX_CSTATE_SMI:
		x->intr_info = exit->intr_info;
		return true;
	case VMX_INIT:
	case VMX_OTHER_SMI:
	case VMX_TASK_SWITCH:
	case VMX_BUS_LOCK:
		x->qual = exit->qual;
		return true;
	case VMX_NOTIFY:
		x->qual = exit->qual;
		if (exit->qual & 1)
			x->status = ST(NON_RECOVERABLE_TD);
		return true;
	case VMX_TRIPLE_FAULT:
		x->status = ST(NON_RECOVERABLE_VCPU);
		return true;
	case VMX_INTR_WINDOW:
	case VMX_NMI_WINDOW:
		return false;		/* vp_event() runs before the guest does */
	case VMX_CPUID:
		return exit_cpuid(v, exit, inj);
	case VMX_HLT:
	case VMX_INVD:
	case VMX_VMCALL:
	case VMX_IO:
	case VMX_MWAIT:
	case VMX_MONITOR:
	case VMX_WBINVD:
	case VMX_APIC_WRITE:
	case VMX_PCONFIG:
		inject_ve(v, exit, 0, inj);
		return false;
	case VMX_RDPMC:
		if (td_is_debug(v->td) && (v->td->attributes & ATTR_PERFMON))
			return true;
		inject_gp(inj);
		return false;
	case VMX_CR_ACCESS:
		if (vp_cr_access(v, exit, inj))
			return false;
		x->qual = exit->qual;
		if (!td_is_debug(v->td))
			x->status = ST(NON_RECOVERABLE_TD);
		return true;
	case VMX_XSETBV:
		if (vp_xsetbv(v, inj))
			engine_skip(v, exit->instr_len);
		return false;
	case VMX_RDMSR:
		return vp_exit_msr(v, exit, false, inj);
	case VMX_WRMSR:
		return vp_exit_msr(v, exit, true, inj);
	case VMX_GETSEC:
	case VMX_RSM:
	case VMX_VMX_FIRST ... VMX_VMX_LAST:
	case VMX_INVEPT:
	case VMX_INVVPID:
	case VMX_VMFUNC:
	case VMX_ENCLS:
	case VMX_ENCLV:
	case VMX_SEAMOPS:
	case VMX_SEAMCALL_REASON:
		inject_ud(inj);
		return false;
	case VMX_ENQCMD:
		inject_gp(inj);
		return false;
	case VMX_BAD_GUEST_STATE:
		x->reason = exit->reason | SEAM_BIT(31);
		x->qual = exit->qual;
		if (!td_is_debug(v->td))
			x->status = ST(NON_RECOVERABLE_TD);
		return true;
	case VMX_ENTRY_MC:
		x->reason = exit->reason | SEAM_BIT(31);
		x->status = ST(NON_RECOVERABLE_TD_NON_ACCESSIBLE);
		return true;
	case VMX_EPT_VIOLATION:
		return exit_ept_violation(v, exit, x, inj);
	case VMX_EPT_MISCONFIG:
		x->gpa = exit->gpa & ~(PAGE_BYTES - 1);
		if (!(exit->gpa & td_shared_bit(v->td)))
			x->status = ST(NON_RECOVERABLE_TD_CORRUPTED_MD);
		return true;
	case VMX_PML_FULL:
		return true;
	default:
		/* nothing that a TD may do leads here */
		x->qual = exit->qual;
		x->status = ST(NON_RECOVERABLE_TD);
		return true;
	}
}

static const u64 exit_fields[NR_EXIT_WORDS] = {
	0x0024000200004402, 0x0024000200004404, 0x0024000200004406,
	0x002400020000440c, 0x002400020000440e, 0x0024000300002400,
	0x0024000300006400, 0x002400030000640a,
};

void vp_exit_init(struct vcpu *v)
{
	unsigned int i;

	for (i = 0; i < NR_EXIT_WORDS; i++)
		v->exit_word[i] = tdvps_word(v, exit_fields[i]);
}

/* VMCS exit fields, which a debugger of the TD can read. */
static SEAM_RARE void keep_exit(struct vcpu *v, const struct vp_exit *exit)
{
	const u64 vals[NR_EXIT_WORDS] = {
		exit->reason, exit->intr_info, exit->intr_errcode,
		exit->instr_len, exit->instr_info, exit->gpa, exit->qual,
		exit->gla,
	};
	unsigned int i;

	for (i = 0; i < NR_EXIT_WORDS; i++)
		*v->exit_word[i] = vals[i];
}

enum vp_step vp_exit(struct vcpu *vcpu, const struct vp_exit *exit,
		     struct vp_inject *inj, u64 g[NR_GPRS])
{
	struct td_exit_regs x = { .reason = exit->reason };

	inj->info = 0;
	inj->errcode = 0;
	if (td_is_debug(vcpu->td))
		keep_exit(vcpu, exit);
	if ((exit->reason & 0xffff) == VMX_TDCALL)
		return vp_tdcall(vcpu, exit, inj, g);
	if (!handle_exit(vcpu, exit, &x, inj))
		return VP_RESUME;
	vp_leave(vcpu, &x, g);
	return VP_LEAVE;
}
