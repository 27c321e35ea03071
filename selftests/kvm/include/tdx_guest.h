/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What guest code of a TD calls. Kept apart from <seamhost/...>, whose integer
 * types are not those of the KVM selftests library.
 */
#ifndef SELFTEST_TDX_GUEST_H
#define SELFTEST_TDX_GUEST_H

#include <stdbool.h>
#include <stdint.h>

/* Sub-functions of TDG.VP.VMCALL */
#define TDVMCALL_CPUID		10
#define TDVMCALL_HLT		12
#define TDVMCALL_IO		30
#define TDVMCALL_RDMSR		31
#define TDVMCALL_WRMSR		32
#define TDVMCALL_MMIO		48
#define TDVMCALL_GET_INFO	0x10000
#define TDVMCALL_MAP_GPA	0x10001
#define TDVMCALL_GET_QUOTE	0x10002
#define TDVMCALL_FATAL_ERROR	0x10003
#define TDVMCALL_SETUP_NOTIFY	0x10004

/* R10 of the answer */
#define TDVMCALL_OK		0ULL
#define TDVMCALL_RETRY		1ULL
#define TDVMCALL_INVALID	0x8000000000000000ULL
#define TDVMCALL_ALIGN_ERROR	0x8000000000000002ULL
#define TDVMCALL_UNSUPPORTED	0x8000000000000003ULL

/* Operands and answer of one TDVMCALL; R10 says how it went. */
struct tdvmcall {
	uint64_t r10, r11, r12, r13, r14, r15;
	uint64_t rbx, rdi, rsi, r8, r9, rdx;	/* ReportFatalError's text */
};

/* Operands of any other guest leaf, in and out */
struct tdgcall {
	uint64_t rcx, rdx, r8, r9, r10, r11;
};

/* RAX of TDCALL: bits 47:32 are the code, below them the detail. */
uint64_t tdgcall(uint64_t leaf, struct tdgcall *args);
#define TDG_CODE(status)	((uint32_t)((status) >> 32) & 0xffff)
#define TDG_SUCCESS			0x0000
#define TDG_OPERAND_INVALID		0x0100
#define TDG_PAGE_ALREADY_ACCEPTED	0x0b0a
#define TDG_PAGE_SIZE_MISMATCH		0x0b0b

enum {
	TDLEAF_INFO = 1, TDLEAF_RTMR_EXTEND = 2, TDLEAF_VEINFO = 3,
	TDLEAF_REPORT = 4, TDLEAF_ACCEPT = 6, TDLEAF_VM_RD = 7,
	TDLEAF_VM_WR = 8,
};

/* Returns R10; a TDCALL that fails ends the guest with GUEST_FAIL. */
uint64_t tdvmcall(struct tdvmcall *args);
uint64_t td_io_out(uint16_t port, unsigned int size, uint64_t value);
uint64_t td_io_in(uint16_t port, unsigned int size, uint64_t *value);
uint64_t td_mmio_write(uint64_t gpa, unsigned int size, uint64_t value);
uint64_t td_mmio_read(uint64_t gpa, unsigned int size, uint64_t *value);
uint64_t td_rdmsr(uint32_t msr, uint64_t *value);
uint64_t td_wrmsr(uint32_t msr, uint64_t value);
uint64_t td_hlt(bool irqs_blocked);
uint64_t td_map_gpa(uint64_t gpa, uint64_t size);
/* Accept [gpa, gpa + size) with the largest pages that the VMM mapped. */
uint64_t td_accept(uint64_t gpa, uint64_t size);
uint64_t td_report(void *report, const void *data);

/* SHARED bit of this TD's GPAs; set before the guest runs. */
extern uint64_t td_shared_bit;

/* The last #VE; every one is counted. */
struct td_ve {
	uint64_t count, reason, qual, gla, gpa, len;
};

extern struct td_ve td_ve;

#endif /* SELFTEST_TDX_GUEST_H */
