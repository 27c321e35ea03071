/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the tests pass for each operand: a value of its own, so that a register
 * tells which operand it got. X(type, name, value)
 */
#ifndef VALUES_H
#define VALUES_H

#define VALUES(X) \
	X(hpa_t, tdr, 0x000101010101000) \
	X(hpa_t, tdvpr, 0x000202020202000) \
	X(hpa_t, page, 0x000303030303000) \
	X(hpa_t, source, 0x000404040404000) \
	X(hpa_t, sept, 0x000505050505000) \
	X(hpa_t, l2_1, 0x000606060606000) \
	X(hpa_t, params, 0x000707070707000) \
	X(hpa_t, info, 0x000808080808000) \
	X(hpa_t, cmrs, 0x000909090909000) \
	X(hpa_t, tdmr, 0x000a0a0a0a0a000) \
	X(hpa_t, tdmrs, 0x000b0b0b0b0b000) \
	X(hpa_t, list, 0x000c0c0c0c0c000) \
	X(hpa_t, range, 0x000d0d0d0c00000) \
	X(hpa_t, page0, 0x000e0e0e0e0e000) \
	X(hpa_t, page1, 0x000f0f0f0f0f000) \
	X(hpa_t, pages, 0x001010101010000) \
	X(hpa_t, buffers, 0x001111111111000) \
	X(hpa_t, macs0, 0x001212121212000) \
	X(hpa_t, macs1, 0x001313131313000) \
	X(hpa_t, servtd, 0x001414141414000) \
	X(hpa_t, hash, 0x001515151515000) \
	X(gpa_t, gpa, 0x001616161616000) \
	X(gpa_t, report, 0x001717171717000) \
	X(gpa_t, state, 0x001818181818000) \
	X(enum tdx_level, level, TDX_LEVEL_2M) \
	X(hkid_t, hkid, 0x1919) \
	X(u32, x2apic_id, 0xfa1a1a1a) \
	X(unsigned int, allow_existing, TDX_SEPT_ADD_ALLOW_EXISTING) \
	X(unsigned int, l2, TDX_PAGE_DEMOTE_L2) \
	X(bool, resume, true) \
	X(bool, blocked, true) \
	X(u64, info_size, 0x1b1b1b1b) \
	X(u64, nr_cmrs, 0x1c1c1c1c) \
	X(u64, nr_tdmrs, 0x1d1d1d1d) \
	X(u64, features, 0xf11e1e1e1e1e1e1e) \
	X(u64, field, 0xf21f1f1f1f1f1f1f) \
	X(u64, data, 0xf320202020202020) \
	X(u64, mask, 0xf421212121212121) \
	X(u64, rcx, 0xf522222222222222) \
	X(u64, attributes, 0xf623232323232323) \
	X(u64, handoff, 0xf724242424242424) \
	X(u64, gpas, 0xf825252525252525) \
	X(u64, mbmd, 0xf926262626262626) \
	X(u64, stream, 0xfa27272727272727) \
	X(u64, slot, 0xfb28282828282828) \
	X(u64, type, 0xfc29292929292929) \
	X(u64, binding, 0xfd2a2a2a2a2a2a2a) \
	X(u64, flags, 0xfe2b2b2b2b2b2b2b) \
	X(u64, modes, 0xff2c2c2c2c2c2c2c) \
	X(u64, rtmr, 0xf12d2d2d2d2d2d2d) \
	X(u64, subtype, 0xf22e2e2e2e2e2e2e) \
	X(u64, vms, 0xf32f2f2f2f2f2f2f) \
	X(u64, what, 0xf430303030303030) \
	X(u32, leaf, 0xf5313131) \
	X(u32, subleaf, 0xf6323232) \
	X(u64, leaf64, 0xf733333333333333) \
	X(u16, port, 0xf834) \
	X(unsigned int, size, 8) \
	X(u8, data8, 0xf9) \
	X(u16, data16, 0xfa35) \
	X(u32, data32, 0xfb363636) \
	X(u32, msr, 0xfc373737) \
	X(u64, value, 0xfd38383838383838) \
	X(u64, bytes, 0xfe39393939393939) \
	X(u8, vector, 0xff) \
	X(u64, code, 0xf13a3a3a3a3a3a3a) \
	X(u64, nr, 0xf23b3b3b3b3b3b3b) \
	X(u64, arg0, 0xf33c3c3c3c3c3c3c) \
	X(u64, arg1, 0xf43d3d3d3d3d3d3d) \
	X(u64, arg2, 0xf53e3e3e3e3e3e3e) \
	X(u64, arg3, 0xf63f3f3f3f3f3f3f)

#endif /* VALUES_H */
