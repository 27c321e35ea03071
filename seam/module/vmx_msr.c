// SPDX-License-Identifier: GPL-2.0-only
/*
 * The virtual IA32_VMX_* MSRs of a TD: they tell what VMX would be to its L2
 * VMs. No L2 VM runs here, but the values are part of the TD's metadata.
 */
#include "vp.h"

struct vmx_value {
	u32 msr;
	u64 val;
};

/* As 1.5.01 shows them; 489, CR4_FIXED1, follows ATTRIBUTES and XFAM. */
static const struct vmx_value values[] = {
	{ 0x480, 0x01c0000000000000ULL },
	{ 0x485, 0x600440e0 },
	{ 0x486, 0x20 },
	{ 0x487, 0x8005003f },
	{ 0x488, 0x2040 },
	{ 0x48b, 0x1379bffe132881f2ULL },
	{ 0x48c, 0x430001 },
	{ 0x48d, 0x0000003f0000003fULL },
	{ 0x48e, 0xfdfbfffeb5226dfaULL },
	{ 0x48f, 0x5f3fffff5f3fffffULL },
	{ 0x490, 0x007ef3ff007ef1ffULL },
	{ 0x491, 0 },
	{ 0x492, 0x8e },
};

bool vmx_msr(const struct td *td, u32 msr, u64 *val)
{
	unsigned int i;

	if (msr == 0x489) {
		*val = vp_cr4_allowed(td) | SEAM_BIT(13);
		return true;
	}
	for (i = 0; i < ARRAY_SIZE(values); i++) {
		if (values[i].msr != msr)
			continue;
		*val = values[i].val;
		return true;
	}
	*val = 0;
	return msr >= 0x480 && msr <= 0x493;
}
