// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random calls, legal and illegal, against the model.
 *
 * random_test [-n calls] [-s seed] platform.tsv
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../../../seam/audit.h"
#include "model.h"
#include "trace.h"

#define CALLS_PER_WORLD	20000
#define AUDIT_EVERY	2000
#define PARAMS		(SIM_S0 + 4 * PAGE_BYTES)
#define SOURCE		(SIM_S0 + 5 * PAGE_BYTES)
#define RESERVED	(SIM_H0 + 0x4000000)
#define FIRST_HKID	32

static struct model model;
static struct vcpu *guest[M_LPS];
static u64 regs[M_LPS][NR_GPRS];
static u64 rng, calls_done, leaves_ok[256], leaves_refused[256];

/* The last calls, for whoever has to find out. */
static struct m_call history[12];

static u64 rnd(u64 n)
{
	rng ^= rng << 13;
	rng ^= rng >> 7;
	rng ^= rng << 17;
	return (rng >> 11) % n;
}

static bool chance(unsigned int percent)
{
	return rnd(100) < percent;
}

static void print_call(const struct m_call *c)
{
	printf("#   LP %u leaf %llu rcx 0x%llx rdx 0x%llx r8 0x%llx r9 0x%llx\n",
	       c->lp, c->leaf, c->rcx, c->rdx, c->r8, c->r9);
}

static void diverged(const char *what, u64 want, u64 got)
{
	char w[80], g[80];
	unsigned int i;

	printf("# call %llu: %s: model says %s (0x%llx), module says %s (0x%llx)\n",
	       calls_done, what, trace_status(want, w, sizeof(w)), want,
	       trace_status(got, g, sizeof(g)), got);
	for (i = 0; i < ARRAY_SIZE(history); i++)
		print_call(&history[(calls_done + 1 + i) % ARRAY_SIZE(history)]);
	printf("not ok 1 random calls agree with the model\n");
	exit(1);
}

/* ---- calls ------------------------------------------------------------------- */

static u64 call(const struct m_call *c)
{
	u64 *g = regs[c->lp];
	struct vcpu *v = NULL;

	memset(g, 0, sizeof(regs[0]));
	g[RAX] = c->leaf;
	g[RCX] = c->rcx;
	g[RDX] = c->rdx;
	g[R8] = c->r8;
	g[R9] = c->r9;
	if (seam_call(c->lp, g, &v) == SEAM_ENTER) {
		guest[c->lp] = v;
		return 0;
	}
	return g[RAX];
}

static void try_call(struct m_call *c)
{
	u64 want, got;

	history[calls_done % ARRAY_SIZE(history)] = *c;
	want = model_call(&model, c);
	got = call(c);
	if (want != got)
		diverged("status", want, got);
	if (model_entered(&model, c->lp) != !!guest[c->lp])
		diverged("guest inside", 0, 1);
	if (c->check_out) {
		if (regs[c->lp][RCX] != c->out_rcx)
			diverged("RCX", c->out_rcx, regs[c->lp][RCX]);
		if (regs[c->lp][RDX] != c->out_rdx)
			diverged("RDX", c->out_rdx, regs[c->lp][RDX]);
		if ((c->leaf == TDH_PHYMEM_PAGE_RDMD ||
		     c->leaf == TDH_PHYMEM_PAGE_RECLAIM) &&
		    regs[c->lp][R8] != c->out_r8)
			diverged("R8", c->out_r8, regs[c->lp][R8]);
	}
	if (got >> 62)
		leaves_refused[c->leaf & 255]++;
	else
		leaves_ok[c->leaf & 255]++;
	calls_done++;
}

static void guest_exit(unsigned int lp)
{
	struct vp_exit e = { .reason = 1, .long_mode = true };
	struct vp_inject inj = { 0 };

	if (vp_exit(guest[lp], &e, &inj, regs[lp]) != VP_LEAVE)
		diverged("external interrupt", 0, 1);
	guest[lp] = NULL;
	model_guest_exit(&model, lp);
}

static void guest_accept(unsigned int lp, u64 gpa_level)
{
	struct vp_exit e = { .reason = 77, .instr_len = 4, .long_mode = true };
	struct vcpu *v = guest[lp];
	struct vp_inject inj = { 0 };
	int want = model_accept(&model, lp, gpa_level), got = -1;

	v->gpr[RAX] = TDG_MEM_PAGE_ACCEPT;
	v->gpr[RCX] = gpa_level;
	if (vp_exit(v, &e, &inj, regs[lp]) == VP_RESUME)
		got = (v->gpr[RAX] >> 32) & 0xffff;
	if (want != got) {
		printf("# accept 0x%llx\n", gpa_level);
		diverged("ACCEPT", (u64)want << 32, (u64)got << 32);
	}
	if (got < 0) {
		guest[lp] = NULL;
		model_guest_exit(&model, lp);
	}
	calls_done++;
}

static bool missed;		/* no TD or page was what the leaf wants */

/* ---- operands ---------------------------------------------------------------- */

static u64 some_page(void)
{
	return model.page[rnd(M_PAGES)].hpa;
}

static u64 page_of_type(enum m_type type)
{
	unsigned int i, k = rnd(M_PAGES);

	for (i = 0; i < M_PAGES; i++, k = (k + 1) % M_PAGES)
		if (model.page[k].type == type)
			return model.page[k].hpa;
	missed = true;
	return some_page();
}

static u64 bad_page(void)
{
	switch (rnd(6)) {
	case 0:
		return some_page() + 8;
	case 1:
		return some_page() | 33ULL << 46;
	case 2:
		return RESERVED + rnd(16) * PAGE_BYTES;
	case 3:
		return SOURCE;
	case 4:
		return some_page() | SEAM_BIT(52 + rnd(12));
	default:
		return 0;
	}
}

/* Mostly what the leaf wants. */
static u64 page(enum m_type type)
{
	if (chance(90))
		return page_of_type(type);
	return chance(60) ? some_page() : bad_page();
}

static u64 gpa_level(unsigned int level)
{
	u64 gpa = rnd(M_G2) << 30;

	if (level < 2)
		gpa |= rnd(M_G1) << 21;
	if (level < 1)
		gpa |= rnd(M_G0) << 12;
	if (level == 3)
		gpa = 0;
	if (chance(2))
		level = rnd(8);
	if (chance(2))
		gpa |= chance(50) ? SEAM_BIT(3 + rnd(9)) :
				    SEAM_BIT(47 + rnd(17));
	return gpa | level;
}

/* Mostly a TD that is far enough for the leaf, and no further. */
static u64 tdr(unsigned int lives, unsigned int ops)
{
	unsigned int i, k = rnd(M_TDS);

	for (i = 0; i < M_TDS && chance(95); i++, k = (k + 1) % M_TDS) {
		struct m_td *td = &model.td[k];

		if (td->used && (lives & (1U << td->life)) &&
		    (ops & (1U << td->op)))
			return td->tdr->hpa;
	}
	missed = true;
	return page(M_TDR);
}

/* A page of a TD in teardown, its TDR last. */
static u64 dead_page(void)
{
	unsigned int i, k = rnd(M_PAGES + M_BIG);

	for (i = 0; i < M_PAGES + M_BIG; i++, k = (k + 1) % (M_PAGES + M_BIG)) {
		struct m_page *p = &model.page[k];

		if (p->type != M_NDA && model.td[p->owner].life == M_TEARDOWN &&
		    (p->type != M_TDR || !model.td[p->owner].children))
			return p->hpa;
	}
	missed = true;
	return model.page[k].hpa;
}

#define TDR_BUILT	tdr(1U << M_CONFIGURED, 1U << M_INIT)
#define TDR_MAPS	tdr(1U << M_CONFIGURED, 1U << M_INIT | 1U << M_RUNNABLE)

static const struct { u64 leaf; unsigned int weight; } mix[] = {
	{ TDH_MNG_CREATE, 4 }, { TDH_MNG_KEY_CONFIG, 8 },
	{ TDH_MNG_ADDCX, 14 }, { TDH_MNG_INIT, 5 },
	{ TDH_MNG_VPFLUSHDONE, 1 }, { TDH_MNG_KEY_FREEID, 3 },
	{ TDH_PHYMEM_CACHE_WB, 5 }, { TDH_PHYMEM_PAGE_RECLAIM, 14 },
	{ TDH_PHYMEM_PAGE_RDMD, 4 }, { TDH_PHYMEM_PAGE_WBINVD, 2 },
	{ TDH_VP_CREATE, 3 }, { TDH_VP_ADDCX, 10 }, { TDH_VP_INIT, 4 },
	{ TDH_VP_FLUSH, 3 }, { TDH_VP_ENTER, 12 }, { TDH_MR_FINALIZE, 2 },
	{ TDH_MEM_SEPT_ADD, 12 }, { TDH_MEM_PAGE_ADD, 5 },
	{ TDH_MEM_PAGE_AUG, 10 }, { TDH_MEM_RANGE_BLOCK, 8 },
	{ TDH_MEM_RANGE_UNBLOCK, 4 }, { TDH_MEM_TRACK, 6 },
	{ TDH_MEM_PAGE_REMOVE, 8 }, { TDH_MEM_SEPT_REMOVE, 3 },
	{ TDH_MEM_SEPT_RD, 2 },
};

static u64 pick_leaf(void)
{
	unsigned int i, sum = 0, n;

	for (i = 0; i < ARRAY_SIZE(mix); i++)
		sum += mix[i].weight;
	n = rnd(sum);
	for (i = 0; n >= mix[i].weight; i++)
		n -= mix[i].weight;
	return mix[i].leaf;
}

/* States of an entry in which the leaf has something to do. */
static unsigned int useful_states(u64 leaf)
{
	const unsigned int tables = 1U << E_TABLE | 1U << E_TABLE_BLOCKED;

	switch (leaf) {
	case TDH_MEM_RANGE_BLOCK:
		return 1U << E_TABLE | 1U << E_MAPPED | 1U << E_PENDING;
	case TDH_MEM_RANGE_UNBLOCK:
		return 1U << E_TABLE_BLOCKED | 1U << E_BLOCKED |
		       1U << E_PENDING_BLOCKED;
	case TDH_MEM_PAGE_REMOVE:
		return ~(tables | 1U << E_FREE);
	case TDH_MEM_SEPT_REMOVE:
		return tables;
	default:
		return 1U << E_FREE;
	}
}

/* Tries for an entry of the TD at @tdr in such a state, its parents tables. */
static u64 useful_gpa(u64 tdr_hpa, unsigned int states, unsigned int min,
		      unsigned int max)
{
	struct m_page *p = model_page(&model, tdr_hpa);
	unsigned int try, level, l, i[3];
	struct m_td *td;

	for (try = 0; p && p->type == M_TDR && try < 60; try++) {
		td = &model.td[p->obj];
		level = min + rnd(max - min + 1);
		i[2] = level > 2 ? 0 : rnd(M_G2);
		i[1] = level > 1 ? 0 : rnd(M_G1);
		i[0] = level > 0 ? 0 : rnd(M_G0);
		for (l = 3; l > level; l--)
			if (td->sept[l][l > 2 ? 0 : i[2]][l > 1 ? 0 : i[1]][0]
			    .state != E_TABLE)
				break;
		if (l == level && (states & (1U << td->sept[level][i[2]][i[1]]
					     [i[0]].state)))
			return (u64)i[2] << 30 | (u64)i[1] << 21 |
			       (u64)i[0] << 12 | level;
	}
	return gpa_level(min);
}

static void pick_entry(struct m_call *c)
{
	unsigned int min = 0, max = 3;

	if (chance(20))
		return;
	switch (c->leaf) {
	case TDH_MEM_SEPT_ADD:
	case TDH_MEM_SEPT_REMOVE:
		min = 1;
		break;
	case TDH_MEM_PAGE_ADD:
		max = 0;
		break;
	case TDH_MEM_PAGE_AUG:
		min = c->rcx & 1;
		max = min;
		break;
	case TDH_MEM_PAGE_REMOVE:
		max = 1;
		break;
	default:
		break;
	}
	c->rcx = useful_gpa(c->rdx, useful_states(c->leaf), min, max);
}

static bool room(u64 leaf)
{
	unsigned int i, n = 0;

	if (leaf == TDH_MNG_CREATE) {
		for (i = 0; i < M_TDS; i++)
			n += model.td[i].used;
		return n < M_TDS;
	}
	for (i = 0; i < M_VCPUS; i++)
		n += model.vcpu[i].used;
	return leaf != TDH_VP_CREATE || n < M_VCPUS;
}

static u64 vcpu_for(const struct m_call *c)
{
	unsigned int i, k = rnd(M_VCPUS);

	for (i = 0; i < M_VCPUS && chance(95); i++, k = (k + 1) % M_VCPUS) {
		struct m_vcpu *v = &model.vcpu[k];
		bool ready = c->leaf == TDH_VP_INIT ?
			v->pages == 6 && v->state == V_UNINIT :
			v->state == V_READY &&
			(v->lp < 0 || v->lp == (int)c->lp);

		if (v->used && ready)
			return v->tdvpr->hpa;
	}
	missed = true;
	return page(M_TDVPR);
}

static void aug_operands(struct m_call *c)
{
	bool big = chance(30);

	c->rcx = gpa_level(big);
	c->r8 = page(M_NDA);
	/* a 2M page wants a 2M page; a 4K one must not take part of it */
	if ((c->rcx & 7) == 1)
		c->r8 = chance(90) ? model.page[M_PAGES + rnd(M_BIG)].hpa :
			bad_page() & ~0x1ff000ULL;
}

static void pick_any_call(struct m_call *c)
{
	memset(c, 0, sizeof(*c));
	c->lp = rnd(M_LPS);
	if (guest[c->lp])
		c->lp = 1 - c->lp;
	do
		c->leaf = pick_leaf();
	while (!room(c->leaf));
	switch (c->leaf) {
	case TDH_MNG_CREATE:
		c->rcx = page(M_NDA);
		c->rdx = chance(95) ? FIRST_HKID + rnd(5) : FIRST_HKID + 32 + rnd(1 << 18);
		break;
	case TDH_MNG_ADDCX:
		c->rcx = page(M_NDA);
		c->rdx = tdr(1U << M_CONFIGURED, 1U << M_UNINIT);
		break;
	case TDH_VP_CREATE:
		c->rcx = page(M_NDA);
		c->rdx = TDR_BUILT;
		break;
	case TDH_VP_ADDCX:
		c->rcx = page(M_NDA);
		c->rdx = page(M_TDVPR);
		break;
	case TDH_MNG_INIT:
		c->rdx = PARAMS;
		c->rcx = tdr(1U << M_CONFIGURED, 1U << M_UNINIT);
		break;
	case TDH_MNG_KEY_CONFIG:
		c->rcx = tdr(1U << M_ASSIGNED, ~0U);
		break;
	case TDH_MNG_KEY_FREEID:
		c->rcx = tdr(1U << M_BLOCKED, ~0U);
		break;
	case TDH_MR_FINALIZE:
		c->rcx = TDR_BUILT;
		break;
	case TDH_MEM_TRACK:
		c->rcx = TDR_MAPS;
		break;
	case TDH_MNG_VPFLUSHDONE:
		c->rcx = page(M_TDR);
		/* the end of a TD must not come too early */
		if (chance(75))
			c->rcx |= 8;
		break;
	case TDH_PHYMEM_CACHE_WB:
		c->rcx = chance(90) ? 0 : rnd(3);
		break;
	case TDH_PHYMEM_PAGE_RECLAIM:
		c->rcx = chance(85) ? dead_page() : bad_page();
		break;
	case TDH_PHYMEM_PAGE_RDMD:
		c->rcx = chance(10) ? model.page[M_PAGES + rnd(M_BIG)].hpa :
			 chance(90) ? some_page() : bad_page();
		break;
	case TDH_PHYMEM_PAGE_WBINVD:
		c->rcx = page(M_NDA) | (u64)rnd(2) << 50;
		break;
	case TDH_VP_INIT:
	case TDH_VP_FLUSH:
	case TDH_VP_ENTER:
		c->rcx = vcpu_for(c);
		if (c->leaf == TDH_VP_FLUSH && chance(50))
			c->rcx = bad_page();
		break;
	case TDH_MEM_PAGE_AUG:
		aug_operands(c);
		c->rdx = TDR_MAPS;
		break;
	case TDH_MEM_SEPT_ADD:
	case TDH_MEM_SEPT_REMOVE:
		c->rcx = gpa_level(1 + rnd(3));
		c->rdx = TDR_MAPS;
		c->r8 = page(M_NDA);
		break;
	case TDH_MEM_PAGE_ADD:
		c->rcx = gpa_level(0);
		c->rdx = TDR_BUILT;
		c->r8 = page(M_NDA);
		c->r9 = chance(95) ? SOURCE : SOURCE + 8;
		break;
	default:
		c->rcx = gpa_level(rnd(4));
		c->rdx = TDR_MAPS;
	}
	if (c->leaf == TDH_MEM_SEPT_ADD || c->leaf == TDH_MEM_SEPT_REMOVE ||
	    c->leaf == TDH_MEM_PAGE_ADD || c->leaf == TDH_MEM_PAGE_AUG ||
	    c->leaf == TDH_MEM_PAGE_REMOVE || c->leaf == TDH_MEM_RANGE_BLOCK ||
	    c->leaf == TDH_MEM_RANGE_UNBLOCK)
		pick_entry(c);
	/* 4K parts of the large pages are none that the model knows. */
	if (c->leaf == TDH_MEM_PAGE_AUG && (c->rcx & 7) != 1 &&
	    c->r8 >= model.page[M_PAGES].hpa &&
	    c->r8 <= model.page[M_PAGES + M_BIG - 1].hpa)
		c->r8 = page_of_type(M_NDA);
	/* Flags in address operands have tests of their own. */
	if (c->leaf == TDH_VP_ENTER)
		c->rcx &= SEAM_MASK(51, 0);
	if (c->leaf == TDH_MEM_SEPT_ADD) {
		c->r8 &= SEAM_MASK(62, 0);
		c->rdx &= ~1ULL;
	}
	if (c->leaf == TDH_MEM_SEPT_RD)
		c->rdx &= ~1ULL;
}

static void pick_call(struct m_call *c)
{
	do {
		missed = false;
		pick_any_call(c);
	} while (missed && chance(80));
}

static void step(void)
{
	unsigned int lp = rnd(M_LPS);
	struct m_call c;

	if (guest[lp] && (chance(40) || guest[1 - lp])) {
		u64 gpa = gpa_level(rnd(2));

		if (chance(60) && !(gpa >> 31) && !(gpa & 0xff8))
			guest_accept(lp, gpa);
		else
			guest_exit(lp);
		return;
	}
	pick_call(&c);
	try_call(&c);
}

/* ---- the world ----------------------------------------------------------------- */

static void must(u64 leaf, unsigned int lp, u64 rcx, u64 rdx, u64 r8)
{
	struct m_call c = { .lp = lp, .leaf = leaf, .rcx = rcx, .rdx = rdx,
			    .r8 = r8 };
	u64 st = call(&c);

	if (st) {
		printf("Bail out! leaf %llu: 0x%llx\n", leaf, st);
		exit(1);
	}
}

static void words(hpa_t hpa, const u64 *w, unsigned int n)
{
	memcpy(env_host_ptr(hpa), w, n * sizeof(*w));
}

static void world_start(void)
{
	static const u64 tdmr[] = {
		SIM_H0, 1 << 30, SIM_A, 0x1000, SIM_A + 0x10000, 0x2000,
		SIM_A + 0x400000, 0x400000, RESERVED - SIM_H0, 0x10000,
	};
	static const u64 params[] = { 0x10000000, 3, 2, 0x1e, 0, 40 };
	static const u64 array[] = { SIM_S0 };
	unsigned int i;

	sim_reset();
	sim_setup(2, 2);
	if (seam_init())
		exit(1);
	words(SIM_S0, tdmr, ARRAY_SIZE(tdmr));
	words(SIM_S0 + 3 * PAGE_BYTES, array, 1);
	words(PARAMS, params, ARRAY_SIZE(params));
	must(TDH_SYS_INIT, 0, 0, 0, 0);
	must(TDH_SYS_LP_INIT, 0, 0, 0, 0);
	must(TDH_SYS_LP_INIT, 1, 0, 0, 0);
	must(TDH_SYS_CONFIG, 0, SIM_S0 + 3 * PAGE_BYTES, 1, FIRST_HKID);
	must(TDH_SYS_KEY_CONFIG, 0, 0, 0, 0);
	must(TDH_SYS_KEY_CONFIG, 1, 0, 0, 0);
	for (i = 0; i < 256; i++)
		must(TDH_SYS_TDMR_INIT, 0, SIM_H0, 0, 0);

	for (i = 0; i < M_PAGES; i++)
		model.page[i].hpa = SIM_P0 + i * PAGE_BYTES;
	for (i = 0; i < M_BIG; i++)
		model.page[M_PAGES + i].hpa = SIM_H0 + (i + 1) *
					      LEVEL_BYTES(1);
	model_reset(&model);
	model.tdmr = SIM_H0;
	model.tdmr_size = 1 << 30;
	model.first_hkid = FIRST_HKID;
	model.max_vcpus = 2;
}

static void audit(void)
{
	struct seam_audit a;

	seam_audit(&a, NULL, NULL);
	if (a.owned != model_owned(&model))
		diverged("pages owned", model_owned(&model), a.owned);
	if (a.keyids_in_use != model_keys(&model))
		diverged("KeyIDs in use", model_keys(&model), a.keyids_in_use);
	if (a.touched || a.touches)
		diverged("pages touched", 0, a.touched + a.touches);
}

/* Takes everything down as a host would; then nothing may be left. */
static void world_end(void)
{
	struct m_call c = { 0 };
	unsigned int i, lp, pass;

	for (lp = 0; lp < M_LPS; lp++)
		if (guest[lp])
			guest_exit(lp);
	for (i = 0; i < M_VCPUS; i++) {
		if (!model.vcpu[i].used || model.vcpu[i].lp < 0)
			continue;
		c = (struct m_call){ .lp = model.vcpu[i].lp,
				     .leaf = TDH_VP_FLUSH,
				     .rcx = model.vcpu[i].tdvpr->hpa };
		try_call(&c);
	}
	for (pass = 0; pass < 4; pass++) {
		for (i = 0; i < M_TDS; i++) {
			if (!model.td[i].used)
				continue;
			c = (struct m_call){ .rcx = model.td[i].tdr->hpa };
			c.leaf = !pass ? TDH_MNG_VPFLUSHDONE :
				 pass < 3 ? TDH_PHYMEM_CACHE_WB :
				 TDH_MNG_KEY_FREEID;
			c.lp = pass == 2;
			if (c.leaf == TDH_PHYMEM_CACHE_WB)
				c.rcx = 0;
			try_call(&c);
		}
	}
	for (i = 0; i < 2 * (M_PAGES + M_BIG); i++) {
		c = (struct m_call){ .leaf = TDH_PHYMEM_PAGE_RECLAIM };
		c.rcx = model.page[i % (M_PAGES + M_BIG)].hpa;
		try_call(&c);
	}
	if (model_owned(&model) || model_keys(&model))
		diverged("left after teardown", 0, model_owned(&model));
	audit();
	seam_exit();
	sim_reset();
}

int main(int argc, char **argv)
{
	u64 calls = 50000, seed = 1, n, i;
	int opt;

	while ((opt = getopt(argc, argv, "n:s:")) != -1) {
		if (opt == 'n')
			calls = strtoull(optarg, NULL, 0);
		else if (opt == 's')
			seed = strtoull(optarg, NULL, 0);
		else
			return 2;
	}
	if (optind + 1 != argc || sim_load_platform(argv[optind])) {
		fprintf(stderr, "usage: %s [-n calls] [-s seed] platform.tsv\n",
			argv[0]);
		return 2;
	}
	setlinebuf(stdout);
	printf("KTAP version 1\n1..1\n# seed %llu\n", seed);
	rng = seed * 0x9e3779b97f4a7c15ULL | 1;
	while (calls_done < calls) {
		world_start();
		n = calls_done + CALLS_PER_WORLD;
		while (calls_done < n && calls_done < calls) {
			step();
			if (calls_done % AUDIT_EVERY == 0)
				audit();
		}
		world_end();
	}
	for (i = 0; i < ARRAY_SIZE(mix); i++)
		printf("# leaf %llu: %llu done, %llu refused\n", mix[i].leaf,
		       leaves_ok[mix[i].leaf], leaves_refused[mix[i].leaf]);
	printf("ok 1 random calls agree with the model: %llu calls, seed %llu\n",
	       calls_done, seed);
	return 0;
}
