// SPDX-License-Identifier: GPL-2.0-only
/*
 * soak_test [SECONDS [TDS [VCPUS]]]: several TDs with several vCPUs each, on
 * fewer CPUs than vCPUs. See guest/soak.c for what they do. SIGTERM ends it
 * early; SIGUSR1 has it say how far the TDs are.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "../guest/soak.h"
#include "../include/ktap.h"
#include "../lib/td.h"

#define MAX_TDS		4
#define TURNS		16

struct runner {
	struct td_vmm *td;
	unsigned int vcpu;
	pthread_t thread;
	int ret;
};

static struct td_vmm tds[MAX_TDS];
static struct runner runners[MAX_TDS][TD_MAX_VCPUS];

static void *vcpu_thread(void *arg)
{
	struct runner *r = arg;

	for (;;) {
		r->ret = td_run(r->td, r->vcpu, NULL);
		/* the program was stopped, and goes on */
		if (r->ret == -EINTR)
			continue;
		if (r->ret != KVM_EXIT_IO ||
		    !td_io_is(r->td, r->vcpu, PORT_SYNC))
			break;
		memset(td_io_data(r->td, r->vcpu), 0, 4);
	}
	if (r->ret == KVM_EXIT_IO && td_io_is(r->td, r->vcpu, PORT_EXIT)) {
		uint32_t code;

		memcpy(&code, td_io_data(r->td, r->vcpu), 4);
		r->ret = code ? (int)code : KVM_EXIT_IO;
	}
	return NULL;
}

static struct soak_shared *shared_of(unsigned int t)
{
	return (void *)(tds[t].ram + GUEST_MBOX);
}

static void judge(unsigned int t, unsigned int vcpus)
{
	struct soak_shared *s = shared_of(t);
	uint64_t rounds = 0, bad = 0;
	unsigned int v;
	bool ended = true, ran = true;

	for (v = 0; v < vcpus; v++) {
		rounds += s->rounds[v];
		bad |= s->bad[v];
		ran &= s->rounds[v] > 0;
		if (runners[t][v].ret != KVM_EXIT_IO) {
			ktap_note("TD %u vCPU %u: exit %#x", t, v,
				  runners[t][v].ret);
			ended = false;
		}
	}
	ktap_note("TD %u: %llu rounds", t, (unsigned long long)rounds);
	ktap_ok(ended && ran, "TD %u: every vCPU ran and came to its end", t);
	ktap_ok(!bad, "TD %u: memory and vector registers held", t);
	ktap_ok(s->total == rounds * TURNS,
		"TD %u: nobody's turn through the lock was lost", t);
}

static void say_how_far(unsigned int nr_tds, unsigned int vcpus)
{
	unsigned int t, v;

	for (t = 0; t < nr_tds; t++) {
		uint64_t rounds = 0;

		for (v = 0; v < vcpus; v++)
			rounds += shared_of(t)->rounds[v];
		ktap_note("TD %u is at %llu", t, (unsigned long long)rounds);
	}
}

static bool all_ran(unsigned int nr_tds, unsigned int vcpus)
{
	unsigned int t, v;

	for (t = 0; t < nr_tds; t++)
		for (v = 0; v < vcpus; v++)
			if (!shared_of(t)->rounds[v])
				return false;
	return true;
}

/* For those that have not begun when time is over: a machine can be slow. */
#define PATIENCE	60

/*
 * The signals are blocked in all threads, so they wait here. SIGTERM may come
 * before the guests have begun, and the end of time too: what did not run
 * cannot be judged.
 */
static void let_run(const sigset_t *signals, unsigned int seconds,
		    unsigned int nr_tds, unsigned int vcpus)
{
	struct timespec now, end, left = {};
	bool enough = false;
	int sig;

	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += seconds;
	for (;;) {
		clock_gettime(CLOCK_MONOTONIC, &now);
		enough |= now.tv_sec >= end.tv_sec;
		if ((enough && all_ran(nr_tds, vcpus)) ||
		    now.tv_sec >= end.tv_sec + PATIENCE)
			return;
		left.tv_sec = enough ? 0 : end.tv_sec - now.tv_sec;
		left.tv_nsec = 10000000;
		sig = sigtimedwait(signals, NULL, &left);
		enough |= sig == SIGTERM;
		if (sig == SIGUSR1)
			say_how_far(nr_tds, vcpus);
	}
}

int main(int argc, char **argv)
{
	unsigned int seconds = argc > 1 ? atoi(argv[1]) : 10;
	unsigned int nr_tds = argc > 2 ? atoi(argv[2]) : 2;
	unsigned int vcpus = argc > 3 ? atoi(argv[3]) : 4;
	size_t image_size, reset_size;
	void *image = read_file("/tests/guest/soak.img", &image_size);
	void *reset = read_file("/tests/guest/soak.reset", &reset_size);
	unsigned int t, v;
	sigset_t signals;
	int ret;

	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGUSR1);
	pthread_sigmask(SIG_BLOCK, &signals, NULL);

	ktap_header();
	if (!image || !reset || nr_tds > MAX_TDS || vcpus > TD_MAX_VCPUS)
		return EXIT_FAILURE;
	for (t = 0; t < nr_tds; t++) {
		tds[t].attributes = 1ULL << 28;
		ret = td_build(&tds[t], vcpus, vcpus, image, image_size, reset);
		if (!ktap_ok(!ret, "TD %u is built with %u vCPUs", t, vcpus)) {
			ktap_note("%d, hw_error %#llx", ret,
				  (unsigned long long)tds[t].hw_error);
			ktap_plan(ktap_seen);
			return EXIT_FAILURE;
		}
	}
	for (t = 0; t < nr_tds; t++) {
		for (v = 0; v < vcpus; v++) {
			runners[t][v].td = &tds[t];
			runners[t][v].vcpu = v;
			pthread_create(&runners[t][v].thread, NULL,
				       vcpu_thread, &runners[t][v]);
		}
	}
	let_run(&signals, seconds, nr_tds, vcpus);
	for (t = 0; t < nr_tds; t++)
		shared_of(t)->stop = 1;
	for (t = 0; t < nr_tds; t++)
		for (v = 0; v < vcpus; v++)
			pthread_join(runners[t][v].thread, NULL);
	for (t = 0; t < nr_tds; t++) {
		judge(t, vcpus);
		td_free(&tds[t]);
	}
	ktap_plan(ktap_seen);
	return ktap_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
