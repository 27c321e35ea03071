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
#define NOT_DELIVERED			0x8000ff0000000000
#define NOT_DELIVERED_VMFAILINVALID	0x8000ff00ffff0000

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
.macro MOVE_FIRST_FOUR leaf:req
	mov	%rdx, %r8
	mov	%rsi, %rdx
	mov	%rcx, %r9
	mov	%rdi, %rcx
	mov	$\leaf, %eax
.endm

.macro STORE_OUT3
	mov	%rcx, OUT_RCX(%rsi)
	mov	%rdx, OUT_RDX(%rsi)
	mov	%r8, OUT_R8(%rsi)
.endm

.macro STORE_OUT
	STORE_OUT3
	mov	%r9, OUT_R9(%rsi)
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
 * TDX_MODULE_CALL - body of one entry point
 *
 * \host: 1 SEAMCALL, 0 TDCALL
 * \form: what the entry point takes and gives back
 * \leaf: RAX of the forms five and four
 *
 *	form	RDI	RSI			RDX RCX R8 R9	stores
 *	----	----	----------------------	-----------	--------------
 *	in	leaf	ignored			operands	nothing
 *	r10	leaf	operand R10		operands	nothing
 *	out3	leaf	struct tdx_out *	operands	RCX RDX R8
 *	out3r10	leaf	struct tdx_out *	operands, but	RCX RDX R8
 *						RDX is R10's
 *	out	leaf	struct tdx_out *	operands	RCX RDX R8-R11
 *	more	leaf	struct tdx_more *,	operands	RCX RDX R8-R13
 *			operands R10-R13
 *	saved	leaf	struct tdx_regs *,	ignored		all of the struct,
 *			all operands but RBP			RBP too
 *	enter	TDVPR	struct tdx_regs *,	ignored		all of the struct
 *			all operands but RCX
 *
 *	five: the operands RCX, RDX, R8, R9, R10 in the order of C's arguments
 *	(RDI, RSI, RDX, RCX, R8), each of which has to move; stores nothing.
 *	With the leaf as a sixth it would need 11 instructions, not 10.
 *	four: the same with 0 for R10
 *
 * Returns the completion status in RAX.
 *
 * Reads: the registers above, and the structure for more, saved and enter.
 * An operand register that the leaf does not use is passed as it stands.
 *
 * Writes: RAX, the structure, and below RSP what the form pushes: seven or
 * eight words (saved, enter), nothing (all others).
 *
 * Preserves: RBX, RBP, R12-R15 and RSP, in every form. The module gives back
 * every register that is no output of the leaf, which is why RSI still holds
 * the structure afterwards in the forms out3, out3r10, out and more. During the
 * call, the structure of more keeps the caller's R12 and R13 in the places of
 * the operands that they make room for. VP.ENTER is different:
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
 * Clobbers, as the C ABI allows: the argument registers, R10, R11, flags.
 *
 * Failure to reach the module, distinct from each answer it can give:
 *  - carry set (VMfailInvalid: no module loaded, or the CPU is not in a state
 *    to call it): RAX was the leaf, becomes NOT_DELIVERED_VMFAILINVALID.
 *    TDCALL does not report by carry.
 *  - #UD (no SEAM on this CPU, VMX off), #GP (no P-SEAMLDR): the exception table
 *    resumes at the fix-up with the trap number in RAX, which becomes
 *    NOT_DELIVERED | trap.
 * Either way the structure is written, with the operands as they were passed,
 * and the registers are restored and cleared as after an answer.
 *
 * enter is in .noinstr.text: the caller holds guest state (interrupts off,
 * maybe guest debug registers and FPU), nothing may trace or probe it.
 */
.macro TDX_MODULE_CALL host:req form:req leaf=0
	FRAME_BEGIN

.ifc \form, more
	mov	OUT_R10(%rsi), %r10
	mov	OUT_R11(%rsi), %r11
	xchg	OUT_R12(%rsi), %r12
	xchg	OUT_R13(%rsi), %r13
.endif
.ifc \form, r10
	mov	%rsi, %r10
.endif
.ifc \form, out3r10
	mov	%rdx, %r10
.endif
.ifc \form, saved
	PUSH_CALLEE_SAVED
	push	%rsi
	mov	%rdi, %rax
	mov	REGS_RCX(%rsi), %rcx
	LOAD_REGS
.else
.ifc \form, enter
	PUSH_CALLEE_SAVED
	push	%rsi
	mov	%rdi, %rcx
	mov	REGS_RBP(%rsi), %rbp
	LOAD_REGS
	xor	%eax, %eax	/* TDH.VP.ENTER is leaf 0 */
.else
.ifc \form, five
	mov	%r8, %r10
	MOVE_FIRST_FOUR \leaf
.else
.ifc \form, four
	xor	%r10d, %r10d
	MOVE_FIRST_FOUR \leaf
.else
	mov	%rdi, %rax
.endif
.endif
.endif
.endif

.Lcall\@:
.if \host
	SEAMCALL
	jc	.Lcarry\@
.else
	TDCALL
.endif

.Lreturned\@:
.ifc \form, out3
	STORE_OUT3
.endif
.ifc \form, out3r10
	STORE_OUT3
.endif
.ifc \form, out
	STORE_OUT
.endif
.ifc \form, more
	STORE_OUT
	xchg	%r12, OUT_R12(%rsi)
	xchg	%r13, OUT_R13(%rsi)
.endif
.ifc \form, saved
	STORE_REGS_AND_RESTORE
.endif
.ifc \form, enter
	STORE_REGS_AND_RESTORE
.endif
	FRAME_END
	RET

.if \host
.Lcarry\@:
	movabs	$NOT_DELIVERED_VMFAILINVALID, %rax
	jmp	.Lreturned\@
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

	.section .rodata
	.balign	8
not_delivered:
	.quad	NOT_DELIVERED

	.text

SYM_TYPED_FUNC_START(__seamcall)
	TDX_MODULE_CALL host=1 form=in
SYM_FUNC_END(__seamcall)

SYM_TYPED_FUNC_START(__seamcall_r10)
	TDX_MODULE_CALL host=1 form=r10
SYM_FUNC_END(__seamcall_r10)

SYM_TYPED_FUNC_START(__seamcall_out3)
	TDX_MODULE_CALL host=1 form=out3
SYM_FUNC_END(__seamcall_out3)

SYM_TYPED_FUNC_START(__seamcall_out3r10)
	TDX_MODULE_CALL host=1 form=out3r10
SYM_FUNC_END(__seamcall_out3r10)

SYM_TYPED_FUNC_START(__seamcall_out)
	TDX_MODULE_CALL host=1 form=out
SYM_FUNC_END(__seamcall_out)

SYM_TYPED_FUNC_START(__seamcall_more)
	TDX_MODULE_CALL host=1 form=more
SYM_FUNC_END(__seamcall_more)

SYM_TYPED_FUNC_START(__tdh_servtd_prebind)
	TDX_MODULE_CALL host=1 form=five leaf=49
SYM_FUNC_END(__tdh_servtd_prebind)

SYM_TYPED_FUNC_START(__tdh_sys_config_v1)
	TDX_MODULE_CALL host=1 form=four leaf=0x1002d
SYM_FUNC_END(__tdh_sys_config_v1)

SYM_TYPED_FUNC_START(__seamcall_saved)
	TDX_MODULE_CALL host=1 form=saved
SYM_FUNC_END(__seamcall_saved)

SYM_TYPED_FUNC_START(__tdgcall)
	TDX_MODULE_CALL host=0 form=in
SYM_FUNC_END(__tdgcall)

SYM_TYPED_FUNC_START(__tdgcall_out3)
	TDX_MODULE_CALL host=0 form=out3
SYM_FUNC_END(__tdgcall_out3)

SYM_TYPED_FUNC_START(__tdgcall_out)
	TDX_MODULE_CALL host=0 form=out
SYM_FUNC_END(__tdgcall_out)

SYM_TYPED_FUNC_START(__tdgcall_more)
	TDX_MODULE_CALL host=0 form=more
SYM_FUNC_END(__tdgcall_more)

SYM_TYPED_FUNC_START(__tdgcall_saved)
	TDX_MODULE_CALL host=0 form=saved
SYM_FUNC_END(__tdgcall_saved)

SYM_TYPED_FUNC_START(__tdvmcall2)
	TDVMCALL n=2 out=0
SYM_FUNC_END(__tdvmcall2)

SYM_TYPED_FUNC_START(__tdvmcall3)
	TDVMCALL n=3 out=0
SYM_FUNC_END(__tdvmcall3)

SYM_TYPED_FUNC_START(__tdvmcall4)
	TDVMCALL n=4 out=0
SYM_FUNC_END(__tdvmcall4)

SYM_TYPED_FUNC_START(__tdvmcall5)
	TDVMCALL n=5 out=0
SYM_FUNC_END(__tdvmcall5)

SYM_TYPED_FUNC_START(__tdvmcall6)
	TDVMCALL n=6 out=0
SYM_FUNC_END(__tdvmcall6)

SYM_TYPED_FUNC_START(__tdvmcall3_out)
	TDVMCALL n=3 out=1
SYM_FUNC_END(__tdvmcall3_out)

SYM_TYPED_FUNC_START(__tdvmcall4_out)
	TDVMCALL n=4 out=1
SYM_FUNC_END(__tdvmcall4_out)

SYM_TYPED_FUNC_START(__tdvmcall5_out)
	TDVMCALL n=5 out=1
SYM_FUNC_END(__tdvmcall5_out)

SYM_TYPED_FUNC_START(__tdvmcall6_out)
	TDVMCALL n=6 out=1
SYM_FUNC_END(__tdvmcall6_out)

	.section .noinstr.text, "ax"

SYM_TYPED_FUNC_START(__tdh_vp_enter)
	TDX_MODULE_CALL host=1 form=enter
SYM_FUNC_END(__tdh_vp_enter)
