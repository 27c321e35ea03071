// SPDX-License-Identifier: GPL-2.0-only
/* TDH.MNG.INIT: TD_PARAMS are copied, checked field by field, then kept. */
#include "mem.h"
#include "metadata.h"
#include "vp.h"

#define TD_PARAMS_SIZE		1024
#define MSR_EPT_VPID_CAP	0x48c
#define EPT_CAP_5_LEVELS	SEAM_BIT(7)
#define TSC_UNIT_HZ		25000000ULL
#define MSR_CONFIG_ARCH_CAPS	1
#define HP_LOCK_TIMEOUT_US	1000000

#define XFAM_FIXED1		3ULL
#define XFAM_AVX		SEAM_BIT(2)
#define XFAM_AVX512		SEAM_MASK(7, 5)
#define XFAM_CET		SEAM_MASK(12, 11)
#define XFAM_AMX		SEAM_MASK(18, 17)
#define XFAM_KNOWN		0x6dbe7ULL

struct td_params {
	u64 attributes;
	u64 xfam;
	u16 max_vcpus;
	u8 num_l2_vms;
	u8 msr_config_ctls;
	u8 reserved1[4];
	u64 eptp_controls;
	u64 config_flags;
	u16 tsc_frequency;
	u8 reserved2[38];
	u8 mrconfigid[48];
	u8 mrowner[48];
	u8 mrownerconfig[48];
	u64 arch_capabilities;
	u8 reserved3[24];
	u32 cpuid[MAX_CPUID_CONFIG][4];
	u8 reserved4[TD_PARAMS_SIZE - 256 - MAX_CPUID_CONFIG * 16];
};

static_assert(sizeof(struct td_params) == TD_PARAMS_SIZE, "TD_PARAMS");
static_assert(offsetof(struct td_params, mrconfigid) == 80, "MRCONFIGID");
static_assert(offsetof(struct td_params, cpuid) == 256, "CPUID_CONFIG");

u64 attributes_allowed(void)
{
	u64 bits = ATTR_DEBUG | ATTR_SEPT_VE_DISABLE | ATTR_MIGRATABLE |
		   ATTR_PERFMON;
	u32 r[4];

	if (cpuid_native(7, 0, r) && (r[2] & SEAM_BIT(31)))
		bits |= ATTR_PKS;
	return bits;
}

u64 xfam_allowed(void)
{
	u64 bits = 0;
	u32 r[4];

	if (cpuid_native(0xd, 0, r))
		bits |= r[0] | (u64)r[3] << 32;
	if (cpuid_native(0xd, 1, r))
		bits |= r[2] | (u64)r[3] << 32;
	return bits & XFAM_KNOWN;
}

u64 config_flags_allowed(void)
{
	u64 bits = FLAG_GPAW52 | FLAG_FLEXIBLE_VE;

	if (seam_config.features0 & TDX_FEATURES0_NO_RBP_MOD)
		bits |= FLAG_NO_RBP_MOD;
	return bits;
}

static bool some_of(u64 val, u64 mask)
{
	return (val & mask) && (val & mask) != mask;
}

static bool xfam_ok(u64 xfam)
{
	return !(xfam & ~xfam_allowed()) && (xfam & XFAM_FIXED1) == XFAM_FIXED1 &&
	       !some_of(xfam, XFAM_AVX512) && !some_of(xfam, XFAM_CET) &&
	       !some_of(xfam, XFAM_AMX) &&
	       (!(xfam & XFAM_AVX512) || (xfam & XFAM_AVX));
}

static bool attributes_ok(u64 attributes)
{
	return !(attributes & ~attributes_allowed()) &&
	       !((attributes & ATTR_MIGRATABLE) &&
		 (attributes & (ATTR_DEBUG | ATTR_PERFMON)));
}

static bool eptp_ok(const struct td_params *p)
{
	u64 levels = ((p->eptp_controls >> 3) & 7) + 1, cap;

	if (p->eptp_controls >> 6 || (p->eptp_controls & 7) != 6)
		return false;
	if (levels == 4)
		return !(p->config_flags & FLAG_GPAW52);
	return levels == 5 && seam_config.max_pa >= 49 &&
	       (!seam_msr(MSR_EPT_VPID_CAP, &cap) || (cap & EPT_CAP_5_LEVELS));
}

static bool all_zero(const u8 *p, size_t n)
{
	while (n--)
		if (*p++)
			return false;
	return true;
}

static u64 check_params(struct td *td, const struct td_params *p)
{
	if (!attributes_ok(p->attributes))
		return ST_OP(OPERAND_INVALID, ATTRIBUTES);
	if (!xfam_ok(p->xfam))
		return ST_OP(OPERAND_INVALID, XFAM);
	td_set_xbuff(td, p->xfam);
	if (!p->max_vcpus)
		return ST_OP(OPERAND_INVALID, MAX_VCPUS);
	if (p->num_l2_vms > 3)
		return ST_OP(OPERAND_INVALID, NUM_L2_VMS);
	if (td->num_tdcx < TDCS_PAGES + (unsigned int)p->num_l2_vms)
		return ST(TDCS_NOT_ALLOCATED);
	if (!all_zero(p->reserved1, sizeof(p->reserved1)))
		return ST_OP(OPERAND_INVALID, RDX);
	if (p->config_flags & ~config_flags_allowed())
		return ST_OP(OPERAND_INVALID, EXEC_CONTROLS);
	if (!eptp_ok(p))
		return ST_OP(OPERAND_INVALID, EPTP_CONTROLS);
	if (p->tsc_frequency < 4 || p->tsc_frequency > 400)
		return ST_OP(OPERAND_INVALID, TSC_FREQUENCY);
	if (!all_zero(p->reserved2, sizeof(p->reserved2)) ||
	    p->msr_config_ctls & ~MSR_CONFIG_ARCH_CAPS ||
	    !all_zero(p->reserved3, sizeof(p->reserved3)))
		return ST_OP(OPERAND_INVALID, RDX);
	return ST(SUCCESS);
}

/* (num << 48) / den, bit by bit: num / den is below 2^16. */
static u64 ratio_48(u64 num, u64 den)
{
	u64 q = num / den, rem = num % den;
	unsigned int i;

	for (i = 0; i < 48; i++) {
		rem <<= 1;
		q = q << 1 | (rem >= den);
		if (rem >= den)
			rem -= den;
	}
	return q;
}

static void set_tsc(struct td *td)
{
	u64 hz = td->tsc_frequency * TSC_UNIT_HZ;
	u32 r[4];

	td->tsc_multiplier = SEAM_BIT(48);
	if (cpuid_native(0x15, 0, r) && r[0] && r[1] && r[2])
		td->tsc_multiplier = ratio_48(hz * r[0], (u64)r[1] * r[2]);
	td->tsc_offset = -(u64)(((unsigned __int128)env_tsc() *
				 td->tsc_multiplier) >> 48);
}

/* What can fail for want of memory comes before anything is changed. */
static bool td_alloc(struct td *td)
{
	if (!mrtd_init(td))
		return false;
	if (!td->sept_root)
		td->sept_root = env_page_alloc(TDX_LEVEL_4K);
	if (!td->sept_root)
		return false;
	if (!td->engine)
		td->engine = engine_td_create(td);
	return td->engine;
}

static void td_start(struct td *td, const struct td_params *p)
{
	td->max_vcpus = p->max_vcpus;
	td->num_l2_vms = p->num_l2_vms;
	td->msr_config_ctls = p->msr_config_ctls;
	td->arch_capabilities = p->arch_capabilities;
	td->config_flags = p->config_flags;
	td->eptp_controls = p->eptp_controls;
	td->gpaw52 = p->config_flags & FLAG_GPAW52;
	td->sept_levels = ((p->eptp_controls >> 3) & 7) + 1;
	memcpy(td->mrconfigid, p->mrconfigid, sizeof(td->mrconfigid));
	memcpy(td->mrowner, p->mrowner, sizeof(td->mrowner));
	memcpy(td->mrownerconfig, p->mrownerconfig, sizeof(td->mrownerconfig));
	if (p->attributes & ATTR_SEPT_VE_DISABLE)
		td->td_ctls |= TD_CTLS_PENDING_VE_OFF;
	td->hp_lock_timeout = HP_LOCK_TIMEOUT_US;
	set_tsc(td);
	sept_table_init(td->sept_root);
	td->epoch = 1;
	td->op_state = OP_INITIALIZED;
}

static u64 td_prepare(struct td *td, const struct td_params *p, u64 *bad)
{
	u64 arch_caps_free = p->msr_config_ctls & MSR_CONFIG_ARCH_CAPS ?
			     ARCH_CAPS_CONFIG_MASK : 0;
	u64 st;

	/* The CPUID values follow these; nobody sees them before INIT is done. */
	td->attributes = p->attributes;
	td->xfam = p->xfam;
	td->tsc_frequency = p->tsc_frequency;
	st = cpuid_td_init(td, p->cpuid, bad);
	if (st)
		return st;
	if (!all_zero(p->reserved4, sizeof(p->reserved4)))
		return ST_OP(OPERAND_INVALID, RDX);
	if (p->arch_capabilities & ~arch_caps_free)
		return ST_OP(OPERAND_INVALID, IA32_ARCH_CAPABILITIES_CONFIG);
	if ((p->attributes & ATTR_MIGRATABLE) && p->num_l2_vms)
		return ST_OP(OPERAND_INVALID, RDX);
	if (!td_alloc(td))
		return ST_OP(OPERAND_BUSY, TDR);
	return ST(SUCCESS);
}

static u64 td_init(struct td *td, const struct td_params *p, u64 *bad)
{
	u64 st = check_params(td, p);

	if (st)
		return st;
	st = td_prepare(td, p, bad);
	if (st) {
		td->attributes = 0;
		td->xfam = 0;
		td->tsc_frequency = 0;
		memset(td->cpuid, 0, sizeof(td->cpuid));
		return st;
	}
	td_start(td, p);
	return ST(SUCCESS);
}

u64 leaf_TDH_MNG_INIT(struct call *c)
{
	hpa_t tdr = c->g[RCX], pa = c->g[RDX];
	struct td_params *p;
	struct pamt_entry *pe;
	struct td *td;
	u64 st;

	c->g[RCX] = 0;
	st = td_get(tdr, TDX_OPERAND_RCX, true, 1U << OP_UNINITIALIZED,
		    LOCK_NONE, &td, &pe);
	if (st)
		return st;
	st = operand_shared_hpa(pa, TD_PARAMS_SIZE, TDX_OPERAND_RDX);
	if (st)
		goto out;
	/* The host could change them under us: take them once. */
	p = env_alloc(sizeof(*p));
	if (!p) {
		st = ST_OP(OPERAND_BUSY, TDR);
		goto out;
	}
	host_read(p, pa, sizeof(*p));
	st = td_init(td, p, &c->g[RCX]);
	env_free(p, sizeof(*p));
out:
	td_put(td, pe, true, LOCK_NONE);
	return st;
}
