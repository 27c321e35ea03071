/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The world switch.
 *
 * VMRUN itself changes RAX, RSP, RIP, RFLAGS, CS, SS, DS, ES, the descriptor
 * table registers, the control registers and EFER. FS, GS, TR, LDTR and the
 * system call MSRs are moved by VMSAVE and VMLOAD: the host's in a page of
 * this CPU, the guest's in its VMCB. The other registers are moved here.
 */
#include <linux/linkage.h>
#include <asm/nospec-branch.h>

#define GPR(n)	((n) * 8)	/* enum gpr in seam.h */

	.section .text.svm_enter, "ax"

/*
 * void svm_enter(u64 gpr[16] (rdi), u64 guest_vmcb (rsi), u64 host_vmcb (rdx))
 *
 * Interrupts are off. Physical ones end the guest only when RFLAGS.IF is 1 at
 * VMRUN, so it is set while GIF = 0 holds everything off, and early enough
 * that VMRUN stands outside STI's shadow.
 */
SYM_FUNC_START(svm_enter)
	push	%rbp
	push	%rbx
	push	%r12
	push	%r13
	push	%r14
	push	%r15
	push	%rdx
	push	%rdi

	clgi
	mov	%rdx, %rax
	vmsave	%rax
	mov	%rsi, %rax
	vmload	%rax
	sti

	mov	GPR(1)(%rdi), %rcx
	mov	GPR(2)(%rdi), %rdx
	mov	GPR(3)(%rdi), %rbx
	mov	GPR(5)(%rdi), %rbp
	mov	GPR(6)(%rdi), %rsi
	mov	GPR(8)(%rdi), %r8
	mov	GPR(9)(%rdi), %r9
	mov	GPR(10)(%rdi), %r10
	mov	GPR(11)(%rdi), %r11
	mov	GPR(12)(%rdi), %r12
	mov	GPR(13)(%rdi), %r13
	mov	GPR(14)(%rdi), %r14
	mov	GPR(15)(%rdi), %r15
	mov	GPR(7)(%rdi), %rdi

	vmrun	%rax

	/* RAX is the VMCB's address again, RSP is the host's */
	cli
	vmsave	%rax

	mov	(%rsp), %rax
	mov	%rcx, GPR(1)(%rax)
	mov	%rdx, GPR(2)(%rax)
	mov	%rbx, GPR(3)(%rax)
	mov	%rbp, GPR(5)(%rax)
	mov	%rsi, GPR(6)(%rax)
	mov	%rdi, GPR(7)(%rax)
	mov	%r8, GPR(8)(%rax)
	mov	%r9, GPR(9)(%rax)
	mov	%r10, GPR(10)(%rax)
	mov	%r11, GPR(11)(%rax)
	mov	%r12, GPR(12)(%rax)
	mov	%r13, GPR(13)(%rax)
	mov	%r14, GPR(14)(%rax)
	mov	%r15, GPR(15)(%rax)

	/* the host's GS is back before anything can use it */
	pop	%rdi
	pop	%rax
	vmload	%rax
	stgi

	/* nothing of the guest stays in scratch registers */
	xor	%ecx, %ecx
	xor	%edx, %edx
	xor	%esi, %esi
	xor	%edi, %edi
	xor	%r8d, %r8d
	xor	%r9d, %r9d
	xor	%r10d, %r10d
	xor	%r11d, %r11d

	pop	%r15
	pop	%r14
	pop	%r13
	pop	%r12
	pop	%rbx
	pop	%rbp
	RET
SYM_FUNC_END(svm_enter)
