/* SPDX-License-Identifier: GPL-2.0-only */
/* The tables behind CPUID virtualisation. */
#ifndef SOFTSEAM_CPUID_H
#define SOFTSEAM_CPUID_H

#include "vp.h"

#define CPUID_ANY_SUBLEAF	0xffffffffU

enum cpuid_reg { CPUID_EAX, CPUID_EBX, CPUID_ECX, CPUID_EDX, CPUID_ALL };

struct cpuid_leaf {
	u32 leaf, subleaf;
	u32 native[4];
	u32 fixed1[4];
	bool faults;
};

struct cpuid_config_entry {
	u32 leaf, subleaf;
	u32 direct[4];		/* any value */
	u32 allow[4];		/* bits that the CPU has */
};

/* Bits that need all of @attributes and @xfam. */
struct cpuid_gate {
	u32 leaf, subleaf;
	u8 reg;
	u32 mask;
	u64 xfam, attributes;
};

extern const struct cpuid_leaf cpuid_leaves[];
extern const unsigned int nr_cpuid_leaves;
extern const struct cpuid_config_entry cpuid_configs[MAX_CPUID_CONFIG];
extern const struct cpuid_gate cpuid_gates[];
extern const unsigned int nr_cpuid_gates;

#endif /* SOFTSEAM_CPUID_H */
