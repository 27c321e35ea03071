/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Structures and bit layouts that the architecture fixes. Nothing here is
 * ours; each size and each offset that the ABI fixes is asserted below its
 * structure. All values are little-endian.
 */
#ifndef SEAMHOST_ABI_H
#define SEAMHOST_ABI_H

#include <seamhost/metadata.h>
#include <seamhost/types.h>

#ifdef __KERNEL__
#include <linux/stddef.h>
#endif

#define TDX_ABI_SIZE(type, size) \
	_Static_assert(sizeof(type) == (size), "size of " #type)
#define TDX_ABI_OFFSET(type, member, offset) \
	_Static_assert(__builtin_offsetof(type, member) == (offset), \
		       "offset of " #member " in " #type)

#define TDX_VENDOR_INTEL	0x8086

/* Memory configuration */

#define TDX_MAX_CMRS		32
#define TDX_MAX_TDMRS		64
#define TDX_MAX_RESERVED	16

/* Convertible memory range, as firmware gave it to the module. */
struct cmr_info {
	u64 base;
	u64 size;		/* 0: unused */
};

TDX_ABI_SIZE(struct cmr_info, 16);

struct tdmr_reserved {
	u64 offset;		/* from the TDMR's base */
	u64 size;		/* 0: end of the list */
};

/* TD memory region; the module reads max_reserved_per_tdmr areas. */
struct tdmr_info {
	u64 base;		/* 1G aligned */
	u64 size;		/* multiple of 1G */
	u64 pamt_1g_base;
	u64 pamt_1g_size;
	u64 pamt_2m_base;
	u64 pamt_2m_size;
	u64 pamt_4k_base;	/* dynamic PAMT: the page bitmap */
	u64 pamt_4k_size;
	struct tdmr_reserved reserved[TDX_MAX_RESERVED];
} __attribute__((__aligned__(512)));

TDX_ABI_OFFSET(struct tdmr_info, pamt_1g_base, 16);
TDX_ABI_OFFSET(struct tdmr_info, pamt_2m_base, 32);
TDX_ABI_OFFSET(struct tdmr_info, pamt_4k_base, 48);
TDX_ABI_OFFSET(struct tdmr_info, reserved, 64);
TDX_ABI_SIZE(struct tdmr_info, 512);

/* What a page is to the module (TDH.PHYMEM.PAGE.RDMD, PAGE.RECLAIM). */
enum tdx_page_type {
	TDX_PT_NDA	= 0,	/* free */
	TDX_PT_RSVD	= 1,	/* reserved area of a TDMR */
	TDX_PT_REG	= 3,	/* private page of a TD */
	TDX_PT_TDR	= 4,
	TDX_PT_TDCX	= 5,
	TDX_PT_TDVPR	= 6,
	TDX_PT_EPT	= 8,
	TDX_PT_PAMT	= 15,	/* dynamic PAMT */
};

/* TDH.SYS.INFO */
struct tdsysinfo_cpuid_config {
	u32 leaf;
	u32 subleaf;		/* ~0: none */
	u32 eax;
	u32 ebx;
	u32 ecx;
	u32 edx;
};

#define TDSYSINFO_MAX_CPUID_CONFIG	37

struct tdsysinfo {
	u32 attributes;		/* bit 31: debug */
	u32 vendor_id;
	u32 build_date;		/* BCD, yyyymmdd */
	u16 build_num;
	u16 minor_version;
	u16 major_version;
	u8 sys_rd;
	u8 reserved0[13];
	u16 max_tdmrs;
	u16 max_reserved_per_tdmr;
	u16 pamt_entry_size;
	u8 reserved1[10];
	u16 tdcs_base_size;
	u8 reserved2[2];
	u16 tdvps_base_size;
	u8 tdvps_xfam_dependent_size;
	u8 reserved3[9];
	u64 attributes_fixed0;
	u64 attributes_fixed1;
	u64 xfam_fixed0;
	u64 xfam_fixed1;
	u8 reserved4[32];
	u32 num_cpuid_config;
	struct tdsysinfo_cpuid_config cpuid_config[TDSYSINFO_MAX_CPUID_CONFIG];
	u8 reserved5[4];
} __attribute__((__packed__, __aligned__(1024)));

TDX_ABI_OFFSET(struct tdsysinfo, major_version, 16);
TDX_ABI_OFFSET(struct tdsysinfo, max_tdmrs, 32);
TDX_ABI_OFFSET(struct tdsysinfo, tdcs_base_size, 48);
TDX_ABI_OFFSET(struct tdsysinfo, tdvps_base_size, 52);
TDX_ABI_OFFSET(struct tdsysinfo, attributes_fixed0, 64);
TDX_ABI_OFFSET(struct tdsysinfo, num_cpuid_config, 128);
TDX_ABI_OFFSET(struct tdsysinfo, cpuid_config, 132);
TDX_ABI_SIZE(struct tdsysinfo, 1024);

/* TD parameters (TDH.MNG.INIT) */

#define TDX_MR_SIZE		48
#define TDX_NUM_RTMRS		4

struct td_params_cpuid {
	u32 eax;
	u32 ebx;
	u32 ecx;
	u32 edx;
};

#define TD_PARAMS_MAX_CPUID	48

struct td_params {
	u64 attributes;
	u64 xfam;
	u16 max_vcpus;
	u8 num_l2_vms;
	u8 msr_config_ctls;	/* bit 0: IA32_ARCH_CAPABILITIES below is valid */
	u8 reserved0[4];
	u64 eptp_controls;
	u64 config_flags;
	u16 tsc_frequency;	/* 25 MHz units */
	u8 reserved1[38];
	u8 mrconfigid[TDX_MR_SIZE];
	u8 mrowner[TDX_MR_SIZE];
	u8 mrownerconfig[TDX_MR_SIZE];
	u64 ia32_arch_capabilities;
	u8 reserved2[24];
	struct td_params_cpuid cpuid_config[TD_PARAMS_MAX_CPUID];
} __attribute__((__aligned__(1024)));

TDX_ABI_OFFSET(struct td_params, max_vcpus, 16);
TDX_ABI_OFFSET(struct td_params, eptp_controls, 24);
TDX_ABI_OFFSET(struct td_params, config_flags, 32);
TDX_ABI_OFFSET(struct td_params, tsc_frequency, 40);
TDX_ABI_OFFSET(struct td_params, mrconfigid, 80);
TDX_ABI_OFFSET(struct td_params, mrowner, 128);
TDX_ABI_OFFSET(struct td_params, mrownerconfig, 176);
TDX_ABI_OFFSET(struct td_params, ia32_arch_capabilities, 224);
TDX_ABI_OFFSET(struct td_params, cpuid_config, 256);
TDX_ABI_SIZE(struct td_params, 1024);

#define TD_ATTR_DEBUG			(1ULL << 0)
#define TD_ATTR_HGS_PLUS_PROF		(1ULL << 4)
#define TD_ATTR_PERF_PROF		(1ULL << 5)
#define TD_ATTR_PMT_PROF		(1ULL << 6)
#define TD_ATTR_ICSSD			(1ULL << 16)
#define TD_ATTR_LASS			(1ULL << 27)
#define TD_ATTR_SEPT_VE_DISABLE		(1ULL << 28)
#define TD_ATTR_MIGRATABLE		(1ULL << 29)
#define TD_ATTR_PKS			(1ULL << 30)
#define TD_ATTR_KL			(1ULL << 31)
#define TD_ATTR_TPA			(1ULL << 62)
#define TD_ATTR_PERFMON			(1ULL << 63)

#define TD_XFAM_X87			(1ULL << 0)
#define TD_XFAM_SSE			(1ULL << 1)
#define TD_XFAM_AVX			(1ULL << 2)
#define TD_XFAM_AVX512			(7ULL << 5)
#define TD_XFAM_PT			(1ULL << 8)
#define TD_XFAM_PKRU			(1ULL << 9)
#define TD_XFAM_CET			(3ULL << 11)
#define TD_XFAM_UINTR			(1ULL << 14)
#define TD_XFAM_LBR			(1ULL << 15)
#define TD_XFAM_AMX			(3ULL << 17)
#define TD_XFAM_APX			(1ULL << 19)

/* EPTP_CONTROLS: write-back, and the number of Secure EPT levels */
#define TD_EPTP_WB			6ULL
#define TD_EPTP_LEVELS(levels)		((u64)((levels) - 1) << 3)

#define TD_CONFIG_GPAW_52		(1ULL << 0)
#define TD_CONFIG_FLEXIBLE_PENDING_VE	(1ULL << 1)
#define TD_CONFIG_NO_RBP_MOD		(1ULL << 2)
#define TD_CONFIG_MAXPA_VIRT		(1ULL << 3)
#define TD_CONFIG_MAXGPA_VIRT		(1ULL << 4)
#define TD_CONFIG_TDX_CONNECT		(1ULL << 5)
#define TD_CONFIG_PAGE_RELEASE		(1ULL << 6)

/* The GPA bit that means shared, by GPA width */
#define TDX_SHARED_BIT_48		47
#define TDX_SHARED_BIT_52		51

/* TDG.MR.REPORT */

struct tdx_report_mac {
	u8 type;		/* 0x81 */
	u8 subtype;
	u8 version;		/* 1 with a bound service TD */
	u8 reserved0[13];
	u8 cpusvn[16];
	u8 tee_tcb_info_hash[TDX_MR_SIZE];
	u8 tee_info_hash[TDX_MR_SIZE];
	u8 reportdata[64];
	u8 reserved1[32];
	u8 mac[32];
};

TDX_ABI_OFFSET(struct tdx_report_mac, cpusvn, 16);
TDX_ABI_OFFSET(struct tdx_report_mac, tee_tcb_info_hash, 32);
TDX_ABI_OFFSET(struct tdx_report_mac, tee_info_hash, 80);
TDX_ABI_OFFSET(struct tdx_report_mac, reportdata, 128);
TDX_ABI_OFFSET(struct tdx_report_mac, mac, 224);
TDX_ABI_SIZE(struct tdx_report_mac, 256);

struct tdx_tee_tcb_info {
	u8 valid[8];
	u8 tee_tcb_svn[16];
	u8 mrseam[TDX_MR_SIZE];
	u8 mrsignerseam[TDX_MR_SIZE];
	u8 attributes[8];
	u8 tee_tcb_svn2[16];
	u8 reserved[95];
};

TDX_ABI_SIZE(struct tdx_tee_tcb_info, 239);

struct tdx_tdinfo {
	u64 attributes;
	u64 xfam;
	u8 mrtd[TDX_MR_SIZE];
	u8 mrconfigid[TDX_MR_SIZE];
	u8 mrowner[TDX_MR_SIZE];
	u8 mrownerconfig[TDX_MR_SIZE];
	u8 rtmr[TDX_NUM_RTMRS][TDX_MR_SIZE];
	u8 servtd_hash[TDX_MR_SIZE];
	u8 reserved[64];
};

TDX_ABI_OFFSET(struct tdx_tdinfo, mrtd, 16);
TDX_ABI_OFFSET(struct tdx_tdinfo, rtmr, 208);
TDX_ABI_OFFSET(struct tdx_tdinfo, servtd_hash, 400);
TDX_ABI_SIZE(struct tdx_tdinfo, 512);

struct tdx_report {
	struct tdx_report_mac mac;
	struct tdx_tee_tcb_info tcb;
	u8 reserved[17];
	struct tdx_tdinfo td;
} __attribute__((__aligned__(1024)));

TDX_ABI_OFFSET(struct tdx_report, tcb, 256);
TDX_ABI_OFFSET(struct tdx_report, td, 512);
TDX_ABI_SIZE(struct tdx_report, 1024);

/* What TDG.VP.VEINFO.GET is filled from */
struct tdx_ve_info {
	u32 exit_reason;
	u32 valid;		/* ~0: valid */
	u64 exit_qualification;
	u64 gla;
	u64 gpa;
	u16 eptp_index;
	u16 reserved0;
	u32 instruction_length;
	u32 instruction_information;
	u8 reserved1[84];
};

TDX_ABI_OFFSET(struct tdx_ve_info, exit_qualification, 8);
TDX_ABI_OFFSET(struct tdx_ve_info, eptp_index, 32);
TDX_ABI_OFFSET(struct tdx_ve_info, instruction_length, 36);
TDX_ABI_SIZE(struct tdx_ve_info, 128);

/* P-SEAMLDR */

#define SEAMLDR_MAX_MODULE_PAGES	496

#define SEAMLDR_SCENARIO_LOAD		0
#define SEAMLDR_SCENARIO_UPDATE		1

struct seamldr_params {
	u32 version;
	u32 scenario;
	u64 sigstruct_pa;
	u8 reserved[104];
	u64 num_module_pages;
	u64 module_page_pa[SEAMLDR_MAX_MODULE_PAGES];
} __attribute__((__aligned__(4096)));

TDX_ABI_OFFSET(struct seamldr_params, sigstruct_pa, 8);
TDX_ABI_OFFSET(struct seamldr_params, num_module_pages, 120);
TDX_ABI_OFFSET(struct seamldr_params, module_page_pa, 128);
TDX_ABI_SIZE(struct seamldr_params, 4096);

struct seamldr_info {
	u32 version;
	u32 attributes;		/* bit 31: debug */
	u32 vendor_id;
	u32 build_date;
	u16 build_num;
	u16 minor_version;
	u16 major_version;
	u16 update_version;
	u32 acm_x2apicid;
	u32 num_remaining_updates;
	struct {
		u64 valid;
		u8 tcb_svn[16];
		u8 mrseam[TDX_MR_SIZE];
		u8 mrsigner[TDX_MR_SIZE];
		u64 attributes;
	} seam_info;
	u8 seam_ready;
	u8 seam_debug;
	u8 p_seam_ready;
	u8 reserved0[5];
	u64 features0;
	u8 reserved1[80];
} __attribute__((__aligned__(256)));

TDX_ABI_OFFSET(struct seamldr_info, num_remaining_updates, 28);
TDX_ABI_OFFSET(struct seamldr_info, seam_info, 32);
TDX_ABI_OFFSET(struct seamldr_info, seam_ready, 160);
TDX_ABI_OFFSET(struct seamldr_info, features0, 168);
TDX_ABI_SIZE(struct seamldr_info, 256);

#define SEAM_SIGSTRUCT_MAX_CPUIDS	255

struct seam_sigstruct {
	u32 header_type;
	u32 header_length;	/* 4 byte units, as the lengths below */
	u32 header_version;
	u32 module_type;	/* bit 31: debug */
	u32 vendor;
	u32 date;
	u32 size;
	u32 key_size;
	u32 modulus_size;
	u32 exponent_size;
	u8 reserved0[88];
	u8 modulus[384];
	u32 exponent;
	u8 signature[384];
	u8 seamhash[TDX_MR_SIZE];
	u16 seamsvn;
	u64 attributes;
	u32 rip_offset;
	u8 num_stack_pages;
	u8 num_tls_pages;
	u16 num_keyhole_pages;
	u16 num_global_data_pages;
	u16 max_tdmrs;
	u16 max_rsvd_per_tdmr;
	u16 pamt_entry_size_4k;
	u16 pamt_entry_size_2m;
	u16 pamt_entry_size_1g;
	u8 reserved1[6];
	u16 module_hv;
	u16 min_update_hv;
	u8 no_downgrade;
	u8 reserved2;
	u16 num_handoff_pages;
	u32 gdt_idt_offset;
	u32 fault_wrapper_offset;
	u8 reserved3[24];
	u32 cpuid_table_size;
	u32 cpuid_table[SEAM_SIGSTRUCT_MAX_CPUIDS];
} __attribute__((__packed__));

TDX_ABI_OFFSET(struct seam_sigstruct, modulus, 128);
TDX_ABI_OFFSET(struct seam_sigstruct, exponent, 512);
TDX_ABI_OFFSET(struct seam_sigstruct, signature, 516);
TDX_ABI_OFFSET(struct seam_sigstruct, seamhash, 900);
TDX_ABI_OFFSET(struct seam_sigstruct, attributes, 950);
TDX_ABI_OFFSET(struct seam_sigstruct, max_tdmrs, 968);
TDX_ABI_OFFSET(struct seam_sigstruct, module_hv, 984);
TDX_ABI_OFFSET(struct seam_sigstruct, num_handoff_pages, 990);
TDX_ABI_OFFSET(struct seam_sigstruct, cpuid_table_size, 1024);
TDX_ABI_SIZE(struct seam_sigstruct, 2048);

/* Register structures: tdx_module_call.S has these offsets in numbers. */
TDX_ABI_SIZE(struct tdx_out, 48);
TDX_ABI_OFFSET(struct tdx_regs, rsi, 32);
TDX_ABI_OFFSET(struct tdx_regs, r8, 48);
TDX_ABI_OFFSET(struct tdx_regs, r15, 104);

#endif /* SEAMHOST_ABI_H */
