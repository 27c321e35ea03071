// SPDX-License-Identifier: GPL-2.0-only
/* HLT: the vCPU's thread sleeps in the kernel until there is an event. */
#include <linux/sched/signal.h>
#include <linux/wait.h>
#include <seamhost/compat.h>
#include <seamhost/ghci.h>
#include <seamhost/metadata.h>

#include "vcpu.h"

#define STATE_INTR_PENDING	BIT_ULL(0)

static bool nmi_requested(struct td_vcpu *vcpu)
{
	return test_bit(VCPU_REQ_NMI, &vcpu->requests);
}

/* An interrupt or NMI that the host knows of. */
bool vcpu_has_event(struct td_vcpu *vcpu)
{
	return irq_posted(vcpu) || nmi_requested(vcpu);
}

/*
 * One that reached the virtual APIC before the guest halted. When that cannot be
 * known the guest goes on: HLT may end any time.
 */
static bool pending_in_td(struct td_vcpu *vcpu)
{
	u64 details;

	return vcpu_td_read(vcpu, TDX_TDVPS_VCPU_STATE_DETAILS, &details) ||
	       details & STATE_INTR_PENDING;
}

static bool may_wake(struct td_vcpu *vcpu, bool blocked)
{
	if (blocked)
		return nmi_requested(vcpu);
	return vcpu_has_event(vcpu);
}

int exit_hlt(struct td_vcpu *vcpu)
{
	/* R12: the guest halted with interrupts blocked */
	bool blocked = vcpu->regs.r12;

	/* a signal ends the sleep as an interrupt would: HLT may end any time */
	tdvmcall_answer(vcpu, GHCI_SUCCESS);
	if (may_wake(vcpu, blocked) || (!blocked && pending_in_td(vcpu)))
		return EXIT_RESUME;

	wait_event_interruptible(vcpu->wq, may_wake(vcpu, blocked) ||
				 !vm_alive(vcpu->vm) ||
				 compat_immediate_exit(vcpu->run));
	return EXIT_RESUME;
}
