// SPDX-License-Identifier: GPL-2.0-only
/* CPUID of a TD: made at MNG.INIT, completed at each exit. */
#include "cpuid.h"

#define CR4_OSXSAVE	SEAM_BIT(18)
#define CR4_PKE		SEAM_BIT(22)

#define FMS_BITS		0x0fff3fffU
#define FMS_STEPPING		0xfU
#define ECX_MONITOR		(1U << 3)	/* leaf 1 */
#define EBX_HLE			(1U << 4)	/* leaf 7 */
#define EBX_RTM			(1U << 11)
#define ECX_LA57		(1U << 16)

#define MSR_ARCH_CAPABILITIES	0x10a
#define ARCH_CAPS_TSX_CTRL	SEAM_BIT(7)
#define MSR_TSX_CTRL		0x122
#define TSX_CPUID_CLEAR		SEAM_BIT(1)

#define LAST_BASIC		0x23U
#define FIRST_HYPERVISOR	0x40000000U
#define LAST_HYPERVISOR		0x4fffffffU
#define FIRST_EXTENDED		0x80000000U
#define LAST_EXTENDED		0x80000008U

#define XFAM_USER	(SEAM_MASK(7, 0) | SEAM_BIT(9) | SEAM_MASK(18, 17))
#define XFAM_SUPERVISOR	(SEAM_BIT(8) | SEAM_MASK(16, 10))

bool cpuid_native(u32 leaf, u32 subleaf, u32 out[4])
{
	unsigned int i;

	for (i = 0; i < seam_config.nr_cpuid; i++) {
		const struct seam_cpuid *c = &seam_config.cpuid[i];

		if (c->leaf == leaf && c->subleaf == subleaf) {
			memcpy(out, c->r, sizeof(c->r));
			return true;
		}
	}
	memset(out, 0, 4 * sizeof(*out));
	return false;
}

static void leaf_native(u32 leaf, u32 subleaf, u32 out[4])
{
	cpuid_native(leaf, subleaf == CPUID_ANY_SUBLEAF ? 0 : subleaf, out);
}

int cpuid_index(u32 leaf, u32 subleaf)
{
	unsigned int i;

	for (i = 0; i < nr_cpuid_leaves; i++)
		if (cpuid_leaves[i].leaf == leaf &&
		    (cpuid_leaves[i].subleaf == CPUID_ANY_SUBLEAF ||
		     cpuid_leaves[i].subleaf == subleaf))
			return i;
	return -1;
}

void cpuid_config_get(unsigned int i, u32 *leaf, u32 *subleaf, u32 mask[4])
{
	const struct cpuid_config_entry *e = &cpuid_configs[i];
	unsigned int r;

	*leaf = e->leaf;
	*subleaf = e->subleaf;
	leaf_native(e->leaf, e->subleaf, mask);
	for (r = 0; r < 4; r++)
		mask[r] = e->direct[r] | (mask[r] & e->allow[r]);
}

static u32 gates_close(const struct td *td, const struct cpuid_leaf *l,
		       unsigned int reg, u32 val)
{
	unsigned int i;

	for (i = 0; i < nr_cpuid_gates; i++) {
		const struct cpuid_gate *g = &cpuid_gates[i];

		if (g->leaf == l->leaf && g->subleaf == l->subleaf &&
		    (g->reg == reg || g->reg == CPUID_ALL) &&
		    ((td->xfam & g->xfam) != g->xfam ||
		     (td->attributes & g->attributes) != g->attributes))
			val &= ~g->mask;
	}
	return val;
}

/* Bytes that XSAVE of @features needs, standard or compacted form. */
static u32 xsave_size(u64 features, bool compact)
{
	u32 size = 576, r[4];
	unsigned int i;

	for (i = 2; i < 63; i++) {
		if (!(features & SEAM_BIT(i)) || !cpuid_native(0xd, i, r))
			continue;
		if (!compact) {
			size = max(size, r[CPUID_EBX] + r[CPUID_EAX]);
			continue;
		}
		if (r[CPUID_ECX] & 2)
			size = (size + 63) & ~63U;
		size += r[CPUID_EAX];
	}
	return size;
}

static const struct cpuid_config_entry *config_of(const struct cpuid_leaf *l)
{
	unsigned int i;

	for (i = 0; i < MAX_CPUID_CONFIG; i++)
		if (cpuid_configs[i].leaf == l->leaf &&
		    cpuid_configs[i].subleaf == l->subleaf)
			return &cpuid_configs[i];
	return NULL;
}

static bool leaf_configure(const struct cpuid_config_entry *e,
			   const u32 *config, const struct cpuid_leaf *l,
			   u32 *val)
{
	unsigned int r;

	for (r = 0; r < 4; r++) {
		if (config[r] & ~(e->direct[r] | e->allow[r]))
			return false;
		val[r] &= l->native[r] | (e->allow[r] & config[r]);
		val[r] |= l->fixed1[r] | (e->direct[r] & config[r]);
	}
	return true;
}

static void leaf_fixed(const struct cpuid_leaf *l, u32 *val)
{
	unsigned int r;

	for (r = 0; r < 4; r++)
		val[r] = (val[r] & l->native[r]) | l->fixed1[r];
}

u32 cpuid_signature(void)
{
	u32 native[4];

	cpuid_native(1, 0, native);
	return native[CPUID_EAX] & FMS_BITS;
}

/*
 * With 0 the VMM takes the CPU's family, model and stepping. Only a TD that
 * may come from elsewhere can have another stepping, one before the CPU's.
 */
static bool leaf_1_ok(const struct td *td, u32 *val)
{
	u32 own = cpuid_signature(), *fms = &val[CPUID_EAX];

	if (!*fms)
		*fms = own;
	if (!(td->attributes & ATTR_MIGRATABLE))
		return *fms == own;
	return !((*fms ^ own) & ~FMS_STEPPING) &&
	       (*fms & FMS_STEPPING) <= (own & FMS_STEPPING);
}

/* HLE and RTM go together, and want an IA32_TSX_CTRL to turn them off. */
static u64 leaf_7_check(u32 ebx)
{
	u64 caps = 0;

	if (!(ebx & EBX_HLE) != !(ebx & EBX_RTM))
		return ST_OP(OPERAND_INVALID, CPUID_CONFIG);
	seam_msr(MSR_ARCH_CAPABILITIES, &caps);
	if ((ebx & EBX_HLE) && !(caps & ARCH_CAPS_TSX_CTRL))
		return ST(INCORRECT_MSR_VALUE) | MSR_ARCH_CAPABILITIES;
	return 0;
}

static void leaf_xsave(const struct td *td, u32 subleaf, u32 *val)
{
	switch (subleaf) {
	case 0:
		val[CPUID_EAX] &= td->xfam & XFAM_USER;
		if (seam_config.cpuid_xsave_sizes)
			val[CPUID_ECX] = xsave_size(td->xfam & XFAM_USER, false);
		break;
	case 1:
		if (!(td->xfam & SEAM_BIT(17)))
			val[CPUID_EAX] &= ~(1U << 4);	/* XFD */
		val[CPUID_ECX] &= td->xfam & XFAM_SUPERVISOR;
		break;
	default:
		if (!(td->xfam & SEAM_BIT(subleaf)))
			memset(val, 0, 4 * sizeof(*val));
	}
}

static void leaf_fixup(const struct td *td, const struct cpuid_leaf *l,
		       u32 *val)
{
	const u32 *leaf_7 = td->cpuid[cpuid_index(7, 0)];

	switch (l->leaf) {
	case 0x5:
		if (!(td->cpuid[cpuid_index(1, 0)][CPUID_ECX] & ECX_MONITOR))
			memset(val, 0, 4 * sizeof(*val));
		break;
	case 0xd:
		leaf_xsave(td, l->subleaf, val);
		break;
	case 0x15:
		val[CPUID_EBX] = td->tsc_frequency;
		break;
	case 0x80000008:
		/* 57 linear address bits only together with LA57 */
		val[CPUID_EAX] &= 0xff;
		val[CPUID_EAX] |= leaf_7[CPUID_ECX] & ECX_LA57 ? 57 << 8 :
								 48 << 8;
		break;
	}
}

static u64 leaf_init(struct td *td, unsigned int i,
		     const u32 config[MAX_CPUID_CONFIG][4], u64 *bad)
{
	const struct cpuid_leaf *l = &cpuid_leaves[i];
	const struct cpuid_config_entry *e = config_of(l);
	u32 *val = td->cpuid[i];
	unsigned int r;
	bool ok = true;

	leaf_native(l->leaf, l->subleaf, val);
	if (e)
		ok = leaf_configure(e, config[e - cpuid_configs], l, val);
	else
		leaf_fixed(l, val);
	if (ok && l->leaf == 1)
		ok = leaf_1_ok(td, val);
	if (!ok) {
		*bad = l->leaf | (u64)l->subleaf << 32;
		return ST_OP(OPERAND_INVALID, CPUID_CONFIG);
	}
	for (r = 0; r < 4; r++)
		val[r] = gates_close(td, l, r, val[r]);
	if (l->leaf == 7 && !l->subleaf)
		return leaf_7_check(val[CPUID_EBX]);
	leaf_fixup(td, l, val);
	return 0;
}

u64 cpuid_td_init(struct td *td, const u32 config[MAX_CPUID_CONFIG][4],
		  u64 *bad)
{
	unsigned int i;
	u64 st = 0;

	for (i = 0; !st && i < nr_cpuid_leaves; i++)
		st = leaf_init(td, i, config, bad);
	td->has_monitor = td->cpuid[cpuid_index(1, 0)][CPUID_ECX] & ECX_MONITOR;
	return st;
}

bool cpuid_td_value(const struct td *td, u32 leaf, u32 subleaf, u32 out[4])
{
	int i = cpuid_index(leaf, subleaf);

	if (i < 0)
		return false;
	memcpy(out, td->cpuid[i], sizeof(td->cpuid[i]));
	return true;
}

static u64 guest_cr4(struct vcpu *v)
{
	u64 cr4 = 0;

	engine_guest_field(v, VMCS_CR4, &cr4, false);
	return cr4;
}

/* Sizes are those for what is switched on now. */
static void emulate_xsave(struct vcpu *v, u32 subleaf, u32 out[4])
{
	u32 native[4];
	u64 xss = 0;

	if (subleaf >= 2)
		return;
	if (!seam_config.cpuid_xsave_sizes) {
		cpuid_native(0xd, subleaf, native);
		out[CPUID_EBX] = native[CPUID_EBX];
		return;
	}
	own_msr(v, MSR_IA32_XSS_INDEX, &xss, false);
	out[CPUID_EBX] = subleaf ? xsave_size(v->xcr0 | xss, true) :
				   xsave_size(v->xcr0, false);
}

static void emulate_7(struct vcpu *v, u32 out[4])
{
	u64 tsx_ctrl = 0;

	if (out[CPUID_EBX] & EBX_RTM)
		own_msr(v, MSR_TSX_CTRL, &tsx_ctrl, false);
	if (tsx_ctrl & TSX_CPUID_CLEAR)
		out[CPUID_EBX] &= ~(EBX_HLE | EBX_RTM);
	if (guest_cr4(v) & CR4_PKE)
		out[CPUID_ECX] |= 1U << 4;
}

/* Beyond the last leaf, CPUs answer as for the last basic one. */
int cpuid_guest_index(u32 leaf, u32 subleaf)
{
	if ((leaf > LAST_BASIC && leaf < FIRST_HYPERVISOR) ||
	    (leaf > LAST_HYPERVISOR && leaf < FIRST_EXTENDED) ||
	    leaf > LAST_EXTENDED)
		leaf = LAST_BASIC;
	return cpuid_index(leaf, subleaf);
}

bool cpuid_emulate(struct vcpu *v, u32 leaf, u32 subleaf, bool long_mode,
		   u32 out[4])
{
	int i = cpuid_guest_index(leaf, subleaf);

	if (i < 0 || cpuid_leaves[i].faults)
		return false;
	memcpy(out, v->td->cpuid[i], 4 * sizeof(*out));
	switch (leaf) {
	case 0x1:
		out[CPUID_EBX] |= (u32)v->x2apic_id << 24;
		if (guest_cr4(v) & CR4_OSXSAVE)
			out[CPUID_ECX] |= 1U << 27;
		break;
	case 0x7:
		if (!subleaf)
			emulate_7(v, out);
		break;
	case 0xd:
		emulate_xsave(v, subleaf, out);
		break;
	case 0x80000001:
		if (!long_mode)
			out[CPUID_EDX] &= ~(1U << 11);	/* SYSCALL */
		break;
	}
	return true;
}
