/* SPDX-License-Identifier: GPL-2.0-only */
/* Makes good TDX module images, for tests that then change them. */
#ifndef IMAGE_MAKE_H
#define IMAGE_MAKE_H

#include <string.h>
#include "../../virt/image.h"

#define PAGE	SEAM_IMAGE_PAGE

static inline void put16(u8 *p, u16 v)
{
	memcpy(p, &v, sizeof(v));
}

static inline void put32(u8 *p, u32 v)
{
	memcpy(p, &v, sizeof(v));
}

/* Make the words of the file sum to 0, or nothing would get past that. */
static inline void seal(u8 *p, size_t len)
{
	u16 sum = 0, word;
	size_t i;

	if (len < 4)
		return;
	put16(p + 2, 0);
	for (i = 0; i + 1 < len; i += 2) {
		memcpy(&word, p + i, 2);
		sum += word;
	}
	put16(p + 2, -sum);
}

static inline void good_sigstruct(struct seam_sigstruct *s)
{
	memset(s, 0, sizeof(*s));
	s->header_type = 6;
	s->header_length = 0xe1;
	s->header_version = 0x10000;
	s->vendor = TDX_VENDOR_INTEL;
	s->date = 0x20240315;
	s->size = 0x200;
	s->key_size = 0x60;
	s->modulus_size = 0x60;
	s->exponent_size = 1;
	s->exponent = 0x10001;
	s->rip_offset = 0x40;
	s->max_tdmrs = 64;
	s->max_rsvd_per_tdmr = 16;
	s->pamt_entry_size_4k = 16;
	s->pamt_entry_size_2m = 16;
	s->pamt_entry_size_1g = 16;
	s->module_hv = 3;
	s->min_update_hv = 1;
	s->cpuid_table_size = 2;
	s->cpuid_table[0] = 0x806f8;
	s->cpuid_table[1] = 0xc06f0;
}

/* Header of version 1 or 2, SIGSTRUCT, a module of that many pages. */
static inline size_t good_image(u8 *p, unsigned int version,
				unsigned int pages)
{
	size_t len = (2 + pages) * PAGE;

	memset(p, 0, len);
	put16(p, version << 8);
	if (version == 1) {
		put32(p + 4, 2 * PAGE);
		memcpy(p + 8, "TDX-BLOB", 8);
		put32(p + 16, len);
	} else {
		memcpy(p + 4, "TDX-BLOB", 8);
		put32(p + 12, 1);
		put32(p + 16, pages);
	}
	good_sigstruct((struct seam_sigstruct *)(p + PAGE));
	memset(p + 2 * PAGE, 0xab, pages * PAGE);
	seal(p, len);
	return len;
}

#endif /* IMAGE_MAKE_H */
