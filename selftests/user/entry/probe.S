/* SPDX-License-Identifier: GPL-2.0-only */
/* See machine.h. struct regs: 16 words by register number. */

#define PATTERN	0x5a5aa5a55a5aa5a5
#define WORDS	64
#define ARGS	32

	.section .note.GNU-stack, "", @progbits
	.bss
	.balign 16
probe_scratch:
	.skip	256
	.data
	.balign 8
	.globl	probe_args
probe_args:
	.quad	probe_scratch, probe_scratch, probe_scratch, probe_scratch
	.text

.macro LOAD
	mov	8*1(%rax), %rcx
	mov	8*2(%rax), %rdx
	mov	8*3(%rax), %rbx
	mov	8*5(%rax), %rbp
	mov	8*6(%rax), %rsi
	mov	8*7(%rax), %rdi
	mov	8*8(%rax), %r8
	mov	8*9(%rax), %r9
	mov	8*10(%rax), %r10
	mov	8*11(%rax), %r11
	mov	8*12(%rax), %r12
	mov	8*13(%rax), %r13
	mov	8*14(%rax), %r14
	mov	8*15(%rax), %r15
	mov	8*0(%rax), %rax
.endm

/* RDI fn, RSI in, RDX out, ECX 1 to single-step */
	.globl	probe_asm
	.type	probe_asm, @function
probe_asm:
	push	%rbp
	push	%rbx
	push	%r12
	push	%r13
	push	%r14
	push	%r15
	push	%rdx		/* ARGS + 16(%rsp) */
	push	%rdi		/* ARGS + 8(%rsp) */
	sub	$8, %rsp
	push	24 + probe_args(%rip)
	push	16 + probe_args(%rip)
	push	8 + probe_args(%rip)
	push	probe_args(%rip)
	mov	%rsp, probe_rsp(%rip)
	mov	%rsi, %rax
	test	%ecx, %ecx
	jnz	1f
	LOAD
	call	*(ARGS + 8)(%rsp)
	jmp	probe_back

	/* no C here: it would use the stack that is to be watched */
1:	mov	$PATTERN, %rdx
	mov	$WORDS, %ecx
2:	mov	%rdx, -8 * (WORDS + 2)(%rsp, %rcx, 8)
	dec	%ecx
	jnz	2b
	LOAD
	pushf
	orl	$0x100, (%rsp)	/* TF: from the call on */
	popf
	call	*(ARGS + 8)(%rsp)
	.globl	probe_back
probe_back:
	push	%rax
	mov	(ARGS + 24)(%rsp), %rax
	mov	%rcx, 8*1(%rax)
	mov	%rdx, 8*2(%rax)
	mov	%rbx, 8*3(%rax)
	mov	%rbp, 8*5(%rax)
	mov	%rsi, 8*6(%rax)
	mov	%rdi, 8*7(%rax)
	mov	%r8, 8*8(%rax)
	mov	%r9, 8*9(%rax)
	mov	%r10, 8*10(%rax)
	mov	%r11, 8*11(%rax)
	mov	%r12, 8*12(%rax)
	mov	%r13, 8*13(%rax)
	mov	%r14, 8*14(%rax)
	mov	%r15, 8*15(%rax)
	pop	%rcx
	mov	%rcx, 8*0(%rax)
	/* where the stack is now, for the test to compare */
	mov	%rsp, 8*4(%rax)

	/* the deepest word that is not as it was filled, in words */
	mov	$PATTERN, %rdx
	mov	$WORDS, %ecx
	mov	%rsp, %rdi
	sub	$8 * (WORDS + 1), %rdi
3:	cmp	%rdx, (%rdi)
	jne	4f
	add	$8, %rdi
	dec	%ecx
	jnz	3b
4:	mov	%rcx, probe_depth(%rip)
	add	$(ARGS + 24), %rsp
	pop	%r15
	pop	%r14
	pop	%r13
	pop	%r12
	pop	%rbx
	pop	%rbp
	cld
	ret
	.size	probe_asm, . - probe_asm

	/* where RET of the shim with SHIM_IBT goes */
	.globl	shim_return_thunk
shim_return_thunk:
	ret
