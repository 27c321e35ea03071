/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Host leaves about a TD's private memory: Secure EPT, pages, measurement of
 * pages. Included through <seamhost/tdh.h>, whose rules hold here.
 */
#ifndef SEAMHOST_TDH_MEM_H
#define SEAMHOST_TDH_MEM_H

#include <seamhost/tdh_call.h>

/**
 * tdh_mem_page_add() - add a page with content before the TD runs
 * @tdr: root page of the TD
 * @gpa: guest address, aligned to @level
 * @level: 4K, the only one offered
 * @page: free page that becomes private
 * @source: page to copy from, 4K aligned, not private
 * @out: outputs; after an EPT status where the walk stopped: entry (RCX),
 *	level and state (RDX)
 *
 * Extends MRTD with the page's GPA. The TD is initialised, not finalised;
 * the caller holds the TD exclusively.
 */
static __always_inline tdx_status_t
tdh_mem_page_add(hpa_t tdr, gpa_t gpa, enum tdx_level level, hpa_t page,
		 hpa_t source, struct tdx_out *out)
{
	return tdh_call_out3(TDX_V0(TDH_MEM_PAGE_ADD), out,
			     tdx_gpa_level(gpa, level), tdr, page, source);
}

/**
 * tdh_mem_sept_add() - add a Secure EPT page
 * @tdr: root page of the TD
 * @gpa: guest address, aligned to @level
 * @level: of the entry that will point to the new table, 2M and up
 * @sept: free page that becomes the table
 * @out: outputs; after an EPT status where the walk stopped: entry (RCX),
 *	level and state (RDX)
 *
 * EPT_ENTRY_STATE_INCORRECT when the entry is not free: another vCPU may
 * have been faster.
 */
static __always_inline tdx_status_t
tdh_mem_sept_add(hpa_t tdr, gpa_t gpa, enum tdx_level level, hpa_t sept,
		 struct tdx_out *out)
{
	return tdh_call_out3(TDX_V0(TDH_MEM_SEPT_ADD), out,
			     tdx_gpa_level(gpa, level), tdr, sept,
			     TDX_UNUSED(r9));
}

/**
 * tdh_mem_sept_add_l2() - add Secure EPT pages for the L1 and its L2 VMs
 * @tdr: root page of the TD
 * @gpa: guest address, aligned to @level
 * @level: of the entries that will point to the new tables
 * @flags: 0 or TDX_SEPT_ADD_ALLOW_EXISTING
 * @sept: free page for the L1
 * @l2_1: free page for L2 VM 1, or TDX_NULL_PA
 * @out: outputs; after an EPT status where the walk stopped: entry (RCX),
 *	level and state (RDX)
 *
 * @out->r10 and @out->r11 are in: pages for L2 VMs 2 and 3, or TDX_NULL_PA.
 * R8 to R11 come back as TDX_NULL_PA for a page consumed and with bit 63
 * set for one that is not. After INTERRUPTED_RESUMABLE call again with what
 * they hold.
 */
static __always_inline tdx_status_t
tdh_mem_sept_add_l2(hpa_t tdr, gpa_t gpa, enum tdx_level level,
		    unsigned int flags, hpa_t sept, hpa_t l2_1,
		    struct tdx_more *out)
{
	return host_call(__tdh_mem_sept_add_l2)(tdr, gpa, level, flags, sept,
						l2_1, out);
}

/**
 * tdh_mem_sept_remove() - remove an empty Secure EPT page
 * @tdr: root page of the TD
 * @gpa: guest address, aligned to @level
 * @level: of the entry that points to the table
 * @out: outputs; after an EPT status where the walk stopped: entry (RCX),
 *	level and state (RDX)
 *
 * The entry is blocked and its TLB epoch over, where tracking is needed.
 * Takes the Secure EPT tree exclusively. On success RCX is the page.
 */
static __always_inline tdx_status_t
tdh_mem_sept_remove(hpa_t tdr, gpa_t gpa, enum tdx_level level,
		    struct tdx_out *out)
{
	return tdh_call_out3(TDX_V0(TDH_MEM_SEPT_REMOVE), out,
			     tdx_gpa_level(gpa, level), tdr, TDX_UNUSED(r8),
			     TDX_UNUSED(r9));
}

/**
 * tdh_mem_sept_remove_v1() - remove empty Secure EPT pages, L2 ones too
 * @tdr: root page of the TD
 * @gpa: guest address, aligned to @level
 * @level: of the entry that points to the table
 * @out: outputs; after an EPT status where the walk stopped: entry (RCX),
 *	level and state (RDX)
 *
 * As tdh_mem_sept_remove(); R9 to R11 are the pages of L2 VMs 1 to 3, or
 * TDX_NULL_PA.
 */
static __always_inline tdx_status_t
tdh_mem_sept_remove_v1(hpa_t tdr, gpa_t gpa, enum tdx_level level,
		       struct tdx_out *out)
{
	return tdh_call_out(TDX_V1(TDH_MEM_SEPT_REMOVE), out,
			    tdx_gpa_level(gpa, level), tdr, TDX_UNUSED(r8),
			    TDX_UNUSED(r9));
}

/**
 * tdh_mem_sept_rd() - read a Secure EPT entry
 * @tdr: root page of the TD
 * @gpa: guest address, aligned to @level
 * @level: of the entry
 * @out: outputs; after an EPT status where the walk stopped: entry (RCX),
 *	level and state (RDX)
 *
 * RCX is the architectural entry, RDX its level and state:
 * TDX_SEPT_INFO_LEVEL, TDX_SEPT_INFO_STATE.
 */
static __always_inline tdx_status_t
tdh_mem_sept_rd(hpa_t tdr, gpa_t gpa, enum tdx_level level, struct tdx_out *out)
{
	return tdh_call_out3(TDX_V0(TDH_MEM_SEPT_RD), out,
			     tdx_gpa_level(gpa, level), tdr, TDX_UNUSED(r8),
			     TDX_UNUSED(r9));
}

/**
 * tdh_mem_page_aug() - add a page that the guest must accept
 * @tdr: root page of the TD
 * @gpa: guest address, aligned to @level
 * @level: 4K or 2M
 * @page: free memory of that size and alignment
 * @out: outputs; after an EPT status where the walk stopped: entry (RCX),
 *	level and state (RDX)
 *
 * The page is pending until TDG.MEM.PAGE.ACCEPT; nothing is measured.
 */
static __always_inline tdx_status_t
tdh_mem_page_aug(hpa_t tdr, gpa_t gpa, enum tdx_level level, hpa_t page,
		 struct tdx_out *out)
{
	return tdh_call_out3(TDX_V0(TDH_MEM_PAGE_AUG), out,
			     tdx_gpa_level(gpa, level), tdr, page,
			     TDX_UNUSED(r9));
}

/**
 * tdh_mem_page_remove() - take a private page back
 * @tdr: root page of the TD
 * @gpa: guest address, aligned to @level
 * @level: of the mapping
 * @out: outputs; after an EPT status where the walk stopped: entry (RCX),
 *	level and state (RDX)
 *
 * The range is blocked and its TLB epoch over, where tracking is needed. On
 * success RCX is the page: write it back with tdh_phymem_page_wbinvd()
 * before the host uses it.
 */
static __always_inline tdx_status_t
tdh_mem_page_remove(hpa_t tdr, gpa_t gpa, enum tdx_level level,
		    struct tdx_out *out)
{
	return tdh_call_out3(TDX_V0(TDH_MEM_PAGE_REMOVE), out,
			     tdx_gpa_level(gpa, level), tdr, TDX_UNUSED(r8),
			     TDX_UNUSED(r9));
}

/**
 * tdh_mem_page_relocate() - move a private page to other memory
 * @tdr: root page of the TD
 * @gpa: guest address, aligned to @level
 * @level: 4K, the only one offered
 * @page: free page that takes its place
 * @out: outputs; after an EPT status where the walk stopped: entry (RCX),
 *	level and state (RDX)
 *
 * On success RCX is the old page, and the mapping is not blocked any more.
 */
static __always_inline tdx_status_t
tdh_mem_page_relocate(hpa_t tdr, gpa_t gpa, enum tdx_level level, hpa_t page,
		      struct tdx_out *out)
{
	return tdh_call_out3(TDX_V0(TDH_MEM_PAGE_RELOCATE), out,
			     tdx_gpa_level(gpa, level), tdr, page,
			     TDX_UNUSED(r9));
}

/**
 * tdh_mem_page_promote() - merge 512 private mappings into one
 * @tdr: root page of the TD
 * @gpa: guest address, aligned to @level
 * @level: of the merged mapping, 2M or 1G
 * @out: outputs; after an EPT status where the walk stopped: entry (RCX),
 *	level and state (RDX)
 *
 * The range is blocked and tracked, its pages alike in state and
 * contiguous. On success RCX is the freed Secure EPT page. On
 * INTERRUPTED_RESTARTABLE nothing has changed: call again.
 */
static __always_inline tdx_status_t
tdh_mem_page_promote(hpa_t tdr, gpa_t gpa, enum tdx_level level,
		     struct tdx_out *out)
{
	return tdh_call_out3(TDX_V0(TDH_MEM_PAGE_PROMOTE), out,
			     tdx_gpa_level(gpa, level), tdr, TDX_UNUSED(r8),
			     TDX_UNUSED(r9));
}

/**
 * tdh_mem_page_promote_more() - merge 512 private mappings, PAMT pages come back
 * @tdr: root page of the TD
 * @gpa: guest address, aligned to @level
 * @level: of the merged mapping, 2M or 1G
 * @out: outputs; after an EPT status where the walk stopped: entry (RCX),
 *	level and state (RDX)
 *
 * As tdh_mem_page_promote(); with dynamic PAMT, @out->r12 and @out->r13 are
 * the pair of PAMT pages that the module no longer needs for the range.
 */
static __always_inline tdx_status_t
tdh_mem_page_promote_more(hpa_t tdr, gpa_t gpa, enum tdx_level level,
			  struct tdx_more *out)
{
	return host_call(__tdh_mem_page_promote_more)(tdr, gpa, level, out);
}

/**
 * tdh_mem_page_promote_v1() - merge 512 private mappings, L2 ones too
 * @tdr: root page of the TD
 * @gpa: guest address, aligned to @level
 * @level: of the merged mapping, 2M or 1G
 * @out: outputs; after an EPT status where the walk stopped: entry (RCX),
 *	level and state (RDX)
 *
 * As tdh_mem_page_promote(); R9 to R11 are the freed pages of L2 VMs 1 to
 * 3, or TDX_NULL_PA.
 */
static __always_inline tdx_status_t
tdh_mem_page_promote_v1(hpa_t tdr, gpa_t gpa, enum tdx_level level,
			struct tdx_out *out)
{
	return tdh_call_out(TDX_V1(TDH_MEM_PAGE_PROMOTE), out,
			    tdx_gpa_level(gpa, level), tdr, TDX_UNUSED(r8),
			    TDX_UNUSED(r9));
}

/**
 * tdh_mem_page_demote() - split one private mapping into 512
 * @tdr: root page of the TD
 * @gpa: guest address, aligned to @level
 * @level: of the mapping to split, 2M or 1G
 * @sept: free page that becomes the Secure EPT page
 * @out: outputs; after an EPT status where the walk stopped: entry (RCX),
 *	level and state (RDX)
 *
 * The range is blocked and no vCPU runs in the epoch before the block. On
 * INTERRUPTED_RESTARTABLE nothing has changed: call again.
 */
static __always_inline tdx_status_t
tdh_mem_page_demote(hpa_t tdr, gpa_t gpa, enum tdx_level level, hpa_t sept,
		    struct tdx_out *out)
{
	return tdh_call_out3(TDX_V0(TDH_MEM_PAGE_DEMOTE), out,
			     tdx_gpa_level(gpa, level), tdr, sept,
			     TDX_UNUSED(r9));
}

/**
 * tdh_mem_page_demote_more() - split one private mapping, L2 and PAMT pages too
 * @tdr: root page of the TD
 * @gpa: guest address, aligned to @level
 * @level: of the mapping to split, 2M or 1G
 * @flags: 0 or TDX_PAGE_DEMOTE_L2
 * @sept: free page for the L1
 * @l2_1: free page for L2 VM 1, or TDX_NULL_PA
 * @out: outputs; after an EPT status where the walk stopped: entry (RCX),
 *	level and state (RDX)
 *
 * @out->r10 and @out->r11 are in: pages for L2 VMs 2 and 3, or TDX_NULL_PA;
 * @out->r12 and @out->r13 the pair of PAMT pages that modules with dynamic
 * PAMT want. R9 to R11 come back as TDX_NULL_PA for a page consumed.
 */
static __always_inline tdx_status_t
tdh_mem_page_demote_more(hpa_t tdr, gpa_t gpa, enum tdx_level level,
			 unsigned int flags, hpa_t sept, hpa_t l2_1,
			 struct tdx_more *out)
{
	return host_call(__tdh_mem_page_demote_more)(tdr, gpa, level, flags,
						     sept, l2_1, out);
}

/**
 * tdh_mem_range_block() - block a private range: no new translations
 * @tdr: root page of the TD
 * @gpa: guest address, aligned to @level
 * @level: of the entry, leaf or not
 * @out: outputs; after an EPT status where the walk stopped: entry (RCX),
 *	level and state (RDX)
 *
 * Takes the Secure EPT tree exclusively. GPA_RANGE_ALREADY_BLOCKED is a
 * success.
 */
static __always_inline tdx_status_t
tdh_mem_range_block(hpa_t tdr, gpa_t gpa, enum tdx_level level,
		    struct tdx_out *out)
{
	return tdh_call_out3(TDX_V0(TDH_MEM_RANGE_BLOCK), out,
			     tdx_gpa_level(gpa, level), tdr, TDX_UNUSED(r8),
			     TDX_UNUSED(r9));
}

/**
 * tdh_mem_range_unblock() - undo tdh_mem_range_block()
 * @tdr: root page of the TD
 * @gpa: guest address, aligned to @level
 * @level: of the entry
 * @out: outputs; after an EPT status where the walk stopped: entry (RCX),
 *	level and state (RDX)
 */
static __always_inline tdx_status_t
tdh_mem_range_unblock(hpa_t tdr, gpa_t gpa, enum tdx_level level,
		      struct tdx_out *out)
{
	return tdh_call_out3(TDX_V0(TDH_MEM_RANGE_UNBLOCK), out,
			     tdx_gpa_level(gpa, level), tdr, TDX_UNUSED(r8),
			     TDX_UNUSED(r9));
}

/**
 * tdh_mem_track() - begin a new TLB epoch of a TD
 * @tdr: root page of the TD
 *
 * Then kick every vCPU that was running: the old epoch ends when the last
 * of them has left.
 */
static __always_inline tdx_status_t tdh_mem_track(hpa_t tdr)
{
	return tdh_call_rcx(TDX_V0(TDH_MEM_TRACK), tdr);
}

/**
 * tdh_mem_rd() - read 8 bytes of a debuggable TD's memory
 * @tdr: root page of the TD
 * @gpa: guest address, 8 byte aligned
 * @out: R8: the bytes; RCX and RDX as for the other memory leaves
 */
static __always_inline tdx_status_t
tdh_mem_rd(hpa_t tdr, gpa_t gpa, struct tdx_out *out)
{
	return tdh_call_out3(TDX_V0(TDH_MEM_RD), out, gpa, tdr, TDX_UNUSED(r8),
			     TDX_UNUSED(r9));
}

/**
 * tdh_mem_wr() - write 8 bytes of a debuggable TD's memory
 * @tdr: root page of the TD
 * @gpa: guest address, 8 byte aligned
 * @data: what to write
 * @out: R8: the bytes before; RCX and RDX as for the other memory leaves
 */
static __always_inline tdx_status_t
tdh_mem_wr(hpa_t tdr, gpa_t gpa, u64 data, struct tdx_out *out)
{
	return tdh_call_out3(TDX_V0(TDH_MEM_WR), out, gpa, tdr, data,
			     TDX_UNUSED(r9));
}

/**
 * tdh_mr_extend() - measure 256 bytes of a page that was added
 * @tdr: root page of the TD
 * @gpa: guest address, 256 byte aligned
 * @out: outputs; after an EPT status where the walk stopped: entry (RCX),
 *	level and state (RDX)
 *
 * The caller holds the TD exclusively.
 */
static __always_inline tdx_status_t
tdh_mr_extend(hpa_t tdr, gpa_t gpa, struct tdx_out *out)
{
	return tdh_call_out3(TDX_V0(TDH_MR_EXTEND), out, gpa, tdr,
			     TDX_UNUSED(r8), TDX_UNUSED(r9));
}

#endif /* SEAMHOST_TDH_MEM_H */
