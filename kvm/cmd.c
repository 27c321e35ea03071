// SPDX-License-Identifier: GPL-2.0-only
/* KVM_MEMORY_ENCRYPT_OP: the TDX commands of the VM and of a vCPU. */
#include <linux/uaccess.h>

#include "mem.h"
#include "vcpu.h"

static long cmd_copy(struct kvm_tdx_cmd *cmd, void __user *argp)
{
	if (copy_from_user(cmd, argp, sizeof(*cmd)))
		return -EFAULT;
	return cmd->hw_error ? -EINVAL : 0;
}

/* vm->lock is held. hw_error tells what errno cannot. */
static void cmd_refused(struct td_vm *vm, struct kvm_tdx_cmd *cmd, long ret)
{
	if (ret == -EIO && !cmd->hw_error)
		cmd->hw_error = vm->refused;
}

static long cmd_done(const struct kvm_tdx_cmd *cmd, void __user *argp, long ret)
{
	if (cmd->hw_error && copy_to_user(argp, cmd, sizeof(*cmd)))
		return -EFAULT;
	return ret;
}

static long vm_cmd_locked(struct td_vm *vm, struct kvm_tdx_cmd *cmd)
{
	switch (cmd->id) {
	case KVM_TDX_INIT_VM:
		return td_init_vm(vm, cmd);
	case KVM_TDX_FINALIZE_VM:
		return td_finalize(vm, cmd);
	default:
		return -EINVAL;
	}
}

long vm_tdx_cmd(struct td_vm *vm, void __user *argp)
{
	struct kvm_tdx_cmd cmd;
	long ret = cmd_copy(&cmd, argp);

	if (ret)
		return ret;
	if (cmd.id == KVM_TDX_CAPABILITIES)
		return td_capabilities(vm, &cmd);
	if (cmd.id == KVM_TDX_TERMINATE_VM) {
		ret = cmd.flags ? -EINVAL : td_terminate(vm, &cmd);
	} else {
		mutex_lock(&vm->lock);
		vm->refused = 0;
		ret = vm_cmd_locked(vm, &cmd);
		cmd_refused(vm, &cmd, ret);
		mutex_unlock(&vm->lock);
	}

	return cmd_done(&cmd, argp, ret);
}

/* vcpu->mutex is held. */
long vcpu_tdx_cmd(struct td_vcpu *vcpu, void __user *argp)
{
	struct td_vm *vm = vcpu->vm;
	struct kvm_tdx_cmd cmd;
	long ret = cmd_copy(&cmd, argp);

	if (ret)
		return ret;

	mutex_lock(&vm->lock);
	vm->refused = 0;
	if (vm->state != TD_INITIALIZED)
		ret = -EINVAL;
	else if (!vm_alive(vm))
		ret = -EIO;
	else if (cmd.id == KVM_TDX_INIT_VCPU)
		ret = vcpu_td_init(vcpu, &cmd);
	else if (cmd.id == KVM_TDX_INIT_MEM_REGION)
		ret = private_init_region(vcpu, &cmd);
	else if (cmd.id == KVM_TDX_GET_CPUID)
		ret = cpuid_get_td(vcpu, &cmd);
	else
		ret = -EINVAL;
	cmd_refused(vm, &cmd, ret);
	mutex_unlock(&vm->lock);
	return cmd_done(&cmd, argp, ret);
}
