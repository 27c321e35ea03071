// SPDX-License-Identifier: GPL-2.0-only
/* SYS.* leaves: bring-up in right and wrong order, every kind of bad TDMR. */
#include "host_test.h"

#define OP(code, operand)	(TDX_WORD_##code | TDX_OPERAND_##operand)
#define W(code)			TDX_WORD_##code
#define DET(code, i, b1, b2)	\
	(TDX_WORD_##code | (i) | (b1) << 8 | (b2) << 16)

#define VENDOR_ID		0x0800000200000000ULL

/* SYS.CONFIG with one word of TDMR_INFO changed */
#define TDMR_WITH(n, v, st)						\
	{ LPINIT, 0, TDH_SYS_CONFIG, TDMR_ARRAY, 1, HKID0, 0, st, DAMAGE, \
	  TDMR_INFO, n, v }

static const struct host_row rows[] = {
	{ COLD, 0, TDH_SYS_INIT, .want = W(SUCCESS) },
	{ COLD, 0, TDH_SYS_INIT, 1, .want = OP(OPERAND_INVALID, RCX) },
	{ COLD, 0, TDH_SYS_INIT, .want = W(SYS_BUSY), .during = SYS_LOCKED },
	{ COLD, 0, TDH_SYS_INIT, .want = W(RND_NO_ENTROPY),
	  .during = NO_ENTROPY },
	{ SYSINIT, 1, TDH_SYS_INIT, .want = W(SYS_INIT_NOT_PENDING) },
	{ READY, 1, TDH_SYS_INIT, .want = W(SYS_INIT_NOT_PENDING) },
	{ SHUT, 1, TDH_SYS_INIT, .want = W(SYS_SHUTDOWN) },

	{ SYSINIT, 1, TDH_SYS_LP_INIT, .want = W(SUCCESS) },
	{ COLD, 0, TDH_SYS_LP_INIT, .want = W(SYS_LP_INIT_NOT_PENDING) },
	{ LPINIT, 1, TDH_SYS_LP_INIT, .want = W(SYS_LP_INIT_DONE) },
	{ CONFIG, 1, TDH_SYS_LP_INIT, .want = W(SYS_LP_INIT_NOT_PENDING) },
	{ SYSINIT, 0, TDH_SYS_LP_INIT, .want = W(SYS_BUSY),
	  .during = SYS_LOCKED },
	{ SYSINIT, 0, TDH_SYS_LP_INIT, .want = W(RND_NO_ENTROPY),
	  .during = NO_ENTROPY },

	{ LPINIT, 0, TDH_SYS_INFO, OUT1, 1024, OUT2, 32, .want = W(SUCCESS) },
	{ SYSINIT, 0, TDH_SYS_INFO, OUT1, 1024, OUT2, 32,
	  .want = W(SYS_LP_INIT_NOT_DONE) },
	{ LPINIT, 0, TDH_SYS_INFO, OUT1 + 512, 1024, OUT2, 32,
	  .want = OP(OPERAND_INVALID, RCX) },
	{ LPINIT, 0, TDH_SYS_INFO, OUT1, 1023, OUT2, 32,
	  .want = OP(OPERAND_INVALID, RDX) },
	{ LPINIT, 0, TDH_SYS_INFO, OUT1, 1024, OUT2 + 256, 32,
	  .want = OP(OPERAND_INVALID, R8) },
	{ LPINIT, 0, TDH_SYS_INFO, OUT1, 1024, OUT2, 31,
	  .want = OP(OPERAND_INVALID, R9) },
	{ LPINIT, 0, TDH_SYS_INFO, OUT1 | 33ULL << 46, 1024, OUT2, 32,
	  .want = OP(OPERAND_INVALID, RCX) },

	{ LPINIT, 0, TDH_SYS_RD, 0, VENDOR_ID, .want = W(SUCCESS) },
	{ SYSINIT, 0, TDH_SYS_RD, 0, VENDOR_ID,
	  .want = W(SYS_LP_INIT_NOT_DONE) },
	{ LPINIT, 0, TDH_SYS_RDALL, 0, OUT1, ~0ULL, .want = W(SUCCESS) },
	{ SYSINIT, 0, TDH_SYS_RDALL, 0, OUT1, ~0ULL,
	  .want = W(SYS_LP_INIT_NOT_DONE) },

	{ LPINIT, 1, TDH_SYS_CONFIG, TDMR_ARRAY, 1, HKID0, 0, .want = W(SUCCESS) },
	{ SYSINIT, 0, TDH_SYS_CONFIG, TDMR_ARRAY, 1, HKID0, 0,
	  .want = W(SYS_CONFIG_NOT_PENDING) },
	{ CONFIG, 0, TDH_SYS_CONFIG, TDMR_ARRAY, 1, HKID0, 0,
	  .want = W(SYS_CONFIG_NOT_PENDING) },
	{ LPINIT, 0, TDH_SYS_CONFIG, TDMR_ARRAY, 1, HKID0, 0, .want = W(SYS_BUSY),
	  .during = SYS_LOCKED },
	{ LPINIT, 0, TDH_SYS_CONFIG, TDMR_ARRAY + 8, 1, HKID0, 0,
	  .want = OP(OPERAND_INVALID, RCX) },
	{ LPINIT, 0, TDH_SYS_CONFIG, TDMR_ARRAY, 0, HKID0, 0,
	  .want = OP(OPERAND_INVALID, RDX) },
	{ LPINIT, 0, TDH_SYS_CONFIG, TDMR_ARRAY, 65, HKID0, 0,
	  .want = OP(OPERAND_INVALID, RDX) },
	{ LPINIT, 0, TDH_SYS_CONFIG, TDMR_ARRAY, 1, 31, 0,
	  .want = OP(OPERAND_INVALID, R8) },
	{ LPINIT, 0, TDH_SYS_CONFIG, TDMR_ARRAY, 1, 64, 0,
	  .want = OP(OPERAND_INVALID, R8) },
	{ LPINIT, 0, TDH_SYS_CONFIG, TDMR_ARRAY, 1, HKID0 | SEAM_BIT(16), 0,
	  .want = OP(OPERAND_INVALID, R8) },
	{ LPINIT, 0, TDH_SYS_CONFIG, TDMR_ARRAY, 1, HKID0, 0,
	  .want = OP(OPERAND_INVALID, RCX),
	  .during = DAMAGE, .page = TDMR_ARRAY, .word = 0, .val = TDMR_INFO + 64 },
	TDMR_WITH(0, SIM_H0 + 0x200000, W(INVALID_TDMR)),
	TDMR_WITH(0, SIM_H0 | SEAM_BIT(46), W(INVALID_TDMR)),
	TDMR_WITH(1, 0, W(INVALID_TDMR)),
	TDMR_WITH(1, LEVEL_BYTES(2) + 0x1000, W(INVALID_TDMR)),
	TDMR_WITH(0, SIM_X0, W(TDMR_OUTSIDE_CMRS)),
	TDMR_WITH(2, SIM_A + 8, DET(INVALID_PAMT, 0, 2, 0)),
	TDMR_WITH(3, 0, DET(INVALID_PAMT, 0, 2, 0)),
	TDMR_WITH(5, 0x1000, DET(INVALID_PAMT, 0, 1, 0)),
	TDMR_WITH(7, 0x3ff000, DET(INVALID_PAMT, 0, 0, 0)),
	TDMR_WITH(6, SIM_X0, DET(PAMT_OUTSIDE_CMRS, 0, 0, 0)),
	TDMR_WITH(4, SIM_A, DET(PAMT_OVERLAP, 0, 1, 0)),
	TDMR_WITH(6, SIM_H0 + 0x100000, DET(PAMT_OVERLAP, 0, 0, 0)),
	TDMR_WITH(8, 8, DET(INVALID_RESERVED_IN_TDMR, 0, 0, 0)),
	TDMR_WITH(8, LEVEL_BYTES(2), DET(INVALID_RESERVED_IN_TDMR, 0, 0, 0)),
	TDMR_WITH(9, 8, DET(INVALID_RESERVED_IN_TDMR, 0, 0, 0)),
	TDMR_WITH(11, 0x1000, DET(NON_ORDERED_RESERVED_IN_TDMR, 0, 1, 0)),
	TDMR_WITH(11, 8, DET(NON_ORDERED_RESERVED_IN_TDMR, 0, 1, 0)),
	TDMR_WITH(11, ~7ULL, DET(NON_ORDERED_RESERVED_IN_TDMR, 0, 1, 0)),
	TDMR_WITH(13, 0x1000, DET(NON_ORDERED_RESERVED_IN_TDMR, 0, 1, 0)),
	TDMR_WITH(15, 0x1000, DET(NON_ORDERED_RESERVED_IN_TDMR, 0, 2, 0)),
	{ LPINIT, 0, TDH_SYS_CONFIG, TDMR_ARRAY, 2, HKID0, 0,
	  .want = DET(NON_ORDERED_TDMR, 1, 0, 0),
	  .during = DAMAGE, .page = TDMR_ARRAY, .word = 1, .val = TDMR_INFO },
	/* all zeroes: out of order before anything else */
	{ LPINIT, 0, TDH_SYS_CONFIG, TDMR_ARRAY, 2, HKID0, 0,
	  .want = DET(NON_ORDERED_TDMR, 1, 0, 0),
	  .during = DAMAGE, .page = TDMR_ARRAY, .word = 1, .val = OUT1 },

	{ CONFIG, 1, TDH_SYS_KEY_CONFIG, .want = W(SUCCESS) },
	{ KEY1, 1, TDH_SYS_KEY_CONFIG, .want = W(SUCCESS) },
	{ KEY1, 0, TDH_SYS_KEY_CONFIG, .want = W(KEY_CONFIGURED) },
	{ LPINIT, 0, TDH_SYS_KEY_CONFIG,
	  .want = W(SYS_KEY_CONFIG_NOT_PENDING) },
	{ READY, 0, TDH_SYS_KEY_CONFIG,
	  .want = W(SYS_KEY_CONFIG_NOT_PENDING) },
	{ CONFIG, 0, TDH_SYS_KEY_CONFIG, .want = W(SYS_BUSY),
	  .during = SYS_LOCKED },
	{ CONFIG, 0, TDH_SYS_KEY_CONFIG, .want = OP(OPERAND_BUSY, KET),
	  .during = KET_LOCKED },
	{ CONFIG, 0, TDH_SYS_KEY_CONFIG, .want = W(KEY_GENERATION_FAILED),
	  .during = NO_ENTROPY },

	{ READY, 0, TDH_SYS_TDMR_INIT, SIM_H0, .want = W(SUCCESS) },
	{ KEY1, 0, TDH_SYS_TDMR_INIT, SIM_H0, .want = W(SYS_NOT_READY) },
	{ TDMR, 0, TDH_SYS_TDMR_INIT, SIM_H0,
	  .want = W(TDMR_ALREADY_INITIALIZED) },
	{ READY, 0, TDH_SYS_TDMR_INIT, SIM_H0 + 0x1000,
	  .want = OP(OPERAND_INVALID, RCX) },
	{ READY, 0, TDH_SYS_TDMR_INIT, SIM_T1,
	  .want = OP(OPERAND_INVALID, RCX) },
	{ READY, 0, TDH_SYS_TDMR_INIT, SIM_H0, .want = OP(OPERAND_BUSY, RCX),
	  .during = TDMR_LOCKED },

	{ READY, 0, TDH_SYS_SHUTDOWN, .want = W(SUCCESS) },
	{ KEY1, 0, TDH_SYS_SHUTDOWN, .want = W(SYS_NOT_READY) },
	{ READY, 0, TDH_SYS_SHUTDOWN, 1, .want = OP(OPERAND_INVALID, RCX) },
	{ READY, 0, TDH_SYS_SHUTDOWN, SEAM_BIT(20),
	  .want = OP(OPERAND_INVALID, RCX) },
	{ READY, 0, TDH_SYS_SHUTDOWN, .want = W(SYS_BUSY),
	  .during = SYS_LOCKED },
	{ READY, 0, TDH_SYS_SHUTDOWN, .want = W(SYS_BUSY),
	  .during = OTHER_LP_INSIDE },
	{ TD_RUNS, 1, TDH_SYS_SHUTDOWN, .want = W(SYS_BUSY) },
	{ SHUT, 0, TDH_SYS_SHUTDOWN, .want = W(SYS_SHUTDOWN) },
	{ SHUT, 0, TDH_SYS_LP_SHUTDOWN, .want = W(SUCCESS) },
	{ COLD, 0, TDH_SYS_LP_SHUTDOWN, .want = W(SUCCESS) },

	/* SUCCESS and what an update changes: loader_test */
	{ LPINIT, 0, TDH_SYS_UPDATE, .want = W(SYS_INVALID_HANDOFF) },
	{ SYSINIT, 0, TDH_SYS_UPDATE, .want = W(SYS_STATE_INCORRECT) },
	{ READY, 0, TDH_SYS_UPDATE, .want = W(SYS_STATE_INCORRECT) },
	{ LPINIT, 0, TDH_SYS_UPDATE, .want = W(SYS_BUSY),
	  .during = SYS_LOCKED },

	{ READY, 0, 69, .want = OP(OPERAND_INVALID, RAX) },
	/* a version that only TOPOLOGY_ENUM brings */
	{ READY, 0, TDH_VP_INIT | 1 << 16, TDVPR,
	  .want = OP(OPERAND_INVALID, RAX) },
	{ READY, 0, 300, .want = OP(OPERAND_INVALID, RAX) },
	{ COLD, 0, 300, .want = W(SYS_NOT_READY) },
	{ SHUT, 0, 300, .want = W(SYS_SHUTDOWN) },
	{ READY, 0, TDH_SYS_LP_SHUTDOWN | 1 << 16,
	  .want = OP(OPERAND_INVALID, RAX) },
	{ READY, 0, TDH_SYS_LP_SHUTDOWN | 1 << 24,
	  .want = OP(OPERAND_INVALID, RAX) },
	{ SHUT, 0, TDH_SYS_LP_SHUTDOWN | 1 << 24,
	  .want = OP(OPERAND_INVALID, RAX) },
};

/* False: this machine is past that stage, and @what is skipped. */
static bool at_lp_init(const char *what)
{
	if (stage_open(LPINIT))
		return true;
	ktap(true, "%s # SKIP %s", what, world_missing);
	stage_close();
	return false;
}

/* SYS.CONFIG takes its key before it looks at TDMRs. */
void host_failed_config(void)
{
	const struct host_row twice = {
		.during = DAMAGE, .page = TDMR_ARRAY, .word = 1,
		.val = TDMR_INFO,
	};
	u64 st;

	if (!at_lp_init("the key of a failed SYS.CONFIG"))
		return;
	host_during(&twice, true);
	st = CALL(0, TDH_SYS_CONFIG, TDMR_ARRAY, 2, HKID0 + 1);
	host_during(&twice, false);
	stage_next(TDMR);
	ktap(st == DET(NON_ORDERED_TDMR, 1, 0, 0) &&
	     CALL(0, TDH_MNG_CREATE, TDR, HKID0 + 1) == W(HKID_NOT_FREE) &&
	     !CALL(0, TDH_MNG_CREATE, TDR, HKID0 + 2),
	     "the key of a failed SYS.CONFIG is no TD's");
	stage_close();
}

/* The first structure is cleared before the second operand is looked at. */
static void info_of_failed_call(void)
{
	u64 st;

	if (!at_lp_init("what a refused SYS.INFO clears"))
		return;
	st = CALL(0, TDH_SYS_INFO, TDMR_INFO, 1024, OUT2 + 256, 32);
	ktap(st == OP(OPERAND_INVALID, R8) &&
	     CALL(0, TDH_SYS_CONFIG, TDMR_ARRAY, 1, HKID0) == W(INVALID_TDMR),
	     "a refused SYS.INFO leaves no old bytes");
	stage_close();
}

void host_sys(void)
{
	info_of_failed_call();
	host_rows(rows, ARRAY_SIZE(rows));
}
