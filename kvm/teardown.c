// SPDX-License-Identifier: GPL-2.0-only
/*
 * The end of a TD. Its KeyID, which is scarce, comes back first; after that
 * no page needs to be blocked, tracked or removed: each is reclaimed once,
 * as large as it was given, and the TDR last.
 */
#include "mem.h"
#include "seam.h"
#include "td.h"
#include "vcpu.h"

#define FLUSH_TRIES	3

/* Get the vCPUs out and off their CPUs; none can come back, vm->dead is set. */
static void teardown_vcpus(struct td_vm *vm)
{
	unsigned int i;

	vm_kick(vm);
	wake_up_all(&vm->hold_wq);
	for (i = 0; i < vm->nr_vcpus; i++) {
		struct td_vcpu *vcpu = vm->vcpus[i];

		vcpu_kick(vcpu);
		mutex_lock(&vcpu->mutex);
		vcpu_flush(vcpu);
		mutex_unlock(&vcpu->mutex);
	}
}

static bool teardown_key(struct td_vm *vm)
{
	unsigned int tries;
	tdx_status_t st;

	st = seam_insist(tdh_mng_vpflushdone(vm->tdr));
	vm->end_status = st.raw;
	if (seam_failed(TDH_MNG_VPFLUSHDONE, st))
		return false;

	/* another TD flushed at the same time may need its own round */
	for (tries = 0; tries < FLUSH_TRIES; tries++) {
		if (seamhost_cache_wb(&st)) {
			vm->end_status = st.raw;
			continue;
		}
		st = seam_insist(tdh_mng_key_freeid(vm->tdr));
		vm->end_status = st.raw;
		if (tdx_code(st) != TDX_ST_WBCACHE_NOT_COMPLETE)
			break;
	}
	if (tries == FLUSH_TRIES || seam_failed(TDH_MNG_KEY_FREEID, st))
		return false;

	seamhost_hkid_free(vm->hkid);
	vm->hkid = TD_NO_HKID;
	return true;
}

static void reclaim_tdr(struct td_vm *vm)
{
	tdx_status_t st;
	hpa_t tdr;

	if (td_page_reclaim(vm->tdr_page, TDX_LEVEL_4K)) {
		seamhost_page_leak(vm->tdr_page, 0);
		return;
	}
	/* the TDR alone was under the module's own KeyID */
	tdr = seamhost_hpa(vm->tdr, seamhost_global_hkid());
	st = seam_insist(tdh_phymem_page_wbinvd(tdr));
	if (seam_failed(TDH_PHYMEM_PAGE_WBINVD, st)) {
		seamhost_page_leak(vm->tdr_page, 0);
		return;
	}
	memset(page_address(vm->tdr_page), 0, PAGE_SIZE);
	td_owned_free(vm->tdr_page);
}

static void teardown_pages(struct td_vm *vm)
{
	unsigned int i;

	memfd_reclaim_all(vm);
	sept_reclaim(vm);
	for (i = 0; i < vm->nr_vcpus; i++)
		vcpu_td_reclaim(vm->vcpus[i]);
	for (i = 0; i < vm->nr_tdcx; i++)
		td_control_reclaim(vm, vm->tdcx[i]);
	kfree(vm->tdcx);
	vm->tdcx = NULL;
	vm->nr_tdcx = 0;
	reclaim_tdr(vm);
	vm->tdr_page = NULL;
	vm->tdr = 0;
}

static void teardown_td(struct td_vm *vm)
{
	int hkid = vm->hkid;

	/* who takes pages out right now needs the KeyID until they are clean */
	mutex_lock(&vm->mem_lock);
	if (vm->tdr && !teardown_key(vm))
		pr_warn_ratelimited("TD with KeyID %d could not be ended; its memory is lost\n",
				    hkid);
	if (vm->tdr)
		teardown_pages(vm);
	mutex_unlock(&vm->mem_lock);

	if (vm->listed)
		seamhost_td_del(&vm->entry);
	vm->listed = false;
}

/**
 * td_teardown() - end the TD and take everything back from the module
 * @vm: the VM; its files stay usable and answer -EIO
 *
 * Safe at any point of the life cycle and more than once: it is over when any
 * call returns. May sleep; no lock of the VM is held. A page that does not come
 * back is leaked, counted and reported by seamhost.
 */
void td_teardown(struct td_vm *vm)
{
	bool first;

	mutex_lock(&vm->lock);
	first = !vm->dead;
	WRITE_ONCE(vm->dead, true);
	mutex_unlock(&vm->lock);
	if (!first) {
		wait_for_completion(&vm->ended);
		return;
	}

	teardown_vcpus(vm);
	mutex_lock(&vm->lock);
	teardown_td(vm);
	mutex_unlock(&vm->lock);
	sept_promote_end(vm);
	complete_all(&vm->ended);
}

/* A TD that could not be completed at creation: as if it never was. */
void td_abandon(struct td_vm *vm)
{
	teardown_td(vm);
	shared_destroy(vm);
}

long td_terminate(struct td_vm *vm, struct kvm_tdx_cmd *cmd)
{
	if (vm->state == TD_NEW)
		return -EINVAL;
	td_teardown(vm);
	if (vm->hkid == TD_NO_HKID)
		return 0;
	cmd->hw_error = vm->end_status;
	return -EIO;
}
