/* SPDX-License-Identifier: GPL-2.0-only */
/* The machine that softseam's layers see when they run in a process. */
#ifndef ENV_USER_H
#define ENV_USER_H

#include "../../../seam/module/module.h"

/* Where the traces' symbols lie: no single bit of an address falls inside. */
#define SIM_H0		0x9800000000ULL
#define SIM_T1		(SIM_H0 + (1ULL << 30))
#define SIM_P0		(SIM_H0 + (32ULL << 20))
#define SIM_A		(SIM_H0 + (2ULL << 30))
#define SIM_S0		(SIM_H0 + (3ULL << 30))
#define SIM_X0		(SIM_H0 + (7ULL << 30))

/* Switches for tests */
extern bool sim_no_entropy;
extern unsigned int sim_intr_countdown;	/* n-th look finds an interrupt */
extern bool sim_no_memory;
extern bool sim_no_large;		/* no 2M pieces of memory */

/*
 * Points inside a leaf at which a test may act as another processor would.
 * Called with the module's locks held as they are there.
 */
enum sim_event {
	SIM_PAGE_ALLOC, SIM_SCRAMBLE, SIM_INTR_LOOK, SIM_SHA_UPDATE, SIM_ZAP,
	SIM_TOUCH_LOOK, SIM_LOCK,
};

extern void (*sim_event)(enum sim_event event);

static inline void sim_happens(enum sim_event event)
{
	if (sim_event)
		sim_event(event);
}

void sim_reset(void);			/* all memory gone */
void sim_setup(unsigned int lps, unsigned int pkgs);	/* seam_config */
int sim_load_platform(const char *path);	/* CPUID, MSRs; 0 or -errno */

/* Host pages that the caller watches: first page and number of them. */
void sim_watch(hpa_t hpa, unsigned int pages);
void sim_watch_begin(void);
typedef void (*sim_change_fn)(void *arg, hpa_t hpa, u64 was, u64 is);
void sim_watch_end(sim_change_fn fn, void *arg);

/* What the guest had in its registers when it last exited. */
u64 *sim_last_gpr(struct vcpu *vcpu);

/* What engine_skip() moved RIP by since the last look. */
u64 sim_rip_moved(void);

#endif /* ENV_USER_H */
