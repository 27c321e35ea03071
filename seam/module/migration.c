// SPDX-License-Identifier: GPL-2.0-only
/*
 * Migration and service-TD leaves as far as a host can tell that they exist:
 * operands, life cycle and OP_STATE are checked like those of any leaf, and
 * what is left to refuse is refused because there is no migration stream and
 * no kind of service TD to bind.
 */
#include "mem.h"
#include "vp.h"

struct refused_leaf {
	u8 tdr;			/* register that holds the TDR */
	bool excl;
	u8 op_lock;		/* enum lock_mode */
	u32 states;
	const u8 *zeroed;	/* outputs that errors clear, 0-terminated */
	u64 status;		/* when all gates are passed */
};

#define S(name)		(1U << OP_##name)
#define S_EXPORT	(S(LIVE_EXPORT) | S(PAUSED_EXPORT) | S(POST_EXPORT))
#define S_IMPORT	(S(MEMORY_IMPORT) | S(STATE_IMPORT) | S(POST_IMPORT))

static u64 refuse(struct call *c, const struct refused_leaf *l)
{
	hpa_t tdr = c->g[l->tdr];
	struct pamt_entry *pe;
	const u8 *r;
	struct td *td;
	u64 st;

	for (r = l->zeroed; r && *r; r++)
		c->g[*r] = 0;
	st = td_get(tdr, l->tdr, l->excl, l->states, l->op_lock, &td, &pe);
	if (st)
		return st;
	td_put(td, pe, l->excl, l->op_lock);
	return l->status;
}

#define REFUSED(id, ...)						\
	u64 leaf_##id(struct call *c)					\
	{								\
		static const struct refused_leaf l = { __VA_ARGS__ };	\
									\
		return refuse(c, &l);					\
	}

static const u8 zero_rdx[] = { RDX, 0 };
static const u8 zero_rcx_rdx[] = { RCX, RDX, 0 };

REFUSED(TDH_EXPORT_ABORT, RCX, false, LOCK_EXCL, S_EXPORT, NULL,
	ST(MIGRATION_STREAM_STATE_INCORRECT))
REFUSED(TDH_EXPORT_BLOCKW, RDX, false, LOCK_SHARED, S(LIVE_EXPORT), NULL,
	ST_OP(OPERAND_INVALID, RCX))
REFUSED(TDH_EXPORT_RESTORE, RDX, false, LOCK_SHARED, S(RUNNABLE), NULL,
	ST_OP(OPERAND_INVALID, RCX))
REFUSED(TDH_EXPORT_MEM, RDX, false, LOCK_SHARED, S_EXPORT, NULL,
	ST(MIGRATION_STREAM_STATE_INCORRECT))
REFUSED(TDH_EXPORT_PAUSE, RCX, true, LOCK_NONE, S(LIVE_EXPORT), NULL,
	ST_OP(OPERAND_INVALID, RCX))
REFUSED(TDH_EXPORT_TRACK, RCX, false, LOCK_EXCL,
	S(LIVE_EXPORT) | S(PAUSED_EXPORT), NULL,
	ST(MIGRATION_STREAM_STATE_INCORRECT))
REFUSED(TDH_EXPORT_STATE_TD, RCX, false, LOCK_EXCL, S(PAUSED_EXPORT), zero_rdx,
	ST(MIGRATION_STREAM_STATE_INCORRECT))
REFUSED(TDH_IMPORT_ABORT, RCX, true, LOCK_NONE,
	S_IMPORT | S(FAILED_IMPORT), NULL,
	ST(MIGRATION_STREAM_STATE_INCORRECT))
REFUSED(TDH_IMPORT_END, RCX, true, LOCK_NONE,
	S(POST_IMPORT) | S(LIVE_IMPORT), NULL, ST_OP(OPERAND_INVALID, RCX))
REFUSED(TDH_IMPORT_COMMIT, RCX, true, LOCK_NONE, S(POST_IMPORT), NULL,
	ST_OP(OPERAND_INVALID, RCX))
REFUSED(TDH_IMPORT_MEM, RDX, false, LOCK_SHARED, S_IMPORT | S(LIVE_IMPORT),
	NULL, ST(MIGRATION_STREAM_STATE_INCORRECT))
REFUSED(TDH_IMPORT_TRACK, RCX, true, LOCK_NONE,
	S(MEMORY_IMPORT) | S(STATE_IMPORT), NULL,
	ST(MIGRATION_STREAM_STATE_INCORRECT))
REFUSED(TDH_IMPORT_STATE_IMMUTABLE, RCX, true, LOCK_NONE, S(UNINITIALIZED),
	zero_rcx_rdx, ST(MIN_MIGS_NOT_CREATED))
REFUSED(TDH_IMPORT_STATE_TD, RCX, true, LOCK_NONE, S(MEMORY_IMPORT),
	zero_rcx_rdx, ST(MIGRATION_STREAM_STATE_INCORRECT))
/* The room for streams is nought, so that the first is one too many. */
REFUSED(TDH_MIG_STREAM_CREATE, RDX, false, LOCK_EXCL,
	S(UNINITIALIZED) | S(INITIALIZED) | S(RUNNABLE), NULL,
	ST(MAX_MIGS_NUM_EXCEEDED))

u64 leaf_TDH_EXPORT_STATE_IMMUTABLE(struct call *c)
{
	struct pamt_entry *pe;
	struct td *td;
	u64 st;

	c->g[RDX] = 0;
	st = td_get(c->g[RCX], TDX_OPERAND_RCX, false,
		    S(RUNNABLE) | S(LIVE_IMPORT), LOCK_EXCL, &td, &pe);
	if (st)
		return st;
	st = td->attributes & ATTR_MIGRATABLE ? ST(MIN_MIGS_NOT_CREATED) :
						ST(TD_NOT_MIGRATABLE);
	td_put(td, pe, false, LOCK_EXCL);
	return st;
}

/* No entry is ever blocked for writing: the walk says in which state it is. */
u64 leaf_TDH_EXPORT_UNBLOCKW(struct call *c)
{
	static const struct mem_rules rules = {
		.op_states = S(RUNNABLE) | S_EXPORT,
		.sept_states = 0,
		.max_level = TDX_LEVEL_1G,
		.tree_lock = LOCK_SHARED,
		.lock_entry = true,
	};
	hpa_t tdr = c->g[RDX];
	struct mem_op op;
	u64 st;

	st = mem_begin(&op, c, &rules, tdr);
	if (st)
		return st;
	st = mem_walk(&op);
	if (!st)
		st = mem_entry_error(&op, ST(EPT_ENTRY_STATE_INCORRECT));
	mem_end(&op);
	return st;
}

static u64 refuse_vcpu(struct call *c, hpa_t tdvpr, unsigned int states,
		       u64 status)
{
	struct pamt_entry *pe;
	struct vcpu *vcpu;
	u64 st;

	st = vcpu_get(c, tdvpr, true, states, 0, &vcpu, &pe);
	if (st)
		return st;
	vcpu_put(vcpu, pe, true);
	return status;
}

u64 leaf_TDH_EXPORT_STATE_VP(struct call *c)
{
	c->g[RDX] = 0;
	return refuse_vcpu(c, c->g[RCX], S(PAUSED_EXPORT),
			   ST(MIGRATION_STREAM_STATE_INCORRECT));
}

u64 leaf_TDH_IMPORT_STATE_VP(struct call *c)
{
	hpa_t tdvpr = c->g[RCX];

	c->g[RCX] = 0;
	c->g[RDX] = 0;
	return refuse_vcpu(c, tdvpr, S(STATE_IMPORT),
			   ST(MIGRATION_STREAM_STATE_INCORRECT));
}

u64 leaf_TDH_SERVTD_BIND(struct call *c)
{
	const unsigned int states = S(UNINITIALIZED) | S(INITIALIZED) |
		S(RUNNABLE) | S(LIVE_EXPORT) | S(POST_IMPORT) | S(LIVE_IMPORT);
	hpa_t target = c->g[RCX], service = c->g[RDX];
	struct pamt_entry *pe, *servtd_pe;
	struct td *td, *servtd;
	unsigned int i;
	u64 st;

	c->g[RCX] = 0;
	for (i = R10; i <= R13; i++)
		c->g[i] = 0;
	st = td_get(target, TDX_OPERAND_RCX, false, states, LOCK_SHARED, &td,
		    &pe);
	if (st)
		return st;
	st = td_get(service, TDX_OPERAND_RDX, false,
		    S(RUNNABLE) | S_EXPORT | S(POST_IMPORT) | S(LIVE_IMPORT),
		    LOCK_SHARED, &servtd, &servtd_pe);
	if (!st) {
		td_put(servtd, servtd_pe, false, LOCK_SHARED);
		st = ST_OP(OPERAND_INVALID, R9);
	}
	td_put(td, pe, false, LOCK_SHARED);
	return st;
}

u64 leaf_TDH_SERVTD_PREBIND(struct call *c)
{
	struct pamt_entry *pe;
	struct td *td;
	u64 st;

	st = td_get(c->g[RCX], TDX_OPERAND_RCX, false,
		    S(UNINITIALIZED) | S(INITIALIZED), LOCK_SHARED, &td, &pe);
	if (st)
		return st;
	st = operand_shared_hpa(c->g[RDX], 64, TDX_OPERAND_RDX);
	if (!st)
		st = ST_OP(OPERAND_INVALID, R9);
	td_put(td, pe, false, LOCK_SHARED);
	return st;
}
