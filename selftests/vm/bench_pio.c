// SPDX-License-Identifier: GPL-2.0-only
/*
 * bench_pio long|real|msr [COUNT [DEVICE]]: what one exit of an ordinary VM and
 * back costs under the KVM that owns DEVICE (/dev/kvm): of port I/O, which user
 * space sees, or of an MSR read, which the kernel answers. Prints "pio_ns
 * MEDIAN BEST" or "msr_ns ..."; the median and the best of batches, since the
 * machine under it is not quiet.
 *
 * long, and msr: a guest as a TD is: TDCALL exists in 64-bit mode only, so a TD's code
 * and stack are behind page tables of four levels, and each of the tables is
 * behind the nested ones. real: paging off, one page of code, no stack; no TD
 * can be that small.
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <linux/kvm.h>
#include "../guest/layout.h"
#include "../lib/clock.h"
#include "../lib/exits.h"

#define BATCHES		200	/* short ones, as in bench_td.c */

#define RAM_SIZE	0x200000
#define REAL_CODE	0x1000
/* as the benchmark's TD has them: selftests/guest/guest.ld and head.S */
#define CODE		GUEST_IMAGE
#define STACK_TOP	(GUEST_STACKS + 0x1000)
#define PML4		(CODE + 0x10000)
#define PDPT		(PML4 + 0x1000)
#define PD		(PML4 + 0x2000)

#define PG_TABLE	0x003		/* present, writable */
#define PG_2M		0x083		/* and large */

#define CR0_LONG	0x80010033	/* PG, WP, NE, ET, MP, PE */
#define CR4_LONG	0x620		/* OSXMMEXCPT, OSFXSR, PAE */
#define EFER_LONG	0xd01		/* NX, LMA, LME, SCE */

/* mov $0x510, %dx; again: out %eax, (%dx); jmp again */
static const uint8_t real_code[] = {
	0xba, 0x10, 0x05, 0x66, 0xef, 0xeb, 0xfc,
};

/*
 * again: mov $0x510, %edx; xor %eax, %eax; call outl; jmp again
 * outl: out %eax, (%dx); ret
 */
static const uint8_t long_code[] = {
	0xba, 0x10, 0x05, 0x00, 0x00, 0x31, 0xc0, 0xe8, 0x02, 0x00, 0x00, 0x00,
	0xeb, 0xf2, 0xef, 0xc3,
};

/* MSR reads of the guest before one port I/O: in the code below */
#define MSR_READS	50

/*
 * again: mov $50, %ebx
 * 1: mov $0x1a0, %ecx; rdmsr; dec %ebx; jnz 1b
 * mov $0x510, %edx; xor %eax, %eax; out %eax, (%dx); jmp again
 */
static const uint8_t msr_code[] = {
	0xbb, MSR_READS, 0x00, 0x00, 0x00, 0xb9, 0xa0, 0x01, 0x00, 0x00, 0x0f,
	0x32, 0xff, 0xcb, 0x75, 0xf5, 0xba, 0x10, 0x05, 0x00, 0x00, 0x31, 0xc0,
	0xef, 0xeb, 0xe6,
};

struct guest {
	const char *mode, *prints;
	bool long_mode;
	const uint8_t *code;
	size_t size;
	unsigned int exits;	/* for one that user space sees */
};

static const struct guest guests[] = {
	{ "long", "pio_ns", true, long_code, sizeof(long_code), 1 },
	{ "real", "pio_ns", false, real_code, sizeof(real_code), 1 },
	{ "msr", "msr_ns", true, msr_code, sizeof(msr_code), MSR_READS },
};

static const struct guest *guest_of(const char *mode)
{
	unsigned int i;

	for (i = 0; i < sizeof(guests) / sizeof(guests[0]); i++)
		if (!strcmp(mode, guests[i].mode))
			return &guests[i];
	errx(1, "usage: bench_pio long|real|msr [COUNT [DEVICE]]");
}

static void make_tables(uint8_t *mem)
{
	uint64_t *pml4 = (void *)(mem + PML4), *pdpt = (void *)(mem + PDPT);
	uint64_t *pd = (void *)(mem + PD), i;

	pml4[0] = PDPT | PG_TABLE;
	pdpt[0] = PD | PG_TABLE;
	for (i = 0; i < 512; i++)
		pd[i] = i * 0x200000 | PG_2M;
}

static uint64_t code_at(const struct guest *guest)
{
	return guest->long_mode ? CODE : REAL_CODE;
}

static int vm_create(int kvm, const struct guest *guest)
{
	struct kvm_userspace_memory_region region = {
		.memory_size = RAM_SIZE,
	};
	int vm = ioctl(kvm, KVM_CREATE_VM, 0);
	void *mem;

	if (vm < 0)
		err(1, "KVM_CREATE_VM");
	mem = mmap(NULL, RAM_SIZE, PROT_READ | PROT_WRITE,
		   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (mem == MAP_FAILED)
		err(1, "mmap");
	if (guest->long_mode)
		make_tables(mem);
	memcpy((uint8_t *)mem + code_at(guest), guest->code, guest->size);
	region.userspace_addr = (uintptr_t)mem;
	if (ioctl(vm, KVM_SET_USER_MEMORY_REGION, &region))
		err(1, "KVM_SET_USER_MEMORY_REGION");
	return vm;
}

static void set_long_mode(struct kvm_sregs *sregs)
{
	struct kvm_segment data = {
		.limit = ~0, .selector = 0x18, .type = 3, .present = 1, .s = 1,
		.db = 1, .g = 1,
	};

	sregs->cr0 = CR0_LONG;
	sregs->cr3 = PML4;
	sregs->cr4 = CR4_LONG;
	sregs->efer = EFER_LONG;
	sregs->ds = data;
	sregs->es = data;
	sregs->fs = data;
	sregs->gs = data;
	sregs->ss = data;
	sregs->cs = data;
	sregs->cs.selector = 0x10;
	sregs->cs.type = 11;
	sregs->cs.db = 0;
	sregs->cs.l = 1;
}

static int vcpu_create(int kvm, int vm, const struct guest *guest,
		       struct kvm_run **run)
{
	struct kvm_regs regs = {
		.rip = code_at(guest),
		.rsp = guest->long_mode ? STACK_TOP : 0,
		.rflags = 2,
	};
	int size = ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
	int vcpu = ioctl(vm, KVM_CREATE_VCPU, 0);
	struct kvm_sregs sregs;

	if (vcpu < 0)
		err(1, "KVM_CREATE_VCPU");
	*run = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, vcpu, 0);
	if (*run == MAP_FAILED)
		err(1, "mmap of the vCPU");
	if (ioctl(vcpu, KVM_GET_SREGS, &sregs))
		err(1, "KVM_GET_SREGS");
	sregs.cs.base = 0;
	sregs.cs.selector = 0;
	if (guest->long_mode)
		set_long_mode(&sregs);
	if (ioctl(vcpu, KVM_SET_SREGS, &sregs) ||
	    ioctl(vcpu, KVM_SET_REGS, &regs))
		err(1, "registers");
	return vcpu;
}

int main(int argc, char **argv)
{
	const struct guest *guest = guest_of(argc > 1 ? argv[1] : "");
	unsigned int count = argc > 2 ? atoi(argv[2]) : 2000;
	const char *device = argc > 3 ? argv[3] : "/dev/kvm";
	unsigned int i, each = count / BATCHES / guest->exits;
	uint64_t ns[BATCHES], start;
	struct kvm_run *run;
	int kvm, vm, vcpu;

	kvm = open(device, O_RDWR | O_CLOEXEC);
	if (kvm < 0)
		err(1, "%s", device);
	vm = vm_create(kvm, guest);
	vcpu = vcpu_create(kvm, vm, guest, &run);
	if (!each)
		each = 1;

	run_exits(vcpu, run, each);
	for (i = 0; i < BATCHES; i++) {
		start = clock_ns();
		run_exits(vcpu, run, each);
		ns[i] = (clock_ns() - start) / each / guest->exits;
	}
	clock_sort(ns, BATCHES);
	printf("%s %llu %llu\n", guest->prints,
	       (unsigned long long)ns[BATCHES / 2], (unsigned long long)ns[0]);
	return 0;
}
