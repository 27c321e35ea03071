// SPDX-License-Identifier: GPL-2.0-only
/*
 * TDVMCALL: what the guest asks of its VMM. R10 is 0 and R11 the function;
 * the answer goes to R10 when the TD is entered again.
 */
#include <uapi/linux/kvm_para.h>
#include <seamhost/ghci.h>

#include "vcpu.h"

static int call_cpuid(struct td_vcpu *vcpu)
{
	struct tdx_regs *r = &vcpu->regs;
	const struct kvm_cpuid_entry2 *e = cpuid_find(vcpu, r->r12, r->r13);

	r->r12 = e ? e->eax : 0;
	r->r13 = e ? e->ebx : 0;
	r->r14 = e ? e->ecx : 0;
	r->r15 = e ? e->edx : 0;
	tdvmcall_answer(vcpu, GHCI_SUCCESS);
	return EXIT_RESUME;
}

static int call_rdmsr(struct td_vcpu *vcpu)
{
	/* R11 is the guest's function now, and changes with success only */
	if (msr_read(vcpu, vcpu->regs.r12, &vcpu->regs.r11)) {
		tdvmcall_answer(vcpu, GHCI_INVALID_OPERAND);
		return EXIT_RESUME;
	}
	tdvmcall_answer(vcpu, GHCI_SUCCESS);
	return EXIT_RESUME;
}

static int call_wrmsr(struct td_vcpu *vcpu)
{
	int ret = msr_write(vcpu, vcpu->regs.r12, vcpu->regs.r13);

	tdvmcall_answer(vcpu, ret ? GHCI_INVALID_OPERAND :
				    GHCI_SUCCESS);
	return EXIT_RESUME;
}

/* R10 is not 0: a hypercall of KVM's own; none is offered in CPUID. */
static int call_kvm(struct td_vcpu *vcpu)
{
	tdvmcall_answer(vcpu, -KVM_ENOSYS);
	return EXIT_RESUME;
}

int tdvmcall_dispatch(struct td_vcpu *vcpu)
{
	if (vcpu->regs.r10)
		return call_kvm(vcpu);

	switch (vcpu->regs.r11) {
	case GHCI_CPUID:
		return call_cpuid(vcpu);
	case GHCI_HLT:
		return exit_hlt(vcpu);
	case GHCI_IO:
		return exit_io(vcpu);
	case GHCI_RDMSR:
		return call_rdmsr(vcpu);
	case GHCI_WRMSR:
		return call_wrmsr(vcpu);
	case GHCI_MMIO:
		return exit_mmio(vcpu);
	case GHCI_GET_TD_VM_CALL_INFO:
		return exit_tdvmcall_info(vcpu);
	case GHCI_MAP_GPA:
		return exit_map_gpa(vcpu);
	case GHCI_GET_QUOTE:
		return exit_get_quote(vcpu);
	case GHCI_REPORT_FATAL_ERROR:
		return exit_fatal(vcpu);
	case GHCI_SETUP_EVENT_NOTIFY:
		return exit_setup_notify(vcpu);
	default:
		tdvmcall_answer(vcpu, GHCI_SUBFUNC_UNSUPPORTED);
		return EXIT_RESUME;
	}
}
