// SPDX-License-Identifier: GPL-2.0-only
/*
 * Many vCPUs on few CPUs: in parallel, from CPU to CPU, under signals, and
 * while CPUs come and go. Each vCPU counts for itself and in a word that all
 * share; the last one compares them: nothing may get lost.
 */
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include "kselftest.h"
#include "tdx_util.h"

#define NR_VCPUS	12
#define ROUNDS		400
#define ODD_ID(n)	((n) * 2 + 1)	/* APIC ids need not be dense */

/* Shared with the host. */
static struct totals {
	uint64_t rounds[NR_VCPUS], apic[NR_VCPUS], index[NR_VCPUS];
	uint64_t ready, stop;
} *totals;

static uint64_t shared_sum;	/* private to the TD */
static uint64_t next_slot, finished;

static uint64_t apic_id(void)
{
	uint32_t a, b, c, d;

	__cpuid(1, 0, &a, &b, &c, &d);
	return b >> 24;
}

static void guest_work(void)
{
	uint64_t me = __atomic_fetch_add(&next_slot, 1, __ATOMIC_SEQ_CST);
	struct tdgcall info = {};
	uint64_t mine = 0, v;

	GUEST_ASSERT(!tdgcall(TDLEAF_INFO, &info));
	totals->index[me] = info.r9 & 0xffffffff;
	totals->apic[me] = apic_id();
	/* all wait for all: no vCPU stands still for another's sake */
	__atomic_fetch_add(&totals->ready, 1, __ATOMIC_SEQ_CST);
	while (__atomic_load_n(&totals->ready, __ATOMIC_SEQ_CST) < NR_VCPUS)
		td_io_in(0x60, 1, &v);
	while (!totals->stop || mine < ROUNDS) {
		__atomic_fetch_add(&shared_sum, 1, __ATOMIC_SEQ_CST);
		mine++;
		if (!(mine % 16))
			td_io_in(0x60, 1, &v);
		totals->rounds[me] = mine;
	}
	if (__atomic_add_fetch(&finished, 1, __ATOMIC_SEQ_CST) == NR_VCPUS) {
		for (mine = 0, me = 0; me < NR_VCPUS; me++)
			mine += totals->rounds[me];
		GUEST_ASSERT_EQ(shared_sum, mine);
	}
	GUEST_DONE();
}

/* Where vCPUs may run here, of at most 64 CPUs. */
static int allowed(int cpus[64])
{
	cpu_set_t set;
	int i, n = 0;

	sched_getaffinity(0, sizeof(set), &set);
	for (i = 0; i < 64; i++)
		if (CPU_ISSET(i, &set))
			cpus[n++] = i;
	return n;
}

static void pin(pthread_t thread, int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	pthread_setaffinity_np(thread, sizeof(set), &set);
}

static void unpin(pthread_t thread, const int *cpus, int n)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	while (n--)
		CPU_SET(cpus[n], &set);
	pthread_setaffinity_np(thread, sizeof(set), &set);
}

static void migrate(pthread_t *threads)
{
	int cpus[64], n = allowed(cpus), i;

	for (i = 0; i < 300; i++) {
		pin(threads[random() % NR_VCPUS], cpus[random() % n]);
		pthread_kill(threads[random() % NR_VCPUS], SIGUSR1);
		usleep(3000);
	}
	for (i = 0; i < NR_VCPUS; i++)
		unpin(threads[i], cpus, n);
}

static bool set_online(int cpu, bool online)
{
	char name[64];
	bool ok;
	int fd;

	snprintf(name, sizeof(name), "/sys/devices/system/cpu/cpu%d/online",
		 cpu);
	fd = open(name, O_WRONLY);
	ok = fd >= 0 && write(fd, online ? "1" : "0", 1) == 1;
	if (fd >= 0)
		close(fd);
	return ok;
}

static bool hotplug(void)
{
	int cpus[64], n = allowed(cpus), i;
	bool ok = n > 1;

	for (i = 0; ok && i < 6; i++) {
		int cpu = cpus[i % n];

		ok = set_online(cpu, false);
		usleep(50000);
		ok &= set_online(cpu, true);
		usleep(50000);
	}
	return ok;
}

static void on_signal(int sig)
{
}

static void run_all(bool plug)
{
	struct sigaction act = { .sa_handler = on_signal };
	struct kvm_vcpu *vcpus[NR_VCPUS];
	uint64_t least = ~0ULL;
	struct kvm_vm *vm = td_create(NULL);
	pthread_t threads[NR_VCPUS];
	struct totals *t;
	gva_t gva;
	bool ids = true, plugged = true;
	int i, j;

	sigaction(SIGUSR1, &act, NULL);
	gva = vm_alloc_shared(vm, sizeof(*t), KVM_UTIL_MIN_VADDR,
			      MEM_REGION_TEST_DATA);
	totals = (struct totals *)gva;
	sync_global_to_guest(vm, totals);
	t = addr_gva2hva(vm, gva);
	for (i = 0; i < NR_VCPUS; i++)
		vcpus[i] = td_vcpu_add(vm, plug ? i : ODD_ID(i), guest_work);
	td_finalize(vm);
	for (i = 0; i < NR_VCPUS; i++)
		pthread_create(&threads[i], NULL, td_run_thread, vcpus[i]);
	if (plug)
		plugged = hotplug();
	else
		migrate(threads);
	__atomic_store_n(&t->stop, 1, __ATOMIC_SEQ_CST);
	for (i = 0; i < NR_VCPUS; i++)
		pthread_join(threads[i], NULL);

	for (i = 0; i < NR_VCPUS; i++) {
		least = t->rounds[i] < least ? t->rounds[i] : least;
		for (j = 0; j < i; j++)
			ids &= t->apic[i] != t->apic[j] &&
			       t->index[i] != t->index[j];
		/* a module without version 1 of VP.INIT numbers them itself */
		ids &= t->apic[i] == t->index[i] ||
		       (!plug && t->apic[i] == ODD_ID(t->index[i]));
	}
	ksft_test_result(least >= ROUNDS && plugged,
			 "%u vCPUs %s: each did its work\n", NR_VCPUS,
			 plug ? "while CPUs go and come" :
				"from CPU to CPU, with signals");
	ksft_test_result(ids, "each has its own index and APIC id\n");
	kvm_vm_free(vm);
}

int main(void)
{
	ksft_print_header();
	ksft_set_plan(4);
	run_all(false);
	run_all(true);
	ksft_finished();
}
