// SPDX-License-Identifier: GPL-2.0-only
/*
 * Corners of the KVM ABI, beside kvm_abi_test: what a TD's files are and how
 * long, which state nobody can have, how far a call came that ends early, and
 * two threads that pull at one thing.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/falloc.h>
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
#include "../lib/audit.h"
#include "../lib/kvm_calls.h"
#include "../lib/td.h"

#define PAGE_SIZE	4096UL
#define SIZE_2M		(2UL << 20)
#define MSR_APICBASE	0x1b
#define MSR_NOBODY_HAS	0xdead
#define APICBASE_BSP	(1 << 8)

static int new_vm(int dev)
{
	int vm = io(dev, KVM_CREATE_VM, KVM_X86_TDX_VM);

	if (vm < 0)
		ktap_bail("no VM");
	return vm;
}

/* A TD with vCPU 0, its memory and an own page for INIT_MEM_REGION. */
static void td_make(struct td_vmm *td)
{
	memset(td, 0, sizeof(*td));
	if (td_open(td) < 0 || td_create_vm(td) < 0 || td_init(td) < 0 ||
	    td_add_memory(td) < 0 || td_add_vcpu(td) < 0)
		ktap_bail("no TD");
}

/* The folder in debugfs lives as long as the number that it is named after. */
static void test_debugfs(int dev)
{
	struct kvm_create_guest_memfd m = { .size = PAGE_SIZE };
	int vm = new_vm(dev), memfd, again;
	char name[64];

	snprintf(name, sizeof(name), "/sys/kernel/debug/kvm-tdx/%d-%d/private",
		 getpid(), vm);
	memfd = iop(vm, KVM_CREATE_GUEST_MEMFD, &m);
	ktap_ok(!access(name, F_OK), "a VM has a folder in debugfs");
	close(vm);
	ktap_ok(access(name, F_OK), "which goes with its descriptor, though memory keeps the VM");
	again = new_vm(dev);
	ktap_ok(again == vm && !access(name, F_OK),
		"so the next VM of that number has its own");
	close(again);
	close(memfd);
}

static bool closes_on_exec(int fd)
{
	return fcntl(fd, F_GETFD) & FD_CLOEXEC;
}

static void test_descriptors(struct td_vmm *td)
{
	ktap_ok(closes_on_exec(td->vm) && closes_on_exec(td->memfd) &&
		closes_on_exec(td->vcpu[0].fd),
		"no program that is executed gets a file of a TD");
}

/* A guest_memfd is its one file, of the size that it was made with. */
static void test_memfd_file(struct td_vmm *td)
{
	char name[32];
	struct stat st;
	int fd;

	ktap_ok(ftruncate(td->memfd, PAGE_SIZE) && errno == EINVAL,
		"a guest_memfd cannot be cut: EINVAL");
	ktap_ok(!fstat(td->memfd, &st) &&
		st.st_size == TD_RAM_SIZE + (off_t)PAGE_SIZE,
		"and has the size it was made with");
	snprintf(name, sizeof(name), "/proc/self/fd/%d", td->memfd);
	fd = open(name, O_RDWR);
	if (!ktap_ok(fd < 0, "nor opened a second time")) {
		fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, PAGE_SIZE);
		close(fd);
	}
}

static void test_vcpu_limits(int dev)
{
	struct td_vmm td = {};

	if (td_open(&td) < 0 || td_create_vm(&td) < 0)
		ktap_bail("no VM");
	expect(-EINVAL, enable(td.vm, KVM_CAP_MAX_VCPU_ID, 1 << 20),
	       "ids larger than there are: EINVAL");
	expect(0, enable(td.vm, KVM_CAP_MAX_VCPU_ID, 4), "ids up to 3");
	expect(0, enable(td.vm, KVM_CAP_MAX_VCPU_ID, 4), "the same again");
	expect(-EINVAL, enable(td.vm, KVM_CAP_MAX_VCPU_ID, 5),
	       "another limit than before: EINVAL");
	expect(0, enable(td.vm, KVM_CAP_MAX_VCPUS, 2), "two vCPUs");
	expect(2, io(td.vm, KVM_CHECK_EXTENSION, KVM_CAP_MAX_VCPUS),
	       "which the VM then says of itself");
	ktap_ok(io(dev, KVM_CHECK_EXTENSION, KVM_CAP_MAX_VCPUS) > 2,
		"and the device does not");
	if (td_init(&td) < 0)
		ktap_bail("no TD");
	expect(-EINVAL, io(td.vm, KVM_CREATE_VCPU, 4),
	       "an id beyond what was enabled: EINVAL");
	td_free(&td);
}

static void test_state_is_the_tds(int vcpu)
{
	static const struct {
		const char *name;
		unsigned long nr;
	} calls[] = {
#define X(name)	{ #name, KVM_##name }
		X(GET_REGS), X(SET_REGS), X(GET_SREGS), X(SET_SREGS),
		X(GET_SREGS2), X(SET_SREGS2), X(GET_FPU), X(SET_FPU),
		X(GET_XSAVE), X(SET_XSAVE), X(GET_XSAVE2), X(GET_XCRS),
		X(SET_XCRS), X(GET_DEBUGREGS), X(SET_DEBUGREGS), X(GET_LAPIC),
		X(SET_LAPIC), X(GET_VCPU_EVENTS), X(SET_VCPU_EVENTS),
		X(TRANSLATE), X(SET_GUEST_DEBUG), X(SET_TSC_KHZ),
#undef X
	};
	static char data[2 * PAGE_SIZE];
	unsigned int i, untouched = 0, j;

	for (i = 0; i < sizeof(calls) / sizeof(*calls); i++) {
		memset(data, 0x5a, sizeof(data));
		if (!expect(-EINVAL, iop(vcpu, calls[i].nr, data),
			    calls[i].name))
			continue;
		for (j = 0; j < sizeof(data) && data[j] == 0x5a; j++)
			;
		untouched += j == sizeof(data);
	}
	ktap_ok(untouched == i, "and nothing of it was written to");
}

static void test_vcpu_ioctls(struct td_vmm *td)
{
	struct {
		struct kvm_msrs head;
		struct kvm_msr_entry e[3];
	} m = {
		.head.nmsrs = 3,
		.e = { { .index = MSR_APICBASE }, { .index = MSR_NOBODY_HAS },
		       { .index = MSR_APICBASE } },
	};
	struct kvm_mp_state mp = { .mp_state = KVM_MP_STATE_HALTED };
	int vcpu = td->vcpu[0].fd;

	expect(-EINVAL, io(vcpu, KVM_RUN, 1), "an argument to RUN: EINVAL");
	expect(0, cmd(vcpu, KVM_TDX_INIT_VCPU, 0, NULL), "INIT_VCPU");
	expect(0, iop(vcpu, KVM_GET_MP_STATE, &mp), "MP_STATE can be asked");
	expect(KVM_MP_STATE_RUNNABLE, mp.mp_state, "a vCPU is runnable");
	mp.mp_state = KVM_MP_STATE_HALTED;
	expect(-EINVAL, iop(vcpu, KVM_SET_MP_STATE, &mp),
	       "and nothing else: EINVAL");
	expect(1, iop(vcpu, KVM_GET_MSRS, &m),
	       "GET_MSRS counts those before one that is not there");
	m.head.nmsrs = 256;
	expect(-E2BIG, iop(vcpu, KVM_GET_MSRS, &m), "256 MSRs at once: E2BIG");
	expect(-EFAULT, iop(vcpu, KVM_SET_CPUID2, NULL),
	       "SET_CPUID2 from nowhere: EFAULT");
}

/* The processor that starts the machine is vCPU 0, whenever it is made. */
static void test_bsp(void)
{
	struct {
		struct kvm_msrs head;
		struct kvm_msr_entry e;
	} m = { .head.nmsrs = 1, .e.index = MSR_APICBASE };
	bool is_bsp[2] = {};
	struct td_vmm td = {};
	int fd[2], i;

	if (td_open(&td) < 0 || td_create_vm(&td) < 0 || td_init(&td) < 0)
		ktap_bail("no TD");
	for (i = 1; i >= 0; i--) {
		fd[i] = io(td.vm, KVM_CREATE_VCPU, i);
		if (iop(fd[i], KVM_GET_MSRS, &m) == 1)
			is_bsp[i] = m.e.data & APICBASE_BSP;
	}
	ktap_ok(is_bsp[0] && !is_bsp[1],
		"vCPU 0 is the boot processor, though made last");
	close(fd[0]);
	close(fd[1]);
	td_free(&td);
}

static sigjmp_buf after_fault;

static void on_fault(int sig)
{
	(void)sig;
	siglongjmp(after_fault, 1);
}

static bool reads(volatile char *p)
{
	if (sigsetjmp(after_fault, 1))
		return false;
	(void)*p;
	return true;
}

static void test_mmap(int vcpu)
{
	char *p = mmap(NULL, 4 * PAGE_SIZE, PROT_READ, MAP_SHARED, vcpu, 0);

	signal(SIGBUS, on_fault);
	ktap_ok(p != MAP_FAILED && reads(p) && reads(p + PAGE_SIZE),
		"kvm_run and its data page are there");
	ktap_ok(!reads(p + 2 * PAGE_SIZE) && !reads(p + 3 * PAGE_SIZE),
		"what lies behind them is not: SIGBUS");
	signal(SIGBUS, SIG_DFL);
	munmap(p, 4 * PAGE_SIZE);
}

static void on_alarm(int sig)
{
	(void)sig;
}

static long add_region(struct td_vmm *td, struct kvm_tdx_init_mem_region *r)
{
	return cmd(td->vcpu[0].fd, KVM_TDX_INIT_MEM_REGION,
		   KVM_TDX_MEASURE_MEMORY_REGION, r);
}

/* INIT_MEM_REGION says how far it came, so that the next call goes on there. */
static void test_init_region(struct td_vmm *td)
{
	unsigned long from = (unsigned long)td->ram;
	struct itimerval soon = { .it_value.tv_usec = 30000 }, never = {};
	struct kvm_tdx_init_mem_region r = {
		.source_addr = from, .gpa = 0, .nr_pages = 3,
	};

	expect(-EINVAL, cmd(td->vcpu[0].fd, KVM_TDX_INIT_MEM_REGION, 2, &r),
	       "unknown flags to INIT_MEM_REGION: EINVAL");
	expect(-EFAULT, cmd(td->vcpu[0].fd, KVM_TDX_INIT_MEM_REGION, 0, NULL),
	       "INIT_MEM_REGION of nothing: EFAULT");
	td_set_private(td, 2 * PAGE_SIZE, PAGE_SIZE, false);
	expect(-EINVAL, add_region(td, &r), "a page that is shared: EINVAL");
	ktap_ok(r.nr_pages == 1 && r.gpa == 2 * PAGE_SIZE &&
		r.source_addr == from + 2 * PAGE_SIZE,
		"with those before it added, and told so");
	td_set_private(td, 2 * PAGE_SIZE, PAGE_SIZE, true);
	expect(0, add_region(td, &r), "the rest goes in when it is private");
	ktap_ok(!r.nr_pages, "and none is left");

	r = (struct kvm_tdx_init_mem_region){
		.source_addr = from, .gpa = SIZE_2M, .nr_pages = 8192,
	};
	signal(SIGALRM, on_alarm);
	setitimer(ITIMER_REAL, &soon, NULL);
	expect(-EINTR, add_region(td, &r), "a signal amid 32 MiB: EINTR");
	setitimer(ITIMER_REAL, &never, NULL);
	ktap_ok(r.nr_pages < 8192 &&
		r.gpa == SIZE_2M + (8192 - r.nr_pages) * PAGE_SIZE,
		"and where to go on (%llu pages left)", r.nr_pages);
	r.nr_pages = 1;
	expect(0, add_region(td, &r), "which works");
	close(td->memfd);
	td->memfd = -1;
	r.nr_pages = 1;
	expect(-EFAULT, add_region(td, &r),
	       "a guest_memfd that was closed: EFAULT");
}

/* No memory at the reset vector: the first thing that the guest touches. */
static void test_run(void)
{
	struct kvm_tdx_memory_fault *f;
	struct kvm_pre_fault_memory p = {
		.gpa = TD_RAM_SIZE - PAGE_SIZE, .size = 2 * PAGE_SIZE,
	};
	struct td_vmm td;
	struct kvm_run *run;
	int vcpu;

	td_make(&td);
	vcpu = td.vcpu[0].fd;
	run = td.vcpu[0].run;
	f = kvm_tdx_run_exit(run);
	td_set_private(&td, TD_RESET_GPA, PAGE_SIZE, false);
	if (td_init_vcpu(&td, 0, 0) || td_finalize(&td))
		ktap_bail("no TD");
	run->kvm_valid_regs = 1;
	expect(-EINVAL, io(vcpu, KVM_RUN, 0), "RUN with kvm_valid_regs: EINVAL");
	run->kvm_valid_regs = 0;
	run->kvm_dirty_regs = 1;
	expect(-EINVAL, io(vcpu, KVM_RUN, 0), "RUN with kvm_dirty_regs: EINVAL");
	run->kvm_dirty_regs = 0;
	expect(-EFAULT, io(vcpu, KVM_RUN, 0),
	       "a private access to shared memory: EFAULT");
	ktap_ok(run->exit_reason == KVM_EXIT_MEMORY_FAULT &&
		f->flags == KVM_MEMORY_EXIT_FLAG_PRIVATE &&
		f->gpa == TD_RESET_GPA && f->size == PAGE_SIZE,
		"which kvm_run describes");

	expect(0, iop(vcpu, KVM_PRE_FAULT_MEMORY, &p),
	       "PRE_FAULT_MEMORY beyond the slot: what is there is done");
	ktap_ok(p.gpa == TD_RAM_SIZE && p.size == PAGE_SIZE,
		"and it says what is left");
	expect(-ENOENT, iop(vcpu, KVM_PRE_FAULT_MEMORY, &p),
	       "nothing there at all: ENOENT");
	p = (struct kvm_pre_fault_memory){ .gpa = 1UL << 47, .size = PAGE_SIZE };
	expect(-EINVAL, iop(vcpu, KVM_PRE_FAULT_MEMORY, &p),
	       "PRE_FAULT_MEMORY with the shared bit: EINVAL");
	p = (struct kvm_pre_fault_memory){ .size = 0 };
	expect(-EINVAL, iop(vcpu, KVM_PRE_FAULT_MEMORY, &p),
	       "PRE_FAULT_MEMORY of nothing: EINVAL");
	td_free(&td);
}

static long set_routes(int vm, unsigned int n,
		       const struct kvm_irq_routing_entry *e)
{
	struct {
		struct kvm_irq_routing head;
		struct kvm_irq_routing_entry e[2];
	} r = { .head.nr = n };

	memcpy(r.e, e, n * sizeof(*e));
	return iop(vm, KVM_SET_GSI_ROUTING, &r);
}

static void test_routes(int dev)
{
	const struct kvm_irq_routing_entry msi = { .type = KVM_IRQ_ROUTING_MSI };
	struct kvm_irq_routing_entry e[2] = { msi, msi };
	struct kvm_irq_level line = { .irq = 1, .level = 1 };
	struct kvm_msi signal_msi = { .address_lo = 0xfee00000, .data = 0x41 };
	struct kvm_irqfd irqfd = { .fd = eventfd(0, 0) };
	int vm = new_vm(dev);

	e[1].gsi = 1;
	expect(-EINVAL, set_routes(vm, 2, e), "routes before the irqchip: EINVAL");
	expect(-ENXIO, iop(vm, KVM_IRQ_LINE, &line),
	       "IRQ_LINE before the irqchip: ENXIO");
	expect(-EINVAL, iop(vm, KVM_SIGNAL_MSI, &signal_msi),
	       "SIGNAL_MSI before the irqchip: EINVAL");
	expect(-EINVAL, iop(vm, KVM_IRQFD, &irqfd),
	       "an irqfd before the irqchip: EINVAL");
	enable(vm, KVM_CAP_SPLIT_IRQCHIP, 24);
	expect(0, set_routes(vm, 2, e), "two routes");
	e[1].gsi = 0;
	expect(-EINVAL, set_routes(vm, 2, e), "two routes of one GSI: EINVAL");
	e[1].gsi = 4096;
	expect(-EINVAL, set_routes(vm, 2, e), "a GSI too large: EINVAL");
	e[1] = msi;
	e[1].type = KVM_IRQ_ROUTING_IRQCHIP;
	e[1].gsi = 1;
	expect(-EINVAL, set_routes(vm, 2, e), "a route to an irqchip: EINVAL");
	e[1] = msi;
	e[1].gsi = 1;
	e[1].flags = 0x80;
	expect(-EINVAL, set_routes(vm, 2, e), "unknown flags of a route: EINVAL");
	expect(0, iop(vm, KVM_IRQ_LINE, &line), "a route to nowhere is silent");
	signal_msi.flags = 0x80;
	expect(-EINVAL, iop(vm, KVM_SIGNAL_MSI, &signal_msi),
	       "unknown flags of an MSI: EINVAL");
	expect(0, iop(vm, KVM_IRQFD, &irqfd), "an irqfd");
	expect(-EBUSY, iop(vm, KVM_IRQFD, &irqfd), "its eventfd again: EBUSY");
	irqfd.gsi = 4096;
	expect(-EINVAL, iop(vm, KVM_IRQFD, &irqfd), "its GSI too large: EINVAL");
	close(irqfd.fd);
	close(vm);
}

struct tug {
	int vm, fd;
	unsigned int flags;
	volatile bool *stop;
};

static void *tug(void *arg)
{
	const struct tug *t = arg;
	struct kvm_irqfd irqfd = { .fd = t->fd, .flags = t->flags };

	while (!*t->stop)
		ioctl(t->vm, KVM_IRQFD, &irqfd);
	return NULL;
}

/* Taken back by one thread while another is still putting it there. */
static void test_irqfd_race(int dev)
{
	volatile bool stop = false;
	struct tug t[6];
	pthread_t thread[6];
	int vm = new_vm(dev);
	unsigned int i;

	enable(vm, KVM_CAP_SPLIT_IRQCHIP, 24);
	for (i = 0; i < 6; i++) {
		t[i] = (struct tug){
			.vm = vm, .stop = &stop,
			.fd = i < 2 ? eventfd(0, 0) : t[i % 2].fd,
			.flags = i < 2 ? 0 : KVM_IRQFD_FLAG_DEASSIGN,
		};
		pthread_create(&thread[i], NULL, tug, &t[i]);
	}
	sleep(2);
	stop = true;
	for (i = 0; i < 6; i++)
		pthread_join(thread[i], NULL);
	close(t[0].fd);
	close(t[1].fd);
	close(vm);
	ktap_ok(true, "irqfds that come and go under two threads");
}

struct ask {
	int vm;
	struct kvm_tdx_capabilities *caps;
	long ret;
};

static void *ask_capabilities(void *arg)
{
	struct ask *a = arg;

	a->ret = cmd(a->vm, KVM_TDX_CAPABILITIES, 0, a->caps);
	return NULL;
}

/*
 * A VMM whose memory is not there for as long as somebody likes: the host's
 * admin does not wait for it.
 */
static void test_update_waits_for_nobody(int dev)
{
	static const char update[] =
		"timeout 30 /tests/tdxctl update /tests/images/new.img > /dev/null 2>&1";
	struct uffdio_register reg = { .mode = UFFDIO_REGISTER_MODE_MISSING };
	struct uffdio_api api = { .api = UFFD_API };
	int uffd = syscall(__NR_userfaultfd, O_CLOEXEC);
	struct uffdio_zeropage zero = {};
	struct ask a = { .vm = new_vm(dev) };
	pthread_t thread;
	char *mem;
	int ret;

	mem = mmap(NULL, 2 * PAGE_SIZE, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	reg.range.start = (unsigned long)mem + PAGE_SIZE;
	reg.range.len = PAGE_SIZE;
	zero.range = reg.range;
	if (uffd < 0 || ioctl(uffd, UFFDIO_API, &api) ||
	    ioctl(uffd, UFFDIO_REGISTER, &reg) ||
	    access("/tests/images/new.img", F_OK)) {
		ktap_skip("an update waits for nobody's memory",
			  "no userfaultfd, or no module image");
		goto out;
	}
	/* all but the entries lies in the page that is there */
	a.caps = (void *)(mem + PAGE_SIZE - sizeof(*a.caps));
	a.caps->cpuid.nent = 64;
	pthread_create(&thread, NULL, ask_capabilities, &a);
	usleep(200000);
	ret = system(update);
	ioctl(uffd, UFFDIO_ZEROPAGE, &zero);
	pthread_join(thread, NULL);
	if (!ktap_ok(!ret && !a.ret, "an update waits for nobody's memory"))
		ktap_note("update %#x, CAPABILITIES %ld", ret, a.ret);
out:
	munmap(mem, 2 * PAGE_SIZE);
	close(uffd);
	close(a.vm);
}

int main(void)
{
	struct td_vmm td;
	int dev;

	ktap_header();
	dev = open_device();
	test_debugfs(dev);
	test_vcpu_limits(dev);
	test_routes(dev);
	td_make(&td);
	test_descriptors(&td);
	test_memfd_file(&td);
	test_state_is_the_tds(td.vcpu[0].fd);
	test_vcpu_ioctls(&td);
	test_mmap(td.vcpu[0].fd);
	test_init_region(&td);
	td_free(&td);
	test_bsp();
	test_run();
	test_irqfd_race(dev);
	test_update_waits_for_nobody(dev);
	close(dev);
	if (access(AUDIT, F_OK))
		ktap_skip("nothing is left", "no audit on this platform");
	else
		ktap_ok(nothing_left(), "nothing is left");
	ktap_plan(ktap_seen);
	return ktap_exit();
}
