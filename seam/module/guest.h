/* SPDX-License-Identifier: GPL-2.0-only */
/* What the TDG leaves share. */
#ifndef SOFTSEAM_GUEST_H
#define SOFTSEAM_GUEST_H

#include "vp.h"
#include "mem.h"

/* report.c: TDREPORT_STRUCT */
#define REPORT_BYTES	1024
#define REPORTMAC_BYTES	256
#define REPORTDATA_BYTES 64

bool report_make(struct td *td, const u8 *data, u8 *report);
enum report_check { REPORT_OK, REPORT_BAD_TYPE, REPORT_BAD_MAC, REPORT_BAD_SVN };
enum report_check report_verify(const u8 *mac_struct);

#endif /* SOFTSEAM_GUEST_H */
