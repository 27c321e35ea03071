/* SPDX-License-Identifier: GPL-2.0-only */
/* Secure EPT entries and what the module tells about them. */
#ifndef SEAMHOST_SEPT_H
#define SEAMHOST_SEPT_H

#include <seamhost/types.h>

#define TDX_SEPT_R		(1ULL << 0)
#define TDX_SEPT_W		(1ULL << 1)
#define TDX_SEPT_X		(1ULL << 2)
#define TDX_SEPT_MT_SHIFT	3
#define TDX_SEPT_MT_WB		(6ULL << TDX_SEPT_MT_SHIFT)
#define TDX_SEPT_IPAT		(1ULL << 6)
#define TDX_SEPT_LEAF		(1ULL << 7)
#define TDX_SEPT_HPA		0x000ffffffffff000ULL
#define TDX_SEPT_SUPPRESS_VE	(1ULL << 63)

/*
 * X(name, code, bits): the code in RDX[15:8] of TDH.MEM.SEPT.RD and of EPT
 * errors, and the bits of the raw entry (9, 53-56, 6, 7) that mean it.
 */
#define TDX_SEPT_STATES(X) \
	X(FREE, 0, 0x00e0000000000000ULL) \
	X(REMOVED, 5, 0x00c0000000000000ULL) \
	X(NL_MAPPED, 132, 0x0000000000000000ULL) \
	X(NL_BLOCKED, 129, 0x0080000000000000ULL) \
	X(MAPPED, 4, 0x00000000000000c0ULL) \
	X(BLOCKED, 1, 0x00800000000000c0ULL) \
	X(BLOCKEDW, 8, 0x00400000000000c0ULL) \
	X(EXPORTED_BLOCKEDW, 9, 0x00600000000000c0ULL) \
	X(EXPORTED_DIRTY, 11, 0x00200000000002c0ULL) \
	X(EXPORTED_DIRTY_BLOCKEDW, 12, 0x00600000000002c0ULL) \
	X(PENDING, 2, 0x01000000000000c0ULL) \
	X(PENDING_BLOCKED, 3, 0x01800000000000c0ULL) \
	X(PENDING_BLOCKEDW, 16, 0x01400000000000c0ULL) \
	X(PENDING_EXPORTED_BLOCKEDW, 17, 0x01600000000000c0ULL) \
	X(PENDING_EXPORTED_DIRTY, 19, 0x01200000000002c0ULL) \
	X(PENDING_EXPORTED_DIRTY_BLOCKEDW, 20, 0x01600000000002c0ULL)

/* X(name, code): the same of an L2 VM's entry */
#define TDX_SEPT_L2_STATES(X) \
	X(L2_FREE, 64) \
	X(L2_NL_MAPPED, 196) \
	X(L2_NL_BLOCKED, 193) \
	X(L2_MAPPED, 68) \
	X(L2_BLOCKED, 65)

enum tdx_sept_state {
#define X(name, code, ...)	TDX_SEPT_##name = code,
	TDX_SEPT_STATES(X)
	TDX_SEPT_L2_STATES(X)
#undef X
};

/* RDX of TDH.MEM.SEPT.RD, and of EPT errors of the memory leaves */
static inline enum tdx_level tdx_sept_info_level(u64 rdx)
{
	return (enum tdx_level)(rdx & 7);
}

static inline enum tdx_sept_state tdx_sept_info_state(u64 rdx)
{
	return (enum tdx_sept_state)(rdx >> 8 & 0xff);
}

static inline unsigned int tdx_sept_info_vm(u64 rdx)
{
	return rdx >> 16 & 3;
}

#endif /* SEAMHOST_SEPT_H */
