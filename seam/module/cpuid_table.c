// SPDX-License-Identifier: GPL-2.0-only
/*
 * CPUID of a TD as data. A virtual value is
 *
 *	(CPU's value & native) | fixed1 | (the VMM's choice & configurable)
 *
 * and then loses the bits whose gate, a TD attribute or an extended feature,
 * is closed. Leaves that are not here cause #VE. Leaves marked "assumed" were
 * not seen on the reference module.
 */
#include "cpuid.h"

#define ANY		CPUID_ANY_SUBLEAF
#define NATIVE		{ ~0U, ~0U, ~0U, ~0U }
#define ZERO(l, s)	{ .leaf = (l), .subleaf = (s) }

const struct cpuid_leaf cpuid_leaves[] = {
	{ 0x0, ANY, .native = { 0, ~0U, ~0U, ~0U }, .fixed1 = { 0x23 } },
	{ 0x1, ANY, .native = { 0, 0xff00, 0x46fab217, 0x07a9fbff },
	  .fixed1 = { 0, 0, 1U << 31 } },
	ZERO(0x3, ANY),
	{ 0x4, 0, .native = { 0, 0xfff } },
	{ 0x4, 1, .native = { 0, 0xfff } },
	{ 0x4, 2, .native = { 0, 0xfff } },
	{ 0x4, 3, .native = { 0, 0xfff } },
	ZERO(0x4, 4),
	ZERO(0x5, ANY),
	{ 0x7, 0, .native = { ~0U, 0x239424e1, 0x9980008a, 0xffd80420 } },
	ZERO(0x7, 1),
	{ 0x7, 2, .native = { 0, 0, 0, 0x17 } },
	ZERO(0x8, ANY),			/* assumed */
	{ 0xa, ANY, .native = NATIVE },
	ZERO(0xc, ANY),			/* assumed */
	{ 0xd, 0, .native = NATIVE },
	{ 0xd, 1, .native = NATIVE },
	ZERO(0xe, ANY),			/* assumed */
	ZERO(0x11, ANY),			/* assumed */
	ZERO(0x12, ANY),
	ZERO(0x13, ANY),			/* assumed */
	{ 0x14, 0, .native = NATIVE },
	{ 0x14, 1, .native = NATIVE },
	{ 0x15, ANY, .fixed1 = { 1, 0, 25000000, 0 } },
	{ 0x19, ANY, .native = NATIVE },
	{ 0x1c, ANY, .native = { ~0xffU, ~0U, ~0U, ~0U } },
	{ 0x1d, 0, .native = NATIVE },
	{ 0x1d, 1, .native = NATIVE },
	{ 0x1e, ANY, .native = NATIVE },
	ZERO(0x20, ANY),
	{ 0x21, 0, .fixed1 = { 0, 0x65746e49, 0x20202020, 0x5844546c } },
	ZERO(0x22, ANY),			/* assumed */
	{ 0x23, 0, .native = { 0, ~0U, ~0U, ~0U } },
	{ 0x23, 1, .native = NATIVE },
	{ 0x23, 2, .native = NATIVE },
	{ 0x23, 3, .native = NATIVE },
	{ 0x80000000, ANY, .fixed1 = { 0x80000008 } },
	{ 0x80000001, ANY, .native = { 0, 0, 0x121, 0x2c100800 } },
	{ 0x80000002, ANY, .native = NATIVE },	/* assumed */
	{ 0x80000003, ANY, .native = NATIVE },	/* assumed */
	{ 0x80000004, ANY, .native = NATIVE },	/* assumed */
	{ 0x80000007, ANY, .native = { 0, 0, 0, 0x100 } },
	{ 0x80000008, ANY, .native = { 0xffff, 0, 0, 0 } },
	ZERO(0x80000009, ANY),
};

const unsigned int nr_cpuid_leaves = ARRAY_SIZE(cpuid_leaves);

/* What the VMM may choose: any value, or the CPU's own bits. */
const struct cpuid_config_entry cpuid_configs[MAX_CPUID_CONFIG] = {
	{ 0x1, ANY, { 0x0fff3fff, 0x00ff0000, 0, 0 },
	  { 0, 0, 0x31044d88, 0xb8440000 } },
	{ 0x4, 0, { 0xffffc3ff, 0xfffff000, ~0U, 0xfffffffb }, { 0 } },
	{ 0x4, 1, { 0xffffc3ff, 0xfffff000, ~0U, 0xfffffffb }, { 0 } },
	{ 0x4, 2, { 0xffffc3ff, 0xfffff000, ~0U, 0xfffffffb }, { 0 } },
	{ 0x4, 3, { 0xffffc3ff, 0xfffff000, ~0U, 0x7 }, { 0 } },
	{ 0x7, 0, { 0 }, { 0, 0xdc2b9b18, 0x02417f65, 0x0005411c } },
	{ 0x7, 1, { 0 }, { 0x1d30, 0, 0, 0 } },
	{ 0xa, ANY, { 0 }, { 0 } },
	{ 0x1c, ANY, { 0 }, { 0xff, 0, 0, 0 } },
	{ 0x80000008, ANY, { 0 }, { 0, 0x200, 0, 0 } },
	{ 0x7, 2, { 0 }, { 0, 0, 0, 0x28 } },
	{ 0x23, 0, { 0 }, { 0xf, 0, 0, 0 } },
};

#define XFAM_AVX	SEAM_BIT(2)
#define XFAM_AVX512	SEAM_BIT(5)
#define XFAM_PT		SEAM_BIT(8)
#define XFAM_PKRU	SEAM_BIT(9)
#define XFAM_CET	SEAM_BIT(11)
#define XFAM_UINTR	SEAM_BIT(14)
#define XFAM_LBR	SEAM_BIT(15)
#define XFAM_AMX	SEAM_BIT(17)

#define XF(leaf, sub, reg, mask, x)	{ leaf, sub, reg, mask, x, 0 }
#define AT(leaf, sub, reg, mask, a)	{ leaf, sub, reg, mask, 0, a }
const struct cpuid_gate cpuid_gates[] = {
	/* FMA, AVX, F16C */
	XF(0x1, ANY, CPUID_ECX, 0x30001000, XFAM_AVX),
	XF(0x7, 0, CPUID_EBX, 1U << 5, XFAM_AVX),	/* AVX2 */
	XF(0x7, 0, CPUID_EBX, 0xdc230000, XFAM_AVX512),
	XF(0x7, 0, CPUID_EBX, 1U << 25, XFAM_PT),
	/* VAES and VPCLMULQDQ; VBMI, VBMI2, VNNI, BITALG, VPOPCNTDQ */
	XF(0x7, 0, CPUID_ECX, 0x600, XFAM_AVX),
	XF(0x7, 0, CPUID_ECX, 0x5842, XFAM_AVX512),
	XF(0x7, 0, CPUID_ECX, 1U << 3, XFAM_PKRU),
	XF(0x7, 0, CPUID_ECX, 1U << 7, XFAM_CET),
	AT(0x7, 0, CPUID_ECX, 1U << 23, ATTR_KL),
	AT(0x7, 0, CPUID_ECX, 1U << 31, ATTR_PKS),
	XF(0x7, 0, CPUID_EDX, 0x0080010c, XFAM_AVX512),
	XF(0x7, 0, CPUID_EDX, 1U << 5, XFAM_UINTR),
	XF(0x7, 0, CPUID_EDX, 1U << 19, XFAM_LBR),
	XF(0x7, 0, CPUID_EDX, 1U << 20, XFAM_CET),
	XF(0x7, 0, CPUID_EDX, 0x03400000, XFAM_AMX),
	XF(0x7, 1, CPUID_EAX, 1U << 4, XFAM_AVX),	/* AVX-VNNI */
	XF(0x7, 1, CPUID_EAX, 1U << 5, XFAM_AVX512),	/* BF16 */
	AT(0xa, ANY, CPUID_ALL, ~0U, ATTR_PERFMON),
	XF(0x14, 0, CPUID_ALL, ~0U, XFAM_PT),
	XF(0x14, 1, CPUID_ALL, ~0U, XFAM_PT),
	AT(0x19, ANY, CPUID_ALL, ~0U, ATTR_KL),
	XF(0x1c, ANY, CPUID_ALL, ~0U, XFAM_LBR),
	XF(0x1d, 0, CPUID_ALL, ~0U, XFAM_AMX),
	XF(0x1d, 1, CPUID_ALL, ~0U, XFAM_AMX),
	XF(0x1e, ANY, CPUID_ALL, ~0U, XFAM_AMX),
	AT(0x23, 0, CPUID_ALL, ~0U, ATTR_PERFMON),
	AT(0x23, 1, CPUID_ALL, ~0U, ATTR_PERFMON),
	AT(0x23, 2, CPUID_ALL, ~0U, ATTR_PERFMON),
	AT(0x23, 3, CPUID_ALL, ~0U, ATTR_PERFMON),
};

const unsigned int nr_cpuid_gates = ARRAY_SIZE(cpuid_gates);

static_assert(ARRAY_SIZE(cpuid_leaves) <= MAX_CPUID_LOOKUP,
	      "struct td keeps one value for each leaf");
