// SPDX-License-Identifier: GPL-2.0-only
/*
 * The registers of the x2APIC that the CPU does not virtualise for a TD: they
 * come as RDMSR and WRMSR. Timer, inter-processor interrupts, local vectors.
 */
#include <linux/hrtimer.h>
#include <linux/math64.h>
#include <asm/apicdef.h>
#include <asm/msr-index.h>
#include <asm/tsc.h>
#include <seamhost/compat.h>
#include <seamhost/metadata.h>

#include "seam.h"
#include "vcpu.h"

#define REG(msr)		(((msr) - APIC_BASE_MSR) << 4)

#define LAPIC_VERSION		0x00060015	/* 7 local vectors, as KVM's */
#define LVT_MASKED		BIT(16)
#define LVT_TIMER_MODE(v)	(((v) >> 17) & 3)
#define TIMER_ONESHOT		0
#define TIMER_PERIODIC		1
#define TIMER_DEADLINE		2
#define PERIOD_MIN_NS		50000

#define ICR_MODE(v)		(((v) >> 8) & 7)
#define ICR_LOGICAL		BIT(11)
#define ICR_SHORTHAND(v)	(((v) >> 18) & 3)
#define SHORT_NONE		0
#define SHORT_SELF		1
#define SHORT_ALL		2
#define SHORT_OTHERS		3

#define TSC_UNIT_KHZ		25000

enum {
	LVT_CMCI, LVT_TIMER, LVT_THERMAL, LVT_PERF, LVT_LINT0, LVT_LINT1,
	LVT_ERROR,
};

static int lvt_index(u32 reg)
{
	switch (reg) {
	case 0x2f0:		return LVT_CMCI;
	case APIC_LVTT:		return LVT_TIMER;
	case APIC_LVTTHMR:	return LVT_THERMAL;
	case APIC_LVTPC:	return LVT_PERF;
	case APIC_LVT0:		return LVT_LINT0;
	case APIC_LVT1:		return LVT_LINT1;
	case APIC_LVTERR:	return LVT_ERROR;
	default:		return -1;
	}
}

static u64 timer_unit_ns(struct td_vcpu *vcpu)
{
	u32 tdcr = vcpu->lapic.tdcr;
	unsigned int shift = ((tdcr & 3) | ((tdcr >> 1) & 4)) + 1;

	return (u64)vcpu->vm->bus_cycle_ns << (shift & 7);
}

static unsigned int timer_mode(struct td_vcpu *vcpu)
{
	return LVT_TIMER_MODE(vcpu->lapic.lvt[LVT_TIMER]);
}

static enum hrtimer_restart timer_fired(struct hrtimer *timer)
{
	struct lapic *l = container_of(timer, struct lapic, timer);
	struct td_vcpu *vcpu = container_of(l, struct td_vcpu, lapic);
	u32 lvt = READ_ONCE(l->lvt[LVT_TIMER]);

	if (!(lvt & LVT_MASKED))
		irq_post(vcpu, lvt & 0xff);
	if (timer_mode(vcpu) == TIMER_DEADLINE)
		WRITE_ONCE(l->tsc_deadline, 0);
	if (timer_mode(vcpu) != TIMER_PERIODIC || !l->period)
		return HRTIMER_NORESTART;
	hrtimer_add_expires_ns(timer, ktime_to_ns(l->period));
	l->expires = hrtimer_get_expires(timer);
	return HRTIMER_RESTART;
}

static void timer_start_count(struct td_vcpu *vcpu)
{
	struct lapic *l = &vcpu->lapic;
	u64 ns = l->tmict * timer_unit_ns(vcpu);

	hrtimer_cancel(&l->timer);
	if (!l->tmict || timer_mode(vcpu) == TIMER_DEADLINE)
		return;
	if (timer_mode(vcpu) == TIMER_PERIODIC)
		ns = max_t(u64, ns, PERIOD_MIN_NS);
	l->period = ns_to_ktime(ns);
	l->expires = ktime_add_ns(ktime_get(), ns);
	hrtimer_start(&l->timer, l->expires, HRTIMER_MODE_ABS);
}

static u32 timer_count(struct td_vcpu *vcpu)
{
	struct lapic *l = &vcpu->lapic;
	s64 left = ktime_to_ns(ktime_sub(l->expires, ktime_get()));

	if (!l->tmict || !hrtimer_active(&l->timer) || left <= 0)
		return 0;
	return min_t(u64, div64_u64(left, timer_unit_ns(vcpu)), l->tmict);
}

/* What the guest's RDTSC shows now: the module scales the host's TSC. */
static int guest_tsc(struct td_vm *vm, u64 *now)
{
	struct tdx_out off, mul;

	/* both stay for the TD's life; the offset is there when this is */
	if (!smp_load_acquire(&vm->tsc_multiplier)) {
		/* KVM_SET_MSRS comes here from outside of KVM_RUN, too */
		if (!vm_alive(vm) ||
		    tdx_failed(seam_retry(tdh_mng_rd(vm->tdr, TDX_TDCS_TSC_OFFSET,
						     &off))) ||
		    tdx_failed(seam_retry(tdh_mng_rd(vm->tdr,
						     TDX_TDCS_TSC_MULTIPLIER,
						     &mul))))
			return -EIO;
		WRITE_ONCE(vm->tsc_offset, off.r8);
		/* pairs with the load above */
		smp_store_release(&vm->tsc_multiplier, mul.r8);
	}
	*now = mul_u64_u64_shr(rdtsc(), vm->tsc_multiplier, 48) + vm->tsc_offset;
	return 0;
}

static int timer_start_deadline(struct td_vcpu *vcpu, u64 deadline)
{
	u64 khz = rounddown(vcpu->vm->tsc_khz, TSC_UNIT_KHZ);
	struct lapic *l = &vcpu->lapic;
	u64 now, ns = 0;

	/* first: when it fires it forgets the deadline, which is the old one */
	hrtimer_cancel(&l->timer);
	WRITE_ONCE(l->tsc_deadline, 0);
	if (!deadline)
		return 0;
	if (guest_tsc(vcpu->vm, &now))
		return -EIO;
	l->tsc_deadline = deadline;
	if (l->tsc_deadline > now)
		ns = mul_u64_u64_div_u64(l->tsc_deadline - now, NSEC_PER_MSEC,
					 khz);
	l->expires = ktime_add_ns(ktime_get(), min_t(u64, ns, KTIME_MAX / 4));
	hrtimer_start(&l->timer, l->expires, HRTIMER_MODE_ABS);
	return 0;
}

static void lvt_write(struct td_vcpu *vcpu, int i, u32 value)
{
	struct lapic *l = &vcpu->lapic;
	unsigned int before = timer_mode(vcpu);

	WRITE_ONCE(l->lvt[i], value);
	if (i != LVT_TIMER || timer_mode(vcpu) == before)
		return;
	/* a change of mode disarms */
	hrtimer_cancel(&l->timer);
	l->tmict = 0;
	l->tsc_deadline = 0;
}

static void icr_write(struct td_vcpu *vcpu, u64 icr)
{
	u32 low = icr, mode = ICR_MODE(low);
	struct td_vm *vm = vcpu->vm;
	unsigned int i;

	vcpu->lapic.icr = icr;
	/* TDs know no INIT and no SIPI: all vCPUs start together */
	if (mode != IRQ_FIXED && mode != IRQ_LOWEST && mode != IRQ_NMI)
		return;
	if (ICR_SHORTHAND(low) == SHORT_NONE) {
		irq_deliver(vm, icr >> 32, low & ICR_LOGICAL, mode, low & 0xff);
		return;
	}
	for (i = 0; i < vm->nr_vcpus; i++) {
		struct td_vcpu *to = vm->vcpus[i];

		if (ICR_SHORTHAND(low) == SHORT_SELF && to != vcpu)
			continue;
		if (ICR_SHORTHAND(low) == SHORT_OTHERS && to == vcpu)
			continue;
		if (mode == IRQ_NMI)
			irq_nmi(to);
		else
			irq_post(to, low & 0xff);
	}
}

int lapic_read(struct td_vcpu *vcpu, u32 msr, u64 *value)
{
	struct lapic *l = &vcpu->lapic;
	int lvt;

	if (msr == MSR_IA32_TSC_DEADLINE) {
		*value = timer_mode(vcpu) == TIMER_DEADLINE ?
			 READ_ONCE(l->tsc_deadline) : 0;
		return 0;
	}

	lvt = lvt_index(REG(msr));
	if (lvt >= 0) {
		*value = l->lvt[lvt];
		return 0;
	}
	switch (REG(msr)) {
	case APIC_ID:
		*value = vcpu->id;
		return 0;
	case APIC_LVR:
		*value = LAPIC_VERSION;
		return 0;
	case APIC_LDR:
		*value = ((vcpu->id >> 4) << 16) | BIT(vcpu->id & 0xf);
		return 0;
	case APIC_SPIV:
		*value = l->svr;
		return 0;
	case APIC_ESR:
		*value = l->esr;
		return 0;
	case APIC_ICR:
		*value = l->icr;
		return 0;
	case APIC_TMICT:
		*value = timer_mode(vcpu) == TIMER_DEADLINE ? 0 : l->tmict;
		return 0;
	case APIC_TMCCT:
		*value = timer_count(vcpu);
		return 0;
	case APIC_TDCR:
		*value = l->tdcr;
		return 0;
	default:
		return -EINVAL;
	}
}

int lapic_write(struct td_vcpu *vcpu, u32 msr, u64 value)
{
	struct lapic *l = &vcpu->lapic;
	int lvt;

	if (msr == MSR_IA32_TSC_DEADLINE) {
		if (timer_mode(vcpu) != TIMER_DEADLINE)
			return 0;
		return timer_start_deadline(vcpu, value);
	}

	if (REG(msr) == APIC_ICR) {
		icr_write(vcpu, value);
		return 0;
	}
	if (value >> 32)
		return -EINVAL;
	lvt = lvt_index(REG(msr));
	if (lvt >= 0) {
		lvt_write(vcpu, lvt, value);
		return 0;
	}
	switch (REG(msr)) {
	case APIC_SPIV:
		l->svr = value;
		return 0;
	case APIC_ESR:
		/* only clearing is defined */
		if (value)
			return -EINVAL;
		l->esr = 0;
		return 0;
	case APIC_TMICT:
		if (timer_mode(vcpu) == TIMER_DEADLINE)
			return 0;
		l->tmict = value;
		timer_start_count(vcpu);
		return 0;
	case APIC_TDCR:
		l->tdcr = value & 0xb;
		return 0;
	default:
		return -EINVAL;
	}
}

void lapic_init(struct td_vcpu *vcpu)
{
	struct lapic *l = &vcpu->lapic;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(l->lvt); i++)
		l->lvt[i] = LVT_MASKED;
	l->svr = 0xff;
	compat_hrtimer_setup(&l->timer, timer_fired);
}

void lapic_destroy(struct td_vcpu *vcpu)
{
	hrtimer_cancel(&vcpu->lapic.timer);
}
