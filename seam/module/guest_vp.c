// SPDX-License-Identifier: GPL-2.0-only
/* TDG.VP.INFO, VEINFO.GET, CPUIDVE.SET and MEM.PAGE.ATTR.RD. */
#include "guest.h"

#define ATTR_RD_PENDING	SEAM_BIT(62)

/* mapped or pending, neither blocked nor free */
#define ATTR_READABLE	(SEPT_IN(SEPT_MAPPED) | SEPT_IN(SEPT_BLOCKEDW) | \
			 SEPT_IN(SEPT_EXP_BLOCKEDW) | SEPT_IN(SEPT_EXP_DIRTY) | \
			 SEPT_IN(SEPT_EXP_DIRTY_BLOCKEDW) | \
			 SEPT_IN(SEPT_PENDING) | SEPT_IN(SEPT_PEND_BLOCKEDW) | \
			 SEPT_IN(SEPT_PEND_EXP_BLOCKEDW) | \
			 SEPT_IN(SEPT_PEND_EXP_DIRTY) | \
			 SEPT_IN(SEPT_PEND_EXP_DIRTY_BLOCKEDW))

u64 leaf_TDG_VP_INFO(struct call *c)
{
	struct vcpu *v = c->vcpu;
	struct td *td = v->td;

	c->g[RCX] = td->gpaw52 ? 52 : 48;
	c->g[RDX] = td->attributes;
	c->g[R8] = atomic_read_once(&td->num_vcpus) | (u64)td->max_vcpus << 32;
	c->g[R9] = v->index;
	c->g[R10] = 1;		/* TDG.SYS.RD is there */
	c->g[R11] = 0;
	return ST(SUCCESS);
}

u64 leaf_TDG_VP_VEINFO_GET(struct call *c)
{
	struct ve_state *ve = &c->vcpu->ve;

	if (!ve->valid) {
		c->g[RCX] = 0;
		c->g[RDX] = 0;
		c->g[R8] = 0;
		c->g[R9] = 0;
		c->g[R10] = 0;
		return ST(NO_VALID_VE_INFO);
	}
	c->g[RCX] = ve->exit_reason;
	c->g[RDX] = ve->qual;
	c->g[R8] = ve->gla;
	c->g[R9] = ve->gpa;
	c->g[R10] = ve->instr_len | (u64)ve->instr_info << 32;
	ve->valid = 0;
	return ST(SUCCESS);
}

u64 leaf_TDG_VP_CPUIDVE_SET(struct call *c)
{
	if (c->g[RCX] & ~3ULL)
		return ST_OP(OPERAND_INVALID, RCX);
	c->vcpu->cpuid_ve_supervisor = c->g[RCX] & 1;
	c->vcpu->cpuid_ve_user = c->g[RCX] >> 1;
	return ST(SUCCESS);
}
