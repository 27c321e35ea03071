// SPDX-License-Identifier: GPL-2.0-only
/* What the benchmarks of TDs need of a guest; see bench.h. */
#include "guest.h"
#include "bench.h"

#define VMCALL_RDMSR		31
#define MSR_MISC_ENABLE		0x1a0
#define MSR_X2APIC_SELF_IPI	0x83f
#define VECTOR			0x40

static void wrmsr(u32 msr, u64 value)
{
	asm volatile("wrmsr" : : "c"(msr), "a"((u32)value),
		     "d"((u32)(value >> 32)));
}

static void read_msr(void)
{
	u64 a[4] = { MSR_MISC_ENABLE };

	vmcall(VMCALL_RDMSR, a, 0);
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

	switch (BENCH_PROGRAM(info->data)) {
	case BENCH_PIO:
		for (;;)
			io_out(PORT_SYNC, 4, 0);
	case BENCH_HLT:
		/* interrupts are off: this one stays pending */
		wrmsr(MSR_X2APIC_SELF_IPI, VECTOR);
		for (;;) {
			io_out(PORT_SYNC, 4, 0);
			for (i = 0; i < n; i++)
				vmm_hlt(false);
		}
	case BENCH_MSR:
		for (;;) {
			io_out(PORT_SYNC, 4, 0);
			for (i = 0; i < n; i++)
				read_msr();
		}
	case BENCH_ACCEPT:
		return accept_all(n);
	default:
		return 0;
	}
}
