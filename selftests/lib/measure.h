/* SPDX-License-Identifier: GPL-2.0-only */
/* MRTD, computed by the VMM on its own from what it adds. */
#ifndef SELFTESTS_MEASURE_H
#define SELFTESTS_MEASURE_H

#include <stdint.h>

#define MRTD_SIZE	48

void *measure_new(void);
/* One TDH.MEM.PAGE.ADD */
void measure_page_add(void *m, uint64_t gpa);
/* The 16 TDH.MR.EXTEND of a 4K page */
void measure_extend(void *m, uint64_t gpa, const void *page);
void measure_final(void *m, uint8_t mrtd[MRTD_SIZE]);
void measure_free(void *m);

#endif /* SELFTESTS_MEASURE_H */
