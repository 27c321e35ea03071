// SPDX-License-Identifier: GPL-2.0-only
/* Exits of SVM in the terms of VMX; what the module need not see ends here. */
#include <linux/bits.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <asm/processor-flags.h>
#include <asm/trapnr.h>
#include "svm.h"
#include "../module/vp.h"

#define INTR_INFO_NMI	(BIT(31) | 2 << 8 | X86_TRAP_NMI)
#define VAPIC_TPR	(0x80 / 4)
#define DR7_FIXED	BIT(10)

/* opcodes, the first byte in the low bits */
#define OP_TDCALL	0xcc010f
#define OP_SEAMCALL	0xcf010f
#define OP_VMCALL	0xc1010f
#define OP_PCONFIG	0xc5010f
#define OP_GETSEC	0x370f
#define OP_INVD		0x080f
#define OP_CLTS		0x060f

SEAM_RARE void svm_inject_exc(struct svm_vcpu *v, u8 vector, bool has_code, u32 code)
{
	v->reinject = vector | SVM_EVENT_EXC | SVM_EVENT_VALID;
	if (has_code)
		v->reinject |= SVM_EVENT_ERRCODE | (u64)code << 32;
}

static bool has_prefix(const struct svm_insn *insn, u8 byte)
{
	unsigned int i;

	for (i = 0; i < insn->prefixes; i++)
		if (insn->bytes[i] == byte)
			return true;
	return false;
}

/* @reason, for an instruction whose opcode has @opcode_len bytes. */
static SEAM_RARE bool insn_exit(struct vcpu *vcpu, struct vp_exit *exit, u32 reason,
				unsigned int opcode_len)
{
	struct svm_insn insn;

	svm_fetch(vcpu, &insn);
	exit->reason = reason;
	exit->instr_len = insn.prefixes + opcode_len;
	return true;
}

/*
 * Instructions that Intel CPUs have and this one does not; all else is the
 * guest's own #UD.
 */
static SEAM_RARE bool exit_other_ud(struct vcpu *vcpu, struct vp_exit *exit,
				    const struct svm_insn *insn)
{
	if (svm_insn_is(insn, OP_SEAMCALL, 3) && has_prefix(insn, 0x66)) {
		exit->reason = VMX_SEAMCALL_REASON;
	} else if (svm_insn_is(insn, OP_VMCALL, 3)) {
		exit->reason = VMX_VMCALL;
	} else if (svm_insn_is(insn, OP_PCONFIG, 3)) {
		exit->reason = VMX_PCONFIG;
	} else if (svm_insn_is(insn, OP_GETSEC, 2)) {
		exit->reason = VMX_GETSEC;
		exit->instr_len = insn->prefixes + 2;
	} else {
		svm_inject_exc(svm_of(vcpu), X86_TRAP_UD, false, 0);
		return false;
	}
	return true;
}

static bool exit_ud(struct vcpu *vcpu, struct vp_exit *exit)
{
	struct svm_insn insn;

	svm_fetch(vcpu, &insn);
	exit->instr_len = insn.prefixes + 3;
	if (!svm_insn_is(&insn, OP_TDCALL, 3) || !has_prefix(&insn, 0x66))
		return exit_other_ud(vcpu, exit, &insn);
	exit->reason = VMX_TDCALL;
	return true;
}

/* TCG gives INVD the code of WBINVD. */
static SEAM_RARE bool exit_wbinvd(struct vcpu *vcpu, struct vp_exit *exit)
{
	struct svm_insn insn;

	svm_fetch(vcpu, &insn);
	exit->reason = svm_insn_is(&insn, OP_INVD, 2) ? VMX_INVD : VMX_WBINVD;
	exit->instr_len = insn.prefixes + 2;
	return true;
}

static SEAM_RARE bool exit_io(struct vcpu *vcpu, struct vp_exit *exit)
{
	struct vmcb *c = svm_of(vcpu)->vmcb;
	u64 info = c->exit_info1;
	unsigned int size = info >> 4 & 7;
	struct svm_insn insn;
	u8 op;

	svm_fetch(vcpu, &insn);
	op = insn.bytes[min_t(unsigned int, insn.prefixes, 14)];
	exit->reason = VMX_IO;
	exit->instr_len = c->exit_info2 - c->rip;
	exit->qual = (size - 1) | (info & IOIO_IN ? BIT(3) : 0) |
		     (info & IOIO_STRING ? BIT(4) : 0) |
		     (info & IOIO_REP ? BIT(5) : 0) |
		     (op >= 0xe4 && op <= 0xe7 ? BIT(6) : 0) |
		     (info & 0xffff0000);
	return true;
}

static SEAM_RARE bool exit_msr(struct vcpu *vcpu, struct vp_exit *exit)
{
	struct svm_vcpu *v = svm_of(vcpu);
	bool write = v->vmcb->exit_info1 & 1;
	u64 val = (u32)vcpu->gpr[RAX] | vcpu->gpr[RDX] << 32;

	insn_exit(vcpu, exit, write ? VMX_WRMSR : VMX_RDMSR, 2);
	switch (svm_msr_access(vcpu, vcpu->gpr[RCX], &val, write)) {
	case SVM_MSR_OTHER:
		return true;
	case SVM_MSR_GP:
		svm_inject_exc(v, X86_TRAP_GP, true, 0);
		return false;
	case SVM_MSR_OK:
		break;
	}
	if (!write) {
		vcpu->gpr[RAX] = (u32)val;
		vcpu->gpr[RDX] = val >> 32;
	}
	engine_skip(vcpu, exit->instr_len);
	return false;
}

/* A general register as an operand; RSP lives in the VMCB. */
static u64 get_gpr(struct vcpu *vcpu, unsigned int n)
{
	u64 val = n == RSP ? svm_of(vcpu)->vmcb->rsp : vcpu->gpr[n];

	return svm_long_mode(svm_of(vcpu)) ? val : (u32)val;
}

static void set_gpr(struct vcpu *vcpu, unsigned int n, u64 val)
{
	if (!svm_long_mode(svm_of(vcpu)))
		val = (u32)val;
	if (n == RSP)
		svm_of(vcpu)->vmcb->rsp = val;
	else
		vcpu->gpr[n] = val;
}

/* CLTS and LMSW: of their operand the four low bits of CR0 can change. */
static bool exit_clts_lmsw(struct vcpu *vcpu, const struct svm_insn *insn,
			   unsigned int len)
{
	struct svm_vcpu *v = svm_of(vcpu);
	u8 modrm = insn->bytes[insn->prefixes + 2];
	u64 low;

	if (svm_insn_is(insn, OP_CLTS, 2)) {
		svm_set_cr0(v, v->cr0 & ~X86_CR0_TS);
	} else if (modrm >> 6 == 3) {
		low = get_gpr(vcpu, (modrm & 7) | (insn->rex & 1) << 3) & 0xf;
		/* LMSW cannot clear PE */
		svm_set_cr0(v, (v->cr0 & ~0xeULL) | low);
	} else {
		/* from memory: nothing later than the 286 does that */
		svm_inject_exc(v, X86_TRAP_GP, true, 0);
		return false;
	}
	engine_skip(vcpu, len);
	return false;
}

/* MOV from and to a control register, by the exit code of register @cr. */
static SEAM_RARE bool exit_cr(struct vcpu *vcpu, struct vp_exit *exit, unsigned int cr,
			      bool write)
{
	struct svm_vcpu *v = svm_of(vcpu);
	struct svm_insn insn;
	unsigned int reg;
	u8 op;

	svm_fetch(vcpu, &insn);
	if (insn.prefixes + 3 > insn.len) {
		svm_inject_exc(v, X86_TRAP_GP, true, 0);
		return false;
	}
	op = insn.bytes[insn.prefixes + 1];
	exit->instr_len = insn.prefixes + 3;
	if (op == 0x06)
		return exit_clts_lmsw(vcpu, &insn, insn.prefixes + 2);
	if (op == 0x01)
		return exit_clts_lmsw(vcpu, &insn, insn.prefixes + 3);

	reg = (insn.bytes[insn.prefixes + 2] & 7) | (insn.rex & 1) << 3;
	if (!write) {
		set_gpr(vcpu, reg, cr == 8 ? vcpu->vapic[VAPIC_TPR] >> 4 :
			cr == 4 ? v->cr4 & ~X86_CR4_VMXE : v->cr0);
	} else if (cr == 8) {
		vcpu->vapic[VAPIC_TPR] = (get_gpr(vcpu, reg) & 0xf) << 4;
	} else if (reg != RSP) {
		exit->reason = VMX_CR_ACCESS;
		exit->qual = cr | reg << 8;
		return true;
	} else {
		svm_inject_exc(v, X86_TRAP_GP, true, 0);
		return false;
	}
	engine_skip(vcpu, exit->instr_len);
	return false;
}

/*
 * DR0..DR3 are kept by the module, in the CPU only while a breakpoint is set.
 * DR7 is written here because TCG would arm breakpoints with the host's DR0.
 */
static SEAM_RARE bool exit_dr(struct vcpu *vcpu, unsigned int dr, bool write)
{
	struct svm_insn insn;
	unsigned int reg;

	svm_fetch(vcpu, &insn);
	if (insn.prefixes + 3 > insn.len) {
		svm_inject_exc(svm_of(vcpu), X86_TRAP_GP, true, 0);
		return false;
	}
	reg = (insn.bytes[insn.prefixes + 2] & 7) | (insn.rex & 1) << 3;
	if (dr == 7)
		svm_of(vcpu)->vmcb->dr7 = (u32)get_gpr(vcpu, reg) | DR7_FIXED;
	else if (write)
		vcpu->dr[dr] = get_gpr(vcpu, reg);
	else
		set_gpr(vcpu, reg, vcpu->dr[dr]);
	engine_skip(vcpu, insn.prefixes + 3);
	return false;
}

/* XSETBV: the module checks the value, the CPU gets it before the next run. */
static noinline bool exit_simple(struct vcpu *vcpu, struct vp_exit *exit)
{
	switch (svm_of(vcpu)->vmcb->exit_code) {
	case SVM_CPUID:
		return insn_exit(vcpu, exit, VMX_CPUID, 2);
	case SVM_HLT:
		return insn_exit(vcpu, exit, VMX_HLT, 1);
	case SVM_INVD:
		return insn_exit(vcpu, exit, VMX_INVD, 2);
	case SVM_RDPMC:
		return insn_exit(vcpu, exit, VMX_RDPMC, 2);
	case SVM_RSM:
		return insn_exit(vcpu, exit, VMX_RSM, 2);
	case SVM_MONITOR:
		return insn_exit(vcpu, exit, VMX_MONITOR, 3);
	case SVM_MWAIT:
		return insn_exit(vcpu, exit, VMX_MWAIT, 3);
	case SVM_XSETBV:
		return insn_exit(vcpu, exit, VMX_XSETBV, 3);
	}
	return false;
}

/* Was a double fault under delivery? */
static SEAM_RARE bool delivers_df(const struct svm_vcpu *v)
{
	u64 what = SVM_EVENT_VALID | SVM_EVENT_TYPE | SVM_EVENT_VECTOR;

	return (v->reinject & what) ==
	       (SVM_EVENT_VALID | SVM_EVENT_EXC | X86_TRAP_DF);
}

/* A state that VMRUN refuses: the vCPU cannot go on. */
static SEAM_RARE bool exit_unknown(struct vcpu *vcpu, struct vp_exit *exit)
{
	struct vmcb *c = svm_of(vcpu)->vmcb;

	pr_err_ratelimited("softseam: VMRUN ended with %#llx (%#llx %#llx), rip %#llx cr0 %#llx cr4 %#llx efer %#llx\n",
			   c->exit_code, c->exit_info1, c->exit_info2, c->rip,
			   c->cr0, c->cr4, c->efer);
	exit->reason = VMX_BAD_GUEST_STATE;
	return true;
}

bool svm_exit(struct vcpu *vcpu, struct vp_exit *exit)
{
	struct svm_vcpu *v = svm_of(vcpu);
	struct vmcb *c = v->vmcb;
	u64 code = c->exit_code;

	exit->cpl = c->cpl;
	exit->long_mode = svm_long_mode(v);

	switch (code) {
	case SVM_INTR:
		exit->reason = VMX_EXTERNAL_INTERRUPT;
		return true;
	case SVM_NMI:
		exit->reason = VMX_EXCEPTION_NMI;
		exit->intr_info = INTR_INFO_NMI;
		return true;
	case SVM_SMI:
	case SVM_INIT:
		exit->reason = code == SVM_SMI ? VMX_OTHER_SMI : VMX_INIT;
		return true;
	case SVM_VINTR:
		return false;
	case SVM_IRET:
		v->iret_seen = true;
		v->iret_rip = c->rip;
		return false;
	case SVM_EXC(X86_TRAP_DB):
		/* what IRET loaded has no trap flag of ours */
		v->stepping = false;
		c->intercept_exc &= ~BIT(X86_TRAP_DB);
		c->dr6 = v->step_dr6;
		vcpu->dr6 = v->step_dr6;
		return false;
	case SVM_EXC(X86_TRAP_UD):
		return exit_ud(vcpu, exit);
	case SVM_WBINVD:
		return exit_wbinvd(vcpu, exit);
	case SVM_IOIO:
		return exit_io(vcpu, exit);
	case SVM_MSR:
		return exit_msr(vcpu, exit);
	case SVM_CR_READ(0) ... SVM_CR_READ(8):
		return exit_cr(vcpu, exit, code - SVM_CR_READ(0), false);
	case SVM_CR_WRITE(0) ... SVM_CR_WRITE(8):
		return exit_cr(vcpu, exit, code - SVM_CR_WRITE(0), true);
	case SVM_DR_READ(0) ... SVM_DR_READ(3):
		return exit_dr(vcpu, code - SVM_DR_READ(0), false);
	case SVM_DR_WRITE(0) ... SVM_DR_WRITE(3):
		return exit_dr(vcpu, code - SVM_DR_WRITE(0), true);
	case SVM_DR_WRITE(7):
		return exit_dr(vcpu, 7, true);
	case SVM_TASK_SWITCH:
		exit->reason = VMX_TASK_SWITCH;
		return true;
	case SVM_SHUTDOWN:
		exit->reason = VMX_TRIPLE_FAULT;
		return true;
	case SVM_NPF:
		exit->during_df = delivers_df(v);
		return !npt_fault(vcpu, c->exit_info1, c->exit_info2, exit);
	case SVM_INVLPGA:
	case SVM_VMRUN ... SVM_SKINIT:
		svm_inject_exc(v, X86_TRAP_UD, false, 0);
		return false;
	}
	return exit_simple(vcpu, exit) || exit_unknown(vcpu, exit);
}
