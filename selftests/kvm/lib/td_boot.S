/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The page under 4 GiB that a TD starts in, copied there by tdx_util.c. Before
 * it comes the parameter page; the layout is struct boot_params.
 */
#define BOOT		0xffffe000
#define RESET		0xfffff000
#define PARAM_CR3	(BOOT + 0)
#define PARAM_GDT	(BOOT + 8)	/* GDTR image */
#define PARAM_IDT	(BOOT + 24)	/* IDTR image */
#define PARAM_VCPU	(BOOT + 64)	/* by index: entry, stack */

	.section .rodata
	.globl	td_boot_page
	.balign	4096
td_boot_page:
	.code32
1:	lgdt	PARAM_GDT
	mov	PARAM_CR3, %eax
	mov	%eax, %cr3
	mov	%cr4, %eax
	or	$0x620, %eax		/* PAE, OSFXSR, OSXMMEXCPT */
	mov	%eax, %cr4
	mov	%cr0, %eax
	or	$0x80000002, %eax	/* PG, MP */
	mov	%eax, %cr0
	ljmp	$0x8, $(RESET + 2f - td_boot_page)

	.code64
2:	mov	$0x10, %eax
	mov	%eax, %ss
	mov	%eax, %ds
	mov	%eax, %es
	xor	%eax, %eax
	mov	%eax, %fs
	mov	%eax, %gs
	mov	$PARAM_IDT, %eax
	lidt	(%rax)
	mov	%esi, %eax
	shl	$4, %eax
	mov	$PARAM_VCPU, %ecx
	add	%rcx, %rax
	mov	8(%rax), %rsp
	xor	%ebp, %ebp
	jmp	*(%rax)

	.org	td_boot_page + 0xff0
	.code32
	jmp	1b
	.org	td_boot_page + 0x1000

	.section .note.GNU-stack, "", @progbits
