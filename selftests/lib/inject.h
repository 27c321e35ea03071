/* SPDX-License-Identifier: GPL-2.0-only */
/* Faults of softseam's module: one rule of seam/kernel/inject.c, or "clear". */
#ifndef SELFTESTS_INJECT_H
#define SELFTESTS_INJECT_H

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "../include/ktap.h"

#define INJECT	"/sys/kernel/debug/softseam/inject"

static inline void inject(const char *text)
{
	int fd = open(INJECT, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		ktap_bail("nothing can be injected");
	close(fd);
}

/* The leaf that the last fault struck since "clear"; false: none. */
static inline bool inject_struck(char leaf[64])
{
	FILE *f = fopen(INJECT, "r");
	bool found = false;
	char line[128];

	while (f && fgets(line, sizeof(line), f))
		found |= sscanf(line, "struck %63s", leaf) == 1;
	if (f)
		fclose(f);
	return found;
}

#endif /* SELFTESTS_INJECT_H */
