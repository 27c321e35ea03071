/* SPDX-License-Identifier: GPL-2.0-only */
/* Leaves x statuses: which are known, and which of them calls provoked. */
#ifndef COVERAGE_H
#define COVERAGE_H

#include "env_user.h"

/* @why_not: software cannot provoke it, or not here; NULL: it must be seen. */
void cover_known(u64 leaf, u64 status, const char *why_not);
void cover_seen(u64 leaf, u64 status);
bool cover_was_seen(u64 leaf, u64 status);
/* The table; the number of statuses that should have been provoked and were not */
unsigned int cover_print(void);

#endif /* COVERAGE_H */
