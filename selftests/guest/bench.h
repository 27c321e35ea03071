/* SPDX-License-Identifier: GPL-2.0-only */
/* Programs of the benchmark guest: the vCPU's data says which, and how long. */
#ifndef SELFTESTS_GUEST_BENCH_H
#define SELFTESTS_GUEST_BENCH_H

#include "layout.h"

#define BENCH_PIO	0	/* PORT_SYNC for ever */
#define BENCH_HLT	1	/* PORT_SYNC, N halts with an interrupt pending, ... */
#define BENCH_MSR	2	/* PORT_SYNC, N MSR reads from the VMM, ... */
#define BENCH_ACCEPT	3	/* N pieces of 2M from BENCH_FROM, then exit */
#define BENCH_NONE	4	/* exit */
#define BENCH_CPUID	5	/* PORT_SYNC, N CPUIDs, which end in the module, ... */

#define BENCH_DATA(program, n)	((program) | (u64)(n) << 8)
#define BENCH_PROGRAM(data)	((data) & 0xff)
#define BENCH_N(data)		((data) >> 8)

#define BENCH_FROM	0x01000000UL
#define BENCH_PIECE	0x00200000UL

#endif /* SELFTESTS_GUEST_BENCH_H */
