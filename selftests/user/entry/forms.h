/* SPDX-License-Identifier: GPL-2.0-only */
/* What tests of entry points share. */
#ifndef FORMS_H
#define FORMS_H

#include <stdbool.h>
#include "machine.h"

#define CALLEE_SAVED	(BIT(RBX) | BIT(RBP) | BIT(R12) | BIT(R13) | \
			 BIT(R14) | BIT(R15))

/* with frame pointers, RBP is not the caller's at the instruction */
#ifdef SHIM_FRAME
#define FRAME_REG	BIT(RBP)
#else
#define FRAME_REG	0
#endif

/* C's argument registers, in their order */
#define NR_ARGUMENTS	6
extern const enum reg argument[NR_ARGUMENTS];

/* the structure in the middle, so that nothing else is written */
#define BLOCK_WORDS	32
#define BLOCK_START	8
extern u64 block[BLOCK_WORDS], before[BLOCK_WORDS];

/* Both the same noise. */
void fill_block(void);

u64 wanted_status(enum outcome outcome);
/* a register after the instruction: what the script gave, or as before */
u64 left(int r);
/* @got is @wanted, or a line says what of @which was not. */
bool same(const char *what, const char *which, u64 wanted, u64 got);

#endif /* FORMS_H */
