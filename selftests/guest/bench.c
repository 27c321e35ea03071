// SPDX-License-Identifier: GPL-2.0-only
/* What the benchmarks of TDs need of a guest; see bench.h. */
#include <seamhost/tdvmcall.h>
#include "guest.h"
#include "bench.h"

#define MSR_MISC_ENABLE		0x1a0
#define MSR_X2APIC_SELF_IPI	0x83f
#define VECTOR			0x40

static void wrmsr(u32 msr, u64 value)
{
	asm volatile("wrmsr" : : "c"(msr), "a"((u32)value),
		     "d"((u32)(value >> 32)));
}

static void cpuid0(void)
{
	u32 eax = 0, ebx, ecx = 0, edx;

	asm volatile("cpuid" : "+a"(eax), "=b"(ebx), "+c"(ecx), "=d"(edx));
}

static u32 accept_all(u64 n)
{
	u64 i;

	for (i = 0; i < n; i++)
		if (page_accept(BENCH_FROM + i * BENCH_PIECE, TDX_LEVEL_2M))
			return 1;
	return 0;
}

u32 guest_main(const struct guest_info *info)
{
	u64 n = BENCH_N(info->data), i;
	struct tdvmcall_out out;

	switch (BENCH_PROGRAM(info->data)) {
	case BENCH_PIO:
		for (;;)
			tdvmcall_outl(PORT_SYNC, 0);
	case BENCH_HLT:
		/* interrupts are off: this one stays pending */
		wrmsr(MSR_X2APIC_SELF_IPI, VECTOR);
		for (;;) {
			io_out(PORT_SYNC, 4, 0);
			for (i = 0; i < n; i++)
				tdvmcall_hlt(false);
		}
	case BENCH_MSR:
		for (;;) {
			io_out(PORT_SYNC, 4, 0);
			for (i = 0; i < n; i++)
				tdvmcall_rdmsr(MSR_MISC_ENABLE, &out);
		}
	case BENCH_CPUID:
		for (;;) {
			tdvmcall_outl(PORT_SYNC, 0);
			for (i = 0; i < n; i++)
				cpuid0();
		}
	case BENCH_ACCEPT:
		return accept_all(n);
	default:
		return 0;
	}
}
