// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a TD sees of leaves that no KVM stands before: vector registers passed
 * by TDVMCALL, NMIs and interrupts that the host posts, a debugger, a host
 * that writes to private memory. The VMM is vm/raw_td_test.c.
 */
#include <seamhost/leaves.h>
#include "guest.h"
#include "raw.h"

#define NMI_VECTOR	2
#define MSR_X2APIC_EOI	0x80b

static volatile u64 secret[512] __attribute__((aligned(4096)));
static volatile unsigned int nmis, nmis_inside;

static u64 step(u64 number, u64 a, u64 b)
{
	struct tdx_regs r = {
		.rcx = TDX_REG_R10 | TDX_REG_R11 | TDX_REG_R12,
		.r10 = RAW_STEP + number, .r11 = a, .r12 = b,
	};

	tdcall(TDG_VP_VMCALL, &r);
	return r.r11;
}

int guest_fault(struct exc_regs *regs)
{
	if (regs->vector != NMI_VECTOR)
		return 0;
	nmis++;
	if (nmis == 1) {
		step(STEP_IN_NMI, 0, 0);
		nmis_inside = nmis;
	}
	return 1;
}

static void vectors(void)
{
	struct tdx_regs r = {
		.rcx = TDX_REG_R10 | 1 << (16 + 5),
		.r10 = RAW_STEP + STEP_XMM,
	};
	u64 xmm5, xmm6;

	asm volatile("movq %0, %%xmm5; movq %1, %%xmm6"
		     : : "r"(RAW_XMM5), "r"(RAW_XMM6));
	tdcall(TDG_VP_VMCALL, &r);
	asm volatile("movq %%xmm5, %0; movq %%xmm6, %1"
		     : "=r"(xmm5), "=r"(xmm6));
	step(STEP_XMM_GOT, xmm5, xmm6);
}

static void instructions(void)
{
	u64 mwait;

	asm volatile("mwait" : : "a"(0), "c"(0));
	mwait = guest_ve.reason;
	asm volatile("invd");
	step(STEP_INSN, mwait, guest_ve.reason);
}

static void posted(void)
{
	u64 before;

	step(STEP_POST, 0, 0);
	before = guest_irq_count[RAW_VECTOR];
	asm volatile("sti; nop; nop; cli" : : : "memory");
	step(STEP_POSTED, before, guest_irq_count[RAW_VECTOR]);
	asm volatile("wrmsr" : : "c"(MSR_X2APIC_EOI), "a"(0), "d"(0));
}

static void debugged(void)
{
	struct tdx_regs r = {
		.rcx = TDX_REG_R10 | TDX_REG_R11,
		.r10 = RAW_STEP + STEP_DEBUG, .r11 = (u64)secret,
		.r12 = RAW_R12,
	};

	tdcall(TDG_VP_VMCALL, &r);
	step(STEP_DEBUGGED, secret[0], r.r12);
}

static volatile u64 *large_word(unsigned int i)
{
	return (u64 *)(RAW_1G + raw_1g_word(i));
}

static void large(void)
{
	u64 round, bad = 0, i;

	for (i = 0; i < 512; i++)
		bad += !!page_accept(RAW_1G + i * 0x200000, TDX_LEVEL_2M);
	for (round = 0;; round++) {
		for (i = 0; i < 16; i++) {
			if (*large_word(i) != (round ? RAW_SECRET(i * 64 + round) : 0))
				bad++;
			*large_word(i) = RAW_SECRET(i * 64 + round + 1);
		}
		step(STEP_LARGE, bad, round);
		bad = 0;
	}
}

/* Read again and again while the host looks for what it can do to it. */
static __attribute__((noreturn)) void touch(u64 what)
{
	volatile u64 *p = &secret[1];
	u64 cr3;

	switch (what) {
	case RAW_ALL:
	case RAW_DATA:
		break;
	case RAW_CODE_PAGE:
		p = (u64 *)((u64)tdcall & ~7ULL);
		break;
	case RAW_LARGE:
		large();
		break;
	case RAW_TABLES:
		asm volatile("mov %%cr3, %0" : "=r"(cr3));
		p = (u64 *)cr3;
		break;
	default:
		page_accept(GUEST_LATE, TDX_LEVEL_2M);
		p = (u64 *)what;
	}
	for (;;)
		step(STEP_TOUCH, (u64)p, *p);
}

u32 guest_main(const struct guest_info *info)
{
	unsigned int i;
	u64 what;

	for (i = 0; i < 512; i++)
		secret[i] = RAW_SECRET(i);
	what = step(STEP_HELLO, info->gpaw, 0);
	if (what == RAW_ALL) {
		vectors();
		instructions();
		step(STEP_NMI, 0, 0);
		step(STEP_NMI_GOT, nmis_inside, nmis);
		posted();
		debugged();
	}
	touch(what);
}
