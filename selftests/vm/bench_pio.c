// SPDX-License-Identifier: GPL-2.0-only
/*
 * bench_pio [COUNT [DEVICE]]: what one port-I/O exit of an ordinary VM to user
 * space and back costs under the KVM that owns DEVICE (/dev/kvm): a guest in
 * real mode that does nothing but OUT. Prints "pio_ns MEDIAN BEST"; the median
 * and the best of batches, since the machine under it is not quiet.
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <linux/kvm.h>
#include "../lib/clock.h"

#define CODE_GPA	0x1000
#define BATCHES		20

/* mov $0x510, %dx; again: out %eax, (%dx); jmp again */
static const uint8_t code[] = {
	0xba, 0x10, 0x05, 0x66, 0xef, 0xeb, 0xfc,
};

static int vm_create(int kvm)
{
	struct kvm_userspace_memory_region region = {
		.guest_phys_addr = CODE_GPA,
		.memory_size = 0x1000,
	};
	int vm = ioctl(kvm, KVM_CREATE_VM, 0);
	void *mem;

	if (vm < 0)
		err(1, "KVM_CREATE_VM");
	mem = mmap(NULL, 0x1000, PROT_READ | PROT_WRITE,
		   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (mem == MAP_FAILED)
		err(1, "mmap");
	memcpy(mem, code, sizeof(code));
	region.userspace_addr = (uintptr_t)mem;
	if (ioctl(vm, KVM_SET_USER_MEMORY_REGION, &region))
		err(1, "KVM_SET_USER_MEMORY_REGION");
	return vm;
}

static int vcpu_create(int kvm, int vm, struct kvm_run **run)
{
	struct kvm_regs regs = { .rip = CODE_GPA, .rflags = 2 };
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
	if (ioctl(vcpu, KVM_SET_SREGS, &sregs) ||
	    ioctl(vcpu, KVM_SET_REGS, &regs))
		err(1, "registers");
	return vcpu;
}

static void run_exits(int vcpu, const struct kvm_run *run, unsigned int n)
{
	while (n--) {
		if (ioctl(vcpu, KVM_RUN, 0))
			err(1, "KVM_RUN");
		if (run->exit_reason != KVM_EXIT_IO || run->io.port != 0x510)
			errx(1, "exit %u", run->exit_reason);
	}
}

int main(int argc, char **argv)
{
	unsigned int count = argc > 1 ? atoi(argv[1]) : 4000;
	const char *device = argc > 2 ? argv[2] : "/dev/kvm";
	unsigned int i, each = count / BATCHES;
	uint64_t ns[BATCHES], start;
	struct kvm_run *run;
	int kvm, vm, vcpu;

	kvm = open(device, O_RDWR | O_CLOEXEC);
	if (kvm < 0)
		err(1, "%s", device);
	vm = vm_create(kvm);
	vcpu = vcpu_create(kvm, vm, &run);
	if (!each)
		each = 1;

	run_exits(vcpu, run, each);
	for (i = 0; i < BATCHES; i++) {
		start = clock_ns();
		run_exits(vcpu, run, each);
		ns[i] = (clock_ns() - start) / each;
	}
	clock_sort(ns, BATCHES);
	printf("pio_ns %llu %llu\n", (unsigned long long)ns[BATCHES / 2],
	       (unsigned long long)ns[0]);
	return 0;
}
