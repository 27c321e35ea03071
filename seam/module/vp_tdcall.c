// SPDX-License-Identifier: GPL-2.0-only
/* TDCALL: the guest's way into the module. */
#include "vp.h"

#define RAX_LEAF	SEAM_MASK(15, 0)
#define RAX_VERSION(x)	(((x) >> 16) & 0xff)
#define RAX_RESERVED	SEAM_MASK(63, 24)

/* What 1.5.01 offers a guest, short of service TDs and TD partitioning. */
static bool guest_leaf_present(u64 leaf)
{
	switch (leaf) {
	case TDG_VP_VMCALL ... TDG_SYS_RDALL:
	case TDG_MR_VERIFYREPORT ... TDG_MEM_PAGE_ATTR_WR:
		return true;
	}
	return false;
}

static u64 guest_call(struct call *c)
{
	u64 rax = c->g[RAX], leaf = rax & RAX_LEAF;
	unsigned int max_version = leaf == TDG_VM_RD ? 1 : 0;

	c->version = RAX_VERSION(rax);
	if ((rax & RAX_RESERVED) || !guest_leaf_present(leaf) ||
	    c->version > max_version)
		return ST_OP(OPERAND_INVALID, RAX);
	/* most exits: without the table, and the branch through it */
	return leaf == TDG_VP_VMCALL ? leaf_TDG_VP_VMCALL(c) :
				       guest_leaf(leaf)(c);
}

u64 leaf_TDG_VP_VMCALL(struct call *c)
{
	u64 bad = SEAM_MASK(63, 32) | 1U << RAX | 1U << RCX | 1U << RSP;

	if (c->vcpu->td->config_flags & FLAG_NO_RBP_MOD)
		bad |= 1U << RBP;
	if (c->g[RCX] & bad)
		return ST_OP(OPERAND_INVALID, RCX);
	return LEAF_TDVMCALL;
}

enum vp_step vp_tdcall(struct vcpu *v, const struct vp_exit *exit,
		       struct vp_inject *inj, u64 *g)
{
	struct call c = {
		.lp = &tdxm.lp[vcpu_lp(v)],
		.g = v->gpr,
		.vcpu = v,
		.inj = inj,
	};
	struct td_exit_regs x = { 0 };
	u64 st;

	if (!exit->long_mode || exit->cpl) {
		inject_gp(inj);
		return VP_RESUME;
	}
	st = guest_call(&c);
	switch (st) {
	case LEAF_TD_EXIT:
		x.status = c.exit.status;
		x.reason = c.exit.reason;
		x.qual = c.exit.qual;
		x.ext_qual = c.exit.ext_qual;
		x.gpa = c.exit.gpa;
		vp_leave(v, &x, g);
		return VP_LEAVE;
	case LEAF_TDVMCALL:
		engine_skip(v, TDCALL_BYTES);
		vp_leave_tdvmcall(v, g);
		return VP_LEAVE;
	case LEAF_RETRY:
	case LEAF_INJECTED:
		return VP_RESUME;
	}
	v->gpr[RAX] = st;
	engine_skip(v, TDCALL_BYTES);
	return VP_RESUME;
}
