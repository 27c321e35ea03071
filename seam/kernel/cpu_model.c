// SPDX-License-Identifier: GPL-2.0-only
/*
 * The CPU model: a server of the first TDX generation, cut down to what the
 * CPU that softseam runs on can really do.
 */
#include <linux/kernel.h>
#include <linux/string.h>
#include <asm/processor-flags.h>
#include <asm/processor.h>
#include <asm/special_insns.h>
#include "cpu_model.h"
#include "kernel.h"
#include "msr.h"

#define EAX_	0
#define EBX_	1
#define ECX_	2
#define EDX_	3

#define EPT_5_LEVELS	BIT_ULL(7)

static struct seam_cpuid cpuid_table[] = {
	{ 0x0, 0x0, { 0x00000021, 0x756e6547, 0x6c65746e, 0x49656e69 } },
	{ 0x1, 0x0, { 0x000806f8, 0x00800800, 0x7ffefbff, 0xbfebfbff } },
	{ 0x2, 0x0, { 0x00feff01, 0x000000f0, 0x00000000, 0x00000000 } },
	{ 0x4, 0x0, { 0x7c004121, 0x02c0003f, 0x0000003f, 0x00000000 } },
	{ 0x4, 0x1, { 0x7c004122, 0x01c0003f, 0x0000003f, 0x00000000 } },
	{ 0x4, 0x2, { 0x7c01c143, 0x03c0003f, 0x000007ff, 0x00000000 } },
	{ 0x4, 0x3, { 0x7c1fc163, 0x03c0003f, 0x0001ffff, 0x00000004 } },
	{ 0x6, 0x0, { 0x005fcff7, 0x00000002, 0x00000409, 0x00000000 } },
	{ 0x7, 0x0, { 0x00000002, 0xf3bfbfeb, 0x9b417f5e, 0xffdd4432 } },
	{ 0x7, 0x1, { 0x00001c30, 0x00000000, 0x00000000, 0x00000000 } },
	{ 0x7, 0x2, { 0x00000000, 0x00000000, 0x00000000, 0x0000001f } },
	{ 0xa, 0x0, { 0x07300805, 0x00000000, 0x00000007, 0x00008603 } },
	{ 0xb, 0x0, { 0x00000001, 0x00000002, 0x00000100, 0x00000000 } },
	{ 0xb, 0x1, { 0x00000007, 0x00000080, 0x00000201, 0x00000000 } },
	{ 0xb, 0x2, { 0x00000000, 0x00000000, 0x00000002, 0x00000000 } },
	{ 0xd, 0x0, { 0x000602e7, 0x00002b00, 0x00002b00, 0x00000000 } },
	{ 0xd, 0x1, { 0x0000001f, 0x00002a80, 0x00003900, 0x00000000 } },
	{ 0xd, 0x2, { 0x00000100, 0x00000240, 0x00000000, 0x00000000 } },
	{ 0xd, 0x5, { 0x00000040, 0x00000440, 0x00000000, 0x00000000 } },
	{ 0xd, 0x6, { 0x00000200, 0x00000480, 0x00000000, 0x00000000 } },
	{ 0xd, 0x7, { 0x00000400, 0x00000680, 0x00000000, 0x00000000 } },
	{ 0xd, 0x8, { 0x00000080, 0x00000000, 0x00000001, 0x00000000 } },
	{ 0xd, 0x9, { 0x00000008, 0x00000a80, 0x00000000, 0x00000000 } },
	{ 0xd, 0xb, { 0x00000010, 0x00000000, 0x00000001, 0x00000000 } },
	{ 0xd, 0xc, { 0x00000018, 0x00000000, 0x00000001, 0x00000000 } },
	{ 0xd, 0xd, { 0x00000008, 0x00000000, 0x00000001, 0x00000000 } },
	{ 0xd, 0xe, { 0x00000030, 0x00000000, 0x00000001, 0x00000000 } },
	{ 0xd, 0xf, { 0x00000328, 0x00000000, 0x00000001, 0x00000000 } },
	{ 0xd, 0x11, { 0x00000040, 0x00000ac0, 0x00000002, 0x00000000 } },
	{ 0xd, 0x12, { 0x00002000, 0x00000b00, 0x00000006, 0x00000000 } },
	{ 0x14, 0x0, { 0x00000001, 0x0000005f, 0x00000007, 0x00000000 } },
	{ 0x14, 0x1, { 0x02490002, 0x003f003f, 0x00000000, 0x00000000 } },
	{ 0x15, 0x0, { 0x00000002, 0x000000a0, 0x017d7840, 0x00000000 } },
	{ 0x19, 0x0, { 0x00000007, 0x00000014, 0x00000003, 0x00000000 } },
	{ 0x1c, 0x0, { 0x4000000b, 0x00000007, 0x00000007, 0x00000000 } },
	{ 0x1d, 0x0, { 0x00000001, 0x00000000, 0x00000000, 0x00000000 } },
	{ 0x1d, 0x1, { 0x04002000, 0x00080040, 0x00000010, 0x00000000 } },
	{ 0x1e, 0x0, { 0x00000000, 0x00004010, 0x00000000, 0x00000000 } },
	{ 0x1f, 0x0, { 0x00000001, 0x00000002, 0x00000100, 0x00000000 } },
	{ 0x1f, 0x1, { 0x00000007, 0x00000080, 0x00000201, 0x00000000 } },
	{ 0x1f, 0x2, { 0x00000000, 0x00000000, 0x00000002, 0x00000000 } },
	{ 0x80000000, 0x0, { 0x80000008, 0x00000000, 0x00000000, 0x00000000 } },
	{ 0x80000001, 0x0, { 0x00000000, 0x00000000, 0x00000121, 0x2c100800 } },
	{ 0x80000006, 0x0, { 0x00000000, 0x00000000, 0x08007040, 0x00000000 } },
	{ 0x80000007, 0x0, { 0x00000000, 0x00000000, 0x00000000, 0x00000100 } },
	{ 0x80000008, 0x0, { 0x00003934, 0x00000200, 0x00000000, 0x00000000 } },
};

static struct seam_msr msr_table[] = {
	{ MSR_IA32_MISC_ENABLE, 0x1 },		/* each VP.ENTER looks at it */
	{ 0x1b, 0xfee00d00 },
	{ 0x3b, 0x0 },
	{ 0x48, 0x0 },
	{ 0x35, 0x2 },
	{ 0xcf, 0x0 },
	{ 0x10a, 0x128fd6b },
	{ 0xbd, 0x1 },
	{ 0xbc, 0x1 },
	{ 0x345, 0x2000 },
	{ 0xfe, 0x4d08 },
	{ 0x1f2, 0x7f000006 },
	{ 0x1f3, 0xff800c00 },
	{ 0x1400, 0x78000000 },
	{ 0x1401, 0xffffffc000c00 },
	{ 0x981, 0x3f68000000f },
	{ 0x982, 0xf000600000003 },
	{ 0x87, 0x200000001f },
	{ 0x98, 0x8 },
	{ 0x99, 0x8 },
	{ 0x480, 0xd8080000000011 },
	{ 0x48d, 0xffffffff00000016 },
	{ 0x48e, 0xffffffff04006172 },
	{ 0x48f, 0xffffffff00036dfb },
	{ 0x490, 0xffffffff000011fb },
	{ 0x48b, 0xffffffff00000000 },
	{ 0x492, 0xffffffffffffffff },
	{ 0x485, 0x6004c1e0 },
	{ MSR_IA32_VMX_EPT_VPID_CAP, 0xf0106f341c1 },
	{ 0x486, 0x80000021 },
	{ 0x487, 0xffffffff },
	{ 0x488, 0x2000 },
	{ 0x489, 0x11ff3fff },
	{ 0xda0, 0x0 },
	{ 0xc0000102, 0x0 },
};

/* Feature words: what the model has and the real CPU lacks is taken away. */
static const struct {
	u32 leaf, subleaf;
	u8 reg;
	u32 keep;	/* the module or the VMM emulates it, CPU or not */
} feature_words[] = {
	/* x2APIC, TSC deadline timer, VMX, SMX */
	{ 0x1, 0, ECX_, BIT(21) | BIT(24) | BIT(5) | BIT(6) },
	{ 0x1, 0, EDX_, BIT(7) | BIT(12) | BIT(14) },
	{ 0x7, 0, EBX_, 0 },
	{ 0x7, 0, ECX_, 0 },
	/* ARCH_CAPABILITIES, SPEC_CTRL and its like: no effect, no harm */
	{ 0x7, 0, EDX_, BIT(10) | BIT(26) | BIT(27) | BIT(28) | BIT(29) |
	  BIT(30) | BIT(31) },
	{ 0x7, 1, EAX_, 0 },
	{ 0xd, 0, EAX_, 0 },
	{ 0xd, 1, EAX_, 0 },
	{ 0x14, 0, EBX_, 0 },
	{ 0x19, 0, EBX_, 0 },
	{ 0x80000001, 0, ECX_, 0 },
	{ 0x80000001, 0, EDX_, 0 },
	{ 0x80000007, 0, EDX_, BIT(8) },
};

unsigned int cpu_model_phys_bits(void)
{
	return cpuid_eax(0x80000008) & 0xff;
}

static struct seam_cpuid *find_row(u32 leaf, u32 subleaf)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cpuid_table); i++)
		if (cpuid_table[i].leaf == leaf &&
		    cpuid_table[i].subleaf == subleaf)
			return &cpuid_table[i];
	return NULL;
}

static void native(u32 leaf, u32 subleaf, u32 r[4])
{
	u32 max = cpuid_eax(leaf & 0x80000000);

	memset(r, 0, 4 * sizeof(*r));
	if (leaf <= max)
		cpuid_count(leaf, subleaf, &r[EAX_], &r[EBX_], &r[ECX_],
			    &r[EDX_]);
}

/* Offsets and sizes of the extended state are those of the real CPU. */
static void model_xstate(void)
{
	u32 xcr0 = find_row(0xd, 0)->r[EAX_];
	u32 size = 576, r[4];
	unsigned int i;

	for (i = 2; i < 32; i++) {
		struct seam_cpuid *row = find_row(0xd, i);

		if (!row || row->r[ECX_] & 1)
			continue;
		if (!(xcr0 & BIT(i))) {
			memset(row->r, 0, sizeof(row->r));
			continue;
		}
		native(0xd, i, r);
		memcpy(row->r, r, sizeof(row->r));
		size = max(size, r[EAX_] + r[EBX_]);
	}
	find_row(0xd, 0)->r[EBX_] = size;
	find_row(0xd, 0)->r[ECX_] = size;
}

/*
 * Nested page tables have as many levels as the host's own. With 4, the SHARED
 * bit of 52 bit addresses would not be looked at.
 */
static void model_ept(void)
{
	unsigned int i;

	if (native_read_cr4() & X86_CR4_LA57)
		return;
	for (i = 0; i < ARRAY_SIZE(msr_table); i++)
		if (msr_table[i].index == MSR_IA32_VMX_EPT_VPID_CAP)
			msr_table[i].value &= ~EPT_5_LEVELS;
}

/* Where MONITOR works, a TD may have it, and then must find it turned on. */
static void model_monitor(void)
{
	unsigned int i;

	if (!(find_row(0x1, 0)->r[ECX_] & BIT(3)))
		return;
	for (i = 0; i < ARRAY_SIZE(msr_table); i++)
		if (msr_table[i].index == MSR_IA32_MISC_ENABLE)
			msr_table[i].value |= MSR_IA32_MISC_ENABLE_MWAIT;
}

void cpu_model_init(void)
{
	u32 r[4];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(feature_words); i++) {
		struct seam_cpuid *row = find_row(feature_words[i].leaf,
						  feature_words[i].subleaf);
		unsigned int reg = feature_words[i].reg;

		if (!row)
			continue;
		native(row->leaf, row->subleaf, r);
		row->r[reg] &= r[reg] | feature_words[i].keep;
	}
	model_xstate();
	model_ept();
	model_monitor();

	seam_config.cpuid = cpuid_table;
	seam_config.nr_cpuid = ARRAY_SIZE(cpuid_table);
	seam_config.msr = msr_table;
	seam_config.nr_msr = ARRAY_SIZE(msr_table);
}
