// SPDX-License-Identifier: GPL-2.0-only
/*
 * raw_write_test: the host changes one word of a page that a TD has in use, and
 * the next entry in which the TD reads the page ends the TD, not the host. With
 * nothing between this program and the SEAMCALL instruction, see guest/raw.c.
 * From the environment: SEED, which word.
 */
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>
#include <seamhost/leaves.h>
#include <seamhost/status.h>
#include "../guest/layout.h"
#include "../include/ktap.h"
#include "../lib/clock.h"
#include "../lib/paging.h"
#include "../lib/raw_td.h"

#define LOOK_AGAIN	"/sys/module/softseam/parameters/look_again"
#define TIMES		3
#define BIG		(RAW_POOL_PAGES * RAW_PAGE)
#define NOTICE_MS	3000
#define SEPT_HPA	0x3ffffffff000ULL

static uint64_t seed, big;		/* big: 2M, for one large page */
static uint64_t *big_map;

static uint64_t draw(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	return seed ^= seed << 17;
}

static void look_again(unsigned int times)
{
	char text[16];
	int fd = open(LOOK_AGAIN, O_WRONLY), n;

	n = snprintf(text, sizeof(text), "%u", times);
	if (fd < 0 || write(fd, text, n) != n)
		ktap_bail("no softseam");
	close(fd);
}

/* Words of the TD's secret where the host can read. */
static unsigned int secrets_seen(void)
{
	unsigned int i, n = 0;

	for (i = 0; i < BIG / 8; i++)
		n += raw_pool_map[i] == RAW_SECRET(i % 512) && i % 512;
	return n;
}

/* The host's view of the page at @gpa: by what the Secure EPT says. */
static uint64_t *page_of(struct raw_td *td, uint64_t gpa)
{
	bool large = gpa >= GUEST_LATE && gpa < GUEST_LATE + BIG;
	uint64_t info, hpa;

	gpa &= ~((large ? BIG : RAW_PAGE) - 1);
	hpa = raw_td_sept(td, gpa | large, &info) & SEPT_HPA;
	if (large)
		return hpa == big ? big_map : NULL;
	return hpa >= raw_pool && hpa < raw_pool + BIG ?
	       raw_pool_map + (hpa - raw_pool) / 8 : NULL;
}

static bool is_end(uint64_t st)
{
	return RAW_CODE(st) == TDX_ST_NON_RECOVERABLE_TD ||
	       RAW_CODE(st) == TDX_ST_NON_RECOVERABLE_TD_CORRUPTED_MD;
}

/* Builds a TD and has it run until it uses the page time and again. */
static uint64_t *start(struct raw_td *td, uint64_t what)
{
	uint64_t *page;
	int i;

	raw_td_build(td);
	if (what >= GUEST_LATE) {
		raw_must(TDH_MEM_PAGE_AUG, GUEST_LATE | 1, td->tdr, big, 0);
		td->extra[td->nr_extra++] = big;
	}
	if (!raw_td_reaches(td, STEP_HELLO))
		return NULL;
	td->out.regs[R11] = what;
	for (i = 0; i < 3; i++)
		if (!raw_td_reaches(td, STEP_TOUCH))
			return NULL;
	page = page_of(td, td->out.regs[R11]);
	if (!page)
		ktap_ok(false, "SEPT.RD tells where the page is");
	return page;
}

static void finish(struct raw_td *td)
{
	ktap_ok(RAW_CODE(raw_td_enter(td)) == TDX_ST_TD_FATAL,
		"which does not run again");
	ktap_ok(raw_td_end(td), "all its pages come back to a host that lives");
	ktap_ok(!secrets_seen(), "and hold nothing of it");
}

/* With what softseam does unless told otherwise. */
static void next_entry(const char *name, uint64_t what, bool gpaw52)
{
	struct raw_td td = { .gpaw52 = gpaw52 && paging_has_5_levels() };
	unsigned int word = draw() % 512;
	uint64_t *page, bit = draw() % 64, offset = 0, st;

	if (what >= GUEST_LATE)
		offset = draw() % 512 * RAW_PAGE;
	page = start(&td, what + offset);
	if (!page)
		return;
	page += offset / 8;
	ktap_ok(!secrets_seen(), "%s: the host sees nothing of the TD", name);
	page[word] ^= 1ULL << bit;
	st = raw_td_enter(&td);
	if (!ktap_ok(is_end(st), "bit %u of word %u, changed, ends it at the next entry",
		     (unsigned int)bit, word))
		ktap_note("VP.ENTER: %#llx", (unsigned long long)st);
	finish(&td);
}

/* A page of the TD that it does not use is no concern of its. */
static void unused(void)
{
	struct raw_td td = {};
	uint64_t *page = start(&td, GUEST_LATE);

	if (!page)
		return;
	page[8 * 512] ^= 1;
	ktap_ok(raw_td_enter(&td) == RAW_VMCALL_EXIT,
		"a changed page that the TD does not use ends nothing");
	ktap_ok(raw_td_end(&td), "all pages come back");
}

/* The cheap way: after a while. */
static void in_good_time(void)
{
	struct raw_td td = {};
	uint64_t *page, st, begin;
	unsigned int entries = 0;

	look_again(100);
	page = start(&td, RAW_DATA);
	if (!page)
		return;
	page[1] ^= 1;
	begin = clock_ns();
	do {
		entries++;
		st = raw_td_enter(&td);
	} while (st == RAW_VMCALL_EXIT && td.out.regs[R12] == RAW_SECRET(1) &&
		 clock_ns() - begin < NOTICE_MS * 1000000ULL);
	ktap_ok(is_end(st), "look_again=100: a write is noticed in good time");
	ktap_note("after %u entries and %llu us: %#llx", entries,
		  (unsigned long long)(clock_ns() - begin) / 1000,
		  (unsigned long long)st);
	finish(&td);
	look_again(0);
}

int main(void)
{
	const char *s = getenv("SEED");
	unsigned int i;

	raw_init();
	big = raw_alloc(9, &big_map);
	if (!big)
		ktap_skip_all("no 2M of memory");
	ktap_header();
	if (s && *s)
		seed = strtoull(s, NULL, 0);
	else if (getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
		ktap_bail("nothing random");
	ktap_note("SEED=%llu", (unsigned long long)seed);
	seed |= 1;
	for (i = 0; i < TIMES; i++) {
		next_entry("data", RAW_DATA, i & 1);
		next_entry("code", RAW_CODE_PAGE, i & 1);
		next_entry("page tables", RAW_TABLES, i & 1);
		next_entry("a page of 2M", GUEST_LATE, i & 1);
	}
	unused();
	in_good_time();
	ktap_plan(ktap_seen);
	return ktap_exit();
}
