/* SPDX-License-Identifier: GPL-2.0-only */
/* What mainline's guest hypercalls need around them, see mainline.h. */
#ifndef BENCH_MAINLINE_GUEST_H
#define BENCH_MAINLINE_GUEST_H

#define BENCH_GUEST
#include "mainline.h"

#ifndef __noreturn
#define __noreturn		__attribute__((__noreturn__))
#endif
#define __cpuidle
#define EXIT_REASON_HLT		12
#define EXIT_REASON_MSR_READ	31
#define lower_32_bits(n)	((u32)(n))
#define upper_32_bits(n)	((u32)((n) >> 32))

#include <asm/shared/tdx.h>

struct pt_regs {
	unsigned long ax, cx, dx;
};

struct ve_info {
	u32 instr_len;
};

static inline int ve_instr_len(struct ve_info *ve)
{
	return ve->instr_len;
}

#endif /* BENCH_MAINLINE_GUEST_H */
