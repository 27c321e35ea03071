// SPDX-License-Identifier: GPL-2.0-only
/*
 * CPUID of a TD as data. A virtual value is
 *
 *	(CPU's value & (native | what the VMM allows)) | fixed1 |
 *		(the VMM's choice & direct)
 *
 * and then loses the bits whose gate, a TD attribute or an extended feature,
 * is closed. Leaves that fault, or are not here, cause #VE. The order is that
 * of TDCS.CPUID_VALUES and TDVPS.CPUID_CONTROL.
 */
#include "cpuid.h"

#define ANY		CPUID_ANY_SUBLEAF
#define NATIVE		{ ~0U, ~0U, ~0U, ~0U }
#define ZERO(l, s)	{ .leaf = (l), .subleaf = (s) }
#define FAULTS(l, s)	{ .leaf = (l), .subleaf = (s), .faults = true }
#define XSAVE(s)	{ 0xd, (s), .native = { ~0U, ~0U, ~0U, 0 } }

const struct cpuid_leaf cpuid_leaves[] = {
	{ 0x1, ANY, .native = { 0, 0xff00, 0x46fab217, 0x07a9fbff },
	  .fixed1 = { 0, 0, 1U << 31 } },
	{ 0x4, 0, .native = { 0, 0xfff } },
	{ 0x4, 1, .native = { 0, 0xfff } },
	{ 0x4, 2, .native = { 0, 0xfff } },
	{ 0x4, 3, .native = { 0, 0xfff } },
	{ 0x7, 0, .native = { ~0U, 0x239424e1, 0x9980008a, 0xffd80420 } },
	ZERO(0x7, 1),
	{ 0xa, ANY, .native = { ~0U, ~0U, ~0U, 0x9fff } },
	{ 0x1c, ANY, .native = { ~0xffU, ~0U, ~0U, ~0U } },
	{ 0x80000008, ANY, .native = { 0xffff, 0, 0, 0 } },
	{ 0x0, ANY, .native = { 0, ~0U, ~0U, ~0U }, .fixed1 = { 0x23 } },
	ZERO(0x3, ANY),
	ZERO(0x4, 4),
	FAULTS(0x6, ANY),
	{ 0x7, 2, .native = { 0, 0, 0, 0x17 } },
	ZERO(0x8, ANY),
	{ 0xd, 0, .native = { 0x602e7, 0, ~0U, 0 } },
	{ 0xd, 1, .native = { 0x1f, 0, 0xd900, 0 } },
	XSAVE(2), XSAVE(3), XSAVE(4), XSAVE(5), XSAVE(6), XSAVE(7), XSAVE(8),
	XSAVE(9), XSAVE(10), XSAVE(11), XSAVE(12), XSAVE(13), XSAVE(14),
	XSAVE(15), XSAVE(16), XSAVE(17), XSAVE(18),
	ZERO(0xe, ANY),
	ZERO(0x11, ANY),
	ZERO(0x12, ANY),
	ZERO(0x13, ANY),
	{ 0x14, 0, .native = { ~0U, 0x1ff, 0x8000000f, 0 } },
	{ 0x14, 1, .native = { 0xffff0007, ~0U, 0, 0 } },
	{ 0x15, ANY, .fixed1 = { 1, 0, 25000000, 0 } },
	ZERO(0x19, ANY),
	{ 0x1d, 0, .native = NATIVE },
	{ 0x1d, 1, .native = NATIVE },
	{ 0x1e, ANY, .native = NATIVE },
	FAULTS(0x1f, 0), FAULTS(0x1f, 1), FAULTS(0x1f, 2),
	FAULTS(0x1f, 3), FAULTS(0x1f, 4), FAULTS(0x1f, 5),
	ZERO(0x20, ANY),
	{ 0x21, 0, .fixed1 = { 0, 0x65746e49, 0x20202020, 0x5844546c } },
	{ 0x80000000, ANY, .fixed1 = { 0x80000008 } },
	{ 0x80000001, ANY, .native = { 0, 0, 0x121, 0x2c100800 } },
	FAULTS(0x80000006, ANY),
	{ 0x80000007, ANY, .native = { 0, 0, 0, 0x100 } },
	ZERO(0x22, ANY),
	{ 0x23, 0, .native = { 0, ~0U, 0, 0 } },
	{ 0x23, 1, .native = { ~0U, ~0U, 0, 0 } },
	ZERO(0x23, 2),
	{ 0x23, 3, .native = { ~0U, 0, 0, 0 } },
	{ 0x5, ANY, .native = { 0xffff, 0xffff, 3, ~0U } },
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
	XF(0x7, 1, CPUID_EAX, 0x30, XFAM_AVX512),	/* AVX-VNNI, BF16 */
	AT(0xa, ANY, CPUID_ALL, ~0U, ATTR_PERFMON),
	XF(0x14, 0, CPUID_ALL, ~0U, XFAM_PT),
	XF(0x14, 1, CPUID_ALL, ~0U, XFAM_PT),
	XF(0x1c, ANY, CPUID_ALL, ~0U, XFAM_LBR),
	XF(0x1d, 0, CPUID_ALL, ~0U, XFAM_AMX),
	XF(0x1d, 1, CPUID_ALL, ~0U, XFAM_AMX),
	XF(0x1e, ANY, CPUID_ALL, ~0U, XFAM_AMX),
};

const unsigned int nr_cpuid_gates = ARRAY_SIZE(cpuid_gates);

static_assert(ARRAY_SIZE(cpuid_leaves) <= MAX_CPUID_LOOKUP,
	      "struct td keeps one value for each leaf");
