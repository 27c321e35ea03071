// SPDX-License-Identifier: GPL-2.0-only
/* SHA-384 over the records of TDH.MEM.PAGE.ADD and TDH.MR.EXTEND. */
#include <stdlib.h>
#include <string.h>
#include <nettle/sha2.h>
#include "measure.h"

#define RECORD_SIZE	128
#define CHUNK_SIZE	256
#define PAGE_SIZE	4096

static void record(struct sha384_ctx *ctx, const char *what, uint64_t gpa)
{
	uint8_t buf[RECORD_SIZE] = {};

	memcpy(buf, what, strlen(what));
	memcpy(buf + 16, &gpa, sizeof(gpa));
	sha384_update(ctx, sizeof(buf), buf);
}

void *measure_new(void)
{
	struct sha384_ctx *ctx = malloc(sizeof(*ctx));

	if (ctx)
		sha384_init(ctx);
	return ctx;
}

void measure_page_add(void *m, uint64_t gpa)
{
	record(m, "MEM.PAGE.ADD", gpa);
}

void measure_extend(void *m, uint64_t gpa, const void *page)
{
	const uint8_t *p = page;
	unsigned int i;

	for (i = 0; i < PAGE_SIZE; i += CHUNK_SIZE) {
		record(m, "MR.EXTEND", gpa + i);
		sha384_update(m, CHUNK_SIZE, p + i);
	}
}

void measure_final(void *m, uint8_t mrtd[MRTD_SIZE])
{
	sha384_digest(m, MRTD_SIZE, mrtd);
}

void measure_free(void *m)
{
	free(m);
}
