// SPDX-License-Identifier: GPL-2.0-only
/*
 * From registers to leaf handlers, through the gates that come before every
 * leaf: number, reserved bits and version, then the module's state.
 */
#include "module.h"

#define RAX_LEAF	SEAM_MASK(15, 0)
#define RAX_VERSION(x)	(((x) >> 16) & 0xff)
#define RAX_RESERVED	SEAM_MASK(63, 24)
#define RAX_SEAMLDR	SEAM_BIT(63)

struct tdx_module tdxm;
struct seam_config seam_config;

bool seam_msr(u32 index, u64 *val)
{
	unsigned int i;

	for (i = 0; i < seam_config.nr_msr; i++) {
		if (seam_config.msr[i].index == index) {
			*val = seam_config.msr[i].value;
			return true;
		}
	}
	return false;
}

struct leaf {
	u64 number;
	leaf_fn fn;
};

static const struct leaf host_leaves[] = {
#define X(id, number, ...)	{ number, leaf_##id },
	TDX_HOST_LEAVES(X)
#undef X
};

static const struct leaf guest_leaves[] = {
#define X(id, number, ...)	{ number, leaf_##id },
	TDX_GUEST_LEAVES(X)
#undef X
};

leaf_fn host_leaf(u64 number)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(host_leaves); i++)
		if (host_leaves[i].number == number)
			return host_leaves[i].fn;
	return NULL;
}

leaf_fn guest_leaf(u64 number)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(guest_leaves); i++)
		if (guest_leaves[i].number == number)
			return guest_leaves[i].fn;
	return NULL;
}

/* The numbers that module 1.5.01 knows, and what feature bits add. */
static bool leaf_present(u64 leaf)
{
	switch (leaf) {
	case TDH_VP_ENTER ... TDH_PHYMEM_PAGE_WBINVD:
	case TDH_VP_WR ... TDH_SYS_CONFIG:
	case TDH_SERVTD_BIND ... TDH_SERVTD_PREBIND:
	case TDH_SYS_SHUTDOWN ... TDH_SYS_UPDATE:
	case TDH_EXPORT_ABORT ... TDH_EXPORT_RESTORE:
	case TDH_EXPORT_MEM:
	case TDH_EXPORT_PAUSE ... TDH_EXPORT_UNBLOCKW:
	case TDH_IMPORT_ABORT ... TDH_IMPORT_STATE_VP:
	case TDH_MIG_STREAM_CREATE:
		return true;
	case TDH_PHYMEM_PAMT_ADD ... TDH_PHYMEM_PAMT_REMOVE:
		return seam_config.features0 & TDX_FEATURES0_DYNAMIC_PAMT;
	case TDH_SYS_DISABLE:
		return seam_config.sys_disable;
	}
	return false;
}

static bool leaf_checks_version(u64 leaf)
{
	if (leaf == TDH_VP_INIT)
		return seam_config.features0 & TDX_FEATURES0_TOPOLOGY_ENUM;
	return leaf == TDH_MEM_SEPT_ADD || leaf == TDH_MEM_SEPT_REMOVE ||
	       leaf == TDH_MEM_PAGE_PROMOTE || leaf == TDH_MNG_RD ||
	       leaf == TDH_VP_RD;
}

static bool leaf_before_ready(u64 leaf)
{
	switch (leaf) {
	case TDH_SYS_KEY_CONFIG ... TDH_SYS_LP_INIT:
	case TDH_SYS_RDALL:
	case TDH_SYS_LP_SHUTDOWN ... TDH_SYS_CONFIG:
	case TDH_SYS_UPDATE:
		return true;
	}
	return false;
}

static u64 module_call(struct call *c)
{
	u64 rax = c->g[RAX], leaf = rax & RAX_LEAF;
	enum sys_state state = atomic_read_once(&tdxm.state);

	c->version = RAX_VERSION(rax);
	if ((rax & RAX_RESERVED) ||
	    (c->version && !leaf_checks_version(leaf)))
		return ST_OP(OPERAND_INVALID, RAX);
	if (state == SYS_SHUTDOWN && leaf != TDH_SYS_LP_SHUTDOWN)
		return ST(SYS_SHUTDOWN);
	if (state != SYS_READY && state != SYS_SHUTDOWN &&
	    !leaf_before_ready(leaf))
		return ST(SYS_NOT_READY);
	if (!leaf_present(leaf))
		return ST_OP(OPERAND_INVALID, RAX);
	/* those that count: without the table, and the branch through it */
	if (leaf == TDH_VP_ENTER)
		return leaf_TDH_VP_ENTER(c);
	return leaf == TDH_VP_RD ? leaf_TDH_VP_RD(c) : host_leaf(leaf)(c);
}

enum seam_result seam_call(unsigned int lp, u64 g[NR_GPRS],
			   struct vcpu **vcpu)
{
	struct call c = { .lp = &tdxm.lp[lp], .g = g };
	enum seam_result fault;
	u64 st;

	if (lp >= seam_config.nr_lps)
		return SEAM_VMFAILINVALID;
	stall_disarm(lp);
	if (fault_before(lp, g[RAX], &st, &fault)) {
		if (fault == SEAM_DONE) {
			g[RAX] = st;
			/* success without an output is something to tell */
			if (!(st & SEAM_BIT(63)))
				g[RDX] = 0;
		}
		return fault;
	}
	if (g[RAX] & RAX_SEAMLDR)
		return seamldr_call(&c);
	if (!tdxm.loaded)
		return SEAM_VMFAILINVALID;

	atomic_set_once(&c.lp->in_seam, true);
	st = module_call(&c);
	atomic_set_once(&c.lp->in_seam, false);

	if (c.enter) {
		*vcpu = c.enter;
		return SEAM_ENTER;
	}
	g[RAX] = st;
	return SEAM_DONE;
}
