/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What mainline's TDX host wrappers need around them to compile by
 * themselves. What the kernel adds to their cost (preemption counting, cache
 * line flushes, lockdep) is left out, so that the comparison errs in their
 * favour.
 */
#ifndef BENCH_MAINLINE_H
#define BENCH_MAINLINE_H

#ifndef __ASSEMBLER__
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef u64 phys_addr_t;
typedef u64 kvm_pfn_t;

struct page {
	u64 word[8];
};

struct tdx_td {
	struct page *tdr_page;
};

struct tdx_vp {
	struct page *tdvpr_page;
	phys_addr_t tdvpr_pa;
};

/* guests have mainline's own header for it */
#ifndef BENCH_GUEST
struct tdx_module_args {
	u64 rcx, rdx, r8, r9, r10, r11;
	u64 r12, r13, r14, r15, rbx, rdi, rsi;
};
#endif

enum pg_level { PG_LEVEL_NONE };

extern struct page *vmemmap;
extern bool cache_state_incoherent;

#define PAGE_SIZE		4096
#define PFN_PHYS(pfn)		((u64)(pfn) << 12)
#define page_to_pfn(page)	((u64)((page) - vmemmap))
#define page_to_phys(page)	PFN_PHYS(page_to_pfn(page))
#define page_to_virt(page)	((void *)(page))
#define __va(pa)		((void *)(uintptr_t)(pa))
#define clflush_cache_range(p, n)	((void)(p))
#define preempt_disable()	asm volatile("" : : : "memory")
#define preempt_enable()	asm volatile("" : : : "memory")
#define lockdep_assert_preemption_disabled()	do { } while (0)
#define this_cpu_write(var, value)	((var) = (value))
#define WARN_ON_ONCE(condition)	((void)(condition))
#define pr_err(...)		do { } while (0)
#define noinstr
#define EXPORT_SYMBOL_FOR_KVM(name)
#ifndef __always_inline
#define __always_inline		inline __attribute__((__always_inline__))
#endif
#define RDRAND_RETRY_LOOPS	10
#define BIT_ULL(n)		(1ULL << (n))
#define BIT(n)			(1UL << (n))

#define TDX_SUCCESS		0ULL
#define TDX_RND_NO_ENTROPY	0x8000020300000000ULL
#define TDX_SEAMCALL_GP		0x8000ff000000000dULL
#define TDX_SEAMCALL_UD		0x8000ff0000000006ULL

struct cpuinfo {
	u8 x86_phys_bits;
};

extern struct cpuinfo boot_cpu_data;
extern u32 tdx_global_keyid;
#endif

#define TDX_SW_ERROR			0x8000ff0000000000
#define TDX_SEAMCALL_VMFAILINVALID	0x8000ff00ffff0000

/* offsets in struct tdx_module_args */
#define TDX_MODULE_rcx	0
#define TDX_MODULE_rdx	8
#define TDX_MODULE_r8	16
#define TDX_MODULE_r9	24
#define TDX_MODULE_r10	32
#define TDX_MODULE_r11	40
#define TDX_MODULE_r12	48
#define TDX_MODULE_r13	56
#define TDX_MODULE_r14	64
#define TDX_MODULE_r15	72
#define TDX_MODULE_rbx	80
#define TDX_MODULE_rdi	88
#define TDX_MODULE_rsi	96

#endif /* BENCH_MAINLINE_H */
