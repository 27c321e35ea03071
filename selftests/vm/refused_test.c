// SPDX-License-Identifier: GPL-2.0-only
/*
 * What user space is told when the TDX module refuses what it never should:
 * nobody sleeps on, nobody hears of a success that was none.
 *
 * With "terminate", while KEY.FREEID or CACHE.WB fails: KVM_TDX_TERMINATE_VM. It
 * costs the machine a KeyID.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>
#include "../guest/layout.h"
#include "../guest/life.h"
#include "../include/ktap.h"
#include "../lib/audit.h"
#include "../lib/inject.h"
#include "../lib/td.h"

#define REFUSED		" status 0xc000010000000001 times=1000000"
#define STATUS		0xc000010000000001UL
#define WAIT_SECONDS	20

#define MSR_LVT_TIMER		0x832
#define LVT_DEADLINE		(2U << 17 | 0x40)
#define MSR_TSC_DEADLINE	0x6e0

static void *image, *reset;
static size_t image_size, reset_size;

static bool build(struct td_vmm *td, uint64_t data)
{
	int ret;

	td->unmeasured = true;
	ret = td_build(td, 1, data, image, image_size, reset);
	if (ret >= 0)
		ret = td_run(td, 0, NULL);
	if (ret != KVM_EXIT_IO || !td_io_is(td, 0, PORT_SYNC))
		return ktap_ok(false, "a TD that runs (%d)", ret);
	return true;
}

static int set_msr(struct td_vmm *td, uint32_t index, uint64_t data)
{
	struct {
		struct kvm_msrs head;
		struct kvm_msr_entry entry;
	} msrs = {
		.head.nmsrs = 1, .entry = { .index = index, .data = data },
	};

	return ioctl(td->vcpu[0].fd, KVM_SET_MSRS, &msrs);
}

static void tsc_deadline(void)
{
	struct td_vmm td = {};
	int refused, taken;

	if (build(&td, LIFE_HLT)) {
		ktap_ok(set_msr(&td, MSR_LVT_TIMER, LVT_DEADLINE) == 1,
			"the timer's mode is set");
		inject("TDH.MNG.RD gp times=1000000");
		refused = set_msr(&td, MSR_TSC_DEADLINE, 1000);
		inject("clear");
		taken = set_msr(&td, MSR_TSC_DEADLINE, 1000);
		if (!ktap_ok(!refused && taken == 1,
			     "a deadline that cannot be had is refused, the next is taken"))
			ktap_note("%d MSRs set, then %d", refused, taken);
	}
	td_free(&td);
}

static void cpuid(void)
{
	static struct {
		struct kvm_cpuid2 head;
		struct kvm_cpuid_entry2 e[256];
	} c = { .head.nent = 256 };
	struct td_vmm td = {};
	int refused, taken = -1;

	if (td_open(&td) >= 0 && td_create_vm(&td) >= 0 && td_init(&td) >= 0 &&
	    td_add_vcpu(&td) >= 0)
		taken = td_cmd(&td, td.vcpu[0].fd, KVM_TDX_GET_CPUID, 0, &c);
	inject("TDH.MNG.RD gp nth=20");
	refused = td_cmd(&td, td.vcpu[0].fd, KVM_TDX_GET_CPUID, 0, &c);
	inject("clear");
	if (!ktap_ok(!taken && refused == -EIO,
		     "GET_CPUID does not leave out a leaf that was refused: EIO"))
		ktap_note("%d, then %d", taken, refused);
	td_free(&td);
}

/* KVM_MEMORY_ENCRYPT_OP while @leaf is refused */
static void refuse(struct td_vmm *td, const char *leaf,
		   int (*command)(struct td_vmm *td), const char *name)
{
	char rule[80];
	int ret;

	snprintf(rule, sizeof(rule), "%s%s", leaf, REFUSED);
	inject(rule);
	ret = command(td);
	inject("clear");
	if (!ktap_ok(ret == -EIO && td->hw_error == STATUS,
		     "%s: EIO, and hw_error has the status of %s", name, leaf))
		ktap_note("%d, 0x%lx", ret, td->hw_error);
}

static int init_vcpu(struct td_vmm *td)
{
	return td_init_vcpu(td, 0, 0);
}

static int load(struct td_vmm *td)
{
	return td_load(td, image, image_size, reset);
}

static void commands(void)
{
	struct td_vmm td = { .unmeasured = true };

	if (td_open(&td) < 0 || td_create_vm(&td) < 0)
		ktap_bail("no VM");
	refuse(&td, "TDH.MNG.ADDCX", td_init, "INIT_VM");
	td_free(&td);
	td = (struct td_vmm){ .unmeasured = true };
	if (td_open(&td) < 0 || td_create_vm(&td) < 0 || td_init(&td) < 0 ||
	    td_add_memory(&td) < 0 || td_add_vcpu(&td) < 0)
		ktap_bail("no TD");
	refuse(&td, "TDH.VP.INIT", init_vcpu, "INIT_VCPU");
	ktap_ok(init_vcpu(&td) >= 0, "the vCPU can be had at a second try");
	refuse(&td, "TDH.MEM.PAGE.ADD", load, "INIT_MEM_REGION");
	td_free(&td);
}

static void *run(void *arg)
{
	return (void *)(long)td_run(arg, 0, NULL);
}

/* What a thread came back with; 1 when it did not within a time. */
static long join(pthread_t thread)
{
	struct timespec end;
	void *ret;

	clock_gettime(CLOCK_REALTIME, &end);
	end.tv_sec += WAIT_SECONDS;
	return pthread_timedjoin_np(thread, &ret, &end) ? 1 : (long)ret;
}

static void sleeper(void)
{
	struct td_vmm td = {};
	pthread_t thread;
	long woken;
	int ret;

	if (!build(&td, LIFE_HLT))
		return;
	pthread_create(&thread, NULL, run, &td);
	usleep(300000);
	inject("TDH.MEM.RANGE.BLOCK" REFUSED);
	/* the first page of RAM, from the image */
	ret = fallocate(td.memfd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
			GUEST_IMAGE, 4096);
	ret = ret ? -errno : 0;
	inject("clear");
	if (!ktap_ok(ret == -EIO, "a page that the module keeps is no hole: EIO"))
		ktap_note("%s", strerror(-ret));
	woken = join(thread);
	if (!ktap_ok(woken == -EIO, "who sleeps in HLT hears that the TD is broken"))
		ktap_note(woken == 1 ? "still asleep" : "it came back with %ld",
			  woken);
	if (woken == 1)
		td_cmd(&td, td.vm, KVM_TDX_TERMINATE_VM, 0, NULL);
	td_free(&td);
	ktap_ok(nothing_left(), "it leaves nothing");
}

static void *terminate(void *arg)
{
	struct td_vmm *td = arg;
	struct kvm_tdx_cmd cmd = { .id = KVM_TDX_TERMINATE_VM };
	long ret = ioctl(td->vm, KVM_MEMORY_ENCRYPT_OP, &cmd) ? -errno : 0;

	return (void *)(ret == -EIO && !cmd.hw_error ? -EPROTO : ret);
}

/* Two at once: both have to know. */
static void terminate_fails(void)
{
	struct td_vmm td = {};
	pthread_t thread[2];
	long ret[2];
	int i;

	if (!build(&td, LIFE_HLT))
		return;
	for (i = 0; i < 2; i++)
		pthread_create(&thread[i], NULL, terminate, &td);
	for (i = 0; i < 2; i++)
		ret[i] = join(thread[i]);
	if (!ktap_ok(ret[0] == -EIO && ret[1] == -EIO,
		     "TERMINATE_VM says that the KeyID was kept, and the status"))
		ktap_note("%ld and %ld", ret[0], ret[1]);
	td_free(&td);
}

int main(int argc, char **argv)
{
	ktap_header();
	image = read_file("/tests/guest/life.img", &image_size);
	reset = read_file("/tests/guest/life.reset", &reset_size);
	if (!image || !reset)
		ktap_bail("no guest image");
	if (argc > 1 && !strcmp(argv[1], "terminate")) {
		terminate_fails();
	} else {
		tsc_deadline();
		cpuid();
		commands();
		sleeper();
	}
	ktap_plan(ktap_seen);
	return ktap_exit();
}
