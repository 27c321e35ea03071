/* SPDX-License-Identifier: GPL-2.0-only */
/* P-SEAMLDR: what it is, and installing TDX modules with it. */
#ifndef SEAMHOST_VIRT_SEAMLDR_H
#define SEAMHOST_VIRT_SEAMLDR_H

#include <seamhost/abi.h>
#include <seamhost/status.h>

/* seamldr.c */
int seamhost_seamldr_ask(struct seamldr_info *info);
int seamhost_seamldr_info(struct seamldr_info *info);
tdx_status_t seamhost_seamldr_install(hpa_t params, u64 *lost);

/* install.c */
int seamhost_module_install(const void *data, size_t size);

#endif /* SEAMHOST_VIRT_SEAMLDR_H */
