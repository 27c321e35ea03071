// SPDX-License-Identifier: GPL-2.0-only
/* Why the TD was left, and who deals with it. */
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <seamhost/exit.h>

#include "seam.h"
#include "vcpu.h"

#define EXIT_BASIC(st)		((st).raw & TD_EXIT_REASON_MASK)

/*
 * The vCPU or the TD is dead, or VP.ENTER was not possible at all. No status
 * other than a triple fault has a meaning for user space.
 */
int exit_internal_error(struct td_vcpu *vcpu)
{
	struct kvm_run *run = vcpu->run;

	vm_break(vcpu->vm);
	if (tdx_not_delivered(vcpu->exit)) {
		run->exit_reason = KVM_EXIT_FAIL_ENTRY;
		run->fail_entry.hardware_entry_failure_reason = vcpu->exit.raw;
		run->fail_entry.cpu = vcpu->cpu;
		return EXIT_USER;
	}
	run->exit_reason = KVM_EXIT_INTERNAL_ERROR;
	run->internal.suberror = KVM_INTERNAL_ERROR_UNEXPECTED_EXIT_REASON;
	run->internal.ndata = 2;
	run->internal.data[0] = vcpu->exit.raw;
	run->internal.data[1] = vcpu->cpu;
	return EXIT_USER;
}

static int exit_dead(struct td_vcpu *vcpu)
{
	if (EXIT_BASIC(vcpu->exit) == TD_EXIT_TRIPLE_FAULT &&
	    vcpu->exit.raw & TDX_STATUS_NON_RECOVERABLE &&
	    !(vcpu->exit.raw & TDX_STATUS_ERROR)) {
		/* the TD cannot be reset: user space builds a new one */
		vcpu->run->exit_reason = KVM_EXIT_SHUTDOWN;
		return EXIT_USER;
	}
	return exit_internal_error(vcpu);
}

static int exit_exception(struct td_vcpu *vcpu)
{
	u64 info = vcpu->regs.r9;

	/* the host's NMI, raised again by vcpu_enter() */
	if (TD_EXIT_INTR_TYPE(info) == TD_EXIT_INTR_TYPE_NMI)
		return EXIT_RESUME;
	vcpu->run->exit_reason = KVM_EXIT_EXCEPTION;
	vcpu->run->ex.exception = TD_EXIT_INTR_VECTOR(info);
	vcpu->run->ex.error_code = 0;
	return EXIT_USER;
}

int exit_dispatch(struct td_vcpu *vcpu)
{
	tdx_status_t st = vcpu->exit;

	switch (tdx_code(st)) {
	case TDX_ST_CROSS_TD_FAULT:
	case TDX_ST_CROSS_TD_TRAP:
	case TDX_ST_HOST_PRIORITY_BUSY_TIMEOUT:
		/* exits, though they have the error bit */
		return EXIT_RESUME;
	default:
		break;
	}
	if (tdx_failed(st))
		return exit_dead(vcpu);

	switch (EXIT_BASIC(st)) {
	case TD_EXIT_INTERRUPT:
	case TD_EXIT_SMI:
		/* taken by the host when it enabled interrupts */
		return EXIT_RESUME;
	case TD_EXIT_EXCEPTION_NMI:
		return exit_exception(vcpu);
	case TD_EXIT_EPT_VIOLATION:
	case TD_EXIT_EPT_MISCONFIG:
		return exit_ept_violation(vcpu);
	case TD_EXIT_TDVMCALL:
		return tdvmcall_dispatch(vcpu);
	case TD_EXIT_CSTATE_SMI:
	case TD_EXIT_BUS_LOCK:
		return EXIT_RESUME;
	default:
		return exit_internal_error(vcpu);
	}
}
