/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One typed call for each guest leaf whose operands are known; only a guest in
 * a TD can make them. What a guest asks of its VMM is in <seamhost/tdvmcall.h>.
 *
 * Operands come in the order of their registers. @out is there where a leaf has
 * output registers, and only the registers named are sure to be stored.
 * Addresses are private guest-physical ones. A wrapper passes operands and
 * returns the status: no loop, no retry.
 */
#ifndef SEAMHOST_TDG_H
#define SEAMHOST_TDG_H

#include <seamhost/tdg_call.h>

/**
 * tdg_vp_info() - ask what this TD and vCPU are
 * @out: RCX: GPA width; RDX: ATTRIBUTES; R8: vCPUs there and possible; R9:
 *	index of this one
 */
static __always_inline tdx_status_t tdg_vp_info(struct tdx_out *out)
{
	return tdg_call_out(TDX_V0(TDG_VP_INFO), out, TDX_UNUSED(rcx),
			    TDX_UNUSED(rdx), TDX_UNUSED(r8), TDX_UNUSED(r9));
}

/**
 * tdg_mr_rtmr_extend() - extend a runtime measurement register
 * @data: 48 bytes, 64 byte aligned
 * @rtmr: 0 to 3
 */
static __always_inline tdx_status_t tdg_mr_rtmr_extend(gpa_t data, u64 rtmr)
{
	return tdg_call(TDX_V0(TDG_MR_RTMR_EXTEND), data, rtmr, TDX_UNUSED(r8),
			TDX_UNUSED(r9));
}

/**
 * tdg_vp_veinfo_get() - ask why there was a #VE, and allow the next
 * @out: RCX: exit reason; RDX: qualification; R8: GLA; R9: GPA; R10: length
 *	and information of the instruction
 */
static __always_inline tdx_status_t tdg_vp_veinfo_get(struct tdx_out *out)
{
	return tdg_call_out(TDX_V0(TDG_VP_VEINFO_GET), out, TDX_UNUSED(rcx),
			    TDX_UNUSED(rdx), TDX_UNUSED(r8), TDX_UNUSED(r9));
}

/**
 * tdg_mr_report() - make a TDREPORT
 * @report: struct tdx_report, 1024 byte aligned
 * @data: 64 bytes of report data, 64 byte aligned
 * @subtype: 0
 */
static __always_inline tdx_status_t
tdg_mr_report(gpa_t report, gpa_t data, u64 subtype)
{
	return tdg_call(TDX_V0(TDG_MR_REPORT), report, data, subtype,
			TDX_UNUSED(r9));
}

/**
 * tdg_mr_verifyreport() - verify a report made on this machine
 * @report: struct tdx_report_mac, 256 byte aligned
 */
static __always_inline tdx_status_t tdg_mr_verifyreport(gpa_t report)
{
	return tdg_call_rcx(TDX_V0(TDG_MR_VERIFYREPORT), report);
}

/**
 * tdg_vp_cpuidve_set() - choose who gets a #VE on CPUID
 * @modes: bit 0: the kernel; bit 1: user mode
 */
static __always_inline tdx_status_t tdg_vp_cpuidve_set(u64 modes)
{
	return tdg_call_rcx(TDX_V0(TDG_VP_CPUIDVE_SET), modes);
}

/**
 * tdg_mem_page_accept() - accept a page that the VMM added
 * @gpa: guest address, aligned to @level
 * @level: 4K or 2M; PAGE_SIZE_MISMATCH: try the smaller
 *
 * The page is zeroed. PAGE_ALREADY_ACCEPTED is a success: the content is
 * what it was.
 */
static __always_inline tdx_status_t
tdg_mem_page_accept(gpa_t gpa, enum tdx_level level)
{
	return tdg_call_rcx(TDX_V0(TDG_MEM_PAGE_ACCEPT),
			    tdx_gpa_level(gpa, level));
}

/**
 * tdg_mem_page_attr_rd() - read a page's attributes for L2 VMs
 * @gpa: guest address
 * @out: RCX: level, GPA, pending; RDX: attributes by VM
 */
static __always_inline tdx_status_t
tdg_mem_page_attr_rd(gpa_t gpa, struct tdx_out *out)
{
	return tdg_call_out3(TDX_V0(TDG_MEM_PAGE_ATTR_RD), out, gpa,
			     TDX_UNUSED(rdx), TDX_UNUSED(r8), TDX_UNUSED(r9));
}

/**
 * tdg_mem_page_attr_wr() - write a page's attributes for L2 VMs
 * @gpa: guest address, aligned to @level
 * @level: of the mapping
 * @attributes: by VM, 16 bits each
 * @flags: which to change
 * @out: as tdg_mem_page_attr_rd()
 */
static __always_inline tdx_status_t
tdg_mem_page_attr_wr(gpa_t gpa, enum tdx_level level, u64 attributes, u64 flags,
		     struct tdx_out *out)
{
	return tdg_call_out3(TDX_V0(TDG_MEM_PAGE_ATTR_WR), out,
			     tdx_gpa_level(gpa, level), attributes, flags,
			     TDX_UNUSED(r9));
}

/**
 * tdg_vm_rd() - read a metadata field of this TD
 * @field: metadata field id
 * @out: R8: the value
 */
static __always_inline tdx_status_t tdg_vm_rd(u64 field, struct tdx_out *out)
{
	return tdg_call_out3(TDX_V0(TDG_VM_RD), out, 0, field, TDX_UNUSED(r8),
			     TDX_UNUSED(r9));
}

/**
 * tdg_vm_rd_v1() - read a metadata field of this TD and find the next
 * @field: metadata field id, or TDX_FIELD_NONE for the first
 * @out: R8: the value; RDX: the next field id, or TDX_FIELD_NONE
 */
static __always_inline tdx_status_t tdg_vm_rd_v1(u64 field, struct tdx_out *out)
{
	return tdg_call_out3(TDX_V1(TDG_VM_RD), out, 0, field, TDX_UNUSED(r8),
			     TDX_UNUSED(r9));
}

/**
 * tdg_vm_wr() - write a metadata field of this TD
 * @field: metadata field id
 * @data: new value
 * @mask: bits to write
 * @out: R8: the value before
 */
static __always_inline tdx_status_t
tdg_vm_wr(u64 field, u64 data, u64 mask, struct tdx_out *out)
{
	return tdg_call_out3(TDX_V0(TDG_VM_WR), out, 0, field, data, mask);
}

/**
 * tdg_vp_rd() - read a metadata field of this vCPU and find the next
 * @field: metadata field id, or TDX_FIELD_NONE for the first
 * @out: R8: the value; RDX: the next field id, or TDX_FIELD_NONE
 */
static __always_inline tdx_status_t tdg_vp_rd(u64 field, struct tdx_out *out)
{
	return tdg_call_out3(TDX_V0(TDG_VP_RD), out, 0, field, TDX_UNUSED(r8),
			     TDX_UNUSED(r9));
}

/**
 * tdg_vp_wr() - write a metadata field of this vCPU
 * @field: metadata field id
 * @data: new value
 * @mask: bits to write
 * @out: R8: the value before
 */
static __always_inline tdx_status_t
tdg_vp_wr(u64 field, u64 data, u64 mask, struct tdx_out *out)
{
	return tdg_call_out3(TDX_V0(TDG_VP_WR), out, 0, field, data, mask);
}

/**
 * tdg_sys_rd() - read a metadata field of the module
 * @field: field id, or TDX_FIELD_NONE for the first
 * @out: R8: the value; RDX: the next field id, or TDX_FIELD_NONE
 */
static __always_inline tdx_status_t tdg_sys_rd(u64 field, struct tdx_out *out)
{
	return tdg_call_out3(TDX_V0(TDG_SYS_RD), out, TDX_UNUSED(rcx), field,
			     TDX_UNUSED(r8), TDX_UNUSED(r9));
}

/**
 * tdg_sys_rdall() - read the module's metadata fields into a list
 * @list: 4K page
 * @field: first field id, or TDX_FIELD_NONE
 * @out: R8: the next field id, or TDX_FIELD_NONE
 */
static __always_inline tdx_status_t
tdg_sys_rdall(gpa_t list, u64 field, struct tdx_out *out)
{
	return tdg_call_out3(TDX_V0(TDG_SYS_RDALL), out, TDX_UNUSED(rcx), list,
			     field, TDX_UNUSED(r9));
}

/**
 * tdg_servtd_rd() - read a metadata field of the TD served
 * @binding: handle from TDH.SERVTD.BIND
 * @field: metadata field id
 * @out: R8: the value; R10 to R13: its UUID, in and out
 */
static __always_inline tdx_status_t
tdg_servtd_rd(u64 binding, u64 field, struct tdx_more *out)
{
	return __tdg_servtd_rd(binding, field, out);
}

/**
 * tdg_servtd_wr() - write a metadata field of the TD served
 * @binding: handle from TDH.SERVTD.BIND
 * @field: metadata field id
 * @data: new value
 * @mask: bits to write
 * @out: R8: the value before; R10 to R13: its UUID, in
 */
static __always_inline tdx_status_t
tdg_servtd_wr(u64 binding, u64 field, u64 data, u64 mask, struct tdx_more *out)
{
	return __tdg_servtd_wr(binding, field, data, mask, out);
}

/**
 * tdg_vp_enter() - run an L2 VM until it exits
 * @flags: VM number in bits 53:52, and flags
 * @state: entry state list
 * @regs: out: the exit; RCX and RDX in are set here
 */
static __always_inline tdx_status_t
tdg_vp_enter(u64 flags, gpa_t state, struct tdx_regs *regs)
{
	regs->rcx = flags;
	regs->rdx = state;
	return __tdgcall_saved(TDX_V0(TDG_VP_ENTER), regs);
}

/**
 * tdg_vp_invept() - drop translations of L2 VMs
 * @vms: bit 1 to 3 for each
 */
static __always_inline tdx_status_t tdg_vp_invept(u64 vms)
{
	return tdg_call_rcx(TDX_V0(TDG_VP_INVEPT), vms);
}

/**
 * tdg_vp_invvpid() - drop linear translations of an L2 VM
 * @flags: bit 0: @what is a list; VM number in bits 53:52
 * @what: linear address, or list
 */
static __always_inline tdx_status_t tdg_vp_invvpid(u64 flags, u64 what)
{
	return tdg_call(TDX_V0(TDG_VP_INVVPID), flags, what, TDX_UNUSED(r8),
			TDX_UNUSED(r9));
}

#endif /* SEAMHOST_TDG_H */
