/* SPDX-License-Identifier: GPL-2.0-only */
/* A machine behind the instruction whose module is loaded anew: see host_cold.c */
#ifndef HOST_COLD_H
#define HOST_COLD_H

#include "host_test.h"

#define LDR(leaf)	(SEAM_BIT(63) | (SEAMLDR_##leaf & 0xffff))

extern bool cold_here;

/* False: said why, all stays as it is. From here on the machine is the tests'. */
bool cold_begin(void);
void cold_end(void);		/* a module that has not been called yet */

void cold_load(void);
void cold_close(void);
enum stage cold_from(enum stage s);
void cold_stands(enum stage s);
void cold_tdmr(void);
void cold_lp_init(void);
void cold_adapt(struct host_row *r);

/* SEAMLDR_PARAMS, SEAM_SIGSTRUCT and pages of an image, in the host's pages */
#define COLD_PARAMS	S(40)
#define COLD_SIGSTRUCT	S(41)
#define COLD_IMAGE	S(42)

bool cold_image(const char *name, u32 scenario);
/* A leaf of P-SEAMLDR on every LP; what the first that fails says, or the last. */
u64 cold_each_lp(u64 leaf, u64 rcx);
unsigned int cold_lps(void);
void host_loader(void);

#endif /* HOST_COLD_H */
