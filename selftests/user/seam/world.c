// SPDX-License-Identifier: GPL-2.0-only
/*
 * Builds the TD that the tests of single leaves start from, by calls alone:
 * the same against the module in this process and behind the instruction.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "trace.h"
#include "world.h"

unsigned int tests, tests_failed;

void ktap(bool ok, const char *fmt, ...)
{
	va_list ap;

	tests++;
	tests_failed += !ok;
	printf("%sok %u ", ok ? "" : "not ", tests);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n");
}

int ktap_end(void)
{
	printf("1..%u\n", tests);
	return tests_failed ? 1 : 0;
}

void world_must(unsigned int lp, const u64 call[WORLD_OPERANDS])
{
	u64 st = world_call(lp, call);
	char s[80];

	if (!st)
		return;
	printf("Bail out! leaf %llu rcx 0x%llx rdx 0x%llx r8 0x%llx: %s\n",
	       call[0], call[1], call[2], call[3],
	       trace_status(st, s, sizeof(s)));
	exit(1);
}

static void make_td(u64 attributes)
{
	unsigned int i;

	MUST(0, TDH_MNG_CREATE, TDR, 33);
	MUST(0, TDH_MNG_KEY_CONFIG, TDR);
	for (i = 1; i <= TDCS_PAGES; i++)
		MUST(0, TDH_MNG_ADDCX, P(i), TDR);
	world_put(S(4), 0, attributes);
	world_put(S(4), 1, 3);
	world_put(S(4), 2, 1);
	world_put(S(4), 3, 0x1e);
	world_put(S(4), 5, 40);
	MUST(0, TDH_MNG_INIT, TDR, S(4));
	for (i = 3; i; i--)
		MUST(0, TDH_MEM_SEPT_ADD, i, TDR, P(10 - i));
	for (i = 0; i < 512; i++)
		world_put(S(5), i, i * 0x0101010101010101ULL);
	MUST(0, TDH_MEM_PAGE_ADD, GPA_MAPPED, TDR, PAGE_MAPPED, S(5));
	MUST(0, TDH_MEM_PAGE_ADD, GPA_BLOCKED, TDR, PAGE_BLOCKED, S(5));
}

static void make_vcpu(void)
{
	unsigned int i;

	MUST(0, TDH_VP_CREATE, TDVPR, TDR);
	for (i = 11; i < 10 + TDVPS_PAGES; i++)
		MUST(0, TDH_VP_ADDCX, P(i), TDVPR);
	MUST(0, TDH_VP_INIT, TDVPR, 0);
	/* INIT tied it to this processor */
	MUST(0, TDH_VP_FLUSH, TDVPR);
}

static void make_other_tds(void)
{
	unsigned int i;

	MUST(0, TDH_MNG_CREATE, TDR_NO_KEYS, 34);
	MUST(0, TDH_MNG_CREATE, TDR_NO_TDCX, 35);
	MUST(0, TDH_MNG_KEY_CONFIG, TDR_NO_TDCX);
	MUST(0, TDH_MNG_CREATE, TDR_UNINIT, 36);
	MUST(0, TDH_MNG_KEY_CONFIG, TDR_UNINIT);
	for (i = 43; i < 43 + TDCS_PAGES; i++)
		MUST(0, TDH_MNG_ADDCX, P(i), TDR_UNINIT);
}

void world_build(void)
{
	if (world_reused("build"))
		return;
	world_open();
	make_td(SEAM_BIT(0));
	make_vcpu();
	make_other_tds();
	world_built();
}

void world_no_vcpu(void)
{
	if (world_reused("no vCPU"))
		return;
	world_open();
	make_td(0);
	world_built();
}

static void aug_table(gpa_t gpa, hpa_t table, hpa_t pages)
{
	unsigned int i;

	MUST(0, TDH_MEM_SEPT_ADD, gpa | TDX_LEVEL_2M, TDR, table);
	for (i = 0; i < 512; i++)
		MUST(0, TDH_MEM_PAGE_AUG, gpa + i * PAGE_BYTES, TDR,
		     pages + i * PAGE_BYTES);
}

static void block(u64 gpa_level)
{
	MUST(0, TDH_MEM_RANGE_BLOCK, gpa_level, TDR);
}

static void finish_td(bool full)
{
	MUST(0, TDH_MR_FINALIZE, TDR);
	MUST(0, TDH_MEM_PAGE_AUG, GPA_PENDING, TDR, PAGE_PENDING);
	MUST(0, TDH_MEM_PAGE_AUG, GPA_NEW_BLOCKED, TDR, PAGE_NEW);
	MUST(0, TDH_MEM_PAGE_AUG, GPA_2M_PENDING | 1, TDR, H(1));
	MUST(0, TDH_MEM_PAGE_AUG, GPA_2M_BLOCKED | 1, TDR, H(2));
	MUST(0, TDH_MEM_PAGE_AUG, GPA_2M_NEW | 1, TDR, H(4));
	MUST(0, TDH_MEM_SEPT_ADD, GPA_EMPTY | 1, TDR, TABLE_EMPTY);
	MUST(0, TDH_MEM_SEPT_ADD, GPA_EMPTY_NEW | 1, TDR, P(22));
	MUST(0, TDH_MEM_SEPT_ADD, GPA_HALF | 1, TDR, TABLE_HALF);
	MUST(0, TDH_MEM_PAGE_AUG, GPA_HALF, TDR, PAGE_HALF);
	MUST(0, TDH_MEM_SEPT_ADD, GPA_OPEN | 1, TDR, P(26));
	if (full) {
		aug_table(GPA_FULL, TABLE_FULL, H(3));
		aug_table(GPA_FULL_NEW, P(25), H(5));
	}
	block(GPA_BLOCKED);
	block(GPA_2M_BLOCKED | 1);
	block(GPA_EMPTY | 1);
	if (full)
		block(GPA_FULL | 1);
	block(GPA_HALF | 1);
	MUST(0, TDH_MEM_TRACK, TDR);
	block(GPA_NEW_BLOCKED);
	block(GPA_2M_NEW | 1);
	block(GPA_EMPTY_NEW | 1);
	if (full)
		block(GPA_FULL_NEW | 1);
}

static void run(const char *name, bool full)
{
	if (world_reused(name))
		return;
	world_open();
	make_td(SEAM_BIT(0));
	make_vcpu();
	make_other_tds();
	finish_td(full);
	world_built();
}

void world_run(void)
{
	run("run", true);
}

void world_plain(void)
{
	run("plain", false);
}

void world_run_no_debug(void)
{
	if (world_reused("run, no debug"))
		return;
	world_open();
	make_td(0);
	make_vcpu();
	finish_td(false);
	world_built();
}

void world_make_fatal(void)
{
	world_put(PAGE_MAPPED, 7, 0xbad);
	if (CALL(0, TDH_MEM_RD, GPA_MAPPED, TDR) != TDX_WORD_TD_FATAL)
		printf("# the host's write was not noticed\n");
}

void world_fatal(void)
{
	world_plain();
	world_make_fatal();
}

/* At the reset vector: UD2, with no IDT to go to. */
void world_dead(void)
{
	unsigned int i;

	world_build();
	MUST(0, TDH_MEM_SEPT_ADD, 0xc0000000 | 2, TDR, P(70));
	MUST(0, TDH_MEM_SEPT_ADD, 0xffe00000 | 1, TDR, P(71));
	for (i = 0; i < 512; i++)
		world_put(S(5), i, 0x0b0f0b0f0b0f0b0fULL);
	MUST(0, TDH_MEM_PAGE_ADD, 0xfffff000, TDR, P(72), S(5));
	MUST(0, TDH_MR_FINALIZE, TDR);
	world_triple_fault();
}
