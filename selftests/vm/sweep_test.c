// SPDX-License-Identifier: GPL-2.0-only
/*
 * The life of a TD with one SEAMCALL failing, over and over: the n-th call of
 * it, for each class of failure. The VMM is told by an errno or an exit, the
 * host stays whole and takes everything back.
 *
 * From the environment: RUNS lives chosen at random (0 is all of them), by
 * SEED; SLICE=2/4 is the second quarter of all. With "2M" it is a longer life,
 * most calls of which look at pages that could become one.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <linux/kvm.h>
#include "../guest/life.h"
#include "../include/ktap.h"
#include "../lib/audit.h"
#include "../lib/inject.h"
#include "../lib/seamcalls.h"
#include "../lib/whole_life.h"

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
 * insisted on, a large page that cannot be made leaves small ones, where a vCPU
 * cannot be moved by one call it is by the next, and a HLT whose reason to end
 * is not known ends. PAMT pages that do not come back are asked for again.
 */
static const char *const absorbed[] = {
	"TDH.MNG.VPFLUSHDONE", "TDH.PHYMEM.CACHE.WB", "TDH.MNG.KEY.FREEID",
	"TDH.PHYMEM.PAGE.RECLAIM", "TDH.PHYMEM.PAGE.WBINVD", "TDH.VP.FLUSH",
	"TDH.MEM.PAGE.PROMOTE", "TDH.MEM.SEPT.RD", "TDH.VP.RD",
	"TDH.PHYMEM.PAMT.REMOVE",
};

static struct whole_life the_life = { .kind = LIFE_WHOLE };
static unsigned long calls_built;	/* until the TD is ready to run */

static void ready(void)
{
	calls_built = seamcalls_total();
}

static bool is_absorbed(const char *leaf, unsigned long nth)
{
	unsigned int i;

	/* an NMI that was not delivered at one entry is at the next */
	if (!strcmp(leaf, "TDH.VP.WR"))
		return nth > calls_built;
	/* it was for the large page, which was not made then */
	if (!strcmp(leaf, "TDH.MEM.RANGE.BLOCK"))
		return the_life.kind == LIFE_WHOLE_2M &&
		       !seamcalls_done("TDH.MEM.PAGE.PROMOTE");
	for (i = 0; i < sizeof(absorbed) / sizeof(*absorbed); i++)
		if (!strcmp(absorbed[i], leaf))
			return true;
	return false;
}

/* Was it right to answer @ret to a failure of @leaf, the @nth call? */
static bool answer_fits(int ret, unsigned int fault, const char *leaf,
			unsigned long nth)
{
	/* the call with this number was not made this time */
	if (!*leaf)
		return !ret;
	switch (ret) {
	case 0:
		return fault == BUSY || is_absorbed(leaf, nth);
	case -EIO:
	case KVM_EXIT_FAIL_ENTRY:
	case KVM_EXIT_INTERNAL_ERROR:
		return fault != BUSY;
	case -EINVAL:
		return fault == OPERAND && !strcmp(leaf, "TDH.MNG.INIT");
	case WHOLE_LIFE_GUEST + LIFE_NO_TIMER:
		return fault != BUSY && !strcmp(leaf, "TDH.MNG.RD");
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
	seamcalls_start();
	inject(rule);
	ret = whole_life(&the_life);
	if (!inject_struck(leaf))
		*leaf = 0;
	inject("clear");
	whole = nothing_left();
	fits = answer_fits(ret, fault, leaf, nth);
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

int main(int argc, char **argv)
{
	unsigned long runs = number("RUNS", DEFAULT_RUNS);
	unsigned long seed = number("SEED", (unsigned long)time(NULL) % 1000000);
	unsigned long slice = 1, slices = 1, calls, all, first, i, bad = 0;
	const char *s = getenv("SLICE");
	int ret;

	ktap_header();
	ktap_plan(4);
	if (!whole_life_load(&the_life) || access(INJECT, W_OK))
		ktap_bail("no guest image, or no software TDX module");
	if (argc > 1 && !strcmp(argv[1], "2M"))
		the_life.kind = LIFE_WHOLE_2M;
	if (s && (sscanf(s, "%lu/%lu", &slice, &slices) != 2 || !slice ||
		  slice > slices))
		ktap_bail("SLICE=n/m");

	seamcalls_start();
	the_life.ready = ready;
	ret = whole_life(&the_life);
	the_life.ready = NULL;
	calls = seamcalls_total();
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
	seamcalls_stop();
	if (runs)
		ktap_ok(!bad, "%lu of %lu failures of %lu leave nothing, and are told (SEED=%lu)",
			i - bad, i, all, seed);
	else
		ktap_ok(!bad, "%lu of %lu failures leave nothing, and are told (from %lu)",
			i - bad, i, first);
	ktap_ok(!whole_life(&the_life) && nothing_left(), "and a TD lives after them");
	return ktap_exit();
}
