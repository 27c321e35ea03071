/* SPDX-License-Identifier: GPL-2.0-only */
/* What host wrappers are made of: the call by form. */
#ifndef SEAMHOST_TDH_CALL_H
#define SEAMHOST_TDH_CALL_H

#include <seamhost/entry.h>
#include <seamhost/leaves.h>
#include <seamhost/operands.h>
#include <seamhost/types.h>

/* Operands in the order of the ABI; the entry points have that of C. */
#define tdh_call_rcx(rax, rcx)						\
	host_call(__seamcall)(rax, TDX_UNUSED(rsi), TDX_UNUSED(rdx), rcx,	\
			      TDX_UNUSED(r8), TDX_UNUSED(r9))
/* RSI is ignored; the RDX operand is often what is in it anyway */
#define tdh_call(rax, rcx, rdx, r8, r9) \
	host_call(__seamcall)(rax, rdx, rdx, rcx, r8, r9)
/* where a leaf does not use RDX, the R10 operand is in it anyway */
#define tdh_call_r10(rax, rcx, rdx, r8, r9, r10) \
	host_call(__seamcall_r10)(rax, r10, rdx, rcx, r8, r9)
#define tdh_call_out3(rax, out, rcx, rdx, r8, r9) \
	host_call(__seamcall_out3)(rax, out, rdx, rcx, r8, r9)
#define tdh_call_out3r10(rax, out, rcx, r8, r9, r10) \
	host_call(__seamcall_out3r10)(rax, out, r10, rcx, r8, r9)
#define tdh_call_out(rax, out, rcx, rdx, r8, r9) \
	host_call(__seamcall_out)(rax, out, rdx, rcx, r8, r9)

#endif /* SEAMHOST_TDH_CALL_H */
