/* SPDX-License-Identifier: GPL-2.0-only */
/* What guest wrappers are made of: the call by form. */
#ifndef SEAMHOST_TDG_CALL_H
#define SEAMHOST_TDG_CALL_H

#include <seamhost/entry.h>
#include <seamhost/leaves.h>
#include <seamhost/operands.h>
#include <seamhost/types.h>

/* Operands in the order of the ABI; the entry points have that of C. */
#define tdg_call_rcx(rax, rcx)						\
	__tdgcall(rax, TDX_UNUSED(rsi), TDX_UNUSED(rdx), rcx,		\
		  TDX_UNUSED(r8), TDX_UNUSED(r9))
/* RSI is ignored; the RDX operand is often what is in it anyway */
#define tdg_call(rax, rcx, rdx, r8, r9) \
	__tdgcall(rax, rdx, rdx, rcx, r8, r9)
#define tdg_call_out3(rax, out, rcx, rdx, r8, r9) \
	__tdgcall_out3(rax, out, rdx, rcx, r8, r9)
#define tdg_call_out(rax, out, rcx, rdx, r8, r9) \
	__tdgcall_out(rax, out, rdx, rcx, r8, r9)

#endif /* SEAMHOST_TDG_CALL_H */
