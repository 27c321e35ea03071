// SPDX-License-Identifier: GPL-2.0-only
/*
 * The life of a TD with one SEAMCALL failing, over and over: the n-th call of
 * it, for each class of failure. The VMM is told by an errno or an exit, the
 * host stays whole and takes everything back.
 *
 * From the environment: RUNS lives chosen at random (0 is all of them), by
 * SEED; SLICE=2/4 is the second quarter of all; LIFE=2M lives the longer life,
 * most calls of which look at pages that could become one.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>
#include "../guest/layout.h"
#include "../guest/life.h"
#include "../include/ktap.h"
#include "../lib/audit.h"
#include "../lib/td.h"

#define SOFTSEAM	"/sys/kernel/debug/softseam/"
#define SEAMHOST	"/sys/kernel/debug/seamhost/"
#define DEFAULT_RUNS	100
#define SHOWN		20

enum { BUSY, OPERAND, FATAL, NOT_DELIVERED, GP, NR_FAULTS };

static const struct {
	const char *name, *rule;
} faults[NR_FAULTS] = {
	[BUSY] = { "busy", "status 0x8000020000000080" },
	[OPERAND] = { "invalid operand", "status 0xc000010000000001" },
	[FATAL] = { "fatal TD", "status 0xe000060400000000" },
	[NOT_DELIVERED] = { "VMfailInvalid", "vmfailinvalid" },
	[GP] = { "#GP", "gp" },
};

/*
 * Leaves whose single failure need not reach the VMM: the end of a TD is
 * insisted on, a large page that cannot be made leaves small ones, and where
 * a vCPU cannot be moved by one call it is by the next.
 */
static const char *const absorbed[] = {
	"TDH.MNG.VPFLUSHDONE", "TDH.PHYMEM.CACHE.WB", "TDH.MNG.KEY.FREEID",
	"TDH.PHYMEM.PAGE.RECLAIM", "TDH.PHYMEM.PAGE.WBINVD", "TDH.VP.FLUSH",
	"TDH.MEM.PAGE.PROMOTE", "TDH.MEM.SEPT.RD",
};

static void *image, *reset;
static uint64_t kind = LIFE_WHOLE;
static size_t image_size, reset_size;

static bool put(const char *file, const char *text)
{
	int fd = open(file, O_WRONLY);
	bool ok = fd >= 0 && write(fd, text, strlen(text)) ==
		  (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	return ok;
}

/*
 * SEAMCALLs since the last reset; the leaf that @fault met, if any. Leaves are
 * busy or interrupted on their own too, refused they are not.
 */
static unsigned long calls_made(unsigned int fault, char failed[64])
{
	FILE *f = fopen(SEAMHOST "seamcalls", "r");
	unsigned long n, again, refused, dead, lost, sum = 0;
	char line[512], name[64];

	*failed = 0;
	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%63s %lu %*u %*u %lu %lu %lu %lu", name, &n,
			   &again, &refused, &dead, &lost) != 6)
			continue;
		sum += n;
		if (fault == BUSY ? again : refused + dead + lost)
			strcpy(failed, name);
	}
	if (f)
		fclose(f);
	return sum;
}

/* To another of the CPUs that are allowed here */
static void move(void)
{
	static cpu_set_t all;
	cpu_set_t one;
	int now = sched_getcpu(), cpu;

	if (!CPU_COUNT(&all))
		sched_getaffinity(0, sizeof(all), &all);
	for (cpu = 0; cpu < 64; cpu++)
		if (cpu != now && CPU_ISSET(cpu, &all))
			break;
	if (cpu == 64)
		return;
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	sched_setaffinity(0, sizeof(one), &one);
}

static int prefault(struct td_vmm *td)
{
	struct kvm_pre_fault_memory p = {
		.gpa = GUEST_LATE + GUEST_LATE_SIZE / 2,
		.size = GUEST_LATE_SIZE / 2,
	};

	return ioctl(td->vcpu[0].fd, KVM_PRE_FAULT_MEMORY, &p) ? -errno : 0;
}

/*
 * A whole life; any step may fail. 0 when the guest got to its end, -errno of
 * the ioctl that failed, or the exit reason that told it.
 */
static int life(void)
{
	struct td_vmm td = { .attributes = 1ULL << 28, .unmeasured = true };
	uint32_t code;
	int ret;

	ret = td_build(&td, 1, kind, image, image_size, reset);
	while (ret >= 0) {
		ret = td_run(&td, 0, NULL);
		if (ret != KVM_EXIT_IO || !td_io_is(&td, 0, PORT_SYNC))
			break;
		memcpy(&code, td_io_data(&td, 0), 4);
		if (code == 1)
			move();
		else
			ret = prefault(&td);
	}
	if (ret == KVM_EXIT_IO) {
		memcpy(&code, td_io_data(&td, 0), 4);
		if (code)
			ktap_note("the guest ended with %u", code);
		ret = code ? 1000 + (int)code : 0;
	}
	td_free(&td);
	return ret;
}

static bool is_absorbed(const char *leaf)
{
	unsigned int i;

	for (i = 0; i < sizeof(absorbed) / sizeof(*absorbed); i++)
		if (!strcmp(absorbed[i], leaf))
			return true;
	return false;
}

/* Was it right to answer @ret to a failure of @leaf? */
static bool answer_fits(int ret, unsigned int fault, const char *leaf)
{
	/* the call with this number was not made this time */
	if (!*leaf)
		return !ret;
	switch (ret) {
	case 0:
		return fault == BUSY || is_absorbed(leaf);
	case -EIO:
	case KVM_EXIT_FAIL_ENTRY:
	case KVM_EXIT_INTERNAL_ERROR:
		return fault != BUSY;
	case -EINVAL:
		return fault == OPERAND && !strcmp(leaf, "TDH.MNG.INIT");
	default:
		return false;
	}
}

static bool life_with(unsigned long nth, unsigned int fault, bool show)
{
	char rule[96], leaf[64];
	bool whole, fits;
	int ret;

	snprintf(rule, sizeof(rule), "* %s nth=%lu", faults[fault].rule, nth);
	put(SEAMHOST "seamcalls", "0");
	if (!put(SOFTSEAM "inject", rule)) {
		ktap_note("rule \"%s\" refused", rule);
		return false;
	}
	ret = life();
	put(SOFTSEAM "inject", "clear");
	calls_made(fault, leaf);
	whole = nothing_left();
	fits = answer_fits(ret, fault, leaf);
	if (show && !(whole && fits))
		ktap_note("%s in call %lu (%s): %s %d", faults[fault].name, nth,
			  leaf, ret < 0 ? strerror(-ret) : "exit", ret);
	return whole && fits;
}

static unsigned long number(const char *name, unsigned long otherwise)
{
	const char *s = getenv(name);

	return s && *s ? strtoul(s, NULL, 0) : otherwise;
}

int main(void)
{
	unsigned long runs = number("RUNS", DEFAULT_RUNS);
	unsigned long seed = number("SEED", (unsigned long)time(NULL) % 1000000);
	unsigned long slice = 1, slices = 1, calls, all, first, i, bad = 0;
	const char *s = getenv("SLICE");
	char leaf[64];
	int ret;

	ktap_header();
	ktap_plan(4);
	image = read_file("/tests/guest/life.img", &image_size);
	reset = read_file("/tests/guest/life.reset", &reset_size);
	if (!image || !reset || access(SOFTSEAM "inject", W_OK))
		ktap_bail("no guest image, or no software TDX module");
	if (getenv("LIFE") && !strcmp(getenv("LIFE"), "2M"))
		kind = LIFE_WHOLE_2M;
	if (s && (sscanf(s, "%lu/%lu", &slice, &slices) != 2 || !slice ||
		  slice > slices))
		ktap_bail("SLICE=n/m");

	put(SEAMHOST "enable", "1");
	put(SEAMHOST "seamcalls", "0");
	ret = life();
	calls = calls_made(GP, leaf);
	ktap_ok(!ret && nothing_left(), "a life without a failure");
	ktap_ok(calls > 100, "it takes %lu SEAMCALLs", calls);

	all = calls * NR_FAULTS;
	first = all * (slice - 1) / slices;
	if (!runs)
		all = all * slice / slices - first;
	srandom(seed);
	for (i = 0; i < (runs ? runs : all); i++) {
		unsigned long n = runs ? (unsigned long)random() % all :
				  first + i;

		bad += !life_with(n / NR_FAULTS + 1, n % NR_FAULTS,
				  bad < SHOWN);
	}
	put(SEAMHOST "enable", "0");
	if (runs)
		ktap_ok(!bad, "%lu of %lu failures of %lu leave nothing, and are told (SEED=%lu)",
			i - bad, i, all, seed);
	else
		ktap_ok(!bad, "%lu of %lu failures leave nothing, and are told (from %lu)",
			i - bad, i, first);
	ktap_ok(!life() && nothing_left(), "and a TD lives after them");
	return ktap_exit();
}
