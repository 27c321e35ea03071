/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Recorded calls through /dev/seamcall-test, for the programs that play them.
 * They tell where symbols are (trace_symbol()), and set foreign for those that
 * the machine has no place for.
 */
#ifndef SELFTESTS_REPLAY_H
#define SELFTESTS_REPLAY_H

#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../lib/cpu.h"
#include "../modules/seamcall_raw.h"
#include "../user/seam/trace.c"
#include <ktap.h>

#define UNLISTED	0x5e00ULL

static int dev;
static unsigned int first_cpu;	/* which LP 0 is */
static bool foreign;		/* a symbol that this machine has no place for */
static struct trace_line line;

static void replay_open(unsigned int cpu)
{
	first_cpu = cpu;
	dev = open("/dev/seamcall-test", O_RDWR);
	if (dev < 0)
		ktap_skip_all("no /dev/seamcall-test");
}

static u64 alloc_pages(unsigned int order)
{
	struct seamcall_raw_alloc a = { .order = order };

	return ioctl(dev, SEAMCALL_RAW_ALLOC, &a) ? 0 : a.hpa;
}

static bool parse(const char *text)
{
	foreign = false;
	return trace_parse(text, &line);
}

static u64 call(unsigned int lp, const u64 in[NR_GPRS], u64 out[NR_GPRS])
{
	struct seamcall_raw_call c = { .cpu = lp + first_cpu };
	bool resumed = false;
	u64 st;

	/* calls are quicker from where they are made */
	cpu_move_to(c.cpu);
	memcpy(c.regs, in, sizeof(c.regs));
	for (;;) {
		if (ioctl(dev, SEAMCALL_RAW_CALL, &c))
			return ~0ULL;
		st = c.regs[RAX];
		/* this machine has interrupts; the recorded one had none */
		if (st == TDX_WORD_INTERRUPTED_RESUMABLE) {
			c.regs[RCX] = 1;
			resumed = true;
		} else if (st != TDX_WORD_INTERRUPTED_RESTARTABLE) {
			break;
		}
		c.regs[RAX] = in[RAX];
	}
	/* that it went on was said here, not recorded */
	if (resumed)
		c.regs[RCX] = in[RCX];
	memcpy(out, c.regs, sizeof(c.regs));
	return st;
}

static u64 simple(unsigned int lp, u64 leaf, u64 rcx, u64 *out)
{
	u64 in[NR_GPRS] = { [RAX] = leaf, [RCX] = rcx };

	return call(lp, in, out);
}

static bool host_write(void)
{
	u64 *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, dev,
		      line.page);
	unsigned int i;

	if (p == MAP_FAILED)
		return false;
	for (i = 0; i < 512; i++)
		p[i] = line.lin ?
			line.lin_start + i * 0x9e3779b97f4a7c15ULL : 0;
	for (i = 0; i < line.nr_words; i++)
		p[line.word[i].off / 8] = line.word[i].val;
	munmap(p, 4096);
	return true;
}

/* In R8: XFAM_FIXED0, places of CMRs, the number of an LP. */
static bool machine_value(const char *text)
{
	static const char *const fields[] = {
		"RDX=0x1900000300000002 ", "RDX=0x90000003000001",
		"RDX=0xa020000200000004 ",
	};
	unsigned int i;

	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (strstr(text, ".RD ") && strstr(text, fields[i]))
			return true;
	return false;
}

static bool agrees(const char *text, u64 st, const u64 *in, const u64 *out)
{
	char w[80], g[80];
	unsigned int i;

	if (st != line.status) {
		printf("# %s#   wanted %s, got %s\n", text,
		       trace_status(line.status, w, sizeof(w)),
		       trace_status(st, g, sizeof(g)));
		return false;
	}
	for (i = RCX; i < NR_GPRS; i++) {
		u64 want = line.out[i].listed ? line.out[i].val : in[i];

		/* RBP stays the kernel's own */
		if (i == RSP || i == RBP || line.out[i].any || out[i] == want)
			continue;
		if (i == R8 && machine_value(text))
			continue;
		printf("# %s#   %s: wanted 0x%llx, got 0x%llx\n", text,
		       trace_gpr[i], want, out[i]);
		return false;
	}
	return true;
}

/* Of a line that was parsed: 0 as recorded, 1 left out, -1 not. */
static int play(const char *text)
{
	u64 in[NR_GPRS], out[NR_GPRS], number, st;
	unsigned int i;

	if (line.kind == LINE_MEM)
		return foreign || !host_write() ? -1 : 0;
	if (line.kind != LINE_CALL)
		return 1;
	if (foreign || trace_leaf(line.what, false, &number))
		return 1;
	for (i = 0; i < NR_GPRS; i++)
		in[i] = line.in[i].listed ? line.in[i].val : UNLISTED + i;
	if (!line.in[RAX].listed)
		in[RAX] = number;
	for (i = 1; i < line.repeat; i++)
		if (call(line.lp, in, out))
			return -1;
	st = call(line.lp, in, out);
	return agrees(text, st, in, out) ? 0 : -1;
}

#endif /* SELFTESTS_REPLAY_H */
