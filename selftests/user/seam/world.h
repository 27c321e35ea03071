/* SPDX-License-Identifier: GPL-2.0-only */
/* A module with a TD in it, for tests that then call one leaf. */
#ifndef WORLD_H
#define WORLD_H

#include "../../../seam/module/mem.h"
#include "env_user.h"

/* A call: RAX (leaf and version), RCX, RDX, R8 .. R11. */
#define WORLD_OPERANDS	7

extern u64 world_regs[2][NR_GPRS];	/* by LP: after the last call */
extern struct vcpu *world_guest[2];	/* the vCPU inside, if any */

u64 world_call(unsigned int lp, const u64 call[WORLD_OPERANDS]);
#define CALL(lp, ...)	world_call(lp, (u64[WORLD_OPERANDS]) { __VA_ARGS__ })
/* The same with a pair of pages in R12 and R13. */
u64 world_call_pair(unsigned int lp, const u64 call[WORLD_OPERANDS], hpa_t r12,
		    hpa_t r13);
/* The call must succeed, else the test program ends. */
void world_must(unsigned int lp, const u64 call[WORLD_OPERANDS]);
#define MUST(lp, ...)	world_must(lp, (u64[WORLD_OPERANDS]) { __VA_ARGS__ })
/* One guest leaf of the vCPU inside on @lp; RAX, or ~0 after a TD exit. */
u64 world_tdcall(unsigned int lp, u64 leaf, u64 rcx, u64 rdx);
void world_exit_guest(unsigned int lp);

/*
 * LP 0's call stops at @at with the locks it has there, and @fn runs; it may
 * call on LP 1. False: the call never got there.
 */
bool world_during(const u64 call[WORLD_OPERANDS], enum sim_event at,
		  void (*fn)(void));
/* LP @lp has the TD's vCPU inside from here on, to world_exit_guest(). */
void world_enter(unsigned int lp);
/* The vCPU enters, on LP 0, and meets its end. */
void world_triple_fault(void);
/* Another LP has the lock of a page, of the TD's state or epoch alone. */
void world_hold(hpa_t page);
void world_hold_op_state(void);
void world_hold_epoch(void);
void world_let_go(void);
/* A leaf that looks for interrupts finds one. */
void world_interrupt(void);

/* Set by what cannot be had here: why. The row is skipped then. */
extern const char *world_missing;
void world_migrating(void);		/* the TD is being exported */
void world_late(void);			/* the TSC went back since it ran */
void world_limited_cpuid(void);		/* IA32_MISC_ENABLE limits CPUID */
void world_no_lp_init(void);		/* LP 1 has not done LP.INIT */
void world_topology(bool wanted);	/* the module has VP.INIT version 1 */

/* The host writes a word of a page. */
void world_put(hpa_t page, unsigned int word, u64 val);
/* A TDMR_INFO of 1 GiB with no reserved areas; its PAMTs lie at @pamt. */
void world_put_tdmr(hpa_t page, hpa_t base, hpa_t pamt);

/* 4K pages after the sixteen 2M blocks H(n); S(n) are the host's. */
#define P(n)		(SIM_P0 + (n) * PAGE_BYTES)
#define H(n)		(SIM_H0 + (n) * LEVEL_BYTES(1))
#define S(n)		(SIM_S0 + (n) * PAGE_BYTES)

/* The TD's pages */
#define TDR		P(0)
#define TDVPR		P(10)
#define TDR_NO_KEYS	P(40)
#define TDR_NO_TDCX	P(41)
#define TDR_UNINIT	P(42)
#define FREE_PAGE	P(100)
#define NOT_RAM		SIM_X0		/* in no TDMR */
#define WORLD_RESERVED	(SIM_H0 + 0x4000000)	/* in a TDMR, reserved */

/*
 * The TD's GPAs. Those of the build are there from the first; blocked ones are
 * blocked from when the TD was finalized on, new_* after the last TRACK.
 */
#define GPA_MAPPED	0x1000
#define GPA_PENDING	0x2000
#define GPA_BLOCKED	0x3000
#define GPA_NEW_BLOCKED	0x4000
#define GPA_FREE	0x5000
#define GPA_2M_PENDING	0x200000
#define GPA_2M_BLOCKED	0x400000
#define GPA_EMPTY	0x600000	/* table with nothing in it, blocked */
#define GPA_FULL	0x800000	/* 512 pages side by side, blocked */
#define GPA_2M_FREE	0xa00000
#define GPA_2M_NEW	0xc00000	/* 2M page, blocked after TRACK */
#define GPA_EMPTY_NEW	0xe00000	/* table, blocked after TRACK */
#define GPA_HALF	0x1000000	/* table with one page, blocked */
#define GPA_FULL_NEW	0x1200000	/* as GPA_FULL, blocked after TRACK */
#define GPA_OPEN	0x1400000	/* table, not blocked */
#define GPA_NO_TABLE	0x40000000	/* nothing from the 1G entry down */

#define PAGE_MAPPED	P(16)
#define PAGE_PENDING	P(17)
#define PAGE_BLOCKED	P(18)
#define PAGE_NEW	P(19)
#define TABLE_EMPTY	P(20)
#define TABLE_FULL	P(21)
#define TABLE_HALF	P(23)
#define PAGE_HALF	P(24)

void world_open(void);			/* the module, READY */
extern bool world_second_tdmr;		/* SIM_T1 too, for world_open() */
void world_close(void);
void world_build(void);			/* a debug TD, INITIALIZED */
void world_no_vcpu(void);		/* the same, but for this */
void world_run(void);			/* finalized, with all of the above */
void world_plain(void);			/* the same without the FULL tables */
void world_run_no_debug(void);
void world_fatal(void);			/* world_run() after a host's write */
void world_make_fatal(void);		/* the host writes to the TD's page */
void world_dead(void);			/* finalized, the vCPU is dead */
/* True: the world of this name stands and nothing changed it since. */
bool world_reused(const char *name);
void world_built(void);			/* the one that was asked for last */

/* What refusals leave as it was: all of the module's state. */
u64 world_digest(void);

/* KTAP */
extern unsigned int tests, tests_failed;
void ktap(bool ok, const char *fmt, ...);
int ktap_end(void);

#endif /* WORLD_H */
