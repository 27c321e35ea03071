// SPDX-License-Identifier: GPL-2.0-only
/*
 * The life of a TD with one SEAMCALL failing, over and over: the n-th call of
 * it, for each class of failure. Whatever fails, the host stays whole and
 * takes everything back.
 *
 * sweep_test [RUNS [SEED]]: RUNS picks at random among all; 0 is all of them.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "../guest/layout.h"
#include "../guest/life.h"
#include "../include/ktap.h"
#include "../lib/td.h"

#define SOFTSEAM	"/sys/kernel/debug/softseam/"
#define SEAMHOST	"/sys/kernel/debug/seamhost/"
#define DEFAULT_RUNS	100

static const struct {
	const char *name, *rule;
} faults[] = {
	{ "busy", "status 0x8000020000000080" },
	{ "invalid operand", "status 0xc000010000000001" },
	{ "fatal TD", "status 0xe000060400000000" },
	{ "VMfailInvalid", "vmfailinvalid" },
	{ "#GP", "gp" },
};

#define NR_FAULTS	(sizeof(faults) / sizeof(faults[0]))

static void *image, *reset;
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

static bool nothing_left(void)
{
	unsigned long pages = ~0UL, keyids = ~0UL, vcpus = ~0UL;
	FILE *f = fopen(SOFTSEAM "audit", "r");
	int n = 0;

	if (f) {
		n = fscanf(f, "owned_pages=%lu keyids=%lu vcpus=%lu", &pages,
			   &keyids, &vcpus);
		fclose(f);
	}
	if (n == 3 && !pages && !keyids && !vcpus)
		return true;
	ktap_note("audit: pages %lu KeyIDs %lu vCPUs %lu", pages, keyids,
		  vcpus);
	return false;
}

static unsigned long calls_made(void)
{
	FILE *f = fopen(SEAMHOST "seamcalls", "r");
	unsigned long n, sum = 0;
	char line[512], name[64];

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "%63s %lu", name, &n) == 2)
			sum += n;
	if (f)
		fclose(f);
	return sum;
}

/* A whole life; any step may fail. True when the guest got to its end. */
static bool life(void)
{
	struct td_vmm td = {};
	int ret;

	ret = td_build(&td, 1, LIFE_REPORT, image, image_size, reset);
	if (ret >= 0)
		ret = td_run(&td, 0, NULL);
	td_free(&td);
	return ret == KVM_EXIT_IO;
}

static bool life_with(unsigned long nth, unsigned int fault)
{
	char rule[96];
	bool whole;

	snprintf(rule, sizeof(rule), "* %s nth=%lu", faults[fault].rule, nth);
	if (!put(SOFTSEAM "inject", rule)) {
		ktap_note("rule \"%s\" refused", rule);
		return false;
	}
	life();
	put(SOFTSEAM "inject", "clear");
	whole = nothing_left();
	if (!whole)
		ktap_note("after %s in call %lu", faults[fault].name, nth);
	return whole;
}

int main(int argc, char **argv)
{
	unsigned long runs = argc > 1 ? strtoul(argv[1], NULL, 0) : DEFAULT_RUNS;
	unsigned int seed = argc > 2 ? (unsigned int)atoi(argv[2]) :
			    (unsigned int)time(NULL);
	unsigned long calls, all, i, bad = 0;

	ktap_header();
	ktap_plan(4);
	image = read_file("/tests/guest/life.img", &image_size);
	reset = read_file("/tests/guest/life.reset", &reset_size);
	if (!image || !reset || access(SOFTSEAM "inject", W_OK))
		ktap_bail("no guest image, or no software TDX module");

	put(SEAMHOST "enable", "1");
	put(SEAMHOST "seamcalls", "0");
	ktap_ok(life() && nothing_left(), "a life without a failure");
	calls = calls_made();
	put(SEAMHOST "enable", "0");
	ktap_ok(calls > 100, "it takes %lu SEAMCALLs", calls);

	all = calls * NR_FAULTS;
	srandom(seed);
	for (i = 0; i < (runs ? runs : all); i++) {
		unsigned long n = runs ? (unsigned long)random() % all : i;

		bad += !life_with(n / NR_FAULTS + 1, n % NR_FAULTS);
	}
	ktap_ok(!bad, "%lu of %lu failures (seed %u) leave nothing", i - bad, i,
		seed);
	ktap_ok(life() && nothing_left(), "and a TD lives after them");
	return ktap_exit();
}
