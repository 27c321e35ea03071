/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The entry points to the TDX module, under the wrappers of tdh.h, tdg.h and
 * tdvmcall.h. virt/tdx_module_call.S says for each form what it reads, writes,
 * preserves and clears.
 */
#ifndef SEAMHOST_ENTRY_H
#define SEAMHOST_ENTRY_H

#include <seamhost/leaves.h>
#include <seamhost/types.h>

/* All operands of leaves that go beyond R9; in and out. */
struct tdx_more {
	u64 rcx;	/* out only */
	u64 rdx;	/* out only */
	u64 r8;		/* out only */
	u64 r9;		/* out only */
	u64 r10;
	u64 r11;
	u64 r12;
	u64 r13;
};

/* What the VMM gave back in the registers that a TDVMCALL exposed to it. */
struct tdvmcall_out {
	u64 r11;
	u64 r12;
	u64 r13;
	u64 r14;
	u64 r15;
};

/*
 * A TDVMCALL can fail twice: TDCALL itself (@status: not delivered, or refused
 * by the module), and, once that succeeded, at the VMM (@answer: R10).
 */
struct tdvmcall_ret {
	tdx_status_t status;
	u64 answer;
};

/* RAX of a leaf: its number, and bit 63 back where P-SEAMLDR wants it. */
#define TDX_LEAF_RAX(leaf)						\
	((u64)((leaf) & 0xffff) |					\
	 ((leaf) & TDX_LEAF_SEAMLDR ? 1ULL << 63 : 0))

/* the same leaf, with the operands of another version */
#define TDX_LEAF_VERSION(leaf, version)					\
	(TDX_LEAF_RAX(leaf) | (u64)(version) << 16)
#define TDX_V0(leaf)	TDX_LEAF_VERSION(leaf, 0)
#define TDX_V1(leaf)	TDX_LEAF_VERSION(leaf, 1)

/*
 * An argument for a register that a leaf does not use: it passes as it stands.
 * The empty asm makes it a defined value of unknown content that is in place
 * already, so that no instruction is spent on it.
 */
#define TDX_UNUSED(reg)							\
({									\
	register u64 __any asm(#reg);					\
									\
	asm("/* " #reg " is unused */" : "=r" (__any));			\
	__any;								\
})

/* host; the arguments are in the order of the C ABI's registers */
tdx_status_t __seamcall(u64 rax, u64 unused, u64 rdx, u64 rcx, u64 r8, u64 r9);
tdx_status_t __seamcall_r10(u64 rax, u64 r10, u64 rdx, u64 rcx, u64 r8, u64 r9);
tdx_status_t __seamcall_out3(u64 rax, struct tdx_out *out,
			     u64 rdx, u64 rcx, u64 r8, u64 r9);
/* for leaves without an operand in RDX */
tdx_status_t __seamcall_out3r10(u64 rax, struct tdx_out *out,
				u64 r10, u64 rcx, u64 r8, u64 r9);
tdx_status_t __seamcall_out(u64 rax, struct tdx_out *out,
			    u64 rdx, u64 rcx, u64 r8, u64 r9);
tdx_status_t __seamcall_more(u64 rax, struct tdx_more *more,
			     u64 rdx, u64 rcx, u64 r8, u64 r9);
tdx_status_t __seamcall_saved(u64 rax, struct tdx_regs *regs);
tdx_status_t __tdh_vp_enter(u64 rcx, struct tdx_regs *regs);
/* two leaves whose operands are all in the wrong registers */
tdx_status_t __tdh_servtd_prebind(u64 rcx, u64 rdx, u64 r8, u64 r9, u64 r10);
tdx_status_t __tdh_sys_config_v1(u64 rcx, u64 rdx, u64 r8, u64 r9);

/* guest */
tdx_status_t __tdgcall(u64 rax, u64 unused, u64 rdx, u64 rcx, u64 r8, u64 r9);
tdx_status_t __tdgcall_out3(u64 rax, struct tdx_out *out,
			    u64 rdx, u64 rcx, u64 r8, u64 r9);
tdx_status_t __tdgcall_out(u64 rax, struct tdx_out *out,
			   u64 rdx, u64 rcx, u64 r8, u64 r9);
tdx_status_t __tdgcall_more(u64 rax, struct tdx_more *more,
			    u64 rdx, u64 rcx, u64 r8, u64 r9);
tdx_status_t __tdgcall_saved(u64 rax, struct tdx_regs *regs);

/* The number says how many registers, R10 and up, the VMM sees. */
struct tdvmcall_ret __tdvmcall2(u64 r10, u64 r11);
struct tdvmcall_ret __tdvmcall3(u64 r10, u64 r11, u64 r12);
struct tdvmcall_ret __tdvmcall4(u64 r10, u64 r11, u64 r12, u64 r13);
struct tdvmcall_ret __tdvmcall5(u64 r10, u64 r11, u64 r12, u64 r13, u64 r14);
struct tdvmcall_ret __tdvmcall6(u64 r10, u64 r11, u64 r12, u64 r13, u64 r14,
				u64 r15);
struct tdvmcall_ret __tdvmcall3_out(struct tdvmcall_out *out, u64 r11, u64 r12);
struct tdvmcall_ret __tdvmcall4_out(struct tdvmcall_out *out, u64 r11, u64 r12,
				    u64 r13);
struct tdvmcall_ret __tdvmcall5_out(struct tdvmcall_out *out, u64 r11, u64 r12,
				    u64 r13, u64 r14);
struct tdvmcall_ret __tdvmcall6_out(struct tdvmcall_out *out, u64 r11, u64 r12,
				    u64 r13, u64 r14, u64 r15);

/*
 * What the host wrappers call. In the kernel a static call: it goes straight
 * to the entry point, and through the observer (virt/observe.c) while trace
 * events or statistics are on.
 */
#if defined(__KERNEL__) && !defined(__SEAMHOST_UNOBSERVED)
#include <linux/static_call.h>

DECLARE_STATIC_CALL(seamhost_call, __seamcall);
DECLARE_STATIC_CALL(seamhost_call_r10, __seamcall_r10);
DECLARE_STATIC_CALL(seamhost_call_out3, __seamcall_out3);
DECLARE_STATIC_CALL(seamhost_call_out3r10, __seamcall_out3r10);
DECLARE_STATIC_CALL(seamhost_call_out, __seamcall_out);
DECLARE_STATIC_CALL(seamhost_call_more, __seamcall_more);
DECLARE_STATIC_CALL(seamhost_vp_enter, __tdh_vp_enter);
DECLARE_STATIC_CALL(seamhost_servtd_prebind, __tdh_servtd_prebind);
DECLARE_STATIC_CALL(seamhost_sys_config_v1, __tdh_sys_config_v1);

#define host_call_in	static_call(seamhost_call)
#define host_call_r10	static_call(seamhost_call_r10)
#define host_call_out3	static_call(seamhost_call_out3)
#define host_call_out3r10	static_call(seamhost_call_out3r10)
#define host_call_out	static_call(seamhost_call_out)
#define host_call_more	static_call(seamhost_call_more)
#define host_call_enter	static_call(seamhost_vp_enter)
#define host_call_prebind	static_call(seamhost_servtd_prebind)
#define host_call_config_v1	static_call(seamhost_sys_config_v1)
#else
#define host_call_in	__seamcall
#define host_call_r10	__seamcall_r10
#define host_call_out3	__seamcall_out3
#define host_call_out3r10	__seamcall_out3r10
#define host_call_out	__seamcall_out
#define host_call_more	__seamcall_more
#define host_call_enter	__tdh_vp_enter
#define host_call_prebind	__tdh_servtd_prebind
#define host_call_config_v1	__tdh_sys_config_v1
#endif

#endif /* SEAMHOST_ENTRY_H */
