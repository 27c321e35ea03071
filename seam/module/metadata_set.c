// SPDX-License-Identifier: GPL-2.0-only
/* What a written metadata value must be like, field by field. */
#include "metadata.h"

#define HP_TIMEOUT_MIN	10000
#define HP_TIMEOUT_MAX	100000000
#define PID_ALIGN	64
#define NV_UNSET	0xffff

static u64 check_td(const struct md_ctx *ctx, u64 id, u64 mask, u64 val)
{
	switch (id) {
	case 0x9110000300000011:	/* HP_LOCK_TIMEOUT */
		if (mask != ~0ULL)
			return ST(METADATA_WR_MASK_NOT_VALID);
		if (val < HP_TIMEOUT_MIN || val > HP_TIMEOUT_MAX)
			return ST(METADATA_FIELD_VALUE_NOT_VALID);
		break;
	case 0x1110000300000017:	/* TD_CTLS */
		if (!(ctx->td->config_flags & FLAG_FLEXIBLE_VE) &&
		    ((val ^ ctx->td->td_ctls) & TD_CTLS_PENDING_VE_OFF))
			return ST(METADATA_FIELD_VALUE_NOT_VALID);
		break;
	}
	return 0;
}

/* Addresses that the CPU will use must be the host's own. */
static bool host_address_ok(u64 hpa, u64 align)
{
	return !operand_shared_hpa(hpa, align, TDX_OPERAND_R8);
}

/* Posted interrupts need a vector and a descriptor first. */
static bool posted_intr_ready(const struct vcpu *v)
{
	return v->posted_intr_nv != NV_UNSET && ~v->posted_intr_desc;
}

static u64 check_vcpu(const struct vcpu *v, u64 id, u64 val)
{
	bool ok = true;

	switch (id) {
	case 0x0024000200004000:	/* pin-based controls */
		if ((val & PIN_POSTED_INTR) && !posted_intr_ready(v))
			return ST(TD_VMCS_FIELD_NOT_INITIALIZED);
		break;
	case 0x0024000300006800:	/* CR0 */
		ok = !(val >> 32);
		break;
	case 0x0024000100000002:	/* notification vector */
		ok = val <= 0xff;
		break;
	case 0x0024000300002016:	/* posted-interrupt descriptor */
		/* the low bits are not writable and stay as they were */
		ok = host_address_ok(val & ~(PID_ALIGN - 1ULL), PID_ALIGN);
		break;
	case 0x002400030000203c:	/* shared EPTP */
		ok = host_address_ok(val, PAGE_BYTES);
		break;
	}
	return ok ? 0 : ST(METADATA_FIELD_VALUE_NOT_VALID);
}

u64 md_check_value(const struct md_ctx *ctx, const struct md_field *f,
		   u64 mask, u64 *val)
{
	switch (ctx->context) {
	case 1:
		return check_td(ctx, f->id, mask, *val);
	case 2:
		return check_vcpu(ctx->vcpu, f->id, *val);
	}
	return 0;
}
