/* SPDX-License-Identifier: GPL-2.0-only */
/* Operands that are packed from several values, and their special values. */
#ifndef SEAMHOST_OPERANDS_H
#define SEAMHOST_OPERANDS_H

#include <seamhost/types.h>

/* a page that is not given, or not given back */
#define TDX_NULL_PA	(~0ULL)
/* in: the first field; out: no more fields */
#define TDX_FIELD_NONE	(~0ULL)

/* RCX of TDH.VP.ENTER */
#define TDX_VP_ENTER_HOST_RECOVERABLE	(1ULL << 52)
#define TDX_VP_ENTER_RESUME_L1		(1ULL << 53)

/* RDX of TDH.MEM.SEPT.ADD version 1: a table that is there already is no error */
#define TDX_SEPT_ADD_ALLOW_EXISTING	1
/* RDX of TDH.MEM.PAGE.DEMOTE: L2 Secure EPT pages are given */
#define TDX_PAGE_DEMOTE_L2		1

/* R8 of TDH.SYS.CONFIG */
#define TDX_SYS_CONFIG_DYNAMIC_PAMT	(1ULL << 16)

/* RCX of most memory leaves: GPA 51:12, level 2:0 */
static __always_inline u64 tdx_gpa_level(gpa_t gpa, enum tdx_level level)
{
	return gpa | level;
}

/* Part of a 4K page of GPA list entries: @first to @last, numbered from 0. */
static __always_inline u64
tdx_gpa_list(hpa_t list, unsigned int format, unsigned int first,
	     unsigned int last)
{
	return list | format | (u64)first << 3 | (u64)last << 55;
}

/* A migration bundle's metadata: where it is and how long, in bytes. */
static __always_inline u64 tdx_mbmd(hpa_t pa, unsigned int size)
{
	return pa | (u64)size << 52;
}

/* Migration stream, and whether the call starts or resumes. */
static __always_inline u64 tdx_stream(u16 index, bool resume)
{
	return index | (u64)resume << 63;
}

#endif /* SEAMHOST_OPERANDS_H */
