// SPDX-License-Identifier: GPL-2.0-only
/* Making a TD: KVM_TDX_INIT_VM and KVM_TDX_FINALIZE_VM. */
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "mem.h"
#include "params.h"
#include "seam.h"
#include "td.h"

#define MAX_CPUID_ENTRIES	256

static int key_config(void *arg)
{
	struct td_vm *vm = arg;
	tdx_status_t st = seam_retry(tdh_mng_key_config(vm->tdr));

	if (seam_no_entropy(st))
		return -EAGAIN;
	return td_refused(vm, TDH_MNG_KEY_CONFIG, st) ? -EIO : 0;
}

static int td_alloc_pages(struct td_vm *vm, struct page ***tdcx)
{
	unsigned int i, n = seamhost_sysinfo()->tdcs_pages;
	struct page *page;

	*tdcx = kcalloc(n, sizeof(**tdcx), TD_GFP);
	if (!*tdcx)
		return -ENOMEM;
	page = td_owned_alloc();
	if (IS_ERR(page))
		return PTR_ERR(page);
	vm->tdr_page = page;
	for (i = 0; i < n; i++) {
		page = td_owned_alloc();
		if (IS_ERR(page))
			return PTR_ERR(page);
		(*tdcx)[i] = page;
	}
	return 0;
}

/* Pages that the module has not taken. */
static void td_free_pages(struct page **tdcx, unsigned int from)
{
	unsigned int i, n = seamhost_sysinfo()->tdcs_pages;

	for (i = from; tdcx && i < n; i++)
		if (tdcx[i])
			td_owned_free(tdcx[i]);
}

/* From a free KeyID to TDCS pages; what was made is undone by td_abandon(). */
static int td_create(struct td_vm *vm, struct page **tdcx)
{
	unsigned int n = seamhost_sysinfo()->tdcs_pages;
	tdx_status_t st;
	int ret;

	st = seam_retry(tdh_mng_create(page_to_phys(vm->tdr_page), vm->hkid));
	if (seam_no_entropy(st))
		return -EAGAIN;
	if (td_refused(vm, TDH_MNG_CREATE, st))
		return -EIO;
	vm->tdr = page_to_phys(vm->tdr_page);
	vm->entry.control_pages = 1;

	ret = seamhost_on_each_package(key_config, vm);
	if (ret)
		return ret == -EAGAIN ? ret : -EIO;

	vm->tdcx = tdcx;
	while (vm->nr_tdcx < n) {
		st = seam_retry(tdh_mng_addcx(page_to_phys(tdcx[vm->nr_tdcx]),
					      vm->tdr));
		if (seam_no_entropy(st))
			return -EAGAIN;
		if (td_refused(vm, TDH_MNG_ADDCX, st))
			return -EIO;
		vm->nr_tdcx++;
		vm->entry.control_pages++;
	}
	return 0;
}

static int td_mng_init(struct td_vm *vm, struct td_params *params,
		       struct kvm_tdx_cmd *cmd)
{
	struct tdx_out out;
	tdx_status_t st;

	st = seam_retry(tdh_mng_init(vm->tdr, virt_to_phys(params), &out));
	if (tdx_code(st) == TDX_ST_OPERAND_INVALID) {
		cmd->hw_error = st.raw;
		return -EINVAL;
	}
	return td_refused(vm, TDH_MNG_INIT, st) ? -EIO : 0;
}

static int td_make(struct td_vm *vm, struct td_params *params,
		   struct kvm_tdx_cmd *cmd)
{
	struct page **tdcx = NULL;
	unsigned int taken;
	int ret;

	ret = seamhost_hkid_alloc();
	if (ret < 0)
		return ret;
	vm->hkid = ret;

	ret = td_alloc_pages(vm, &tdcx);
	if (!ret)
		ret = shared_init(vm);
	if (!ret)
		ret = td_create(vm, tdcx);
	if (!ret)
		ret = td_mng_init(vm, params, cmd);
	if (!ret)
		return 0;

	/* what the module took comes back in td_abandon(), the rest here */
	taken = vm->nr_tdcx;
	td_free_pages(tdcx, taken);
	if (!vm->tdcx)
		kfree(tdcx);
	if (!vm->tdr) {
		if (vm->tdr_page)
			td_owned_free(vm->tdr_page);
		vm->tdr_page = NULL;
		seamhost_hkid_free(vm->hkid);
		vm->hkid = TD_NO_HKID;
	}
	td_abandon(vm);
	return ret;
}

static int init_copy(struct kvm_tdx_cmd *cmd, struct kvm_tdx_init_vm **pinit,
		     struct kvm_cpuid_entry2 **entries)
{
	struct kvm_tdx_init_vm __user *user = u64_to_user_ptr(cmd->data);
	struct kvm_tdx_init_vm *init;
	u32 nent;

	if (get_user(nent, &user->cpuid.nent))
		return -EFAULT;
	if (nent > MAX_CPUID_ENTRIES)
		return -E2BIG;
	init = memdup_user(user, sizeof(*init));
	if (IS_ERR(init))
		return PTR_ERR(init);
	*pinit = init;
	if (init->cpuid.nent != nent || init->cpuid.padding ||
	    memchr_inv(init->reserved, 0, sizeof(init->reserved)))
		return -EINVAL;
	*entries = memdup_user(user->cpuid.entries,
			       array_size(nent, sizeof(**entries)));
	if (IS_ERR(*entries)) {
		int ret = PTR_ERR(*entries);

		*entries = NULL;
		return ret;
	}
	return 0;
}

/* KVM_TDX_INIT_VM; vm->lock is held. */
long td_init_vm(struct td_vm *vm, struct kvm_tdx_cmd *cmd)
{
	struct kvm_cpuid_entry2 *entries = NULL;
	struct kvm_tdx_init_vm *init = NULL;
	struct td_params *params = NULL;
	long ret;

	if (vm->dead)
		return -EIO;
	if (vm->state != TD_NEW || cmd->flags)
		return -EINVAL;
	ret = init_copy(cmd, &init, &entries);
	if (ret)
		goto out;
	ret = -EBUSY;
	if (vm->nr_vcpus)
		goto out;

	ret = -ENOMEM;
	params = (void *)get_zeroed_page(GFP_KERNEL);
	if (!params)
		goto out;
	/* what one TDX module says must not go to the next */
	seamhost_hold_updates();
	ret = td_params_build(vm, init, entries, params);
	if (!ret)
		ret = td_make(vm, params, cmd);
	seamhost_release_updates();
	if (ret)
		goto out;

	vm->attributes = init->attributes;
	vm->xfam = init->xfam;
	vm->entry.tdr = vm->tdr;
	vm->entry.hkid = vm->hkid;
	vm->entry.pid = task_tgid_nr(current);
	vm->listed = true;
	seamhost_td_add(&vm->entry);
	vm->state = TD_INITIALIZED;
out:
	free_page((unsigned long)params);
	kfree(entries);
	kfree(init);
	return ret;
}

/* KVM_TDX_FINALIZE_VM; vm->lock is held. */
long td_finalize(struct td_vm *vm, struct kvm_tdx_cmd *cmd)
{
	tdx_status_t st;

	if (vm->state != TD_INITIALIZED || cmd->flags)
		return -EINVAL;
	if (!vm_alive(vm))
		return -EIO;

	mutex_lock(&vm->mem_lock);
	sept_promote_all(vm);
	st = seam_retry(tdh_mr_finalize(vm->tdr));
	if (!tdx_failed(st))
		vm->state = TD_RUNNABLE;
	mutex_unlock(&vm->mem_lock);

	if (vm->state == TD_RUNNABLE)
		return 0;
	cmd->hw_error = st.raw;
	if (seam_busy(st))
		return -EBUSY;
	seam_complain(TDX_LEAF_RAX(TDH_MR_FINALIZE), st);
	return -EIO;
}
