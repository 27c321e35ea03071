/* SPDX-License-Identifier: GPL-2.0-only */
/* Text that grows in a buffer of fixed size, and stops when that is full. */
#ifndef SEAMHOST_TEXT_H
#define SEAMHOST_TEXT_H

#include <linux/kernel.h>
#include <seamhost/types.h>

struct text {
	char *buf;
	size_t size;
	int len;
};

#define TEXT(_buf, _size)	{ .buf = (_buf), .size = (_size) }

__attribute__((__format__(__printf__, 2, 3)))
void text_add(struct text *t, const char *fmt, ...);
/* NAME_OF_CONSTANT as "name of constant"; the number when @name is NULL */
void text_add_words(struct text *t, const char *name, unsigned int number);
/* ", exit: EPT violation" */
void text_add_exit(struct text *t, u32 reason);

#endif /* SEAMHOST_TEXT_H */
