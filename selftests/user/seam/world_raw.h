/* SPDX-License-Identifier: GPL-2.0-only */
/* What the world behind the instruction has beyond world.h. */
#ifndef WORLD_RAW_H
#define WORLD_RAW_H

#include "env_user.h"

bool world_raw_begin(void);		/* false: not on a machine with softseam */
void world_raw_end(void);
/* INTERRUPTED_* is an answer like others, not one to call again for. */
extern bool world_raw_interrupts;
/* The next leaf that looks finds an interrupt; its answer is told. */
void world_raw_interrupt(void);

#endif /* WORLD_RAW_H */
