/* SPDX-License-Identifier: GPL-2.0-only */
/* The bits of TDX_FEATURES0 by name, for status files and tools. */
#ifndef SEAMHOST_FEATURES_H
#define SEAMHOST_FEATURES_H

/* X(bit, name) */
#define TDX_FEATURES0_BITS(X) \
	X(0, td_migration) \
	X(1, td_preserving) \
	X(2, service_td) \
	X(3, tdg_vp_rdwr) \
	X(4, relaxed_mem_mng_concurrency) \
	X(5, cpuid_virt_guest_ctrl) \
	X(6, tdx_connect) \
	X(7, td_partitioning) \
	X(8, local_attestation) \
	X(9, td_entry_enhancements) \
	X(10, host_priority_locks) \
	X(11, config_ia32_arch_cap) \
	X(16, pending_ept_violation_v2) \
	X(17, fms_config) \
	X(18, no_rbp_mod) \
	X(19, l2_tlb_invd_opt) \
	X(20, topology_enum) \
	X(21, partitioned_td_migration) \
	X(23, clflush_before_alloc) \
	X(24, event_filtering) \
	X(25, icssd) \
	X(26, fixed_ctr12_prof) \
	X(27, maxpa_virt) \
	X(28, apx) \
	X(29, cpuid2_virt) \
	X(30, ve_reduction) \
	X(31, enhanced_event_filtering) \
	X(32, tdx_connect_partitioning) \
	X(33, maxgpa_virt) \
	X(36, dynamic_pamt) \
	X(37, fatal_diagnostics) \
	X(38, page_release) \
	X(39, ext) \
	X(40, enhanced_intr_state) \
	X(41, non_blocking_export) \
	X(42, perf_mask) \
	X(43, scan_export_restore) \
	X(44, import_page_status) \
	X(45, enhanced_intr_virt) \
	X(46, ve_info_intr_state) \
	X(47, update_compatibility) \
	X(48, servtd_rebind) \
	X(49, uuid_reporting) \
	X(50, sealkey_128) \
	X(51, enhanced_demote_interruptibility) \
	X(52, debug_ro_td_migration)

#endif /* SEAMHOST_FEATURES_H */
