// SPDX-License-Identifier: GPL-2.0-only
/*
 * ordinary_vm FILE: an ordinary VM of /dev/kvm that makes port accesses until
 * SIGTERM. FILE gets the number of its exits, so that others see it live.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <linux/kvm.h>

#define CODE_AT		0x1000
#define PORT		0x10
#define TELL_EVERY	20
#define PAUSE_US	20000

static volatile sig_atomic_t stopped;

static void stop(int sig)
{
	(void)sig;
	stopped = 1;
}

static int fail(const char *what)
{
	printf("ordinary_vm: %s: %s\n", what, strerror(errno));
	return EXIT_FAILURE;
}

static void tell(const char *file, unsigned long exits)
{
	char tmp[256];
	FILE *f;

	snprintf(tmp, sizeof(tmp), "%s.new", file);
	f = fopen(tmp, "w");
	if (f) {
		fprintf(f, "%lu\n", exits);
		fclose(f);
		rename(tmp, file);
	}
}

int main(int argc, char **argv)
{
	/* 1: inc %al; out %al, $PORT; jmp 1b */
	static const uint8_t code[] = { 0xfe, 0xc0, 0xe6, PORT, 0xeb, 0xfa };
	struct kvm_userspace_memory_region region = { .memory_size = 0x1000,
						      .guest_phys_addr = CODE_AT };
	struct sigaction sa = { .sa_handler = stop };
	int dev = open("/dev/kvm", O_RDWR), vm, vcpu, size;
	struct kvm_sregs sregs;
	struct kvm_regs regs = { .rip = CODE_AT, .rflags = 2 };
	unsigned long exits = 0;
	struct kvm_run *run;
	uint8_t want = 0;
	void *mem;

	if (argc != 2)
		return EXIT_FAILURE;
	if (dev < 0)
		return fail("/dev/kvm");
	vm = ioctl(dev, KVM_CREATE_VM, 0);
	if (vm < 0)
		return fail("KVM_CREATE_VM");
	mem = mmap(NULL, 0x1000, PROT_READ | PROT_WRITE,
		   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	memcpy(mem, code, sizeof(code));
	/* real mode on CPUs without unrestricted guests */
	ioctl(vm, KVM_SET_TSS_ADDR, 0xfffbd000UL);
	region.userspace_addr = (uintptr_t)mem;
	if (ioctl(vm, KVM_SET_USER_MEMORY_REGION, &region))
		return fail("KVM_SET_USER_MEMORY_REGION");
	vcpu = ioctl(vm, KVM_CREATE_VCPU, 0);
	if (vcpu < 0)
		return fail("KVM_CREATE_VCPU");
	size = ioctl(dev, KVM_GET_VCPU_MMAP_SIZE, 0);
	run = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, vcpu, 0);
	if (ioctl(vcpu, KVM_GET_SREGS, &sregs))
		return fail("KVM_GET_SREGS");
	sregs.cs.base = 0;
	sregs.cs.selector = 0;
	if (ioctl(vcpu, KVM_SET_SREGS, &sregs) ||
	    ioctl(vcpu, KVM_SET_REGS, &regs))
		return fail("registers");

	sigaction(SIGTERM, &sa, NULL);
	while (!stopped) {
		if (ioctl(vcpu, KVM_RUN, 0)) {
			if (errno == EINTR)
				continue;
			return fail("KVM_RUN");
		}
		if (run->exit_reason != KVM_EXIT_IO || run->io.port != PORT) {
			printf("ordinary_vm: exit %u\n", run->exit_reason);
			return EXIT_FAILURE;
		}
		/* the guest's register counts along: nothing may get lost */
		if (*((uint8_t *)run + run->io.data_offset) != ++want) {
			printf("ordinary_vm: the guest lost count\n");
			return EXIT_FAILURE;
		}
		if (!(++exits % TELL_EVERY)) {
			tell(argv[1], exits);
			/* a CPU in software is slow at entering VMs */
			usleep(PAUSE_US);
		}
	}
	tell(argv[1], exits);
	return EXIT_SUCCESS;
}
