/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Numbers of the guest-hypervisor interface (GHCI): what a guest asks of its
 * VMM with TDG.VP.VMCALL, and what the VMM answers in R10.
 */
#ifndef SEAMHOST_GHCI_H
#define SEAMHOST_GHCI_H

#include <seamhost/types.h>

/* R10: a call of the GHCI. Anything else is a vendor's hypercall number. */
#define GHCI_STANDARD		0ULL

/*
 * X(name, R11, "Name"). Of PCONFIG and SERVICE the operands are not known for
 * sure: they have a name here, and no wrapper.
 */
#define GHCI_FUNCTIONS(X) \
	X(CPUID, 0xa, "Instruction.CPUID") \
	X(HLT, 0xc, "Instruction.HLT") \
	X(IO, 0x1e, "Instruction.IO") \
	X(RDMSR, 0x1f, "Instruction.RDMSR") \
	X(WRMSR, 0x20, "Instruction.WRMSR") \
	X(MMIO, 0x30, "#VE.RequestMMIO") \
	X(WBINVD, 0x36, "Instruction.WBINVD") \
	X(PCONFIG, 0x41, "Instruction.PCONFIG") \
	X(GET_TD_VM_CALL_INFO, 0x10000, "GetTdVmCallInfo") \
	X(MAP_GPA, 0x10001, "MapGPA") \
	X(GET_QUOTE, 0x10002, "GetQuote") \
	X(REPORT_FATAL_ERROR, 0x10003, "ReportFatalError") \
	X(SETUP_EVENT_NOTIFY, 0x10004, "SetupEventNotifyInterrupt") \
	X(SERVICE, 0x10005, "Service")

enum ghci_fn {
#define X(name, fn, text)	GHCI_##name = fn,
	GHCI_FUNCTIONS(X)
#undef X
};

/* X(name, R10): the VMM's answer */
#define GHCI_ANSWERS(X) \
	X(SUCCESS, 0x0ULL) \
	X(RETRY, 0x1ULL) \
	X(INVALID_OPERAND, 0x8000000000000000ULL) \
	X(GPA_INUSE, 0x8000000000000001ULL) \
	X(ALIGN_ERROR, 0x8000000000000002ULL) \
	X(SUBFUNC_UNSUPPORTED, 0x8000000000000003ULL)

#define GHCI_SUCCESS			0x0ULL
#define GHCI_RETRY			0x1ULL
#define GHCI_INVALID_OPERAND		0x8000000000000000ULL
#define GHCI_GPA_INUSE			0x8000000000000001ULL
#define GHCI_ALIGN_ERROR		0x8000000000000002ULL
#define GHCI_SUBFUNC_UNSUPPORTED	0x8000000000000003ULL

/* R12 of ReportFatalError: R13 has the GPA of a page with more text */
#define GHCI_FATAL_GPA_VALID		(1ULL << 63)

/* The buffer of GetQuote, in shared memory. */
struct ghci_quote {
	u64 version;		/* 1 */
	u64 status;		/* GHCI_QUOTE_* */
	u32 in_len;
	u32 out_len;
	u8 data[];		/* in: TDREPORT; out: the quote */
};

#define GHCI_QUOTE_DONE			0x0ULL
#define GHCI_QUOTE_IN_FLIGHT		0xffffffffffffffffULL
#define GHCI_QUOTE_ERROR		0x8000000000000000ULL
#define GHCI_QUOTE_UNAVAILABLE		0x8000000000000001ULL

#endif /* SEAMHOST_GHCI_H */
