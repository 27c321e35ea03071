/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * #UD and #BP, on CPUs whose interrupt descriptor table is gate.c's. What the
 * kernel itself does before it asks die notifiers is left out: it is for what has
 * gone wrong, and a #UD is a call. Interrupts are off.
 */
#include <linux/linkage.h>
#include <asm/asm.h>
#include <asm/ibt.h>
#include <asm/nospec-branch.h>
#include <asm/processor-flags.h>
#include <asm/unwind_hints.h>

/* struct pt_regs */
#define PT_RIP		128
#define PT_CS		136
#define PT_FLAGS	144
#define PT_RSP		152
/* the same, once registers are popped */
#define FLAGS		16(%rsp)
#define STACK		8(%rsp)

	.section .text.seam_gate, "ax"

.macro PUSH_REGS
	push	$-1
	push	%rdi
	push	%rsi
	push	%rdx
	push	%rcx
	push	%rax
	push	%r8
	push	%r9
	push	%r10
	push	%r11
	push	%rbx
	push	%rbp
	push	%r12
	push	%r13
	push	%r14
	push	%r15
.endm

.macro POP_REGS
	pop	%r15
	pop	%r14
	pop	%r13
	pop	%r12
	pop	%rbp
	pop	%rbx
	pop	%r11
	pop	%r10
	pop	%r9
	pop	%r8
	pop	%rax
	pop	%rcx
	pop	%rdx
	pop	%rsi
	pop	%rdi
	add	$8, %rsp
.endm

SYM_CODE_START(seam_gate)
	UNWIND_HINT_IRET_REGS
	ENDBR
	/* a program's: nothing of the kernel's is loaded yet, not even GS */
	testb	$3, 8(%rsp)
	jnz	.Lkernel

	PUSH_REGS
	UNWIND_HINT_REGS
	cld
	mov	%rsp, %rdi
	call	door_gate
	test	%al, %al
	jz	.Lnot_ours

	/*
	 * To where the caller goes on, as from any function: IRET would do the
	 * same in many more steps. Where the frame began there is room for the
	 * address, be it the place of SS; that of CS keeps the stack pointer.
	 */
	testl	$(X86_EFLAGS_TF | X86_EFLAGS_DF), PT_FLAGS(%rsp)
	jnz	.Liret
	mov	PT_RSP(%rsp), %rdx
	mov	PT_RIP(%rsp), %rax
	sub	$8, %rdx
	mov	%rax, (%rdx)
	mov	%rdx, PT_CS(%rsp)
	POP_REGS
	UNWIND_HINT_IRET_REGS
	testl	$X86_EFLAGS_IF, FLAGS
	jz	.Lcarry
	sti
.Lcarry:
	testb	$X86_EFLAGS_CF, FLAGS
	jnz	.Lset_carry
	/* clears all that VMX instructions set */
	testb	$X86_EFLAGS_FIXED, FLAGS
	mov	STACK, %rsp
	UNWIND_HINT_FUNC
	RET

.Lset_carry:
	UNWIND_HINT_IRET_REGS
	testb	$X86_EFLAGS_FIXED, FLAGS
	stc
	mov	STACK, %rsp
	UNWIND_HINT_FUNC
	RET

.Liret:
	UNWIND_HINT_REGS
	POP_REGS
	UNWIND_HINT_IRET_REGS
	iretq

.Lnot_ours:
	UNWIND_HINT_REGS
	POP_REGS
.Lkernel:
	UNWIND_HINT_IRET_REGS
	ANNOTATE_RETPOLINE_SAFE
	jmp	*seam_gate_kernel(%rip)
_ASM_NOKPROBE(seam_gate)
SYM_CODE_END(seam_gate)

SYM_CODE_START(seam_gate_bp)
	UNWIND_HINT_IRET_REGS
	ENDBR
	testb	$3, 8(%rsp)
	jnz	.Lkernel_bp
	PUSH_REGS
	UNWIND_HINT_REGS
	cld
	mov	%rsp, %rdi
	call	stale_breakpoint
	test	%al, %al
	jnz	.Liret
	POP_REGS
.Lkernel_bp:
	UNWIND_HINT_IRET_REGS
	ANNOTATE_RETPOLINE_SAFE
	jmp	*seam_gate_kernel_bp(%rip)
_ASM_NOKPROBE(seam_gate_bp)
SYM_CODE_END(seam_gate_bp)
