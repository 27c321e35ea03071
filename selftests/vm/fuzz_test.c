// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random ioctls from several threads on a few TDs: mostly nearly right ones,
 * in any order, with files closed, memory taken away and signals in between;
 * in the TDs runs a guest that makes random calls (guest/fuzz.c). Whatever
 * happens, each answer is an errno that has a meaning here, nobody gets stuck,
 * and nothing is left.
 *
 * From the environment: SEED, FUZZ_SECONDS.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>
#include "../guest/layout.h"
#include "../include/ktap.h"
#include "../lib/audit.h"
#include "../lib/td.h"

#define THREADS		5
#define SLOTS		3
#define MAX_ERRNO	133
#define PAGE		4096UL
#define STUCK_SECONDS	100

/* A TD that threads share. Its structure changes under the lock alone. */
static struct slot {
	pthread_rwlock_t lock;
	struct td_vmm td;
	bool there;
} slots[SLOTS];

struct worker {
	pthread_t thread;
	uint64_t state;
	unsigned long turns, done[MAX_ERRNO + 1];
	const char *doing;
};

static struct worker workers[THREADS];
static volatile bool stop;
static void *image, *reset;
static size_t image_size, reset_size;
static cpu_set_t cpus;

static uint64_t draw(struct worker *w)
{
	w->state = w->state * 6364136223846793005ULL + 1442695040888963407ULL;
	return w->state >> 31;
}

static bool one_in(struct worker *w, unsigned int n)
{
	return !(draw(w) % n);
}

/* A number that something could mean, or none */
static uint64_t odd(struct worker *w)
{
	switch (draw(w) % 6) {
	case 0:
		return draw(w) << 32 ^ draw(w);
	case 1:
		return draw(w) % 8;
	case 2:
		return 1ULL << draw(w) % 64;
	case 3:
		return -(draw(w) % 3) * PAGE;
	default:
		return draw(w) % (TD_RAM_SIZE / PAGE) * PAGE;
	}
}

static uint64_t near(struct worker *w, uint64_t right)
{
	return one_in(w, 12) ? odd(w) : right;
}

static void fill(struct worker *w, void *p, size_t size)
{
	uint8_t *b = p;

	while (size--)
		*b++ = one_in(w, 4) ? draw(w) : 0;
}

static long call(struct worker *w, int fd, unsigned long nr, void *arg)
{
	long ret = ioctl(fd, nr, arg);
	int err = ret < 0 ? errno : 0;

	w->done[err < MAX_ERRNO ? err : MAX_ERRNO]++;
	return ret < 0 ? -err : ret;
}

static int vcpu_fd(struct worker *w, struct slot *s)
{
	unsigned int n = s->td.nr_vcpus;

	return n ? s->td.vcpu[draw(w) % n].fd : -1;
}

static void any_cap(struct worker *w, struct slot *s)
{
	static const int caps[] = {
		KVM_CAP_SPLIT_IRQCHIP, KVM_CAP_EXIT_HYPERCALL,
		KVM_CAP_MAX_VCPUS, KVM_CAP_MAX_VCPU_ID,
		KVM_CAP_X86_APIC_BUS_CYCLES_NS,
	};
	struct kvm_enable_cap c = {
		.cap = near(w, caps[draw(w) % 5]), .args[0] = odd(w),
	};

	call(w, s->td.vm, KVM_ENABLE_CAP, &c);
	call(w, s->td.vm, KVM_CHECK_EXTENSION, (void *)near(w, caps[0]));
}

/* Any TDX command but the one that ends the TD, which is rare. */
static void any_command(struct worker *w, struct slot *s)
{
	static __thread uint32_t data[2800];
	struct kvm_tdx_init_mem_region *r = (void *)data;
	struct kvm_tdx_cmd c = {
		.id = draw(w) % KVM_TDX_TERMINATE_VM,
		.flags = near(w, 0), .data = (uintptr_t)data,
		.hw_error = near(w, 0),
	};

	if (one_in(w, 40))
		c.id = near(w, KVM_TDX_TERMINATE_VM);
	if (c.id == KVM_TDX_INIT_MEM_REGION) {
		r->source_addr = near(w, (uintptr_t)image);
		r->gpa = near(w, GUEST_LATE + draw(w) % 1024 * PAGE);
		r->nr_pages = near(w, 1 + draw(w) % 8);
		c.flags = draw(w) % 3;
	} else {
		fill(w, data, 512);
		data[draw(w) % 64] = draw(w) % 300;
	}
	if (one_in(w, 16))
		c.data = odd(w);
	call(w, draw(w) & 1 ? s->td.vm : vcpu_fd(w, s), KVM_MEMORY_ENCRYPT_OP,
	     &c);
}

static void any_slot(struct worker *w, struct slot *s)
{
	struct kvm_userspace_memory_region2 r = {
		.slot = near(w, draw(w) % 4), .flags = near(w, KVM_MEM_GUEST_MEMFD),
		.guest_phys_addr = near(w, draw(w) % 64 << 21),
		.memory_size = near(w, one_in(w, 3) ? 0 : draw(w) % 4 << 21),
		.userspace_addr = near(w, (uintptr_t)s->td.ram),
		.guest_memfd_offset = near(w, draw(w) % 16 << 21),
		.guest_memfd = near(w, s->td.memfd),
	};
	/* what holds the guest's image goes rarely */
	if (r.slot < 2 && !one_in(w, 10))
		r.slot += 2;
	call(w, s->td.vm, one_in(w, 8) ? KVM_SET_USER_MEMORY_REGION :
	     KVM_SET_USER_MEMORY_REGION2, &r);
}

static void any_attributes(struct worker *w, struct slot *s)
{
	struct kvm_memory_attributes a = {
		.address = near(w, GUEST_LATE + draw(w) % 1024 * PAGE),
		.size = near(w, (1 + draw(w) % 600) * PAGE),
		.attributes = near(w, draw(w) & KVM_MEMORY_ATTRIBUTE_PRIVATE),
		.flags = near(w, 0),
	};

	call(w, s->td.vm, KVM_SET_MEMORY_ATTRIBUTES, &a);
}

static void any_memfd(struct worker *w, struct slot *s)
{
	struct kvm_create_guest_memfd m = {
		.size = near(w, (1 + draw(w) % 4) << 21), .flags = near(w, 0),
	};
	int fd, mode = FALLOC_FL_KEEP_SIZE;

	if (one_in(w, 4)) {
		fd = call(w, s->td.vm, KVM_CREATE_GUEST_MEMFD, &m);
		if (fd >= 0)
			close(fd);
		return;
	}
	if (draw(w) & 1)
		mode |= FALLOC_FL_PUNCH_HOLE;
	if (fallocate(s->td.memfd, mode, near(w, GUEST_LATE + draw(w) % 1024 * PAGE),
		      near(w, (1 + draw(w) % 600) * PAGE)))
		w->done[errno]++;
}

static void any_interrupt(struct worker *w, struct slot *s)
{
	struct kvm_msi msi = {
		.address_lo = near(w, 0xfee00000 | draw(w) % 4 << 12),
		.data = near(w, draw(w) & 0xff),
	};
	struct kvm_irq_level level = {
		.irq = near(w, draw(w) % 24), .level = draw(w) & 1,
	};
	struct {
		struct kvm_irq_routing head;
		struct kvm_irq_routing_entry e[4];
	} r = { .head.nr = draw(w) % 5 };
	struct kvm_irqfd irqfd = {
		.gsi = near(w, draw(w) % 24), .flags = near(w, draw(w) & 1),
	};
	struct kvm_ioeventfd io = {
		.addr = near(w, draw(w) % 64), .len = near(w, 1 << draw(w) % 4),
		.flags = near(w, draw(w) % 8), .datamatch = draw(w) % 4,
	};
	uint64_t one = 1;
	int i, fd = eventfd(0, EFD_NONBLOCK);

	for (i = 0; i < 4; i++)
		r.e[i] = (struct kvm_irq_routing_entry) {
			.gsi = near(w, draw(w) % 24), .type = near(w, 2),
			.u.msi = { .address_lo = 0xfee00000,
				   .data = draw(w) & 0xff },
		};
	irqfd.fd = near(w, fd);
	io.fd = near(w, fd);
	call(w, s->td.vm, KVM_SIGNAL_MSI, &msi);
	call(w, s->td.vm, KVM_SET_GSI_ROUTING, &r);
	call(w, s->td.vm, KVM_IRQ_LINE, &level);
	call(w, s->td.vm, KVM_IRQFD, &irqfd);
	call(w, s->td.vm, KVM_IOEVENTFD, &io);
	if (write(fd, &one, 8) != 8)
		w->done[errno]++;
	close(fd);
}

static void any_vcpu_ioctl(struct worker *w, struct slot *s)
{
	static const unsigned long nrs[] = {
		KVM_NMI, KVM_GET_MP_STATE, KVM_SET_MP_STATE, KVM_GET_MSRS,
		KVM_SET_MSRS, KVM_GET_CPUID2, KVM_SET_CPUID2, KVM_GET_REGS,
		KVM_SET_SREGS, KVM_GET_LAPIC, KVM_X86_SETUP_MCE,
		KVM_SET_VAPIC_ADDR, KVM_GET_TSC_KHZ, KVM_TRANSLATE,
	};
	static __thread uint32_t data[2800];
	struct kvm_pre_fault_memory p = {
		.gpa = near(w, GUEST_LATE + draw(w) % 1024 * PAGE),
		.size = near(w, (1 + draw(w) % 600) * PAGE),
		.flags = near(w, 0),
	};
	unsigned long nr = nrs[draw(w) % 14];

	if (one_in(w, 3)) {
		call(w, vcpu_fd(w, s), KVM_PRE_FAULT_MEMORY, &p);
		return;
	}
	if (one_in(w, 6))
		nr = _IOC(draw(w) % 4, KVMIO, draw(w) & 0xff, draw(w) % 512);
	fill(w, data, 256);
	data[0] = near(w, draw(w) % 4);
	call(w, draw(w) % 4 ? vcpu_fd(w, s) : s->td.vm, nr, data);
}

static void add_vcpu(struct worker *w, struct slot *s)
{
	int fd = call(w, s->td.vm, KVM_CREATE_VCPU,
		      (void *)near(w, draw(w) % 20));

	if (fd < 0)
		return;
	if (draw(w) & 1) {
		struct kvm_tdx_cmd c = { .id = KVM_TDX_INIT_VCPU };

		call(w, fd, KVM_MEMORY_ENCRYPT_OP, &c);
	}
	close(fd);
}

/* The VMM's side of an exit, not always what was asked for */
static void answer(struct worker *w, struct slot *s, struct kvm_run *run)
{
	struct kvm_tdx_hypercall_exit *hc = kvm_tdx_run_exit(run);

	switch (run->exit_reason) {
	case KVM_EXIT_HYPERCALL:
		if (hc->args[0] < TD_RAM_SIZE && hc->args[1] <= 512)
			td_set_private(&s->td, hc->args[0], hc->args[1] * PAGE,
				       hc->args[2] & 0x10);
		hc->ret = near(w, 0);
		break;
	case KVM_EXIT_MMIO:
		*(uint64_t *)run->mmio.data = draw(w);
		break;
	case KVM_EXIT_MEMORY_FAULT: {
		struct kvm_tdx_memory_fault *f = (void *)hc;

		td_set_private(&s->td, f->gpa, PAGE,
			       f->flags & KVM_MEMORY_EXIT_FLAG_PRIVATE);
		break;
	}
	default:
		if (one_in(w, 8))
			fill(w, hc, 64);
	}
}

static void run(struct worker *w, struct slot *s)
{
	unsigned int i, n = s->td.nr_vcpus;
	struct td_vcpu *v;

	if (!n)
		return;
	v = &s->td.vcpu[draw(w) % n];
	if (!v->run)
		return;
	for (i = 0; i < 40 && !stop; i++) {
		long ret;

		v->run->immediate_exit = one_in(w, 16);
		ret = call(w, v->fd, KVM_RUN, NULL);
		if (ret && ret != -EINTR && ret != -EFAULT)
			break;
		answer(w, s, v->run);
	}
}

static void any_memory(struct worker *w, struct slot *s)
{
	uint8_t *p = s->td.ram;
	size_t at = draw(w) % (TD_RAM_SIZE / PAGE) * PAGE;
	size_t size = (1 + draw(w) % 64) * PAGE;

	if (!p || at + size > TD_RAM_SIZE)
		return;
	if (one_in(w, 3))
		madvise(p + at, size, MADV_DONTNEED);
	else if (one_in(w, 3))
		mprotect(p + at, size, one_in(w, 2) ? PROT_READ :
			 PROT_READ | PROT_WRITE);
	else if (one_in(w, 4))
		mmap(p + at, size, PROT_READ | PROT_WRITE, MAP_FIXED |
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	else
		(void)*(volatile uint8_t *)(p + at);
}

/* Not under the caller's nose: its number stays what it was, closed. */
static void close_one(struct worker *w, struct slot *s)
{
	int fd = draw(w) % 3 ? vcpu_fd(w, s) : draw(w) & 1 ? s->td.vm :
		 s->td.memfd;

	if (fd > 2 && one_in(w, 8))
		close(fd);
}

static void wander(struct worker *w, struct slot *s)
{
	int cpu = draw(w) % 64;
	cpu_set_t one;

	(void)s;
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	if (CPU_ISSET(cpu, &cpus))
		pthread_setaffinity_np(pthread_self(), sizeof(one), &one);
	else
		pthread_setaffinity_np(pthread_self(), sizeof(cpus), &cpus);
}

static const struct {
	const char *name;
	unsigned int weight;
	void (*act)(struct worker *w, struct slot *s);
} acts[] = {
	{ "ENABLE_CAP", 2, any_cap }, { "a command", 6, any_command },
	{ "a slot", 4, any_slot }, { "attributes", 6, any_attributes },
	{ "guest_memfd", 5, any_memfd }, { "interrupts", 4, any_interrupt },
	{ "vCPU ioctls", 8, any_vcpu_ioctl }, { "CREATE_VCPU", 2, add_vcpu },
	{ "RUN", 24, run }, { "memory", 6, any_memory },
	{ "close", 1, close_one }, { "affinity", 2, wander },
};

/* Any state of being built, most often ready to run */
static void rebuild(struct worker *w, struct slot *s)
{
	struct td_vmm *td = &s->td;
	unsigned int vcpus = 1 + draw(w) % 3, i;
	int ret;

	w->doing = "rebuild";
	pthread_rwlock_wrlock(&s->lock);
	td_free(td);
	td->attributes = draw(w) & 1 ? 1ULL << 28 : 0;
	td->unmeasured = true;
	ret = td_open(td);
	if (ret >= 0)
		ret = td_create_vm(td);
	if (ret >= 0 && !one_in(w, 10))
		ret = td_init(td);
	if (ret >= 0)
		ret = td_add_memory(td);
	for (i = 0; ret >= 0 && i < vcpus; i++)
		ret = td_add_vcpu(td);
	for (i = 0; ret >= 0 && i < vcpus && !one_in(w, 10); i++)
		ret = td_init_vcpu(td, i, draw(w));
	if (ret >= 0 && !one_in(w, 10))
		ret = td_load(td, image, image_size, reset);
	if (ret >= 0 && !one_in(w, 10))
		td_finalize(td);
	s->there = true;
	pthread_rwlock_unlock(&s->lock);
}

static void *work(void *arg)
{
	struct worker *w = arg;
	unsigned int total = 0, i, n;

	for (i = 0; i < sizeof(acts) / sizeof(*acts); i++)
		total += acts[i].weight;
	while (!stop) {
		struct slot *s = &slots[draw(w) % SLOTS];

		w->turns++;
		if (!s->there || one_in(w, 150)) {
			rebuild(w, s);
			continue;
		}
		n = draw(w) % total;
		for (i = 0; n >= acts[i].weight; i++)
			n -= acts[i].weight;
		pthread_rwlock_rdlock(&s->lock);
		w->doing = acts[i].name;
		acts[i].act(w, s);
		pthread_rwlock_unlock(&s->lock);
	}
	return NULL;
}

static void on_signal(int sig)
{
	(void)sig;
}

/* Pages that a thread took away under another's feet come back. */
static void on_fault(int sig, siginfo_t *info, void *context)
{
	void *page = (void *)((uintptr_t)info->si_addr & ~(PAGE - 1));

	(void)sig;
	(void)context;
	if (mprotect(page, PAGE, PROT_READ | PROT_WRITE))
		_exit(3);
}

/* Wakes everybody again and again; false when somebody does not move. */
static bool watch(unsigned int seconds)
{
	unsigned long seen[THREADS] = {}, still[THREADS] = {};
	time_t end = time(NULL) + seconds;
	unsigned int i;

	while (time(NULL) < end) {
		usleep(20000);
		for (i = 0; i < THREADS; i++) {
			pthread_kill(workers[i].thread, SIGUSR1);
			still[i] = workers[i].turns == seen[i] ? still[i] + 1 : 0;
			seen[i] = workers[i].turns;
			if (still[i] <= STUCK_SECONDS * 50)
				continue;
			ktap_note("thread %u is stuck: %s", i, workers[i].doing);
			return false;
		}
	}
	return true;
}

static bool known(int err)
{
	static const int errnos[] = {
		0, EINVAL, EFAULT, EBADF, ENOTTY, EIO, EBUSY, ENOSPC, EEXIST,
		E2BIG, ENOMEM, EINTR, EAGAIN, ENOENT, EOPNOTSUPP, ENXIO,
		ENODEV, EPERM,
		/* of the VFS: fallocate() beyond what any file can have */
		EFBIG,
	};
	unsigned int i;

	for (i = 0; i < sizeof(errnos) / sizeof(*errnos); i++)
		if (errnos[i] == err)
			return true;
	return false;
}

static bool sum_up(void)
{
	unsigned long turns = 0, calls = 0, n;
	unsigned int err, i;
	bool ok = true;

	for (err = 0; err <= MAX_ERRNO; err++) {
		for (n = 0, i = 0; i < THREADS; i++)
			n += workers[i].done[err];
		calls += n;
		if (!n)
			continue;
		ktap_note("%8lu %s", n, err ? strerror(err) : "worked");
		if (!known(err))
			ok = false;
	}
	for (i = 0; i < THREADS; i++)
		turns += workers[i].turns;
	ktap_note("%lu turns, %lu calls", turns, calls);
	return ok;
}

int main(void)
{
	struct sigaction wake = { .sa_handler = on_signal };
	struct sigaction fault = {
		.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_NODEFER,
	};
	const char *s = getenv("SEED"), *t = getenv("FUZZ_SECONDS");
	uint64_t seed = s && *s ? strtoull(s, NULL, 0) :
			(uint64_t)time(NULL) % 1000000;
	unsigned int i, seconds = t && *t ? atoi(t) : 60;
	pthread_rwlockattr_t attr;
	bool moved;
	int fd;

	ktap_header();
	ktap_plan(3);
	image = read_file("/tests/guest/fuzz.img", &image_size);
	reset = read_file("/tests/guest/fuzz.reset", &reset_size);
	if (!image || !reset)
		ktap_bail("no guest image");
	sigaction(SIGUSR1, &wake, NULL);
	sigaction(SIGSEGV, &fault, NULL);
	sched_getaffinity(0, sizeof(cpus), &cpus);
	/* who rebuilds a TD must not wait for ever for who uses it */
	pthread_rwlockattr_init(&attr);
	pthread_rwlockattr_setkind_np(&attr,
				      PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
	for (i = 0; i < SLOTS; i++)
		pthread_rwlock_init(&slots[i].lock, &attr);
	for (i = 0; i < THREADS; i++) {
		workers[i].state = seed * 31 + i;
		pthread_create(&workers[i].thread, NULL, work, &workers[i]);
	}
	moved = watch(seconds);
	stop = true;
	for (i = 0; moved && i < THREADS * 50; i++) {
		pthread_kill(workers[i % THREADS].thread, SIGUSR1);
		usleep(2000);
	}
	ktap_ok(moved, "%u threads for %u seconds, none stuck (SEED=%llu)",
		THREADS, seconds, (unsigned long long)seed);
	if (!moved)
		return ktap_exit();
	for (i = 0; i < THREADS; i++)
		pthread_join(workers[i].thread, NULL);
	ktap_ok(sum_up(), "each refusal has an errno of the ABI");
	for (i = 0; i < SLOTS; i++)
		td_free(&slots[i].td);
	/* numbers that were closed and used again meanwhile */
	for (fd = 3; fd < 1024; fd++)
		close(fd);
	ktap_ok(nothing_left(), "nothing is left");
	return ktap_exit();
}
