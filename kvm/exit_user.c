// SPDX-License-Identifier: GPL-2.0-only
/* TDVMCALLs that user space answers, and how its answer gets back. */
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/string.h>
#include <uapi/linux/kvm_para.h>
#include <seamhost/ghci.h>

#include "mem.h"
#include "vcpu.h"

#define HC_MAP_GPA_ENCRYPTED	BIT_ULL(4)
#define HC_MAP_GPA_PAGE_4K	0ULL
#define HC_FLAG_LONG_MODE	1ULL
#define MAP_GPA_STEP		SIZE_OF_2M

static int answer(struct td_vcpu *vcpu, u64 r10)
{
	tdvmcall_answer(vcpu, r10);
	return EXIT_RESUME;
}

/* MapGPA: R12 the range with its wanted shared bit, R13 its size. */

static int map_gpa_step(struct td_vcpu *vcpu);

static int map_gpa_done(struct td_vcpu *vcpu)
{
	struct kvm_tdx_hypercall_exit *hc = kvm_tdx_run_exit(vcpu->run);
	u64 end = vcpu->regs.r12 + vcpu->regs.r13;

	switch (READ_ONCE(hc->ret)) {
	case 0:
		break;
	case EAGAIN:
		vcpu->regs.r11 = vcpu->map_gpa_next;
		return answer(vcpu, GHCI_RETRY);
	case EINVAL:
		vcpu->regs.r11 = vcpu->map_gpa_next;
		return answer(vcpu, GHCI_INVALID_OPERAND);
	default:
		/* the guest has no answer yet: one may still be given */
		vcpu->complete = map_gpa_done;
		return -EINVAL;
	}

	vcpu->map_gpa_next += min_t(u64, end - vcpu->map_gpa_next,
				    MAP_GPA_STEP);
	if (vcpu->map_gpa_next >= end)
		return answer(vcpu, GHCI_SUCCESS);
	/* the guest takes its interrupts between two steps */
	if (signal_pending(current) || vcpu_has_event(vcpu)) {
		vcpu->regs.r11 = vcpu->map_gpa_next;
		return answer(vcpu, GHCI_RETRY);
	}
	return map_gpa_step(vcpu);
}

static int map_gpa_step(struct td_vcpu *vcpu)
{
	struct kvm_tdx_hypercall_exit *hc = kvm_tdx_run_exit(vcpu->run);
	u64 shared = vcpu->vm->shared_bit, at = vcpu->map_gpa_next;
	u64 left = vcpu->regs.r12 + vcpu->regs.r13 - at;

	memset(hc, 0, sizeof(*hc));
	vcpu->run->exit_reason = KVM_EXIT_HYPERCALL;
	hc->nr = KVM_HC_MAP_GPA_RANGE;
	hc->args[0] = at & ~shared;
	hc->args[1] = min_t(u64, left, MAP_GPA_STEP) >> PAGE_SHIFT;
	hc->args[2] = at & shared ? HC_MAP_GPA_PAGE_4K :
		      HC_MAP_GPA_PAGE_4K | HC_MAP_GPA_ENCRYPTED;
	hc->flags = HC_FLAG_LONG_MODE;
	vcpu->complete = map_gpa_done;
	return EXIT_USER;
}

int exit_map_gpa(struct td_vcpu *vcpu)
{
	u64 gpa = vcpu->regs.r12, size = vcpu->regs.r13;
	u64 shared = vcpu->vm->shared_bit;

	if (!READ_ONCE(vcpu->vm->exit_map_gpa))
		return answer(vcpu, GHCI_SUBFUNC_UNSUPPORTED);

	vcpu->regs.r11 = gpa;
	if (gpa + size <= gpa || (gpa + size - 1) & ~(shared | (shared - 1)) ||
	    (gpa ^ (gpa + size - 1)) & shared)
		return answer(vcpu, GHCI_INVALID_OPERAND);
	if (!PAGE_ALIGNED(gpa) || !PAGE_ALIGNED(size))
		return answer(vcpu, GHCI_ALIGN_ERROR);

	vcpu->map_gpa_next = gpa;
	return map_gpa_step(vcpu);
}

static struct kvm_tdx_exit *tdx_exit(struct td_vcpu *vcpu, u64 nr)
{
	struct kvm_tdx_exit *e = kvm_tdx_run_exit(vcpu->run);

	memset(e, 0, sizeof(*e));
	vcpu->run->exit_reason = KVM_EXIT_TDX;
	e->nr = nr;
	return e;
}

/* The result is at the same place in every part of the union. */
static int tdx_exit_done(struct td_vcpu *vcpu)
{
	struct kvm_tdx_exit *e = kvm_tdx_run_exit(vcpu->run);

	return answer(vcpu, e->unknown.ret);
}

int exit_get_quote(struct td_vcpu *vcpu)
{
	u64 gpa = vcpu->regs.r12, size = vcpu->regs.r13;
	u64 shared = vcpu->vm->shared_bit;
	struct kvm_tdx_exit *e;

	if (!(gpa & shared) || gpa & ~(shared | (shared - 1)))
		return answer(vcpu, GHCI_INVALID_OPERAND);

	e = tdx_exit(vcpu, GHCI_GET_QUOTE);
	e->get_quote.ret = GHCI_SUBFUNC_UNSUPPORTED;
	e->get_quote.gpa = gpa & ~shared;
	e->get_quote.size = size;
	vcpu->complete = tdx_exit_done;
	return EXIT_USER;
}

static int info_done(struct td_vcpu *vcpu)
{
	struct kvm_tdx_exit *e = kvm_tdx_run_exit(vcpu->run);

	vcpu->regs.r11 = e->get_tdvmcall_info.r11;
	vcpu->regs.r12 = e->get_tdvmcall_info.r12;
	vcpu->regs.r13 = e->get_tdvmcall_info.r13;
	vcpu->regs.r14 = e->get_tdvmcall_info.r14;
	return answer(vcpu, e->get_tdvmcall_info.ret);
}

int exit_tdvmcall_info(struct td_vcpu *vcpu)
{
	struct tdx_regs *r = &vcpu->regs;
	struct kvm_tdx_exit *e;

	switch (r->r12) {
	case 0:
		/* the functions that every VMM has */
		r->r11 = 0;
		r->r12 = 0;
		r->r13 = 0;
		r->r14 = 0;
		return answer(vcpu, GHCI_SUCCESS);
	case 1:
		e = tdx_exit(vcpu, GHCI_GET_TD_VM_CALL_INFO);
		e->get_tdvmcall_info.leaf = 1;
		vcpu->complete = info_done;
		return EXIT_USER;
	default:
		return answer(vcpu, GHCI_INVALID_OPERAND);
	}
}

int exit_setup_notify(struct td_vcpu *vcpu)
{
	u64 vector = vcpu->regs.r12;
	struct kvm_tdx_exit *e;

	if (vector < 32 || vector > 255)
		return answer(vcpu, GHCI_INVALID_OPERAND);
	e = tdx_exit(vcpu, GHCI_SETUP_EVENT_NOTIFY);
	e->setup_event_notify.ret = GHCI_SUBFUNC_UNSUPPORTED;
	e->setup_event_notify.vector = vector;
	vcpu->complete = tdx_exit_done;
	return EXIT_USER;
}

/* A guest that said this must not get an answer. */
static int fatal_done(struct td_vcpu *vcpu)
{
	vcpu->complete = fatal_done;
	return -EIO;
}

/* Registers in the order of their x86 numbers; RSP and RBP are not told. */
int exit_fatal(struct td_vcpu *vcpu)
{
	struct kvm_run *run = vcpu->run;
	struct tdx_regs *r = &vcpu->regs;
	u64 *data = run->system_event.data;

	run->exit_reason = KVM_EXIT_SYSTEM_EVENT;
	run->system_event.type = KVM_SYSTEM_EVENT_TDX_FATAL;
	run->system_event.ndata = 16;
	data[0] = vcpu->exit.raw;
	data[1] = r->rcx;
	data[2] = r->rdx;
	data[3] = r->rbx;
	data[4] = 0;
	data[5] = 0;
	data[6] = r->rsi;
	data[7] = r->rdi;
	data[8] = r->r8;
	data[9] = r->r9;
	data[10] = r->r10;
	data[11] = r->r11;
	data[12] = r->r12;
	data[13] = r->r13;
	data[14] = r->r14;
	data[15] = r->r15;
	vcpu->complete = fatal_done;
	return EXIT_USER;
}

/* The access does not fit the attribute of the page: user space decides. */
int exit_memory_fault(struct td_vcpu *vcpu, gpa_t gpa, bool private)
{
	struct kvm_tdx_memory_fault *f = kvm_tdx_run_exit(vcpu->run);

	vcpu->run->exit_reason = KVM_EXIT_MEMORY_FAULT;
	f->flags = private ? KVM_MEMORY_EXIT_FLAG_PRIVATE : 0;
	f->gpa = gpa & PAGE_MASK;
	f->size = PAGE_SIZE;
	return -EFAULT;
}
