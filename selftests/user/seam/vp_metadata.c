// SPDX-License-Identifier: GPL-2.0-only
/* Metadata as a whole: each walk over ids ends, and each id reads. */
#include "vp_test.h"

#define LIST_PAGE	S(9)
#define TD_CTLS		0x1110000300000017ULL

/* CPUID leaves that cannot be read, and what follows them */
static u64 past_faults(u64 id)
{
	switch (id) {
	case 0x9410000300000dfeULL:
		return 0x9410000300000e04ULL;
	case 0x9410000300003e00ULL:
		return 0x94100003000041feULL;
	case 0x9410000300010dfeULL:
		return 0x9410000300010ffeULL;
	}
	return id;
}

/* Follows next ids from -1; the number of fields, 0 when one did not read. */
static unsigned int walk(u64 leaf, u64 rcx)
{
	u64 id = ~0ULL, st;
	unsigned int n = 0;

	st = CALL(0, leaf, rcx, id);
	if (st != TDX_WORD_METADATA_FIRST_FIELD_ID_IN_CONTEXT)
		return 0;
	for (id = world_regs[0][RDX]; id != ~0ULL; id = world_regs[0][RDX]) {
		if (CALL(0, leaf, rcx, past_faults(id)) || ++n > 20000)
			return 0;
	}
	return n;
}

static void test_walks(void)
{
	unsigned int sys, td, td_debug, vp, vp_debug;

	world_run_no_debug();
	sys = walk(TDH_SYS_RD, 0);
	td = walk(TDH_MNG_RD | 1 << 16, TDR);
	vp = walk(TDH_VP_RD | 1 << 16, TDVPR);
	world_close();
	world_run();
	td_debug = walk(TDH_MNG_RD | 1 << 16, TDR);
	vp_debug = walk(TDH_VP_RD | 1 << 16, TDVPR);
	world_close();
	ktap(sys > 300, "SYS.RD walks over %u values", sys);
	ktap(td > 500, "MNG.RD walks over %u values", td);
	ktap(td_debug > td, "%u of a debug TD", td_debug);
	ktap(vp > 20, "VP.RD walks over %u values", vp);
	ktap(vp_debug > vp + 1000, "%u of a debug TD", vp_debug);
}

/* Each sequence's values are what SYS.RD gives for its ids. */
static void test_list(void)
{
	u64 *page, head, id, seq = 0, end;
	unsigned int word = 1, i, n, bad = 0;

	world_open();
	page = env_host_ptr(LIST_PAGE);
	MUST(0, TDH_SYS_RDALL, 0, LIST_PAGE, ~0ULL);
	head = page[0];
	end = (head & 0xffff) / 8;
	while (word < end) {
		id = page[word++];
		n = ((id >> 38 & 0x1ff) + 1) * ((id >> 34 & 0xf) + 1);
		id &= ~SEAM_MASK(46, 34);
		for (i = 0; i < n; i++, word++)
			if (CALL(0, TDH_SYS_RD, 0, id + i) ||
			    world_regs[0][R8] != page[word])
				bad++;
		seq++;
	}
	ktap(word == end && seq == (head >> 16 & 0xffff) && !bad,
	     "SYS.RDALL lists what SYS.RD reads, %llu sequences", seq);
	world_close();
}

static void test_flexible_ve(void)
{
	struct td *td;

	world_run();
	td = vp_enter()->td;
	ktap(vp_tdcall4(TDG_VM_WR, 0, TD_CTLS, 1, 1) ==
	     TDX_WORD_METADATA_FIELD_VALUE_NOT_VALID && !td->td_ctls,
	     "PENDING_VE_DISABLE is fixed without FLEXIBLE_PENDING_VE");
	td->config_flags |= FLAG_FLEXIBLE_VE;
	ktap(vp_tdcall4(TDG_VM_WR, 0, TD_CTLS, 1, 1) == 0 && td->td_ctls == 1,
	     "with it the guest may set it");
	ktap(vp_tdcall4(TDG_VM_RD, 0, TD_CTLS, 0, 0) == 0 &&
	     world_guest[0]->gpr[R8] == 1, "and reads it back");
	ktap(vp_tdcall4(TDG_VM_RD, 1, TD_CTLS, 0, 0) ==
	     OP(OPERAND_INVALID, RCX), "of its own TD only");
	world_close();
}

static void test_debug_registers(void)
{
	world_run();
	MUST(0, TDH_VP_WR, TDVPR, 0x1020000300000003, 0x1234, 0xffff);
	MUST(0, TDH_VP_WR, TDVPR, 0x2400030000681e, 0x401000, ~0ULL);
	MUST(0, TDH_VP_RD, TDVPR, 0x2400030000681e);
	ktap(world_regs[0][R8] == 0x401000, "a debugger moves RIP");
	ktap(vp_enter()->gpr[RBX] == 0x1234, "and sets registers");
	world_exit_guest(0);
	MUST(0, TDH_VP_RD, TDVPR, 0x24000200004402);
	ktap(world_regs[0][R8] == VMX_EXTERNAL_INTERRUPT,
	     "and sees why the vCPU exited");
	MUST(0, TDH_VP_RD, TDVPR, 0xa020000000000044);
	ktap(world_regs[0][R8] == 1, "and that it was launched");
	MUST(0, TDH_VP_FLUSH, TDVPR);
	MUST(0, TDH_VP_RD, TDVPR, 0xa020000000000044);
	ktap(world_regs[0][R8] == 0, "which FLUSH undoes");
	world_close();
}

static u64 vp_wr(u64 id, u64 val, u64 mask)
{
	return CALL(0, TDH_VP_WR, TDVPR, id, val, mask);
}

static u64 vp_rd(u64 id)
{
	return CALL(0, TDH_VP_RD, TDVPR, id) ? 0x5e5e : world_regs[0][R8];
}

#define NOT_VALID	TDX_WORD_METADATA_FIELD_VALUE_NOT_VALID
#define NOT_WRITABLE	TDX_WORD_METADATA_FIELD_NOT_WRITABLE

static void test_values(void)
{
	world_run();
	ktap(!vp_wr(0x24000300002016, S(40) + 64, ~0x3fULL) &&
	     vp_rd(0x24000300002016) == S(40) + 64 &&
	     vp_rd(0xa020000300000098) == S(40) + 64,
	     "an address that was unset has no old low bits");
	ktap(vp_wr(0x24000200004000, 0x80, 0x80) ==
	     (TDX_WORD_TD_VMCS_FIELD_NOT_INITIALIZED | 0x2) &&
	     !vp_wr(0x24000100000002, 0x33, ~0ULL) &&
	     !vp_wr(0x24000200004000, 0x80, 0x80) &&
	     vp_rd(0xa0200001000000ac) == 0x33 &&
	     (vp_rd(0xa02000020000009c) & 0x80),
	     "a field that is missing is named, shadows follow");
	ktap(vp_wr(0x24000300006800, 0, 1) == NOT_VALID &&
	     vp_wr(0x24000300006800, SEAM_BIT(30), SEAM_BIT(30)) == NOT_VALID &&
	     !vp_wr(0x24000300006800, 8, 8),
	     "a debugger cannot change CR0 where the guest could not");
	ktap(vp_wr(0x24000300006804, 0, SEAM_BIT(6)) == NOT_VALID &&
	     !vp_wr(0x24000300006804, 0x40, ~0ULL) &&
	     vp_rd(0x24000300006804) == 0x2040,
	     "CR4 is written as the guest sees it");
	ktap(vp_wr(0x24000300006802, SEAM_BIT(52), ~0ULL) == NOT_VALID,
	     "CR3 is a private address");
	ktap(vp_wr(0x2400030000200e, 0x1000 | SEAM_BIT(51), ~0xfffULL) ==
	     NOT_VALID &&
	     vp_wr(0x2400020000401e, SEAM_BIT(17), SEAM_BIT(17)) == NOT_VALID &&
	     !vp_wr(0x2400030000200e, S(40), ~0xfffULL) &&
	     !vp_wr(0x2400020000401e, SEAM_BIT(17), SEAM_BIT(17)),
	     "no page-modification log before it has an address");
	ktap(!vp_rd(0x1220000300000000) && !vp_rd(0x1220000300000003) &&
	     vp_rd(0x1220000300000041) == SEAM_BIT(63) &&
	     vp_wr(0x1220000300000041, 0, ~0ULL) == NOT_WRITABLE &&
	     !vp_wr(0x1220000300000048, 0, ~0ULL),
	     "the header of the XSAVE area is not the debugger's");
	world_close();
}

static u64 mng_rd(u64 id)
{
	return CALL(0, TDH_MNG_RD | 1 << 16, TDR, id);
}

static void test_ids(void)
{
	const u64 *g = world_regs[0];

	world_run();
	ktap(!CALL(0, TDH_MNG_WR, TDR, 0x9110000300000011, 100000000, ~0ULL) &&
	     !mng_rd(0x9110000300000011) && g[R8] < 100000000 && g[R8],
	     "a long timeout is cut off");
	ktap(mng_rd(0xff8fffffffffffffULL) ==
	     TDX_WORD_METADATA_FIRST_FIELD_ID_IN_CONTEXT,
	     "no field, whatever its context");
	ktap(!mng_rd(0x94100003000001ffULL) && g[RDX] == 0x94100003000007feULL &&
	     !mng_rd(0x94100003000007ffULL) && g[RDX] == 0x9410000300000808ULL,
	     "CPUID leaves follow each other by their table");
	ktap(mng_rd(0x9410000300000dfeULL) ==
	     TDX_WORD_METADATA_FIELD_NOT_READABLE &&
	     mng_rd(0x94100003000005feULL) ==
	     TDX_WORD_METADATA_FIELD_ID_INCORRECT &&
	     mng_rd(0x94100003000201feULL) ==
	     TDX_WORD_METADATA_FIELD_ID_INCORRECT &&
	     CALL(0, TDH_MNG_WR, TDR, 0x9410000300000dfeULL, 0, ~0ULL) ==
	     TDX_WORD_METADATA_FIELD_NOT_READABLE &&
	     CALL(0, TDH_MNG_WR, TDR, 0x94100003000001feULL, 0, ~0ULL) ==
	     NOT_WRITABLE, "which have a value, which fault, which are none");
	ktap(CALL(0, TDH_SYS_RDALL, 0, LIST_PAGE, 0x9900000300000501ULL) ==
	     TDX_WORD_METADATA_FIELD_ID_INCORRECT &&
	     !CALL(0, TDH_SYS_RDALL, 0, LIST_PAGE, 0x9900000300000502ULL),
	     "SYS.RDALL starts with a whole field");
	world_close();
}

/* Where features are that only a former try wanted is not forgotten. */
static void test_xbuff_offsets(void)
{
	unsigned int i;
	u64 st;

	world_run();
	MUST(0, TDH_MNG_CREATE, P(200), 40);
	MUST(0, TDH_MNG_KEY_CONFIG, P(200));
	for (i = 1; i <= TDCS_PAGES; i++)
		MUST(0, TDH_MNG_ADDCX, P(200 + i), P(200));
	world_put(S(20), 0, 0);
	world_put(S(20), 1, 7);			/* AVX, but no vCPUs */
	world_put(S(20), 2, 0);
	world_put(S(20), 3, 0x1e);
	world_put(S(20), 5, 40);
	st = CALL(0, TDH_MNG_INIT, P(200), S(20));
	world_put(S(20), 1, 3);
	world_put(S(20), 2, 1);
	MUST(0, TDH_MNG_INIT, P(200), S(20));
	ktap(st == OP(OPERAND_INVALID, MAX_VCPUS) &&
	     !CALL(0, TDH_MNG_RD, P(200), 0x9110000200000802ULL) &&
	     world_regs[0][R8] == 576, "a failed INIT leaves XBUFF offsets");
	world_close();
}

void vp_test_metadata(void)
{
	test_xbuff_offsets();
	test_values();
	test_ids();
	test_walks();
	test_list();
	test_flexible_ve();
	test_debug_registers();
}
