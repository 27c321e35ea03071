/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * QEMU enters here by the PVH note: 32-bit protected mode, no paging, EBX
 * points to the start info. A kernel's own PVH entry is not taken because it
 * keeps 4 levels of page tables; here come 5 where the kernel was built for
 * them (LEVELS) and the CPU has LA57, as the code that unpacks a bzImage would
 * do it, then the kernel's 64-bit entry.
 */
#define PTE_TABLE	0x7		/* present, writable, user */
#define PTE_LARGE	0x83
#define CR4_PAE		0x20
#define CR4_LA57	0x1000
#define MSR_EFER	0xc0000080
#define EFER_LME	0x100
#define CR0_PG		0x80000000
#define BOOT_CS		0x10
#define BOOT_DS		0x18

	.section .note.pvh, "a", @note
	.long	4, 4, 18		/* XEN_ELFNOTE_PHYS32_ENTRY */
	.asciz	"Xen"
	.long	start

	.text
	.code32
	.globl	start
start:
	cld
	mov	$stack_top, %esp
	mov	%ebx, %eax
	call	fill_boot_params	/* regparm: EAX */

	/* 4 GiB one to one: the kernel and all that it is told of */
	mov	$pdpt, %edi
	mov	$PTE_LARGE, %eax
	mov	$4, %ecx
1:	mov	%eax, (%edi)
	add	$0x40000000, %eax
	add	$8, %edi
	loop	1b
	movl	$pdpt + PTE_TABLE, pml4
	movl	$pml4 + PTE_TABLE, pml5

#if LEVELS == 5
	mov	$7, %eax
	xor	%ecx, %ecx
	cpuid
#else
	xor	%ecx, %ecx
#endif
	mov	%cr4, %eax
	or	$CR4_PAE, %eax
	mov	$pml4, %edx
	bt	$16, %ecx		/* LA57 */
	jnc	2f
	or	$CR4_LA57, %eax
	mov	$pml5, %edx
2:	mov	%eax, %cr4
	mov	%edx, %cr3
	mov	$MSR_EFER, %ecx
	rdmsr
	or	$EFER_LME, %eax
	wrmsr
	lgdt	gdt_pointer
	mov	%cr0, %eax
	or	$CR0_PG, %eax
	mov	%eax, %cr0
	ljmp	$BOOT_CS, $3f

	.code64
3:	mov	$BOOT_DS, %eax
	mov	%eax, %ds
	mov	%eax, %es
	mov	%eax, %ss
	mov	$boot_params, %esi
	mov	$KERNEL_ENTRY, %eax
	jmp	*%rax

	.data
	.balign	8
gdt:	.quad	0, 0
	.quad	0x00af9b000000ffff	/* BOOT_CS */
	.quad	0x00cf93000000ffff	/* BOOT_DS */
gdt_pointer:
	.word	. - gdt - 1
	.long	gdt

	.section .kernel, "a"
	.incbin	KERNEL_IMAGE

	.bss
	.balign	4096
pml5:	.skip	4096
pml4:	.skip	4096
pdpt:	.skip	4096
	.skip	4096
stack_top:

	.section .note.GNU-stack, "", @progbits
