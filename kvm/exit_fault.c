// SPDX-License-Identifier: GPL-2.0-only
/* EPT violations: the guest touched what is not mapped. */
#include <linux/mm.h>
#include <seamhost/exit.h>

#include "mem.h"
#include "vcpu.h"

/* An acceptance says which size it wants; an access takes any. */
static enum tdx_level wanted_level(u64 eeq)
{
	if (TD_EXIT_EXT_TYPE(eeq) == TD_EXIT_EXT_ACCEPT &&
	    TD_EXIT_ACCEPT_LEVEL(eeq) < TDX_LEVEL_2M)
		return TDX_LEVEL_4K;
	return TDX_LEVEL_2M;
}

static int fault_private(struct td_vcpu *vcpu, gpa_t gpa, u64 eeq)
{
	struct td_vm *vm = vcpu->vm;
	enum tdx_level mapped;
	int ret;

	/*
	 * The page is there and the guest used it without accepting it, in a
	 * TD that does not want to hear of that: it would fault for ever.
	 */
	if (TD_EXIT_EXT_TYPE(eeq) == TD_EXIT_EXT_PENDING_EPT) {
		vm_break(vm);
		return -EIO;
	}

	mutex_lock(&vm->mem_lock);
	sept_promote_pending(vm);
	ret = private_map(vm, gpa >> PAGE_SHIFT, wanted_level(eeq), &mapped);
	mutex_unlock(&vm->mem_lock);

	switch (ret) {
	case 0:
	case -EEXIST:
	case -EAGAIN:
		return EXIT_RESUME;
	case -EINVAL:
	case -EFAULT:
		return exit_memory_fault(vcpu, gpa, true);
	default:
		return ret;
	}
}

static int fault_shared(struct td_vcpu *vcpu, gpa_t gpa)
{
	struct td_vm *vm = vcpu->vm;
	int ret;

	if (attr_private(vm, gpa >> PAGE_SHIFT))
		return exit_memory_fault(vcpu, gpa, false);

	ret = shared_map(vm, gpa >> PAGE_SHIFT);
	if (ret == -EFAULT)
		return exit_memory_fault(vcpu, gpa, false);
	return ret && ret != -EAGAIN ? ret : EXIT_RESUME;
}

int exit_ept_violation(struct td_vcpu *vcpu)
{
	struct td_vm *vm = vcpu->vm;
	gpa_t gpa = vcpu->regs.r8;

	if (gpa & vm->shared_bit)
		return fault_shared(vcpu, gpa & ~vm->shared_bit);
	return fault_private(vcpu, gpa, vcpu->regs.rdx);
}
