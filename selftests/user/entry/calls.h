/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every wrapper as the tests call it: X(name, parameters, arguments). The
 * arguments are variables of these names (values.h), so that a parameter that
 * goes to the wrong register is seen there.
 */
#ifndef CALLS_H
#define CALLS_H

#define HOST_CALLS(X) \
	X(tdh_mem_page_add, (hpa_t tdr, gpa_t gpa, enum tdx_level level, hpa_t page, hpa_t source, struct tdx_out *out), \
	  (tdr, gpa, level, page, source, out)) \
	X(tdh_mem_sept_add, (hpa_t tdr, gpa_t gpa, enum tdx_level level, hpa_t sept, struct tdx_out *out), \
	  (tdr, gpa, level, sept, out)) \
	X(tdh_mem_sept_add_l2, (hpa_t tdr, gpa_t gpa, enum tdx_level level, unsigned int allow_existing, hpa_t sept, hpa_t l2_1, struct tdx_more *out), \
	  (tdr, gpa, level, allow_existing, sept, l2_1, out)) \
	X(tdh_mem_sept_remove, (hpa_t tdr, gpa_t gpa, enum tdx_level level, struct tdx_out *out), \
	  (tdr, gpa, level, out)) \
	X(tdh_mem_sept_remove_v1, (hpa_t tdr, gpa_t gpa, enum tdx_level level, struct tdx_out *out), \
	  (tdr, gpa, level, out)) \
	X(tdh_mem_sept_rd, (hpa_t tdr, gpa_t gpa, enum tdx_level level, struct tdx_out *out), \
	  (tdr, gpa, level, out)) \
	X(tdh_mem_page_aug, (hpa_t tdr, gpa_t gpa, enum tdx_level level, hpa_t page, struct tdx_out *out), \
	  (tdr, gpa, level, page, out)) \
	X(tdh_mem_page_remove, (hpa_t tdr, gpa_t gpa, enum tdx_level level, struct tdx_out *out), \
	  (tdr, gpa, level, out)) \
	X(tdh_mem_page_relocate, (hpa_t tdr, gpa_t gpa, enum tdx_level level, hpa_t page, struct tdx_out *out), \
	  (tdr, gpa, level, page, out)) \
	X(tdh_mem_page_promote, (hpa_t tdr, gpa_t gpa, enum tdx_level level, struct tdx_out *out), \
	  (tdr, gpa, level, out)) \
	X(tdh_mem_page_promote_more, (hpa_t tdr, gpa_t gpa, enum tdx_level level, struct tdx_more *out), \
	  (tdr, gpa, level, out)) \
	X(tdh_mem_page_promote_v1, (hpa_t tdr, gpa_t gpa, enum tdx_level level, struct tdx_out *out), \
	  (tdr, gpa, level, out)) \
	X(tdh_mem_page_demote, (hpa_t tdr, gpa_t gpa, enum tdx_level level, hpa_t sept, struct tdx_out *out), \
	  (tdr, gpa, level, sept, out)) \
	X(tdh_mem_page_demote_more, (hpa_t tdr, gpa_t gpa, enum tdx_level level, unsigned int l2, hpa_t sept, hpa_t l2_1, struct tdx_more *out), \
	  (tdr, gpa, level, l2, sept, l2_1, out)) \
	X(tdh_mem_range_block, (hpa_t tdr, gpa_t gpa, enum tdx_level level, struct tdx_out *out), \
	  (tdr, gpa, level, out)) \
	X(tdh_mem_range_unblock, (hpa_t tdr, gpa_t gpa, enum tdx_level level, struct tdx_out *out), \
	  (tdr, gpa, level, out)) \
	X(tdh_mem_track, (hpa_t tdr), (tdr)) \
	X(tdh_mem_rd, (hpa_t tdr, gpa_t gpa, struct tdx_out *out), (tdr, gpa, out)) \
	X(tdh_mem_wr, (hpa_t tdr, gpa_t gpa, u64 data, struct tdx_out *out), \
	  (tdr, gpa, data, out)) \
	X(tdh_mr_extend, (hpa_t tdr, gpa_t gpa, struct tdx_out *out), (tdr, gpa, out)) \
	X(tdh_mng_create, (hpa_t tdr, hkid_t hkid), (tdr, hkid)) \
	X(tdh_mng_key_config, (hpa_t tdr), (tdr)) \
	X(tdh_mng_addcx, (hpa_t page, hpa_t tdr), (page, tdr)) \
	X(tdh_mng_init, (hpa_t tdr, hpa_t params, struct tdx_out *out), (tdr, params, out)) \
	X(tdh_mng_rd, (hpa_t tdr, u64 field, struct tdx_out *out), (tdr, field, out)) \
	X(tdh_mng_rd_v1, (hpa_t tdr, u64 field, struct tdx_out *out), (tdr, field, out)) \
	X(tdh_mng_wr, (hpa_t tdr, u64 field, u64 data, u64 mask, struct tdx_out *out), \
	  (tdr, field, data, mask, out)) \
	X(tdh_mng_vpflushdone, (hpa_t tdr), (tdr)) \
	X(tdh_mng_key_freeid, (hpa_t tdr), (tdr)) \
	X(tdh_mng_key_reclaimid, (hpa_t tdr), (tdr)) \
	X(tdh_mr_finalize, (hpa_t tdr), (tdr)) \
	X(tdh_vp_create, (hpa_t tdvpr, hpa_t tdr), (tdvpr, tdr)) \
	X(tdh_vp_addcx, (hpa_t page, hpa_t tdvpr), (page, tdvpr)) \
	X(tdh_vp_init, (hpa_t tdvpr, u64 rcx), (tdvpr, rcx)) \
	X(tdh_vp_init_v1, (hpa_t tdvpr, u64 rcx, u32 x2apic_id), (tdvpr, rcx, x2apic_id)) \
	X(tdh_vp_rd, (hpa_t tdvpr, u64 field, struct tdx_out *out), (tdvpr, field, out)) \
	X(tdh_vp_rd_v1, (hpa_t tdvpr, u64 field, struct tdx_out *out), (tdvpr, field, out)) \
	X(tdh_vp_wr, (hpa_t tdvpr, u64 field, u64 data, u64 mask, struct tdx_out *out), \
	  (tdvpr, field, data, mask, out)) \
	X(tdh_vp_flush, (hpa_t tdvpr), (tdvpr)) \
	X(tdh_vp_enter, (hpa_t tdvpr, struct tdx_regs *regs), (tdvpr, regs)) \
	X(tdh_sys_init, (u64 attributes, struct tdx_out *out), (attributes, out)) \
	X(tdh_sys_lp_init, (struct tdx_out *out), (out)) \
	X(tdh_sys_info, (hpa_t info, u64 info_size, hpa_t cmrs, u64 nr_cmrs, struct tdx_out *out), \
	  (info, info_size, cmrs, nr_cmrs, out)) \
	X(tdh_sys_rd, (u64 field, struct tdx_out *out), (field, out)) \
	X(tdh_sys_rdall, (hpa_t list, u64 field, struct tdx_out *out), (list, field, out)) \
	X(tdh_sys_config, (hpa_t tdmrs, u64 nr_tdmrs, u64 hkid), (tdmrs, nr_tdmrs, hkid)) \
	X(tdh_sys_config_v1, (hpa_t tdmrs, u64 nr_tdmrs, u64 hkid, u64 features), \
	  (tdmrs, nr_tdmrs, hkid, features)) \
	X(tdh_sys_key_config, (void), ()) \
	X(tdh_sys_tdmr_init, (hpa_t tdmr, struct tdx_out *out), (tdmr, out)) \
	X(tdh_sys_lp_shutdown, (void), ()) \
	X(tdh_sys_shutdown, (u64 handoff), (handoff)) \
	X(tdh_sys_update, (void), ()) \
	X(tdh_sys_update_v1, (u64 features), (features)) \
	X(tdh_sys_disable, (void), ()) \
	X(tdh_phymem_page_rdmd, (hpa_t page, struct tdx_out *out), (page, out)) \
	X(tdh_phymem_page_reclaim, (hpa_t page, struct tdx_out *out), (page, out)) \
	X(tdh_phymem_page_wbinvd, (hpa_t page), (page)) \
	X(tdh_phymem_cache_wb, (bool resume), (resume)) \
	X(tdh_phymem_pamt_add, (hpa_t range, hpa_t page0, hpa_t page1), (range, page0, page1)) \
	X(tdh_phymem_pamt_remove, (hpa_t range, struct tdx_out *out), (range, out)) \
	X(seamldr_info, (hpa_t info), (info)) \
	X(seamldr_install, (hpa_t params, struct tdx_out *out), (params, out)) \
	X(seamldr_shutdown, (void), ()) \
	X(seamldr_seaminfo, (hpa_t info), (info)) \
	X(seamldr_cleanup, (void), ()) \
	X(tdh_mig_stream_create, (hpa_t page, hpa_t tdr), (page, tdr)) \
	X(tdh_export_blockw, (u64 gpas, hpa_t tdr, struct tdx_out *out), (gpas, tdr, out)) \
	X(tdh_export_unblockw, (hpa_t tdr, gpa_t gpa, enum tdx_level level, struct tdx_out *out), \
	  (tdr, gpa, level, out)) \
	X(tdh_export_restore, (u64 gpas, hpa_t tdr, struct tdx_out *out), (gpas, tdr, out)) \
	X(tdh_export_mem, (u64 gpas, hpa_t tdr, u64 mbmd, hpa_t buffers, u64 stream, hpa_t macs0, hpa_t macs1, struct tdx_out *out), \
	  (gpas, tdr, mbmd, buffers, stream, macs0, macs1, out)) \
	X(tdh_export_pause, (hpa_t tdr), (tdr)) \
	X(tdh_export_track, (hpa_t tdr, u64 mbmd, u64 stream), (tdr, mbmd, stream)) \
	X(tdh_export_abort, (hpa_t tdr, u64 mbmd, u64 stream), (tdr, mbmd, stream)) \
	X(tdh_export_state_immutable, (hpa_t tdr, u64 mbmd, hpa_t pages, u64 stream, struct tdx_out *out), \
	  (tdr, mbmd, pages, stream, out)) \
	X(tdh_export_state_td, (hpa_t tdr, u64 mbmd, hpa_t pages, u64 stream, struct tdx_out *out), \
	  (tdr, mbmd, pages, stream, out)) \
	X(tdh_export_state_vp, (hpa_t tdvpr, u64 mbmd, hpa_t pages, u64 stream, struct tdx_out *out), \
	  (tdvpr, mbmd, pages, stream, out)) \
	X(tdh_import_mem, (u64 gpas, hpa_t tdr, u64 mbmd, hpa_t buffers, u64 stream, hpa_t macs0, hpa_t macs1, hpa_t pages, struct tdx_out *out), \
	  (gpas, tdr, mbmd, buffers, stream, macs0, macs1, pages, out)) \
	X(tdh_import_track, (hpa_t tdr, u64 mbmd, u64 stream), (tdr, mbmd, stream)) \
	X(tdh_import_abort, (hpa_t tdr, u64 mbmd, u64 stream), (tdr, mbmd, stream)) \
	X(tdh_import_commit, (hpa_t tdr), (tdr)) \
	X(tdh_import_end, (hpa_t tdr), (tdr)) \
	X(tdh_import_state_immutable, (hpa_t tdr, u64 mbmd, hpa_t pages, u64 stream, struct tdx_out *out), \
	  (tdr, mbmd, pages, stream, out)) \
	X(tdh_import_state_td, (hpa_t tdr, u64 mbmd, hpa_t pages, u64 stream, struct tdx_out *out), \
	  (tdr, mbmd, pages, stream, out)) \
	X(tdh_import_state_vp, (hpa_t tdvpr, u64 mbmd, hpa_t pages, u64 stream, struct tdx_out *out), \
	  (tdvpr, mbmd, pages, stream, out)) \
	X(tdh_servtd_bind, (hpa_t tdr, hpa_t servtd, u64 slot, u64 type, u64 attributes, struct tdx_more *out), \
	  (tdr, servtd, slot, type, attributes, out)) \
	X(tdh_servtd_prebind, (hpa_t tdr, hpa_t hash, u64 slot, u64 type, u64 attributes), \
	  (tdr, hash, slot, type, attributes))

#define GUEST_CALLS(X) \
	X(tdg_vp_info, (struct tdx_out *out), (out)) \
	X(tdg_mr_rtmr_extend, (gpa_t gpa, u64 rtmr), (gpa, rtmr)) \
	X(tdg_vp_veinfo_get, (struct tdx_out *out), (out)) \
	X(tdg_mr_report, (gpa_t report, gpa_t gpa, u64 subtype), (report, gpa, subtype)) \
	X(tdg_mr_verifyreport, (gpa_t report), (report)) \
	X(tdg_vp_cpuidve_set, (u64 modes), (modes)) \
	X(tdg_mem_page_accept, (gpa_t gpa, enum tdx_level level), (gpa, level)) \
	X(tdg_mem_page_attr_rd, (gpa_t gpa, struct tdx_out *out), (gpa, out)) \
	X(tdg_mem_page_attr_wr, (gpa_t gpa, enum tdx_level level, u64 attributes, u64 flags, struct tdx_out *out), \
	  (gpa, level, attributes, flags, out)) \
	X(tdg_vm_rd, (u64 field, struct tdx_out *out), (field, out)) \
	X(tdg_vm_rd_v1, (u64 field, struct tdx_out *out), (field, out)) \
	X(tdg_vm_wr, (u64 field, u64 data, u64 mask, struct tdx_out *out), \
	  (field, data, mask, out)) \
	X(tdg_vp_rd, (u64 field, struct tdx_out *out), (field, out)) \
	X(tdg_vp_wr, (u64 field, u64 data, u64 mask, struct tdx_out *out), \
	  (field, data, mask, out)) \
	X(tdg_sys_rd, (u64 field, struct tdx_out *out), (field, out)) \
	X(tdg_sys_rdall, (gpa_t list, u64 field, struct tdx_out *out), (list, field, out)) \
	X(tdg_servtd_rd, (u64 binding, u64 field, struct tdx_more *out), (binding, field, out)) \
	X(tdg_servtd_wr, (u64 binding, u64 field, u64 data, u64 mask, struct tdx_more *out), \
	  (binding, field, data, mask, out)) \
	X(tdg_vp_enter, (u64 flags, gpa_t state, struct tdx_regs *regs), (flags, state, regs)) \
	X(tdg_vp_invept, (u64 vms), (vms)) \
	X(tdg_vp_invvpid, (u64 flags, u64 what), (flags, what))

#define VMCALLS(X) \
	X(tdvmcall_cpuid, (u32 leaf, u32 subleaf, struct tdvmcall_out *out), (leaf, subleaf, out)) \
	X(tdvmcall_hlt, (bool blocked), (blocked)) \
	X(tdvmcall_io_in, (u16 port, unsigned int size, struct tdvmcall_out *out), \
	  (port, size, out)) \
	X(tdvmcall_io_out, (u16 port, unsigned int size, u32 data32), (port, size, data32)) \
	X(tdvmcall_inb, (u16 port, struct tdvmcall_out *out), (port, out)) \
	X(tdvmcall_inw, (u16 port, struct tdvmcall_out *out), (port, out)) \
	X(tdvmcall_inl, (u16 port, struct tdvmcall_out *out), (port, out)) \
	X(tdvmcall_outb, (u16 port, u8 data8), (port, data8)) \
	X(tdvmcall_outw, (u16 port, u16 data16), (port, data16)) \
	X(tdvmcall_outl, (u16 port, u32 data32), (port, data32)) \
	X(tdvmcall_rdmsr, (u32 msr, struct tdvmcall_out *out), (msr, out)) \
	X(tdvmcall_wrmsr, (u32 msr, u64 value), (msr, value)) \
	X(tdvmcall_mmio_read, (gpa_t gpa, unsigned int size, struct tdvmcall_out *out), \
	  (gpa, size, out)) \
	X(tdvmcall_mmio_write, (gpa_t gpa, unsigned int size, u64 data), (gpa, size, data)) \
	X(tdvmcall_wbinvd, (void), ()) \
	X(tdvmcall_map_gpa, (gpa_t gpa, u64 bytes, struct tdvmcall_out *out), (gpa, bytes, out)) \
	X(tdvmcall_get_quote, (gpa_t gpa, u64 bytes), (gpa, bytes)) \
	X(tdvmcall_setup_event_notify, (u8 vector), (vector)) \
	X(tdvmcall_get_info, (u64 leaf64, struct tdvmcall_out *out), (leaf64, out)) \
	X(tdvmcall_report_fatal_error, (u64 code, gpa_t gpa, const struct tdvmcall_message *message), \
	  (code, gpa, message)) \
	X(tdvmcall_vendor1, (u64 nr, u64 arg0), (nr, arg0)) \
	X(tdvmcall_vendor2, (u64 nr, u64 arg0, u64 arg1), (nr, arg0, arg1)) \
	X(tdvmcall_vendor3, (u64 nr, u64 arg0, u64 arg1, u64 arg2), (nr, arg0, arg1, arg2)) \
	X(tdvmcall_vendor4, (u64 nr, u64 arg0, u64 arg1, u64 arg2, u64 arg3), \
	  (nr, arg0, arg1, arg2, arg3))

#endif /* CALLS_H */
