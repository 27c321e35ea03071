// SPDX-License-Identifier: GPL-2.0-only
/*
 * leaf_status [host]: the tables of refusals of ../user/seam through the
 * SEAMCALL instruction. Each status of each leaf on a TD's vCPUs and Secure
 * EPT, with "host" on TDs as a whole, on pages, and from a module's first call
 * to its end, with P-SEAMLDR's before and after, provoked by real calls;
 * softseam's state is the same after each refusal. Prints which were provoked,
 * and which cannot be and why.
 */
#include <stdio.h>

#include "../user/seam/coverage.h"
#include "../user/seam/host_cold.h"
#include "../user/seam/host_test.h"
#include "../user/seam/sept_test.h"
#include "../user/seam/vp_test.h"
#include "../user/seam/world_raw.h"

bool trace_symbol(char letter, u64 n, u64 *val)
{
	(void)letter;
	(void)n;
	*val = 0;
	return false;
}

/* Each leaf's good case. */
static void good_cases(void)
{
	unsigned int i;

	for (i = 0; i < nr_sept_leaves; i++) {
		const struct leaf_row *row = &sept_leaves[i];
		u64 st;

		if (row->flags & BUILD)
			world_build();
		else
			world_run();
		st = world_call(1, row->call);
		cover_seen(row->leaf, st);
		ktap(!st, "%s: accepted", row->name);
		world_close();
	}
}

/* An interrupt of the host in the middle: nothing has changed. */
static void interrupted(u64 leaf, u64 gpa, u64 r8)
{
	u64 before, st;

	world_run();
	before = world_digest();
	world_interrupt();
	st = CALL(1, leaf, gpa, TDR, r8);
	cover_seen(leaf, st);
	ktap(st == TDX_WORD_INTERRUPTED_RESTARTABLE && world_digest() == before,
	     "%s: stops for an interrupt, and changed nothing",
	     sept_row(leaf)->name);
	ktap(!CALL(1, leaf, gpa, TDR, r8), "%s: and can be called again",
	     sept_row(leaf)->name);
	world_close();
}

static void vcpu_and_memory(void)
{
	good_cases();
	interrupted(TDH_MEM_PAGE_PROMOTE, GPA_FULL | 1, 0);
	interrupted(TDH_MEM_PAGE_DEMOTE, GPA_2M_BLOCKED | 1, FREE_PAGE);
	sept_refusals();
	sept_coverage();
	cover_known(TDH_MEM_RANGE_BLOCK, OP(OPERAND_BUSY, RCX),
		    "a guest has to accept the page just then: see raw_td");
	vp_test_refusals();
}

static void td_and_pages(void)
{
	host_td();
	if (cold_begin()) {
		host_sys();
		host_dynamic();
		host_disable();
		host_loader();
		cold_end();
	}
	host_coverage();
}

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (!world_raw_begin()) {
		printf("1..0 # SKIP no softseam, or no /dev/seamcall-test\n");
		return 4;
	}
	printf("KTAP version 1\n");
	if (argc > 1 && !strcmp(argv[1], "host"))
		td_and_pages();
	else
		vcpu_and_memory();
	world_raw_end();
	ktap(!cover_print(), "each status that can be provoked was");
	return ktap_end();
}
