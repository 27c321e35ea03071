// SPDX-License-Identifier: GPL-2.0-only
/* KVM_RUN: entering, waiting to be allowed to, and leaving again. */
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <asm/fpu/api.h>
#include <asm/irq_vectors.h>
#include <seamhost/compat.h>
#include <seamhost/metadata.h>

#include "mem.h"
#include "seam.h"
#include "vcpu.h"

/* Something wants this task before the TD runs on. */
static bool must_not_enter(struct td_vcpu *vcpu)
{
	return atomic_read(&vcpu->vm->hold) || !vm_alive(vcpu->vm) ||
	       signal_pending(current) || need_resched();
}

bool vcpu_is_wanted(struct td_vcpu *vcpu)
{
	return must_not_enter(vcpu) || READ_ONCE(vcpu->requests) ||
	       test_bit(PI_ON, (unsigned long *)&vcpu->pi.control);
}

/* Interrupts off, TDVPS here: what was asked of this vCPU meanwhile. */
static void do_requests(struct td_vcpu *vcpu)
{
	struct tdx_out out;
	tdx_status_t st;

	if (!READ_ONCE(vcpu->requests))
		return;
	if (test_and_clear_bit(VCPU_REQ_FLUSH_SHARED, &vcpu->requests))
		seamhost_flush_shared_ept();
	if (test_and_clear_bit(VCPU_REQ_NMI, &vcpu->requests)) {
		st = seam_retry_atomic(tdh_vp_wr(vcpu->tdvpr, TDX_TDVPS_PEND_NMI, 1,
						 1, &out));
		if (seam_failed(TDH_VP_WR, st))
			set_bit(VCPU_REQ_NMI, &vcpu->requests);
	}
}

/*
 * Preemption off, interrupts on; off afterwards. Not 0 when there is a reason
 * not to enter: -EINTR, which vcpu_loop() looks into, or -EAGAIN, the TDVPS is
 * still elsewhere. A kick sees in_guest set and interrupts us, or we see what
 * it is for.
 */
static int may_enter(struct td_vcpu *vcpu)
{
	int err = vcpu_load(vcpu);

	local_irq_disable();
	if (err) {
		if (err != -EAGAIN)
			vm_break(vcpu->vm);
		return err == -EAGAIN ? err : -EINTR;
	}
	vcpu_note_loaded(vcpu);
	WRITE_ONCE(vcpu->in_guest, 1);
	smp_mb(); /* pairs with vm_kick() and vcpu_kick() */
	if (must_not_enter(vcpu))
		return -EINTR;
	do_requests(vcpu);
	/* taken by the CPU once it is in the TD */
	if (test_bit(PI_ON, (unsigned long *)&vcpu->pi.control))
		compat_send_ipi_self(POSTED_INTR_VECTOR);
	return 0;
}

static void leave(struct td_vcpu *vcpu)
{
	WRITE_ONCE(vcpu->in_guest, 0);
	local_irq_enable();
}

/* After an exit with an interrupt for the host: take it, and see again. */
bool vcpu_may_reenter(struct td_vcpu *vcpu)
{
	leave(vcpu);
	return !may_enter(vcpu);
}

/* As may_enter(), and VP.ENTER may be refused because the TD is held. */
static int vcpu_enter_checked(struct td_vcpu *vcpu, tdx_status_t *busy)
{
	int err;

	kernel_fpu_begin();
	preempt_disable();
	err = may_enter(vcpu);
	if (!err)
		vcpu_enter(vcpu);
	leave(vcpu);
	preempt_enable();
	kernel_fpu_end();

	*busy = err ? vcpu->flush_status : vcpu->exit;
	if (!err && seam_busy(vcpu->exit))
		err = -EAGAIN;
	return err;
}

/* Why we may not enter; 0 to try again. */
static int wait_to_enter(struct td_vcpu *vcpu)
{
	struct td_vm *vm = vcpu->vm;

	if (!vm_alive(vm))
		return -EIO;
	if (signal_pending(current)) {
		vcpu->run->exit_reason = KVM_EXIT_INTR;
		return -EINTR;
	}
	if (atomic_read(&vm->hold))
		wait_event_interruptible(vm->hold_wq,
					 !atomic_read(&vm->hold) ||
					 READ_ONCE(vm->dead));
	cond_resched();
	return 0;
}

static int vcpu_loop(struct td_vcpu *vcpu)
{
	unsigned int tries = 0;
	tdx_status_t busy;
	int ret;

	for (;;) {
		ret = vcpu_enter_checked(vcpu, &busy);
		/* nothing is lost: user space may try again for as long as it likes */
		if (ret == -EAGAIN && !seam_again(busy, tries++))
			return ret;
		if (ret) {
			ret = wait_to_enter(vcpu);
			if (ret)
				return ret;
			continue;
		}
		tries = 0;
		ret = exit_dispatch(vcpu);
		if (ret != EXIT_RESUME)
			return ret;
	}
}

static bool ready(struct td_vcpu *vcpu)
{
	return vcpu->initialized && READ_ONCE(vcpu->vm->state) == TD_RUNNABLE;
}

/* vcpu->mutex is held. */
long vcpu_run(struct td_vcpu *vcpu)
{
	struct kvm_run *run = vcpu->run;
	vcpu_complete_fn complete = vcpu->complete;
	int ret;

	if (!ready(vcpu))
		return -EINVAL;
	if (run->kvm_valid_regs || run->kvm_dirty_regs)
		return -EINVAL;
	if (!vm_alive(vcpu->vm))
		return -EIO;

	/* the guest waits for this answer, immediate exit or not */
	if (complete) {
		vcpu->complete = NULL;
		ret = complete(vcpu);
		if (ret != EXIT_RESUME)
			return ret;
	}
	/* the exit that user space is looking at stays described */
	if (compat_immediate_exit(run))
		return -EINTR;
	run->exit_reason = KVM_EXIT_UNKNOWN;

	ret = vcpu_loop(vcpu);
	run->if_flag = 0;
	run->ready_for_interrupt_injection = 0;
	return ret;
}
