// SPDX-License-Identifier: GPL-2.0-only
/* The model's leaves: pages, KeyIDs, TDs and vCPUs. model_sept.c has the rest. */
#include <string.h>

#include "model_int.h"

u64 word(enum tdx_code code, unsigned int operand)
{
	switch (code) {
#define X(name, number, word)						\
	case TDX_ST_##name: return (word) | operand;
	TDX_STATUSES(X)
#undef X
	}
	return ~0ULL;
}

void model_reset(struct model *m)
{
	int i;

	memset(m->td, 0, sizeof(m->td));
	memset(m->vcpu, 0, sizeof(m->vcpu));
	memset(m->key, 0, sizeof(m->key));
	for (i = 0; i < M_LPS; i++)
		m->running[i] = -1;
	for (i = 0; i < M_PAGES + M_BIG; i++) {
		struct m_page *p = &m->page[i];
		u64 hpa = p->hpa;

		memset(p, 0, sizeof(*p));
		p->hpa = hpa;
		p->owner = -1;
		p->obj = -1;
	}
}

struct m_page *model_page(struct model *m, u64 hpa)
{
	int i;

	for (i = 0; i < M_PAGES + M_BIG; i++)
		if (m->page[i].hpa == hpa)
			return &m->page[i];
	return NULL;
}

u64 model_owned(const struct model *m)
{
	u64 n = 0;
	int i;

	for (i = 0; i < M_PAGES + M_BIG; i++)
		if (m->page[i].type != M_NDA)
			n += i < M_PAGES ? 1 : 512;
	return n;
}

unsigned int model_keys(const struct model *m)
{
	unsigned int i, n = 0;

	for (i = 0; i < 4; i++)
		n += m->key[i] != K_FREE;
	return n;
}

/* ---- locks and operands --------------------------------------------------- */

int hold(struct held *h, struct m_page *p, int excl)
{
	if (p->excl || (excl && p->shared))
		return 0;
	if (excl)
		p->excl++;
	else
		p->shared++;
	h->page[h->nr] = p;
	h->excl[h->nr++] = excl;
	return 1;
}

void let_go(struct held *h)
{
	while (h->nr) {
		h->nr--;
		if (h->excl[h->nr])
			h->page[h->nr]->excl--;
		else
			h->page[h->nr]->shared--;
	}
}

u64 want_page(struct model *m, struct held *h, u64 hpa, unsigned int operand,
	      enum m_type type, int excl, int big, struct m_page **ret)
{
	u64 size = big ? 0x200000 : 0x1000;
	struct m_page *p;

	if ((hpa & (size - 1)) || hpa >> 46)
		return word(TDX_ST_OPERAND_INVALID, operand);
	if (hpa < m->tdmr || hpa - m->tdmr >= m->tdmr_size)
		return word(TDX_ST_OPERAND_ADDR_RANGE_ERROR, operand);
	p = model_page(m, hpa);
	if (!p || (p >= m->page + M_PAGES) != big) {
		/* reserved, or the start of a page of the other size */
		if (p && !big && p->type == M_NDA && type == M_NDA)
			return 1;	/* not predicted: never asked for */
		return word(TDX_ST_PAGE_METADATA_INCORRECT, operand);
	}
	if (!hold(h, p, excl))
		return word(TDX_ST_OPERAND_BUSY, operand);
	if (p->type != type)
		return word(TDX_ST_PAGE_METADATA_INCORRECT, operand);
	*ret = p;
	return 0;
}

u64 want_td(struct model *m, struct held *h, u64 hpa, unsigned int operand,
	    int excl, struct m_td **td)
{
	struct m_page *p;
	u64 st = want_page(m, h, hpa, operand, M_TDR, excl, 0, &p);

	if (!st)
		*td = &m->td[p->obj];
	return st;
}

u64 gate(const struct m_td *td, unsigned int ops)
{
	if (td->life != M_CONFIGURED)
		return word(TDX_ST_TD_KEYS_NOT_CONFIGURED, 0);
	if (td->tdcx < 6)
		return word(TDX_ST_TDCS_NOT_ALLOCATED, 0);
	if (!(ops & (1U << td->op)))
		return word(TDX_ST_OP_STATE_INCORRECT, 0);
	return 0;
}

void take(struct m_page *p, enum m_type type, struct model *m, struct m_td *td,
	  int obj)
{
	p->type = type;
	p->owner = td - m->td;
	p->owner_hpa = type == M_TDR ? 0 : td->tdr->hpa;
	p->obj = obj;
	p->bepoch = 0;
	if (type != M_TDR)
		td->children += p >= m->page + M_PAGES ? 512 : 1;
}

void give_back(struct m_page *p, struct model *m, struct m_td *td)
{
	td->children -= p >= m->page + M_PAGES ? 512 : 1;
	p->type = M_NDA;
	p->owner = -1;
	p->obj = -1;
	p->bepoch = 0;
}

/* ---- TDs --------------------------------------------------------------------- */

static u64 create(struct model *m, struct m_call *c, struct held *h)
{
	u64 key = c->rdx - m->first_hkid - 1, st;
	struct m_page *p;
	int i;

	/* the module's own KeyID is private too, and never free */
	if (c->rdx < m->first_hkid || c->rdx >= m->first_hkid + 32)
		return word(TDX_ST_OPERAND_INVALID, TDX_OPERAND_RDX);
	st = want_page(m, h, c->rcx, TDX_OPERAND_RCX, M_NDA, 1, 0, &p);
	if (st)
		return st;
	if (key >= 4 || m->key[key] != K_FREE)
		return word(TDX_ST_HKID_NOT_FREE, 0);
	for (i = 0; m->td[i].used; i++)
		;
	memset(&m->td[i], 0, sizeof(m->td[i]));
	m->td[i].used = 1;
	m->td[i].tdr = p;
	m->td[i].hkid = key;
	m->key[key] = K_ASSIGNED;
	take(p, M_TDR, m, &m->td[i], i);
	return 0;
}

static u64 key_config(struct m_call *c, struct m_td *td)
{
	if (td->life != M_ASSIGNED)
		return word(TDX_ST_LIFECYCLE_STATE_INCORRECT, 0);
	if (td->pkgs & (1U << c->lp))
		return word(TDX_ST_KEY_CONFIGURED, 0);
	td->pkgs |= 1U << c->lp;
	if (td->pkgs == 3)
		td->life = M_CONFIGURED;
	return 0;
}

static u64 addcx(struct model *m, struct m_call *c, struct held *h)
{
	struct m_page *p;
	struct m_td *td;
	u64 st = want_td(m, h, c->rdx, TDX_OPERAND_RDX, 1, &td);

	if (st)
		return st;
	if (td->life != M_CONFIGURED)
		return word(TDX_ST_TD_KEYS_NOT_CONFIGURED, 0);
	if (td->tdcx >= 9)
		return word(TDX_ST_TDCX_NUM_INCORRECT, 0);
	st = want_page(m, h, c->rcx, TDX_OPERAND_RCX, M_NDA, 1, 0, &p);
	if (st)
		return st;
	if (td->tdcx >= 6 && td->op != M_UNINIT)
		return word(TDX_ST_OP_STATE_INCORRECT, 0);
	take(p, M_TDCX, m, td, -1);
	td->tdcx++;
	return 0;
}

static u64 init(struct m_td *td)
{
	u64 st = gate(td, 1U << M_UNINIT);

	if (st)
		return st;
	td->op = M_INIT;
	td->epoch = 1;
	return 0;
}

static u64 vpflushdone(struct model *m, struct m_td *td)
{
	if (td->life != M_ASSIGNED && td->life != M_CONFIGURED)
		return word(TDX_ST_LIFECYCLE_STATE_INCORRECT, 0);
	if (td->assoc)
		return word(TDX_ST_FLUSHVP_NOT_DONE, 0);
	td->life = M_BLOCKED;
	m->key[td->hkid] = K_FLUSHED;
	m->key_wb[td->hkid] = 3;
	return 0;
}

static u64 freeid(struct model *m, struct m_td *td)
{
	if (td->life != M_BLOCKED)
		return word(TDX_ST_LIFECYCLE_STATE_INCORRECT, 0);
	if (m->key_wb[td->hkid])
		return word(TDX_ST_WBCACHE_NOT_COMPLETE, 0);
	td->life = M_TEARDOWN;
	m->key[td->hkid] = K_FREE;
	return 0;
}

static u64 cache_wb(struct model *m, struct m_call *c)
{
	int i, any = 0;

	if (c->rcx > 1)
		return word(TDX_ST_OPERAND_INVALID, TDX_OPERAND_RCX);
	if (c->rcx)
		return word(TDX_ST_WBCACHE_RESUME_ERROR, 0);
	for (i = 0; i < 4; i++) {
		if (m->key[i] != K_FLUSHED)
			continue;
		m->key_wb[i] &= ~(1U << c->lp);
		any = 1;
	}
	return any ? 0 : word(TDX_ST_NO_HKID_READY_TO_WBCACHE, 0);
}

static u64 on_tdr(struct model *m, struct m_call *c, struct held *h)
{
	struct m_td *td;
	u64 st = want_td(m, h, c->rcx, TDX_OPERAND_RCX, 1, &td);

	if (st)
		return st;
	switch (c->leaf) {
	case TDH_MNG_KEY_CONFIG:
		return key_config(c, td);
	case TDH_MNG_INIT:
		return init(td);
	case TDH_MNG_VPFLUSHDONE:
		return vpflushdone(m, td);
	case TDH_MNG_KEY_FREEID:
		return freeid(m, td);
	default:			/* TDH.MR.FINALIZE */
		st = gate(td, 1U << M_INIT);
		if (!st && !td->vcpus)
			st = word(TDX_ST_NO_VCPUS, 0);
		if (!st)
			td->op = M_RUNNABLE;
		return st;
	}
}

/* ---- physical pages -------------------------------------------------------------- */

static u64 any_page(struct model *m, struct m_call *c, struct held *h, int excl,
		    struct m_page **ret)
{
	if ((c->rcx & 0xfff) || c->rcx >> 46)
		return word(TDX_ST_OPERAND_INVALID, TDX_OPERAND_RCX);
	if (c->rcx < m->tdmr || c->rcx - m->tdmr >= m->tdmr_size)
		return word(TDX_ST_OPERAND_ADDR_RANGE_ERROR, TDX_OPERAND_RCX);
	*ret = model_page(m, c->rcx);
	if (*ret && !hold(h, *ret, excl))
		return word(TDX_ST_OPERAND_BUSY, TDX_OPERAND_RCX);
	return 0;
}

static u64 rdmd(struct model *m, struct m_call *c, struct held *h)
{
	struct m_page *p;
	u64 st = any_page(m, c, h, 0, &p);

	c->check_out = 1;
	if (st || !p) {
		c->out_rcx = st ? 0 : 1;	/* reserved */
		return st;
	}
	c->out_rcx = p->type;
	c->out_rdx = p->owner_hpa;
	if (p >= m->page + M_PAGES) {
		/* a free large page is seen as the first small one in it */
		c->out_r8 = p->type != M_NDA;
		c->out_rdx = p->type != M_NDA ? p->owner_hpa : 0;
	}
	return 0;
}

static u64 reclaim(struct model *m, struct m_call *c, struct held *h)
{
	struct m_page *p;
	struct m_td *td;
	u64 st = any_page(m, c, h, 1, &p);

	c->check_out = 1;
	if (st)
		return st;
	if (!p || p->type == M_NDA)
		return word(TDX_ST_PAGE_METADATA_INCORRECT, TDX_OPERAND_RCX);
	c->out_rcx = p->type;
	c->out_rdx = p->owner_hpa;
	c->out_r8 = p >= m->page + M_PAGES;
	td = &m->td[p->owner];
	if (p->type == M_TDR) {
		if (td->life != M_TEARDOWN)
			return word(TDX_ST_LIFECYCLE_STATE_INCORRECT, 0);
		if (td->children)
			return word(TDX_ST_TD_ASSOCIATED_PAGES_EXIST, 0);
		p->type = M_NDA;
		p->owner = -1;
		td->used = 0;
		return 0;
	}
	if (!hold(h, td->tdr, 0))
		return word(TDX_ST_OPERAND_BUSY, TDX_OPERAND_TDR);
	if (td->life != M_TEARDOWN)
		return word(TDX_ST_LIFECYCLE_STATE_INCORRECT, 0);
	if (p->type == M_TDVPR)
		m->vcpu[p->obj].used = 0;
	give_back(p, m, td);
	return 0;
}

/* ---- vCPUs ------------------------------------------------------------------------- */

static u64 vp_create(struct model *m, struct m_call *c, struct held *h)
{
	struct m_page *p;
	struct m_td *td;
	u64 st = want_td(m, h, c->rdx, TDX_OPERAND_RDX, 0, &td);
	int i;

	if (!st)
		st = gate(td, 1U << M_INIT);
	if (!st)
		st = want_page(m, h, c->rcx, TDX_OPERAND_RCX, M_NDA, 1, 0, &p);
	if (st)
		return st;
	for (i = 0; m->vcpu[i].used; i++)
		;
	memset(&m->vcpu[i], 0, sizeof(m->vcpu[i]));
	m->vcpu[i].used = 1;
	m->vcpu[i].td = td - m->td;
	m->vcpu[i].tdvpr = p;
	m->vcpu[i].pages = 1;
	m->vcpu[i].lp = -1;
	take(p, M_TDVPR, m, td, i);
	return 0;
}

static u64 want_vcpu(struct model *m, struct held *h, u64 hpa,
		     unsigned int operand, int excl, struct m_vcpu **v,
		     struct m_td **td)
{
	struct m_page *p;
	u64 st = want_page(m, h, hpa, operand, M_TDVPR, excl, 0, &p);

	if (st)
		return st;
	*v = &m->vcpu[p->obj];
	*td = &m->td[(*v)->td];
	return hold(h, (*td)->tdr, 0) ? 0 :
	       word(TDX_ST_OPERAND_BUSY, TDX_OPERAND_TDR);
}

static u64 vp_addcx(struct model *m, struct m_call *c, struct held *h)
{
	struct m_vcpu *v;
	struct m_page *p;
	struct m_td *td;
	u64 st = want_vcpu(m, h, c->rdx, TDX_OPERAND_RDX, 1, &v, &td);

	if (!st)
		st = gate(td, 1U << M_INIT);
	if (st)
		return st;
	if (v->state != V_UNINIT)
		return word(TDX_ST_VCPU_STATE_INCORRECT, 0);
	if (v->pages >= 15)
		return word(TDX_ST_TDCX_NUM_INCORRECT, 0);
	st = want_page(m, h, c->rcx, TDX_OPERAND_RCX, M_NDA, 1, 0, &p);
	if (st)
		return st;
	take(p, M_TDCX, m, td, -1);
	v->pages++;
	return 0;
}

static u64 on_vcpu(struct model *m, struct m_call *c, struct held *h)
{
	int enter = c->leaf == TDH_VP_ENTER;
	struct m_vcpu *v;
	struct m_td *td;
	u64 st = want_vcpu(m, h, c->rcx, TDX_OPERAND_RCX, !enter, &v, &td);

	if (st)
		return st;
	if (c->leaf == TDH_VP_FLUSH) {
		if (td->life != M_CONFIGURED)
			return word(TDX_ST_TD_KEYS_NOT_CONFIGURED, 0);
		if (v->pages < 6)
			return word(TDX_ST_TDCX_NUM_INCORRECT, 0);
		if (v->lp != (int)c->lp)
			return word(TDX_ST_VCPU_NOT_ASSOCIATED, 0);
		v->lp = -1;
		td->assoc--;
		return 0;
	}
	st = gate(td, 1U << (enter ? M_RUNNABLE : M_INIT));
	if (st)
		return st;
	if (v->pages < 6)
		return word(TDX_ST_TDCX_NUM_INCORRECT, 0);
	if (v->state != (enter ? V_READY : V_UNINIT))
		return word(TDX_ST_VCPU_STATE_INCORRECT, 0);
	if (enter && v->lp >= 0 && v->lp != (int)c->lp)
		return word(TDX_ST_VCPU_ASSOCIATED, 0);
	if (!enter && td->vcpus >= m->max_vcpus)
		return word(TDX_ST_MAX_VCPUS_EXCEEDED, 0);
	if (v->lp < 0)
		td->assoc++;
	v->lp = c->lp;
	if (!enter) {
		td->vcpus++;
		v->state = V_READY;
		return 0;
	}
	v->state = V_ACTIVE;
	v->epoch = td->epoch;
	td->inside[v->epoch & 1]++;
	m->running[c->lp] = v - m->vcpu;
	/* these stay held until the TD exit */
	v->tdvpr->shared++;
	td->tdr->shared++;
	return 0;
}

int model_entered(const struct model *m, unsigned int lp)
{
	return m->running[lp] >= 0;
}

void model_guest_exit(struct model *m, unsigned int lp)
{
	struct m_vcpu *v = &m->vcpu[m->running[lp]];
	struct m_td *td = &m->td[v->td];

	v->state = V_READY;
	td->inside[v->epoch & 1]--;
	v->tdvpr->shared--;
	td->tdr->shared--;
	m->running[lp] = -1;
}

u64 model_call(struct model *m, struct m_call *c)
{
	struct held h = { 0 };
	struct m_page *p;
	u64 st;

	c->check_out = 0;
	c->out_rcx = 0;
	c->out_rdx = 0;
	c->out_r8 = 0;
	switch (c->leaf) {
	case TDH_MNG_CREATE:
		st = create(m, c, &h);
		break;
	case TDH_MNG_ADDCX:
		st = addcx(m, c, &h);
		break;
	case TDH_MNG_KEY_CONFIG:
	case TDH_MNG_INIT:
	case TDH_MNG_VPFLUSHDONE:
	case TDH_MNG_KEY_FREEID:
	case TDH_MR_FINALIZE:
		st = on_tdr(m, c, &h);
		break;
	case TDH_PHYMEM_CACHE_WB:
		st = cache_wb(m, c);
		break;
	case TDH_PHYMEM_PAGE_RDMD:
		st = rdmd(m, c, &h);
		break;
	case TDH_PHYMEM_PAGE_RECLAIM:
		st = reclaim(m, c, &h);
		break;
	case TDH_PHYMEM_PAGE_WBINVD:
		st = want_page(m, &h, c->rcx & ~(0x3fULL << 46),
			       TDX_OPERAND_RCX, M_NDA, 0, 0, &p);
		break;
	case TDH_VP_CREATE:
		st = vp_create(m, c, &h);
		break;
	case TDH_VP_ADDCX:
		st = vp_addcx(m, c, &h);
		break;
	case TDH_VP_INIT:
	case TDH_VP_FLUSH:
	case TDH_VP_ENTER:
		st = on_vcpu(m, c, &h);
		break;
	default:
		st = model_sept_call(m, c, &h);
	}
	let_go(&h);
	return st;
}
