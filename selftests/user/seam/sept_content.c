// SPDX-License-Identifier: GPL-2.0-only
/* What the leaves do when they succeed, above all with private content. */
#include <stdio.h>

#include "coverage.h"
#include "sept_test.h"

#define VALUE(n)	(0x0101010101010101ULL * (n))
#define GUEST_ACCEPT	TDG_MEM_PAGE_ACCEPT

static u64 debug_read(gpa_t gpa)
{
	if (CALL(0, TDH_MEM_RD, gpa, TDR))
		return ~0ULL;
	return world_regs[0][R8];
}

static bool debug_write(gpa_t gpa, u64 val)
{
	return !CALL(0, TDH_MEM_WR, gpa, TDR, val);
}

static bool block_and_track(u64 gpa_level)
{
	return !CALL(0, TDH_MEM_RANGE_BLOCK, gpa_level, TDR) &&
	       !CALL(0, TDH_MEM_TRACK, TDR);
}

static bool guest_accept(u64 gpa_level)
{
	u64 st;

	if (CALL(1, TDH_VP_ENTER, TDVPR) || !world_guest[1])
		return false;
	st = world_tdcall(1, GUEST_ACCEPT, gpa_level, 0);
	world_exit_guest(1);
	return !st;
}

/* Does any word of what the TD had there stand in the host's page? */
static bool host_sees(hpa_t hpa)
{
	const u64 *p = env_host_ptr(hpa);
	unsigned int i;

	for (i = 1; i < 512; i++)
		if (p[i] == VALUE(i))
			return true;
	return false;
}

/* ---- each leaf's good case ------------------------------------------------ */

static const struct good {
	u64 leaf, rcx, rdx;
} good[] = {
	{ TDH_MEM_PAGE_ADD, 0, 0 },
	{ TDH_MEM_SEPT_ADD, 0, 0 },
	{ TDH_MEM_PAGE_RELOCATE, PAGE_BLOCKED, 0 },
	{ TDH_MEM_PAGE_AUG, 0, 0 },
	{ TDH_MEM_RANGE_BLOCK, 0, 0 },
	{ TDH_MEM_RD, 0, 0 },
	{ TDH_MEM_WR, 0, 0 },
	{ TDH_MEM_PAGE_DEMOTE, 0, 0 },
	{ TDH_MR_EXTEND, 0, 0 },
	{ TDH_MR_FINALIZE, TDR, 0 },
	{ TDH_MEM_PAGE_PROMOTE, TABLE_FULL, 0 },
	{ TDH_MEM_SEPT_RD, PAGE_MAPPED | 0xf7 | SEAM_BIT(63), 0x400 },
	{ TDH_MEM_PAGE_REMOVE, PAGE_BLOCKED, 0 },
	{ TDH_MEM_SEPT_REMOVE, TABLE_EMPTY, 0 },
	{ TDH_MEM_TRACK, TDR, 0 },
	{ TDH_MEM_RANGE_UNBLOCK, 0, 0 },
};

static void try_good(const struct good *g)
{
	const struct leaf_row *row = sept_row(g->leaf);
	u64 st;

	if (row->flags & BUILD)
		world_build();
	else
		world_run();
	st = world_call(0, row->call);
	cover_seen(g->leaf, st);
	ktap(!st && world_regs[0][RCX] == g->rcx &&
	     world_regs[0][RDX] == g->rdx, "%s: accepted", row->name);
	world_close();
}

/* Version 1 tells of each page register what became of the page. */
static void versions(void)
{
	const u64 *g = world_regs[0];
	u64 existing = TDR | 1;
	bool ok;

	world_run();
	ok = !CALL(0, TDH_MEM_SEPT_ADD | 0x10000, GPA_2M_FREE | 1, TDR,
		   FREE_PAGE, NULL_PA, NULL_PA, NULL_PA) &&
	     g[R8] == NULL_PA && g[R9] == NULL_PA;
	ktap(ok, "MEM.SEPT.ADD version 1: a page that was used is gone");
	ok = !CALL(0, TDH_MEM_SEPT_ADD | 0x10000, GPA_2M_FREE | 1, existing,
		   P(101), NULL_PA, NULL_PA, NULL_PA) &&
	     g[R8] == (P(101) | SEAM_BIT(63));
	ktap(ok, "MEM.SEPT.ADD version 1: a page that was not used is marked");
	ok = !CALL(0, TDH_MEM_SEPT_ADD, GPA_2M_FREE | 1, existing, P(101)) &&
	     g[R8] == P(101);
	ktap(ok, "MEM.SEPT.ADD version 0: an existing table is no error");
	ok = !CALL(0, TDH_MEM_SEPT_ADD | 0x10000, GPA_2M_FREE | 1, TDR,
		   NULL_PA, NULL_PA, NULL_PA, NULL_PA) && g[R8] == NULL_PA;
	ktap(ok, "MEM.SEPT.ADD version 1: no page for an existing table");
	ok = CALL(0, TDH_MEM_SEPT_ADD | 0x10000, GPA_2M_FREE | 1, existing,
		  P(101), P(102) | SEAM_BIT(63), NULL_PA, NULL_PA) ==
	     (TDX_WORD_OPERAND_INVALID | TDX_OPERAND_R9) &&
	     g[R8] == (P(101) | SEAM_BIT(63)) && g[R9] == P(102);
	ktap(ok, "MEM.SEPT.ADD version 1: pages are told apart on errors too");
	ok = !CALL(0, TDH_MEM_SEPT_REMOVE | 0x10000, GPA_EMPTY | 1, TDR) &&
	     g[RCX] == TABLE_EMPTY && g[R9] == NULL_PA && g[R11] == NULL_PA;
	ktap(ok, "MEM.SEPT.REMOVE version 1: no pages of L2 VMs come back");
	ok = !CALL(0, TDH_MEM_PAGE_PROMOTE | 0x10000, GPA_FULL | 1, TDR) &&
	     g[RCX] == TABLE_FULL && g[R9] == NULL_PA && g[R11] == NULL_PA;
	ktap(ok, "MEM.PAGE.PROMOTE version 1: no pages of L2 VMs come back");
	world_close();
}

/* ---- content ---------------------------------------------------------------- */

static void added_page(void)
{
	u64 same = 0;
	unsigned int i;

	world_run();
	for (i = 0; i < 512; i++)
		same += debug_read(GPA_MAPPED + 8 * i) == VALUE(i);
	ktap(same == 512 && !host_sees(PAGE_MAPPED),
	     "an added page has its source's content, which the host cannot see");
	world_close();
}

static void relocated_page(void)
{
	bool ok;

	world_run();
	ok = !CALL(0, TDH_MEM_PAGE_RELOCATE, GPA_BLOCKED, TDR, FREE_PAGE) &&
	     debug_read(GPA_BLOCKED + 0x88) == VALUE(0x11) &&
	     !host_sees(PAGE_BLOCKED) && !host_sees(FREE_PAGE);
	ktap(ok, "a relocated page keeps its content and leaves none behind");
	world_close();
}

static void reused_page(void)
{
	bool ok;

	world_run();
	ok = !CALL(0, TDH_MEM_PAGE_REMOVE, GPA_BLOCKED, TDR) &&
	     !host_sees(PAGE_BLOCKED) &&
	     !CALL(0, TDH_MEM_PAGE_AUG, GPA_BLOCKED, TDR, PAGE_BLOCKED) &&
	     guest_accept(GPA_BLOCKED) && !debug_read(GPA_BLOCKED + 0x88);
	ktap(ok, "a page that was removed and accepted again is all zero");
	world_close();
}

/* What RDMD says of the epoch in which a page was blocked */
static u64 epoch_of(hpa_t page)
{
	return CALL(0, TDH_PHYMEM_PAGE_RDMD, page) ? ~0ULL : world_regs[0][R9];
}

static void old_epoch(void)
{
	u64 epoch;

	world_run();
	epoch = epoch_of(PAGE_BLOCKED);
	ktap(epoch && !CALL(0, TDH_MEM_PAGE_REMOVE, GPA_BLOCKED, TDR) &&
	     !CALL(0, TDH_MEM_PAGE_DEMOTE, GPA_2M_BLOCKED | 1, TDR,
		   PAGE_BLOCKED) &&
	     epoch_of(PAGE_BLOCKED) == epoch,
	     "a table of DEMOTE keeps its page's epoch");
	ktap(!epoch_of(H(2) + PAGE_BYTES), "no part of the large page does");
	world_close();
}

/* The size of a page is told before its alignment is looked at. */
static void reclaim_part(void)
{
	const u64 *g = world_regs[0];
	u64 st;

	world_run();
	st = CALL(0, TDH_PHYMEM_PAGE_RECLAIM, H(1) + PAGE_BYTES);
	ktap(st == (TDX_WORD_OPERAND_INVALID | TDX_OPERAND_RCX) &&
	     g[RCX] == PT_REG && g[RDX] == TDR && g[R8] == TDX_LEVEL_2M,
	     "PHYMEM.PAGE.RECLAIM of a part of a page tells its size");
	world_close();
}

/* Words at the first, a middle and the last part of a large page. */
static const gpa_t spots[] = { 0, 0x12348, 0x1ffff8 };

static bool write_spots(gpa_t gpa)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(spots); i++)
		if (!debug_write(gpa + spots[i], VALUE(i + 7)))
			return false;
	return true;
}

static bool spots_are_there(gpa_t gpa)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(spots); i++)
		if (debug_read(gpa + spots[i]) != VALUE(i + 7))
			return false;
	return !debug_read(gpa + 0x4000);
}

static void demoted_page(bool no_large)
{
	const char *how = no_large ? ", in 512 pieces" : "";
	bool ok;

	world_run();
	sim_no_large = no_large;
	ok = guest_accept(GPA_2M_PENDING | 1) && write_spots(GPA_2M_PENDING) &&
	     block_and_track(GPA_2M_PENDING | 1) &&
	     !CALL(0, TDH_MEM_PAGE_DEMOTE, GPA_2M_PENDING | 1, TDR, FREE_PAGE) &&
	     spots_are_there(GPA_2M_PENDING);
	ktap(ok, "DEMOTE keeps the content of a large page%s", how);
	ok = ok && block_and_track(GPA_2M_PENDING + 0x12000) &&
	     !CALL(0, TDH_MEM_PAGE_RELOCATE, GPA_2M_PENDING + 0x12000, TDR,
		   P(101)) && spots_are_there(GPA_2M_PENDING);
	ktap(ok, "a part of a large page keeps its content when it moves%s",
	     how);
	world_close();

	world_run();
	sim_no_large = no_large;
	ok = guest_accept(GPA_2M_PENDING | 1) && write_spots(GPA_2M_PENDING) &&
	     block_and_track(GPA_2M_PENDING | 1) &&
	     !CALL(0, TDH_MEM_PAGE_DEMOTE, GPA_2M_PENDING | 1, TDR, FREE_PAGE) &&
	     block_and_track(GPA_2M_PENDING | 1) &&
	     !CALL(0, TDH_MEM_PAGE_PROMOTE, GPA_2M_PENDING | 1, TDR) &&
	     world_regs[0][RCX] == FREE_PAGE && spots_are_there(GPA_2M_PENDING);
	ktap(ok, "DEMOTE and PROMOTE keep the content of a large page%s", how);
	world_close();
}

static bool accept_all(gpa_t gpa)
{
	unsigned int i;
	bool ok = true;

	if (CALL(1, TDH_VP_ENTER, TDVPR) || !world_guest[1])
		return false;
	for (i = 0; ok && i < 512; i++)
		ok = !world_tdcall(1, GUEST_ACCEPT, gpa + i * PAGE_BYTES, 0);
	world_exit_guest(1);
	return ok;
}

static void promoted_pages(void)
{
	bool ok;

	world_run();
	ok = !CALL(0, TDH_MEM_RANGE_UNBLOCK, GPA_FULL | 1, TDR) &&
	     accept_all(GPA_FULL) && write_spots(GPA_FULL) &&
	     block_and_track(GPA_FULL | 1) &&
	     !CALL(0, TDH_MEM_PAGE_PROMOTE, GPA_FULL | 1, TDR) &&
	     spots_are_there(GPA_FULL);
	ktap(ok, "PROMOTE keeps the content of 512 pages");
	ok = ok && block_and_track(GPA_FULL | 1) &&
	     !CALL(0, TDH_MEM_PAGE_DEMOTE, GPA_FULL | 1, TDR, TABLE_FULL) &&
	     spots_are_there(GPA_FULL);
	ktap(ok, "PROMOTE and DEMOTE keep the content of 512 pages");
	world_close();

	world_run();
	ok = !CALL(0, TDH_MEM_RANGE_UNBLOCK, GPA_FULL | 1, TDR) &&
	     accept_all(GPA_FULL) && write_spots(GPA_FULL) &&
	     block_and_track(GPA_FULL | 1) &&
	     !CALL(0, TDH_MEM_PAGE_PROMOTE, GPA_FULL | 1, TDR) &&
	     block_and_track(GPA_FULL | 1) &&
	     !CALL(0, TDH_MEM_PAGE_REMOVE, GPA_FULL | 1, TDR) &&
	     world_regs[0][RCX] == H(3);
	ktap(ok, "a promoted page is removed as one");
	world_close();
}

/* 1G: 512 large pages of a TDMR of their own, made one and split again. */
static bool giga_fill(gpa_t gpa)
{
	unsigned int i;

	if (CALL(0, TDH_MEM_SEPT_ADD, gpa | TDX_LEVEL_1G, TDR, FREE_PAGE))
		return false;
	for (i = 0; i < 512; i++)
		if (CALL(0, TDH_MEM_PAGE_AUG, (gpa + i * LEVEL_BYTES(1)) | 1,
			 TDR, SIM_T1 + i * LEVEL_BYTES(1)))
			return false;
	if (CALL(1, TDH_VP_ENTER, TDVPR) || !world_guest[1])
		return false;
	for (i = 0; i < 512; i++)
		if (world_tdcall(1, GUEST_ACCEPT, (gpa + i * LEVEL_BYTES(1)) | 1,
				 0))
			return false;
	world_exit_guest(1);
	return write_spots(gpa) && write_spots(gpa + 511 * LEVEL_BYTES(1));
}

static bool giga_content(gpa_t gpa)
{
	return spots_are_there(gpa) &&
	       spots_are_there(gpa + 511 * LEVEL_BYTES(1));
}

static void giga_page(void)
{
	gpa_t gpa = GPA_NO_TABLE;
	struct td *td;
	u64 pages;
	bool ok;

	world_second_tdmr = true;
	world_run();
	td = pamt_at(TDR, TDX_LEVEL_4K)->obj;
	pages = td->chldcnt;
	ok = giga_fill(gpa) && block_and_track(gpa | TDX_LEVEL_1G) &&
	     !CALL(0, TDH_MEM_PAGE_PROMOTE, gpa | TDX_LEVEL_1G, TDR) &&
	     world_regs[0][RCX] == FREE_PAGE &&
	     !CALL(0, TDH_MEM_SEPT_RD, gpa | TDX_LEVEL_1G, TDR) &&
	     world_regs[0][RCX] == (SIM_T1 | 0xf7 | SEAM_BIT(63)) &&
	     giga_content(gpa);
	ktap(ok, "512 large pages become one of 1G, with their content");
	ok = ok && block_and_track(gpa | TDX_LEVEL_1G) &&
	     !CALL(0, TDH_MEM_PAGE_DEMOTE, gpa | TDX_LEVEL_1G, TDR, FREE_PAGE) &&
	     giga_content(gpa);
	ktap(ok, "a page of 1G becomes 512 large ones, with their content");
	ok = ok && block_and_track(gpa | TDX_LEVEL_1G) &&
	     !CALL(0, TDH_MEM_PAGE_PROMOTE, gpa | TDX_LEVEL_1G, TDR) &&
	     block_and_track(gpa | TDX_LEVEL_1G) &&
	     !CALL(0, TDH_MEM_PAGE_REMOVE, gpa | TDX_LEVEL_1G, TDR) &&
	     world_regs[0][RCX] == SIM_T1 && td->chldcnt == pages;
	ktap(ok, "a page of 1G is removed as one");
	world_close();
	world_second_tdmr = false;
}

/* ---- interruption, want of memory, a writing host ----------------------------- */

static void try_interrupted(u64 leaf, u64 gpa_level, u64 r8)
{
	const struct leaf_row *row = sept_row(leaf);
	bool ok = true;
	unsigned int n;
	u64 before, st;

	world_run();
	before = world_digest();
	for (n = 1; n <= 8 && ok; n++) {
		sim_intr_countdown = n;
		st = CALL(0, leaf, gpa_level, TDR, r8);
		cover_seen(leaf, st);
		ok = st == TDX_WORD_INTERRUPTED_RESTARTABLE &&
		     world_regs[0][RCX] == gpa_level &&
		     world_regs[0][RDX] == TDR && world_digest() == before;
	}
	sim_intr_countdown = 0;
	ktap(ok, "%s: interrupted at each look, nothing changed", row->name);
	ktap(!CALL(0, leaf, gpa_level, TDR, r8), "%s: done when called again",
	     row->name);
	world_close();
}

static void without_memory(u64 leaf)
{
	const struct leaf_row *row = sept_row(leaf);
	u64 before, st;

	if (row->flags & BUILD)
		world_build();
	else
		world_run();
	before = world_digest();
	sim_no_memory = true;
	st = world_call(0, row->call);
	sim_no_memory = false;
	ktap(st == OP(OPERAND_BUSY, R8) && world_digest() == before,
	     "%s: no memory to softseam: the host may try again", row->name);
	world_close();
}

/* Where a page's content has to be gathered or copied. */
static void without_memory_to_move(void)
{
	u64 before, st;
	bool ok;

	world_run();
	ok = !CALL(0, TDH_MEM_RANGE_UNBLOCK, GPA_FULL | 1, TDR) &&
	     accept_all(GPA_FULL) && write_spots(GPA_FULL) &&
	     block_and_track(GPA_FULL | 1);
	before = world_digest();
	sim_no_memory = true;
	st = CALL(0, TDH_MEM_PAGE_PROMOTE, GPA_FULL | 1, TDR);
	sim_no_memory = false;
	ktap(ok && st == OP(OPERAND_BUSY, RCX) && world_digest() == before,
	     "MEM.PAGE.PROMOTE: no memory to gather content in");
	world_close();

	world_run();
	ok = guest_accept(GPA_2M_PENDING | 1) && write_spots(GPA_2M_PENDING) &&
	     block_and_track(GPA_2M_PENDING | 1) &&
	     !CALL(0, TDH_MEM_PAGE_DEMOTE, GPA_2M_PENDING | 1, TDR, FREE_PAGE) &&
	     block_and_track(GPA_2M_PENDING);
	before = world_digest();
	sim_no_memory = true;
	st = CALL(0, TDH_MEM_PAGE_RELOCATE, GPA_2M_PENDING, TDR, P(101));
	sim_no_memory = false;
	ktap(ok && st == OP(OPERAND_BUSY, R8) && world_digest() == before,
	     "MEM.PAGE.RELOCATE: no memory to copy a part of a block");
	world_close();
}

static void host_writes(void)
{
	u64 *page, st;

	world_run();
	page = env_host_ptr(PAGE_PENDING);
	page[3] = 0xbad;
	ktap(guest_accept(GPA_PENDING) && !debug_read(GPA_PENDING + 24),
	     "a host's write to a page not accepted yet does no harm");
	page = env_host_ptr(PAGE_MAPPED);
	page[3] ^= 1;
	CALL(1, TDH_VP_ENTER, TDVPR);
	st = world_guest[1] ?
	     world_tdcall(1, TDG_MR_RTMR_EXTEND, GPA_MAPPED, 0) : 0;
	ktap(st == ~0ULL && (world_regs[1][RAX] & SEAM_BIT(62)) &&
	     CALL(0, TDH_VP_ENTER, TDVPR) == TDX_WORD_TD_FATAL,
	     "a host's write to a private page kills the TD that uses it");
	world_close();
}

void sept_content(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(good); i++)
		try_good(&good[i]);
	versions();
	added_page();
	relocated_page();
	reused_page();
	old_epoch();
	reclaim_part();
	demoted_page(false);
	demoted_page(true);
	promoted_pages();
	giga_page();
	try_interrupted(TDH_MEM_PAGE_DEMOTE, GPA_2M_BLOCKED | 1, FREE_PAGE);
	try_interrupted(TDH_MEM_PAGE_PROMOTE, GPA_FULL | 1, 0);
	without_memory(TDH_MEM_PAGE_ADD);
	without_memory(TDH_MEM_SEPT_ADD);
	without_memory(TDH_MEM_PAGE_DEMOTE);
	without_memory_to_move();
	host_writes();
}
