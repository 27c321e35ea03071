/* SPDX-License-Identifier: GPL-2.0-only */
/* Registers after TDH.VP.ENTER, bit by bit. */
#ifndef SEAMHOST_EXIT_H
#define SEAMHOST_EXIT_H

#include <seamhost/types.h>

/* RAX[31:0], the VMX exit reason; only those that a VMM can meet */
enum td_exit_reason {
	TD_EXIT_EXCEPTION_NMI	= 0,
	TD_EXIT_INTERRUPT	= 1,
	TD_EXIT_TRIPLE_FAULT	= 2,
	TD_EXIT_INIT		= 3,
	TD_EXIT_SMI		= 6,
	TD_EXIT_TASK_SWITCH	= 9,
	TD_EXIT_CR_ACCESS	= 28,
	TD_EXIT_ENTRY_GUEST	= 33,
	TD_EXIT_ENTRY_MC	= 41,
	TD_EXIT_CSTATE_SMI	= 42,
	TD_EXIT_EPT_VIOLATION	= 48,
	TD_EXIT_EPT_MISCONFIG	= 49,
	TD_EXIT_BUS_LOCK	= 74,
	TD_EXIT_TDVMCALL	= 77,
};

#define TD_EXIT_REASON_MASK	0xffffU
#define TD_EXIT_FLAG_BUS_LOCK	(1U << 26)
#define TD_EXIT_FLAG_ENTRY_FAIL	(1U << 31)

/* RCX: VMX exit qualification (TDVMCALL: the mask), and the L2 VM */
#define TD_EXIT_QUAL(rcx)	((u32)(rcx))
#define TD_EXIT_VM(rcx)		((unsigned int)((rcx) >> 32 & 3))

/* exit qualification of an EPT violation */
#define TD_EXIT_QUAL_READ	(1U << 0)
#define TD_EXIT_QUAL_WRITE	(1U << 1)
#define TD_EXIT_QUAL_FETCH	(1U << 2)

/* RDX[3:0]: what the extended qualification is about */
enum td_exit_ext_type {
	TD_EXIT_EXT_NONE		= 0,
	TD_EXIT_EXT_ACCEPT		= 1,
	TD_EXIT_EXT_GPA_DETAILS		= 2,
	TD_EXIT_EXT_MSR_LOAD		= 3,
	TD_EXIT_EXT_XSTATE_LOAD		= 4,
	TD_EXIT_EXT_ATTR_WR		= 5,
	TD_EXIT_EXT_PENDING_EPT		= 6,
};

#define TD_EXIT_EXT_TYPE(rdx)	((enum td_exit_ext_type)((rdx) & 15))
/* the same for ACCEPT: what the guest asked for, and where the walk stopped */
#define TD_EXIT_ACCEPT_LEVEL(rdx)	((enum tdx_level)((rdx) >> 32 & 7))
#define TD_EXIT_ACCEPT_WALK_LEVEL(rdx)	((enum tdx_level)((rdx) >> 35 & 7))
#define TD_EXIT_ACCEPT_STATE(rdx)	((unsigned int)((rdx) >> 38 & 0xff))
#define TD_EXIT_ACCEPT_LEAF(rdx)	((bool)((rdx) >> 46 & 1))

/* R9[31:0]: VMX exit interruption information */
#define TD_EXIT_INTR_VECTOR(r9)	((u8)(r9))
#define TD_EXIT_INTR_TYPE(r9)	((unsigned int)((r9) >> 8 & 7))
#define TD_EXIT_INTR_TYPE_NMI	2
#define TD_EXIT_INTR_VALID	(1U << 31)

#endif /* SEAMHOST_EXIT_H */
