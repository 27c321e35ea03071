// SPDX-License-Identifier: GPL-2.0-only
/*
 * The errors of the KVM ABI, one claim for each row: what is asked wrongly
 * gets its errno and changes nothing. No guest runs here.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/falloc.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>
#include "../lib/audit.h"
#include "../lib/kvm_calls.h"
#include "../lib/paging.h"
#include "../lib/td.h"

#define PAGE_SIZE	4096UL
#define SIZE_2M		(2UL << 20)
#define NO_FD		(-1)
#define UNKNOWN_IOCTL	_IO(KVMIO, 0xfe)

static void test_device(int dev)
{
	expect(12, io(dev, KVM_GET_API_VERSION, 0), "API version 12");
	expect(-EINVAL, io(dev, KVM_GET_API_VERSION, 1),
	       "an argument to GET_API_VERSION: EINVAL");
	expect(1 << KVM_X86_TDX_VM,
	       io(dev, KVM_CHECK_EXTENSION, KVM_CAP_VM_TYPES),
	       "TDs are the only type of VM");
	expect(-EINVAL, io(dev, KVM_CREATE_VM, 0), "an ordinary VM: EINVAL");
	expect(-ENOTTY, io(dev, UNKNOWN_IOCTL, 0), "unknown ioctl: ENOTTY");
	ktap_ok(io(dev, KVM_GET_VCPU_MMAP_SIZE, 0) >= (long)(2 * PAGE_SIZE),
		"kvm_run and its data page can be mapped");
}

static void test_supported_cpuid(int dev)
{
	static struct {
		struct kvm_cpuid2 head;
		struct kvm_cpuid_entry2 e[256];
	} c;
	unsigned int i, phys = 0, kvm = 0;

	c.head.nent = 1;
	expect(-E2BIG, iop(dev, KVM_GET_SUPPORTED_CPUID, &c),
	       "no room in GET_SUPPORTED_CPUID: E2BIG");
	c.head.nent = 256;
	expect(0, iop(dev, KVM_GET_SUPPORTED_CPUID, &c),
	       "GET_SUPPORTED_CPUID works");
	for (i = 0; i < c.head.nent; i++) {
		if (c.e[i].function == 0x80000008)
			phys = c.e[i].eax >> 16 & 0xff;
		if (c.e[i].function == 0x40000001)
			kvm = c.e[i].eax + 1;
	}
	ktap_ok(phys == (paging_has_5_levels() ? 52 : 48),
		"the guest's GPA width is the largest one that TDs can have");
	ktap_ok(kvm == 1, "no paravirtual feature is offered");
}

static void test_caps(int vm)
{
	expect(-EINVAL, enable(vm, KVM_CAP_EXIT_HYPERCALL, 1),
	       "another hypercall than MAP_GPA_RANGE: EINVAL");
	expect(0, enable(vm, KVM_CAP_EXIT_HYPERCALL, 1 << 12),
	       "MAP_GPA_RANGE can exit");
	expect(-ENXIO, enable(vm, KVM_CAP_X86_APIC_BUS_CYCLES_NS, 40),
	       "bus cycles before the irqchip: ENXIO");
	expect(-EINVAL, enable(vm, KVM_CAP_SPLIT_IRQCHIP, 5000),
	       "too many pins: EINVAL");
	expect(0, enable(vm, KVM_CAP_SPLIT_IRQCHIP, 24), "a split irqchip");
	expect(-EEXIST, enable(vm, KVM_CAP_SPLIT_IRQCHIP, 24),
	       "a second irqchip: EEXIST");
	expect(0, enable(vm, KVM_CAP_X86_APIC_BUS_CYCLES_NS, 40),
	       "bus cycles of 40 ns");
	expect(-EINVAL, enable(vm, KVM_CAP_MAX_VCPUS, 1 << 20),
	       "more vCPUs than there can be: EINVAL");
	expect(-EINVAL, enable(vm, 0xffff, 0), "an unknown capability: EINVAL");
	expect(-EINVAL, io(vm, KVM_SET_TSC_KHZ, 1000), "a TSC of 1 MHz: EINVAL");
	expect(0, io(vm, KVM_SET_TSC_KHZ, 0), "the host's TSC");
	expect(-ENOTTY, io(vm, KVM_CREATE_IRQCHIP, 0),
	       "a whole irqchip: ENOTTY");
	expect(-ENOTTY, io(vm, UNKNOWN_IOCTL, 0), "unknown VM ioctl: ENOTTY");
}

static void test_memfd(int vm)
{
	struct kvm_create_guest_memfd m = { .size = 0 };
	char buf[8];
	int fd;

	expect(-EINVAL, iop(vm, KVM_CREATE_GUEST_MEMFD, &m), "size 0: EINVAL");
	m.size = PAGE_SIZE + 1;
	expect(-EINVAL, iop(vm, KVM_CREATE_GUEST_MEMFD, &m),
	       "an odd size: EINVAL");
	m.size = PAGE_SIZE;
	m.flags = 1;
	expect(-EINVAL, iop(vm, KVM_CREATE_GUEST_MEMFD, &m),
	       "unknown flags: EINVAL");
	m = (struct kvm_create_guest_memfd){ .size = 4 * SIZE_2M };
	fd = iop(vm, KVM_CREATE_GUEST_MEMFD, &m);
	ktap_ok(fd >= 0, "a guest_memfd");
	ktap_ok(read(fd, buf, 8) < 0 && write(fd, buf, 8) < 0,
		"it can be neither read nor written");
	ktap_ok(mmap(NULL, PAGE_SIZE, PROT_READ, MAP_SHARED, fd, 0) ==
		MAP_FAILED, "nor mapped");
	ktap_ok(fallocate(fd, 0, 0, PAGE_SIZE) < 0 && errno == EOPNOTSUPP,
		"fallocate without KEEP_SIZE: EOPNOTSUPP");
	ktap_ok(fallocate(fd, FALLOC_FL_KEEP_SIZE | FALLOC_FL_ZERO_RANGE, 0,
			  PAGE_SIZE) < 0 && errno == EOPNOTSUPP,
		"zeroing a range: EOPNOTSUPP");
	ktap_ok(fallocate(fd, FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE, 1,
			  PAGE_SIZE) < 0 && errno == EINVAL,
		"an odd hole: EINVAL");
	ktap_ok(!fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, SIZE_2M) &&
		!fallocate(fd, FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE, 0,
			   SIZE_2M), "it can be filled and punched");
	close(fd);
}

static void test_slots(int vm, int other_vm)
{
	struct kvm_create_guest_memfd m = { .size = 4 * SIZE_2M };
	struct kvm_userspace_memory_region2 r, good;
	void *ram = mmap(NULL, 4 * SIZE_2M, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int fd = iop(vm, KVM_CREATE_GUEST_MEMFD, &m);
	int foreign = iop(other_vm, KVM_CREATE_GUEST_MEMFD, &m);

#define SET(row) (row, iop(vm, KVM_SET_USER_MEMORY_REGION2, &r))
	good = (struct kvm_userspace_memory_region2){
		.slot = 1, .flags = KVM_MEM_GUEST_MEMFD,
		.guest_phys_addr = SIZE_2M, .memory_size = SIZE_2M,
		.userspace_addr = (unsigned long)ram, .guest_memfd = fd,
	};
	r = good;
	expect(-EINVAL, SET(r.flags = 1 << 10), "unknown slot flags: EINVAL");
	r = good;
	expect(-EINVAL, SET(r.flags |= KVM_MEM_READONLY), "read-only: EINVAL");
	r = good;
	expect(-EINVAL, SET(r.memory_size += 1), "an odd slot size: EINVAL");
	r = good;
	expect(-EINVAL, SET(r.guest_phys_addr += 1), "an odd GPA: EINVAL");
	r = good;
	expect(-EINVAL, SET(r.userspace_addr += 1), "an odd address: EINVAL");
	r = good;
	expect(-EINVAL, SET(r.guest_memfd_offset = 1), "an odd offset: EINVAL");
	r = good;
	expect(-EINVAL, SET(r.guest_phys_addr = -SIZE_2M),
	       "a slot that wraps: EINVAL");
	r = good;
	expect(-EINVAL, SET(r.guest_memfd_offset = 4 * SIZE_2M),
	       "beyond the guest_memfd: EINVAL");
	r = good;
	expect(-EINVAL, SET(r.guest_memfd = foreign),
	       "a guest_memfd of another VM: EINVAL");
	r = good;
	expect(-EINVAL, SET(r.guest_memfd = vm), "no guest_memfd: EINVAL");
	r = good;
	expect(-EBADF, SET(r.guest_memfd = NO_FD), "no file: EBADF");
	r = good;
	expect(-EINVAL, SET(r.memory_size = 0), "deleting nothing: EINVAL");
	r = good;
	expect(0, SET(r.slot = 1), "a slot");
	r = good;
	expect(-EINVAL, SET(r.userspace_addr += SIZE_2M),
	       "changing a slot with guest_memfd: EINVAL");
	r = good;
	r.guest_memfd_offset = SIZE_2M;
	expect(-EEXIST, SET(r.slot = 2), "an overlap of GPAs: EEXIST");
	r = good;
	r.slot = 2;
	expect(-EEXIST, SET(r.guest_phys_addr = 3 * SIZE_2M),
	       "an overlap of bindings: EEXIST");
	r = good;
	expect(0, SET(r.memory_size = 0), "deleting it");
	r = good;
	expect(0, SET(r.slot = 3), "its range again");
	r.memory_size = 0;
	iop(vm, KVM_SET_USER_MEMORY_REGION2, &r);
#undef SET
	close(fd);
	close(foreign);
	munmap(ram, 4 * SIZE_2M);
}

static void test_attributes(int vm)
{
	struct kvm_memory_attributes a, good = {
		.address = SIZE_2M, .size = SIZE_2M,
		.attributes = KVM_MEMORY_ATTRIBUTE_PRIVATE,
	};

#define SET(row) (row, iop(vm, KVM_SET_MEMORY_ATTRIBUTES, &a))
	a = good;
	expect(-EINVAL, SET(a.flags = 1), "attribute flags: EINVAL");
	a = good;
	expect(-EINVAL, SET(a.attributes = 1), "an unknown attribute: EINVAL");
	a = good;
	expect(-EINVAL, SET(a.size = 0), "no range: EINVAL");
	a = good;
	expect(-EINVAL, SET(a.size = -PAGE_SIZE), "a range that wraps: EINVAL");
	a = good;
	expect(-EINVAL, SET(a.address = 1), "an odd range: EINVAL");
	a = good;
	expect(0, SET(a.flags = 0), "attributes are set");
	expect(0, SET(a.flags = 0), "and set again");
	expect(0, SET(a.attributes = 0), "and taken back");
#undef SET
}

static void test_commands(int dev, int vm)
{
	struct kvm_tdx_cmd c = { .id = KVM_TDX_CAPABILITIES, .hw_error = 1 };
	struct kvm_tdx_capabilities caps = {};
	struct kvm_tdx_init_vm init = {};

	(void)dev;
	expect(-EFAULT, iop(vm, KVM_MEMORY_ENCRYPT_OP, NULL),
	       "no command: EFAULT");
	expect(-EINVAL, iop(vm, KVM_MEMORY_ENCRYPT_OP, &c),
	       "hw_error on input: EINVAL");
	expect(-EINVAL, cmd(vm, 99, 0, NULL), "an unknown command: EINVAL");
	expect(-EINVAL, cmd(vm, KVM_TDX_CAPABILITIES, 1, &caps),
	       "flags to CAPABILITIES: EINVAL");
	expect(-E2BIG, cmd(vm, KVM_TDX_CAPABILITIES, 0, &caps),
	       "no room in CAPABILITIES: E2BIG");
	ktap_ok(caps.cpuid.nent == 0, "which leaves nent as it was");
	expect(-EINVAL, cmd(vm, KVM_TDX_INIT_VM, 1, &init),
	       "flags to INIT_VM: EINVAL");
	init.cpuid.nent = 257;
	expect(-E2BIG, cmd(vm, KVM_TDX_INIT_VM, 0, &init),
	       "more than 256 CPUID entries: E2BIG");
	init.cpuid.nent = 0;
	init.reserved[3] = 1;
	expect(-EINVAL, cmd(vm, KVM_TDX_INIT_VM, 0, &init),
	       "reserved words in INIT_VM: EINVAL");
	init.reserved[3] = 0;
	init.xfam = 3;
	expect(-EINVAL, cmd(vm, KVM_TDX_INIT_VM, 0, &init),
	       "INIT_VM without leaf 0x80000008: EINVAL");
	expect(-EFAULT, cmd(vm, KVM_TDX_INIT_VM, 0, NULL),
	       "INIT_VM without data: EFAULT");
	expect(-EINVAL, cmd(vm, KVM_TDX_FINALIZE_VM, 0, NULL),
	       "FINALIZE_VM before INIT_VM: EINVAL");
	expect(-EINVAL, cmd(vm, KVM_TDX_TERMINATE_VM, 0, NULL),
	       "TERMINATE_VM before INIT_VM: EINVAL");
	expect(-EIO, io(vm, KVM_CREATE_VCPU, 0),
	       "CREATE_VCPU before INIT_VM: EIO");
}

static void test_vcpu(struct td_vmm *td)
{
	static struct {
		struct kvm_cpuid2 head;
		struct kvm_cpuid_entry2 e[256];
	} cpuid;
	struct kvm_pre_fault_memory pre = { .size = PAGE_SIZE };
	struct kvm_msrs none = {};
	struct kvm_regs regs;
	int vcpu = td->vcpu[0].fd;

	expect(-EEXIST, io(td->vm, KVM_CREATE_VCPU, 0), "the same id: EEXIST");
	expect(-EINVAL, io(td->vm, KVM_CREATE_VCPU, 1 << 20),
	       "an id too large: EINVAL");
	expect(-EINVAL, io(vcpu, KVM_RUN, 0), "RUN before INIT_VCPU: EINVAL");
	expect(-EINVAL, iop(vcpu, KVM_GET_REGS, &regs),
	       "registers are the TD's: EINVAL");
	expect(-EINVAL, iop(vcpu, KVM_SET_REGS, &regs), "both ways");
	expect(-ENOTTY, io(vcpu, UNKNOWN_IOCTL, 0), "unknown vCPU ioctl: ENOTTY");
	expect(0, iop(vcpu, KVM_SET_MSRS, &none), "no MSR to set");
	expect(-EINVAL, cmd(vcpu, 99, 0, NULL),
	       "an unknown vCPU command: EINVAL");
	expect(-EINVAL, cmd(vcpu, KVM_TDX_INIT_VCPU, 1, NULL),
	       "flags to INIT_VCPU: EINVAL");
	cpuid.head.nent = 1;
	expect(-E2BIG, cmd(vcpu, KVM_TDX_GET_CPUID, 0, &cpuid),
	       "no room in GET_CPUID: E2BIG");
	ktap_ok(cpuid.head.nent > 1, "which says how much it takes (%u)",
		cpuid.head.nent);
	expect(0, cmd(vcpu, KVM_TDX_GET_CPUID, 0, &cpuid),
	       "with that much it works");
	ktap_ok(cpuid.e[0].function == 0 && cpuid.e[0].eax,
		"leaf 0 is among what the module answers");
	cpuid.head.nent = 257;
	expect(-E2BIG, iop(vcpu, KVM_SET_CPUID2, &cpuid),
	       "more than 256 entries in SET_CPUID2: E2BIG");
	expect(-EOPNOTSUPP, iop(vcpu, KVM_PRE_FAULT_MEMORY, &pre),
	       "PRE_FAULT_MEMORY before FINALIZE_VM: EOPNOTSUPP");
	pre.flags = 1;
	expect(-EINVAL, iop(vcpu, KVM_PRE_FAULT_MEMORY, &pre),
	       "its flags: EINVAL");
}

static void test_irq(int vm)
{
	struct kvm_irqfd irqfd = { .flags = KVM_IRQFD_FLAG_RESAMPLE };
	struct kvm_ioeventfd ioe = { .len = 3 };
	struct kvm_irq_routing none = { .flags = 1 };

	irqfd.fd = eventfd(0, 0);
	expect(-EINVAL, iop(vm, KVM_IRQFD, &irqfd), "resampling: EINVAL");
	irqfd.flags = 0;
	irqfd.fd = vm;
	expect(-EINVAL, iop(vm, KVM_IRQFD, &irqfd),
	       "a file that is no eventfd: EINVAL");
	expect(-EINVAL, iop(vm, KVM_IOEVENTFD, &ioe),
	       "an ioeventfd of 3 bytes: EINVAL");
	ioe.len = 4;
	ioe.fd = eventfd(0, 0);
	ioe.flags = KVM_IOEVENTFD_FLAG_DEASSIGN;
	expect(-ENOENT, iop(vm, KVM_IOEVENTFD, &ioe),
	       "taking back what was not there: ENOENT");
	expect(-EINVAL, iop(vm, KVM_SET_GSI_ROUTING, &none),
	       "flags to SET_GSI_ROUTING: EINVAL");
}

/* Out of KeyIDs is ENOSPC, and the end of one TD makes room for one. */
static void test_keyids(void)
{
	static struct td_vmm td[70];
	unsigned int i, n;
	int ret = 0;

	for (n = 0; n < 70; n++) {
		ret = td_open(&td[n]);
		if (ret >= 0)
			ret = td_create_vm(&td[n]);
		if (ret >= 0)
			ret = td_init(&td[n]);
		if (ret < 0)
			break;
	}
	expect(-ENOSPC, ret, "out of KeyIDs: ENOSPC");
	ret = n ? cmd(td[0].vm, KVM_TDX_TERMINATE_VM, 0, NULL) : -1;
	expect(0, ret, "TERMINATE_VM ends a TD whose files are open");
	expect(0, td_init(&td[n]), "and its KeyID serves another");
	expect(-EIO, io(td[0].vm, KVM_CREATE_VCPU, 0),
	       "the ended one answers EIO");
	expect(0, cmd(td[0].vm, KVM_TDX_TERMINATE_VM, 0, NULL),
	       "ending it twice is no error");
	for (i = 0; i <= n; i++)
		td_free(&td[i]);
}

/* Files closed in any order leave nothing. */
static void close_order(unsigned int order)
{
	static const unsigned char perm[6][3] = {
		{ 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 },
		{ 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 },
	};
	struct td_vmm td = {};
	char page[2 * PAGE_SIZE];
	int i, fd[3], ret;

	ret = td_open(&td);
	if (ret >= 0)
		ret = td_create_vm(&td);
	if (ret >= 0)
		ret = td_init(&td);
	if (ret >= 0)
		ret = td_add_memory(&td);
	if (ret >= 0)
		ret = td_add_vcpu(&td);
	if (ret >= 0)
		ret = td_init_vcpu(&td, 0, 0);
	if (ret >= 0)
		ret = td_add_pages(&td, 0x100000,
				   (void *)(((unsigned long)page + PAGE_SIZE) &
					    ~(PAGE_SIZE - 1)), 1, true);
	fd[0] = td.vm;
	fd[1] = td.vcpu[0].fd;
	fd[2] = td.memfd;
	for (i = 0; i < 3; i++)
		close(fd[perm[order][i]]);
	td.vm = -1;
	td.memfd = -1;
	td.vcpu[0].fd = -1;
	td_free(&td);
	expect(0, ret, "a TD whose files are closed in another order");
}

/* One thread adds and runs what another takes away. */
static void *hammer(void *arg)
{
	struct td_vmm *td = arg;
	struct kvm_memory_attributes a = { .address = SIZE_2M, .size = SIZE_2M };
	int i;

	for (i = 0; i < 200; i++) {
		a.attributes ^= KVM_MEMORY_ATTRIBUTE_PRIVATE;
		iop(td->vm, KVM_SET_MEMORY_ATTRIBUTES, &a);
		cmd(td->vm, KVM_TDX_FINALIZE_VM, 0, (void *)1);
		io(td->vcpu[0].fd, KVM_RUN, 0);
		io(td->vm, KVM_CREATE_VCPU, i % 8);
		fallocate(td->memfd, FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE,
			  SIZE_2M, PAGE_SIZE * (i % 8 + 1));
	}
	return NULL;
}

static void test_threads(void)
{
	struct td_vmm td = {};
	pthread_t t[4];
	int i, ret;

	ret = td_open(&td);
	if (ret >= 0)
		ret = td_create_vm(&td);
	if (ret >= 0)
		ret = td_init(&td);
	if (ret >= 0)
		ret = td_add_memory(&td);
	if (ret >= 0)
		ret = td_add_vcpu(&td);
	if (ret >= 0)
		ret = td_init_vcpu(&td, 0, 0);
	for (i = 0; i < 4; i++)
		pthread_create(&t[i], NULL, hammer, &td);
	usleep(100000);
	cmd(td.vm, KVM_TDX_TERMINATE_VM, 0, NULL);
	for (i = 0; i < 4; i++)
		pthread_join(t[i], NULL);
	td_free(&td);
	expect(0, ret, "ioctls from four threads, and the end of the TD amid them");
}

static void test_width(void)
{
	struct td_vmm td = { .gpaw52 = true };
	int ret = td_open(&td);

	if (ret >= 0)
		ret = td_create_vm(&td);
	if (ret < 0)
		ktap_bail("no VM");
	ret = td_init(&td);
	ktap_ok(paging_has_5_levels() ? !ret : ret == -EINVAL,
		"a TD with 52 bits of GPA, on a host %s 5 levels: %d",
		paging_has_5_levels() ? "with" : "without", ret);
	td_free(&td);
}

int main(void)
{
	struct td_vmm td = {};
	int dev, vm, other;
	unsigned int i;

	ktap_header();
	dev = open_device();
	test_device(dev);
	test_supported_cpuid(dev);
	vm = io(dev, KVM_CREATE_VM, KVM_X86_TDX_VM);
	other = io(dev, KVM_CREATE_VM, KVM_X86_TDX_VM);
	if (vm < 0 || other < 0)
		ktap_bail("no VM");
	test_commands(dev, vm);
	test_caps(vm);
	test_memfd(vm);
	test_slots(vm, other);
	test_attributes(vm);
	test_irq(vm);
	close(vm);
	close(other);
	close(dev);

	if (td_open(&td) >= 0 && td_create_vm(&td) >= 0 && td_init(&td) >= 0 &&
	    td_add_memory(&td) >= 0 && td_add_vcpu(&td) >= 0)
		test_vcpu(&td);
	td_free(&td);
	test_width();
	test_keyids();
	for (i = 0; i < 6; i++)
		close_order(i);
	test_threads();
	if (access(AUDIT, F_OK))
		ktap_skip("nothing is left", "no audit on this platform");
	else
		ktap_ok(nothing_left(), "nothing is left");
	ktap_plan(ktap_seen);
	return ktap_exit();
}
