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

/* td_list.c: one line per TD; bytes written */
size_t seamhost_td_text(char *buf, size_t size);
unsigned int seamhost_td_count(void);

#endif /* SEAMHOST_VIRT_SYSFS_H */
