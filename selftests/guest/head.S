/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From the TDX reset vector to C. A vCPU starts in flat 32-bit protected mode
 * with paging off and EFER.LME already set; ESI holds its index, EBX the guest
 * address width and ECX what the VMM gave to TDH.VP.INIT.
 */
#include "layout.h"

#define PG_P	0x001
#define PG_RW	0x002
#define PG_PS	0x080

	.section .reset, "ax"
	.code32
reset32:
	/* EAX, EDX and EDI are free; ESI, EBX and ECX are operands */
	lgdt	gdt_ptr
	mov	$pml4, %eax
	mov	%eax, %cr3
	mov	%cr4, %eax
	or	$0x620, %eax		/* PAE, OSFXSR, OSXMMEXCPT */
	mov	%eax, %cr4
	mov	%cr0, %eax
	or	$0x80010002, %eax	/* PG, WP, MP */
	mov	%eax, %cr0
	ljmp	$0x10, $start64

	.org	0xff0
	jmp	reset32
	.org	0x1000

	.text
	.code64
	.globl	start64
start64:
	mov	$0x18, %eax
	mov	%eax, %ss
	mov	%eax, %ds
	mov	%eax, %es
	xor	%eax, %eax
	mov	%eax, %fs
	mov	%eax, %gs

	mov	%esi, %eax
	inc	%eax
	shl	$12, %eax
	lea	GUEST_STACKS(%rax), %rsp
	mov	%esi, %edi		/* guest_start(index, data, gpaw) */
	mov	%rcx, %rsi
	mov	%ebx, %edx
	and	$0x3f, %edx
	xor	%ebp, %ebp
	call	guest_start
1:	hlt
	jmp	1b

/* Exception entry: vector stubs push what exception_common needs. */
	.macro vector nr has_error
	.balign 16
	.if !\has_error
	push	$0
	.endif
	push	$\nr
	jmp	exception_common
	.endm

	.balign 16
	.globl	exception_vectors
exception_vectors:
	.altmacro
	.set	nr, 0
	.rept	32
	.if	nr == 8 || (nr >= 10 && nr <= 14) || nr == 17 || nr == 21
	vector	%nr 1
	.else
	vector	%nr 0
	.endif
	.set	nr, nr + 1
	.endr
	.rept	224
	vector	%nr 0
	.set	nr, nr + 1
	.endr

exception_common:
	push	%r15
	push	%r14
	push	%r13
	push	%r12
	push	%r11
	push	%r10
	push	%r9
	push	%r8
	push	%rdi
	push	%rsi
	push	%rbp
	push	%rbx
	push	%rdx
	push	%rcx
	push	%rax
	cld
	mov	%rsp, %rdi
	call	guest_exception
	pop	%rax
	pop	%rcx
	pop	%rdx
	pop	%rbx
	pop	%rbp
	pop	%rsi
	pop	%rdi
	pop	%r8
	pop	%r9
	pop	%r10
	pop	%r11
	pop	%r12
	pop	%r13
	pop	%r14
	pop	%r15
	add	$16, %rsp
	iretq

	.section .rodata
	.balign 8
gdt:	.quad	0
	.quad	0x00cf9b000000ffff	/* 0x08: 32-bit code */
	.quad	0x00af9b000000ffff	/* 0x10: 64-bit code */
	.quad	0x00cf93000000ffff	/* 0x18: data */
gdt_ptr:
	.word	. - gdt - 1
	.long	gdt

/*
 * Page tables, part of the measured image: the first 4 GiB one to one, and the
 * first GiB once more with the SHARED bit at either place.
 */
	.section .pagetables, "aw"
	.balign 4096
pml4:	.quad	pdpt + PG_P + PG_RW
	.quad	pdpt_47 + PG_P + PG_RW
	.quad	pdpt_51 + PG_P + PG_RW
	.balign 4096
pdpt:	.quad	pd + PG_P + PG_RW
	.quad	pd + 0x1000 + PG_P + PG_RW
	.quad	pd + 0x2000 + PG_P + PG_RW
	.quad	pd + 0x3000 + PG_P + PG_RW
	.balign 4096
pd:	.set	addr, 0
	.rept	2048
	.quad	addr + PG_P + PG_RW + PG_PS
	.set	addr, addr + 0x200000
	.endr
pdpt_47:
	.quad	pd_47 + PG_P + PG_RW
	.balign 4096
pd_47:	.set	addr, 1 << 47
	.rept	512
	.quad	addr + PG_P + PG_RW + PG_PS
	.set	addr, addr + 0x200000
	.endr
pdpt_51:
	.quad	pd_51 + PG_P + PG_RW
	.balign 4096
pd_51:	.set	addr, 1 << 51
	.rept	512
	.quad	addr + PG_P + PG_RW + PG_PS
	.set	addr, addr + 0x200000
	.endr

	.section .note.GNU-stack, "", @progbits
