/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Host leaves about the machine: the TDX module's life, physical pages, and
 * P-SEAMLDR. Included through <seamhost/tdh.h>, whose rules hold here.
 */
#ifndef SEAMHOST_TDH_SYS_H
#define SEAMHOST_TDH_SYS_H

#include <seamhost/tdh_call.h>

/**
 * tdh_sys_init() - initialise the module
 * @attributes: 0 unless the module says otherwise
 * @out: on INCORRECT_CPUID_VALUE: RCX leaf and subleaf, RDX and R8 mask, R9
 *	and R10 expected value
 *
 * Once per load, on one CPU. Can fail with RND_NO_ENTROPY.
 */
static __always_inline tdx_status_t
tdh_sys_init(u64 attributes, struct tdx_out *out)
{
	return tdh_call_out(TDX_V0(TDH_SYS_INIT), out, attributes,
			    TDX_UNUSED(rdx), TDX_UNUSED(r8), TDX_UNUSED(r9));
}

/**
 * tdh_sys_lp_init() - initialise the module on this CPU
 * @out: on INCONSISTENT_CPUID_FIELD: RCX leaf and subleaf, RDX and R8 mask
 *
 * Once on each CPU. Can fail with RND_NO_ENTROPY.
 */
static __always_inline tdx_status_t tdh_sys_lp_init(struct tdx_out *out)
{
	return tdh_call_out3(TDX_V0(TDH_SYS_LP_INIT), out, TDX_UNUSED(rcx),
			     TDX_UNUSED(rdx), TDX_UNUSED(r8), TDX_UNUSED(r9));
}

/**
 * tdh_sys_info() - read the module's and the memory's description
 * @info: struct tdsysinfo, 1024 byte aligned
 * @info_size: bytes, at least 1024
 * @cmrs: struct cmr_info[], 512 byte aligned
 * @nr_cmrs: entries there, at least 32
 * @out: RDX: bytes written; R9: entries written
 */
static __always_inline tdx_status_t
tdh_sys_info(hpa_t info, u64 info_size, hpa_t cmrs, u64 nr_cmrs,
	     struct tdx_out *out)
{
	return tdh_call_out(TDX_V0(TDH_SYS_INFO), out, info, info_size, cmrs,
			    nr_cmrs);
}

/**
 * tdh_sys_rd() - read a metadata field of the module
 * @field: field id, or TDX_FIELD_NONE for the first
 * @out: R8: the value; RDX: the next field id, or TDX_FIELD_NONE
 */
static __always_inline tdx_status_t tdh_sys_rd(u64 field, struct tdx_out *out)
{
	return tdh_call_out3(TDX_V0(TDH_SYS_RD), out, TDX_UNUSED(rcx), field,
			     TDX_UNUSED(r8), TDX_UNUSED(r9));
}

/**
 * tdh_sys_rdall() - read the module's metadata fields into a list
 * @list: 4K page, not private
 * @field: first field id, or TDX_FIELD_NONE
 * @out: R8: the next field id, or TDX_FIELD_NONE
 */
static __always_inline tdx_status_t
tdh_sys_rdall(hpa_t list, u64 field, struct tdx_out *out)
{
	return tdh_call_out3(TDX_V0(TDH_SYS_RDALL), out, TDX_UNUSED(rcx), list,
			     field, TDX_UNUSED(r9));
}

/**
 * tdh_sys_config() - tell the module about memory and its KeyID
 * @tdmrs: array of pointers to struct tdmr_info, 512 byte aligned
 * @nr_tdmrs: entries in it
 * @hkid: global private KeyID; TDX_SYS_CONFIG_DYNAMIC_PAMT
 */
static __always_inline tdx_status_t
tdh_sys_config(hpa_t tdmrs, u64 nr_tdmrs, u64 hkid)
{
	return tdh_call(TDX_V0(TDH_SYS_CONFIG), tdmrs, nr_tdmrs, hkid,
			TDX_UNUSED(r9));
}

/**
 * tdh_sys_config_v1() - tell the module about memory, its KeyID and features
 * @tdmrs: array of pointers to struct tdmr_info, 512 byte aligned
 * @nr_tdmrs: entries in it
 * @hkid: global private KeyID; TDX_SYS_CONFIG_DYNAMIC_PAMT
 * @features: features to enable
 */
static __always_inline tdx_status_t
tdh_sys_config_v1(hpa_t tdmrs, u64 nr_tdmrs, u64 hkid, u64 features)
{
	return host_call(__tdh_sys_config_v1)(tdmrs, nr_tdmrs, hkid, features);
}

/**
 * tdh_sys_key_config() - set up the module's key on this package
 *
 * Once on a CPU of each package, with no dirty cache line of the KeyID. Can
 * fail with RND_NO_ENTROPY or KEY_GENERATION_FAILED: call again.
 */
static __always_inline tdx_status_t tdh_sys_key_config(void)
{
	return tdh_call_rcx(TDX_V0(TDH_SYS_KEY_CONFIG), TDX_UNUSED(rcx));
}

/**
 * tdh_sys_tdmr_init() - initialise some of a TDMR
 * @tdmr: base of the TDMR
 * @out: RDX: where the next call goes on; the TDMR's end when done
 *
 * Different TDMRs can be initialised in parallel.
 */
static __always_inline tdx_status_t
tdh_sys_tdmr_init(hpa_t tdmr, struct tdx_out *out)
{
	return tdh_call_out3(TDX_V0(TDH_SYS_TDMR_INIT), out, tdmr,
			     TDX_UNUSED(rdx), TDX_UNUSED(r8), TDX_UNUSED(r9));
}

/**
 * tdh_sys_lp_shutdown() - do nothing, for compatibility with module 1.0
 */
static __always_inline tdx_status_t tdh_sys_lp_shutdown(void)
{
	return tdh_call_rcx(TDX_V0(TDH_SYS_LP_SHUTDOWN), TDX_UNUSED(rcx));
}

/**
 * tdh_sys_shutdown() - stop the module for an update
 * @handoff: version of the handoff data
 *
 * Afterwards only P-SEAMLDR answers.
 */
static __always_inline tdx_status_t tdh_sys_shutdown(u64 handoff)
{
	return tdh_call_rcx(TDX_V0(TDH_SYS_SHUTDOWN), handoff);
}

/**
 * tdh_sys_update() - take over from the module before
 *
 * In place of configuration, key and TDMR initialisation.
 */
static __always_inline tdx_status_t tdh_sys_update(void)
{
	return tdh_call_rcx(TDX_V0(TDH_SYS_UPDATE), TDX_UNUSED(rcx));
}

/**
 * tdh_sys_update_v1() - take over from the module before, with features
 * @features: features to enable
 */
static __always_inline tdx_status_t tdh_sys_update_v1(u64 features)
{
	return tdh_call_r10(TDX_V1(TDH_SYS_UPDATE), TDX_UNUSED(rcx),
			    TDX_UNUSED(rdx), TDX_UNUSED(r8), features, 0);
}

/**
 * tdh_sys_disable() - stop the module for good
 *
 * Before kexec. Can be interrupted: call again.
 */
static __always_inline tdx_status_t tdh_sys_disable(void)
{
	return tdh_call_rcx(TDX_V0(TDH_SYS_DISABLE), TDX_UNUSED(rcx));
}

/**
 * tdh_phymem_page_rdmd() - ask what a page is to the module
 * @page: 4K aligned
 * @out: RCX: type (TDX_PT_*); RDX: TDR of the owner; R8: size; R9: BEPOCH
 */
static __always_inline tdx_status_t
tdh_phymem_page_rdmd(hpa_t page, struct tdx_out *out)
{
	return tdh_call_out(TDX_V0(TDH_PHYMEM_PAGE_RDMD), out, page,
			    TDX_UNUSED(rdx), TDX_UNUSED(r8), TDX_UNUSED(r9));
}

/**
 * tdh_phymem_page_reclaim() - take a page of a dead TD back
 * @page: aligned to its size
 * @out: RCX: what it was (TDX_PT_*); RDX: TDR of the owner; R8: size
 *
 * The TDR goes last. Write the page back with tdh_phymem_page_wbinvd()
 * before the host uses it.
 */
static __always_inline tdx_status_t
tdh_phymem_page_reclaim(hpa_t page, struct tdx_out *out)
{
	return tdh_call_out(TDX_V0(TDH_PHYMEM_PAGE_RECLAIM), out, page,
			    TDX_UNUSED(rdx), TDX_UNUSED(r8), TDX_UNUSED(r9));
}

/**
 * tdh_phymem_page_wbinvd() - write back and drop a page's cache lines
 * @page: address with the KeyID in its KeyID bits
 */
static __always_inline tdx_status_t tdh_phymem_page_wbinvd(hpa_t page)
{
	return tdh_call_rcx(TDX_V0(TDH_PHYMEM_PAGE_WBINVD), page);
}

/**
 * tdh_phymem_cache_wb() - write back this package's caches
 * @resume: false to begin, true after INTERRUPTED_RESUMABLE
 *
 * On one CPU of each package, until it succeeds.
 */
static __always_inline tdx_status_t tdh_phymem_cache_wb(bool resume)
{
	return tdh_call_rcx(TDX_V0(TDH_PHYMEM_CACHE_WB), resume);
}

/**
 * tdh_phymem_pamt_add() - give the module PAMT pages for 2M of memory
 * @range: 2M aligned
 * @page0: first free page
 * @page1: second free page
 *
 * Modules with dynamic PAMT.
 */
static __always_inline tdx_status_t
tdh_phymem_pamt_add(hpa_t range, hpa_t page0, hpa_t page1)
{
	return tdh_call(TDX_V0(TDH_PHYMEM_PAMT_ADD),
			tdx_gpa_level(range, TDX_LEVEL_2M), page0, page1,
			TDX_UNUSED(r9));
}

/**
 * tdh_phymem_pamt_remove() - take the PAMT pages of 2M of memory back
 * @range: 2M aligned
 * @out: RDX and R8: the pages
 *
 * Modules with dynamic PAMT.
 */
static __always_inline tdx_status_t
tdh_phymem_pamt_remove(hpa_t range, struct tdx_out *out)
{
	return tdh_call_out3(TDX_V0(TDH_PHYMEM_PAMT_REMOVE), out,
			     tdx_gpa_level(range, TDX_LEVEL_2M),
			     TDX_UNUSED(rdx), TDX_UNUSED(r8), TDX_UNUSED(r9));
}

/**
 * seamldr_info() - read P-SEAMLDR's description
 * @info: struct seamldr_info, 256 byte aligned
 */
static __always_inline tdx_status_t seamldr_info(hpa_t info)
{
	return tdh_call_rcx(TDX_V0(SEAMLDR_INFO), info);
}

/**
 * seamldr_install() - load or update the module
 * @params: struct seamldr_params, 4K aligned
 * @out: RDX: on failure, 0 while the module before is still usable
 *
 * On every CPU, one after another, with the same parameters; the last one
 * loads.
 */
static __always_inline tdx_status_t
seamldr_install(hpa_t params, struct tdx_out *out)
{
	return tdh_call_out3(TDX_V0(SEAMLDR_INSTALL), out, params,
			     TDX_UNUSED(rdx), TDX_UNUSED(r8), TDX_UNUSED(r9));
}

/**
 * seamldr_shutdown() - unload the module from this CPU
 */
static __always_inline tdx_status_t seamldr_shutdown(void)
{
	return tdh_call_rcx(TDX_V0(SEAMLDR_SHUTDOWN), TDX_UNUSED(rcx));
}

/**
 * seamldr_seaminfo() - read the SEAM info structure
 * @info: 2048 bytes
 */
static __always_inline tdx_status_t seamldr_seaminfo(hpa_t info)
{
	return tdh_call_rcx(TDX_V0(SEAMLDR_SEAMINFO), info);
}

/**
 * seamldr_cleanup() - clean up after a failed installation
 *
 * Newer P-SEAMLDR only.
 */
static __always_inline tdx_status_t seamldr_cleanup(void)
{
	return tdh_call_rcx(TDX_V0(SEAMLDR_CLEANUP), TDX_UNUSED(rcx));
}

#endif /* SEAMHOST_TDH_SYS_H */
