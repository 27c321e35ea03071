// SPDX-License-Identifier: GPL-2.0-only
/* Metadata values that are not simply kept somewhere. */
#include "metadata.h"
#include "cpuid.h"

#define UNUSED	__maybe_unused

#define GETTER(name)						\
	u64 md_get_##name(const struct md_ctx *ctx UNUSED,	\
			  unsigned int index UNUSED, u64 arg UNUSED)

/* ---- module --------------------------------------------------------------- */

GETTER(num_pkgs)
{
	return seam_config.nr_pkgs;
}

static u32 native_fms(void)
{
	u32 r[4];

	cpuid_native(1, 0, r);
	return r[CPUID_EAX];
}

GETTER(pkg_fms)
{
	return index < seam_config.nr_pkgs ? native_fms() : 0;
}

GETTER(allowed_fms)
{
	return index ? 0 : native_fms();
}

GETTER(cmr_base)
{
	return index < seam_config.nr_cmrs ? seam_config.cmr[index].base : 0;
}

GETTER(cmr_size)
{
	return index < seam_config.nr_cmrs ? seam_config.cmr[index].size : 0;
}

GETTER(attributes_fixed0)
{
	return attributes_allowed();
}

GETTER(xfam_fixed0)
{
	return xfam_allowed();
}

GETTER(config_flags_fixed0)
{
	return config_flags_allowed();
}

GETTER(cpuid_config_leaf)
{
	const struct cpuid_config_entry *e;

	if (index >= MAX_CPUID_CONFIG)
		return ~0ULL;
	e = &cpuid_configs[index];
	return e->leaf | (u64)e->subleaf << 32;
}

/* Only what is free to choose; SYS.INFO also tells what is there to allow. */
GETTER(cpuid_config_value)
{
	const u32 *r;

	if (index / 2 >= MAX_CPUID_CONFIG)
		return 0;
	r = cpuid_configs[index / 2].direct + index % 2 * 2;
	return r[0] | (u64)r[1] << 32;
}

/* ---- TD ---------------------------------------------------------------------- */

GETTER(tdcx_pa)
{
	return td_hpa(ctx->td, ctx->td->tdcx[index]);
}

GETTER(eptp)
{
	return ctx->td->tdcx[TDCX_SEPT_ROOT] | ctx->td->eptp_controls;
}

GETTER(refcount)
{
	return atomic_read_once(&ctx->td->refcount[index]);
}

/* Where a component lies in the compacted XSAVE area; the end for 63. */
static u32 xbuff_offset(u64 xfam, unsigned int component)
{
	u32 size = 576, r[4];
	unsigned int i;

	for (i = 2; i < component; i++) {
		if (!(xfam & SEAM_BIT(i)) || !cpuid_native(0xd, i, r))
			continue;
		if (r[CPUID_ECX] & 2)
			size = (size + 63) & ~63U;
		size += r[CPUID_EAX];
	}
	if (component < 63 && cpuid_native(0xd, component, r) &&
	    (r[CPUID_ECX] & 2))
		size = (size + 63) & ~63U;
	return size;
}

GETTER(xbuff_size)
{
	return xbuff_offset(ctx->td->xfam, 63);
}

void td_set_xbuff(struct td *td, u64 xfam)
{
	unsigned int i;

	for (i = 2; i < ARRAY_SIZE(td->xbuff_offset); i++)
		if (xfam & SEAM_BIT(i))
			td->xbuff_offset[i] = xbuff_offset(xfam, i);
}

GETTER(cpuid_valid)
{
	return index < nr_cpuid_leaves && !cpuid_leaves[index].faults;
}

/*
 * The field code is bit 0 which half, 7:1 subleaf, 8 no subleaf, 15:9 leaf, 16
 * bit 31 of the leaf. One follows the other as in the table of leaves.
 */
static u32 cpuid_code_leaf(unsigned int code)
{
	return (code >> 9 & 0x7f) | (u32)(code >> 16 & 1) << 31;
}

static u32 cpuid_code_subleaf(unsigned int code)
{
	return code & 0x100 ? ~0U : code >> 1 & 0x7f;
}

static int cpuid_code_index(unsigned int code)
{
	return cpuid_index(cpuid_code_leaf(code), cpuid_code_subleaf(code));
}

static unsigned int cpuid_code(unsigned int i)
{
	u32 leaf = cpuid_leaves[i].leaf, subleaf = cpuid_leaves[i].subleaf;

	return (leaf >> 31) << 16 | (leaf & 0x7f) << 9 |
	       (subleaf == CPUID_ANY_SUBLEAF) << 8 | (subleaf & 0x7f) << 1;
}

bool md_cpuid_there(unsigned int code)
{
	return !(code >> 17) && cpuid_code_index(code) >= 0;
}

bool md_cpuid_faults(unsigned int code)
{
	return cpuid_leaves[cpuid_code_index(code)].faults;
}

unsigned int md_cpuid_first(void)
{
	return cpuid_code(0);
}

unsigned int md_cpuid_next(unsigned int code)
{
	unsigned int next = cpuid_code_index(code) + 1;

	if (!(code & 1))
		return code + 1;
	return next < nr_cpuid_leaves ? cpuid_code(next) : 0;
}

GETTER(cpuid_values)
{
	u32 r[4] = { 0 };

	cpuid_td_value(ctx->td, cpuid_code_leaf(index),
		       cpuid_code_subleaf(index), r);
	return index & 1 ? r[2] | (u64)r[3] << 32 : r[0] | (u64)r[1] << 32;
}

GETTER(arch_capabilities)
{
	return arch_capabilities(ctx->td);
}

/* Keys of a TD that is never migrated: random, and of no use. */
GETTER(noise)
{
	return ctx->td->uuid[index % 4] * 0x9e3779b97f4a7c15ULL;
}

GETTER(msr_bitmap)
{
	return msr_bitmap_word(ctx->td, index);
}

GETTER(sept_root)
{
	return atomic_read_once(&ctx->td->sept_root[index]);
}

GETTER(vmx)
{
	u64 val;

	vmx_msr(ctx->td, arg, &val);
	return val;
}

/* ---- vCPU ---------------------------------------------------------------------- */

/* Bit 0: an interrupt waits that the guest would take. */
GETTER(vcpu_details)
{
	return vapic_deliverable(ctx->vcpu) >= 0;
}

GETTER(vcpu_xfam)
{
	return ctx->td->xfam;
}

GETTER(tdvps_pa)
{
	return td_hpa(ctx->td, ctx->vcpu->page[index]);
}

GETTER(vp_eptp)
{
	return ctx->td->tdcx[TDCX_SEPT_ROOT] | ctx->td->eptp_controls;
}

GETTER(msr_bitmap_pa)
{
	return td_hpa(ctx->td, ctx->td->tdcx[TDCX_MSR_BITMAPS]);
}

GETTER(zero_page)
{
	return td_hpa(ctx->td, ctx->td->tdcx[TDCX_ZERO]);
}

GETTER(vp_hkid)
{
	return ctx->td->hkid;
}

/* One for each VM of each KeyID; the TD itself is the first. */
GETTER(vpid)
{
	return ctx->td->hkid * 4;
}

GETTER(vm_launched)
{
	return !index && ctx->vcpu->launched;
}

/* Reset values of what no engine keeps. Others are 0. */
static const struct {
	u64 id, val;
} reset[] = {
	{ 0xa020000300000058, ~0ULL },		/* TSC_DEADLINE */
	{ 0xa020000300000080, 0xffffffff7ffaffe0 },
	{ 0xa020000300000081, 0x20 },
	{ 0xa020000300000083, 0x2040 },
	{ 0xa020000300000084, 0xffffffff7ffaffe1 },
	{ 0xa020000300000088, 0x80000021 },
	{ 0xa020000300000090, 0x40 },
	{ 0xa020000300000098, ~0ULL },		/* SHADOW_PID_HPA */
	{ 0xa02000020000009c, 0x3f },
	{ 0xa0200001000000ac, 0xffff },
	{ 0xa0200002000000b0, 0x133cb3fa },
	{ 0xa0200003000000b4, ~0ULL },		/* SHADOW_SHARED_EPTP */
	{ 0xa020000300000100, ~0ULL },
	{ 0xa020000300000104, ~0ULL },
	{ 0xa020000300000108, ~0ULL },
	{ 0xa02000030000010c, ~0ULL },
	{ 0xa020000300000110, ~0ULL },
	{ 0xa020000300000114, ~0ULL },
	{ 0x0024000300002000, ~0ULL },		/* I/O bitmaps */
	{ 0x0024000300002002, ~0ULL },
	{ 0x0024000300002006, ~0ULL },		/* MSR lists */
	{ 0x0024000300002008, ~0ULL },
	{ 0x002400030000200a, ~0ULL },
	{ 0x002400030000200e, ~0ULL },		/* PML */
	{ 0x0024000300002014, ~0ULL },		/* APIC access */
	{ 0x0024000300002024, ~0ULL },		/* EPTP list */
	{ 0x0024000300002026, ~0ULL },
	{ 0x0024000300002028, ~0ULL },
	{ 0x002400030000202e, ~0ULL },		/* ENCLS */
	{ 0x0024000300002034, 0x80 },
	{ 0x0024000300002036, ~0ULL },		/* ENCLV */
	{ 0x002400030000203e, ~0ULL },		/* PCONFIG */
	{ 0x002400030000204a, 0x100 },
	{ 0x0024000300002808, 0xff },
	{ 0x0024000200004004, 0x40000 },
	{ 0x002400020000400c, 0x5f3fffff },
	{ 0x0024000200004012, 0x7ef1ff },
	{ 0x0024000300006000, 0xffffffff7ffaffe1 },
	{ 0x0024000300006004, 0x80000021 },
	{ 0x0024000300006006, 0x40 },
};

void tdvps_store_init(struct vcpu *v)
{
	u64 cr4_mask = ~vp_cr4_allowed(v->td) | SEAM_BIT(6);
	u64 fmask = 0x20200;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(reset); i++)
		*tdvps_word(v, reset[i].id) = reset[i].val;
	/* what a TD may not change in CR4, and MCE, which it must not */
	*tdvps_word(v, 0xa020000300000082) = cr4_mask;
	*tdvps_word(v, 0xa02000030000008c) = cr4_mask;
	*tdvps_word(v, 0x0024000300006002) = cr4_mask;
	/* XCOMP_BV */
	*tdvps_word(v, 0x1220000300000041) = SEAM_BIT(63);
	*tdvps_word(v, 0x002400030000202a) = td_hpa(v->td, v->tdvpr);
	*tdvps_word(v, 0x0024000300002010) = v->td->tsc_offset;
	*tdvps_word(v, 0x0024000300002032) = v->td->tsc_multiplier;
	engine_guest_msr(v, 0xc0000084, &fmask, true);

	v->pin_controls = 0x3f;
	v->proc_controls = 0xb5226dfa;
	v->proc_controls2 = 0x133cb3fa;
	v->posted_intr_nv = 0xffff;
	v->posted_intr_desc = ~0ULL;
	v->shared_eptp = td_hpa(v->td, v->td->tdcx[TDCX_ZERO]);
}
