// SPDX-License-Identifier: GPL-2.0-only
/*
 * raw_large_test: a TD's memory as one page of 1G: from 512 pages of 2M, and
 * back, and away, while the TD uses it between any two steps. With nothing
 * between this program and the SEAMCALL instruction, see guest/raw.c.
 */
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <seamhost/leaves.h>
#include <seamhost/status.h>
#include "../guest/layout.h"
#include "../include/ktap.h"
#include "../lib/raw_td.h"

#define LEVEL_1G	2
#define LEVEL_2M	1
#define SIZE_2M		(1ULL << 21)
#define SIZE_1G		(1ULL << 30)
#define SEPT_HPA	0x3ffffffff000ULL
#define SEPT_PS		0x80
#define EPT_VIOLATION	48
#define HUGE_1G		(30 << 26)		/* MAP_HUGE_1GB */

static uint64_t *map;

/* The physical address of a page of 1G; 0: this machine has none. */
static uint64_t huge_page(void)
{
	uint64_t entry = 0;
	int fd;

	map = mmap(NULL, SIZE_1G, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | HUGE_1G, -1, 0);
	if (map == MAP_FAILED)
		return 0;
	map[0] = 1;
	fd = open("/proc/self/pagemap", O_RDONLY);
	if (fd < 0 || pread(fd, &entry, 8, (uintptr_t)map / RAW_PAGE * 8) != 8)
		entry = 0;
	close(fd);
	return (entry & ((1ULL << 55) - 1)) * RAW_PAGE;
}

static uint64_t call2(uint64_t leaf, uint64_t r8, struct raw_td *td,
		      uint64_t *rcx)
{
	struct seamcall_raw_call c = {
		.cpu = RAW_CPU,
		.regs = { [RAX] = leaf, [RCX] = RAW_1G | LEVEL_1G,
			  [RDX] = td->tdr, [R8] = r8, [R9] = -1ULL,
			  [R10] = -1ULL, [R11] = -1ULL },
	};
	uint64_t st = raw_make_call(&c);

	*rcx = c.regs[RCX];
	if (st)
		ktap_note("leaf %llu: %#llx, RCX %#llx, RDX %#llx",
			  (unsigned long long)leaf, (unsigned long long)st,
			  c.regs[RCX], c.regs[RDX]);
	return st;
}

/* The guest finds all as it left it, and writes anew. */
static bool used(struct raw_td *td, const char *when)
{
	if (!raw_td_reaches(td, STEP_LARGE))
		return false;
	return ktap_ok(!td->out.regs[R11], "the guest has what it wrote %s", when);
}

static void block(struct raw_td *td)
{
	raw_must(TDH_MEM_RANGE_BLOCK, RAW_1G | LEVEL_1G, td->tdr, 0, 0);
	raw_must(TDH_MEM_TRACK, td->tdr, 0, 0, 0);
}

static bool is_leaf(struct raw_td *td, uint64_t hpa)
{
	uint64_t info, entry = raw_td_sept(td, RAW_1G | LEVEL_1G, &info);

	return (entry & SEPT_PS) && (entry & SEPT_HPA) == hpa &&
	       (info & 7) == LEVEL_1G;
}

static bool promote(struct raw_td *td, uint64_t hpa, uint64_t table)
{
	uint64_t rcx;

	block(td);
	return ktap_ok(!call2(TDH_MEM_PAGE_PROMOTE, 0, td, &rcx) && rcx == table,
		       "PROMOTE to 1G gives the table back") &&
	       ktap_ok(is_leaf(td, hpa), "SEPT.RD shows a leaf of 1G");
}

static bool demote(struct raw_td *td, uint64_t hpa, uint64_t table)
{
	uint64_t rcx;

	ktap_ok(RAW_CODE(call2(TDH_MEM_PAGE_DEMOTE, table, td, &rcx)) ==
		TDX_ST_GPA_RANGE_NOT_BLOCKED, "DEMOTE wants a block first");
	block(td);
	return ktap_ok(!call2(TDH_MEM_PAGE_DEMOTE, table, td, &rcx),
		       "DEMOTE from 1G takes a table") &&
	       ktap_ok(!is_leaf(td, hpa), "SEPT.RD shows a table");
}

/* Words that the guest wrote, at whatever place in a page of 4K. */
static unsigned int secrets_seen(void)
{
	unsigned int i, round, word, n = 0;

	for (i = 0; i < 16; i++)
		for (word = 0; word < 512; word++)
			for (round = 0; round < 16; round++)
				n += map[raw_1g_word(i) / RAW_PAGE * 512 + word] ==
				     RAW_SECRET(i * 64 + round);
	return n;
}

static void round_trip(struct raw_td *td, uint64_t hpa, uint64_t table)
{
	uint64_t rcx, i;

	ktap_ok(RAW_CODE(call2(TDH_MEM_PAGE_AUG, hpa, td, &rcx)) ==
		TDX_ST_OPERAND_INVALID, "PAGE.AUG takes no 1G");
	raw_must(TDH_MEM_SEPT_ADD, RAW_1G | LEVEL_1G, td->tdr, table, 0);
	for (i = 0; i < 512; i++)
		raw_must(TDH_MEM_PAGE_AUG, (RAW_1G + i * SIZE_2M) | LEVEL_2M,
			 td->tdr, hpa + i * SIZE_2M, 0);
	if (!raw_td_reaches(td, STEP_HELLO))
		return;
	td->out.regs[R11] = RAW_LARGE;
	if (!used(td, "nothing to: 512 accepted pages of 2M are zero") ||
	    !promote(td, hpa, table) || !used(td, "in pages of 2M") ||
	    !used(td, "in 1G") || !demote(td, hpa, table) ||
	    !used(td, "before the split") || !promote(td, hpa, table) ||
	    !used(td, "before it was one again"))
		return;
	block(td);
	ktap_ok(!call2(TDH_MEM_PAGE_REMOVE, 0, td, &rcx) && rcx == hpa,
		"PAGE.REMOVE gives 1G back");
	ktap_ok((uint32_t)raw_td_enter(td) == EPT_VIOLATION,
		"the guest's next use is an EPT violation");
	ktap_ok(!secrets_seen(), "the page tells nothing of the TD");
}

int main(void)
{
	struct raw_td td = {};
	uint64_t hpa, table, *table_map;

	raw_init();
	hpa = huge_page();
	table = raw_alloc(0, &table_map);
	if (!hpa || !table)
		ktap_skip_all("no page of 1G");
	ktap_header();
	raw_td_build(&td);
	round_trip(&td, hpa, table);
	ktap_ok(raw_td_end(&td), "all pages come back");
	ktap_plan(ktap_seen);
	return ktap_exit();
}
