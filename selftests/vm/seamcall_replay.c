// SPDX-License-Identifier: GPL-2.0-only
/*
 * A sample of the recorded call sequences through the SEAMCALL instruction.
 * seamcall_replay MAX FILE...: at most MAX sequences of each file.
 *
 * A sequence qualifies when no guest runs in it and when it names no more than
 * pages of TDMRs, host pages and KeyIDs: the machine is up already, and all of
 * its memory is in TDMRs. A call that names other places is left out where it
 * was refused, for it changed nothing; else the sequence is not taken. Why
 * others are not is told, family by family.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../modules/seamcall_raw.h"
#include "../user/seam/trace.c"
#include <ktap.h>

#define UNLISTED	0x5e00ULL
#define NR_H		16
#define NR_P_BLOCKS	2
#define NR_S		64
#define BLOCK		0x200000ULL

struct seam_config seam_config = {
	.keyids_shared = 31, .keyids_private = 32, .keyid_shift = 46,
	.keyid_bits = 6, .max_pa = 52,
};

static int dev;
static u64 h_block[NR_H], p_block[NR_P_BLOCKS], s_page[NR_S];
static bool p_used[NR_P_BLOCKS * 512];
static bool split;		/* a 2M page may be in pieces */
static bool foreign;		/* a symbol that this machine has no place for */
static struct trace_line line;

static u64 alloc_pages(unsigned int order)
{
	struct seamcall_raw_alloc a = { .order = order };

	return ioctl(dev, SEAMCALL_RAW_ALLOC, &a) ? 0 : a.hpa;
}

/* Each sequence gets pages that no TD had before: RDMD shows old owners. */
static void forget_pages(void)
{
	memset(h_block, 0, sizeof(h_block));
	memset(p_block, 0, sizeof(p_block));
	memset(p_used, 0, sizeof(p_used));
	split = false;
}

static u64 once(u64 *hpa, unsigned int order)
{
	if (!*hpa)
		*hpa = alloc_pages(order);
	if (!*hpa)
		foreign = true;
	return *hpa;
}

bool trace_symbol(char letter, u64 n, u64 *val)
{
	*val = 0;
	if (letter == 'H' && n < NR_H) {
		*val = once(&h_block[n], 9);
	} else if (letter == 'P' && n < NR_P_BLOCKS * 512) {
		*val = once(&p_block[n / 512], 9) + n % 512 * 4096;
		p_used[n] = true;
	} else if (letter == 'S' && n < NR_S) {
		*val = once(&s_page[n], 0);
	} else {
		foreign = true;
	}
	return true;
}

static bool parse(const char *text)
{
	foreign = false;
	return trace_parse(text, &line);
}

/* Calls are quicker from where they are made. */
static void move_to(unsigned int cpu)
{
	static unsigned int here;
	cpu_set_t set;

	if (cpu == here)
		return;
	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (!sched_setaffinity(0, sizeof(set), &set))
		here = cpu;
}

static u64 call(unsigned int lp, const u64 in[NR_GPRS], u64 out[NR_GPRS])
{
	/* tests keep off CPU 0 */
	struct seamcall_raw_call c = { .cpu = lp + 1 };
	bool resumed = false;
	u64 st;

	move_to(c.cpu);
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
	st = call(line.lp, in, out);
	split |= number == TDH_MEM_PAGE_DEMOTE && !st;
	return agrees(text, st, in, out) ? 0 : -1;
}

/* ---- taking back ------------------------------------------------------------- */

static bool page_type(u64 hpa, u64 *type, u64 *level)
{
	u64 out[NR_GPRS];

	if (simple(0, TDH_PHYMEM_PAGE_RDMD, hpa, out))
		return false;
	*type = out[RCX];
	*level = out[R8];
	return *type;
}

/* Of what the sequence named: a call takes its time. */
static void each_page(void (*fn)(u64 hpa, u64 type))
{
	u64 type, level;
	unsigned int b, i;

	for (i = 0; i < NR_P_BLOCKS * 512; i++) {
		u64 hpa = p_block[i / 512] + i % 512 * 4096;

		if (p_used[i] && p_block[i / 512] &&
		    page_type(hpa, &type, &level))
			fn(hpa, type);
	}
	for (b = 0; b < NR_H; b++) {
		for (i = 0; h_block[b] && i < (split ? 512 : 1); i++) {
			u64 hpa = h_block[b] + i * 4096;

			if (!page_type(hpa, &type, &level))
				continue;
			fn(hpa, type);
			if (level)
				break;
		}
	}
}

static void flush(u64 hpa, u64 type)
{
	u64 out[NR_GPRS];

	if (type != PT_TDVPR)
		return;
	simple(0, TDH_VP_FLUSH, hpa, out);
	simple(1, TDH_VP_FLUSH, hpa, out);
}

static void block(u64 hpa, u64 type)
{
	u64 out[NR_GPRS];

	if (type == PT_TDR)
		simple(0, TDH_MNG_VPFLUSHDONE, hpa, out);
}

static void free_key(u64 hpa, u64 type)
{
	u64 out[NR_GPRS];

	if (type == PT_TDR)
		simple(0, TDH_MNG_KEY_FREEID, hpa, out);
}

static void reclaim(u64 hpa, u64 type)
{
	u64 out[NR_GPRS];

	(void)type;
	simple(0, TDH_PHYMEM_PAGE_RECLAIM, hpa, out);
}

static unsigned int left;

static void count_left(u64 hpa, u64 type)
{
	printf("# left: 0x%llx type %llu\n", hpa, type);
	left++;
}

static bool take_back(void)
{
	u64 out[NR_GPRS];

	left = 0;
	each_page(flush);
	each_page(block);
	simple(0, TDH_PHYMEM_CACHE_WB, 0, out);
	each_page(free_key);
	each_page(reclaim);		/* TDRs come last */
	each_page(reclaim);
	each_page(count_left);
	return !left;
}

/* ---- sequences ------------------------------------------------------------------ */

struct seq {
	char **text;
	unsigned int nr;
};

/* Why a sequence cannot be played here; NULL when it can. */
static const char *unfit_line(const char *t)
{
	if (strstr(t, " g ") || strstr(t, "ENTERED"))
		return "a guest acts, and no page of its TD has code";
	if (strstr(t, "TDH.SYS.SHUTDOWN") && strstr(t, "-> SUCCESS"))
		return "the module is shut down";
	/* other places: T, A, C and X */
	if ((strstr(t, "=T") || strstr(t, "=A") || strstr(t, "=C+") ||
	     strstr(t, "=X")) && strstr(t, "-> SUCCESS"))
		return "it needs memory where this machine has none";
	/* XFAM of TD_PARAMS */
	if (strstr(t, "0x18=0x1e") && !strstr(t, " 0x8=3 ") &&
	    !strstr(t, " 0x8=7 "))
		return "its TD has features that this CPU has not";
	return NULL;
}

static const char *unfit(const struct seq *s)
{
	const char *why;
	unsigned int i;

	if (strstr(s->text[0], "start=cold"))
		return "it brings a module up, with other CPUs and memory";
	if (strstr(s->text[0], "pkgs=2"))
		return "its machine has two packages";
	for (i = 1; i < s->nr; i++) {
		why = unfit_line(s->text[i]);
		if (why)
			return why;
	}
	return NULL;
}

/*
 * Refusals that depend on the machine: a place outside of all TDMRs, an
 * address of the machine as a GPA, paging levels.
 */
static bool left_out(const char *t)
{
	if (strstr(t, "-> SUCCESS"))
		return false;
	return strstr(t, "OPERAND_ADDR_RANGE_ERROR") ||
	       strstr(t, "|EPTP_CONTROLS") ||	/* this CPU has 5 levels */
	       ((strstr(t, "TDH.MEM.") || strstr(t, "TDH.MR.")) &&
		(strstr(t, "RCX=P") || strstr(t, "RCX=H") ||
		 strstr(t, "RCX=S")));
}

/* As at the start of each recording, as far as a sequence can tell. */
static void clear_host_pages(void)
{
	unsigned int i;

	memset(&line, 0, sizeof(line));
	for (i = 0; i < NR_S; i++) {
		line.page = s_page[i];
		if (line.page)
			host_write();
	}
}

static void play_seq(const struct seq *s, const char *name)
{
	unsigned int i, calls = 0, skipped = 0;
	bool ok = true;
	char head[80];

	snprintf(head, sizeof(head), "%.*s", (int)strcspn(s->text[0], "\n"),
		 s->text[0]);
	forget_pages();
	clear_host_pages();
	for (i = 1; ok && i < s->nr; i++) {
		if (left_out(s->text[i])) {
			skipped++;
			continue;
		}
		switch (parse(s->text[i]) ? play(s->text[i]) : -1) {
		case 0:
			calls += line.kind == LINE_CALL;
			break;
		case 1:
			skipped++;
			break;
		default:
			ok = false;
		}
	}
	ok = take_back() && ok;
	ktap_ok(ok, "%s: %s: %u calls, %u left out", name, head, calls,
		skipped);
}

/* How many sequences of a file were not taken, by reason. */
static struct { const char *why; unsigned int n; } reasons[8];

static void not_taken(const char *why)
{
	unsigned int i;

	for (i = 0; i < 7 && reasons[i].why && reasons[i].why != why; i++)
		;
	reasons[i].why = why;
	reasons[i].n++;
}

static void tell_family(const char *name, unsigned int played,
			unsigned int more)
{
	unsigned int i, most = 0;

	ktap_note("%s: %u played, %u more could be", name, played, more);
	for (i = 0; i < 8 && reasons[i].why; i++) {
		ktap_note("%s: not %u: %s", name, reasons[i].n, reasons[i].why);
		if (reasons[i].n > reasons[most].n)
			most = i;
	}
	if (!played)
		ktap_skip(name, reasons[most].why);
	memset(reasons, 0, sizeof(reasons));
}

static void play_file(const char *path, unsigned int max)
{
	const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	unsigned int played = 0, more = 0;
	struct seq s = { 0 };
	FILE *f = fopen(path, "r");
	char *text = NULL;
	const char *why;
	size_t cap = 0;

	if (!f) {
		ktap_ok(false, "%s cannot be read", path);
		return;
	}
	while (getline(&text, &cap, f) > 0) {
		if (strncmp(text, "end", 3)) {
			s.text = realloc(s.text, (s.nr + 1) * sizeof(*s.text));
			s.text[s.nr++] = strdup(text);
			continue;
		}
		why = unfit(&s);
		if (why)
			not_taken(why);
		else if (played == max)
			more++;
		else if (++played)
			play_seq(&s, name);
		while (s.nr)
			free(s.text[--s.nr]);
	}
	tell_family(name, played, more);
	free(s.text);
	free(text);
	fclose(f);
}

int main(int argc, char **argv)
{
	int i;

	if (argc < 3) {
		fprintf(stderr, "usage: %s max file...\n", argv[0]);
		return 2;
	}
	dev = open("/dev/seamcall-test", O_RDWR);
	if (dev < 0)
		ktap_skip_all("no /dev/seamcall-test");
	ktap_header();
	for (i = 2; i < argc; i++)
		play_file(argv[i], atoi(argv[1]));
	ktap_plan(ktap_seen);
	return ktap_exit();
}
