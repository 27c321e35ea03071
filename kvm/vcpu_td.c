// SPDX-License-Identifier: GPL-2.0-only
/*
 * The TDVPS of a vCPU: its pages, its fields, and on which CPU it is loaded.
 * The module ties a TDVPS to the CPU that used it last; before another CPU
 * may, it is flushed where it was.
 */
#include <linux/cpu.h>
#include <linux/notifier.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <asm/irq_vectors.h>
#include <seamhost/metadata.h>

#include "mem.h"
#include "seam.h"
#include "vcpu.h"

#define FEATURES0_TOPOLOGY_ENUM	BIT_ULL(20)

/* TDVPS fields; those of the VMCS have its encoding in the low bits */

#define PIN_POSTED_INTR		BIT_ULL(7)
/* all bits: unset it is all ones, and the low ones must go too */
#define MASK_PI_ADDRESS		GENMASK_ULL(63, 0)
#define MASK_SHARED_EPTP	GENMASK_ULL(51, 12)

#define FLUSH_TRIES		3

static DEFINE_PER_CPU(struct list_head, vcpus_here);

/*
 * On the CPU that has it, interrupts off. The vCPU may be gone when this
 * returns, unless the answer was "busy".
 */
static tdx_status_t flush_here(struct td_vcpu *vcpu)
{
	unsigned int tries = 0;
	tdx_status_t st;

	do {
		st = seam_retry_atomic(tdh_vp_flush(vcpu->tdvpr));
	} while (tdx_failed(st) && ++tries < FLUSH_TRIES);
	vcpu->flush_status = st;
	/* who asked waits, and asks again */
	if (seam_busy(st))
		return st;
	/* before VP.INIT it may not have come here at all */
	if (tdx_code(st) != TDX_ST_VCPU_NOT_ASSOCIATED &&
	    vcpu->inited_by_module && seam_failed(TDH_VP_FLUSH, st)) {
		/* it cannot run anywhere else now; teardown tries again */
		vm_break(vcpu->vm);
		return st;
	}
	list_del_init(&vcpu->here);
	/* another CPU may load it once this is seen */
	smp_wmb();
	WRITE_ONCE(vcpu->cpu, -1);
	return st;
}

static void flush_if_here(void *arg)
{
	struct td_vcpu *vcpu = arg;

	if (vcpu->cpu == smp_processor_id())
		flush_here(vcpu);
}

static int flush_once(struct td_vcpu *vcpu)
{
	int cpu = READ_ONCE(vcpu->cpu);

	if (cpu >= 0)
		smp_call_function_single(cpu, flush_if_here, vcpu, 1);
	if (READ_ONCE(vcpu->cpu) < 0)
		return 0;
	return seam_busy(vcpu->flush_status) ? -EAGAIN : -EIO;
}

/* Take the TDVPS off the CPU that has it; vcpu->mutex is held, may sleep. */
void vcpu_flush(struct td_vcpu *vcpu)
{
	unsigned int tries = 0;

	while (flush_once(vcpu) == -EAGAIN)
		if (!seam_again(vcpu->flush_status, tries++))
			break;
}

/*
 * Make this CPU the one that may use the TDVPS. Called with preemption off,
 * before each use; costs nothing when we stayed. -EAGAIN: the module is busy
 * where the TDVPS was.
 */
int vcpu_load(struct td_vcpu *vcpu)
{
	int ret;

	if (vcpu->cpu == smp_processor_id())
		return 0;
	ret = flush_once(vcpu);
	if (ret)
		return ret;
	/* what this CPU may still know of shared GPAs is of an older time */
	set_bit(VCPU_REQ_FLUSH_SHARED, &vcpu->requests);
	return 0;
}

/* The call that follows vcpu_load() associates; interrupts are off. */
void vcpu_note_loaded(struct td_vcpu *vcpu)
{
	int cpu = smp_processor_id();

	if (vcpu->cpu == cpu)
		return;
	list_add(&vcpu->here, this_cpu_ptr(&vcpus_here));
	WRITE_ONCE(vcpu->cpu, cpu);
}

/* One leaf that associates, on this CPU whatever it is. */
#define vcpu_call_once(vcpu, st, call)					\
({									\
	int __ret;							\
									\
	preempt_disable();						\
	__ret = vcpu_load(vcpu);					\
	if (!__ret) {							\
		local_irq_disable();					\
		vcpu_note_loaded(vcpu);					\
		*(st) = seam_retry_atomic(call);			\
		local_irq_enable();					\
	} else {							\
		*(st) = (vcpu)->flush_status;				\
	}								\
	preempt_enable();						\
	__ret;								\
})

/* The same, waiting for whom the module is busy with. */
#define vcpu_call(vcpu, st, call)					\
({									\
	unsigned int __n = 0;						\
	int __err;							\
									\
	do {								\
		__err = vcpu_call_once(vcpu, st, call);			\
	} while (seam_again(*(st), __n++));				\
	__err;								\
})

int vcpu_td_write(struct td_vcpu *vcpu, u64 field, u64 value, u64 mask)
{
	struct tdx_out out;
	tdx_status_t st;
	int ret;

	ret = vcpu_call(vcpu, &st, tdh_vp_wr(vcpu->tdvpr, field, value, mask,
					     &out));
	if (ret)
		return ret;
	return td_refused(vcpu->vm, TDH_VP_WR, st) ? -EIO : 0;
}

int vcpu_td_read(struct td_vcpu *vcpu, u64 field, u64 *value)
{
	struct tdx_out out;
	tdx_status_t st;
	int ret;

	ret = vcpu_call(vcpu, &st, tdh_vp_rd(vcpu->tdvpr, field, &out));
	if (ret)
		return ret;
	if (seam_failed(TDH_VP_RD, st))
		return -EIO;
	*value = out.r8;
	return 0;
}

/* Give the module the pages of the TDVPS; goes on where it stopped before. */
static int vcpu_td_create(struct td_vcpu *vcpu)
{
	unsigned int n = seamhost_sysinfo()->tdvps_pages - 1;
	struct td_vm *vm = vcpu->vm;
	struct page *page, **tdcx;
	tdx_status_t st;

	/* since a first try an update may have changed their number */
	tdcx = krealloc_array(vcpu->tdcx, max(n, vcpu->nr_tdcx), sizeof(*tdcx),
			      TD_GFP);
	if (!tdcx)
		return -ENOMEM;
	vcpu->tdcx = tdcx;

	if (!vcpu->tdvpr) {
		page = td_control_alloc(vm);
		if (IS_ERR(page))
			return PTR_ERR(page);
		st = seam_retry(tdh_vp_create(page_to_phys(page), vm->tdr));
		if (td_refused(vm, TDH_VP_CREATE, st)) {
			td_control_free(vm, page);
			return -EIO;
		}
		vcpu->tdvpr_page = page;
		vcpu->tdvpr = page_to_phys(page);
	}

	while (vcpu->nr_tdcx < n) {
		page = td_control_alloc(vm);
		if (IS_ERR(page))
			return PTR_ERR(page);
		st = seam_retry(tdh_vp_addcx(page_to_phys(page), vcpu->tdvpr));
		if (td_refused(vm, TDH_VP_ADDCX, st)) {
			td_control_free(vm, page);
			return -EIO;
		}
		vcpu->tdcx[vcpu->nr_tdcx++] = page;
	}
	return 0;
}

static int vcpu_vp_init(struct td_vcpu *vcpu, u64 rcx)
{
	tdx_status_t st;
	int ret;

	if (seamhost_sysinfo()->features0 & FEATURES0_TOPOLOGY_ENUM)
		ret = vcpu_call(vcpu, &st,
				tdh_vp_init_v1(vcpu->tdvpr, rcx, vcpu->id));
	else
		ret = vcpu_call(vcpu, &st, tdh_vp_init(vcpu->tdvpr, rcx));
	if (ret)
		return ret;
	return td_refused(vcpu->vm, TDH_VP_INIT, st) ? -EIO : 0;
}

/* Where the host's part of the vCPU is: interrupts and the shared half. */
static int vcpu_td_fields(struct td_vcpu *vcpu)
{
	int ret;

	vcpu->pi.control = (u64)POSTED_INTR_VECTOR << PI_NV_SHIFT;
	ret = vcpu_td_write(vcpu, TDX_VMCS_POSTED_INTR_NV, POSTED_INTR_VECTOR, 0xffff);
	if (!ret)
		ret = vcpu_td_write(vcpu, TDX_VMCS_POSTED_INTR_DESC, __pa(&vcpu->pi),
				    MASK_PI_ADDRESS);
	if (!ret)
		ret = vcpu_td_write(vcpu, TDX_VMCS_PIN_BASED_CTLS, PIN_POSTED_INTR,
				    PIN_POSTED_INTR);
	if (!ret)
		ret = vcpu_td_write(vcpu, TDX_VMCS_SHARED_EPTP,
				    __pa(vcpu->vm->shared_root),
				    MASK_SHARED_EPTP);
	return ret;
}

/* KVM_TDX_INIT_VCPU; vcpu->mutex and vm->lock are held. */
long vcpu_td_init(struct td_vcpu *vcpu, struct kvm_tdx_cmd *cmd)
{
	int ret;

	if (cmd->flags || vcpu->initialized)
		return -EINVAL;
	seamhost_hold_updates();
	ret = vcpu_td_create(vcpu);
	if (!ret && !vcpu->inited_by_module) {
		ret = vcpu_vp_init(vcpu, cmd->data);
		vcpu->inited_by_module = !ret;
	}
	if (!ret)
		ret = vcpu_td_fields(vcpu);
	seamhost_release_updates();
	if (ret)
		return ret;
	vcpu->initialized = true;
	return 0;
}

/* The TD's key is gone; give its pages back. */
void vcpu_td_reclaim(struct td_vcpu *vcpu)
{
	while (vcpu->nr_tdcx)
		td_control_reclaim(vcpu->vm, vcpu->tdcx[--vcpu->nr_tdcx]);
	kfree(vcpu->tdcx);
	vcpu->tdcx = NULL;
	if (vcpu->tdvpr)
		td_control_reclaim(vcpu->vm, vcpu->tdvpr_page);
	vcpu->tdvpr = 0;
	vcpu->tdvpr_page = NULL;
}

/* All that this CPU has; one of the answers that were "busy". */
static tdx_status_t flush_all(struct list_head *here)
{
	struct td_vcpu *vcpu, *next;
	tdx_status_t st, busy = {};
	unsigned long flags;

	local_irq_save(flags);
	list_for_each_entry_safe(vcpu, next, here, here) {
		st = flush_here(vcpu);
		if (seam_busy(st))
			busy = st;
	}
	local_irq_restore(flags);
	return busy;
}

/* A CPU goes: it must not take a TDVPS with it. Called there, may sleep. */
static int cpu_going(struct notifier_block *nb, unsigned long cpu, void *unused)
{
	struct list_head *here = per_cpu_ptr(&vcpus_here, cpu);
	unsigned int tries = 0;
	tdx_status_t st;

	do {
		st = flush_all(here);
	} while (seam_again(st, tries++));
	return NOTIFY_DONE;
}

static struct notifier_block cpu_nb = { .notifier_call = cpu_going };

int vcpu_hotplug_init(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		INIT_LIST_HEAD(per_cpu_ptr(&vcpus_here, cpu));
	return seamhost_cpu_leaves_register(&cpu_nb);
}

void vcpu_hotplug_exit(void)
{
	seamhost_cpu_leaves_unregister(&cpu_nb);
}
