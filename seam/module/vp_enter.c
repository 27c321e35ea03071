// SPDX-License-Identifier: GPL-2.0-only
/* TDH.VP.ENTER up to the first guest instruction, and what ends it. */
#include "vp.h"

#define RUN_STATES	(1U << OP_RUNNABLE | 1U << OP_LIVE_EXPORT | \
			 1U << OP_LIVE_IMPORT)

#define ENTER_HINT	SEAM_BIT(52)	/* host says the exit can be recovered */
#define ENTER_RESUME_L1	SEAM_BIT(53)

static u64 enter_flags_check(const struct vcpu *v, u64 flags)
{
	/* no L2 VM ever runs, so none can be left */
	if (flags & ENTER_RESUME_L1)
		return ST_OP(OPERAND_INVALID, RCX);
	if ((flags & ENTER_HINT) && v->last_exit != EXIT_ASYNC_TRAP)
		return ST_OP(OPERAND_INVALID, RCX);
	return 0;
}

/* (a * b) >> 48 */
static u64 mul_shr48(u64 a, u64 b)
{
	u64 al = (u32)a, ah = a >> 32, bl = (u32)b, bh = b >> 32;
	u64 mid = ((al * bl) >> 32) + (u32)(al * bh) + (u32)(ah * bl);
	u64 high = ah * bh + ((al * bh) >> 32) + ((ah * bl) >> 32) +
		   (mid >> 32);

	return high << 16 | (u32)mid >> 16;
}

u64 virtual_tsc(const struct td *td)
{
	return mul_shr48(env_tsc(), td->tsc_multiplier) + td->tsc_offset;
}

#define LIMIT_CPUID_MAXVAL	SEAM_BIT(22)

/* The CPU must still be what the TD was told, and time must not go back. */
static u64 cpu_check(const struct vcpu *v)
{
	u64 misc = 0;

	if (seam_msr(MSR_MISC_ENABLE, &misc) && (misc & LIMIT_CPUID_MAXVAL))
		return ST(LIMIT_CPUID_MAXVAL_SET);
	if (env_tsc() < v->last_exit_tsc)
		return ST(TSC_ROLLBACK);
	if (v->td->has_monitor && !(misc & MISC_MONITOR))
		return ST(INCORRECT_MSR_VALUE) | MSR_MISC_ENABLE;
	return 0;
}

/*
 * From here until the TD exit the vCPU counts in the present epoch; TRACK
 * takes the lock exclusively and so never sees it in between.
 */
static bool epoch_enter(struct vcpu *v)
{
	struct td *td = v->td;

	if (!sharex_try_shared(&td->epoch_lock))
		return false;
	v->epoch = td->epoch;
	atomic_add(&td->refcount[v->epoch & 1], 1);
	sharex_put_shared(&td->epoch_lock);
	return true;
}

/* Of RCX, which the guest keeps until it runs again */
#define XMM_MASK(v)	((u16)((v)->gpr[RCX] >> 16))

/*
 * Those of @mask. Each entry and each exit comes here, and a CPU that emulates
 * pays for branches, not for the few operations that they would save.
 */
static void copy_gprs(u64 *to, const u64 *from, unsigned int mask)
{
	unsigned int i;

	for (i = 0; i < NR_GPRS; i += 4, mask >>= 4) {
		u64 m0 = -(u64)(mask & 1), m1 = -(u64)(mask >> 1 & 1);
		u64 m2 = -(u64)(mask >> 2 & 1), m3 = -(u64)(mask >> 3 & 1);

		to[i] = (to[i] & ~m0) | (from[i] & m0);
		to[i + 1] = (to[i + 1] & ~m1) | (from[i + 1] & m1);
		to[i + 2] = (to[i + 2] & ~m2) | (from[i + 2] & m2);
		to[i + 3] = (to[i + 3] & ~m3) | (from[i + 3] & m3);
	}
}

/* Registers that the guest's TDVMCALL asked the host for. */
static void take_host_gprs(struct vcpu *v, const u64 *g)
{
	unsigned int mask = v->gpr[RCX] & 0xffff;

	copy_gprs(v->gpr, g, mask & ~(1U << RAX | 1U << RCX));
	if (XMM_MASK(v))
		engine_xmm_in(v, XMM_MASK(v));
	v->gpr[RAX] = 0;
}

SEAM_FLAT u64 leaf_TDH_VP_ENTER(struct call *c)
{
	u64 flags = c->g[RCX] & SEAM_MASK(63, 52);
	hpa_t tdvpr = c->g[RCX] & ~flags;
	struct vcpu *v;
	u64 st;

	if (flags & ~(ENTER_HINT | ENTER_RESUME_L1))
		return ST_OP(OPERAND_INVALID, RCX);
	st = vcpu_get_shared(c, tdvpr, RUN_STATES, &v);
	if (st)
		return st;
	if (atomic_read_once(&v->state) != VCPU_READY)
		st = ST(VCPU_STATE_INCORRECT);
	else if (!vcpu_associate(v, c->lp->id))
		st = ST(VCPU_ASSOCIATED);
	else
		st = enter_flags_check(v, flags);
	if (!st)
		st = cpu_check(v);
	if (!st && !epoch_enter(v))
		st = ST_OP(OPERAND_BUSY, TD_EPOCH);
	if (st) {
		vcpu_put_shared(v);
		return st;
	}

	/* TDVPR and TDR stay locked shared while the guest runs */
	sharex_put_shared(&v->td->op_state_lock);
	if (v->last_exit == EXIT_TDVMCALL)
		take_host_gprs(v, c->g);
	atomic_set_once(&v->state, VCPU_ACTIVE);
	v->launched = true;
	atomic_set_once(&c->lp->running, v);
	c->lp->last_vcpu = v;
	c->enter = v;
	return 0;
}

/* Gives back what VP.ENTER holds; the vCPU is no more in the guest. */
static void vp_release(struct vcpu *v)
{
	struct td *td = v->td;

	v->last_exit_tsc = env_tsc();
	atomic_set_once(&tdxm.lp[vcpu_lp(v)].running, NULL);
	atomic_add(&td->refcount[v->epoch & 1], -1);
	vcpu_put_pages(v);
}

/* Modules newer than 1.5.01 keep RBP when the TD asked for it. */
static bool keeps_rbp(const struct vcpu *v, bool tdvmcall)
{
	if (seam_config.clobber_rbp ||
	    !(v->td->config_flags & FLAG_NO_RBP_MOD))
		return false;
	return tdvmcall || seam_config.version[2] > 1;
}

static void clear_host_gprs(const struct vcpu *v, u64 *g, bool tdvmcall)
{
	u64 rsp = g[RSP], rbp = keeps_rbp(v, tdvmcall) ? g[RBP] : 0;

	memset(g, 0, NR_GPRS * sizeof(*g));
	g[RSP] = rsp;
	g[RBP] = rbp;
}

noinline void vp_leave(struct vcpu *v, const struct td_exit_regs *x, u64 *g)
{
	clear_host_gprs(v, g, false);
	g[RAX] = x->status | x->reason;
	g[RCX] = x->qual & 0xffffffff;
	g[RDX] = x->ext_qual;
	g[R8] = x->gpa;
	g[R9] = x->intr_info;

	if (x->status == ST(SUCCESS)) {
		atomic_set_once(&v->state, VCPU_READY);
		v->last_exit = EXIT_ASYNC_FAULT;
	} else if (x->status == ST(HOST_PRIORITY_BUSY_TIMEOUT)) {
		atomic_set_once(&v->state, VCPU_READY);
		v->last_exit = EXIT_ASYNC_TRAP;
	} else if (x->status == ST(NON_RECOVERABLE_VCPU)) {
		atomic_set_once(&v->state, VCPU_DISABLED);
	} else {
		atomic_set_once(&v->td->fatal, true);
		atomic_set_once(&v->state, VCPU_READY);
	}
	vp_release(v);
}

/* The guest's RIP already stands behind the TDCALL. */
void vp_leave_tdvmcall(struct vcpu *v, u64 *g)
{
	clear_host_gprs(v, g, true);
	copy_gprs(g, v->gpr, v->gpr[RCX] & 0xffff);
	g[RAX] = VMX_TDCALL;
	g[RCX] = v->gpr[RCX];
	if (XMM_MASK(v))
		engine_xmm_out(v, XMM_MASK(v));
	atomic_set_once(&v->state, VCPU_READY);
	v->last_exit = EXIT_TDVMCALL;
	vp_release(v);
}
