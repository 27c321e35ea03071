// SPDX-License-Identifier: GPL-2.0-only
/* TDH.SYS.INFO: the module and its CMRs in two structures. */
#include "module.h"

#define INFO_SIZE	1024
#define CMR_ALIGN	512
#define VENDOR_INTEL	0x8086

struct tdsysinfo {
	u32 attributes;
	u32 vendor;
	u32 build_date;
	u16 build_num;
	u16 minor;
	u16 major;
	u8 sys_rd;
	u8 reserved1[13];
	u16 max_tdmrs;
	u16 max_reserved;
	u16 pamt_entry_size;
	u8 reserved2[10];
	u16 tdcs_base_size;
	u16 reserved3;
	u16 tdvps_base_size;
	u8 tdvps_xfam_size;
	u8 reserved4[9];
	u64 attributes_fixed0;
	u64 attributes_fixed1;
	u64 xfam_fixed0;
	u64 xfam_fixed1;
	u8 reserved5[32];
	u32 num_cpuid_config;
	struct {
		u32 leaf, subleaf, mask[4];
	} cpuid[37];
	u8 reserved6[4];
};

static_assert(sizeof(struct tdsysinfo) == INFO_SIZE, "TDSYSINFO_STRUCT");
static_assert(offsetof(struct tdsysinfo, attributes_fixed0) == 64, "FIXED0");
static_assert(offsetof(struct tdsysinfo, cpuid) == 132, "CPUID_CONFIG");

static void fill_info(struct tdsysinfo *s)
{
	unsigned int i;

	s->vendor = VENDOR_INTEL;
	s->build_date = seam_config.build_date;
	s->build_num = seam_config.build_num;
	s->minor = seam_config.version[1];
	s->major = seam_config.version[0];
	s->sys_rd = 1;
	s->max_tdmrs = seam_config.max_tdmrs;
	s->max_reserved = seam_config.max_reserved;
	s->pamt_entry_size = seam_config.pamt_entry_size[0];
	s->tdcs_base_size = TDCS_PAGES * PAGE_BYTES;
	s->tdvps_base_size = TDVPS_PAGES * PAGE_BYTES;
	s->attributes_fixed0 = attributes_allowed();
	s->xfam_fixed0 = xfam_allowed();
	s->xfam_fixed1 = 3;
	s->num_cpuid_config = MAX_CPUID_CONFIG;
	for (i = 0; i < MAX_CPUID_CONFIG; i++)
		cpuid_config_get(i, &s->cpuid[i].leaf, &s->cpuid[i].subleaf,
				 s->cpuid[i].mask);
}

u64 leaf_TDH_SYS_INFO(struct call *c)
{
	u64 info = c->g[RCX], info_size = c->g[RDX];
	u64 cmrs = c->g[R8], nr_cmrs = c->g[R9], st;
	struct seam_cmr *out;
	unsigned int i;

	c->g[RDX] = 0;
	c->g[R9] = 0;
	if (!c->lp->init_done)
		return ST(SYS_LP_INIT_NOT_DONE);
	st = operand_shared_hpa(info, INFO_SIZE, TDX_OPERAND_RCX);
	if (st)
		return st;
	if (info_size < INFO_SIZE)
		return ST_OP(OPERAND_INVALID, RDX);
	/* also when the second structure then is refused */
	memset(env_host_ptr(info & SEAM_HPA_MASK), 0, INFO_SIZE);
	st = operand_shared_hpa(cmrs, CMR_ALIGN, TDX_OPERAND_R8);
	if (st)
		return st;
	if (nr_cmrs < SEAM_MAX_CMRS)
		return ST_OP(OPERAND_INVALID, R9);

	fill_info(env_host_ptr(info & SEAM_HPA_MASK));
	out = env_host_ptr(cmrs & SEAM_HPA_MASK);
	for (i = 0; i < SEAM_MAX_CMRS; i++) {
		out[i].base = i < seam_config.nr_cmrs ?
			      seam_config.cmr[i].base : 0;
		out[i].size = i < seam_config.nr_cmrs ?
			      seam_config.cmr[i].size : 0;
	}
	c->g[RDX] = INFO_SIZE;
	c->g[R9] = SEAM_MAX_CMRS;
	return ST(SUCCESS);
}
