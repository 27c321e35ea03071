// SPDX-License-Identifier: GPL-2.0-only
/*
 * A TD's memory is its owner's: charged to the memory cgroup while the TD has
 * it, refused with an error at the cgroup's limit, and uncharged at the end.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>
#include "../guest/life.h"
#include "../include/ktap.h"
#include "../lib/td.h"

#define MIB		(1UL << 20)
#define ROOT		"/tmp/cgroup"
#define OURS		ROOT "/td"
#define FROM		(16 * MIB)
#define SIZE		(40 * MIB)
#define LIMIT		(24 * MIB)
/* what a charge may be off by: batches of each CPU, and the VMM's own pages */
#define SLACK		(4 * MIB)

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

static void test_limit(void)
{
	unsigned long before = charged();
	struct td_vmm td;
	char max[32];
	int ret;

	ret = build(&td);
	ktap_ok(!ret, "a TD is made below the limit");
	snprintf(max, sizeof(max), "%lu", before + LIMIT);
	ktap_ok(limit_set(max), "a limit is set");
	ret = populate(&td);
	if (!ktap_ok(ret == -ENOMEM, "populating beyond the limit is ENOMEM"))
		ktap_note("%d", ret);
	ktap_ok(charged() <= before + LIMIT, "the charge is within the limit");
	limit_set("max");
	ret = populate(&td);
	if (!ktap_ok(!ret, "without the limit the same TD gets its memory"))
		ktap_note("%d", ret);
	td_free(&td);
	ktap_ok(charge_falls_to(before + SLACK),
		"nothing stays charged after the TD");
}

int main(void)
{
	ktap_header();
	image = read_file("/tests/guest/life.img", &image_size);
	reset = read_file("/tests/guest/life.reset", &reset_size);
	if (!image || !reset)
		ktap_bail("no guest image");
	if (!cgroup_enter())
		ktap_skip_all("no memory cgroups here");
	test_charge();
	test_limit();
	ktap_plan(ktap_seen);
	return ktap_exit();
}
