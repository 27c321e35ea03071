// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each ioctl in each state of a TD: what comes too early or too late gets its
 * errno, and what is right works. Every cell of the table is a TD of its own.
 */
#include <sys/mman.h>
#include "kselftest.h"
#include "tdx_util.h"

#define NA		1		/* there is no vCPU file yet */
#define FD		2		/* a file descriptor */
#define RAM		(2UL << 20)
#define CPUID_ROOM	256

enum state { NEW, INIT, VCPU, READY, FINAL, ENDED, NR_STATES };

static const char *const state_names[NR_STATES] = {
	"CREATE_VM", "INIT_VM", "CREATE_VCPU", "INIT_VCPU", "FINALIZE_VM",
	"TERMINATE_VM",
};

struct td {
	int vm, vcpu, memfd;
	char *ram;
};

static int kvm_fd;

static int result(int ret)
{
	return ret < 0 ? -errno : ret;
}

static int enable(struct td *td, unsigned int cap, uint64_t arg)
{
	struct kvm_enable_cap c = { .cap = cap, .args[0] = arg };

	return result(ioctl(td->vm, KVM_ENABLE_CAP, &c));
}

static int capabilities(struct td *td)
{
	struct kvm_tdx_capabilities *caps =
		calloc(1, sizeof(*caps) +
		       CPUID_ROOM * sizeof(struct kvm_cpuid_entry2));
	int ret;

	caps->cpuid.nent = CPUID_ROOM;
	ret = td_op(td->vm, KVM_TDX_CAPABILITIES, 0, caps, NULL);
	free(caps);
	return ret;
}

static int init_vm(struct td *td)
{
	struct {
		struct kvm_tdx_init_vm init;
		struct kvm_cpuid_entry2 entry;
	} p = {
		.init.xfam = 3, .init.cpuid.nent = 1,
		.entry.function = 0x80000008, .entry.eax = 48 << 16,
	};

	return td_op(td->vm, KVM_TDX_INIT_VM, 0, &p, NULL);
}

/* An id that is new, whatever there is */
static int create_vcpu(struct td *td)
{
	int fd = result(ioctl(td->vm, KVM_CREATE_VCPU, 3));

	if (fd < 0)
		return fd;
	close(fd);
	return FD;
}

static int same_vcpu(struct td *td)
{
	return result(ioctl(td->vm, KVM_CREATE_VCPU, 0));
}

static int init_vcpu(struct td *td)
{
	return td_op(td->vcpu, KVM_TDX_INIT_VCPU, 0, NULL, NULL);
}

static int get_cpuid(struct td *td)
{
	struct kvm_cpuid2 *c =
		calloc(1, sizeof(*c) + CPUID_ROOM * sizeof(*c->entries));
	int ret;

	c->nent = CPUID_ROOM;
	ret = td_op(td->vcpu, KVM_TDX_GET_CPUID, 0, c, NULL);
	free(c);
	return ret;
}

static int set_cpuid(struct td *td)
{
	struct kvm_cpuid2 none = {};

	return result(ioctl(td->vcpu, KVM_SET_CPUID2, &none));
}

static int init_region(struct td *td)
{
	struct kvm_tdx_init_mem_region r = {
		.source_addr = (uintptr_t)td->ram, .gpa = 0x5000, .nr_pages = 1,
	};

	return td_op(td->vcpu, KVM_TDX_INIT_MEM_REGION,
		     KVM_TDX_MEASURE_MEMORY_REGION, &r, NULL);
}

static int finalize(struct td *td)
{
	return td_op(td->vm, KVM_TDX_FINALIZE_VM, 0, NULL, NULL);
}

static int terminate(struct td *td)
{
	return td_op(td->vm, KVM_TDX_TERMINATE_VM, 0, NULL, NULL);
}

/* Without an image the guest's first step is a triple fault or an exit. */
static int run(struct td *td)
{
	int ret = result(ioctl(td->vcpu, KVM_RUN, 0));

	return ret == -EFAULT ? 0 : ret;
}

static int prefault(struct td *td)
{
	struct kvm_pre_fault_memory p = { .gpa = 0x8000, .size = 4096 };

	return result(ioctl(td->vcpu, KVM_PRE_FAULT_MEMORY, &p));
}

static int tsc(struct td *td)
{
	return result(ioctl(td->vm, KVM_SET_TSC_KHZ, 0));
}

static int irqchip(struct td *td)
{
	return enable(td, KVM_CAP_SPLIT_IRQCHIP, 24);
}

static int bus_cycles(struct td *td)
{
	return enable(td, KVM_CAP_X86_APIC_BUS_CYCLES_NS, 40);
}

static int max_vcpus(struct td *td)
{
	return enable(td, KVM_CAP_MAX_VCPUS, 4);
}

static int slot(struct td *td)
{
	struct kvm_userspace_memory_region2 r = {
		.slot = 7, .guest_phys_addr = 1UL << 30, .memory_size = 4096,
		.userspace_addr = (uintptr_t)td->ram,
	};

	return result(ioctl(td->vm, KVM_SET_USER_MEMORY_REGION2, &r));
}

static int attributes(struct td *td, bool private)
{
	struct kvm_memory_attributes a = {
		.size = RAM,
		.attributes = private ? KVM_MEMORY_ATTRIBUTE_PRIVATE : 0,
	};

	return result(ioctl(td->vm, KVM_SET_MEMORY_ATTRIBUTES, &a));
}

static int to_shared(struct td *td)
{
	return attributes(td, false);
}

static const struct op {
	const char *name;
	int (*call)(struct td *td);
	int want[NR_STATES];
} ops[] = {
	/*			NEW, INIT, VCPU, READY, FINAL, ENDED */
	{ "CAPABILITIES", capabilities,	{ 0,	0,	0,	0,	0,	0 } },
	{ "INIT_VM", init_vm,		{ 0,	-EINVAL, -EINVAL, -EINVAL, -EINVAL, -EIO } },
	{ "CREATE_VCPU", create_vcpu,	{ -EIO,	FD,	FD,	FD,	FD,	-EIO } },
	{ "CREATE_VCPU again", same_vcpu, { -EIO, NA,	-EEXIST, -EEXIST, -EEXIST, -EIO } },
	{ "INIT_VCPU", init_vcpu,	{ NA,	NA,	0,	-EINVAL, -EINVAL, -EINVAL } },
	{ "GET_CPUID", get_cpuid,	{ NA,	NA,	0,	0,	-EINVAL, -EINVAL } },
	{ "SET_CPUID2", set_cpuid,	{ NA,	NA,	0,	0,	0,	0 } },
	{ "INIT_MEM_REGION", init_region, { NA,	NA,	-EINVAL, 0,	-EINVAL, -EINVAL } },
	{ "FINALIZE_VM", finalize,	{ -EINVAL, -EIO, -EIO,	0,	-EINVAL, -EINVAL } },
	{ "RUN", run,			{ NA,	NA,	-EINVAL, -EINVAL, 0,	-EIO } },
	{ "PRE_FAULT", prefault,	{ NA,	NA,	-EOPNOTSUPP, -EOPNOTSUPP, 0, -EIO } },
	{ "SET_TSC_KHZ", tsc,		{ 0,	-EINVAL, -EINVAL, -EINVAL, -EINVAL, -EINVAL } },
	{ "2nd SPLIT_IRQCHIP", irqchip, { -EEXIST, -EEXIST, -EEXIST, -EEXIST, -EEXIST, -EEXIST } },
	{ "APIC_BUS_CYCLES_NS", bus_cycles, { 0, 0,	-EINVAL, -EINVAL, -EINVAL, -EINVAL } },
	{ "MAX_VCPUS", max_vcpus,	{ 0,	-EINVAL, -EINVAL, -EINVAL, -EINVAL, -EINVAL } },
	{ "a slot", slot,		{ 0,	0,	0,	0,	0,	0 } },
	{ "pages to shared", to_shared,	{ 0,	0,	0,	0,	0,	0 } },
	{ "TERMINATE_VM", terminate,	{ -EINVAL, 0,	0,	0,	0,	0 } },
};

static void set_memory(struct td *td)
{
	struct kvm_create_guest_memfd m = { .size = RAM };
	struct kvm_userspace_memory_region2 r = {
		.flags = KVM_MEM_GUEST_MEMFD, .memory_size = RAM,
	};

	td->ram = mmap(NULL, RAM, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	td->memfd = ioctl(td->vm, KVM_CREATE_GUEST_MEMFD, &m);
	r.userspace_addr = (uintptr_t)td->ram;
	r.guest_memfd = td->memfd;
	TEST_ASSERT(!ioctl(td->vm, KVM_SET_USER_MEMORY_REGION2, &r), "slot");
	TEST_ASSERT(!attributes(td, true), "attributes");
}

static void reach(struct td *td, enum state last)
{
	int ret = 0;

	td->vcpu = -1;
	td->vm = ioctl(kvm_fd, KVM_CREATE_VM, KVM_X86_TDX_VM);
	TEST_ASSERT(td->vm >= 0 && !irqchip(td), "KVM_CREATE_VM");
	set_memory(td);
	if (last >= INIT)
		ret = init_vm(td);
	if (!ret && last >= VCPU) {
		td->vcpu = ioctl(td->vm, KVM_CREATE_VCPU, 0);
		ret = td->vcpu < 0 ? -errno : 0;
	}
	if (!ret && last >= READY)
		ret = init_vcpu(td);
	if (!ret && last >= FINAL)
		ret = finalize(td);
	if (!ret && last >= ENDED)
		ret = terminate(td);
	TEST_ASSERT(!ret, "%s: %d", state_names[last], ret);
}

static void test_cell(const struct op *op, enum state state)
{
	int got, want = op->want[state];
	struct td td;

	if (want == NA)
		return;
	reach(&td, state);
	got = op->call(&td);
	if (got != want)
		ksft_print_msg("wanted %d, got %d\n", want, got);
	ksft_test_result(got == want, "%s after %s: %s\n", op->name,
			 state_names[state],
			 want < 0 ? strerror(-want) : "works");
	if (td.vcpu >= 0)
		close(td.vcpu);
	close(td.vm);
	close(td.memfd);
	munmap(td.ram, RAM);
}

int main(void)
{
	unsigned int i, s, n = 0;

	for (i = 0; i < ARRAY_SIZE(ops); i++)
		for (s = 0; s < NR_STATES; s++)
			n += ops[i].want[s] != NA;
	ksft_print_header();
	ksft_set_plan(n);
	kvm_fd = open_kvm_dev_path_or_exit();
	for (i = 0; i < ARRAY_SIZE(ops); i++)
		for (s = 0; s < NR_STATES; s++)
			test_cell(&ops[i], s);
	ksft_finished();
}
