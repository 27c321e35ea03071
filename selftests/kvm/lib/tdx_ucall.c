// SPDX-License-Identifier: GPL-2.0-only
/*
 * The library's ucalls for TDs: port I/O with a pointer in RDI would need the
 * guest's registers, which the host cannot have. The pointer is written to an
 * address in no slot instead, as MMIO by TDVMCALL.
 */
#include "tdx_util.h"

void ucall_arch_do_ucall(gva_t uc)
{
	td_mmio_write(TD_UCALL_GPA, sizeof(uc), uc);
}

void *ucall_arch_get_ucall(struct kvm_vcpu *vcpu)
{
	struct kvm_run *run = vcpu->run;

	if (run->exit_reason == KVM_EXIT_MMIO && run->mmio.is_write &&
	    run->mmio.phys_addr == TD_UCALL_GPA && run->mmio.len == 8)
		return (void *)*(uint64_t *)run->mmio.data;
	return NULL;
}
