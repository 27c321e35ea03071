// SPDX-License-Identifier: GPL-2.0-only
/*
 * Life cycle of TDs through the KVM ABI: the right order works, each wrong
 * one gets its errno, and whatever happens nothing stays behind.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "../guest/layout.h"
#include "../guest/life.h"
#include "../include/ktap.h"
#include "../lib/audit.h"
#include "../lib/measure.h"
#include "../lib/seamcalls.h"
#include "../lib/td.h"

#define CALLS		"/sys/kernel/debug/softseam/log"
#define REPORT_MRTD	(512 + 16)
#define PAGE_SIZE	4096

static void *image, *reset;
static size_t image_size, reset_size;

static void expect(int want, int got, const char *what)
{
	if (!ktap_ok(got == want, "%s", what))
		ktap_note("wanted %d (%s), got %d (%s)", want,
			  want < 0 ? strerror(-want) : "", got,
			  got < 0 ? strerror(-got) : "");
}

static int cpu_ioctl(int fd, unsigned long nr, void *arg)
{
	return ioctl(fd, nr, arg) < 0 ? -errno : 0;
}

/* Steps of a life, so that tests can stop after any of them. */
enum step {
	STEP_OPEN, STEP_CREATE, STEP_INIT, STEP_MEMORY, STEP_VCPU,
	STEP_INIT_VCPU, STEP_LOAD, STEP_FINALIZE, STEP_RUN,
	NR_STEPS
};

static const char * const step_names[NR_STEPS] = {
	"open", "CREATE_VM", "INIT_VM", "memory", "CREATE_VCPU", "INIT_VCPU",
	"INIT_MEM_REGION", "FINALIZE_VM", "the guest runs",
};

static int do_step(struct td_vmm *td, enum step step, uint64_t data)
{
	switch (step) {
	case STEP_OPEN:
		return td_open(td) < 0 ? -errno : 0;
	case STEP_CREATE:
		return td_create_vm(td);
	case STEP_INIT:
		return td_init(td);
	case STEP_MEMORY:
		return td_add_memory(td);
	case STEP_VCPU:
		return td_add_vcpu(td);
	case STEP_INIT_VCPU:
		return td_init_vcpu(td, 0, data);
	case STEP_LOAD:
		return td_load(td, image, image_size, reset);
	case STEP_FINALIZE:
		return td_finalize(td);
	default:
		return td_run(td, 0, NULL);
	}
}

static int steps_until(struct td_vmm *td, enum step last, uint64_t data)
{
	unsigned int s;
	int ret = 0;

	for (s = STEP_OPEN; !ret && s <= (unsigned int)last; s++)
		ret = do_step(td, s, data);
	if (ret)
		ktap_note("step %s: %s", step_names[s - 1], strerror(-ret));
	return ret;
}

static void refused_before_init(void)
{
	struct td_vmm td = {};
	int fd;

	steps_until(&td, STEP_OPEN, 0);
	fd = ioctl(td.dev, KVM_CREATE_VM, 0);
	expect(-EINVAL, fd < 0 ? -errno : fd, "a VM of another type is refused");
	expect(-ENOTTY, cpu_ioctl(td.dev, _IO(KVMIO, 0xff), NULL),
	       "an unknown ioctl of the device is refused");
	do_step(&td, STEP_CREATE, 0);
	expect(-ENOTTY, cpu_ioctl(td.vm, _IO(KVMIO, 0xff), NULL),
	       "an unknown ioctl of the VM is refused");
	expect(-EINVAL, td_cmd(&td, td.vm, 99, 0, NULL),
	       "an unknown TDX command is refused");
	expect(-EINVAL, td_finalize(&td), "FINALIZE_VM before INIT_VM is refused");
	fd = ioctl(td.vm, KVM_CREATE_VCPU, 0);
	expect(-EIO, fd < 0 ? -errno : fd,
	       "CREATE_VCPU before INIT_VM is refused");
	td.attributes = 1ULL << 1;
	expect(-EINVAL, td_init(&td), "an unknown TD attribute is refused");
	td.attributes = 0;
	td.xfam = 1ULL << 40 | 3;
	expect(-EINVAL, td_init(&td), "an unknown XFAM bit is refused");
	td.xfam = 0;
	expect(0, td_init(&td), "INIT_VM works after refusals");
	expect(-EINVAL, td_init(&td), "a second INIT_VM is refused");
	td_free(&td);
	ktap_ok(nothing_left(), "refusals before INIT_VM leave nothing");
}

static void refused_while_building(void)
{
	uint8_t *page = aligned_alloc(PAGE_SIZE, 2 * PAGE_SIZE);
	struct td_vmm td = {};

	memset(page, 0x5a, 2 * PAGE_SIZE);
	steps_until(&td, STEP_VCPU, 0);
	expect(-EINVAL, td_add_pages(&td, 0, page, 1, false),
	       "a page before INIT_VCPU is refused");
	expect(-EINVAL, cpu_ioctl(td.vcpu[0].fd, KVM_RUN, NULL),
	       "KVM_RUN before INIT_VCPU is refused");
	expect(0, td_init_vcpu(&td, 0, 0), "INIT_VCPU works");
	expect(-EINVAL, td_init_vcpu(&td, 0, 0),
	       "a second INIT_VCPU is refused");
	expect(-EINVAL, td_add_pages(&td, 0, page + 8, 1, false),
	       "an unaligned source is refused");
	expect(-EINVAL, td_add_pages(&td, 0x10, page, 1, false),
	       "an unaligned GPA is refused");
	expect(-EINVAL, td_add_pages(&td, 1ULL << 47, page, 1, false),
	       "a GPA with the SHARED bit is refused");
	expect(-EINVAL, td_add_pages(&td, 0x40000000, page, 1, false),
	       "a GPA outside the slots is refused");
	expect(-EINVAL, td_add_pages(&td, 0, page, 0, false),
	       "no pages at all is refused");
	expect(-EINVAL, td_add_pages(&td, -4096ULL, page, 2, false),
	       "a range that wraps is refused");
	expect(-EFAULT, td_add_pages(&td, 0, (void *)0x10000, 1, false),
	       "a source that is not there is refused");
	expect(0, td_add_pages(&td, 0, page, 1, false), "a page is added");
	expect(-EIO, td_add_pages(&td, 0, page, 1, false),
	       "the same page again is refused");
	expect(-EINVAL, cpu_ioctl(td.vcpu[0].fd, KVM_RUN, NULL),
	       "KVM_RUN of an unfinalized TD is refused");
	expect(0, td_finalize(&td), "FINALIZE_VM works");
	expect(-EINVAL, td_finalize(&td), "a second FINALIZE_VM is refused");
	expect(-EINVAL, td_add_pages(&td, PAGE_SIZE, page, 1, false),
	       "a page after FINALIZE_VM is refused");
	td_free(&td);
	free(page);
	ktap_ok(nothing_left(), "refusals while building leave nothing");
}

/* MRTD of a TD built from the image, as its own report says it */
static bool reported_mrtd(uint8_t mrtd[MRTD_SIZE], uint8_t computed[MRTD_SIZE])
{
	struct td_vmm td = {};
	struct mailbox *m;
	int ret;

	ret = steps_until(&td, STEP_FINALIZE, LIFE_REPORT);
	if (!ret)
		ret = td_run(&td, 0, NULL);
	if (ret != KVM_EXIT_IO || !td_io_is(&td, 0, PORT_EXIT) ||
	    *(uint32_t *)td_io_data(&td, 0)) {
		ktap_note("the guest ended with %d", ret);
		td_free(&td);
		return false;
	}
	m = (void *)(td.ram + GUEST_MBOX);
	memcpy(mrtd, m->report + REPORT_MRTD, MRTD_SIZE);
	measure_final(td.measure, computed);
	td_free(&td);
	return true;
}

static void measurement(void)
{
	uint8_t mrtd[2][MRTD_SIZE] = {}, computed[2][MRTD_SIZE] = {};
	uint8_t *last = (uint8_t *)image + image_size - 1;

	ktap_ok(reported_mrtd(mrtd[0], computed[0]), "a TD reports its MRTD");
	ktap_ok(!memcmp(mrtd[0], computed[0], MRTD_SIZE),
		"MRTD is what the VMM computes");
	*last ^= 1;
	ktap_ok(reported_mrtd(mrtd[1], computed[1]),
		"a TD of a changed image reports its MRTD");
	*last ^= 1;
	ktap_ok(!memcmp(mrtd[1], computed[1], MRTD_SIZE),
		"the changed image's MRTD is what the VMM computes");
	ktap_ok(memcmp(mrtd[0], mrtd[1], MRTD_SIZE),
		"an image that differs in one bit has another MRTD");
	ktap_ok(nothing_left(), "TDs that ran leave nothing");
}

static void triple_fault(void)
{
	struct td_vmm td = {};

	steps_until(&td, STEP_FINALIZE, LIFE_TRIPLE_FAULT);
	expect(KVM_EXIT_SHUTDOWN, td_run(&td, 0, NULL),
	       "a triple fault is KVM_EXIT_SHUTDOWN");
	td_free(&td);
	ktap_ok(nothing_left(), "a TD that died leaves nothing");
}

/* What the module was asked at the end of the last TD, in its own order. */
struct ending {
	unsigned int pages_with_key;	/* reclaimed before the KeyID was free */
	unsigned int large, small, large_after_small;
	bool key_free;
};

static void read_ending(struct ending *e)
{
	FILE *f = fopen(CALLS, "r");
	char line[512], leaf[40];

	memset(e, 0, sizeof(*e));
	while (f && fgets(line, sizeof(line), f)) {
		const char *answer = strstr(line, "-> done");
		unsigned long rax, size;

		if (!answer || sscanf(line, "%*u %*u lp %*u %39s", leaf) != 1 ||
		    sscanf(answer, "-> done rax=%lx %*s %*s r8=%lx", &rax, &size) != 2 ||
		    rax >> 63)
			continue;
		if (!strcmp(leaf, "TDH.MNG.VPFLUSHDONE"))
			memset(e, 0, sizeof(*e));
		if (!strcmp(leaf, "TDH.MNG.KEY.FREEID"))
			e->key_free = true;
		if (strcmp(leaf, "TDH.PHYMEM.PAGE.RECLAIM"))
			continue;
		e->pages_with_key += !e->key_free;
		e->large += size > 0;
		e->small += !size;
		e->large_after_small += size > 0 && e->small;
	}
	if (f)
		fclose(f);
}

static void order_of_the_end(void)
{
	struct kvm_pre_fault_memory range = { .gpa = 16UL << 20, .size = 8UL << 20 };
	struct td_vmm td = {};
	struct ending e;

	steps_until(&td, STEP_FINALIZE, LIFE_SPIN);
	while (range.size && !cpu_ioctl(td.vcpu[0].fd, KVM_PRE_FAULT_MEMORY, &range))
		;
	td_free(&td);
	read_ending(&e);
	ktap_ok(e.key_free && !e.pages_with_key,
		"at the end the KeyID is free before any page is reclaimed");
	if (!ktap_ok(e.large == 4 && e.small > 4 && !e.large_after_small,
		     "and the largest pages come first"))
		ktap_note("%u of 2M, %u of 4K, %u of 2M after one of 4K",
			  e.large, e.small, e.large_after_small);
}

/* Much memory: idle CPUs help, as soon as they get to it. */
static void reclaim_in_parallel(void)
{
	static const char leaf[] = "TDH.PHYMEM.PAGE.RECLAIM";
	unsigned int i, cpus = 0;

	for (i = 0; i < 5 && cpus < 2; i++) {
		struct kvm_pre_fault_memory all = { .size = TD_RAM_SIZE };
		struct td_vmm td = {};

		steps_until(&td, STEP_FINALIZE, LIFE_SPIN);
		while (all.size &&
		       !cpu_ioctl(td.vcpu[0].fd, KVM_PRE_FAULT_MEMORY, &all))
			;
		seamcalls_start();
		td_free(&td);
		cpus = seamcalls_cpus(leaf);
	}
	if (!ktap_ok(cpus > 1, "several CPUs take 64 MiB back"))
		ktap_note("%u CPUs, %lu calls", cpus, seamcalls(leaf));
	seamcalls_stop();
}

/* A VMM is killed after each step; nothing of its TD may stay. */
static void killed_after(enum step last)
{
	int pipefd[2], status;
	char c = 0;
	pid_t pid;

	if (pipe(pipefd))
		ktap_bail("no pipe");
	pid = fork();
	if (!pid) {
		struct td_vmm td = {};
		int ret = steps_until(&td, last < STEP_RUN ? last :
				      STEP_FINALIZE, LIFE_SPIN);

		if (!ret && last == STEP_RUN)
			ret = td_run(&td, 0, NULL) != KVM_EXIT_IO;
		c = ret ? 'f' : 'r';
		if (write(pipefd[1], &c, 1) != 1)
			_exit(1);
		if (!ret && last == STEP_RUN)
			td_run(&td, 0, NULL);	/* for ever */
		pause();
		_exit(1);
	}
	if (read(pipefd[0], &c, 1) != 1 || c != 'r')
		ktap_note("the VMM did not get there");
	usleep(last == STEP_RUN ? 300000 : 10000);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	close(pipefd[0]);
	close(pipefd[1]);
	ktap_ok(c == 'r' && WIFSIGNALED(status) && nothing_left(),
		"a VMM killed after %s leaves nothing", step_names[last]);
}

int main(int argc, char **argv)
{
	unsigned int s;

	ktap_header();
	if (argc == 3) {
		image = read_file(argv[1], &image_size);
		reset = read_file(argv[2], &reset_size);
	} else {
		image = read_file("/tests/guest/life.img", &image_size);
		reset = read_file("/tests/guest/life.reset", &reset_size);
	}
	if (!image || !reset)
		ktap_bail("no guest image");
	refused_before_init();
	refused_while_building();
	measurement();
	triple_fault();
	order_of_the_end();
	reclaim_in_parallel();
	for (s = STEP_OPEN; s < NR_STEPS; s++)
		killed_after(s);
	ktap_plan(ktap_seen);
	return ktap_exit();
}
