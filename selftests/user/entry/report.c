// SPDX-License-Identifier: GPL-2.0-only
/* See report.h. */
#include <stdlib.h>
#include "ktap.h"
#include "report.h"

#define TEXT_MAX	512

bool check(bool cond, const char *fmt, ...)
{
	char text[TEXT_MAX];
	va_list ap;

	if (!ktap_seen)
		ktap_header();
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return ktap_ok(cond, "%s", text);
}

void note(const char *fmt, ...)
{
	char text[TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	ktap_note("%s", text);
}

void bail(const char *why)
{
	ktap_bail(why);
	exit(1);
}

int finish(void)
{
	ktap_plan(ktap_seen);
	return ktap_exit();
}
