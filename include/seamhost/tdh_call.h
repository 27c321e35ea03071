/* SPDX-License-Identifier: GPL-2.0-only */
/* What host wrappers are made of: the call by form, and packed operands. */
#ifndef SEAMHOST_TDH_CALL_H
#define SEAMHOST_TDH_CALL_H

#include <seamhost/entry.h>
#include <seamhost/leaves.h>
#include <seamhost/types.h>

#define TDX_V0(leaf)	TDX_LEAF_VERSION(leaf, 0)
#define TDX_V1(leaf)	TDX_LEAF_VERSION(leaf, 1)

/* a page that is not given, or not given back */
#define TDX_NULL_PA	(~0ULL)
/* in: the first field; out: no more fields */
#define TDX_FIELD_NONE	(~0ULL)

/* RCX of TDH.VP.ENTER */
#define TDX_VP_ENTER_HOST_RECOVERABLE	(1ULL << 52)
#define TDX_VP_ENTER_RESUME_L1		(1ULL << 53)

/* R8 of TDH.SYS.CONFIG */
#define TDX_SYS_CONFIG_DYNAMIC_PAMT	(1ULL << 16)

/* Operands in the order of the ABI; the entry points have that of C. */
#define tdh_call_rcx(rax, rcx)						\
	seamcall_in(rax, TDX_UNUSED(rsi), TDX_UNUSED(rdx), rcx,		\
		    TDX_UNUSED(r8), TDX_UNUSED(r9))
/* RSI is ignored; the RDX operand is often what is in it anyway */
#define tdh_call(rax, rcx, rdx, r8, r9) \
	seamcall_in(rax, rdx, rdx, rcx, r8, r9)
#define tdh_call_r10(rax, rcx, rdx, r8, r9, r10) \
	seamcall_r10(rax, r10, rdx, rcx, r8, r9)
#define tdh_call_out3(rax, out, rcx, rdx, r8, r9) \
	seamcall_out3(rax, out, rdx, rcx, r8, r9)
#define tdh_call_out(rax, out, rcx, rdx, r8, r9) \
	seamcall_out(rax, out, rdx, rcx, r8, r9)
#define tdh_call_more(rax, more, rcx, rdx, r8, r9) \
	seamcall_more(rax, more, rdx, rcx, r8, r9)

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

#endif /* SEAMHOST_TDH_CALL_H */
