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

#endif /* WORLD_RAW_H */
