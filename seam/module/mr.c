// SPDX-License-Identifier: GPL-2.0-only
/*
 * MRTD, the measurement of how the TD was built: SHA-384 over one block per
 * page added and three per 256 bytes extended, closed by FINALIZE.
 */
#include "mem.h"

#define MR_BLOCK		128
#define MR_CHUNK		256

bool mrtd_init(struct td *td)
{
	if (!td->mrtd_ctx)
		td->mrtd_ctx = env_alloc(env_sha384_size());
	if (!td->mrtd_ctx)
		return false;
	env_sha384_init(td->mrtd_ctx);
	return true;
}

void mrtd_free(struct td *td)
{
	if (td->mrtd_ctx)
		env_free(td->mrtd_ctx, env_sha384_size());
	td->mrtd_ctx = NULL;
}

static void mrtd_header(struct td *td, const char *event, gpa_t gpa)
{
	u8 block[MR_BLOCK] = { 0 };

	memcpy(block, event, strlen(event));
	memcpy(block + 16, &gpa, sizeof(gpa));
	env_sha384_update(td->mrtd_ctx, block, sizeof(block));
}

void mrtd_page_add(struct td *td, gpa_t gpa)
{
	mrtd_header(td, "MEM.PAGE.ADD", gpa);
}

static const struct mem_rules extend_rules = {
	.op_states = OP_IN(OP_INITIALIZED),
	.sept_states = SEPT_IN(SEPT_MAPPED),
	.tdr_excl = true,
	.any_leaf = true,
	.want_present = true,
};

static u64 mr_extend(struct mem_op *op)
{
	static const u8 zeros[MR_CHUNK];
	hpa_t hpa = (op->entry & SEPT_HPA) +
		    (op->gpa & (LEVEL_BYTES(op->level) - 1));
	const u8 *page;

	if (!content_intact(op->td, hpa & ~(PAGE_BYTES - 1), TDX_LEVEL_4K))
		return ST(TD_FATAL);
	page = content_peek(sept_pamt(op->entry, op->level), hpa);
	mrtd_header(op->td, "MR.EXTEND", op->gpa);
	env_sha384_update(op->td->mrtd_ctx,
			  page ? page + (hpa & (PAGE_BYTES - 1)) : zeros,
			  MR_CHUNK);
	return 0;
}

u64 leaf_TDH_MR_EXTEND(struct call *c)
{
	struct mem_op op;
	u64 st;

	st = mem_begin(&op, c, &extend_rules, c->g[RDX]);
	if (st)
		return st;
	if (!SEAM_ALIGNED(op.rcx, MR_CHUNK))
		st = ST_OP(OPERAND_INVALID, RCX);
	else
		st = mem_walk(&op);
	if (!st)
		st = mr_extend(&op);
	mem_end(&op);
	return st;
}

u64 leaf_TDH_MR_FINALIZE(struct call *c)
{
	struct pamt_entry *pe;
	struct td *td;
	u64 st;

	st = td_get(c->g[RCX], TDX_OPERAND_RCX, true, OP_IN(OP_INITIALIZED),
		    LOCK_NONE, &td, &pe);
	if (st)
		return st;
	if (!td->num_vcpus) {
		st = ST(NO_VCPUS);
	} else {
		env_sha384_final(td->mrtd_ctx, td->mrtd);
		memset(td->servtd_hash, 0, sizeof(td->servtd_hash));
		td->op_state = OP_RUNNABLE;
	}
	td_put(td, pe, true, LOCK_NONE);
	return st;
}
