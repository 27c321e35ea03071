/* SPDX-License-Identifier: GPL-2.0-only */
/* TD_PARAMS, the operand of TDH.MNG.INIT. */
#ifndef KVM_TDX_PARAMS_H
#define KVM_TDX_PARAMS_H

#include <linux/build_bug.h>
#include <linux/stddef.h>
#include <linux/types.h>

struct td_cpuid_value {
	u32 eax, ebx, ecx, edx;
};

struct td_params {
	u64 attributes;
	u64 xfam;
	u16 max_vcpus;
	u8 num_l2_vms;
	u8 msr_config_ctls;
	u32 reserved0;
	u64 eptp_controls;
	u64 config_flags;
	u16 tsc_frequency;		/* 25 MHz */
	u8 reserved1[38];
	u64 mrconfigid[6];
	u64 mrowner[6];
	u64 mrownerconfig[6];
	u64 arch_capabilities;
	u64 reserved2[3];
	struct td_cpuid_value cpuid[48];
} __packed __aligned(1024);

static_assert(sizeof(struct td_params) == 1024);
static_assert(offsetof(struct td_params, eptp_controls) == 24);
static_assert(offsetof(struct td_params, tsc_frequency) == 40);
static_assert(offsetof(struct td_params, mrconfigid) == 80);
static_assert(offsetof(struct td_params, arch_capabilities) == 224);
static_assert(offsetof(struct td_params, cpuid) == 256);

#define TD_EPTP_WB		6ULL
#define TD_EPTP_LEVELS(n)	((u64)((n) - 1) << 3)

#define TD_CONFIG_GPAW_52	BIT_ULL(0)
#define TD_CONFIG_NO_RBP_MOD	BIT_ULL(2)

#define TD_ATTR_SEPT_VE_DISABLE	BIT_ULL(28)

#endif /* KVM_TDX_PARAMS_H */
