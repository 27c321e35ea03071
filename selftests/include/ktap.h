/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Results in KTAP for test programs: say how many, give them in order, end
 * with ktap_exit(). When the number is not known before, ktap_plan() may come
 * last.
 */
#ifndef KTAP_H
#define KTAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static int ktap_seen, ktap_failed;

static inline void ktap_header(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	puts("KTAP version 1");
}

static inline void ktap_plan(int n)
{
	printf("1..%d\n", n);
}

/* A line for the reader, shown when the program fails. */
__attribute__((format(printf, 1, 2)))
static inline void ktap_note(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fputs("# ", stdout);
	vprintf(fmt, ap);
	putchar('\n');
	va_end(ap);
}

/* The name is a claim; @cond tells whether it holds. Returns @cond. */
__attribute__((format(printf, 2, 3)))
static inline bool ktap_ok(bool cond, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	printf("%sok %d ", cond ? "" : "not ", ++ktap_seen);
	vprintf(fmt, ap);
	putchar('\n');
	va_end(ap);
	if (!cond)
		ktap_failed++;
	return cond;
}

/* Instead of a result: @why says what is missing here. */
static inline void ktap_skip(const char *name, const char *why)
{
	printf("ok %d %s # SKIP %s\n", ++ktap_seen, name, why);
}

/* The whole program cannot run here. */
static inline void ktap_skip_all(const char *why)
{
	printf("1..0 # SKIP %s\n", why);
	exit(4);
}

/* Nothing that follows would make sense. */
static inline void ktap_bail(const char *why)
{
	printf("Bail out! %s\n", why);
	exit(1);
}

static inline int ktap_exit(void)
{
	return ktap_failed ? 1 : 0;
}

#endif /* KTAP_H */
