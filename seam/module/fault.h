/* SPDX-License-Identifier: GPL-2.0-only */
/* Rules for faults to inject; a test's front end sets them. */
#ifndef SOFTSEAM_FAULT_H
#define SOFTSEAM_FAULT_H

#include "../seam.h"

enum fault_kind {
	FAULT_STATUS,		/* the leaf does not run and answers @arg */
	FAULT_VMFAILINVALID,	/* CF = 1 */
	FAULT_GP,
	FAULT_UD,
	FAULT_DELAY,		/* the leaf runs @arg TSC cycles later */
	FAULT_STALL,		/* it stops at @point, past @skip, @arg cycles at most */
};

/*
 * The @nth call from now of @leaf ("TDH.MNG.CREATE", or "*"), and the
 * @times - 1 calls after it. -ENOENT: no such leaf; -ENOSPC: too many rules.
 * One caller at a time.
 */
int fault_add(const char *leaf, unsigned int nth, unsigned int times,
	      enum fault_kind kind, u64 arg, enum seam_point point,
	      unsigned int skip);
void fault_clear(void);
/* Rule @i, *left = 0 when it is used up; false: there are no more. */
bool fault_get(unsigned int i, const char **leaf, enum fault_kind *kind,
	       u64 *arg, enum seam_point *point, unsigned int *skip, int *wait,
	       int *left);

/* The leaf of the last call that was made to fail, NULL when none was. */
const char *fault_struck(void);

/* stall.c: the call at work on @lp stops at @point, past @skip of them */
void stall_arm(unsigned int lp, enum seam_point point, unsigned int skip,
	       u64 cycles);
void stall_disarm(unsigned int lp);
/* Lets all go on that stand somewhere. */
void stall_release(void);
/* True: @lp stands at *point. */
bool stall_get(unsigned int lp, enum seam_point *point);

#endif /* SOFTSEAM_FAULT_H */
