/* SPDX-License-Identifier: GPL-2.0-only */
/* What guest/raw.c and the VMM that has no KVM in between say to each other. */
#ifndef SELFTESTS_GUEST_RAW_H
#define SELFTESTS_GUEST_RAW_H

/* TDVMCALL: R10 = RAW_STEP + step, R11 and R12 as the step says */
#define RAW_STEP	0x5ea00

#define STEP_HELLO	0	/* R11 GPA width; back: what to do, see RAW_ALL */
#define STEP_XMM	1	/* XMM5 in the mask, XMM6 not */
#define STEP_XMM_GOT	2	/* R11 XMM5, R12 XMM6 after that */
#define STEP_INSN	3	/* R11 reason of the #VE of MWAIT, R12 of INVD */
#define STEP_NMI	4	/* an NMI is wanted */
#define STEP_IN_NMI	5	/* the same, inside the handler of the first */
#define STEP_NMI_GOT	6	/* R11 NMIs seen when the first handler ended, R12 now */
#define STEP_POST	7	/* RAW_VECTOR is wanted, interrupts are off */
#define STEP_POSTED	8	/* R11 how often it came so far, R12 after STI */
#define STEP_DEBUG	9	/* R11 address of a secret; R12 RAW_R12, not in the mask */
#define STEP_DEBUGGED	10	/* R11 the secret, R12 register R12 as they are now */
#define STEP_TOUCH	11	/* R11 address of a word, R12 what it reads as */
#define STEP_LARGE	12	/* R11 addresses in 1G that were wrong, R12 round */

/* What to do, or an address from GUEST_LATE on: accept 2M there, and touch it */
#define RAW_ALL		0	/* all steps but TOUCH */
#define RAW_DATA	1	/* touch a page of data */
#define RAW_CODE_PAGE	2	/* of the code that leaves the TD */
#define RAW_TABLES	3	/* of page tables */
#define RAW_LARGE	4	/* accept 1G at RAW_1G in 2M, use it round by round */

#define RAW_1G		0x40000000ULL
#define RAW_VECTOR	0x45
#define RAW_XMM5	0x1122334455667788ULL
#define RAW_XMM6	0x99aabbccddeeff00ULL
#define RAW_HOST5	0x0123456789abcdefULL
#define RAW_HOST6	0xfedcba9876543210ULL
#define RAW_R12		0x5ec4e712ULL
#define RAW_R12_NEW	0xdeb126ULL
#define RAW_SECRET(n)	(0x7dc0ffee00000000ULL * ((n) | 1))

#ifndef __ASSEMBLER__
/* One word in each of 16 parts of 1G, never at the same place in two */
static inline unsigned long long raw_1g_word(unsigned int i)
{
	return i * 0x4200000ULL % RAW_1G + i * 0x11008;
}
#endif

#endif /* SELFTESTS_GUEST_RAW_H */
