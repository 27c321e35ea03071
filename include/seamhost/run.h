/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Running a vCPU with an exit handler: struct td_exit names what is in the
 * registers after TDH.VP.ENTER, td_run() is the loop around it.
 */
#ifndef SEAMHOST_RUN_H
#define SEAMHOST_RUN_H

#include <seamhost/abi.h>
#include <seamhost/exit.h>
#include <seamhost/ghci.h>
#include <seamhost/status.h>
#include <seamhost/tdh.h>
#include <seamhost/types.h>

/*
 * Operands of a TDVMCALL as the GHCI names them, and as registers. They are
 * the guest's: any value is possible. What the VMM writes here before it
 * enters again is the guest's answer, in the registers that it exposed.
 */
struct td_vmcall {
	union {
		u64 type;	/* R10, in: GHCI_STANDARD, or a vendor's number */
		u64 answer;	/* R10, out: GHCI_SUCCESS, ... */
	};
	union {
		u64 fn;		/* R11, in: enum ghci_fn when @type is standard */
		u64 value;	/* R11, out */
		u64 arg0;	/* R11 of a vendor call */
	};
	union {
		struct {
			u64 r12, r13, r14, r15;
		};
		struct {
			u64 arg1, arg2, arg3;
		};
		struct {
			u64 leaf, subleaf;	/* in */
		} cpuid;
		struct {
			u64 eax, ebx, ecx, edx;	/* out */
		} cpuid_out;
		struct {
			u64 blocked;		/* interrupts stay blocked */
		} hlt;
		struct {
			u64 size, write, port, data;
		} io;
		struct {
			u64 size, write;
			gpa_t gpa;
			u64 data;
		} mmio;
		struct {
			u64 index, value;
		} msr;
		struct {
			gpa_t gpa;
			u64 size;
		} map_gpa;
		struct {
			gpa_t gpa;
			u64 size;
		} get_quote;
		struct {
			u64 code;
			gpa_t gpa;
		} fatal;
		struct {
			u64 vector;
		} notify;
		struct {
			u64 leaf;
		} info;
	};
};

/**
 * struct td_exit - the registers of TDH.VP.ENTER and what they mean
 * @status: RAX; td_exit_kind() tells what to read
 * @regs: all other registers, in and out
 * @qual: RCX after an asynchronous exit: TD_EXIT_QUAL(), TD_EXIT_VM()
 * @ext: RDX after an asynchronous exit: TD_EXIT_EXT_TYPE()
 * @gpa: R8 after an EPT exit; the TDR of the target after CROSS_TD_*
 * @intr: R9 after an asynchronous exit: TD_EXIT_INTR_*()
 * @mask: RCX after a TDVMCALL: the registers that the guest exposed
 * @rbx: what a TDVMCALL exposed in RBX
 * @rbp: what a TDVMCALL exposed in RBP
 * @rsi: what a TDVMCALL exposed in RSI
 * @rdi: what a TDVMCALL exposed in RDI
 * @vmcall: R10 to R15 after a TDVMCALL
 */
struct td_exit {
	tdx_status_t status;
	union {
		struct tdx_regs regs;
		struct {
			union {
				u64 qual;
				u64 mask;
			};
			u64 ext;
			u64 rbx, rbp, rsi, rdi;
			gpa_t gpa;
			u64 intr;
			struct td_vmcall vmcall;
		};
	};
};

TDX_ABI_OFFSET(struct td_exit, gpa, 8 + 48);
TDX_ABI_OFFSET(struct td_exit, vmcall, 8 + 64);
TDX_ABI_SIZE(struct td_exit, 8 + 112);

/* What a VMM has to deal with. */
enum td_exit_kind {
	TD_KIND_TDVMCALL,	/* @vmcall */
	TD_KIND_EPT_VIOLATION,	/* @gpa, @qual, @ext */
	TD_KIND_EPT_MISCONFIG,	/* @gpa, a shared one */
	TD_KIND_INTERRUPT,	/* enable interrupts to take it; enter again */
	TD_KIND_NMI,		/* raise it on this CPU; enter again */
	TD_KIND_EXCEPTION,	/* @intr; TDs under debug only */
	TD_KIND_TRIPLE_FAULT,	/* the vCPU is dead */
	TD_KIND_VCPU_DEAD,	/* another reason: td_exit_reason() */
	TD_KIND_TD_DEAD,	/* the TD cannot run any more, only be torn down */
	TD_KIND_CONTENDED,	/* locks or another TD in the way: enter again */
	TD_KIND_OTHER,		/* td_exit_reason() tells */
	TD_KIND_REFUSED,	/* did not enter: @status tells why */
	TD_KIND_NOT_DELIVERED,	/* the call did not reach the module */
};

/* The VMX exit reason, where the exit has one (all but the last two kinds). */
static inline enum td_exit_reason td_exit_reason(const struct td_exit *exit)
{
	return (enum td_exit_reason)(exit->status.raw & TD_EXIT_REASON_MASK);
}

static inline enum td_exit_kind
td_exit_reason_kind(const struct td_exit *exit)
{
	switch (td_exit_reason(exit)) {
	case TD_EXIT_TDVMCALL:
		return TD_KIND_TDVMCALL;
	case TD_EXIT_EPT_VIOLATION:
		return TD_KIND_EPT_VIOLATION;
	case TD_EXIT_EPT_MISCONFIG:
		return TD_KIND_EPT_MISCONFIG;
	case TD_EXIT_INTERRUPT:
		return TD_KIND_INTERRUPT;
	case TD_EXIT_EXCEPTION_NMI:
		return TD_EXIT_INTR_TYPE(exit->intr) == TD_EXIT_INTR_TYPE_NMI ?
			TD_KIND_NMI : TD_KIND_EXCEPTION;
	default:
		return TD_KIND_OTHER;
	}
}

/**
 * td_exit_kind() - what an exit is about
 * @exit: as td_run() or tdh_vp_enter() left it
 *
 * Decides on bits 47:32 of the status alone: the flags above them differ
 * between modules for the same code.
 */
static inline enum td_exit_kind td_exit_kind(const struct td_exit *exit)
{
	if (tdx_not_delivered(exit->status))
		return TD_KIND_NOT_DELIVERED;

	switch (tdx_code(exit->status)) {
	case TDX_ST_SUCCESS:
	case TDX_ST_TD_EXIT_BEFORE_L2_ENTRY:
	case TDX_ST_TD_EXIT_ON_L2_VM_EXIT:
	case TDX_ST_TD_EXIT_ON_L2_TO_L1:
		return td_exit_reason_kind(exit);
	case TDX_ST_NON_RECOVERABLE_VCPU:
		return td_exit_reason(exit) == TD_EXIT_TRIPLE_FAULT ?
			TD_KIND_TRIPLE_FAULT : TD_KIND_VCPU_DEAD;
	case TDX_ST_NON_RECOVERABLE_TD:
	case TDX_ST_NON_RECOVERABLE_TD_NON_ACCESSIBLE:
	case TDX_ST_NON_RECOVERABLE_TD_WRONG_APIC_MODE:
	case TDX_ST_NON_RECOVERABLE_TD_CORRUPTED_MD:
		return TD_KIND_TD_DEAD;
	case TDX_ST_CROSS_TD_FAULT:
	case TDX_ST_CROSS_TD_TRAP:
	case TDX_ST_HOST_PRIORITY_BUSY_TIMEOUT:
		return TD_KIND_CONTENDED;
	default:
		return TD_KIND_REFUSED;
	}
}

/* What a handler wants done. */
enum td_next {
	TD_NEXT_ENTER = 0,	/* run the vCPU again */
	TD_NEXT_RETURN,		/* back to the caller, who may run it later */
	TD_NEXT_STOP,		/* back to the caller; the vCPU is done with */
};

/**
 * typedef td_exit_handler_t - deals with one exit
 * @exit: the exit; the VMM's own state is found from it with container_of()
 *
 * Called as td_run() was: same CPU, interrupts off. It may enable them, and
 * even sleep, when its caller may, but returns TD_NEXT_ENTER on the CPU that
 * the vCPU is associated with and with interrupts off.
 */
typedef enum td_next (*td_exit_handler_t)(struct td_exit *exit);

/**
 * td_run() - enter a vCPU until its handler wants out
 * @tdvpr: root page of the vCPU, with TDX_VP_ENTER_* flags
 * @exit: in: registers for the first entry, as after the exit before;
 *	out: the last exit
 * @handler: called after each entry, whether the vCPU ran or not
 *
 * Interrupts are off, and the FPU holds the guest's state. No check, no
 * retry: a handler that answers TD_NEXT_ENTER after a refusal is called again.
 *
 * Return: what @handler said, never TD_NEXT_ENTER.
 */
enum td_next td_run(hpa_t tdvpr, struct td_exit *exit,
		    td_exit_handler_t handler);

/**
 * td_run_here() - td_run() for a handler that the compiler knows
 * @tdvpr: as for td_run()
 * @exit: as for td_run()
 * @handler: a function of the caller's file, which is called by its name
 *
 * Return: as td_run().
 */
static __always_inline enum td_next
td_run_here(hpa_t tdvpr, struct td_exit *exit, td_exit_handler_t handler)
{
	enum td_next next;

	do {
		exit->status = tdh_vp_enter(tdvpr, &exit->regs);
		next = handler(exit);
	} while (next == TD_NEXT_ENTER);

	return next;
}

#endif /* SEAMHOST_RUN_H */
