/* SPDX-License-Identifier: GPL-2.0-only */
/* Results, from whatever file of the program: see ktap.h. */
#ifndef REPORT_H
#define REPORT_H

#include <stdbool.h>

__attribute__((__format__(__printf__, 2, 3)))
bool check(bool cond, const char *fmt, ...);
__attribute__((__format__(__printf__, 1, 2)))
void note(const char *fmt, ...);
__attribute__((__noreturn__))
void bail(const char *why);
/* The plan, and the program's exit status. */
int finish(void);

#endif /* REPORT_H */
