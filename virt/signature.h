/* SPDX-License-Identifier: GPL-2.0-only */
/* Hash and signature of module images, with the kernel's cryptography. */
#ifndef SEAMHOST_VIRT_SIGNATURE_H
#define SEAMHOST_VIRT_SIGNATURE_H

struct seam_image;

int seamhost_image_check(const struct seam_image *image);

#endif /* SEAMHOST_VIRT_SIGNATURE_H */
