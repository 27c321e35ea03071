/* SPDX-License-Identifier: GPL-2.0-only */
/* /dev/seamcall-test: SEAMCALLs and pages for them, for root's tests alone. */
#ifndef SEAMCALL_RAW_H
#define SEAMCALL_RAW_H

#include <linux/ioctl.h>
#include <linux/types.h>

/* Registers by x86 number: RAX RCX RDX RBX RSP RBP RSI RDI R8 .. R15 */
struct seamcall_raw_call {
	__u32 cpu;
	__u32 pad;
	__u64 regs[16];
	__u64 xmm5, xmm6;	/* low halves, before and after VP.ENTER */
};

struct seamcall_raw_alloc {
	__u32 order;		/* 0 .. 10 */
	__u32 pad;
	__u64 hpa;		/* out; mmap() at this offset */
};

/* The same call many times over, on the caller's CPU. */
struct seamcall_raw_time {
	__u64 rax, rcx;
	__u64 calls;		/* 1 .. 100000 */
	__u64 ns;		/* out: of all of them */
	__u64 status;		/* out: of the last one */
};

#define SEAMCALL_RAW_CALL	_IOWR('s', 1, struct seamcall_raw_call)
#define SEAMCALL_RAW_ALLOC	_IOWR('s', 2, struct seamcall_raw_alloc)

#define SEAMCALL_RAW_TIME	_IOWR('s', 3, struct seamcall_raw_time)

#endif /* SEAMCALL_RAW_H */
