/* SPDX-License-Identifier: GPL-2.0-only */
/* Faults of softseam's module: one rule of seam/kernel/inject.c, or "clear". */
#ifndef SELFTESTS_INJECT_H
#define SELFTESTS_INJECT_H

#include <fcntl.h>
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

#endif /* SELFTESTS_INJECT_H */
