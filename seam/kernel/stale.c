// SPDX-License-Identifier: GPL-2.0-only
/*
 * Breakpoints that are not there any more. The kernel changes its code, such as
 * the calls that lead to a tracer, behind a breakpoint that it takes away when
 * it is done. QEMU's TCG can translate code at that moment and keep what it has
 * (7.2 does); a kernel that does not know of the breakpoint any more stops, or
 * tries again for ever. Memory tells what is true, and a write to it has the
 * emulator translate again.
 */
#include <linux/compiler.h>
#include <linux/moduleparam.h>
#include <asm/pgtable.h>
#include <asm/processor-flags.h>
#include <asm/ptrace.h>
#include "kernel.h"

#define INSN_INT3	0xcc
/* "int $3" has two bytes */
#define INSN_INT	0xcd
#define VECTOR_BP	0x03

static unsigned int stale_breakpoints;
module_param(stale_breakpoints, uint, 0444);
MODULE_PARM_DESC(stale_breakpoints,
		 "how often the emulator ran a breakpoint that is gone");

/* Without the kernel's own, which watch over these bits. */
static __always_inline unsigned long cr0_get(void)
{
	unsigned long cr0;

	asm volatile("mov %%cr0, %0" : "=r" (cr0));
	return cr0;
}

static __always_inline void cr0_put(unsigned long cr0)
{
	asm volatile("mov %0, %%cr0" : : "r" (cr0) : "memory");
}

/* By gate_entry.S, with interrupts off. False: nothing has changed. */
asmlinkage noinstr bool stale_breakpoint(struct pt_regs *regs)
{
	u8 *at = (u8 *)regs->ip - 1, byte = READ_ONCE(*at);
	unsigned int level;
	unsigned long cr0;
	pte_t *pte;

	if (byte == INSN_INT3 ||
	    (byte == VECTOR_BP && READ_ONCE(at[-1]) == INSN_INT))
		return false;

	/* code is read-only; what is in it stays, whoever else writes there */
	cr0 = cr0_get();
	cr0_put(cr0 & ~X86_CR0_WP);
	asm volatile("lock cmpxchgb %b1, %0"
		     : "+m" (*at), "+a" (byte) : "q" (byte) : "memory", "cc");
	/* a page that is dirty and read-only would be one of a shadow stack */
	pte = lookup_address((unsigned long)at, &level);
	if (pte && !(READ_ONCE(pte->pte) & _PAGE_RW))
		clear_bit(_PAGE_BIT_DIRTY, (unsigned long *)&pte->pte);
	cr0_put(cr0);
	stale_breakpoints++;
	regs->ip--;
	return true;
}
