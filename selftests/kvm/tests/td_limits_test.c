// SPDX-License-Identifier: GPL-2.0-only
/* Limits are told before they are hit, hold, and hurt nobody else. */
#include <sys/mman.h>
#include <time.h>
#include "kselftest.h"
#include "tdx_util.h"

#define MANY_TDS	80

static int kvm_fd;

static int cap(int fd, unsigned int which)
{
	return ioctl(fd, KVM_CHECK_EXTENSION, which);
}

static int new_vm(void)
{
	return ioctl(kvm_fd, KVM_CREATE_VM, KVM_X86_TDX_VM);
}

static int enable(int vm, unsigned int which, uint64_t arg)
{
	struct kvm_enable_cap c = { .cap = which, .args[0] = arg };

	return ioctl(vm, KVM_ENABLE_CAP, &c) ? -errno : 0;
}

static int init_vm(int vm)
{
	struct {
		struct kvm_tdx_init_vm init;
		struct kvm_cpuid_entry2 entry;
	} p = {
		.init.xfam = 3, .init.cpuid.nent = 1,
		.entry.function = 0x80000008, .entry.eax = 48 << 16,
	};

	return td_op(vm, KVM_TDX_INIT_VM, 0, &p, NULL);
}

/* CREATE_VCPU until it is refused; how many there were and how it was said. */
static int vcpus_until(int vm, int most, int *error)
{
	static int fds[256];
	int n, i;

	for (n = 0; n < most && n < 256; n++) {
		fds[n] = ioctl(vm, KVM_CREATE_VCPU, n);
		if (fds[n] < 0)
			break;
	}
	*error = n < most ? errno : 0;
	for (i = 0; i < n; i++)
		close(fds[i]);
	return n;
}

static void test_vcpus(void)
{
	int vm = new_vm(), most = cap(vm, KVM_CAP_MAX_VCPUS), error, n;

	enable(vm, KVM_CAP_SPLIT_IRQCHIP, 24);
	TEST_ASSERT(!init_vm(vm), "KVM_TDX_INIT_VM");
	n = vcpus_until(vm, most + 1, &error);
	ksft_test_result(most > 0 && n == most && error == EINVAL,
			 "as many vCPUs as KVM_CAP_MAX_VCPUS says (%d), then EINVAL\n",
			 most);
	ksft_test_result(ioctl(vm, KVM_CREATE_VCPU,
			       cap(vm, KVM_CAP_MAX_VCPU_ID)) == -1 &&
			 errno == EINVAL, "an id beyond KVM_CAP_MAX_VCPU_ID: EINVAL\n");
	close(vm);

	vm = new_vm();
	enable(vm, KVM_CAP_SPLIT_IRQCHIP, 24);
	ksft_test_result(!enable(vm, KVM_CAP_MAX_VCPUS, 2) && !init_vm(vm) &&
			 vcpus_until(vm, 3, &error) == 2 && error == EINVAL,
			 "a VMM that limits its TD to 2 vCPUs gets no third\n");
	ksft_test_result(enable(vm, KVM_CAP_MAX_VCPUS, 4) == -EINVAL,
			 "and cannot think again after INIT_VM\n");
	close(vm);
}

static int slot(int vm, unsigned int id, uint64_t gpa, void *hva)
{
	struct kvm_userspace_memory_region2 r = {
		.slot = id, .guest_phys_addr = gpa, .memory_size = 4096,
		.userspace_addr = (uintptr_t)hva,
	};

	return ioctl(vm, KVM_SET_USER_MEMORY_REGION2, &r) ? -errno : 0;
}

static void test_slots(void)
{
	int vm = new_vm(), most = cap(vm, KVM_CAP_NR_MEMSLOTS), i, ret = 0;
	char *ram = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	for (i = 0; i < most && !ret; i++)
		ret = slot(vm, i, (uint64_t)i << 12, ram);
	ksft_test_result(!ret && most > 0,
			 "as many slots as KVM_CAP_NR_MEMSLOTS says (%d)\n", most);
	ksft_test_result(slot(vm, most, (uint64_t)most << 12, ram) == -EINVAL,
			 "one more: EINVAL\n");
	close(vm);
	munmap(ram, 4096);
}

/* All KeyIDs in use; the end of one TD, however it ends, frees one. */
static void test_keyids(void)
{
	int vm[MANY_TDS], n, i, ret = 0;
	long free = td_host_status("keyids_free");

	for (n = 0; n < MANY_TDS && !ret; n++) {
		vm[n] = new_vm();
		ret = init_vm(vm[n]);
	}
	/* the last one did not get any */
	n--;
	ksft_test_result(ret == -ENOSPC && n > 1 && n == free,
			 "as many TDs as there are free KeyIDs (%ld), then ENOSPC\n",
			 free);
	ksft_test_result(!td_host_status("keyids_free"),
			 "and the host's status says that none is free\n");
	ksft_test_result(init_vm(vm[n]) == -ENOSPC, "and again\n");
	close(vm[0]);
	ksft_test_result(!init_vm(vm[n]), "a TD that is closed makes room\n");
	vm[0] = new_vm();
	ksft_test_result(init_vm(vm[0]) == -ENOSPC, "for one\n");
	td_op(vm[1], KVM_TDX_TERMINATE_VM, 0, NULL, NULL);
	ksft_test_result(!init_vm(vm[0]), "so does one that is terminated\n");
	for (i = 0; i <= n; i++)
		close(vm[i]);
	vm[0] = new_vm();
	ksft_test_result(!init_vm(vm[0]), "after all ended, there is a TD again\n");
	close(vm[0]);
}

static void test_others(void)
{
	int vm = new_vm(), gsis = cap(vm, KVM_CAP_IRQ_ROUTING);
	struct kvm_irq_routing *r = calloc(1, sizeof(*r) +
					   (gsis + 1) * sizeof(*r->entries));

	r->nr = gsis + 1;
	ksft_test_result(gsis > 0 && ioctl(vm, KVM_SET_GSI_ROUTING, r) == -1 &&
			 errno == EINVAL,
			 "more routes than KVM_CAP_IRQ_ROUTING says (%d): EINVAL\n",
			 gsis);
	free(r);
	ksft_test_result(enable(vm, KVM_CAP_SPLIT_IRQCHIP, gsis + 1) == -EINVAL,
			 "more pins: EINVAL\n");
	close(vm);
}

/* All there could be at once: takes no longer than what there is */
static void test_all_memory(void)
{
	struct kvm_memory_attributes a = {
		.size = -4096ULL, .attributes = KVM_MEMORY_ATTRIBUTE_PRIVATE,
	};
	int vm = new_vm(), ret = init_vm(vm);
	time_t start = time(NULL);

	if (!ret)
		ret = ioctl(vm, KVM_SET_MEMORY_ATTRIBUTES, &a);
	a.attributes = 0;
	if (!ret)
		ret = ioctl(vm, KVM_SET_MEMORY_ATTRIBUTES, &a);
	ksft_test_result(!ret && time(NULL) - start < 10,
			 "attributes of all 64 bits of GPAs change at once\n");
	close(vm);
}

int main(void)
{
	ksft_print_header();
	ksft_set_plan(16);
	kvm_fd = open_kvm_dev_path_or_exit();
	test_vcpus();
	test_slots();
	test_keyids();
	test_others();
	test_all_memory();
	ksft_finished();
}
