// SPDX-License-Identifier: GPL-2.0-only
/* Dynamic PAMT: pairs of pages lent, wanted, in use, and given back. */
#include "host_test.h"

#define OP(code, operand)	(TDX_WORD_##code | TDX_OPERAND_##operand)
#define W(code)			TDX_WORD_##code
#define ADD			TDH_PHYMEM_PAMT_ADD
#define REMOVE			TDH_PHYMEM_PAMT_REMOVE
#define GPA_2M			0x200000

static const struct host_row rows[] = {
	{ TDMR, 0, ADD, H(1) | 1, P(50), P(51), .want = W(SUCCESS) },
	{ TDMR, 0, ADD, H(1) | 1, H(1), H(2), .want = W(SUCCESS) },
	{ TDMR, 0, ADD, H(1), P(50), P(51), .want = OP(OPERAND_INVALID, RCX) },
	{ TDMR, 0, ADD, H(1) | 9, P(50), P(51),
	  .want = OP(OPERAND_INVALID, RCX) },
	{ TDMR, 0, ADD, (H(1) + 0x1000) | 1, P(50), P(51),
	  .want = OP(OPERAND_INVALID, RCX) },
	{ TDMR, 0, ADD, SIM_T1 | 1, P(50), P(51),
	  .want = OP(OPERAND_ADDR_RANGE_ERROR, RCX) },
	{ TDMR, 0, ADD, H(1) | 1, P(50) + 8, P(51),
	  .want = OP(OPERAND_INVALID, RDX) },
	{ TDMR, 0, ADD, H(1) | 1, NOT_RAM, P(51),
	  .want = OP(OPERAND_ADDR_RANGE_ERROR, RDX) },
	{ TDMR, 0, ADD, H(1) | 1, P(50), P(51) + 8,
	  .want = OP(OPERAND_INVALID, R8) },
	{ TDMR, 0, ADD, H(1) | 1, P(50), NOT_RAM,
	  .want = OP(OPERAND_ADDR_RANGE_ERROR, R8) },
	{ TDMR, 0, ADD, P(0) | 1, P(50), P(51),
	  .want = OP(HPA_RANGE_NOT_FREE, RCX) },
	{ TDMR, 0, ADD, H(1) | 1, P(50), P(50), .want = OP(PAGE_NOT_FREE, R8) },
	{ TDMR, 0, ADD, H(1) | 1, H(15), P(50),
	  .want = OP(PAGE_NOT_FREE, RDX) },
	{ TDMR, 0, ADD, H(1) | 1, P(512), P(50),
	  .want = OP(PAGE_NOT_FREE, RDX) },
	{ CREATED, 0, ADD, H(1) | 1, TDR, P(50),
	  .want = OP(PAGE_NOT_FREE, RDX) },
	{ CREATED, 0, ADD, H(1) | 1, P(50), TDR,
	  .want = OP(PAGE_NOT_FREE, R8) },
	{ TDMR, 0, ADD, H(1) | 1, P(50), P(51), .want = OP(OPERAND_BUSY, RDX),
	  .during = PAGE_LOCKED, .page = P(50) },
	{ TDMR, 0, ADD, H(1) | 1, P(50), P(51), .want = OP(OPERAND_BUSY, R8),
	  .during = PAGE_LOCKED, .page = P(51) },

	{ TDMR, 0, REMOVE, P(0) | 1, .want = W(SUCCESS) },
	{ TDMR, 0, REMOVE, P(512) | 1, .want = W(SUCCESS) },
	{ TDMR, 0, REMOVE, P(0), .want = OP(OPERAND_INVALID, RCX) },
	{ TDMR, 0, REMOVE, SIM_T1 | 1,
	  .want = OP(OPERAND_ADDR_RANGE_ERROR, RCX) },
	{ TDMR, 0, REMOVE, H(1) | 1, .want = OP(NO_PAMT_PAGE_PAIR, RCX) },
	{ CREATED, 0, REMOVE, P(0) | 1, .want = W(PAMT_PAGE_NOT_EMPTY) },

	{ TDMR, 0, TDH_MNG_CREATE, H(1), HKID0 + 1,
	  .want = OP(MISSING_PAMT_PAGE_PAIR, RCX) },
	{ TDMR, 0, TDH_MNG_CREATE, P(512), HKID0 + 1,
	  .want = OP(PAGE_METADATA_INCORRECT, RCX) },
	{ TDMR, 0, TDH_PHYMEM_PAGE_RECLAIM, P(512),
	  .want = OP(PAGE_METADATA_INCORRECT, RCX) },
};

static void large_pages(void)
{
	unsigned int i;

	stage_open(TD_INIT);
	for (i = 3; i; i--)
		MUST(0, TDH_MEM_SEPT_ADD, i, TDR, P(20 + i));
	ktap(CALL(0, TDH_MEM_PAGE_AUG, GPA_2M | 1, TDR, H(15)) ==
	     OP(PAGE_METADATA_INCORRECT, R8),
	     "a range with a lent page is not free");
	MUST(0, TDH_MEM_PAGE_AUG, GPA_2M | 1, TDR, H(1));
	ktap(CALL(0, ADD, H(1) | 1, P(50), P(51)) ==
	     OP(HPA_RANGE_NOT_FREE, RCX), "no pair for a 2M page in use");
	ktap(CALL(0, TDH_MEM_PAGE_DEMOTE, GPA_2M | 1, TDR, P(60), ~0ULL, ~0ULL,
		  ~0ULL) != 0, "DEMOTE wants a pair");
	ktap(!world_call_pair(0, (u64[WORLD_OPERANDS]) {
			      TDH_MEM_PAGE_DEMOTE, GPA_2M | 1, TDR, P(60),
			      ~0ULL, ~0ULL, ~0ULL }, P(61), P(62)),
	     "DEMOTE takes one");
	MUST(0, TDH_PHYMEM_PAGE_RDMD, H(1) + 0x5000);
	ktap(world_regs[0][RCX] == PT_REG && !world_regs[0][R8],
	     "its parts are 4K pages of the TD");
	ktap(CALL(0, REMOVE, H(1) | 1) == W(PAMT_PAGE_NOT_EMPTY),
	     "the pair is in use");
	MUST(0, TDH_MEM_PAGE_PROMOTE, GPA_2M | 1, TDR);
	ktap(world_regs[0][R12] == P(61) && world_regs[0][R13] == P(62),
	     "PROMOTE gives it back");
	MUST(0, TDH_MEM_PAGE_REMOVE, GPA_2M | 1, TDR);
	ktap(!CALL(0, ADD, H(1) | 1, P(61), P(62)) &&
	     !CALL(0, REMOVE, H(1) | 1) && world_regs[0][RDX] == P(61) &&
	     world_regs[0][R8] == P(62), "and it can be lent again");
	stage_close();
}

void host_dynamic(void)
{
	stage_dynamic = PAMT_ON;
	host_rows(rows, ARRAY_SIZE(rows));
	large_pages();
	/* offered, and not turned on */
	stage_dynamic = PAMT_OFFERED;
	stage_open(TDMR);
	ktap(CALL(0, ADD, H(1) | 1, P(50), P(51)) == OP(OPERAND_INVALID, RAX) &&
	     CALL(0, REMOVE, H(1) | 1) == OP(OPERAND_INVALID, RAX),
	     "no pairs where dynamic PAMT is not on");
	stage_close();
	stage_dynamic = PAMT_FIXED;
}
