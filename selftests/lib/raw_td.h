/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * TDs with nothing between a program and the SEAMCALL instruction: built from
 * guest/raw.c's image and entered by the calls that /dev/seamcall-test makes.
 * Failures of what is no part of a test end the program.
 */
#ifndef SELFTESTS_RAW_TD_H
#define SELFTESTS_RAW_TD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "../guest/raw.h"
#include "ktap.h"
#include "../modules/seamcall_raw.h"

#define RAW_CPU			1	/* none of the first: it runs no vCPU */
#define RAW_PAGE		4096ULL
#define RAW_POOL_PAGES		512
#define RAW_VMCALL_EXIT		77
#define RAW_INTERRUPT_EXIT	1
#define RAW_CODE(st)		((st) >> 32 & 0xffff)

/* Registers by x86 number */
enum { RAX, RCX, RDX, R8 = 8, R9, R10, R11, R12 };

struct raw_td {
	uint64_t attributes;
	bool gpaw52;
	uint64_t tdr, tdvpr;
	struct seamcall_raw_call out;	/* of the last VP.ENTER */
	uint64_t extra[8];		/* pages that came to it later */
	unsigned int nr_extra;
};

/* 2M that become the TD's, and a page of the host. */
extern uint64_t raw_pool, raw_host;
extern uint64_t *raw_pool_map, *raw_host_map;

/* Opens the device and reads the guest; skips the program without them. */
void raw_init(void);

/* Makes a call until it is done; returns its status. */
uint64_t raw_make_call(struct seamcall_raw_call *c);
uint64_t raw_call(uint64_t leaf, uint64_t rcx, uint64_t rdx, uint64_t r8,
		  uint64_t r9, uint64_t *r8_out);
void raw_must(uint64_t leaf, uint64_t rcx, uint64_t rdx, uint64_t r8,
	      uint64_t r9);
/* 4K << order of the host's memory, mapped at *map; 0: there is none. */
uint64_t raw_alloc(unsigned int order, uint64_t **map);
/* The next page of the pool. */
uint64_t raw_take(void);

/* A TD with attributes and gpaw52 as they are set, finalized. */
void raw_td_build(struct raw_td *td);
/* All its pages come back? */
bool raw_td_end(struct raw_td *td);
/* One VP.ENTER, past interrupts of the host; what it gave is in td->out. */
uint64_t raw_td_enter(struct raw_td *td);
/* The guest comes to @step? If not, that is a failure. */
static inline bool raw_td_reaches(struct raw_td *td, unsigned int step)
{
	uint64_t st = raw_td_enter(td);
	const __u64 *r = td->out.regs;

	if (st == RAW_VMCALL_EXIT && r[R10] == RAW_STEP + step)
		return true;
	ktap_ok(false, "the guest comes to step %u", step);
	ktap_note("VP.ENTER: %#llx, R10 %#llx, R11 %#llx, RCX %#llx, R8 %#llx",
		  (unsigned long long)st, r[R10], r[R11], r[RCX], r[R8]);
	return false;
}

/* What SEPT.RD says of @gpa at @level: the entry, or 0 and level in *at. */
uint64_t raw_td_sept(struct raw_td *td, uint64_t gpa, uint64_t *info);

#endif /* SELFTESTS_RAW_TD_H */
