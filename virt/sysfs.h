/* SPDX-License-Identifier: GPL-2.0-only */
/* The admin interface and its parts. */
#ifndef SEAMHOST_VIRT_SYSFS_H
#define SEAMHOST_VIRT_SYSFS_H

#include <linux/device.h>

/* sysfs.c */
int seamhost_sysfs_init(void);
void seamhost_sysfs_exit(void);

/* upload_class.c, or upload_plain.c where the kernel lacks that class */
int seamhost_upload_init(struct device *parent);
void seamhost_upload_exit(void);

/* an address, for a reader who may know it; else 0 */
u64 seamhost_shown(u64 address, bool trusted);

/* td_list.c: one line per TD; bytes written */
size_t seamhost_td_text(char *buf, size_t size, bool trusted);
unsigned int seamhost_td_count(void);

#endif /* SEAMHOST_VIRT_SYSFS_H */
