// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every status that the leaf table knows of the vCPU and metadata leaves of the
 * host, provoked by a call; what lies in the module is the same after it.
 */
#include <stdio.h>

#include "coverage.h"
#include "trace.h"
#include "vp_test.h"

#define NEW_TDVPR	P(60)
#define KEYID		SEAM_BIT(46)
#define INDEX_FIELD	0xa020000200000002ULL
#define HP_TIMEOUT	0x9110000300000011ULL

struct refusal {
	u64 call[WORLD_OPERANDS];
	u64 status;
	void (*world)(void);
	void (*undo)(void);		/* what world() locked */
};

/* ---- worlds ---------------------------------------------------------------- */

static void build_new(void)
{
	world_build();
	MUST(0, TDH_VP_CREATE, NEW_TDVPR, TDR);
}

static void build_ready(void)
{
	unsigned int i;

	build_new();
	for (i = 1; i < TDVPS_PAGES; i++)
		MUST(0, TDH_VP_ADDCX, NEW_TDVPR + i * PAGE_BYTES, NEW_TDVPR);
}

static void build_ready_more(void)
{
	unsigned int i;

	build_ready();
	for (i = TDVPS_PAGES; i < TDVPS_MAX_PAGES; i++)
		MUST(0, TDH_VP_ADDCX, NEW_TDVPR + i * PAGE_BYTES, NEW_TDVPR);
}

static void build_topology(void)
{
	build_ready();
	world_topology(true);
}

static void build_no_topology(void)
{
	build_ready();
	world_topology(false);
}

static void build_new_hold_page(void)
{
	build_new();
	world_hold(FREE_PAGE);
}

static void build_new_hold_vcpu(void)
{
	build_new();
	world_hold(NEW_TDVPR);
}

static void build_new_hold_tdr(void)
{
	build_new();
	world_hold(TDR);
}

static void build_new_hold_state(void)
{
	build_new();
	world_hold_op_state();
}

static void build_new_fatal(void)
{
	build_new();
	world_make_fatal();
}

static void build_new_flushed(void)
{
	build_new();
	MUST(0, TDH_MNG_VPFLUSHDONE, TDR);
}

static void run_hold_vcpu(void)
{
	world_plain();
	world_hold(TDVPR);
}

static void run_hold_tdr(void)
{
	world_plain();
	world_hold(TDR);
}

static void run_hold_state(void)
{
	world_plain();
	world_hold_op_state();
}

static void run_hold_epoch(void)
{
	world_plain();
	world_hold_epoch();
}

static void run_flushed(void)
{
	world_plain();
	MUST(0, TDH_MNG_VPFLUSHDONE, TDR);
}

static void run_inside(void)
{
	world_plain();
	world_enter(0);
}

static void run_other_lp(void)
{
	run_inside();
	world_exit_guest(0);
}

static void run_dead(void)
{
	world_dead();
	MUST(0, TDH_VP_FLUSH, TDVPR);
}

static void run_late(void)
{
	world_plain();
	world_late();
}

static void run_migrating(void)
{
	world_plain();
	world_migrating();
}

static void run_limited(void)
{
	world_plain();
	world_limited_cpuid();
}

static void open_no_lp(void)
{
	world_open();
	world_no_lp_init();
}

/* ---- calls ------------------------------------------------------------------- */

#define L(...)		{ __VA_ARGS__ }
#define NOUNDO		NULL

static const struct refusal refusals[] = {
	{ L(TDH_VP_CREATE, FREE_PAGE + 8, TDR), OP(OPERAND_INVALID, RCX),
	  world_build, NOUNDO },
	{ L(TDH_VP_CREATE, NOT_RAM, TDR), OP(OPERAND_ADDR_RANGE_ERROR, RCX),
	  world_build, NOUNDO },
	{ L(TDH_VP_CREATE, TDVPR, TDR), OP(PAGE_METADATA_INCORRECT, RCX),
	  world_build, NOUNDO },
	{ L(TDH_VP_CREATE, FREE_PAGE, TDR), OP(OPERAND_BUSY, RCX),
	  build_new_hold_page, world_let_go },
	{ L(TDH_VP_CREATE, FREE_PAGE, TDR | KEYID), OP(OPERAND_INVALID, RDX),
	  world_build, NOUNDO },
	{ L(TDH_VP_CREATE, FREE_PAGE, NOT_RAM),
	  OP(OPERAND_ADDR_RANGE_ERROR, RDX), world_build, NOUNDO },
	{ L(TDH_VP_CREATE, FREE_PAGE, P(1)), OP(PAGE_METADATA_INCORRECT, RDX),
	  world_build, NOUNDO },
	{ L(TDH_VP_CREATE, FREE_PAGE, TDR), OP(OPERAND_BUSY, RDX),
	  build_new_hold_tdr, world_let_go },
	{ L(TDH_VP_CREATE, FREE_PAGE, TDR), TDX_WORD_TD_FATAL,
	  build_new_fatal, NOUNDO },
	{ L(TDH_VP_CREATE, FREE_PAGE, TDR_NO_KEYS),
	  TDX_WORD_TD_KEYS_NOT_CONFIGURED, world_build, NOUNDO },
	{ L(TDH_VP_CREATE, FREE_PAGE, TDR_NO_TDCX),
	  TDX_WORD_TDCS_NOT_ALLOCATED, world_build, NOUNDO },
	{ L(TDH_VP_CREATE, FREE_PAGE, TDR), OP(OPERAND_BUSY, OP_STATE),
	  build_new_hold_state, world_let_go },
	{ L(TDH_VP_CREATE, FREE_PAGE, TDR_UNINIT), TDX_WORD_OP_STATE_INCORRECT,
	  world_build, NOUNDO },

	{ L(TDH_VP_ADDCX, FREE_PAGE + 8, NEW_TDVPR), OP(OPERAND_INVALID, RCX),
	  build_new, NOUNDO },
	{ L(TDH_VP_ADDCX, NOT_RAM, NEW_TDVPR),
	  OP(OPERAND_ADDR_RANGE_ERROR, RCX), build_new, NOUNDO },
	{ L(TDH_VP_ADDCX, TDVPR, NEW_TDVPR), OP(PAGE_METADATA_INCORRECT, RCX),
	  build_new, NOUNDO },
	{ L(TDH_VP_ADDCX, FREE_PAGE, NEW_TDVPR), OP(OPERAND_BUSY, RCX),
	  build_new_hold_page, world_let_go },
	{ L(TDH_VP_ADDCX, FREE_PAGE, NEW_TDVPR + 1), OP(OPERAND_INVALID, RDX),
	  build_new, NOUNDO },
	{ L(TDH_VP_ADDCX, FREE_PAGE, NOT_RAM),
	  OP(OPERAND_ADDR_RANGE_ERROR, RDX), build_new, NOUNDO },
	{ L(TDH_VP_ADDCX, FREE_PAGE, TDR), OP(PAGE_METADATA_INCORRECT, RDX),
	  build_new, NOUNDO },
	{ L(TDH_VP_ADDCX, FREE_PAGE, NEW_TDVPR), OP(OPERAND_BUSY, RDX),
	  build_new_hold_vcpu, world_let_go },
	{ L(TDH_VP_ADDCX, FREE_PAGE, NEW_TDVPR), OP(OPERAND_BUSY, TDR),
	  build_new_hold_tdr, world_let_go },
	{ L(TDH_VP_ADDCX, FREE_PAGE, NEW_TDVPR), TDX_WORD_TD_FATAL,
	  build_new_fatal, NOUNDO },
	{ L(TDH_VP_ADDCX, FREE_PAGE, NEW_TDVPR),
	  TDX_WORD_TD_KEYS_NOT_CONFIGURED, build_new_flushed, NOUNDO },
	{ L(TDH_VP_ADDCX, FREE_PAGE, NEW_TDVPR), OP(OPERAND_BUSY, OP_STATE),
	  build_new_hold_state, world_let_go },
	{ L(TDH_VP_ADDCX, FREE_PAGE, TDVPR), TDX_WORD_OP_STATE_INCORRECT,
	  world_plain, NOUNDO },
	{ L(TDH_VP_ADDCX, FREE_PAGE, TDVPR), TDX_WORD_VCPU_STATE_INCORRECT,
	  world_build, NOUNDO },
	{ L(TDH_VP_ADDCX, FREE_PAGE, NEW_TDVPR), TDX_WORD_TDCX_NUM_INCORRECT,
	  build_ready_more, NOUNDO },

	{ L(TDH_VP_INIT, NEW_TDVPR + 1), OP(OPERAND_INVALID, RCX), build_ready,
	  NOUNDO },
	{ L(TDH_VP_INIT, NOT_RAM), OP(OPERAND_ADDR_RANGE_ERROR, RCX),
	  build_ready, NOUNDO },
	{ L(TDH_VP_INIT, TDR), OP(PAGE_METADATA_INCORRECT, RCX), build_ready,
	  NOUNDO },
	{ L(TDH_VP_INIT, NEW_TDVPR), OP(OPERAND_BUSY, RCX),
	  build_new_hold_vcpu, world_let_go },
	{ L(TDH_VP_INIT, NEW_TDVPR), OP(OPERAND_BUSY, TDR), build_new_hold_tdr,
	  world_let_go },
	{ L(TDH_VP_INIT, NEW_TDVPR), TDX_WORD_TD_FATAL, build_new_fatal, NOUNDO },
	{ L(TDH_VP_INIT, NEW_TDVPR), TDX_WORD_TD_KEYS_NOT_CONFIGURED,
	  build_new_flushed, NOUNDO },
	{ L(TDH_VP_INIT, NEW_TDVPR), OP(OPERAND_BUSY, OP_STATE),
	  build_new_hold_state, world_let_go },
	{ L(TDH_VP_INIT, TDVPR), TDX_WORD_OP_STATE_INCORRECT, world_plain, NOUNDO },
	{ L(TDH_VP_INIT, NEW_TDVPR), TDX_WORD_TDCX_NUM_INCORRECT, build_new,
	  NOUNDO },
	{ L(TDH_VP_INIT, TDVPR), TDX_WORD_VCPU_STATE_INCORRECT, build_ready,
	  NOUNDO },
	{ L(TDH_VP_INIT, NEW_TDVPR), TDX_WORD_MAX_VCPUS_EXCEEDED, build_ready,
	  NOUNDO },

	{ L(TDH_VP_INIT | 1 << 16, NEW_TDVPR), OP(OPERAND_INVALID, RAX),
	  build_no_topology, NOUNDO },
	{ L(TDH_VP_INIT | 2 << 16, NEW_TDVPR), OP(OPERAND_INVALID, RAX),
	  build_topology, NOUNDO },
	{ L(TDH_VP_INIT | 1 << 16, NEW_TDVPR, 0, SEAM_BIT(32)),
	  OP(OPERAND_INVALID, R8), build_topology, NOUNDO },
	{ L(TDH_VP_INIT | 1 << 16, NEW_TDVPR, 0, 0),
	  TDX_WORD_X2APIC_ID_NOT_UNIQUE, build_topology, NOUNDO },
	{ L(TDH_VP_INIT | 1 << 16, NEW_TDVPR, 0, 7),
	  TDX_WORD_MAX_VCPUS_EXCEEDED, build_topology, NOUNDO },

	{ L(TDH_VP_FLUSH, TDVPR + 1), OP(OPERAND_INVALID, RCX), world_plain,
	  NOUNDO },
	{ L(TDH_VP_FLUSH, NOT_RAM), OP(OPERAND_ADDR_RANGE_ERROR, RCX),
	  world_plain, NOUNDO },
	{ L(TDH_VP_FLUSH, TDR), OP(PAGE_METADATA_INCORRECT, RCX), world_plain,
	  NOUNDO },
	{ L(TDH_VP_FLUSH, TDVPR), OP(OPERAND_BUSY, RCX), run_inside, NOUNDO },
	{ L(TDH_VP_FLUSH, TDVPR), OP(OPERAND_BUSY, TDR), run_hold_tdr, world_let_go },
	{ L(TDH_VP_FLUSH, TDVPR), TDX_WORD_TD_KEYS_NOT_CONFIGURED, run_flushed,
	  NOUNDO },
	{ L(TDH_VP_FLUSH, NEW_TDVPR), TDX_WORD_TDCX_NUM_INCORRECT, build_new,
	  NOUNDO },
	{ L(TDH_VP_FLUSH, TDVPR), TDX_WORD_VCPU_NOT_ASSOCIATED, run_other_lp,
	  NOUNDO },

	{ L(TDH_VP_ENTER, TDVPR | SEAM_BIT(60)), OP(OPERAND_INVALID, RCX),
	  world_plain, NOUNDO },
	{ L(TDH_VP_ENTER, NOT_RAM), OP(OPERAND_ADDR_RANGE_ERROR, RCX),
	  world_plain, NOUNDO },
	{ L(TDH_VP_ENTER, TDR), OP(PAGE_METADATA_INCORRECT, RCX), world_plain,
	  NOUNDO },
	{ L(TDH_VP_ENTER, TDVPR), OP(OPERAND_BUSY, RCX), run_hold_vcpu, world_let_go },
	{ L(TDH_VP_ENTER, TDVPR), OP(OPERAND_BUSY, TDR), run_hold_tdr, world_let_go },
	{ L(TDH_VP_ENTER, TDVPR), TDX_WORD_TD_FATAL, world_fatal, NOUNDO },
	{ L(TDH_VP_ENTER, TDVPR), TDX_WORD_TD_KEYS_NOT_CONFIGURED, run_flushed,
	  NOUNDO },
	{ L(TDH_VP_ENTER, TDVPR), OP(OPERAND_BUSY, OP_STATE), run_hold_state,
	  world_let_go },
	{ L(TDH_VP_ENTER, TDVPR), TDX_WORD_OP_STATE_INCORRECT, world_build,
	  NOUNDO },
	{ L(TDH_VP_ENTER, TDVPR), TDX_WORD_VCPU_STATE_INCORRECT, run_dead,
	  NOUNDO },
	{ L(TDH_VP_ENTER, TDVPR), TDX_WORD_VCPU_ASSOCIATED, run_other_lp,
	  NOUNDO },
	{ L(TDH_VP_ENTER, TDVPR), TDX_WORD_LIMIT_CPUID_MAXVAL_SET, run_limited,
	  NOUNDO },
	{ L(TDH_VP_ENTER, TDVPR), OP(OPERAND_BUSY, TD_EPOCH), run_hold_epoch,
	  world_let_go },
	{ L(TDH_VP_ENTER, TDVPR), TDX_WORD_TSC_ROLLBACK, run_late, NOUNDO },

	{ L(TDH_VP_RD | 2 << 16, TDVPR, INDEX_FIELD), OP(OPERAND_INVALID, RAX),
	  world_plain, NOUNDO },
	{ L(TDH_VP_RD, TDVPR + 1, INDEX_FIELD), OP(OPERAND_INVALID, RCX),
	  world_plain, NOUNDO },
	{ L(TDH_VP_RD, NOT_RAM, INDEX_FIELD), OP(OPERAND_ADDR_RANGE_ERROR, RCX),
	  world_plain, NOUNDO },
	{ L(TDH_VP_RD, TDR, INDEX_FIELD), OP(PAGE_METADATA_INCORRECT, RCX),
	  world_plain, NOUNDO },
	{ L(TDH_VP_RD, TDVPR, INDEX_FIELD), OP(OPERAND_BUSY, RCX),
	  run_hold_vcpu, world_let_go },
	{ L(TDH_VP_RD, TDVPR, INDEX_FIELD), OP(OPERAND_BUSY, TDR),
	  run_hold_tdr, world_let_go },
	{ L(TDH_VP_RD, TDVPR, INDEX_FIELD), TDX_WORD_TD_FATAL, world_fatal,
	  NOUNDO },
	{ L(TDH_VP_RD, TDVPR, INDEX_FIELD), TDX_WORD_TD_KEYS_NOT_CONFIGURED,
	  run_flushed, NOUNDO },
	{ L(TDH_VP_RD, TDVPR, INDEX_FIELD), OP(OPERAND_BUSY, OP_STATE),
	  run_hold_state, world_let_go },
	{ L(TDH_VP_RD, NEW_TDVPR, INDEX_FIELD), TDX_WORD_TDCX_NUM_INCORRECT,
	  build_new, NOUNDO },
	{ L(TDH_VP_RD, NEW_TDVPR, INDEX_FIELD), TDX_WORD_VCPU_STATE_INCORRECT,
	  build_ready, NOUNDO },
	{ L(TDH_VP_RD, TDVPR, INDEX_FIELD), TDX_WORD_VCPU_ASSOCIATED,
	  run_other_lp, NOUNDO },
	{ L(TDH_VP_RD, TDVPR, 0x3f20000000000000),
	  TDX_WORD_METADATA_FIELD_ID_INCORRECT, world_plain, NOUNDO },
	{ L(TDH_VP_RD, TDVPR, 0x1020000300000000),
	  TDX_WORD_METADATA_FIELD_NOT_READABLE, world_run_no_debug, NOUNDO },

	{ L(TDH_VP_WR, TDVPR + 1, INDEX_FIELD), OP(OPERAND_INVALID, RCX),
	  world_plain, NOUNDO },
	{ L(TDH_VP_WR, NOT_RAM, INDEX_FIELD), OP(OPERAND_ADDR_RANGE_ERROR, RCX),
	  world_plain, NOUNDO },
	{ L(TDH_VP_WR, TDR, INDEX_FIELD), OP(PAGE_METADATA_INCORRECT, RCX),
	  world_plain, NOUNDO },
	{ L(TDH_VP_WR, TDVPR, INDEX_FIELD), OP(OPERAND_BUSY, RCX),
	  run_hold_vcpu, world_let_go },
	{ L(TDH_VP_WR, TDVPR, INDEX_FIELD), OP(OPERAND_BUSY, TDR),
	  run_hold_tdr, world_let_go },
	{ L(TDH_VP_WR, TDVPR, INDEX_FIELD), TDX_WORD_TD_FATAL, world_fatal,
	  NOUNDO },
	{ L(TDH_VP_WR, TDVPR, INDEX_FIELD), TDX_WORD_TD_KEYS_NOT_CONFIGURED,
	  run_flushed, NOUNDO },
	{ L(TDH_VP_WR, TDVPR, INDEX_FIELD), OP(OPERAND_BUSY, OP_STATE),
	  run_hold_state, world_let_go },
	{ L(TDH_VP_WR, TDVPR, INDEX_FIELD), TDX_WORD_OP_STATE_INCORRECT,
	  run_migrating, NOUNDO },
	{ L(TDH_VP_WR, NEW_TDVPR, INDEX_FIELD), TDX_WORD_TDCX_NUM_INCORRECT,
	  build_new, NOUNDO },
	{ L(TDH_VP_WR, NEW_TDVPR, INDEX_FIELD), TDX_WORD_VCPU_STATE_INCORRECT,
	  build_ready, NOUNDO },
	{ L(TDH_VP_WR, TDVPR, INDEX_FIELD), TDX_WORD_VCPU_ASSOCIATED,
	  run_other_lp, NOUNDO },
	{ L(TDH_VP_WR, TDVPR, ~0ULL, 0, ~0ULL),
	  TDX_WORD_METADATA_FIELD_ID_INCORRECT, world_plain, NOUNDO },
	{ L(TDH_VP_WR, TDVPR, INDEX_FIELD, 0, ~0ULL),
	  TDX_WORD_METADATA_FIELD_NOT_WRITABLE, world_plain, NOUNDO },
	{ L(TDH_VP_WR, TDVPR, 0x24000300002016, 1, ~0ULL),
	  TDX_WORD_METADATA_FIELD_VALUE_NOT_VALID, world_plain, NOUNDO },
	{ L(TDH_VP_WR, TDVPR, 0x24000200004000, 0x80, 0x80),
	  TDX_WORD_TD_VMCS_FIELD_NOT_INITIALIZED | 0x2, world_plain, NOUNDO },
	{ L(TDH_VP_WR, TDVPR, INDEX_FIELD), TDX_WORD_VCPU_STATE_INCORRECT,
	  world_dead, NOUNDO },

	{ L(TDH_MNG_RD | 2 << 16, TDR), OP(OPERAND_INVALID, RAX), world_plain,
	  NOUNDO },
	{ L(TDH_MNG_RD, TDR + 1), OP(OPERAND_INVALID, RCX), world_plain, NOUNDO },
	{ L(TDH_MNG_RD, NOT_RAM), OP(OPERAND_ADDR_RANGE_ERROR, RCX), world_plain,
	  NOUNDO },
	{ L(TDH_MNG_RD, TDVPR), OP(PAGE_METADATA_INCORRECT, RCX), world_plain,
	  NOUNDO },
	{ L(TDH_MNG_RD, TDR), OP(OPERAND_BUSY, RCX), run_hold_tdr, world_let_go },
	{ L(TDH_MNG_RD, TDR), TDX_WORD_TD_FATAL, world_fatal, NOUNDO },
	{ L(TDH_MNG_RD, TDR_NO_KEYS), TDX_WORD_TD_KEYS_NOT_CONFIGURED,
	  world_build, NOUNDO },
	{ L(TDH_MNG_RD, TDR_NO_TDCX), TDX_WORD_TDCS_NOT_ALLOCATED, world_build,
	  NOUNDO },
	{ L(TDH_MNG_RD, TDR), OP(OPERAND_BUSY, OP_STATE), run_hold_state,
	  world_let_go },
	{ L(TDH_MNG_RD, TDR_UNINIT), TDX_WORD_OP_STATE_INCORRECT, world_build,
	  NOUNDO },
	{ L(TDH_MNG_RD, TDR, ~0ULL), TDX_WORD_METADATA_FIELD_ID_INCORRECT,
	  world_plain, NOUNDO },
	{ L(TDH_MNG_RD, TDR, 0x9110000300000010),
	  TDX_WORD_METADATA_FIELD_NOT_READABLE, world_run_no_debug, NOUNDO },
	{ L(TDH_MNG_RD | 1 << 16, TDR, ~0ULL),
	  TDX_WORD_METADATA_FIRST_FIELD_ID_IN_CONTEXT, world_plain, NOUNDO },

	{ L(TDH_MNG_WR, TDR + 1), OP(OPERAND_INVALID, RCX), world_plain, NOUNDO },
	{ L(TDH_MNG_WR, NOT_RAM), OP(OPERAND_ADDR_RANGE_ERROR, RCX), world_plain,
	  NOUNDO },
	{ L(TDH_MNG_WR, TDVPR), OP(PAGE_METADATA_INCORRECT, RCX), world_plain,
	  NOUNDO },
	{ L(TDH_MNG_WR, TDR), OP(OPERAND_BUSY, RCX), run_hold_tdr, world_let_go },
	{ L(TDH_MNG_WR, TDR), TDX_WORD_TD_FATAL, world_fatal, NOUNDO },
	{ L(TDH_MNG_WR, TDR_NO_KEYS), TDX_WORD_TD_KEYS_NOT_CONFIGURED,
	  world_build, NOUNDO },
	{ L(TDH_MNG_WR, TDR_NO_TDCX), TDX_WORD_TDCS_NOT_ALLOCATED, world_build,
	  NOUNDO },
	{ L(TDH_MNG_WR, TDR), OP(OPERAND_BUSY, OP_STATE), run_hold_state,
	  world_let_go },
	{ L(TDH_MNG_WR, TDR), TDX_WORD_OP_STATE_INCORRECT, run_migrating,
	  NOUNDO },
	{ L(TDH_MNG_WR, TDR, ~0ULL, 0, ~0ULL),
	  TDX_WORD_METADATA_FIELD_ID_INCORRECT, world_plain, NOUNDO },
	{ L(TDH_MNG_WR, TDR, 0x1110000300000000, 0, ~0ULL),
	  TDX_WORD_METADATA_FIELD_NOT_WRITABLE, world_plain, NOUNDO },
	{ L(TDH_MNG_WR, TDR, HP_TIMEOUT, 9999, ~0ULL),
	  TDX_WORD_METADATA_FIELD_VALUE_NOT_VALID, world_plain, NOUNDO },
	{ L(TDH_MNG_WR, TDR, HP_TIMEOUT, 20000, 0xffff),
	  TDX_WORD_METADATA_WR_MASK_NOT_VALID, world_plain, NOUNDO },

	{ L(TDH_SYS_RD, 0, 0x0800000200000000), TDX_WORD_SYS_LP_INIT_NOT_DONE,
	  open_no_lp, NOUNDO },
	{ L(TDH_SYS_RD, 0, 0x3f00000000000000),
	  TDX_WORD_METADATA_FIELD_ID_INCORRECT, world_open, NOUNDO },
	{ L(TDH_SYS_RD, 0, ~0ULL), TDX_WORD_METADATA_FIRST_FIELD_ID_IN_CONTEXT,
	  world_open, NOUNDO },
	{ L(TDH_SYS_RDALL, 0, S(6), ~0ULL), TDX_WORD_SYS_LP_INIT_NOT_DONE,
	  open_no_lp, NOUNDO },
	{ L(TDH_SYS_RDALL, 0, S(6) + 8, ~0ULL), OP(OPERAND_INVALID, RDX),
	  world_open, NOUNDO },
	{ L(TDH_SYS_RDALL, 0, S(6), 0x3f00000000000000),
	  TDX_WORD_METADATA_FIELD_ID_INCORRECT, world_open, NOUNDO },
};

#define LATER		"a vCPU is only made when the TDCS is there"
#define ANY_STATE	"all states are allowed"
#define NO_LOOK		"the module does not look at the host's MSRs again"
#define NO_SERVTD	"no service TDs"

static const struct {
	u64 leaf, status;
	const char *why;
} unreachable[] = {
	{ TDH_VP_ADDCX, TDX_WORD_TDCS_NOT_ALLOCATED, LATER },
	{ TDH_VP_INIT, TDX_WORD_TDCS_NOT_ALLOCATED, LATER },
	{ TDH_VP_ENTER, TDX_WORD_TDCS_NOT_ALLOCATED, LATER },
	{ TDH_VP_RD, TDX_WORD_TDCS_NOT_ALLOCATED, LATER },
	{ TDH_VP_WR, TDX_WORD_TDCS_NOT_ALLOCATED, LATER },
	{ TDH_VP_FLUSH, TDX_WORD_OP_STATE_INCORRECT, ANY_STATE },
	{ TDH_VP_RD, TDX_WORD_OP_STATE_INCORRECT, ANY_STATE },
	{ TDH_VP_INIT, TDX_WORD_VCPU_ASSOCIATED,
	  "nothing is tied before INIT" },
	{ TDH_VP_INIT, TDX_WORD_INCONSISTENT_MSR, NO_LOOK },
	{ TDH_VP_INIT, TDX_WORD_INCORRECT_MSR_VALUE, NO_LOOK },
	{ TDH_VP_ENTER, TDX_WORD_INCONSISTENT_MSR, NO_LOOK },
	{ TDH_VP_ENTER, TDX_WORD_INCORRECT_MSR_VALUE, NO_LOOK },
	{ TDH_VP_ENTER, OP(OPERAND_BUSY, SEPT_TREE), "no zero-step mitigation" },
	{ TDH_VP_ENTER, TDX_WORD_CROSS_TD_FAULT, NO_SERVTD },
	{ TDH_VP_ENTER, TDX_WORD_CROSS_TD_TRAP, NO_SERVTD },
	{ TDH_VP_ENTER, TDX_WORD_HOST_PRIORITY_BUSY_TIMEOUT,
	  "a guest leaf that is turned away says BUSY" },
	{ TDH_SYS_RD, TDX_WORD_METADATA_FIELD_NOT_READABLE,
	  "the host may read all" },
};

/* False when it cannot be had here. */
static bool try_refusal(const struct refusal *r, bool *ok, u64 *st)
{
	u64 before, after;

	world_missing = NULL;
	r->world();
	cover_known(r->call[0], r->status, world_missing);
	if (world_missing) {
		world_close();
		return false;
	}
	before = world_digest();
	*st = CALL(1, r->call[0], r->call[1], r->call[2], r->call[3],
		   r->call[4]);
	cover_seen(r->call[0], *st);
	/* the host that asked may have become the vCPU's, and no more */
	if (r->call[1] == TDVPR)
		CALL(1, TDH_VP_FLUSH, TDVPR);
	after = world_digest();
	if (r->undo)
		r->undo();
	world_close();
	if (*st == r->status && before != after)
		printf("# the refusal changed the module's state\n");
	*ok = *st == r->status && before == after;
	return true;
}

void vp_test_refusals(void)
{
	char want[80], got[80];
	unsigned int i;
	bool ok;
	u64 st;

	for (i = 0; i < ARRAY_SIZE(refusals); i++) {
		const struct refusal *r = &refusals[i];

		trace_status(r->status, want, sizeof(want));
		if (!try_refusal(r, &ok, &st)) {
			ktap(true, "leaf %llu: %s # SKIP %s", r->call[0], want,
			     world_missing);
			continue;
		}
		ktap(ok, "leaf %llu rcx 0x%llx rdx 0x%llx: %s%s%s",
		     r->call[0], r->call[1], r->call[2], want,
		     st == r->status ? "" : ", got ", st == r->status ? "" :
		     trace_status(st, got, sizeof(got)));
	}
	for (i = 0; i < ARRAY_SIZE(unreachable); i++)
		cover_known(unreachable[i].leaf, unreachable[i].status,
			    unreachable[i].why);
}
