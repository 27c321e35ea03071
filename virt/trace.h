/* SPDX-License-Identifier: GPL-2.0-only */
/* Trace events of SEAMCALLs. */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM seamhost

#if !defined(SEAMHOST_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define SEAMHOST_TRACE_H

#include <linux/tracepoint.h>
#include <seamhost/decode.h>
#include "leaf.h"
#include "observe.h"

TRACE_EVENT_FN(seamcall_enter,
	TP_PROTO(const struct seamcall_regs *r),
	TP_ARGS(r),
	TP_STRUCT__entry(
		__array(char, leaf, SEAMCALL_LEAF_NAME)
		__field(u8, version)
		__field(u64, rcx)
		__field(u64, rdx)
		__field(u64, r8)
		__field(u64, r9)
		__field(u64, r10)
		__field(u64, r11)
		__field(u64, r12)
		__field(u64, r13)
	),
	TP_fast_assign(
		u16 in = leaf_operands(r->rax, r->beyond_r9);

		seamcall_leaf_name(r->rax, __entry->leaf);
		__entry->version = r->rax >> 63 ? 0 : r->rax >> 16;
		__entry->rcx = in & TDX_REG_RCX ? r->rcx : 0;
		__entry->rdx = in & TDX_REG_RDX ? r->rdx : 0;
		__entry->r8 = in & TDX_REG_R8 ? r->r8 : 0;
		__entry->r9 = in & TDX_REG_R9 ? r->r9 : 0;
		__entry->r10 = in & TDX_REG_R10 ? r->r10 : 0;
		__entry->r11 = in & TDX_REG_R11 ? r->r11 : 0;
		__entry->r12 = in & TDX_REG_R12 ? r->r12 : 0;
		__entry->r13 = in & TDX_REG_R13 ? r->r13 : 0;
	),
	TP_printk("%s v%u rcx=0x%llx rdx=0x%llx r8=0x%llx r9=0x%llx r10=0x%llx r11=0x%llx r12=0x%llx r13=0x%llx",
		  __entry->leaf, __entry->version, __entry->rcx, __entry->rdx,
		  __entry->r8, __entry->r9, __entry->r10, __entry->r11,
		  __entry->r12, __entry->r13),
	seamhost_observe_get, seamhost_observe_put
);

TRACE_EVENT_FN(seamcall_exit,
	TP_PROTO(const struct seamcall_regs *r, tdx_status_t status, u64 ns),
	TP_ARGS(r, status, ns),
	TP_STRUCT__entry(
		__array(char, leaf, SEAMCALL_LEAF_NAME)
		__field(u64, status)
		__field(u64, ns)
		__field(u64, rcx)
		__field(u64, rdx)
		__field(u64, r8)
		__field(u64, r9)
		__field(u64, r10)
		__field(u64, r11)
		__field(u64, r12)
		__field(u64, r13)
		__array(char, words, SEAMCALL_WORDS)
	),
	TP_fast_assign(
		u16 out = leaf_outputs(r->rax);

		seamcall_leaf_name(r->rax, __entry->leaf);
		__entry->status = status.raw;
		__entry->ns = ns;
		__entry->rcx = out & TDX_REG_RCX ? r->out.rcx : 0;
		__entry->rdx = out & TDX_REG_RDX ? r->out.rdx : 0;
		__entry->r8 = out & TDX_REG_R8 ? r->out.r8 : 0;
		__entry->r9 = out & TDX_REG_R9 ? r->out.r9 : 0;
		__entry->r10 = out & TDX_REG_R10 ? r->out.r10 : 0;
		__entry->r11 = out & TDX_REG_R11 ? r->out.r11 : 0;
		__entry->r12 = out & TDX_REG_R12 ? r->out.r12 : 0;
		__entry->r13 = out & TDX_REG_R13 ? r->out.r13 : 0;
		seamcall_words(r, status, __entry->words);
	),
	TP_printk("%s rcx=0x%llx rdx=0x%llx r8=0x%llx r9=0x%llx r10=0x%llx r11=0x%llx r12=0x%llx r13=0x%llx status=0x%llx %llu ns",
		  __entry->words, __entry->rcx, __entry->rdx, __entry->r8,
		  __entry->r9, __entry->r10, __entry->r11, __entry->r12,
		  __entry->r13, __entry->status, __entry->ns),
	seamhost_observe_get, seamhost_observe_put
);

#endif /* SEAMHOST_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
