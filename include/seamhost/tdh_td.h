/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Host leaves about a TD and its vCPUs: life cycle, keys, metadata, entry.
 * Included through <seamhost/tdh.h>, whose rules hold here.
 */
#ifndef SEAMHOST_TDH_TD_H
#define SEAMHOST_TDH_TD_H

#include <seamhost/tdh_call.h>

/**
 * tdh_mng_create() - create a TD
 * @tdr: free page that becomes the TD's root page
 * @hkid: free private KeyID
 *
 * Can fail with RND_NO_ENTROPY.
 */
static __always_inline tdx_status_t tdh_mng_create(hpa_t tdr, hkid_t hkid)
{
	return tdh_call(TDX_V0(TDH_MNG_CREATE), tdr, hkid, TDX_UNUSED(r8),
			TDX_UNUSED(r9));
}

/**
 * tdh_mng_key_config() - set up a TD's key on this package
 * @tdr: root page of the TD
 *
 * Once on a CPU of each package, with no dirty cache line of the KeyID. Can
 * fail with RND_NO_ENTROPY or KEY_GENERATION_FAILED: call again.
 */
static __always_inline tdx_status_t tdh_mng_key_config(hpa_t tdr)
{
	return tdh_call_rcx(TDX_V0(TDH_MNG_KEY_CONFIG), tdr);
}

/**
 * tdh_mng_addcx() - give a TD one more control page
 * @page: free page
 * @tdr: root page of the TD
 *
 * Can fail with RND_NO_ENTROPY.
 */
static __always_inline tdx_status_t tdh_mng_addcx(hpa_t page, hpa_t tdr)
{
	return tdh_call(TDX_V0(TDH_MNG_ADDCX), page, tdr, TDX_UNUSED(r8),
			TDX_UNUSED(r9));
}

/**
 * tdh_mng_init() - initialise a TD from its parameters
 * @tdr: root page of the TD
 * @params: struct td_params, 1024 byte aligned, not private
 * @out: RCX: leaf and subleaf of the CPUID entry that was refused
 *
 * Newer modules read R8; 0 is what version 0 means.
 */
static __always_inline tdx_status_t
tdh_mng_init(hpa_t tdr, hpa_t params, struct tdx_out *out)
{
	return tdh_call_out3(TDX_V0(TDH_MNG_INIT), out, tdr, params, 0,
			     TDX_UNUSED(r9));
}

/**
 * tdh_mng_rd() - read a TD's metadata field
 * @tdr: root page of the TD
 * @field: metadata field id
 * @out: R8: the value
 */
static __always_inline tdx_status_t
tdh_mng_rd(hpa_t tdr, u64 field, struct tdx_out *out)
{
	return tdh_call_out3(TDX_V0(TDH_MNG_RD), out, tdr, field,
			     TDX_UNUSED(r8), TDX_UNUSED(r9));
}

/**
 * tdh_mng_rd_v1() - read a TD's metadata field and find the next
 * @tdr: root page of the TD
 * @field: metadata field id, or TDX_FIELD_NONE for the first
 * @out: R8: the value; RDX: the next field id, or TDX_FIELD_NONE
 */
static __always_inline tdx_status_t
tdh_mng_rd_v1(hpa_t tdr, u64 field, struct tdx_out *out)
{
	return tdh_call_out3(TDX_V1(TDH_MNG_RD), out, tdr, field,
			     TDX_UNUSED(r8), TDX_UNUSED(r9));
}

/**
 * tdh_mng_wr() - write a TD's metadata field
 * @tdr: root page of the TD
 * @field: metadata field id
 * @data: new value
 * @mask: bits to write
 * @out: R8: the value before
 */
static __always_inline tdx_status_t
tdh_mng_wr(hpa_t tdr, u64 field, u64 data, u64 mask, struct tdx_out *out)
{
	return tdh_call_out3(TDX_V0(TDH_MNG_WR), out, tdr, field, data, mask);
}

/**
 * tdh_mng_vpflushdone() - end the use of a TD's key by its vCPUs
 * @tdr: root page of the TD
 *
 * All vCPUs are flushed: see tdh_vp_flush().
 */
static __always_inline tdx_status_t tdh_mng_vpflushdone(hpa_t tdr)
{
	return tdh_call_rcx(TDX_V0(TDH_MNG_VPFLUSHDONE), tdr);
}

/**
 * tdh_mng_key_freeid() - free a TD's KeyID
 * @tdr: root page of the TD
 *
 * Caches are written back on every package: see tdh_phymem_cache_wb().
 * Afterwards the TD's pages can be reclaimed.
 */
static __always_inline tdx_status_t tdh_mng_key_freeid(hpa_t tdr)
{
	return tdh_call_rcx(TDX_V0(TDH_MNG_KEY_FREEID), tdr);
}

/**
 * tdh_mng_key_reclaimid() - do nothing, for compatibility
 * @tdr: root page of the TD
 */
static __always_inline tdx_status_t tdh_mng_key_reclaimid(hpa_t tdr)
{
	return tdh_call_rcx(TDX_V0(TDH_MNG_KEY_RECLAIMID), tdr);
}

/**
 * tdh_mr_finalize() - close a TD's measurement and make it runnable
 * @tdr: root page of the TD
 */
static __always_inline tdx_status_t tdh_mr_finalize(hpa_t tdr)
{
	return tdh_call_rcx(TDX_V0(TDH_MR_FINALIZE), tdr);
}

/**
 * tdh_vp_create() - create a vCPU
 * @tdvpr: free page that becomes the vCPU's root page
 * @tdr: root page of the TD
 */
static __always_inline tdx_status_t tdh_vp_create(hpa_t tdvpr, hpa_t tdr)
{
	return tdh_call(TDX_V0(TDH_VP_CREATE), tdvpr, tdr, TDX_UNUSED(r8),
			TDX_UNUSED(r9));
}

/**
 * tdh_vp_addcx() - give a vCPU one more control page
 * @page: free page
 * @tdvpr: root page of the vCPU
 */
static __always_inline tdx_status_t tdh_vp_addcx(hpa_t page, hpa_t tdvpr)
{
	return tdh_call(TDX_V0(TDH_VP_ADDCX), page, tdvpr, TDX_UNUSED(r8),
			TDX_UNUSED(r9));
}

/**
 * tdh_vp_init() - initialise a vCPU
 * @tdvpr: root page of the vCPU
 * @rcx: what the guest finds in RCX and R8
 *
 * The guest cannot ask the module for the topology afterwards: see
 * tdh_vp_init_v1().
 */
static __always_inline tdx_status_t tdh_vp_init(hpa_t tdvpr, u64 rcx)
{
	return tdh_call(TDX_V0(TDH_VP_INIT), tdvpr, rcx, TDX_UNUSED(r8),
			TDX_UNUSED(r9));
}

/**
 * tdh_vp_init_v1() - initialise a vCPU with an x2APIC id
 * @tdvpr: root page of the vCPU
 * @rcx: what the guest finds in RCX and R8
 * @x2apic_id: unique among the TD's vCPUs
 *
 * Offered with TDX_FEATURES0 bit TOPOLOGY_ENUM. Holds the TD exclusively.
 */
static __always_inline tdx_status_t
tdh_vp_init_v1(hpa_t tdvpr, u64 rcx, u32 x2apic_id)
{
	return tdh_call(TDX_V1(TDH_VP_INIT), tdvpr, rcx, x2apic_id,
			TDX_UNUSED(r9));
}

/**
 * tdh_vp_rd() - read a vCPU's metadata field
 * @tdvpr: root page of the vCPU
 * @field: metadata field id
 * @out: R8: the value
 */
static __always_inline tdx_status_t
tdh_vp_rd(hpa_t tdvpr, u64 field, struct tdx_out *out)
{
	return tdh_call_out3(TDX_V0(TDH_VP_RD), out, tdvpr, field,
			     TDX_UNUSED(r8), TDX_UNUSED(r9));
}

/**
 * tdh_vp_rd_v1() - read a vCPU's metadata field and find the next
 * @tdvpr: root page of the vCPU
 * @field: metadata field id, or TDX_FIELD_NONE for the first
 * @out: R8: the value; RDX: the next field id, or TDX_FIELD_NONE
 */
static __always_inline tdx_status_t
tdh_vp_rd_v1(hpa_t tdvpr, u64 field, struct tdx_out *out)
{
	return tdh_call_out3(TDX_V1(TDH_VP_RD), out, tdvpr, field,
			     TDX_UNUSED(r8), TDX_UNUSED(r9));
}

/**
 * tdh_vp_wr() - write a vCPU's metadata field
 * @tdvpr: root page of the vCPU
 * @field: metadata field id
 * @data: new value
 * @mask: bits to write
 * @out: R8: the value before
 */
static __always_inline tdx_status_t
tdh_vp_wr(hpa_t tdvpr, u64 field, u64 data, u64 mask, struct tdx_out *out)
{
	return tdh_call_out3(TDX_V0(TDH_VP_WR), out, tdvpr, field, data, mask);
}

/**
 * tdh_vp_flush() - dissociate a vCPU from this CPU
 * @tdvpr: root page of the vCPU
 *
 * On the CPU that ran it last. VCPU_NOT_ASSOCIATED: it was not.
 */
static __always_inline tdx_status_t tdh_vp_flush(hpa_t tdvpr)
{
	return tdh_call_rcx(TDX_V0(TDH_VP_FLUSH), tdvpr);
}

/**
 * tdh_vp_enter() - run a vCPU until it exits
 * @tdvpr: root page of the vCPU, with TDX_VP_ENTER_* flags
 * @regs: in: what a TDVMCALL asked for, RCX apart; out: the exit, see
 *	struct td_exit
 *
 * Interrupts are off; the FPU state is the guest's business and the
 * caller's to save. A status with reason in its low half is an exit; each
 * other status says why the vCPU did not run.
 */
static __always_inline tdx_status_t
tdh_vp_enter(hpa_t tdvpr, struct tdx_regs *regs)
{
	return host_call(__tdh_vp_enter)(tdvpr, regs);
}

#endif /* SEAMHOST_TDH_TD_H */
