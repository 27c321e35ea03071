// SPDX-License-Identifier: GPL-2.0-only
/* CPUID: what a VMM may choose, which leaves there are, what they follow. */
#include "vp_test.h"
#include "../../../seam/module/cpuid.h"

#define BAD_CPUID	OP(OPERAND_INVALID, CPUID_CONFIG)
#define LEAF(l)		((l) | 0xffffffffULL << 32)

static struct td td;
static u32 config[MAX_CPUID_CONFIG][4];
static u64 bad;

static u64 configure(unsigned int entry, enum cpuid_reg reg, u32 val)
{
	u64 st;

	config[entry][reg] = val;
	bad = 0;
	st = cpuid_td_init(&td, config, &bad);
	config[entry][reg] = 0;
	return st;
}

static u32 value(u32 leaf, u32 subleaf, enum cpuid_reg reg)
{
	u32 r[4] = { 0 };

	cpuid_td_value(&td, leaf, subleaf, r);
	return r[reg];
}

static void test_choice(void)
{
	u32 own = cpuid_signature();

	td = (struct td){ .xfam = 3, .tsc_frequency = 40 };
	ktap(!configure(0, CPUID_EAX, 0) && value(1, 0, CPUID_EAX) == own &&
	     !configure(0, CPUID_EAX, own),
	     "without a signature a TD has the CPU's");
	ktap(configure(0, CPUID_EAX, own - 1) == BAD_CPUID && bad == LEAF(1),
	     "no other stepping for a TD that stays");
	td.attributes = ATTR_MIGRATABLE;
	ktap(!configure(0, CPUID_EAX, own - 1) &&
	     configure(0, CPUID_EAX, own + 1) == BAD_CPUID &&
	     configure(0, CPUID_EAX, own - 0x10) == BAD_CPUID,
	     "one that may move can have an earlier one");
	td.attributes = 0;
	ktap(!configure(5, CPUID_EBX, 1U << 4) &&
	     !(value(7, 0, CPUID_EBX) & (1U << 4)),
	     "what the CPU lacks may be asked for, in vain");
	ktap(configure(5, CPUID_EBX, 1U << 11) == BAD_CPUID && !bad,
	     "no RTM without HLE");
	ktap(configure(5, CPUID_EDX, 1U << 10) == BAD_CPUID && bad == 7,
	     "a bit that is not the VMM's names its leaf");
}

#define CAPS	(SEAM_BIT(4) | SEAM_BIT(19) | SEAM_BIT(20) | SEAM_BIT(24))

static void test_arch_capabilities(void)
{
	u64 native = 0;

	seam_msr(0x10a, &native);
	td = (struct td){ .xfam = 3, .tsc_frequency = 40 };
	configure(0, CPUID_EAX, 0);
	ktap((arch_capabilities(&td) & CAPS) == (native & SEAM_BIT(19)),
	     "without a choice the weaknesses are the CPU's");
	td.msr_config_ctls = 1;
	td.arch_capabilities = CAPS;
	ktap((arch_capabilities(&td) & CAPS) == ((native & CAPS) | SEAM_BIT(19)),
	     "no cure that the CPU has not");
}

static bool ve(u32 leaf, u32 subleaf, bool long_mode)
{
	struct vp_exit e = { .reason = VMX_CPUID, .instr_len = 2,
			     .long_mode = long_mode };
	struct vp_inject inj = { 0 };

	world_guest[0]->gpr[RAX] = leaf;
	world_guest[0]->gpr[RCX] = subleaf;
	vp_exit(world_guest[0], &e, &inj, world_regs[0]);
	world_guest[0]->ve.valid = 0;
	return inj.info == EVENT_VE;
}

static void test_leaves(void)
{
	static const u32 none[][2] = {
		{ 0x2, 0 }, { 0x6, 0 }, { 0x9, 0 }, { 0xb, 0 }, { 0xc, 0 },
		{ 0xd, 0x13 }, { 0x1f, 0 }, { 0x24, 4 }, { 0x80000002, 0 },
		{ 0x80000006, 0 }, { 0x80000009, 4 }, { 0x40000000, 0 },
		{ 0x4fffffff, 0 },
	};
	static const u32 some[][2] = {
		{ 0x0, 5 }, { 0x8, 0 }, { 0xd, 0x12 }, { 0x24, 3 },
		{ 0x3fffffff, 0 }, { 0x50000000, 0 }, { 0x80000009, 0 },
		{ 0xffffffff, 1 },
	};
	unsigned int i, wrong = 0;
	struct vcpu *v;

	world_run();
	v = vp_enter();
	for (i = 0; i < ARRAY_SIZE(none); i++)
		wrong += !ve(none[i][0], none[i][1], true);
	for (i = 0; i < ARRAY_SIZE(some); i++)
		wrong += ve(some[i][0], some[i][1], true);
	ktap(!wrong, "which leaves are #VE");
	ktap(!ve(0x80000001, 0, true) && (v->gpr[RDX] & (1U << 11)) &&
	     !ve(0x80000001, 0, false) && !(v->gpr[RDX] & (1U << 11)),
	     "SYSCALL only in 64-bit mode");
	v->cpuid_control[63] = 1;
	ktap(ve(5, 0, true) && !ve(0x23, 0, true),
	     "leaves are numbered as CPUID_CONTROL has them");
	world_close();
}

static void test_monitor(void)
{
	struct td *other;

	world_run();
	other = pamt_at(TDR, TDX_LEVEL_4K)->obj;
	other->has_monitor = true;
	ktap(CALL(0, TDH_VP_ENTER, TDVPR) ==
	     (TDX_WORD_INCORRECT_MSR_VALUE | MSR_MISC_ENABLE),
	     "no entry with MONITOR, which IA32_MISC_ENABLE turns off");
	world_close();
}

void vp_test_cpuid(void)
{
	world_open();
	test_choice();
	test_arch_capabilities();
	world_close();
	test_leaves();
	test_monitor();
}
