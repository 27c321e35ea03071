/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a guest asks of its VMM: one typed call for each sub-function of the
 * GHCI, and a vendor's hypercalls.
 *
 * The VMM sees, and can change, only the registers that a call uses. Of what
 * comes back it chose everything: check it. Each call returns two results: see
 * struct tdvmcall_ret; tdvmcall_ok() tells whether both are good. GHCI_RETRY
 * is no failure of MapGPA, but an invitation to go on.
 */
#ifndef SEAMHOST_TDVMCALL_H
#define SEAMHOST_TDVMCALL_H

#include <seamhost/entry.h>
#include <seamhost/ghci.h>
#include <seamhost/status.h>

/* Delivered, accepted by the module, and done by the VMM. */
static __always_inline bool tdvmcall_ok(struct tdvmcall_ret ret)
{
	return !ret.status.raw && ret.answer == GHCI_SUCCESS;
}

/**
 * tdvmcall_cpuid() - CPUID that the module does not virtualise
 * @leaf: EAX
 * @subleaf: ECX
 * @out: R12 to R15: EAX, EBX, ECX, EDX
 */
static __always_inline struct tdvmcall_ret
tdvmcall_cpuid(u32 leaf, u32 subleaf, struct tdvmcall_out *out)
{
	return __tdvmcall6_out(out, GHCI_CPUID, leaf, subleaf, 0, 0);
}

/**
 * tdvmcall_hlt() - wait for an interrupt
 * @blocked: interrupts are off and stay so, an event ends the wait
 */
static __always_inline struct tdvmcall_ret tdvmcall_hlt(bool blocked)
{
	return __tdvmcall3(GHCI_STANDARD, GHCI_HLT, blocked);
}

/**
 * tdvmcall_io_in() - read an I/O port
 * @port: the port
 * @size: 1, 2 or 4 bytes
 * @out: R11: what was read
 */
static __always_inline struct tdvmcall_ret
tdvmcall_io_in(u16 port, unsigned int size, struct tdvmcall_out *out)
{
	return __tdvmcall5_out(out, GHCI_IO, size, 0, port);
}

/**
 * tdvmcall_io_out() - write an I/O port
 * @port: the port
 * @size: 1, 2 or 4 bytes
 * @data: what to write
 */
static __always_inline struct tdvmcall_ret
tdvmcall_io_out(u16 port, unsigned int size, u32 data)
{
	return __tdvmcall6(GHCI_STANDARD, GHCI_IO, size, 1, port, data);
}

static __always_inline struct tdvmcall_ret
tdvmcall_inb(u16 port, struct tdvmcall_out *out)
{
	return tdvmcall_io_in(port, 1, out);
}

static __always_inline struct tdvmcall_ret
tdvmcall_inw(u16 port, struct tdvmcall_out *out)
{
	return tdvmcall_io_in(port, 2, out);
}

static __always_inline struct tdvmcall_ret
tdvmcall_inl(u16 port, struct tdvmcall_out *out)
{
	return tdvmcall_io_in(port, 4, out);
}

static __always_inline struct tdvmcall_ret tdvmcall_outb(u16 port, u8 data)
{
	return tdvmcall_io_out(port, 1, data);
}

static __always_inline struct tdvmcall_ret tdvmcall_outw(u16 port, u16 data)
{
	return tdvmcall_io_out(port, 2, data);
}

static __always_inline struct tdvmcall_ret tdvmcall_outl(u16 port, u32 data)
{
	return tdvmcall_io_out(port, 4, data);
}

/**
 * tdvmcall_rdmsr() - read an MSR that the module leaves to the VMM
 * @index: the MSR
 * @out: R11: its value
 */
static __always_inline struct tdvmcall_ret
tdvmcall_rdmsr(u32 index, struct tdvmcall_out *out)
{
	return __tdvmcall3_out(out, GHCI_RDMSR, index);
}

/**
 * tdvmcall_wrmsr() - write an MSR that the module leaves to the VMM
 * @index: the MSR
 * @value: what to write
 */
static __always_inline struct tdvmcall_ret
tdvmcall_wrmsr(u32 index, u64 value)
{
	return __tdvmcall4(GHCI_STANDARD, GHCI_WRMSR, index, value);
}

/**
 * tdvmcall_mmio_read() - read device memory
 * @gpa: guest address, with the shared bit
 * @size: 1, 2, 4 or 8 bytes
 * @out: R11: what was read
 */
static __always_inline struct tdvmcall_ret
tdvmcall_mmio_read(gpa_t gpa, unsigned int size, struct tdvmcall_out *out)
{
	return __tdvmcall5_out(out, GHCI_MMIO, size, 0, gpa);
}

/**
 * tdvmcall_mmio_write() - write device memory
 * @gpa: guest address, with the shared bit
 * @size: 1, 2, 4 or 8 bytes
 * @data: what to write
 */
static __always_inline struct tdvmcall_ret
tdvmcall_mmio_write(gpa_t gpa, unsigned int size, u64 data)
{
	return __tdvmcall6(GHCI_STANDARD, GHCI_MMIO, size, 1, gpa, data);
}

/* Write back caches: WBINVD. */
static __always_inline struct tdvmcall_ret tdvmcall_wbinvd(void)
{
	return __tdvmcall3(GHCI_STANDARD, GHCI_WBINVD, 0);
}

/**
 * tdvmcall_map_gpa() - make memory shared or private
 * @gpa: guest address, 4K aligned; the shared bit says what it shall become
 * @size: bytes, a multiple of 4K
 * @out: R11: on GHCI_RETRY, and on a refusal, the address to go on from
 *
 * What becomes private has to be accepted before use.
 */
static __always_inline struct tdvmcall_ret
tdvmcall_map_gpa(gpa_t gpa, u64 size, struct tdvmcall_out *out)
{
	return __tdvmcall4_out(out, GHCI_MAP_GPA, gpa, size);
}

/**
 * tdvmcall_get_quote() - have a TDREPORT signed
 * @gpa: struct ghci_quote, 4K aligned, with the shared bit
 * @size: bytes, a multiple of 4K
 *
 * Only begins: @status in the buffer tells when it is done.
 */
static __always_inline struct tdvmcall_ret
tdvmcall_get_quote(gpa_t gpa, u64 size)
{
	return __tdvmcall4(GHCI_STANDARD, GHCI_GET_QUOTE, gpa, size);
}

/**
 * tdvmcall_setup_event_notify() - choose the vector for VMM events
 * @vector: 32 to 255, on this vCPU
 */
static __always_inline struct tdvmcall_ret
tdvmcall_setup_event_notify(u8 vector)
{
	return __tdvmcall3(GHCI_STANDARD, GHCI_SETUP_EVENT_NOTIFY, vector);
}

/**
 * tdvmcall_get_info() - ask what the VMM offers
 * @leaf: 0: is the base there; 1: which optional sub-functions
 * @out: R11 to R14: bit maps of what is offered
 */
static __always_inline struct tdvmcall_ret
tdvmcall_get_info(u64 leaf, struct tdvmcall_out *out)
{
	return __tdvmcall5_out(out, GHCI_GET_TD_VM_CALL_INFO, leaf, 0, 0);
}

/* The text of tdvmcall_report_fatal_error(), 8 bytes a register */
struct tdvmcall_message {
	u64 r14, r15, rbx, rdi, rsi, r8, r9, rdx;
};

/**
 * tdvmcall_report_fatal_error() - die, and say why
 * @code: 31:0 error code; GHCI_FATAL_GPA_VALID
 * @gpa: page with more text, with the shared bit; 0 when there is none
 * @message: up to 64 characters, zero-padded
 *
 * The VMM does not come back from it, or should not: be ready.
 */
static __always_inline struct tdvmcall_ret
tdvmcall_report_fatal_error(u64 code, gpa_t gpa,
			    const struct tdvmcall_message *message)
{
	struct tdx_regs regs = {
		/* RBX, RDX, RSI, RDI, R8 to R15 */
		.rcx = 0xff00 | 1 << 2 | 1 << 3 | 1 << 6 | 1 << 7,
		.r10 = GHCI_STANDARD, .r11 = GHCI_REPORT_FATAL_ERROR,
		.r12 = code, .r13 = gpa,
		.r14 = message->r14, .r15 = message->r15,
		.rbx = message->rbx, .rdi = message->rdi,
		.rsi = message->rsi, .r8 = message->r8,
		.r9 = message->r9, .rdx = message->rdx,
	};
	tdx_status_t status = __tdgcall_saved(TDX_V0(TDG_VP_VMCALL), &regs);

	return (struct tdvmcall_ret){ status, regs.r10 };
}

/*
 * Hypercalls of a vendor, KVM's for example: R10 is their number, and not
 * GHCI_STANDARD. What the VMM returns is in @answer, of any value.
 */
static __always_inline struct tdvmcall_ret
tdvmcall_vendor1(u64 nr, u64 arg0)
{
	return __tdvmcall2(nr, arg0);
}

static __always_inline struct tdvmcall_ret
tdvmcall_vendor2(u64 nr, u64 arg0, u64 arg1)
{
	return __tdvmcall3(nr, arg0, arg1);
}

static __always_inline struct tdvmcall_ret
tdvmcall_vendor3(u64 nr, u64 arg0, u64 arg1, u64 arg2)
{
	return __tdvmcall4(nr, arg0, arg1, arg2);
}

static __always_inline struct tdvmcall_ret
tdvmcall_vendor4(u64 nr, u64 arg0, u64 arg1, u64 arg2, u64 arg3)
{
	return __tdvmcall5(nr, arg0, arg1, arg2, arg3);
}

#endif /* SEAMHOST_TDVMCALL_H */
