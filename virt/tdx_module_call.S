/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The only way into the TDX module, for hosts (SEAMCALL) and guests (TDCALL).
 *
 * One macro makes every entry point; <seamhost/entry.h> has the prototypes.
 * Of the six C argument registers RDX, RCX, R8 and R9 are also operand
 * registers of the TDX ABI. The prototypes put each operand into the argument
 * that travels in its own register, so the common forms move nothing but the
 * leaf number.
 */
#include <linux/linkage.h>
#include <linux/cfi_types.h>
#include <asm/asm.h>
#include <asm/frame.h>

/* status.h has these for C; the entry tests hold the two against each other */
#define NOT_DELIVERED		0x8000ff0000000000
#define VMFAILINVALID		0xffff0000	/* no trap has this number */

/* struct tdx_out and, two registers longer, struct tdx_more */
#define OUT_RCX		0
#define OUT_RDX		8
#define OUT_R8		16
#define OUT_R9		24
#define OUT_R10		32
#define OUT_R11		40
#define OUT_R12		48
#define OUT_R13		56

/* struct tdx_regs */
#define REGS_RCX	0
#define REGS_RDX	8
#define REGS_RBX	16
#define REGS_RBP	24
#define REGS_RSI	32
#define REGS_RDI	40
#define REGS_R8		48
#define REGS_R9		56
#define REGS_R10	64
#define REGS_R11	72
#define REGS_R12	80
#define REGS_R13	88
#define REGS_R14	96
#define REGS_R15	104

/* struct tdvmcall_out */
#define VMCALL_R11	0
#define VMCALL_R12	8
#define VMCALL_R13	16
#define VMCALL_R14	24
#define VMCALL_R15	32

/* C's arguments from the seventh on */
#define STACK_ARG1	(FRAME_OFFSET + 8)(%rsp)
#define STACK_ARG2	(FRAME_OFFSET + 16)(%rsp)
#define STACK_ARG3	(FRAME_OFFSET + 24)(%rsp)

.macro SEAMCALL
	.byte	0x66, 0x0f, 0x01, 0xcf
.endm

.macro TDCALL
	.byte	0x66, 0x0f, 0x01, 0xcc
.endm

.macro PUSH_CALLEE_SAVED
	push	%rbp
	push	%rbx
	push	%r12
	push	%r13
	push	%r14
	push	%r15
.endm

.macro POP_CALLEE_SAVED
	pop	%r15
	pop	%r14
	pop	%r13
	pop	%r12
	pop	%rbx
	pop	%rbp
.endm

/* All operands but RCX and RBP; RSI, the structure, goes last. */
.macro LOAD_REGS
	mov	REGS_RDX(%rsi), %rdx
	mov	REGS_RBX(%rsi), %rbx
	mov	REGS_RDI(%rsi), %rdi
	mov	REGS_R8(%rsi), %r8
	mov	REGS_R9(%rsi), %r9
	mov	REGS_R10(%rsi), %r10
	mov	REGS_R11(%rsi), %r11
	mov	REGS_R12(%rsi), %r12
	mov	REGS_R13(%rsi), %r13
	mov	REGS_R14(%rsi), %r14
	mov	REGS_R15(%rsi), %r15
	mov	REGS_RSI(%rsi), %rsi
.endm

/* From the order of C's arguments to that of the operands. */
.macro MOVE_FIRST_FOUR
	mov	%rdx, %r8
	mov	%rsi, %rdx
	mov	%rcx, %r9
	mov	%rdi, %rcx
.endm

/* TD, GPA, level, flags, R8, R9: the level goes to the GPA, the flags to the TD */
.macro PACK_GPA_LEVEL
	or	%dl, %sil
	or	%cl, %dil
	mov	%rsi, %rcx
	mov	%rdi, %rdx
	mov	STACK_ARG1, %rsi
.endm

.macro LOAD_R10_R11
	mov	OUT_R10(%rsi), %r10
	mov	OUT_R11(%rsi), %r11
.endm

/* Before the call operands for the caller's registers, then back for outputs. */
.macro EXCHANGE_R12_R13
	xchg	%r12, OUT_R12(%rsi)
	xchg	%r13, OUT_R13(%rsi)
.endm

.macro STORE_RCX_RDX
	mov	%rcx, OUT_RCX(%rsi)
	mov	%rdx, OUT_RDX(%rsi)
.endm

.macro STORE_R10_R11
	mov	%r10, OUT_R10(%rsi)
	mov	%r11, OUT_R11(%rsi)
.endm

/* The pointer to the structure is on top of the callee-saved registers. */
.macro STORE_REGS_AND_RESTORE
	push	%rsi
	mov	8(%rsp), %rsi
	mov	%rcx, REGS_RCX(%rsi)
	mov	%rdx, REGS_RDX(%rsi)
	mov	%rbx, REGS_RBX(%rsi)
	mov	%rbp, REGS_RBP(%rsi)
	mov	%rdi, REGS_RDI(%rsi)
	mov	%r8, REGS_R8(%rsi)
	mov	%r9, REGS_R9(%rsi)
	mov	%r10, REGS_R10(%rsi)
	mov	%r11, REGS_R11(%rsi)
	mov	%r12, REGS_R12(%rsi)
	mov	%r13, REGS_R13(%rsi)
	mov	%r14, REGS_R14(%rsi)
	mov	%r15, REGS_R15(%rsi)
	pop	REGS_RSI(%rsi)
	xor	%ecx, %ecx
	xor	%edx, %edx
	xor	%edi, %edi
	xor	%r8d, %r8d
	xor	%r9d, %r9d
	xor	%r10d, %r10d
	xor	%r11d, %r11d
	pop	%rsi
	POP_CALLEE_SAVED
.endm

/*
 * What each form does before and after the call: LOAD_form, STORE_form. The
 * table at TDX_MODULE_CALL tells what for.
 */
.macro LOAD_in leaf
	mov	%rdi, %rax
.endm
.macro STORE_in
.endm

.macro LOAD_r10 leaf
	mov	%rsi, %r10
	mov	%rdi, %rax
.endm
.macro STORE_r10
.endm

.macro LOAD_out3 leaf
	mov	%rdi, %rax
.endm
.macro STORE_out3
	STORE_RCX_RDX
	mov	%r8, OUT_R8(%rsi)
.endm

.macro LOAD_out3r10 leaf
	mov	%rdx, %r10
	mov	%rdi, %rax
.endm
.macro STORE_out3r10
	STORE_out3
.endm

.macro LOAD_out leaf
	mov	%rdi, %rax
.endm
.macro STORE_out
	STORE_out3
	mov	%r9, OUT_R9(%rsi)
	STORE_R10_R11
.endm

.macro LOAD_saved leaf
	PUSH_CALLEE_SAVED
	push	%rsi
	mov	%rdi, %rax
	mov	REGS_RCX(%rsi), %rcx
	LOAD_REGS
.endm
.macro STORE_saved
	STORE_REGS_AND_RESTORE
.endm

.macro LOAD_enter leaf
	PUSH_CALLEE_SAVED
	push	%rsi
	mov	%rdi, %rcx
	mov	REGS_RBP(%rsi), %rbp
	LOAD_REGS
	xor	%eax, %eax	/* TDH.VP.ENTER is leaf 0 */
.endm
.macro STORE_enter
	STORE_REGS_AND_RESTORE
.endm

.macro LOAD_five leaf
	mov	%r8, %r10
	MOVE_FIRST_FOUR
	mov	$\leaf, %eax
.endm
.macro STORE_five
.endm

.macro LOAD_four leaf
	xor	%r10d, %r10d
	MOVE_FIRST_FOUR
	mov	$\leaf, %eax
.endm
.macro STORE_four
.endm

.macro LOAD_add leaf
	PACK_GPA_LEVEL
	LOAD_R10_R11
	mov	$\leaf, %eax
.endm
.macro STORE_add
	STORE_out
.endm

.macro LOAD_demote leaf
	LOAD_add \leaf
	EXCHANGE_R12_R13
.endm
.macro STORE_demote
	STORE_RCX_RDX
	mov	%r9, OUT_R9(%rsi)
	STORE_R10_R11
	EXCHANGE_R12_R13
.endm

.macro LOAD_promote leaf
	or	%dl, %sil
	mov	%rdi, %rdx
	xchg	%rsi, %rcx
	EXCHANGE_R12_R13
	mov	$\leaf, %eax
.endm
.macro STORE_promote
	STORE_RCX_RDX
	EXCHANGE_R12_R13
.endm

.macro LOAD_bind leaf
	mov	%r8, %r10
	mov	%rdx, %r8
	mov	%rsi, %rdx
	mov	%r9, %rsi
	mov	%rcx, %r9
	mov	%rdi, %rcx
	EXCHANGE_R12_R13
	mov	$\leaf, %eax
.endm
.macro STORE_bind
	mov	%rcx, OUT_RCX(%rsi)
	STORE_R10_R11
	EXCHANGE_R12_R13
.endm

.macro LOAD_export leaf
	mov	%r8, %r10
	mov	%r9, %r11
	MOVE_FIRST_FOUR
	xchg	%r12, STACK_ARG1
	mov	STACK_ARG2, %rsi
	mov	$\leaf, %eax
.endm
.macro STORE_export
	STORE_RCX_RDX
	mov	STACK_ARG1, %r12
.endm

.macro LOAD_import leaf
	mov	%r8, %r10
	mov	%r9, %r11
	MOVE_FIRST_FOUR
	xchg	%r12, STACK_ARG1
	xchg	%r13, STACK_ARG2
	mov	STACK_ARG3, %rsi
	mov	$\leaf, %eax
.endm
.macro STORE_import
	STORE_export
	mov	STACK_ARG2, %r13
.endm

.macro LOAD_uuid_rd leaf
	mov	%rdi, %rcx
	xchg	%rsi, %rdx
	xor	%r8d, %r8d
	LOAD_R10_R11
	EXCHANGE_R12_R13
	mov	$\leaf, %eax
.endm
.macro STORE_uuid_rd
	mov	%rdx, OUT_RDX(%rsi)
	mov	%r8, OUT_R8(%rsi)
	STORE_R10_R11
	EXCHANGE_R12_R13
.endm

.macro LOAD_uuid_wr leaf
	mov	%rcx, %r9
	mov	%rdi, %rcx
	xchg	%rsi, %r8
	xchg	%rdx, %r8
	LOAD_R10_R11
	EXCHANGE_R12_R13
	mov	$\leaf, %eax
.endm
.macro STORE_uuid_wr
	mov	%r8, OUT_R8(%rsi)
	EXCHANGE_R12_R13
.endm

/*
 * TDX_MODULE_CALL - body of one entry point
 *
 * \host: 1 SEAMCALL, 0 TDCALL
 * \form: what the entry point takes and gives back
 * \leaf: RAX of the forms that do not take it
 *
 *	form	RDI	RSI			RDX RCX R8 R9	stores
 *	----	----	----------------------	-----------	--------------
 *	in	leaf	ignored			operands	nothing
 *	r10	leaf	operand R10		operands	nothing
 *	out3	leaf	struct tdx_out *	operands	RCX RDX R8
 *	out3r10	leaf	struct tdx_out *	operands, but	RCX RDX R8
 *						RDX is R10's
 *	out	leaf	struct tdx_out *	operands	RCX RDX R8-R11
 *	saved	leaf	struct tdx_regs *,	ignored		all of the struct,
 *			all operands but RBP			RBP too
 *	enter	TDVPR	struct tdx_regs *,	ignored		all of the struct
 *			all operands but RCX
 *
 * The others are for one leaf or two each, whose operands are too many or all
 * in the wrong registers: each instruction counts there. They take operands in
 * the order of C's arguments (RDI, RSI, RDX, RCX, R8, R9, the stack); "more" is
 * struct tdx_more *, which has further operands of the leaf in its members.
 *
 *	form	arguments				more	stores
 *	-------	---------------------------------------	-------	--------------
 *	five	RCX RDX R8 R9 R10			-	nothing
 *	four	RCX RDX R8 R9, and 0 is R10		-	nothing
 *	add	RDX RCX level flags R8 R9 more		R10 R11	RCX RDX R8-R11
 *	demote	RDX RCX level flags R8 R9 more		R10-R13	RCX RDX R9-R13
 *	promote	RDX RCX level more			R12 R13	RCX RDX R12 R13
 *	bind	RCX RDX R8 R9 R10 more			R12 R13	RCX R10-R13
 *	export	RCX RDX R8 R9 R10 R11 R12 tdx_out *	-	RCX RDX
 *	import	RCX RDX R8 R9 R10 R11 R12 R13 tdx_out *	-	RCX RDX
 *	uuid_rd	RCX RDX more, and 0 is R8		R10-R13	RDX R8 R10-R13
 *	uuid_wr	RCX RDX R8 R9 more			R10-R13	R8 R12 R13
 *
 * Bits 7:0 of level are or-ed into RCX, those of flags into RDX.
 * Where a leaf has no operand or output in R12 or R13 but the form has, the
 * structure keeps what it held.
 *
 * Returns the completion status in RAX.
 *
 * Reads: the registers above, and the structure where it has operands. An
 * operand register that the leaf does not use is passed as it stands.
 *
 * Writes: RAX, the structure, and below RSP what the form pushes: seven or
 * eight words (saved, enter), nothing (all others).
 *
 * Preserves: RBX, RBP, R12-R15 and RSP, in every form. The module gives back
 * every register that is no output of the leaf, which is why RSI still holds
 * the structure afterwards in all forms that store, but for saved and enter.
 * During the call, the caller's R12 and R13 are where the operands came from
 * that they make room for: in the structure, or in the stack's arguments.
 * VP.ENTER is different:
 * when it ends, all registers but RSP may hold what the guest, or the module
 * on its behalf, left there. That includes RBP, which modules without
 * NO_RBP_MOD zero or fill. The forms saved and enter therefore keep all
 * callee-saved registers and the pointer on the stack, and find them through
 * RSP. ORC knows RBP from its slot on the stack, so stack traces hold while it
 * has a foreign value.
 *
 * RBP is an operand for enter alone: a guest without NO_RBP_MOD may put it in
 * its TDVMCALL mask and would otherwise read the host's.
 *
 * Clears: after saved and enter RCX, RDX, RDI and R8-R11, which the guest may
 * control; RSI is the structure, the rest is the caller's again. Nothing that
 * a guest chose is left in a register for the CPU to speculate with.
 *
 * Clobbers, as the C ABI allows: the argument registers and those arguments
 * on the stack that are operands, R10, R11, flags.
 *
 * Failure to reach the module, distinct from each answer it can give:
 *  - carry set (VMfailInvalid: no module loaded, or the CPU is not in a state
 *    to call it): RAX was the leaf, becomes NOT_DELIVERED | VMFAILINVALID.
 *    TDCALL does not report by carry.
 *  - #UD (no SEAM on this CPU, VMX off), #GP (no P-SEAMLDR): the exception table
 *    resumes at the fix-up with the trap number in RAX, which becomes
 *    NOT_DELIVERED | trap.
 * Either way the structure is written, with the operands as they were passed,
 * and the registers are restored and cleared as after an answer.
 *
 * enter is in .noinstr.text: the caller holds guest state (interrupts off,
 * maybe guest debug registers and FPU), nothing may trace or probe it. So are
 * the host's forms for many leaves, which it calls before that state is put right.
 */
.macro TDX_MODULE_CALL host:req form:req leaf=0
	FRAME_BEGIN
	LOAD_\form \leaf

.Lcall\@:
.if \host
	SEAMCALL
	jc	.Lcarry\@
.else
	TDCALL
.endif

.Lreturned\@:
	STORE_\form
	FRAME_END
	RET

.if \host
.Lcarry\@:
	mov	$VMFAILINVALID, %eax
.endif
	/* RAX is the trap number; each other register is still an operand */
.Lfault\@:
	or	not_delivered(%rip), %rax
	jmp	.Lreturned\@
	_ASM_EXTABLE_FAULT(.Lcall\@, .Lfault\@)
.endm

/*
 * TDVMCALL - body of one TDG.VP.VMCALL entry point
 *
 * \n:   how many of R10-R15, counted from R10, the VMM may see and change;
 *	the rest of the guest's registers stay hidden from it
 * \out: 0: RDI, RSI, RDX, RCX, R8, R9 carry R10-R15
 *	1: RDI is struct tdvmcall_out *, R10 is 0 (a standard call), RSI, RDX,
 *	   RCX, R8, R9 carry R11-R15, and the exposed ones are stored
 *
 * Returns struct tdvmcall_ret in RAX and RDX: the status of TDCALL itself and
 * the VMM's answer from R10. Preserves and clobbers what the C ABI says;
 * R10 and R11, which the VMM chose, are cleared. #UD and #GP (not in a TD) end
 * as in TDX_MODULE_CALL, with R10 as it was passed.
 */
.macro TDVMCALL n:req out:req
	FRAME_BEGIN
.if \n > 2
	push	%r12
	mov	%rdx, %r12
.endif
.if \n > 3
	push	%r13
	mov	%rcx, %r13
.endif
.if \n > 4
	push	%r14
	mov	%r8, %r14
.endif
.if \n > 5
	push	%r15
	mov	%r9, %r15
.endif
.if \out
	xor	%r10d, %r10d
.else
	mov	%rdi, %r10
.endif
	mov	%rsi, %r11
	mov	$(((1 << \n) - 1) << 10), %ecx
	xor	%eax, %eax	/* TDG.VP.VMCALL is leaf 0 */

.Lcall\@:
	TDCALL

.Lreturned\@:
	mov	%r10, %rdx
.if \out
	mov	%r11, VMCALL_R11(%rdi)
.if \n > 2
	mov	%r12, VMCALL_R12(%rdi)
.endif
.if \n > 3
	mov	%r13, VMCALL_R13(%rdi)
.endif
.if \n > 4
	mov	%r14, VMCALL_R14(%rdi)
.endif
.if \n > 5
	mov	%r15, VMCALL_R15(%rdi)
.endif
.endif
	xor	%r10d, %r10d
	xor	%r11d, %r11d
.if \n > 5
	pop	%r15
.endif
.if \n > 4
	pop	%r14
.endif
.if \n > 3
	pop	%r13
.endif
.if \n > 2
	pop	%r12
.endif
	FRAME_END
	RET

.Lfault\@:
	or	not_delivered(%rip), %rax
	jmp	.Lreturned\@
	_ASM_EXTABLE_FAULT(.Lcall\@, .Lfault\@)
.endm

#define ENTRY_POINT(name, body)			\
	SYM_TYPED_FUNC_START(name);		\
	body;					\
	SYM_FUNC_END(name)

	.section .rodata
	.balign	8
not_delivered:
	.quad	NOT_DELIVERED

	.text

/* host, one leaf each */
ENTRY_POINT(__tdh_mem_sept_add_l2, TDX_MODULE_CALL host=1 form=add leaf=0x10003)
ENTRY_POINT(__tdh_mem_page_demote_more, TDX_MODULE_CALL host=1 form=demote leaf=0xf)
ENTRY_POINT(__tdh_mem_page_promote_more, TDX_MODULE_CALL host=1 form=promote leaf=0x17)
ENTRY_POINT(__tdh_export_mem, TDX_MODULE_CALL host=1 form=export leaf=0x44)
ENTRY_POINT(__tdh_import_mem, TDX_MODULE_CALL host=1 form=import leaf=0x53)
ENTRY_POINT(__tdh_servtd_bind, TDX_MODULE_CALL host=1 form=bind leaf=0x30)
ENTRY_POINT(__tdh_servtd_prebind, TDX_MODULE_CALL host=1 form=five leaf=0x31)
ENTRY_POINT(__tdh_sys_config_v1, TDX_MODULE_CALL host=1 form=four leaf=0x1002d)

/* guest */
ENTRY_POINT(__tdgcall, TDX_MODULE_CALL host=0 form=in)
ENTRY_POINT(__tdgcall_out3, TDX_MODULE_CALL host=0 form=out3)
ENTRY_POINT(__tdgcall_out, TDX_MODULE_CALL host=0 form=out)
ENTRY_POINT(__tdgcall_saved, TDX_MODULE_CALL host=0 form=saved)
ENTRY_POINT(__tdg_servtd_rd, TDX_MODULE_CALL host=0 form=uuid_rd leaf=0x12)
ENTRY_POINT(__tdg_servtd_wr, TDX_MODULE_CALL host=0 form=uuid_wr leaf=0x14)

ENTRY_POINT(__tdvmcall2, TDVMCALL n=2 out=0)
ENTRY_POINT(__tdvmcall3, TDVMCALL n=3 out=0)
ENTRY_POINT(__tdvmcall4, TDVMCALL n=4 out=0)
ENTRY_POINT(__tdvmcall5, TDVMCALL n=5 out=0)
ENTRY_POINT(__tdvmcall6, TDVMCALL n=6 out=0)
ENTRY_POINT(__tdvmcall3_out, TDVMCALL n=3 out=1)
ENTRY_POINT(__tdvmcall4_out, TDVMCALL n=4 out=1)
ENTRY_POINT(__tdvmcall5_out, TDVMCALL n=5 out=1)
ENTRY_POINT(__tdvmcall6_out, TDVMCALL n=6 out=1)

	.section .noinstr.text, "ax"

/* host */
ENTRY_POINT(__seamcall, TDX_MODULE_CALL host=1 form=in)
ENTRY_POINT(__seamcall_r10, TDX_MODULE_CALL host=1 form=r10)
ENTRY_POINT(__seamcall_out3, TDX_MODULE_CALL host=1 form=out3)
ENTRY_POINT(__seamcall_out3r10, TDX_MODULE_CALL host=1 form=out3r10)
ENTRY_POINT(__seamcall_out, TDX_MODULE_CALL host=1 form=out)
ENTRY_POINT(__seamcall_saved, TDX_MODULE_CALL host=1 form=saved)

ENTRY_POINT(__tdh_vp_enter, TDX_MODULE_CALL host=1 form=enter)
