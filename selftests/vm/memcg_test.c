// SPDX-License-Identifier: GPL-2.0-only
/*
 * A TD's memory is its owner's: charged to the memory cgroup while the TD has
 * it, refused with an error at the cgroup's limit, and uncharged at the end.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>
#include "../guest/life.h"
#include "../include/ktap.h"
#include "../lib/seamcalls.h"
#include "../lib/td.h"

#define MIB		(1UL << 20)
#define ROOT		"/tmp/cgroup"
#define OURS		ROOT "/td"
#define FROM		(16 * MIB)
#define SIZE		(40 * MIB)
#define LIMIT		(24 * MIB)
/* what a charge may be off by: batches of each CPU, and the VMM's own pages */
#define SLACK		(4 * MIB)
#define PAGE_SIZE	4096UL

static void *image, *reset;
static size_t image_size, reset_size;

static bool file_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : write(fd, text, strlen(text));

	if (fd >= 0)
		close(fd);
	return n > 0;
}

/*
 * Opened before the limit is set: at the limit even a new file is too much,
 * and the kernel ends who asks for it.
 */
static int current_fd = -1, max_fd = -1;

static unsigned long charged(void)
{
	char text[32] = "";

	if (pread(current_fd, text, sizeof(text) - 1, 0) <= 0)
		return 0;
	return strtoul(text, NULL, 0);
}

static bool limit_set(const char *text)
{
	return pwrite(max_fd, text, strlen(text), 0) == (ssize_t)strlen(text);
}

/* Uncharging is batched, and done by workers that free. */
static bool charge_falls_to(unsigned long bytes)
{
	int i;

	for (i = 0; i < 50; i++) {
		if (charged() <= bytes)
			return true;
		usleep(100000);
	}
	return false;
}

static bool cgroup_enter(void)
{
	char pid[16];

	mkdir(ROOT, 0700);
	if (mount("none", ROOT, "cgroup2", 0, NULL) ||
	    !file_write(ROOT "/cgroup.subtree_control", "+memory") ||
	    mkdir(OURS, 0700))
		return false;
	snprintf(pid, sizeof(pid), "%d", getpid());
	current_fd = open(OURS "/memory.current", O_RDONLY);
	max_fd = open(OURS "/memory.max", O_WRONLY);
	return current_fd >= 0 && max_fd >= 0 &&
	       file_write(OURS "/cgroup.procs", pid);
}

static int build(struct td_vmm *td)
{
	memset(td, 0, sizeof(*td));
	td->attributes = 1ULL << 28;
	return td_build(td, 1, LIFE_SPIN, image, image_size, reset);
}

static int populate(struct td_vmm *td)
{
	struct kvm_pre_fault_memory range = { .gpa = FROM, .size = SIZE };

	while (range.size)
		if (ioctl(td->vcpu[0].fd, KVM_PRE_FAULT_MEMORY, &range))
			return -errno;
	return 0;
}

static void test_charge(void)
{
	unsigned long before = charged(), with;
	struct td_vmm td;
	int ret;

	ret = build(&td);
	if (!ret)
		ret = populate(&td);
	with = charged();
	ktap_ok(!ret, "a TD is made and populated in a memory cgroup");
	if (!ktap_ok(with >= before + SIZE && with <= before + SIZE + 8 * MIB,
		     "its private memory is charged to the cgroup"))
		ktap_note("%lu before, %lu with %lu populated", before, with,
			  SIZE);
	td_free(&td);
	if (!ktap_ok(charge_falls_to(before + SLACK),
		     "and uncharged when the TD ends"))
		ktap_note("%lu before, %lu after", before, charged());
}

/* Whole pages until there are none, those that a CPU has in stock too. */
static int fill_up(int memfd)
{
	off_t at = 0;

	while (!fallocate(memfd, FALLOC_FL_KEEP_SIZE, at, PAGE_SIZE))
		at += PAGE_SIZE;
	return -errno;
}

/*
 * At the limit even the page is missing that splits a mapping of 2 MiB. What
 * wants it fails before anything has changed, and can be tried again.
 */
static void test_split(struct td_vmm *td, int spare)
{
	struct kvm_pre_fault_memory other = {
		.gpa = FROM + SIZE, .size = PAGE_SIZE,
	};
	int convert, punch, next, again;

	if (!ktap_ok(fill_up(spare) == -ENOMEM, "the last page is taken"))
		ktap_note("%s", strerror(errno));
	convert = td_set_private(td, FROM + PAGE_SIZE, PAGE_SIZE, false);
	punch = fallocate(td->memfd, FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE,
			  FROM + PAGE_SIZE, PAGE_SIZE) ? -errno : 0;
	next = ioctl(td->vcpu[0].fd, KVM_PRE_FAULT_MEMORY, &other) ? -errno : 0;
	limit_set("max");

	if (!ktap_ok(convert == -ENOMEM, "no memory to split 2 MiB: ENOMEM"))
		ktap_note("%d", convert);
	if (!ktap_ok(punch == -ENOMEM, "nor to punch a hole: ENOMEM"))
		ktap_note("%d", punch);
	if (!ktap_ok(next == -ENOMEM, "nor to note what a new block holds: ENOMEM"))
		ktap_note("%d", next);
	ktap_ok(!seamcalls("TDH.MEM.RANGE.BLOCK"),
		"and the guest's mapping is as it was");
	again = td_set_private(td, FROM + PAGE_SIZE, PAGE_SIZE, false);
	if (!ktap_ok(!again && seamcalls_done("TDH.MEM.PAGE.REMOVE") == 1,
		     "with memory the same conversion takes the page away"))
		ktap_note("%d, %lu calls", again,
			  seamcalls_done("TDH.MEM.PAGE.REMOVE"));
	td_set_private(td, FROM + PAGE_SIZE, PAGE_SIZE, true);
	seamcalls_stop();
}

static int spare_memfd(struct td_vmm *td)
{
	/* less than 2 MiB: made of small pages */
	struct kvm_create_guest_memfd m = { .size = MIB };
	int fd = ioctl(td->vm, KVM_CREATE_GUEST_MEMFD, &m);

	fallocate(fd, FALLOC_FL_KEEP_SIZE, MIB - PAGE_SIZE, PAGE_SIZE);
	return fd;
}

static void test_limit(void)
{
	unsigned long before = charged();
	struct td_vmm td;
	char max[32];
	int ret, spare;

	ret = build(&td);
	ktap_ok(!ret, "a TD is made below the limit");
	spare = spare_memfd(&td);
	seamcalls_start();
	snprintf(max, sizeof(max), "%lu", before + LIMIT);
	ktap_ok(limit_set(max), "a limit is set");
	ret = populate(&td);
	if (!ktap_ok(ret == -ENOMEM, "populating beyond the limit is ENOMEM"))
		ktap_note("%d", ret);
	ktap_ok(charged() <= before + LIMIT, "the charge is within the limit");
	test_split(&td, spare);
	ret = populate(&td);
	if (!ktap_ok(!ret, "without the limit the same TD gets its memory"))
		ktap_note("%d", ret);
	close(spare);
	td_free(&td);
	ktap_ok(charge_falls_to(before + SLACK),
		"nothing stays charged after the TD");
}

int main(void)
{
	cpu_set_t one;

	ktap_header();
	image = read_file("/tests/guest/life.img", &image_size);
	reset = read_file("/tests/guest/life.reset", &reset_size);
	if (!image || !reset)
		ktap_bail("no guest image");
	if (!cgroup_enter())
		ktap_skip_all("no memory cgroups here");
	/* a CPU has a stock of what was charged ahead: look at one alone */
	CPU_ZERO(&one);
	CPU_SET(1, &one);
	sched_setaffinity(0, sizeof(one), &one);
	test_charge();
	test_limit();
	ktap_plan(ktap_seen);
	return ktap_exit();
}
