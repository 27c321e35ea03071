/* SPDX-License-Identifier: GPL-2.0-only */
/* Leaves that concern the module, a TD as a whole, or single pages. */
#ifndef HOST_TEST_H
#define HOST_TEST_H

#include "trace.h"
#include "world.h"

#define HKID0		32
#define TDMR_INFO	S(0)
#define TDMR_ARRAY	S(3)
#define PARAMS		S(4)
#define OUT1		S(16)
#define OUT2		S(17)
#define RESERVED	WORLD_RESERVED

/* Each stands for all before it. */
enum stage {
	COLD, SYSINIT, LPINIT, CONFIG, KEY1, READY, TDMR, CREATED, TD_KEY1,
	TD_KEYS, TDCX5, TDCX6, TD_INIT, TD_VCPU, TD_RUNS, TD_STOPPED, BLOCKED,
	WB1, WB2, TEARDOWN, SHUT,
};

/* Dynamic PAMT: not offered; on, with pairs for P(0..1023); offered, not on */
extern enum pamt_kind { PAMT_FIXED, PAMT_ON, PAMT_OFFERED } stage_dynamic;
extern bool stage_disable;	/* a module that has SYS.DISABLE */
bool stage_open(enum stage s);	/* false: world_missing tells why */
void stage_next(enum stage s);
void stage_close(void);
/* Is it a step that is to be taken? It was, on a machine that is up. */
bool stage_here(enum stage s);
void stage_cold(void);
/* Before stage_open(@s): the first step that is not taken yet; and after. */
enum stage stage_from(enum stage s);
void stage_stands(enum stage s);
/* Parts of steps that depend on the machine. */
void stage_pages(void);
void stage_tdmr(void);
hpa_t stage_tdmr_base(void);
void stage_other_lps(void);

/* What else is the case during a call. */
enum during {
	NOTHING, SYS_LOCKED, KET_LOCKED, KOT_LOCKED, WB_LOCKED, TDMR_LOCKED,
	TDR_LOCKED, PAGE_LOCKED, OP_LOCKED, NO_ENTROPY, FATAL, OTHER_LP_INSIDE,
	INTERRUPT, DAMAGE,
};

/* One call and its answer; refusals must leave everything as it was. */
struct host_row {
	enum stage stage;
	unsigned int lp;
	u64 leaf, rcx, rdx, r8, r9;
	u64 want;
	enum during during;
	/* DAMAGE: word of the page, and value */
	hpa_t page;
	unsigned int word;
	u64 val;
};

/* Makes of a row what it is on this machine. */
void host_adapt(struct host_row *r);
void host_during(const struct host_row *r, bool on);
void host_rows(const struct host_row *rows, unsigned int nr);
void host_sys(void);
void host_failed_config(void);	/* in user space only */
void host_td(void);
void host_dynamic(void);
void host_disable(void);
void host_coverage(void);

#endif /* HOST_TEST_H */
