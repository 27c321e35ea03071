// SPDX-License-Identifier: GPL-2.0-only
/* What a written metadata value must be like, field by field. */
#include "mem.h"
#include "metadata.h"

#define HP_TIMEOUT_MIN	10000
#define HP_TIMEOUT_MAX	100000000
#define PID_ALIGN	64
#define NV_UNSET	0xffff
#define SECONDARY_PML	SEAM_BIT(17)
#define XFAM_PT_BIT	8

/* Fields of class 0x24: VMCS fields */
#define F_NV		0x0024000100000002ULL	/* notification vector */
#define F_PML		0x002400030000200eULL
#define F_PID		0x0024000300002016ULL	/* posted-interrupt descriptor */
#define F_SHARED_EPTP	0x002400030000203cULL
#define F_DEBUGCTL	0x0024000300002802ULL
#define F_PIN		0x0024000200004000ULL
#define F_SECONDARY	0x002400020000401eULL
#define F_CR0_MASK	0x0024000300006000ULL
#define F_CR4_MASK	0x0024000300006002ULL
#define F_CR0_SHADOW	0x0024000300006004ULL
#define F_CR4_SHADOW	0x0024000300006006ULL
#define F_CR0		0x0024000300006800ULL
#define F_CR3		0x0024000300006802ULL
#define F_CR4		0x0024000300006804ULL
#define F_XBUFF		0x1220000300000000ULL

#define ENCODING(field)	((field) & 0xffff)

/* Kept in units of the TSC, in 32 bits. */
static u64 hp_timeout(u64 usec)
{
	u64 khz = 0, ticks;
	u32 r[4];

	if (cpuid_native(0x15, 0, r) && r[0])
		khz = (u64)r[2] * r[1] / r[0] / 1000;
	if (!khz)
		return usec;
	ticks = (u32)(usec * khz / 1000);
	return ticks * 1000 / khz;
}

static u64 check_td(const struct md_ctx *ctx, u64 id, u64 mask, u64 *val)
{
	switch (id) {
	case 0x9110000300000011:	/* HP_LOCK_TIMEOUT */
		if (mask != ~0ULL)
			return ST(METADATA_WR_MASK_NOT_VALID);
		if (*val < HP_TIMEOUT_MIN || *val > HP_TIMEOUT_MAX)
			return ST(METADATA_FIELD_VALUE_NOT_VALID);
		*val = hp_timeout(*val);
		break;
	case 0x1110000300000017:	/* TD_CTLS */
		if (!(ctx->td->config_flags & FLAG_FLEXIBLE_VE) &&
		    ((*val ^ ctx->td->td_ctls) & TD_CTLS_PENDING_VE_OFF))
			return ST(METADATA_FIELD_VALUE_NOT_VALID);
		break;
	}
	return 0;
}

bool md_is_unset_address(const struct md_field *f, u64 val)
{
	return (f->id == F_PML || f->id == F_PID || f->id == F_SHARED_EPTP) &&
	       (val & SEAM_BIT(63));
}

/* Addresses that the CPU will use must be the host's own. */
static bool host_address_ok(u64 hpa, u64 align)
{
	return !operand_shared_hpa(hpa, align, TDX_OPERAND_R8);
}

/* Posted interrupts need a vector and a descriptor first. */
static u64 check_pin(const struct vcpu *v, u64 val)
{
	if (!(val & PIN_POSTED_INTR))
		return 0;
	if (v->posted_intr_nv == NV_UNSET)
		return ST(TD_VMCS_FIELD_NOT_INITIALIZED) | ENCODING(F_NV);
	if (!~v->posted_intr_desc)
		return ST(TD_VMCS_FIELD_NOT_INITIALIZED) | ENCODING(F_PID);
	return 0;
}

/* What the guest does not own must be as the guest sees it, and stays. */
static bool check_cr(struct vcpu *v, u64 field, u64 mask, u64 shadow, u64 *val)
{
	u64 own, old = 0;

	mask = *tdvps_word(v, mask);
	shadow = *tdvps_word(v, shadow);
	own = *val & ~mask;
	if ((*val ^ shadow) & mask)
		return false;
	engine_guest_field(v, ENCODING(field), &old, false);
	*val = (old & mask) | own;
	return true;
}

static bool check_vmcs(struct vcpu *v, u64 id, u64 *val)
{
	switch (id) {
	case F_CR0:
		return check_cr(v, id, F_CR0_MASK, F_CR0_SHADOW, val);
	case F_CR4:
		return check_cr(v, id, F_CR4_MASK, F_CR4_SHADOW, val);
	case F_CR3:
		return sept_gpa_private(v->td, *val);
	case F_DEBUGCTL:
		*val &= ~DEBUGCTL_UNCORE_PMI;
		return true;
	case F_NV:
		return *val <= 0xff;
	case F_PID:
		return host_address_ok(*val, PID_ALIGN);
	case F_PML:
	case F_SHARED_EPTP:
		return host_address_ok(*val, PAGE_BYTES);
	case F_SECONDARY:
		return !(*val & SECONDARY_PML) ||
		       !(*tdvps_word(v, F_PML) & SEAM_BIT(63));
	}
	return true;
}

/* What was last written stands in a second place too. */
static void keep_shadow(struct vcpu *v, u64 id, u64 val)
{
	static const struct {
		u64 id, shadow;
	} shadows[] = {
		{ F_PIN, 0xa02000020000009cULL },
		{ F_PID, 0xa020000300000098ULL },
		{ F_NV, 0xa0200001000000acULL },
		{ F_SHARED_EPTP, 0xa0200003000000b4ULL },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(shadows); i++)
		if (shadows[i].id == id)
			*tdvps_word(v, shadows[i].shadow) = val;
}

/* The header of the XSAVE area is the module's, and so is that of PT. */
static bool xbuff_writable(const struct td *td, unsigned int index)
{
	u32 pt = td->xbuff_offset[XFAM_PT_BIT];

	return (index < 512 / 8 || index >= 576 / 8) &&
	       (!(td->xfam & SEAM_BIT(XFAM_PT_BIT)) || index != pt / 8);
}

static u64 check_vcpu(struct vcpu *v, u64 id, unsigned int index, u64 *val)
{
	u64 st = 0;

	if (id == F_XBUFF && !xbuff_writable(v->td, index))
		return ST(METADATA_FIELD_NOT_WRITABLE);
	if (id == F_PIN)
		st = check_pin(v, *val);
	else if (!check_vmcs(v, id, val))
		st = ST(METADATA_FIELD_VALUE_NOT_VALID);
	if (!st)
		keep_shadow(v, id, *val);
	return st;
}

u64 md_check_value(const struct md_ctx *ctx, const struct md_field *f,
		   unsigned int index, u64 mask, u64 *val)
{
	switch (ctx->context) {
	case 1:
		return check_td(ctx, f->id, mask, val);
	case 2:
		return check_vcpu(ctx->vcpu, f->id, index, val);
	}
	return 0;
}
