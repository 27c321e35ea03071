/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * TDX module images: pure logic on untrusted bytes, shared with tdxctl and
 * with a fuzzer. Whoever answers a const char * says what is wrong in words;
 * NULL is success.
 */
#ifndef SEAMHOST_VIRT_IMAGE_H
#define SEAMHOST_VIRT_IMAGE_H

#include <seamhost/abi.h>
#include <seamhost/types.h>

#define SEAM_IMAGE_PAGE		4096u
#define SEAM_IMAGE_MAX_PAGES	496u
/* header, SIGSTRUCT page and module */
#define SEAM_IMAGE_MAX_SIZE	((2 + SEAM_IMAGE_MAX_PAGES) * SEAM_IMAGE_PAGE)

/* A parsed image: pointers into the caller's buffer. */
struct seam_image {
	unsigned int header;		/* 1, 2; 0: separate files */
	const struct seam_sigstruct *sigstruct;
	const u8 *module;
	unsigned int module_pages;
};

/* What an update has to fit. */
struct seam_running {
	u16 module_hv;
	u16 min_update_hv;
	bool no_downgrade;
	u16 max_tdmrs;
	u16 max_reserved;
	u16 pamt_entry_size[3];
	u32 cpu;			/* CPUID(1).EAX */
};

const char *seam_image_parse(const void *data, size_t len,
			     struct seam_image *image);
const char *seam_image_join(const void *module, size_t module_len,
			    const void *sigstruct, size_t sigstruct_len,
			    struct seam_image *image);
const char *seam_sigstruct_check(const struct seam_image *image);
const char *seam_image_fits_cpu(const struct seam_image *image, u32 cpu);
const char *seam_image_fits(const struct seam_image *image,
			    const struct seam_running *running,
			    u16 *handoff);

#endif /* SEAMHOST_VIRT_IMAGE_H */
