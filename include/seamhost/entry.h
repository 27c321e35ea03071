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

/* For leaves that go beyond R9: R10 to R13 are in and out, what is used of them. */
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
tdx_status_t __seamcall_saved(u64 rax, struct tdx_regs *regs);
tdx_status_t __tdh_vp_enter(u64 rcx, struct tdx_regs *regs);

/*
 * Leaves with an entry point of their own, because their operands are many or
 * all in the wrong registers. The arguments are those of the wrappers, where
 * C puts them; the leaf and what is packed is done behind.
 */
tdx_status_t __tdh_mem_sept_add_l2(hpa_t tdr, gpa_t gpa, enum tdx_level level,
				   unsigned int flags, hpa_t sept, hpa_t l2_1,
				   struct tdx_more *more);
tdx_status_t __tdh_mem_page_demote_more(hpa_t tdr, gpa_t gpa,
					enum tdx_level level, unsigned int flags,
					hpa_t sept, hpa_t l2_1,
					struct tdx_more *more);
tdx_status_t __tdh_mem_page_promote_more(hpa_t tdr, gpa_t gpa,
					 enum tdx_level level,
					 struct tdx_more *more);
tdx_status_t __tdh_export_mem(u64 rcx, u64 rdx, u64 r8, u64 r9, u64 r10,
			      u64 r11, u64 r12, struct tdx_out *out);
tdx_status_t __tdh_import_mem(u64 rcx, u64 rdx, u64 r8, u64 r9, u64 r10,
			      u64 r11, u64 r12, u64 r13, struct tdx_out *out);
tdx_status_t __tdh_servtd_bind(u64 rcx, u64 rdx, u64 r8, u64 r9, u64 r10,
			       struct tdx_more *more);
tdx_status_t __tdh_servtd_prebind(u64 rcx, u64 rdx, u64 r8, u64 r9, u64 r10);
tdx_status_t __tdh_sys_config_v1(u64 rcx, u64 rdx, u64 r8, u64 r9);

/* guest */
tdx_status_t __tdgcall(u64 rax, u64 unused, u64 rdx, u64 rcx, u64 r8, u64 r9);
tdx_status_t __tdgcall_out3(u64 rax, struct tdx_out *out,
			    u64 rdx, u64 rcx, u64 r8, u64 r9);
tdx_status_t __tdgcall_out(u64 rax, struct tdx_out *out,
			   u64 rdx, u64 rcx, u64 r8, u64 r9);
tdx_status_t __tdgcall_saved(u64 rax, struct tdx_regs *regs);
tdx_status_t __tdg_servtd_rd(u64 rcx, u64 rdx, struct tdx_more *more);
tdx_status_t __tdg_servtd_wr(u64 rcx, u64 rdx, u64 r8, u64 r9,
			     struct tdx_more *more);

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

/* X(entry point), those that host wrappers call */
#define SEAMHOST_CALLS(X)						\
	X(__seamcall)							\
	X(__seamcall_r10)						\
	X(__seamcall_out3)						\
	X(__seamcall_out3r10)						\
	X(__seamcall_out)						\
	X(__tdh_vp_enter)						\
	X(__tdh_mem_sept_add_l2)					\
	X(__tdh_mem_page_demote_more)					\
	X(__tdh_mem_page_promote_more)					\
	X(__tdh_export_mem)						\
	X(__tdh_import_mem)						\
	X(__tdh_servtd_bind)						\
	X(__tdh_servtd_prebind)						\
	X(__tdh_sys_config_v1)

/*
 * How they call it. In the kernel a static call: it goes straight to the entry
 * point, and through the observer (virt/observe.c) while trace events or
 * statistics are on.
 */
#if defined(__KERNEL__) && !defined(__SEAMHOST_UNOBSERVED)
#include <linux/static_call.h>

#define X(entry)	DECLARE_STATIC_CALL(seamhost##entry, entry);
SEAMHOST_CALLS(X)
#undef X

#define host_call(entry)	static_call(seamhost##entry)
#else
#define host_call(entry)	entry
#endif

#endif /* SEAMHOST_ENTRY_H */
