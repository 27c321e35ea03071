/* SPDX-License-Identifier: GPL-2.0-only */
/* What the world behind the instruction has beyond world.h. */
#ifndef WORLD_RAW_H
#define WORLD_RAW_H

#include "env_user.h"

bool world_raw_begin(void);		/* false: not on a machine with softseam */
void world_raw_end(void);
/* A line for softseam's "inject". */
void world_raw_rule(const char *text);
/*
 * A call on @cpu stops at a point of its leaf, past @skip such points, until
 * world_let_go(). False: it never got there.
 */
bool world_raw_stall(const u64 call[7], unsigned int cpu, const char *point,
		     unsigned int skip);
/* A call with one operand on any CPU, 0 too. */
u64 world_raw_on(unsigned int cpu, u64 rax, u64 rcx);
u64 world_raw_alloc(unsigned int order);
/* Where a place of the tests is here, and a host page S(n) of them. */
u64 world_raw_hpa(u64 val);
void *world_raw_page(hpa_t page);
/* For places that only some tests have; asked first. */
extern bool (*world_raw_place)(u64 page, u64 *real);
void world_raw_take_back(void);

#endif /* WORLD_RAW_H */
