// SPDX-License-Identifier: GPL-2.0-only
/*
 * The module behind the SEAMCALL instruction of a machine that is up, for the
 * tests of single leaves: calls go through /dev/seamcall-test, a second
 * process is the other processor, and softseam's debugfs stops a leaf in its
 * middle and tells whether anything changed.
 *
 * The tests' addresses stand for pages of this machine and are exchanged in
 * each call. A world is kept for the next test where nothing changed it.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../lib/cpu.h"
#include "../../modules/seamcall_raw.h"
#include "trace.h"
#include "world.h"
#include "world_raw.h"

#define UNLISTED	0x5e00ULL
#define DEBUGFS		"/sys/kernel/debug/softseam/"
#define NR_BLOCKS	18		/* H(0) .. H(15), P(0) .. P(1023) */
#define NR_S		64
#define NO_RAM_HERE	0x2000000000ULL
#define HPA_BITS	SEAM_MASK(45, 12)
#define STALL_US	8000000
#define OPERANDS(...)	((u64[WORLD_OPERANDS]) { __VA_ARGS__ })

struct seam_config seam_config = {
	.keyids_shared = 31, .keyids_private = 32, .keyid_shift = 46,
	.keyid_bits = 6, .max_pa = 52,
};

u64 world_regs[2][NR_GPRS];

/* INTERRUPTED_* is an answer like others, not one to call again for. */
static bool want_interrupt;

static int dev, inject, digest_file, helper[2];
static u64 block[NR_BLOCKS], s_page[NR_S];
static u64 *s_ptr[NR_S];
/* What calls named, for that alone can be the module's; or parts of it. */
static bool page_used[NR_BLOCKS][512];
static bool parts_used;
static bool helper_busy;

static const char *standing;		/* name of the world that stands */
static u64 built_digest, last_digest;
static bool digest_valid;
static u64 xmm5;			/* after the last VP.ENTER */

static const struct {
	u64 number;
	const char *name;
} leaves[] = {
#define X(id, number, version, name, ...)	{ number, name },
	TDX_HOST_LEAVES(X)
#undef X
};

static void die(const char *what)
{
	printf("Bail out! %s\n", what);
	exit(1);
}

/* ---- addresses -------------------------------------------------------------- */

static bool outside(u64 page)
{
	return page == SIM_X0 || page == SIM_T1;
}

bool (*world_raw_place)(u64 page, u64 *real);

static u64 to_real(u64 val)
{
	u64 page = val & HPA_BITS, off = page - SIM_H0, real = page;
	unsigned int b = off / LEVEL_BYTES(1);

	if (world_raw_place && world_raw_place(page, &real))
		return (val & ~HPA_BITS) | real;
	if (page >= SIM_H0 && b < NR_BLOCKS) {
		page_used[b][off / PAGE_BYTES % 512] = true;
		real = block[b] + off % LEVEL_BYTES(1);
	} else if (page >= SIM_S0 && page < S(NR_S)) {
		real = s_page[(page - SIM_S0) / PAGE_BYTES];
	} else if (outside(page)) {
		real = NO_RAM_HERE;
	} else if (page == WORLD_RESERVED) {
		real = PAGE_BYTES;	/* below 1M */
	}
	return (val & ~HPA_BITS) | real;
}

static u64 from_real(u64 val)
{
	u64 page = val & HPA_BITS, sim = page;
	unsigned int i;

	if (page == NO_RAM_HERE)
		sim = SIM_X0;
	for (i = 0; i < NR_BLOCKS; i++)
		if (page >= block[i] && page - block[i] < LEVEL_BYTES(1))
			sim = H(i) + (page - block[i]);
	for (i = 0; i < NR_S; i++)
		if (page == s_page[i])
			sim = S(i);
	return (val & ~HPA_BITS) | sim;
}

u64 world_raw_hpa(u64 val)
{
	return to_real(val);
}

void *world_raw_page(hpa_t page)
{
	return s_ptr[(page - SIM_S0) / PAGE_BYTES];
}

/* ---- calls ------------------------------------------------------------------ */

static void raw_call(struct seamcall_raw_call *c)
{
	u64 rax = c->regs[RAX], st;

	for (;;) {
		if (ioctl(dev, SEAMCALL_RAW_CALL, c))
			die("no call");
		st = c->regs[RAX];
		/* this machine has interrupts of its own */
		if (want_interrupt)
			return;
		if (st == TDX_WORD_INTERRUPTED_RESUMABLE)
			c->regs[RCX] = 1;
		else if (st != TDX_WORD_INTERRUPTED_RESTARTABLE)
			return;
		c->regs[RAX] = rax;
	}
}

static void fill(struct seamcall_raw_call *c, unsigned int lp,
		 const u64 call[WORLD_OPERANDS])
{
	static const u8 operands[] = { RAX, RCX, RDX, R8, R9, R10, R11 };
	unsigned int i;

	c->cpu = lp + 1;
	c->xmm5 = UNLISTED;
	for (i = 0; i < NR_GPRS; i++)
		c->regs[i] = UNLISTED + i;
	for (i = 0; i < WORLD_OPERANDS; i++)
		c->regs[operands[i]] = to_real(call[i]);
}

static bool demotes(const u64 call[WORLD_OPERANDS])
{
	return (call[0] & 0xffff) == TDH_MEM_PAGE_DEMOTE;
}

static u64 call_with(unsigned int lp, const u64 call[WORLD_OPERANDS],
		     hpa_t r12, hpa_t r13)
{
	struct seamcall_raw_call c;
	unsigned int i;

	fill(&c, lp, call);
	if (r12) {
		c.regs[R12] = to_real(r12);
		c.regs[R13] = to_real(r13);
	}
	cpu_move_to(c.cpu);
	raw_call(&c);
	want_interrupt = false;
	xmm5 = c.xmm5;
	parts_used |= demotes(call) && !c.regs[RAX];
	digest_valid = false;
	for (i = 0; i < NR_GPRS; i++)
		world_regs[lp][i] = from_real(c.regs[i]);
	if (!(call[0] & 0xffff) && !(c.regs[RAX] >> 32))
		return 0;	/* VP.ENTER, whatever the guest met */
	return c.regs[RAX];
}

u64 world_call(unsigned int lp, const u64 call[WORLD_OPERANDS])
{
	return call_with(lp, call, 0, 0);
}

u64 world_call_pair(unsigned int lp, const u64 call[WORLD_OPERANDS], hpa_t r12,
		    hpa_t r13)
{
	return call_with(lp, call, r12, r13);
}

u64 world_raw_on(unsigned int cpu, u64 rax, u64 rcx)
{
	struct seamcall_raw_call c = {
		.cpu = cpu, .regs = { [RAX] = rax, [RCX] = to_real(rcx) },
	};

	cpu_move_to(cpu ? cpu : 1);
	raw_call(&c);
	digest_valid = false;
	return c.regs[RAX];
}

void world_put(hpa_t page, unsigned int word, u64 val)
{
	u64 *p;

	if (page >= SIM_S0) {
		s_ptr[(page - SIM_S0) / PAGE_BYTES][word] = val;
		return;
	}
	p = mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, dev,
		 to_real(page));
	if (p == MAP_FAILED)
		die("no mapping");
	p[word] = val;
	munmap(p, PAGE_BYTES);
	digest_valid = false;
}

/* ---- the other processor ---------------------------------------------------- */

static void help(int fd)
{
	struct seamcall_raw_call c;

	cpu_move_to(1);
	want_interrupt = true;
	while (read(fd, &c, sizeof(c)) == sizeof(c)) {
		raw_call(&c);
		if (write(fd, &c, sizeof(c)) != sizeof(c))
			break;
	}
	_exit(0);
}

void world_raw_rule(const char *text)
{
	if (write(inject, text, strlen(text)) != (ssize_t)strlen(text))
		die(text);
}

static bool held_up(void)
{
	char text[1024];
	ssize_t n = pread(inject, text, sizeof(text) - 1, 0);

	if (n < 0)
		die("debugfs");
	text[n] = 0;
	return strstr(text, "stands at");
}

/* Did the helper's call come back? */
static bool came_back(bool wait)
{
	struct seamcall_raw_call c;

	if (recv(helper[0], &c, sizeof(c), wait ? 0 : MSG_DONTWAIT) !=
	    sizeof(c))
		return false;
	helper_busy = false;
	return true;
}

static const char *leaf_name(u64 leaf)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(leaves); i++)
		if (leaves[i].number == (leaf & 0xffff))
			return leaves[i].name;
	return "*";
}

bool world_raw_stall(const u64 call[WORLD_OPERANDS], unsigned int cpu,
		     const char *point, unsigned int skip)
{
	struct seamcall_raw_call c;
	char text[80];

	snprintf(text, sizeof(text), "%s stall %s %u%s%.0u",
		 leaf_name(call[0]), point, STALL_US, skip ? " skip=" : "",
		 skip);
	world_raw_rule(text);
	fill(&c, 0, call);
	parts_used |= demotes(call);
	c.cpu = cpu;
	cpu_move_to(cpu == 2 ? 1 : 2);
	digest_valid = false;
	helper_busy = true;
	if (write(helper[0], &c, sizeof(c)) != sizeof(c))
		die("no other processor");
	while (!held_up())
		if (came_back(false))
			return false;
	return true;
}

static void go_on(void)
{
	if (!helper_busy)
		return;
	if (!held_up())
		printf("# the other processor did not wait long enough\n");
	world_raw_rule("clear");
	came_back(true);
	digest_valid = false;
}

bool world_during(const u64 call[WORLD_OPERANDS], enum sim_event at,
		  void (*fn)(void))
{
	static const char *const points[] = {
		[SIM_PAGE_ALLOC] = "memory", [SIM_SCRAMBLE] = "take",
		[SIM_INTR_LOOK] = "interrupt", [SIM_ZAP] = "zap",
		[SIM_LOCK] = "lock",
	};
	bool there = world_raw_stall(call, 1, points[at], 0);

	if (there)
		fn();
	go_on();
	return there;
}

void world_enter(unsigned int lp)
{
	if (lp || !world_raw_stall(OPERANDS(TDH_VP_ENTER, TDVPR), 1, "guest",
				   0))
		die("the vCPU does not enter");
}

void world_exit_guest(unsigned int lp)
{
	if (!lp)
		go_on();
}

void world_triple_fault(void)
{
	u64 st;

	do {
		st = CALL(0, TDH_VP_ENTER, TDVPR);
	} while (!st && world_regs[0][RAX] == 1);	/* an interrupt */
	if (st != 0x4000000100000002)
		printf("# no triple fault but 0x%llx\n", st);
	ktap(!xmm5, "VP.ENTER leaves nothing in XMM5");
}

/* A page is locked for as long as it is refused to be reclaimed. */
void world_hold(hpa_t page)
{
	if (!world_raw_stall(OPERANDS(TDH_PHYMEM_PAGE_RECLAIM, page), 1, "lock",
			     0))
		die("a page is not locked");
}

void world_hold_epoch(void)
{
	if (!world_raw_stall(OPERANDS(TDH_MEM_TRACK, TDR), 1, "lock", 0))
		die("the epoch is not locked");
}

void world_interrupt(void)
{
	world_raw_rule("interrupt 1");
	want_interrupt = true;
}

void world_let_go(void)
{
	go_on();
}

/* ---- worlds --------------------------------------------------------------------- */

u64 world_digest(void)
{
	char text[32] = "";

	/* no call and no write since */
	if (digest_valid)
		return last_digest;
	if (pread(digest_file, text, sizeof(text) - 1, 0) <= 0)
		die("no digest");
	last_digest = strtoull(text, NULL, 16);
	digest_valid = true;
	return last_digest;
}

static u64 simple(unsigned int lp, u64 leaf, u64 hpa, u64 regs[NR_GPRS])
{
	struct seamcall_raw_call c = { .cpu = lp + 1 };

	c.regs[RAX] = leaf;
	c.regs[RCX] = hpa;
	cpu_move_to(c.cpu);
	raw_call(&c);
	memcpy(regs, c.regs, sizeof(c.regs));
	return c.regs[RAX];
}

/* What the world's pages became, and what is left of them. */
static struct { u64 hpa, type; } owned[4096];
static unsigned int nr_owned;

static void find_owned(void)
{
	unsigned int b, i;
	u64 g[NR_GPRS];

	nr_owned = 0;
	for (b = 0; b < NR_BLOCKS; b++) {
		for (i = 0; i < 512; i++) {
			u64 hpa = block[b] + i * PAGE_BYTES;

			if (!page_used[b][i] &&
			    !(parts_used && page_used[b][0]))
				continue;
			if (simple(0, TDH_PHYMEM_PAGE_RDMD, hpa, g) || !g[RCX])
				continue;
			if (nr_owned == ARRAY_SIZE(owned))
				die("too many pages");
			owned[nr_owned].hpa = hpa;
			owned[nr_owned++].type = g[RCX];
			if (g[R8])
				break;	/* all of it */
		}
	}
}

static void each(u64 type, unsigned int lp, u64 leaf)
{
	unsigned int i;
	u64 g[NR_GPRS];

	for (i = 0; i < nr_owned; i++)
		if (owned[i].type == type)
			simple(lp, leaf, owned[i].hpa, g);
}

static void reclaim(bool tdrs)
{
	unsigned int i;
	u64 g[NR_GPRS];

	for (i = 0; i < nr_owned; i++) {
		bool tdr = owned[i].type == PT_TDR;

		if (tdr == tdrs &&
		    simple(0, TDH_PHYMEM_PAGE_RECLAIM, owned[i].hpa, g))
			ktap(false, "a page of type %llu comes back",
			     owned[i].type);
	}
}

static void take_back(void)
{
	u64 g[NR_GPRS];

	if (!standing)
		return;
	standing = NULL;
	digest_valid = false;
	find_owned();
	each(PT_TDVPR, 0, TDH_VP_FLUSH);
	each(PT_TDVPR, 1, TDH_VP_FLUSH);
	each(PT_TDR, 0, TDH_MNG_VPFLUSHDONE);
	simple(0, TDH_PHYMEM_CACHE_WB, 0, g);
	simple(1, TDH_PHYMEM_CACHE_WB, 0, g);
	each(PT_TDR, 0, TDH_MNG_KEY_FREEID);
	reclaim(false);
	reclaim(true);
	memset(page_used, 0, sizeof(page_used));
	parts_used = false;
}

bool world_reused(const char *name)
{
	if (standing && !strcmp(standing, name))
		return true;
	take_back();
	standing = name;
	built_digest = 0;
	return false;
}

void world_built(void)
{
	built_digest = world_digest();
}

void world_open(void)
{
	unsigned int i;

	if (!standing)
		standing = "";
	for (i = 0; i < NR_S; i++)
		memset(s_ptr[i], 0, PAGE_BYTES);
}

void world_raw_take_back(void)
{
	take_back();
}

void world_close(void)
{
	go_on();
	if (world_digest() != built_digest)
		take_back();
}

void world_raw_end(void)
{
	take_back();
	/* it has the device open */
	close(helper[0]);
	wait(NULL);
}

u64 world_raw_alloc(unsigned int order)
{
	struct seamcall_raw_alloc a = { .order = order };

	if (ioctl(dev, SEAMCALL_RAW_ALLOC, &a))
		die("no memory");
	return a.hpa;
}

bool world_raw_begin(void)
{
	unsigned int i;

	dev = open("/dev/seamcall-test", O_RDWR | O_CLOEXEC);
	inject = open(DEBUGFS "inject", O_RDWR | O_CLOEXEC);
	digest_file = open(DEBUGFS "digest", O_RDONLY | O_CLOEXEC);
	if (dev < 0 || inject < 0 || digest_file < 0)
		return false;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, helper))
		return false;
	if (!fork()) {
		close(helper[0]);
		help(helper[1]);
	}
	close(helper[1]);
	for (i = 0; i < NR_BLOCKS; i++)
		block[i] = world_raw_alloc(9);
	for (i = 0; i < NR_S; i++) {
		s_page[i] = world_raw_alloc(0);
		s_ptr[i] = mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE,
				MAP_SHARED, dev, s_page[i]);
		if (s_ptr[i] == MAP_FAILED)
			return false;
	}
	return true;
}
