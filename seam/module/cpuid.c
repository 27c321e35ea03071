// SPDX-License-Identifier: GPL-2.0-only
/* CPUID of a TD: made at MNG.INIT, completed at each exit. */
#include "cpuid.h"

#define CR4_OSXSAVE	SEAM_BIT(18)
#define CR4_PKE		SEAM_BIT(22)

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

static void leaf_base(struct td *td, unsigned int i)
{
	const struct cpuid_leaf *l = &cpuid_leaves[i];
	u32 *val = td->cpuid[i];
	unsigned int r;

	leaf_native(l->leaf, l->subleaf, val);
	for (r = 0; r < 4; r++)
		val[r] = (val[r] & l->native[r]) | l->fixed1[r];
}

/* The VMM may name a family of its own; with 0 it takes the CPU's. */
static void leaf_1(u32 *val)
{
	u32 native[4];

	if (!val[CPUID_EAX]) {
		cpuid_native(1, 0, native);
		val[CPUID_EAX] = native[CPUID_EAX];
	}
}

static void leaf_fixups(struct td *td)
{
	int i;

	leaf_1(td->cpuid[cpuid_index(1, 0)]);

	td->cpuid[cpuid_index(0x15, 0)][CPUID_EBX] = td->tsc_frequency;

	i = cpuid_index(0xd, 0);
	td->cpuid[i][CPUID_EAX] &= td->xfam & XFAM_USER;
	td->cpuid[i][CPUID_EDX] = 0;
	i = cpuid_index(0xd, 1);
	if (!(td->xfam & SEAM_BIT(17)))
		td->cpuid[i][CPUID_EAX] &= ~(1U << 4);	/* XFD */
	td->cpuid[i][CPUID_ECX] &= td->xfam & XFAM_SUPERVISOR;

	/* 57 linear address bits only together with LA57 */
	i = cpuid_index(0x80000008, 0);
	if (!(td->cpuid[cpuid_index(7, 0)][CPUID_ECX] & (1U << 16)))
		td->cpuid[i][CPUID_EAX] = (td->cpuid[i][CPUID_EAX] & 0xff) |
					  48 << 8;
}

bool cpuid_td_init(struct td *td, const u32 config[MAX_CPUID_CONFIG][4],
		   u64 *bad)
{
	unsigned int i, r;

	for (i = 0; i < nr_cpuid_leaves; i++)
		leaf_base(td, i);

	for (i = 0; i < MAX_CPUID_CONFIG; i++) {
		u32 leaf, subleaf, mask[4];
		u32 *val;

		cpuid_config_get(i, &leaf, &subleaf, mask);
		val = td->cpuid[cpuid_index(leaf, subleaf)];
		for (r = 0; r < 4; r++) {
			if (config[i][r] & ~mask[r]) {
				*bad = leaf | (u64)subleaf << 32;
				return false;
			}
			val[r] |= config[i][r];
		}
	}
	for (i = 0; i < nr_cpuid_leaves; i++)
		for (r = 0; r < 4; r++)
			td->cpuid[i][r] = gates_close(td, &cpuid_leaves[i], r,
						      td->cpuid[i][r]);
	leaf_fixups(td);
	return true;
}

u32 cpuid_signature(const struct td *td)
{
	return td->cpuid[cpuid_index(1, 0)][CPUID_EAX];
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

/* XSAVE components that are on in XFAM read as on the CPU, others as 0. */
static void emulate_xsave(struct vcpu *v, u32 subleaf, u32 out[4])
{
	u64 xss = 0;

	if (subleaf >= 2) {
		if (subleaf < 63 && (v->td->xfam & SEAM_BIT(subleaf)))
			cpuid_native(0xd, subleaf, out);
		else
			memset(out, 0, 4 * sizeof(*out));
		return;
	}
	memcpy(out, v->td->cpuid[cpuid_index(0xd, subleaf)], 4 * sizeof(*out));
	if (!seam_config.cpuid_xsave_sizes)
		return;
	own_msr(v, MSR_IA32_XSS_INDEX, &xss, false);
	out[CPUID_EBX] = subleaf ? xsave_size(v->xcr0 | xss, true) :
				   xsave_size(v->xcr0, false);
	if (!subleaf)
		out[CPUID_ECX] = xsave_size(v->td->xfam & XFAM_USER, false);
}

static bool cpuid_beyond_last(u32 leaf)
{
	return leaf > 0x80000008 && leaf < 0x90000000;
}

bool cpuid_emulate(struct vcpu *v, u32 leaf, u32 subleaf, u32 out[4])
{
	int i;

	if (leaf == 0xd) {
		emulate_xsave(v, subleaf, out);
		return true;
	}
	i = cpuid_index(leaf, subleaf);
	if (i < 0) {
		memset(out, 0, 4 * sizeof(*out));
		return cpuid_beyond_last(leaf);
	}
	memcpy(out, v->td->cpuid[i], 4 * sizeof(*out));
	switch (leaf) {
	case 0x1:
		out[CPUID_EBX] |= (u32)v->x2apic_id << 24;
		if (guest_cr4(v) & CR4_OSXSAVE)
			out[CPUID_ECX] |= 1U << 27;
		break;
	case 0x7:
		if (!subleaf && (out[CPUID_ECX] & (1U << 3)) &&
		    (guest_cr4(v) & CR4_PKE))
			out[CPUID_ECX] |= 1U << 4;
		break;
	}
	return true;
}
