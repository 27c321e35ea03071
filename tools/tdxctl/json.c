// SPDX-License-Identifier: GPL-2.0-only
/* JSON, written as it comes. */
#include <stdio.h>
#include "tdxctl.h"

static unsigned int depth;
static bool first = true;

static void string(const char *s)
{
	putchar('"');
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			printf("\\%c", *s);
		else if ((unsigned char)*s < ' ')
			printf("\\u%04x", *s);
		else
			putchar(*s);
	}
	putchar('"');
}

static void next(const char *key)
{
	if (!first)
		putchar(',');
	if (depth)
		printf("\n%*s", depth * 2, "");
	first = false;
	if (key) {
		string(key);
		fputs(": ", stdout);
	}
}

void json_open(const char *key, char bracket)
{
	next(key);
	putchar(bracket);
	depth++;
	first = true;
}

void json_close(char bracket)
{
	depth--;
	if (!first)
		printf("\n%*s", depth * 2, "");
	putchar(bracket);
	if (!depth)
		putchar('\n');
	/* what comes next at the top is a text of its own */
	first = !depth;
}

void json_string(const char *key, const char *value)
{
	next(key);
	string(value);
}

void json_number(const char *key, unsigned long long value)
{
	next(key);
	printf("%llu", value);
}

void json_bool(const char *key, bool value)
{
	next(key);
	fputs(value ? "true" : "false", stdout);
}
