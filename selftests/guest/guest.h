/* SPDX-License-Identifier: GPL-2.0-only */
/* A small run time for programs that run in a TD. */
#ifndef SELFTESTS_GUEST_H
#define SELFTESTS_GUEST_H

#include <seamhost/types.h>
#include "layout.h"

/* Registers at an exception, as head.S pushes them. */
struct exc_regs {
	u64 rax, rcx, rdx, rbx, rbp, rsi, rdi;
	u64 r8, r9, r10, r11, r12, r13, r14, r15;
	u64 vector, error;
	u64 rip, cs, rflags, rsp, ss;
};

struct guest_info {
	unsigned int index;	/* of this vCPU */
	unsigned int gpaw;	/* 48 or 52 */
	u64 data;		/* what the VMM gave to KVM_TDX_INIT_VCPU */
};

/* Last #VE, and how many there were. */
struct ve_record {
	u64 count;
	u64 reason, qual, gla, gpa;
	u32 instr_len;
};

extern struct ve_record guest_ve;
extern u64 guest_irq_count[256];

/* The program: returns the exit code that the VMM gets on PORT_EXIT. */
u32 guest_main(const struct guest_info *info);

/* Of the program, when it provokes exceptions: not 0 when it has dealt with it */
int guest_fault(struct exc_regs *regs);

/* Module calls; the status is what TDCALL left in RAX. */
u64 tdcall(u64 leaf, struct tdx_regs *regs);
/* TDVMCALL with R10 = 0 and R11 = @fn; @a holds R12..R15 in and out. */
u64 vmcall(u64 fn, u64 a[4], u64 *r11);

void io_out(u16 port, unsigned int size, u32 val);
u32 io_in(u16 port, unsigned int size);
u64 map_gpa(u64 gpa, u64 size);
u64 page_accept(u64 gpa, unsigned int level);
void vmm_hlt(bool irqs_blocked);
void guest_exit(u32 code) __attribute__((noreturn));

/* Printing through PORT_SERIAL */
void print(const char *s);
void print_hex(u64 v);

static inline void cpuid(u32 leaf, u32 sub, u32 r[4])
{
	asm volatile("cpuid" : "=a"(r[0]), "=b"(r[1]), "=c"(r[2]), "=d"(r[3])
			     : "a"(leaf), "c"(sub));
}

static inline void *shared_ptr(const struct guest_info *info, u64 gpa)
{
	return (void *)((info->gpaw == 52 ? GUEST_SHARED_51 : GUEST_SHARED_47) +
			gpa);
}

static inline u64 shared_bit(const struct guest_info *info)
{
	return 1ULL << (info->gpaw - 1);
}

void *memcpy(void *to, const void *from, unsigned long n);
void *memset(void *p, int c, unsigned long n);
int memcmp(const void *a, const void *b, unsigned long n);

#endif /* SELFTESTS_GUEST_H */
