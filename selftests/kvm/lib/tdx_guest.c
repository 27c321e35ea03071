// SPDX-License-Identifier: GPL-2.0-only
/* Guest side of the TDX layer; runs inside the TD. */
#include <seamhost/entry.h>
#include <seamhost/leaves.h>
#include "../include/tdx_guest.h"

#define PAGE_2M		(2ULL << 20)
#define PAGE_4K		4096ULL

struct td_ve td_ve;
uint64_t td_shared_bit;

uint64_t tdgcall(uint64_t leaf, struct tdgcall *args)
{
	struct tdx_regs r = {
		.rcx = args->rcx, .rdx = args->rdx, .r8 = args->r8,
		.r9 = args->r9, .r10 = args->r10, .r11 = args->r11,
	};
	uint64_t status = __tdgcall_saved(leaf, &r).raw;

	args->rcx = r.rcx;
	args->rdx = r.rdx;
	args->r8 = r.r8;
	args->r9 = r.r9;
	args->r10 = r.r10;
	args->r11 = r.r11;
	return status;
}

uint64_t tdvmcall(struct tdvmcall *args)
{
	struct tdx_regs r = {
		.rcx = TDX_REG_R10 | TDX_REG_R11 | TDX_REG_R12 | TDX_REG_R13 |
		       TDX_REG_R14 | TDX_REG_R15,
		.r10 = args->r10, .r11 = args->r11, .r12 = args->r12,
		.r13 = args->r13, .r14 = args->r14, .r15 = args->r15,
	};

	if (args->r11 == TDVMCALL_FATAL_ERROR && !args->r10) {
		r.rcx |= TDX_REG_RBX | TDX_REG_RDI | TDX_REG_RSI | TDX_REG_R8 |
			 TDX_REG_R9 | TDX_REG_RDX;
		r.rbx = args->rbx;
		r.rdi = args->rdi;
		r.rsi = args->rsi;
		r.r8 = args->r8;
		r.r9 = args->r9;
		r.rdx = args->rdx;
	}
	if (__tdgcall_saved(TDG_VP_VMCALL, &r).raw)
		__builtin_trap();
	args->r10 = r.r10;
	args->r11 = r.r11;
	args->r12 = r.r12;
	args->r13 = r.r13;
	args->r14 = r.r14;
	args->r15 = r.r15;
	return r.r10;
}

uint64_t td_io_out(uint16_t port, unsigned int size, uint64_t value)
{
	struct tdvmcall c = {
		.r11 = TDVMCALL_IO, .r12 = size, .r13 = 1, .r14 = port,
		.r15 = value,
	};

	return tdvmcall(&c);
}

uint64_t td_io_in(uint16_t port, unsigned int size, uint64_t *value)
{
	struct tdvmcall c = {
		.r11 = TDVMCALL_IO, .r12 = size, .r13 = 0, .r14 = port,
	};
	uint64_t ret = tdvmcall(&c);

	*value = c.r11;
	return ret;
}

uint64_t td_mmio_write(uint64_t gpa, unsigned int size, uint64_t value)
{
	struct tdvmcall c = {
		.r11 = TDVMCALL_MMIO, .r12 = size, .r13 = 1,
		.r14 = gpa | td_shared_bit, .r15 = value,
	};

	return tdvmcall(&c);
}

uint64_t td_mmio_read(uint64_t gpa, unsigned int size, uint64_t *value)
{
	struct tdvmcall c = {
		.r11 = TDVMCALL_MMIO, .r12 = size, .r13 = 0,
		.r14 = gpa | td_shared_bit,
	};
	uint64_t ret = tdvmcall(&c);

	*value = c.r11;
	return ret;
}

uint64_t td_rdmsr(uint32_t msr, uint64_t *value)
{
	struct tdvmcall c = { .r11 = TDVMCALL_RDMSR, .r12 = msr };
	uint64_t ret = tdvmcall(&c);

	*value = c.r11;
	return ret;
}

uint64_t td_wrmsr(uint32_t msr, uint64_t value)
{
	struct tdvmcall c = {
		.r11 = TDVMCALL_WRMSR, .r12 = msr, .r13 = value,
	};

	return tdvmcall(&c);
}

uint64_t td_hlt(bool irqs_blocked)
{
	struct tdvmcall c = { .r11 = TDVMCALL_HLT, .r12 = irqs_blocked };

	return tdvmcall(&c);
}

uint64_t td_map_gpa(uint64_t gpa, uint64_t size)
{
	for (;;) {
		struct tdvmcall c = {
			.r11 = TDVMCALL_MAP_GPA, .r12 = gpa, .r13 = size,
		};
		uint64_t ret = tdvmcall(&c);

		if (ret != TDVMCALL_RETRY)
			return ret;
		/* the VMM stopped on the way, at R11 */
		if (c.r11 > gpa && c.r11 < gpa + size) {
			size -= c.r11 - gpa;
			gpa = c.r11;
		}
	}
}

static uint64_t accept_one(uint64_t gpa, unsigned int level)
{
	struct tdgcall c = { .rcx = gpa | level };

	return tdgcall(TDLEAF_ACCEPT, &c);
}

uint64_t td_accept(uint64_t gpa, uint64_t size)
{
	uint64_t end = gpa + size;

	while (gpa < end) {
		uint64_t step = PAGE_4K, status = ~0ULL;

		if (!(gpa & (PAGE_2M - 1)) && end - gpa >= PAGE_2M) {
			status = accept_one(gpa, 1);
			if (!(status >> 62))
				step = PAGE_2M;
			else if (TDG_CODE(status) != TDG_PAGE_SIZE_MISMATCH)
				return status;
		}
		if (step == PAGE_4K) {
			status = accept_one(gpa, 0);
			if (status >> 62)
				return status;
		}
		gpa += step;
	}
	return 0;
}

uint64_t td_report(void *report, const void *data)
{
	struct tdgcall c = { .rcx = (uint64_t)report, .rdx = (uint64_t)data };

	return tdgcall(TDLEAF_REPORT, &c);
}
