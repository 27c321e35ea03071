// SPDX-License-Identifier: GPL-2.0-only
/*
 * A TDX module and its SIGSTRUCT come as one image or as two files. seamhost
 * takes images: two files become one of header version 2.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../../virt/image.h"
#include "tdxctl.h"

#define AT_VERSION	0
#define AT_CHECKSUM	2
#define AT_MAGIC	4
#define AT_SIGSTRUCT_PAGES	12
#define AT_MODULE_PAGES	16

static void put16(u8 *p, u16 value)
{
	p[0] = value;
	p[1] = value >> 8;
}

static void put_header(u8 *image, size_t len, unsigned int module_pages)
{
	u16 sum = 0;
	size_t i;

	put16(image + AT_VERSION, 0x0200);
	memcpy(image + AT_MAGIC, "TDX-BLOB", 8);
	put16(image + AT_SIGSTRUCT_PAGES, 1);
	put16(image + AT_MODULE_PAGES, module_pages);
	/* all words, this one too, sum to 0 */
	for (i = 0; i < len; i += 2)
		sum += image[i] | image[i + 1] << 8;
	put16(image + AT_CHECKSUM, -sum);
}

/*
 * The image of @module and @sigstruct in new memory. NULL, with the reason
 * printed, where they are none.
 */
u8 *join_image(const char *module, const char *sigstruct, size_t *len)
{
	size_t module_len = 0, sigstruct_len = 0;
	struct seam_image parts;
	const char *wrong;
	char *m, *s = NULL;
	u8 *image = NULL;

	m = read_file(module, &module_len);
	if (m)
		s = read_file(sigstruct, &sigstruct_len);
	if (!m || !s) {
		fprintf(stderr, "tdxctl: %s: %s\n", m ? sigstruct : module,
			strerror(errno));
		goto out;
	}
	wrong = seam_image_join(m, module_len, s, sigstruct_len, &parts);
	if (wrong) {
		fprintf(stderr, "tdxctl: %s, %s: %s\n", module, sigstruct,
			wrong);
		goto out;
	}
	*len = (2 + parts.module_pages) * SEAM_IMAGE_PAGE;
	image = calloc(1, *len);
	if (!image) {
		fprintf(stderr, "tdxctl: %s\n", strerror(errno));
		goto out;
	}
	memcpy(image + SEAM_IMAGE_PAGE, s, sigstruct_len);
	memcpy(image + 2 * SEAM_IMAGE_PAGE, m, module_len);
	put_header(image, *len, parts.module_pages);
out:
	free(m);
	free(s);
	return image;
}
