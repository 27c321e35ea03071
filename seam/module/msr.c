// SPDX-License-Identifier: GPL-2.0-only
/*
 * RDMSR and WRMSR of a TD. On TDX hardware most of the MSRs marked "guest's
 * own" never exit; an engine that cannot let them through asks here as well.
 */
#include "cpuid.h"
#include "metadata.h"

/* What an access does. */
enum msr_kind {
	M_VE,			/* the VMM's to answer */
	M_GP,			/* not there */
	M_OWN,			/* guest's own: the engine keeps it */
	M_OWN_WO,		/* a command: writes do nothing, reads #GP */
	M_EMUL,			/* see msr_emulate() */
};

/* Gates: what must be on for the rule to hold, else #GP. */
enum msr_gate {
	G_NONE, G_PERFMON, G_PKS, G_PT, G_CET, G_UINTR, G_LBR, G_AMX,
	G_WAITPKG, G_TSC_DEADLINE, G_TME, G_MKTME, G_DCA, G_TSX,
};

struct msr_rule {
	u32 first, last;
	u8 rd, wr;		/* enum msr_kind */
	u8 gate;
};

static const struct msr_rule rules[] = {
	{ 0x10, 0x10, M_EMUL, M_VE, G_NONE },		/* TSC */
	{ 0x48, 0x48, M_OWN, M_OWN, G_NONE },		/* SPEC_CTRL */
	{ 0x49, 0x49, M_OWN_WO, M_OWN_WO, G_NONE },	/* PRED_CMD */
	{ 0x87, 0x87, M_VE, M_VE, G_MKTME },		/* MKTME_KEYID_PARTITIONING */
	{ 0x8c, 0x8f, M_GP, M_GP, G_NONE },		/* SGXLEPUBKEYHASH */
	{ 0x98, 0x9b, M_GP, M_GP, G_NONE },
	{ 0x9e, 0x9e, M_GP, M_GP, G_NONE },
	{ 0xc1, 0xc8, M_OWN, M_OWN, G_PERFMON },
	{ 0xe1, 0xe1, M_OWN, M_OWN, G_WAITPKG },
	{ 0x10a, 0x10a, M_EMUL, M_GP, G_NONE },		/* ARCH_CAPABILITIES */
	{ 0x10b, 0x10b, M_OWN_WO, M_OWN_WO, G_NONE },	/* FLUSH_CMD */
	{ 0x122, 0x122, M_OWN, M_OWN, G_TSX },
	{ 0x174, 0x176, M_OWN, M_OWN, G_NONE },		/* SYSENTER_* */
	{ 0x186, 0x18d, M_OWN, M_OWN, G_PERFMON },
	{ 0x195, 0x195, M_GP, M_GP, G_NONE },		/* OVERCLOCKING_STATUS */
	{ 0x1a0, 0x1a0, M_EMUL, M_VE, G_NONE },		/* MISC_ENABLE */
	{ 0x1a6, 0x1a7, M_OWN, M_OWN, G_PERFMON },
	{ 0x1c4, 0x1c5, M_OWN, M_OWN, G_AMX },		/* XFD, XFD_ERR */
	{ 0x1d9, 0x1d9, M_EMUL, M_EMUL, G_NONE },	/* DEBUGCTL */
	{ 0x1f8, 0x1fa, M_VE, M_VE, G_DCA },
	{ 0x276, 0x276, M_GP, M_GP, G_NONE },
	{ 0x277, 0x277, M_OWN, M_OWN, G_NONE },		/* PAT */
	{ 0x309, 0x30f, M_OWN, M_OWN, G_PERFMON },
	{ 0x329, 0x329, M_OWN, M_OWN, G_PERFMON },
	{ 0x345, 0x345, M_OWN, M_GP, G_PERFMON },
	{ 0x38d, 0x390, M_OWN, M_OWN, G_PERFMON },
	{ 0x3f1, 0x3f2, M_OWN, M_OWN, G_PERFMON },
	{ 0x3f6, 0x3f7, M_OWN, M_OWN, G_PERFMON },
	{ 0x480, 0x480, M_EMUL, M_GP, G_NONE },		/* VMX_* */
	{ 0x481, 0x484, M_VE, M_GP, G_NONE },
	{ 0x485, 0x489, M_EMUL, M_GP, G_NONE },
	{ 0x48a, 0x48a, M_VE, M_GP, G_NONE },
	{ 0x48b, 0x492, M_EMUL, M_GP, G_NONE },
	{ 0x4c1, 0x4c8, M_OWN, M_OWN, G_PERFMON },
	{ 0x500, 0x500, M_GP, M_GP, G_NONE },		/* SGX_SVN_STATUS */
	{ 0x560, 0x561, M_OWN, M_OWN, G_PT },
	{ 0x570, 0x572, M_OWN, M_OWN, G_PT },
	{ 0x580, 0x587, M_OWN, M_OWN, G_PT },
	{ 0x600, 0x600, M_OWN, M_OWN, G_NONE },		/* DS_AREA */
	{ 0x6a0, 0x6a0, M_OWN, M_OWN, G_CET },
	{ 0x6a2, 0x6a2, M_OWN, M_OWN, G_CET },
	{ 0x6a4, 0x6a8, M_OWN, M_OWN, G_CET },
	{ 0x6e0, 0x6e0, M_VE, M_VE, G_TSC_DEADLINE },
	{ 0x6e1, 0x6e1, M_OWN, M_OWN, G_PKS },
	{ 0x800, 0x8ff, M_EMUL, M_EMUL, G_NONE },	/* x2APIC */
	{ 0x981, 0x984, M_VE, M_VE, G_TME },
	{ 0x985, 0x98a, M_OWN, M_OWN, G_UINTR },
	{ 0xd90, 0xd90, M_GP, M_GP, G_NONE },		/* BNDCFGS */
	{ 0xd93, 0xd93, M_GP, M_GP, G_NONE },
	{ 0xda0, 0xda0, M_OWN, M_EMUL, G_NONE },	/* XSS */
	{ 0x1200, 0x121f, M_OWN, M_OWN, G_LBR },
	{ 0x14ce, 0x14cf, M_OWN, M_OWN, G_LBR },
	{ 0x1500, 0x151f, M_OWN, M_OWN, G_LBR },
	{ 0x1600, 0x161f, M_OWN, M_OWN, G_LBR },
	{ 0xc0000080, 0xc0000080, M_OWN, M_EMUL, G_NONE },	/* EFER */
	{ 0xc0000081, 0xc0000082, M_OWN, M_OWN, G_NONE },
	{ 0xc0000084, 0xc0000084, M_OWN, M_OWN, G_NONE },
	{ 0xc0000100, 0xc0000103, M_OWN, M_OWN, G_NONE },
};

#define EFER_SCE	SEAM_BIT(0)
#define EFER_LME	SEAM_BIT(8)
#define EFER_LMA	SEAM_BIT(10)
#define EFER_NXE	SEAM_BIT(11)

#define DEBUGCTL_RESERVED	(~0xffc7ULL)

static bool cpuid_bit(const struct td *td, u32 leaf, enum cpuid_reg reg,
		      unsigned int bit)
{
	u32 r[4];

	return cpuid_td_value(td, leaf, 0, r) && (r[reg] & (1U << bit));
}

static bool gate_open(const struct td *td, enum msr_gate gate)
{
	switch (gate) {
	case G_NONE:
		return true;
	case G_PERFMON:
		return td->attributes & ATTR_PERFMON;
	case G_PKS:
		return td->attributes & ATTR_PKS;
	case G_PT:
		return td->xfam & SEAM_BIT(8);
	case G_CET:
		return td->xfam & SEAM_BIT(11);
	case G_UINTR:
		return td->xfam & SEAM_BIT(14);
	case G_LBR:
		return td->xfam & SEAM_BIT(15);
	case G_AMX:
		return td->xfam & SEAM_BIT(17);
	case G_WAITPKG:
		return cpuid_bit(td, 7, CPUID_ECX, 5);
	case G_TSC_DEADLINE:
		return cpuid_bit(td, 1, CPUID_ECX, 24);
	case G_TME:
		return cpuid_bit(td, 7, CPUID_ECX, 13);
	case G_MKTME:
		return cpuid_bit(td, 7, CPUID_EDX, 18);
	case G_DCA:
		return cpuid_bit(td, 1, CPUID_ECX, 18);
	case G_TSX:
		return cpuid_bit(td, 7, CPUID_EBX, 11);
	}
	return false;
}

static const struct msr_rule *rule_of(u32 msr)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rules); i++)
		if (msr >= rules[i].first && msr <= rules[i].last)
			return &rules[i];
	return NULL;
}

/*
 * What the CPU has, short of what would show the host's control MSRs. Of the
 * configurable bits RRSBA tells of a weakness: the VMM can only add it, and
 * only take the others away.
 */
#define ARCH_CAPS_SHOWN	(SEAM_MASK(8, 0) | SEAM_MASK(15, 12) | \
			 ARCH_CAPS_CONFIG_MASK)
#define ARCH_CAPS_TSX	SEAM_BIT(7)
#define ARCH_CAPS_RRSBA	SEAM_BIT(19)

u64 arch_capabilities(const struct td *td)
{
	u64 val;

	seam_msr(0x10a, &val);
	val &= ARCH_CAPS_SHOWN;
	if (!gate_open(td, G_TSX))
		val &= ~ARCH_CAPS_TSX;
	val &= td->arch_capabilities |
	       ~(ARCH_CAPS_CONFIG_MASK & ~ARCH_CAPS_RRSBA);
	val |= td->arch_capabilities & ARCH_CAPS_RRSBA;
	return val;
}

static bool msr_exits(const struct td *td, u32 msr, bool write)
{
	const struct msr_rule *r = rule_of(msr);
	enum msr_kind kind;

	if (!r || !gate_open(td, r->gate))
		return true;
	kind = write ? r->wr : r->rd;
	return kind != M_OWN && kind != M_OWN_WO && (write || msr != 0x10);
}

u64 msr_bitmap_word(const struct td *td, unsigned int i)
{
	u32 base = (i & 128 ? 0xc0000000 : 0) + (i & 127) * 64;
	u64 word = 0;
	unsigned int b;

	for (b = 0; b < 64; b++)
		if (msr_exits(td, base + b, i & 256))
			word |= SEAM_BIT(b);
	return word;
}

#define DEBUGCTL_FIELD	0x0024000300002802ULL

/* The TDVPS field of an MSR: 0x2000 is where 0xC0000000 begins. */
static u64 msr_field(u32 msr)
{
	if (msr >= 0xc0000000)
		msr -= 0xc0000000 - 0x2000;
	return 0x1320000300000000ULL | msr;
}

static bool word_access(u64 *word, u64 *val, bool write)
{
	if (!word)
		return false;
	if (write)
		*word = *val;
	else
		*val = *word;
	return true;
}

/* What the engine has no use for stands in the TDVPS alone. */
bool own_msr(struct vcpu *v, u32 msr, u64 *val, bool write)
{
	return engine_guest_msr(v, msr, val, write) ||
	       word_access(tdvps_word(v, msr_field(msr)), val, write);
}

static bool debugctl(struct vcpu *v, u64 *val, bool write)
{
	return engine_guest_field(v, VMCS_DEBUGCTL, val, write) ||
	       word_access(tdvps_word(v, DEBUGCTL_FIELD), val, write);
}

static enum msr_answer read_emulated(struct vcpu *v, u32 msr, u64 *val)
{
	if (msr >= 0x800 && msr <= 0x8ff)
		return vapic_read(v, msr - 0x800, val);
	switch (msr) {
	case 0x10a:
		*val = arch_capabilities(v->td);
		return MSR_OK;
	case 0x1a0:
		seam_msr(msr, val);
		*val &= ~(SEAM_BIT(7) | SEAM_BIT(12));
		/* PEBS and performance monitoring are there with PERFMON alone */
		*val |= v->td->attributes & ATTR_PERFMON ? SEAM_BIT(7) :
							   SEAM_BIT(12);
		return MSR_OK;
	case 0x10:
		*val = virtual_tsc(v->td);
		return MSR_OK;
	case 0x1d9:
		if (!debugctl(v, val, false))
			return MSR_GP;
		*val &= ~DEBUGCTL_UNCORE_PMI;
		return MSR_OK;
	default:
		return vmx_msr(v->td, msr, val) ? MSR_OK : MSR_GP;
	}
}

/* The bits that matter to a guest in long mode; LMA follows the CPU. */
static enum msr_answer write_efer(struct vcpu *v, u64 val)
{
	u64 old, cr0;

	if (val & ~(EFER_SCE | EFER_LME | EFER_LMA | EFER_NXE))
		return MSR_GP;
	if (!engine_guest_msr(v, 0xc0000080, &old, false) ||
	    !engine_guest_field(v, VMCS_CR0, &cr0, false))
		return MSR_GP;
	if ((cr0 & SEAM_BIT(31)) && ((old ^ val) & EFER_LME))
		return MSR_GP;
	val = (val & ~EFER_LMA) | (old & EFER_LMA);
	return engine_guest_msr(v, 0xc0000080, &val, true) ? MSR_OK : MSR_GP;
}

/* Branch trace messages go out on the bus: not for a TD. */
static enum msr_answer write_debugctl(struct vcpu *v, u64 val)
{
	u64 old = 0;

	if (val & DEBUGCTL_RESERVED)
		return MSR_GP;
	if ((val & DEBUGCTL_TR) && !(val & DEBUGCTL_BTS))
		return MSR_VE;
	debugctl(v, &old, false);
	val = (val & ~DEBUGCTL_UNCORE_PMI) | (old & DEBUGCTL_UNCORE_PMI);
	return debugctl(v, &val, true) ? MSR_OK : MSR_GP;
}

static enum msr_answer write_emulated(struct vcpu *v, u32 msr, u64 val)
{
	u64 supervisor = v->td->xfam & (SEAM_BIT(8) | SEAM_MASK(16, 11));

	if (msr >= 0x800 && msr <= 0x8ff)
		return vapic_write(v, msr - 0x800, val);
	switch (msr) {
	case 0x1d9:
		return write_debugctl(v, val);
	case 0xda0:
		if (val & ~supervisor)
			return MSR_GP;
		return own_msr(v, msr, &val, true) ? MSR_OK : MSR_GP;
	case 0xc0000080:
		return write_efer(v, val);
	}
	return MSR_GP;
}

enum msr_answer msr_read(struct vcpu *v, u32 msr, u64 *val)
{
	const struct msr_rule *r = rule_of(msr);

	*val = 0;
	if (!r)
		return MSR_VE;
	if (!gate_open(v->td, r->gate))
		return MSR_GP;
	switch ((enum msr_kind)r->rd) {
	case M_VE:
		return MSR_VE;
	case M_OWN:
		return own_msr(v, msr, val, false) ? MSR_OK : MSR_GP;
	case M_EMUL:
		return read_emulated(v, msr, val);
	case M_GP:
	case M_OWN_WO:
		break;
	}
	return MSR_GP;
}

enum msr_answer msr_write(struct vcpu *v, u32 msr, u64 val)
{
	const struct msr_rule *r = rule_of(msr);

	if (!r)
		return MSR_VE;
	if (!gate_open(v->td, r->gate))
		return MSR_GP;
	switch ((enum msr_kind)r->wr) {
	case M_VE:
		return MSR_VE;
	case M_OWN:
		return own_msr(v, msr, &val, true) ? MSR_OK : MSR_GP;
	case M_OWN_WO:
		return val & ~1ULL ? MSR_GP : MSR_OK;
	case M_EMUL:
		return write_emulated(v, msr, val);
	case M_GP:
		break;
	}
	return MSR_GP;
}
