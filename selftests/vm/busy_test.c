// SPDX-License-Identifier: GPL-2.0-only
/*
 * A TDX module that is busy, for every leaf that a TD's life needs: for longer
 * than a CPU would spin, and for ever. Nobody spins under a lock for it, the
 * TD lives on, and what never ends is told.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <linux/kvm.h>
#include "../guest/layout.h"
#include "../guest/life.h"
#include "../include/ktap.h"
#include "../lib/audit.h"
#include "../lib/inject.h"
#include "../lib/seamcalls.h"
#include "../lib/td.h"
#include "../lib/whole_life.h"

#define BUSY		"status 0x8000020000000080"
#define EPOCH_BUSY	"status 0x8000020100000000"
#define MAX_LEAVES	64
/* More than are asked without sleeping, or before the vCPUs are kept out */
#define MANY		40
/* and where nobody may sleep */
#define MANY_ATOMIC	20000

static struct whole_life the_life = { .kind = LIFE_WHOLE_2M };
static char leaf[MAX_LEAVES][64];
static unsigned int leaves;

/* Which leaves a life needs */
static void find_leaves(void)
{
	FILE *f = fopen(SEAMCALLS, "r");
	unsigned long calls;
	char line[512];

	while (f && leaves < MAX_LEAVES && fgets(line, sizeof(line), f))
		if (sscanf(line, "%63s %lu", leaf[leaves], &calls) == 2 &&
		    !strncmp(leaf[leaves], "TDH.", 4) && calls)
			leaves++;
	if (f)
		fclose(f);
}

static bool no_rule_left(void)
{
	FILE *f = fopen(INJECT, "r");
	bool left = false;
	char line[128];

	while (f && fgets(line, sizeof(line), f))
		left |= strstr(line, " times=") || strstr(line, "no-entropy");
	if (f)
		fclose(f);
	return !left;
}

/* A life with @rule ends well, once the rule is used up. */
static bool lives(const char *rule)
{
	bool struck;
	int ret;

	inject(rule);
	ret = whole_life(&the_life);
	struck = no_rule_left();
	inject("clear");
	if (ret || !struck)
		ktap_note("%s: %d%s", rule, ret, struck ? "" : ", not so often");
	return !ret && struck && nothing_left();
}

static bool is_atomic(const char *name)
{
	return !strcmp(name, "TDH.VP.FLUSH") || !strcmp(name, "TDH.VP.RD") ||
	       !strcmp(name, "TDH.VP.WR") || !strcmp(name, "TDH.VP.INIT");
}

static void all_leaves(void)
{
	char rule[128];
	unsigned int i;

	for (i = 0; i < leaves; i++) {
		snprintf(rule, sizeof(rule), "%s " BUSY " times=%d", leaf[i],
			 is_atomic(leaf[i]) ? MANY_ATOMIC : MANY);
		ktap_ok(lives(rule), "%s is busy for long", leaf[i]);
	}
}

/* vCPUs: nothing is lost, whoever is told may try again. */
static void enter_forever(void)
{
	char rule[] = "TDH.VP.ENTER " BUSY " times=1000000";
	struct td_vmm td = { .unmeasured = true };
	int ret, again;

	ret = td_build(&td, 1, LIFE_HLT, the_life.image, the_life.image_size,
		       the_life.reset);
	if (!ktap_ok(!ret, "a TD"))
		ktap_note("%s", strerror(-ret));
	inject(rule);
	ret = td_run(&td, 0, NULL);
	inject("clear");
	again = td_run(&td, 0, NULL);
	if (!ktap_ok(ret == -EAGAIN && again == KVM_EXIT_IO,
		     "VP.ENTER is always busy: EAGAIN, and the TD runs on after it"))
		ktap_note("%d, then %d", ret, again);
	td_free(&td);
}

static bool set_online(int cpu, const char *text)
{
	char name[64];
	bool ok;
	int fd;

	snprintf(name, sizeof(name), "/sys/devices/system/cpu/cpu%d/online", cpu);
	fd = open(name, O_WRONLY | O_CLOEXEC);
	ok = fd >= 0 && write(fd, text, 1) == 1;
	if (fd >= 0)
		close(fd);
	return ok;
}

/* One of the allowed CPUs, and this thread on it alone */
static int pin(const cpu_set_t *allowed)
{
	cpu_set_t one;
	int cpu = 0;

	while (!CPU_ISSET(cpu, allowed))
		cpu++;
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	sched_setaffinity(0, sizeof(one), &one);
	return cpu;
}

/* A CPU goes that a vCPU was on: it is taken off there first. */
static void cpu_goes(void)
{
	char rule[] = "TDH.VP.FLUSH " BUSY " times=20000";
	struct td_vmm td = { .unmeasured = true };
	cpu_set_t allowed;
	bool gone, struck;
	int ret, cpu;

	sched_getaffinity(0, sizeof(allowed), &allowed);
	ret = td_build(&td, 1, LIFE_WHOLE, the_life.image, the_life.image_size,
		       the_life.reset);
	cpu = pin(&allowed);
	if (!ret)
		ret = td_run(&td, 0, NULL);
	sched_setaffinity(0, sizeof(allowed), &allowed);
	inject(rule);
	gone = set_online(cpu, "0");
	struck = no_rule_left();
	inject("clear");
	if (ret == KVM_EXIT_IO && !ioctl(td.vcpu[0].fd, KVM_NMI))
		ret = td_run(&td, 0, NULL);
	if (!ktap_ok(ret == KVM_EXIT_IO && gone && struck,
		     "VP.FLUSH is busy for long on a CPU that goes"))
		ktap_note("%d%s%s", ret, gone ? "" : ", it did not go",
			  struck ? "" : ", not so often");
	set_online(cpu, "1");
	td_free(&td);
	ktap_ok(nothing_left(), "that leaves nothing");
}

/* What the host wants meanwhile is refused, not put off for ever. */
static void always(const char *rule, int want, const char *what)
{
	int ret;

	inject(rule);
	ret = whole_life(&the_life);
	inject("clear");
	if (!ktap_ok(ret == want && nothing_left(), "%s", what))
		ktap_note("%d", ret);
	ktap_ok(!whole_life(&the_life) && nothing_left(),
		"and a TD lives after that");
}

int main(void)
{
	ktap_header();
	if (!whole_life_load(&the_life) || access(INJECT, W_OK))
		ktap_bail("no guest image, or no software TDX module");
	seamcalls_start();
	ktap_ok(!whole_life(&the_life), "a life");
	find_leaves();
	seamcalls_stop();
	ktap_ok(leaves > 20, "it needs %u leaves", leaves);

	all_leaves();
	ktap_ok(lives("TDH.MEM.TRACK " EPOCH_BUSY " times=20"),
		"vCPUs are long in the epoch before");
	ktap_ok(lives("no-entropy 5"), "random numbers run short");
	enter_forever();
	cpu_goes();
	always("no-entropy 1000000", -EAGAIN,
	       "there are no random numbers: EAGAIN");
	always("TDH.MR.FINALIZE " BUSY " times=1000000", -EBUSY,
	       "FINALIZE_VM is always busy: EBUSY");
	always("TDH.MEM.RANGE.BLOCK " BUSY " times=1000000", -EIO,
	       "a page that cannot be taken out is an error");
	ktap_plan(ktap_seen);
	return ktap_exit();
}
