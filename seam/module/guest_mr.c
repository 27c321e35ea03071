// SPDX-License-Identifier: GPL-2.0-only
/* TDG.MR.*: run-time measurement and reports. */
#include "guest.h"

#define RTMR_BYTES	48
#define RTMR_ALIGN	64

/* A private address of the TD's, aligned. */
static bool guest_gpa_ok(const struct td *td, gpa_t gpa, u64 align)
{
	return SEAM_ALIGNED(gpa, align) && sept_gpa_private(td, gpa);
}

static void rtmr_extend(u8 rtmr[RTMR_BYTES], const u8 *data, void *ctx)
{
	env_sha384_init(ctx);
	env_sha384_update(ctx, rtmr, RTMR_BYTES);
	env_sha384_update(ctx, data, RTMR_BYTES);
	env_sha384_final(ctx, rtmr);
}

u64 leaf_TDG_MR_RTMR_EXTEND(struct call *c)
{
	struct td *td = c->vcpu->td;
	void *data, *ctx;
	u64 st;

	if (!guest_gpa_ok(td, c->g[RCX], RTMR_ALIGN))
		return ST_OP(OPERAND_INVALID, RCX);
	st = guest_ptr(c, c->g[RCX], false, &data);
	if (st)
		return st;
	if (c->g[RDX] >= ARRAY_SIZE(td->rtmr))
		return ST_OP(OPERAND_INVALID, RDX);
	ctx = env_alloc(env_sha384_size());
	if (!ctx)
		return LEAF_RETRY;
	if (sharex_hp_try_excl(&td->rtmr_lock, true)) {
		rtmr_extend(td->rtmr[c->g[RDX]], data, ctx);
		sharex_put_excl(&td->rtmr_lock);
	} else {
		st = ST_OP(OPERAND_BUSY, RTMR);
	}
	env_free(ctx, env_sha384_size());
	return st;
}

/* The caller holds the RTMRs. Where the report goes is looked at last. */
static u64 report_to(struct call *c, const u8 *data)
{
	struct td *td = c->vcpu->td;
	void *report;
	u64 st;

	/* hashing takes long: a host interrupt goes first, then all again */
	if (env_intr_pending(c->lp->id))
		return LEAF_RETRY;
	if (!guest_gpa_valid(td, c->g[RCX]))
		return ST_OP(OPERAND_INVALID, RCX);
	st = guest_ptr_any(c, c->g[RCX], true, &report);
	if (st)
		return st;
	return report_make(td, data, report) ? 0 : LEAF_RETRY;
}

u64 leaf_TDG_MR_REPORT(struct call *c)
{
	struct td *td = c->vcpu->td;
	void *data;
	u64 st;

	if (!SEAM_ALIGNED(c->g[RCX], REPORT_BYTES))
		return ST_OP(OPERAND_INVALID, RCX);
	if (!SEAM_ALIGNED(c->g[RDX], REPORTDATA_BYTES) ||
	    !guest_gpa_valid(td, c->g[RDX]))
		return ST_OP(OPERAND_INVALID, RDX);
	st = guest_ptr_any(c, c->g[RDX], false, &data);
	if (st)
		return st;
	if (c->g[R8])
		return ST_OP(OPERAND_INVALID, R8);
	if (!sharex_hp_try_shared(&td->rtmr_lock, true))
		return ST_OP(OPERAND_BUSY, RTMR);
	st = report_to(c, data);
	sharex_put_shared(&td->rtmr_lock);
	return st;
}

u64 leaf_TDG_MR_VERIFYREPORT(struct call *c)
{
	void *mac_struct;
	u64 st;

	if (!guest_gpa_ok(c->vcpu->td, c->g[RCX], REPORTMAC_BYTES))
		return ST_OP(OPERAND_INVALID, RCX);
	st = guest_ptr(c, c->g[RCX], false, &mac_struct);
	if (st)
		return st;
	switch (report_verify(mac_struct)) {
	case REPORT_OK:
		return ST(SUCCESS);
	case REPORT_BAD_SVN:
		return ST(INVALID_CPUSVN);
	default:
		return ST(INVALID_REPORTMACSTRUCT);
	}
}
