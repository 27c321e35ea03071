/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A second opinion on what each leaf answers: a model of pages, KeyIDs, TDs,
 * vCPUs and Secure EPT entries that shares no code with softseam. Small
 * arrays, no memory, no locks but counters.
 */
#ifndef MODEL_H
#define MODEL_H

#include <seamhost/leaves.h>
#include <seamhost/status.h>

#define M_PAGES		256	/* 4K pages that calls name */
#define M_BIG		3	/* 2M pages */
#define M_TDS		4
#define M_VCPUS		6
#define M_LPS		2
#define M_G2		2	/* 1G entries, 2M entries in each, 4K in those */
#define M_G1		3
#define M_G0		4

enum m_type { M_NDA = 0, M_REG = 3, M_TDR = 4, M_TDCX = 5, M_TDVPR = 6,
	      M_EPT = 8 };
enum m_life { M_ASSIGNED, M_CONFIGURED, M_BLOCKED, M_TEARDOWN };
enum m_op { M_UNINIT, M_INIT, M_RUNNABLE };
enum m_entry { E_FREE, E_TABLE, E_TABLE_BLOCKED, E_MAPPED, E_BLOCKED,
	       E_PENDING, E_PENDING_BLOCKED };

struct m_page {
	u64 hpa;
	enum m_type type;
	int owner;		/* TD, -1: none ever */
	u64 owner_hpa;		/* stays when the page is freed */
	int obj;		/* TDR: TD; TDVPR: vCPU */
	u64 bepoch;
	int shared, excl;	/* who holds its lock */
};

struct m_sept {
	enum m_entry state;
	struct m_page *page;	/* mapped page or table */
};

struct m_td {
	int used;
	struct m_page *tdr;
	enum m_life life;
	enum m_op op;
	int hkid;
	unsigned int pkgs, tdcx, children, vcpus, assoc;
	u64 epoch;
	int inside[2];
	struct m_sept sept[4][M_G2][M_G1][M_G0];
};

struct m_vcpu {
	int used, td, lp;	/* lp: association, -1 none */
	struct m_page *tdvpr;
	unsigned int pages;
	enum { V_UNINIT, V_READY, V_ACTIVE } state;
	u64 epoch;
};

struct model {
	struct m_page page[M_PAGES + M_BIG];	/* large ones last */
	struct m_td td[M_TDS];
	struct m_vcpu vcpu[M_VCPUS];
	enum { K_FREE, K_ASSIGNED, K_FLUSHED } key[4];
	unsigned int key_wb[4];
	int running[M_LPS];		/* vCPU, -1: none */
	/* where things are */
	u64 tdmr, tdmr_size, first_hkid;
	unsigned int max_vcpus;
};

struct m_call {
	unsigned int lp;
	u64 leaf, rcx, rdx, r8, r9;
	/* filled in by the model */
	u64 out_rcx, out_rdx, out_r8;
	int check_out;			/* compare RCX, RDX (and R8 of RDMD) */
};

void model_reset(struct model *m);
/* What the call answers, and the state after it. */
u64 model_call(struct model *m, struct m_call *c);
/* VP.ENTER alone: did the guest start? */
int model_entered(const struct model *m, unsigned int lp);
void model_guest_exit(struct model *m, unsigned int lp);
/* TDG.MEM.PAGE.ACCEPT: bits 47:32 of the answer, or -1: TD exit. */
int model_accept(struct model *m, unsigned int lp, u64 gpa_level);

struct m_page *model_page(struct model *m, u64 hpa);
u64 model_owned(const struct model *m);
unsigned int model_keys(const struct model *m);

#endif /* MODEL_H */
