// SPDX-License-Identifier: GPL-2.0-only
/*
 * vCPU life: VP.CREATE, ADDCX, INIT, FLUSH and the gate that the leaves on a
 * finished vCPU share.
 */
#include "vp.h"

#define VP_BUILD_STATES	(1U << OP_INITIALIZED | 1U << OP_STATE_IMPORT)
#define VP_INIT_STATES	(1U << OP_INITIALIZED)

/*
 * A vCPU belongs to one LP at a time. Another LP may try at the same moment,
 * so the owner changes by compare and swap.
 */
bool vcpu_associate(struct vcpu *v, unsigned int lp)
{
	int none = -1;

	if (atomic_read_once(&v->assoc_lp) == (int)lp)
		return true;
	if (!atomic_cas(&v->assoc_lp, &none, (int)lp))
		return false;
	atomic_add(&v->td->num_assoc_vcpus, 1);
	return true;
}

static void vcpu_unlock(struct vcpu *v, struct pamt_entry *pe, bool excl,
			bool tdr_excl)
{
	td_put(v->td, pamt_at(v->td->tdr, TDX_LEVEL_4K), tdr_excl, LOCK_SHARED);
	operand_put(pe, excl);
}

/*
 * TDVPR operand in RCX, its TD's gate and the number of TDVPS pages. Undo with
 * vcpu_unlock() and the same @excl and @tdr_excl.
 */
static u64 vcpu_lock(hpa_t tdvpr, bool excl, bool tdr_excl,
		     unsigned int states, struct vcpu **vcpu,
		     struct pamt_entry **pe)
{
	struct pamt_entry *tdr_pe;
	struct td *td;
	u64 st;

	st = operand_page(tdvpr, TDX_OPERAND_RCX, PT_TDVPR, excl, TDX_LEVEL_4K,
			  pe);
	if (st)
		return st;
	st = td_get((*pe)->owner, TDX_OPERAND_TDR, tdr_excl, states,
		    LOCK_SHARED, &td, &tdr_pe);
	if (st) {
		operand_put(*pe, excl);
		return st;
	}
	*vcpu = (*pe)->obj;
	if ((*vcpu)->num_pages < tdvps_pages(td)) {
		vcpu_unlock(*vcpu, *pe, excl, tdr_excl);
		return ST(TDCX_NUM_INCORRECT);
	}
	return 0;
}

void vcpu_put(struct vcpu *vcpu, struct pamt_entry *pe, bool excl)
{
	vcpu_unlock(vcpu, pe, excl, false);
}

/* One of @vcpu_states, and this LP's. */
u64 vcpu_at_rest(const struct call *c, struct vcpu *vcpu, u8 vcpu_states)
{
	if (!(atomic_read_once(&vcpu->state) & vcpu_states))
		return ST(VCPU_STATE_INCORRECT);
	return vcpu_associate(vcpu, c->lp->id) ? 0 : ST(VCPU_ASSOCIATED);
}

SEAM_RARE u64 vcpu_get(struct call *c, hpa_t tdvpr, bool excl,
		       unsigned int states, u8 vcpu_states, struct vcpu **vcpu,
		       struct pamt_entry **pe)
{
	u64 st;

	st = vcpu_lock(tdvpr, excl, false, states, vcpu, pe);
	if (st || !vcpu_states)
		return st;
	st = vcpu_at_rest(c, *vcpu, vcpu_states);
	if (st)
		vcpu_put(*vcpu, *pe, excl);
	return st;
}

/*
 * The vCPU that ran here last cannot have gone, as no other LP can flush it.
 * The same locks are taken as for any other, in the same order.
 */
static u64 vcpu_get_last(struct vcpu *v, unsigned int states)
{
	u64 st;

	if (!pamt_path_lock(&v->path))
		return ST_OP(OPERAND_BUSY, RCX);
	if (!pamt_path_lock(&v->td->path)) {
		st = ST_OP(OPERAND_BUSY, TDR);
		goto put_vcpu;
	}
	st = td_gate(v->td, states, LOCK_SHARED);
	if (!st)
		return 0;
	pamt_path_unlock(&v->td->path);
put_vcpu:
	pamt_path_unlock(&v->path);
	return st;
}

u64 vcpu_get_shared(struct call *c, hpa_t tdvpr, unsigned int states,
		    struct vcpu **vcpu)
{
	struct vcpu *last = c->lp->last_vcpu;
	struct pamt_entry *pe;

	if (!last || last->tdvpr != tdvpr)
		return vcpu_get(c, tdvpr, false, states, 0, vcpu, &pe);
	*vcpu = last;
	return vcpu_get_last(last, states);
}

void vcpu_put_pages(struct vcpu *v)
{
	pamt_path_unlock(&v->td->path);
	pamt_path_unlock(&v->path);
}

void vcpu_put_shared(struct vcpu *v)
{
	td_ungate(v->td, LOCK_SHARED);
	vcpu_put_pages(v);
}

static struct vcpu *vcpu_new(struct td *td, hpa_t tdvpr)
{
	struct vcpu *v = env_alloc(sizeof(*v));

	if (!v)
		return NULL;
	v->tdvps_bytes = tdvps_store_size(td);
	v->tdvps = env_alloc(v->tdvps_bytes);
	if (!v->tdvps)
		goto no_store;
	v->td = td;
	v->tdvpr = tdvpr;
	pamt_path(tdvpr, &v->path);
	v->page[0] = tdvpr;
	v->num_pages = 1;
	v->assoc_lp = -1;
	v->engine = engine_vcpu_create(v);
	if (!v->engine)
		goto no_engine;
	return v;

no_engine:
	env_free(v->tdvps, v->tdvps_bytes);
no_store:
	env_free(v, sizeof(*v));
	return NULL;
}

void vcpu_free(struct vcpu *vcpu)
{
	engine_vcpu_destroy(vcpu, vcpu->engine);
	env_free(vcpu->tdvps, vcpu->tdvps_bytes);
	env_free(vcpu, sizeof(*vcpu));
}

u64 leaf_TDH_VP_CREATE(struct call *c)
{
	struct pamt_entry *tdr_pe, *pe;
	struct vcpu *v;
	struct td *td;
	u64 st;

	st = td_get(c->g[RDX], TDX_OPERAND_RDX, false, VP_BUILD_STATES,
		    LOCK_SHARED, &td, &tdr_pe);
	if (st)
		return st;
	st = operand_page(c->g[RCX], TDX_OPERAND_RCX, PT_NDA, true,
			  TDX_LEVEL_4K, &pe);
	if (st)
		goto put_td;
	v = vcpu_new(td, c->g[RCX]);
	if (!v) {
		/* our own want of memory: the caller may try again */
		st = ST_OP(OPERAND_BUSY, RCX);
		goto put_page;
	}

	pamt_take(pe, PT_TDVPR, td->tdr, v);
	env_page_scramble(c->g[RCX], TDX_LEVEL_4K);
	atomic_add(&td->chldcnt, 1);
put_page:
	operand_put(pe, true);
put_td:
	td_put(td, tdr_pe, false, LOCK_SHARED);
	return st;
}

u64 leaf_TDH_VP_ADDCX(struct call *c)
{
	struct pamt_entry *vpe, *tdr_pe, *pe;
	struct vcpu *v;
	struct td *td;
	u64 st;

	st = operand_page(c->g[RDX], TDX_OPERAND_RDX, PT_TDVPR, true,
			  TDX_LEVEL_4K, &vpe);
	if (st)
		return st;
	st = td_get(vpe->owner, TDX_OPERAND_TDR, false, VP_BUILD_STATES,
		    LOCK_SHARED, &td, &tdr_pe);
	if (st)
		goto put_vcpu;
	v = vpe->obj;
	if (v->state != VCPU_UNINIT) {
		st = ST(VCPU_STATE_INCORRECT);
		goto put_td;
	}
	if (v->num_pages >= TDVPS_MAX_PAGES) {
		st = ST(TDCX_NUM_INCORRECT);
		goto put_td;
	}
	st = operand_page(c->g[RCX], TDX_OPERAND_RCX, PT_NDA, true,
			  TDX_LEVEL_4K, &pe);
	if (st)
		goto put_td;

	v->page[v->num_pages++] = c->g[RCX];
	pamt_take(pe, PT_TDCX, td->tdr, v);
	env_page_scramble(c->g[RCX], TDX_LEVEL_4K);
	atomic_add(&td->chldcnt, 1);
	operand_put(pe, true);
put_td:
	td_put(td, tdr_pe, false, LOCK_SHARED);
put_vcpu:
	operand_put(vpe, true);
	return st;
}

/* Counts the vCPU in; two VP.INITs of one TD may run at once. */
static bool vcpu_count(struct td *td, u32 *index)
{
	u32 n = atomic_read_once(&td->num_vcpus);

	do {
		if (n >= td->max_vcpus)
			return false;
	} while (!atomic_cas(&td->num_vcpus, &n, n + 1));
	*index = n;
	return true;
}

/* Under the exclusive TDR, so that no other id comes meanwhile. */
static u64 x2apic_id_check(const struct td *td, u64 id)
{
	const struct vcpu *other;

	if (id >> 32)
		return ST_OP(OPERAND_INVALID, R8);
	for (other = td->vcpus; other; other = other->next)
		if (other->x2apic_id == id)
			return ST(X2APIC_ID_NOT_UNIQUE);
	return 0;
}

static void vcpu_link(struct vcpu *v)
{
	v->next = atomic_read_once(&v->td->vcpus);
	while (!atomic_cas(&v->td->vcpus, &v->next, v))
		;
}

/* Version 1, with topology enumeration, also names the x2APIC id. */
u64 leaf_TDH_VP_INIT(struct call *c)
{
	bool named = c->version;
	struct pamt_entry *pe;
	struct vcpu *v;
	u64 st;

	if (c->version > 1)
		return ST_OP(OPERAND_INVALID, RAX);
	st = vcpu_lock(c->g[RCX], true, named, VP_INIT_STATES, &v, &pe);
	if (st)
		return st;
	if (v->state != VCPU_UNINIT)
		st = ST(VCPU_STATE_INCORRECT);
	else if (named)
		st = x2apic_id_check(v->td, c->g[R8]);
	if (st)
		goto put;
	if (!vcpu_count(v->td, &v->index)) {
		st = ST(MAX_VCPUS_EXCEEDED);
		goto put;
	}

	v->gpr[RCX] = c->g[RDX];
	v->gpr[R8] = c->g[RDX];
	v->gpr[RBX] = v->td->gpaw52 ? 52 : 48;
	v->gpr[RDX] = cpuid_signature();
	v->gpr[RSI] = v->index;
	v->x2apic_id = named ? c->g[R8] : v->index;
	v->dr6 = 0xffff0ff0;
	v->xcr0 = 1;
	engine_vcpu_reset(v);
	tdvps_store_init(v);
	vp_exit_init(v);
	vapic_reset(v);
	v->state = VCPU_READY;
	v->last_exit = EXIT_ASYNC_FAULT;
	vcpu_link(v);
	vcpu_associate(v, c->lp->id);
put:
	vcpu_unlock(v, pe, true, named);
	return st;
}

/* FATAL does not matter here: a dead TD is torn down by this too. */
u64 leaf_TDH_VP_FLUSH(struct call *c)
{
	struct pamt_entry *pe, *tdr_pe;
	struct vcpu *v;
	struct td *td;
	u64 st;

	st = operand_page(c->g[RCX], TDX_OPERAND_RCX, PT_TDVPR, true,
			  TDX_LEVEL_4K, &pe);
	if (st)
		return st;
	st = tdr_get(pe->owner, TDX_OPERAND_TDR, false, &td, &tdr_pe);
	if (st)
		goto put_vcpu;
	v = pe->obj;
	if (td->lifecycle != TD_KEYS_CONFIGURED) {
		st = ST(TD_KEYS_NOT_CONFIGURED);
	} else if (v->num_pages < tdvps_pages(td)) {
		st = ST(TDCX_NUM_INCORRECT);
	} else if (v->assoc_lp != (int)c->lp->id) {
		st = ST(VCPU_NOT_ASSOCIATED);
	} else {
		v->launched = false;
		atomic_set_once(&v->assoc_lp, -1);
		atomic_add(&td->num_assoc_vcpus, -1);
		if (c->lp->last_vcpu == v)
			c->lp->last_vcpu = NULL;
	}
	tdr_put(tdr_pe, false);
put_vcpu:
	operand_put(pe, true);
	return st;
}
