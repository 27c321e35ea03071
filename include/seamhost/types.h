/* SPDX-License-Identifier: GPL-2.0-only */
/* What a number is: addresses, KeyIDs, levels, statuses. */
#ifndef SEAMHOST_TYPES_H
#define SEAMHOST_TYPES_H

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include <stdbool.h>
#include <stddef.h>

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;

#ifndef __always_inline
#define __always_inline	inline __attribute__((__always_inline__))
#endif
#endif

typedef u64 hpa_t;
typedef u64 gpa_t;
typedef u16 hkid_t;

/* Secure EPT levels: the size of what an entry at that level maps. */
enum tdx_level {
	TDX_LEVEL_4K	= 0,
	TDX_LEVEL_2M	= 1,
	TDX_LEVEL_1G	= 2,
	TDX_LEVEL_512G	= 3,
	TDX_LEVEL_256T	= 4,
};

/* A struct, so that nobody compares or ORs the raw value by accident. */
typedef struct { u64 raw; } tdx_status_t;

/* Output registers of the common leaves, stored only when asked for. */
struct tdx_out {
	u64 rcx;
	u64 rdx;
	u64 r8;
	u64 r9;
	u64 r10;
	u64 r11;
};

/*
 * All operand registers, for the leaves that use more than RCX, RDX, R8 and
 * R9, and for VP.ENTER and VP.VMCALL. In the order of the x86 register
 * numbers without RAX and RSP, so that bit masks of registers index it.
 */
struct tdx_regs {
	u64 rcx;
	u64 rdx;
	u64 rbx;
	u64 rbp;
	u64 rsi;
	u64 rdi;
	u64 r8;
	u64 r9;
	u64 r10;
	u64 r11;
	u64 r12;
	u64 r13;
	u64 r14;
	u64 r15;
};

#endif /* SEAMHOST_TYPES_H */
