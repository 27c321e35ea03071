// SPDX-License-Identifier: GPL-2.0-only
/* TDH.SYS.RD, MNG.RD, VP.RD and their siblings, of host and guest. */
#include "metadata.h"
#include "guest.h"

#define RD_STATES	SEAM_MASK(OP_FAILED_IMPORT, OP_INITIALIZED)
#define WR_STATES	(RD_STATES & ~(1U << OP_PAUSED_EXPORT | \
				       1U << OP_POST_EXPORT))

static enum md_who host_of(const struct td *td)
{
	return td_is_debug(td) ? MD_HOST_DEBUG : MD_HOST;
}

/* ---- host -------------------------------------------------------------------- */

u64 leaf_TDH_SYS_RD(struct call *c)
{
	struct md_ctx ctx = { .context = 0, .who = MD_HOST };
	u64 id = c->g[RDX];

	c->g[R8] = 0;
	c->g[RDX] = MD_NONE;
	if (!c->lp->init_done)
		return ST(SYS_LP_INIT_NOT_DONE);
	return md_read(&ctx, id, &c->g[R8], &c->g[RDX]);
}

u64 leaf_TDH_SYS_RDALL(struct call *c)
{
	struct md_ctx ctx = { .context = 0, .who = MD_HOST };
	u64 id = c->g[R8], st;

	c->g[R8] = MD_NONE;
	if (!c->lp->init_done)
		return ST(SYS_LP_INIT_NOT_DONE);
	st = operand_shared_hpa(c->g[RDX], PAGE_BYTES, TDX_OPERAND_RDX);
	if (st)
		return st;
	st = md_list(&ctx, &id, env_host_ptr(c->g[RDX] & SEAM_HPA_MASK));
	c->g[R8] = id;
	return st;
}

u64 leaf_TDH_MNG_RD(struct call *c)
{
	struct md_ctx ctx = { .context = 1 };
	struct pamt_entry *pe;
	u64 id = c->g[RDX], st;

	c->g[R8] = 0;
	if (c->version)
		c->g[RDX] = MD_NONE;
	if (c->version > 1)
		return ST_OP(OPERAND_INVALID, RAX);
	st = td_get(c->g[RCX], TDX_OPERAND_RCX, false, RD_STATES, LOCK_SHARED,
		    &ctx.td, &pe);
	if (st)
		return st;
	ctx.who = host_of(ctx.td);
	st = md_read(&ctx, id, &c->g[R8], c->version ? &c->g[RDX] : NULL);
	td_put(ctx.td, pe, false, LOCK_SHARED);
	return st;
}

u64 leaf_TDH_MNG_WR(struct call *c)
{
	struct md_ctx ctx = { .context = 1 };
	u64 val = c->g[R8], st;
	struct pamt_entry *pe;

	c->g[R8] = 0;
	st = td_get(c->g[RCX], TDX_OPERAND_RCX, false, WR_STATES, LOCK_SHARED,
		    &ctx.td, &pe);
	if (st)
		return st;
	ctx.who = host_of(ctx.td);
	st = md_write(&ctx, c->g[RDX], val, c->g[R9], &c->g[R8]);
	td_put(ctx.td, pe, false, LOCK_SHARED);
	return st;
}

/* As metadata_tdvps.c has it, of size 8, readable by any host */
#define VCPU_STATE_DETAILS	0x9120000300000100ULL

SEAM_FLAT noinline u64 leaf_TDH_VP_RD(struct call *c)
{
	struct md_ctx ctx = { .context = 2 };
	u64 id = c->g[RDX], st;

	c->g[R8] = 0;
	if (c->version)
		c->g[RDX] = MD_NONE;
	if (c->version > 1)
		return ST_OP(OPERAND_INVALID, RAX);
	st = vcpu_get_shared(c, c->g[RCX], RD_STATES, &ctx.vcpu);
	if (st)
		return st;
	st = vcpu_at_rest(c, ctx.vcpu, VCPU_READY | VCPU_DISABLED);
	if (!st && id == VCPU_STATE_DETAILS && !c->version) {
		/* what a VMM asks after each halt: not by the table */
		c->g[R8] = vapic_deliverable(ctx.vcpu) >= 0;
	} else if (!st) {
		ctx.td = ctx.vcpu->td;
		ctx.who = host_of(ctx.td);
		st = md_read(&ctx, id, &c->g[R8],
			     c->version ? &c->g[RDX] : NULL);
	}
	vcpu_put_shared(ctx.vcpu);
	return st;
}

u64 leaf_TDH_VP_WR(struct call *c)
{
	struct md_ctx ctx = { .context = 2 };
	u64 val = c->g[R8], st;
	struct pamt_entry *pe;

	c->g[R8] = 0;
	st = vcpu_get(c, c->g[RCX], false, WR_STATES, VCPU_READY,
		      &ctx.vcpu, &pe);
	if (st)
		return st;
	ctx.td = ctx.vcpu->td;
	ctx.who = host_of(ctx.td);
	st = md_write(&ctx, c->g[RDX], val, c->g[R9], &c->g[R8]);
	vcpu_put(ctx.vcpu, pe, false);
	return st;
}

/* ---- guest ------------------------------------------------------------------- */

static struct md_ctx guest_ctx(const struct call *c, u8 context)
{
	return (struct md_ctx) {
		.context = context,
		.who = MD_GUEST,
		.td = c->vcpu->td,
		.vcpu = c->vcpu,
	};
}

u64 leaf_TDG_SYS_RD(struct call *c)
{
	struct md_ctx ctx = guest_ctx(c, 0);

	return md_read(&ctx, c->g[RDX], &c->g[R8], &c->g[RDX]);
}

u64 leaf_TDG_SYS_RDALL(struct call *c)
{
	struct md_ctx ctx = guest_ctx(c, 0);
	u64 id = c->g[R8], st;
	void *page;

	/* stays if the page is not there */
	c->g[R8] = MD_NONE;
	if (!SEAM_ALIGNED(c->g[RDX], PAGE_BYTES) ||
	    !sept_gpa_private(ctx.td, c->g[RDX]))
		return ST_OP(OPERAND_INVALID, RDX);
	st = guest_ptr(c, c->g[RDX], true, &page);
	if (st)
		return st;
	st = md_list(&ctx, &id, page);
	c->g[R8] = id;
	return st;
}

static u64 guest_rd(struct call *c, u8 context, bool next)
{
	struct md_ctx ctx = guest_ctx(c, context);
	u64 id = c->g[RDX];

	c->g[R8] = 0;
	if (next)
		c->g[RDX] = MD_NONE;
	if (c->g[RCX])
		return ST_OP(OPERAND_INVALID, RCX);
	return md_read(&ctx, id, &c->g[R8], next ? &c->g[RDX] : NULL);
}

static u64 guest_wr(struct call *c, u8 context)
{
	struct md_ctx ctx = guest_ctx(c, context);
	u64 val = c->g[R8];

	c->g[R8] = 0;
	if (c->g[RCX])
		return ST_OP(OPERAND_INVALID, RCX);
	return md_write(&ctx, c->g[RDX], val, c->g[R9], &c->g[R8]);
}

u64 leaf_TDG_VM_RD(struct call *c)
{
	return guest_rd(c, 1, c->version);
}

u64 leaf_TDG_VM_WR(struct call *c)
{
	return guest_wr(c, 1);
}

u64 leaf_TDG_VP_RD(struct call *c)
{
	return guest_rd(c, 2, true);
}

u64 leaf_TDG_VP_WR(struct call *c)
{
	return guest_wr(c, 2);
}
