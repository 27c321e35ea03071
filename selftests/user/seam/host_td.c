// SPDX-License-Identifier: GPL-2.0-only
/* MNG.*, PHYMEM.* and the leaves of migration and service TDs. */
#include "host_test.h"

#define OP(code, operand)	(TDX_WORD_##code | TDX_OPERAND_##operand)
#define W(code)			TDX_WORD_##code

/* What every leaf with a TDR (or other page) operand in a register refuses. */
#define BAD_TDR(stg, leaf, reg, R, ...)					\
	{ stg, 0, leaf, __VA_ARGS__, .reg = TDR + 8,			\
	  .want = OP(OPERAND_INVALID, R) },				\
	{ stg, 0, leaf, __VA_ARGS__, .reg = TDR | 33ULL << 46,		\
	  .want = OP(OPERAND_INVALID, R) },				\
	{ stg, 0, leaf, __VA_ARGS__, .reg = SIM_T1,			\
	  .want = OP(OPERAND_ADDR_RANGE_ERROR, R) },			\
	{ stg, 0, leaf, __VA_ARGS__, .reg = P(50),			\
	  .want = OP(PAGE_METADATA_INCORRECT, R) },			\
	{ stg, 0, leaf, __VA_ARGS__, .reg = TDR,			\
	  .want = OP(OPERAND_BUSY, R), .during = TDR_LOCKED }

#define BAD_NEW(stg, leaf, ...)						\
	{ stg, 0, leaf, P(50) + 8, __VA_ARGS__,				\
	  .want = OP(OPERAND_INVALID, RCX) },				\
	{ stg, 0, leaf, SIM_S0, __VA_ARGS__,				\
	  .want = OP(OPERAND_ADDR_RANGE_ERROR, RCX) },			\
	{ stg, 0, leaf, RESERVED, __VA_ARGS__,				\
	  .want = OP(PAGE_METADATA_INCORRECT, RCX) },			\
	{ stg, 0, leaf, P(50), __VA_ARGS__,				\
	  .want = OP(OPERAND_BUSY, RCX), .during = PAGE_LOCKED,		\
	  .page = P(50) }

#define PARAMS_WITH(n, v, st)						\
	{ TDCX6, 0, TDH_MNG_INIT, TDR, PARAMS, 0, 0, st, DAMAGE, PARAMS, n, v }

static const struct host_row mng[] = {
	{ TDMR, 1, TDH_MNG_CREATE, P(50), HKID0 + 1, .want = W(SUCCESS) },
	BAD_NEW(TDMR, TDH_MNG_CREATE, HKID0 + 1),
	{ READY, 0, TDH_MNG_CREATE, P(50), HKID0 + 1,
	  .want = OP(OPERAND_ADDR_RANGE_ERROR, RCX) },
	{ TDMR, 0, TDH_MNG_CREATE, P(50), 5,
	  .want = OP(OPERAND_INVALID, RDX) },
	{ TDMR, 0, TDH_MNG_CREATE, P(50), HKID0 + 1 + SEAM_BIT(16),
	  .want = OP(OPERAND_INVALID, RDX) },
	{ TDMR, 0, TDH_MNG_CREATE, P(50), HKID0, .want = W(HKID_NOT_FREE) },
	{ CREATED, 0, TDH_MNG_CREATE, P(50), HKID0 + 1,
	  .want = W(HKID_NOT_FREE) },
	{ TDMR, 0, TDH_MNG_CREATE, P(50), HKID0 + 1,
	  .want = OP(OPERAND_BUSY, KOT), .during = KOT_LOCKED },
	{ TDMR, 0, TDH_MNG_CREATE, P(50), HKID0 + 1,
	  .want = W(RND_NO_ENTROPY), .during = NO_ENTROPY },

	{ CREATED, 1, TDH_MNG_KEY_CONFIG, TDR, .want = W(SUCCESS) },
	BAD_TDR(CREATED, TDH_MNG_KEY_CONFIG, rcx, RCX, .r9 = 0),
	{ TD_KEY1, 0, TDH_MNG_KEY_CONFIG, TDR, .want = W(KEY_CONFIGURED) },
	{ TD_KEYS, 0, TDH_MNG_KEY_CONFIG, TDR,
	  .want = W(LIFECYCLE_STATE_INCORRECT) },
	{ CREATED, 0, TDH_MNG_KEY_CONFIG, TDR, .want = W(TD_FATAL),
	  .during = FATAL },
	{ CREATED, 1, TDH_MNG_KEY_CONFIG, TDR,
	  .want = OP(OPERAND_BUSY, KET), .during = KET_LOCKED },
	{ CREATED, 1, TDH_MNG_KEY_CONFIG, TDR,
	  .want = W(KEY_GENERATION_FAILED), .during = NO_ENTROPY },

	{ TD_KEYS, 1, TDH_MNG_ADDCX, P(50), TDR, .want = W(SUCCESS) },
	BAD_TDR(TD_KEYS, TDH_MNG_ADDCX, rdx, RDX, .rcx = P(50)),
	BAD_NEW(TD_KEYS, TDH_MNG_ADDCX, TDR),
	{ TD_KEYS, 0, TDH_MNG_ADDCX, TDR, TDR, .want = OP(OPERAND_BUSY, RCX) },
	{ TD_KEY1, 0, TDH_MNG_ADDCX, P(50), TDR,
	  .want = W(TD_KEYS_NOT_CONFIGURED) },
	{ TD_KEYS, 0, TDH_MNG_ADDCX, P(50), TDR, .want = W(TD_FATAL),
	  .during = FATAL },
	{ TDCX6, 0, TDH_MNG_ADDCX, P(50), TDR, .want = W(SUCCESS) },
	{ TD_INIT, 0, TDH_MNG_ADDCX, P(50), TDR,
	  .want = W(OP_STATE_INCORRECT) },
	{ TDCX5, 0, TDH_MNG_ADDCX, P(50), TDR, .want = W(RND_NO_ENTROPY),
	  .during = NO_ENTROPY },

	{ TDCX6, 0, TDH_MNG_INIT, TDR, PARAMS, .want = W(SUCCESS) },
	BAD_TDR(TDCX6, TDH_MNG_INIT, rcx, RCX, .rdx = PARAMS),
	{ TD_KEY1, 0, TDH_MNG_INIT, TDR, PARAMS,
	  .want = W(TD_KEYS_NOT_CONFIGURED) },
	{ TDCX5, 0, TDH_MNG_INIT, TDR, PARAMS,
	  .want = W(TDCS_NOT_ALLOCATED) },
	{ TD_INIT, 0, TDH_MNG_INIT, TDR, PARAMS,
	  .want = W(OP_STATE_INCORRECT) },
	{ TDCX6, 0, TDH_MNG_INIT, TDR, PARAMS, .want = W(TD_FATAL),
	  .during = FATAL },
	{ TDCX6, 0, TDH_MNG_INIT, TDR, PARAMS + 512,
	  .want = OP(OPERAND_INVALID, RDX) },
	{ TDCX6, 0, TDH_MNG_INIT, TDR, PARAMS | 33ULL << 46,
	  .want = OP(OPERAND_INVALID, RDX) },
	PARAMS_WITH(0, 2, OP(OPERAND_INVALID, ATTRIBUTES)),
	PARAMS_WITH(0, 0x20000001, OP(OPERAND_INVALID, ATTRIBUTES)),
	PARAMS_WITH(1, 1, OP(OPERAND_INVALID, XFAM)),
	PARAMS_WITH(1, 0x27, OP(OPERAND_INVALID, XFAM)),
	PARAMS_WITH(2, 0, OP(OPERAND_INVALID, MAX_VCPUS)),
	PARAMS_WITH(2, 1 | 4 << 16, OP(OPERAND_INVALID, NUM_L2_VMS)),
	PARAMS_WITH(2, 1 | 1 << 16, W(TDCS_NOT_ALLOCATED)),
	PARAMS_WITH(2, 1 | 2 << 24,
		    OP(OPERAND_INVALID, IA32_ARCH_CAPABILITIES_CONFIG)),
	PARAMS_WITH(2, 1 | SEAM_BIT(40), OP(OPERAND_INVALID, RDX)),
	PARAMS_WITH(3, 0x16, OP(OPERAND_INVALID, EPTP_CONTROLS)),
	PARAMS_WITH(4, 1, OP(OPERAND_INVALID, EPTP_CONTROLS)),
	PARAMS_WITH(4, 8, OP(OPERAND_INVALID, EXEC_CONTROLS)),
	PARAMS_WITH(5, 3, OP(OPERAND_INVALID, TSC_FREQUENCY)),
	PARAMS_WITH(5, 401, OP(OPERAND_INVALID, TSC_FREQUENCY)),
	PARAMS_WITH(6, 1, OP(OPERAND_INVALID, RDX)),
	PARAMS_WITH(29, 1, OP(OPERAND_INVALID, RDX)),
	PARAMS_WITH(34, SEAM_BIT(10), OP(OPERAND_INVALID, CPUID_CONFIG)),
	PARAMS_WITH(127, 1, OP(OPERAND_INVALID, RDX)),

	{ TD_STOPPED, 1, TDH_MNG_VPFLUSHDONE, TDR, .want = W(SUCCESS) },
	BAD_TDR(CREATED, TDH_MNG_VPFLUSHDONE, rcx, RCX, .r9 = 0),
	{ TD_VCPU, 0, TDH_MNG_VPFLUSHDONE, TDR, .want = W(FLUSHVP_NOT_DONE) },
	{ TD_RUNS, 1, TDH_MNG_VPFLUSHDONE, TDR,
	  .want = OP(OPERAND_BUSY, RCX) },
	{ BLOCKED, 0, TDH_MNG_VPFLUSHDONE, TDR,
	  .want = W(LIFECYCLE_STATE_INCORRECT) },
	{ CREATED, 0, TDH_MNG_VPFLUSHDONE, TDR,
	  .want = OP(OPERAND_BUSY, KOT), .during = KOT_LOCKED },
	{ CREATED, 0, TDH_MNG_VPFLUSHDONE, TDR, .want = W(SUCCESS),
	  .during = FATAL },

	{ WB2, 1, TDH_MNG_KEY_FREEID, TDR, .want = W(SUCCESS) },
	BAD_TDR(CREATED, TDH_MNG_KEY_FREEID, rcx, RCX, .r9 = 0),
	{ WB1, 0, TDH_MNG_KEY_FREEID, TDR, .want = W(WBCACHE_NOT_COMPLETE) },
	{ CREATED, 0, TDH_MNG_KEY_FREEID, TDR,
	  .want = W(LIFECYCLE_STATE_INCORRECT) },
	{ WB2, 0, TDH_MNG_KEY_FREEID, TDR, .want = OP(OPERAND_BUSY, KOT),
	  .during = KOT_LOCKED },
	{ CREATED, 0, TDH_MNG_KEY_RECLAIMID, TDR, .want = W(SUCCESS) },
};

static const struct host_row phymem[] = {
	{ TDMR, 0, TDH_PHYMEM_PAGE_RDMD, P(50), .want = W(SUCCESS) },
	{ TDMR, 0, TDH_PHYMEM_PAGE_RDMD, P(50) + 1,
	  .want = OP(OPERAND_INVALID, RCX) },
	{ TDMR, 0, TDH_PHYMEM_PAGE_RDMD, SIM_T1,
	  .want = OP(OPERAND_ADDR_RANGE_ERROR, RCX) },
	{ READY, 0, TDH_PHYMEM_PAGE_RDMD, P(50),
	  .want = OP(OPERAND_ADDR_RANGE_ERROR, RCX) },
	{ CREATED, 0, TDH_PHYMEM_PAGE_RDMD, TDR,
	  .want = OP(OPERAND_BUSY, RCX), .during = TDR_LOCKED },

	{ TEARDOWN, 1, TDH_PHYMEM_PAGE_RECLAIM, P(1), .want = W(SUCCESS) },
	{ TDMR, 0, TDH_PHYMEM_PAGE_RECLAIM, P(50) + 1,
	  .want = OP(OPERAND_INVALID, RCX) },
	{ TDMR, 0, TDH_PHYMEM_PAGE_RECLAIM, SIM_T1,
	  .want = OP(OPERAND_ADDR_RANGE_ERROR, RCX) },
	{ TDMR, 0, TDH_PHYMEM_PAGE_RECLAIM, P(50),
	  .want = OP(PAGE_METADATA_INCORRECT, RCX) },
	{ TDMR, 0, TDH_PHYMEM_PAGE_RECLAIM, RESERVED,
	  .want = OP(PAGE_METADATA_INCORRECT, RCX) },
	{ TEARDOWN, 0, TDH_PHYMEM_PAGE_RECLAIM, P(1),
	  .want = OP(OPERAND_BUSY, RCX), .during = PAGE_LOCKED, .page = P(1) },
	{ TEARDOWN, 0, TDH_PHYMEM_PAGE_RECLAIM, P(1),
	  .want = OP(OPERAND_BUSY, TDR), .during = TDR_LOCKED },
	{ WB2, 0, TDH_PHYMEM_PAGE_RECLAIM, P(1),
	  .want = W(LIFECYCLE_STATE_INCORRECT) },
	{ WB2, 0, TDH_PHYMEM_PAGE_RECLAIM, TDR,
	  .want = W(LIFECYCLE_STATE_INCORRECT) },
	{ TEARDOWN, 0, TDH_PHYMEM_PAGE_RECLAIM, TDR,
	  .want = W(TD_ASSOCIATED_PAGES_EXIST) },

	{ TDMR, 0, TDH_PHYMEM_PAGE_WBINVD, P(50) | 33ULL << 46,
	  .want = W(SUCCESS) },
	{ TDMR, 0, TDH_PHYMEM_PAGE_WBINVD, P(50) + 8,
	  .want = OP(OPERAND_INVALID, RCX) },
	{ TDMR, 0, TDH_PHYMEM_PAGE_WBINVD, SIM_T1,
	  .want = OP(OPERAND_ADDR_RANGE_ERROR, RCX) },
	{ CREATED, 0, TDH_PHYMEM_PAGE_WBINVD, TDR | 32ULL << 46,
	  .want = OP(PAGE_METADATA_INCORRECT, RCX) },
	{ TDMR, 0, TDH_PHYMEM_PAGE_WBINVD, P(50),
	  .want = OP(OPERAND_BUSY, RCX), .during = PAGE_LOCKED,
	  .page = P(50) },

	{ BLOCKED, 1, TDH_PHYMEM_CACHE_WB, .want = W(SUCCESS) },
	{ BLOCKED, 0, TDH_PHYMEM_CACHE_WB, 2,
	  .want = OP(OPERAND_INVALID, RCX) },
	{ BLOCKED, 0, TDH_PHYMEM_CACHE_WB, 1,
	  .want = W(WBCACHE_RESUME_ERROR) },
	{ TD_STOPPED, 0, TDH_PHYMEM_CACHE_WB,
	  .want = W(NO_HKID_READY_TO_WBCACHE) },
	{ BLOCKED, 0, TDH_PHYMEM_CACHE_WB, .want = OP(OPERAND_BUSY, WBCACHE),
	  .during = WB_LOCKED },
	{ BLOCKED, 0, TDH_PHYMEM_CACHE_WB, .want = OP(OPERAND_BUSY, KOT),
	  .during = KOT_LOCKED },
	{ BLOCKED, 0, TDH_PHYMEM_CACHE_WB,
	  .want = W(INTERRUPTED_RESUMABLE), .during = INTERRUPT },
};

/* Those of migration and service TDs: gates as for any leaf, then a refusal. */
static const struct host_row refused[] = {
	{ TD_RUNS, 1, TDH_EXPORT_STATE_IMMUTABLE, TDR,
	  .want = W(TD_NOT_MIGRATABLE) },
	{ TD_INIT, 1, TDH_EXPORT_STATE_IMMUTABLE, TDR,
	  .want = W(OP_STATE_INCORRECT) },
	{ TDCX6, 0, TDH_IMPORT_STATE_IMMUTABLE, TDR,
	  .want = W(MIN_MIGS_NOT_CREATED) },
	{ TD_INIT, 0, TDH_MIG_STREAM_CREATE, P(50), TDR,
	  .want = W(MAX_MIGS_NUM_EXCEEDED) },
	{ TD_RUNS, 1, TDH_EXPORT_PAUSE, TDR, .want = OP(OPERAND_BUSY, RCX) },
	{ TD_STOPPED, 1, TDH_EXPORT_PAUSE, TDR,
	  .want = W(OP_STATE_INCORRECT) },
	{ TD_RUNS, 1, TDH_EXPORT_ABORT, TDR, .want = W(OP_STATE_INCORRECT) },
	{ TD_RUNS, 1, TDH_EXPORT_BLOCKW, 0, TDR,
	  .want = W(OP_STATE_INCORRECT) },
	{ TD_RUNS, 1, TDH_EXPORT_RESTORE, 0, TDR,
	  .want = OP(OPERAND_INVALID, RCX) },
	{ TD_RUNS, 1, TDH_EXPORT_MEM, 0, TDR, .want = W(OP_STATE_INCORRECT) },
	{ TD_RUNS, 1, TDH_EXPORT_TRACK, TDR, .want = W(OP_STATE_INCORRECT) },
	{ TD_RUNS, 1, TDH_EXPORT_STATE_TD, TDR,
	  .want = W(OP_STATE_INCORRECT) },
	{ TD_STOPPED, 1, TDH_EXPORT_STATE_VP, TDVPR,
	  .want = W(OP_STATE_INCORRECT) },
	{ TD_RUNS, 1, TDH_EXPORT_UNBLOCKW, 3, TDR,
	  .want = OP(OPERAND_INVALID, RCX) },
	{ TD_STOPPED, 1, TDH_IMPORT_ABORT, TDR,
	  .want = W(OP_STATE_INCORRECT) },
	{ TD_STOPPED, 1, TDH_IMPORT_END, TDR, .want = W(OP_STATE_INCORRECT) },
	{ TD_STOPPED, 1, TDH_IMPORT_COMMIT, TDR,
	  .want = W(OP_STATE_INCORRECT) },
	{ TD_STOPPED, 1, TDH_IMPORT_MEM, 0, TDR,
	  .want = W(OP_STATE_INCORRECT) },
	{ TD_STOPPED, 1, TDH_IMPORT_TRACK, TDR,
	  .want = W(OP_STATE_INCORRECT) },
	{ TD_STOPPED, 1, TDH_IMPORT_STATE_TD, TDR,
	  .want = W(OP_STATE_INCORRECT) },
	{ TD_STOPPED, 1, TDH_IMPORT_STATE_VP, TDVPR,
	  .want = W(OP_STATE_INCORRECT) },
	{ TD_RUNS, 1, TDH_SERVTD_BIND, TDR, TDR,
	  .want = OP(OPERAND_INVALID, R9) },
	{ TD_INIT, 1, TDH_SERVTD_PREBIND, TDR, PARAMS,
	  .want = OP(OPERAND_INVALID, R9) },
	{ TD_INIT, 1, TDH_SERVTD_PREBIND, TDR, PARAMS + 8,
	  .want = OP(OPERAND_INVALID, RDX) },
};

static void resumed_write_back(void)
{
	u64 st;

	stage_open(BLOCKED);
	sim_intr_countdown = 5;
	st = CALL(0, TDH_PHYMEM_CACHE_WB);
	ktap(st == W(INTERRUPTED_RESUMABLE) &&
	     CALL(0, TDH_MNG_KEY_FREEID, TDR) == W(WBCACHE_NOT_COMPLETE),
	     "CACHE.WB stops in the middle for an interrupt");
	ktap(CALL(1, TDH_PHYMEM_CACHE_WB, 1) == W(WBCACHE_RESUME_ERROR),
	     "another package has nothing to resume");
	MUST(1, TDH_PHYMEM_CACHE_WB);
	ktap(!CALL(0, TDH_PHYMEM_CACHE_WB, 1) &&
	     !CALL(0, TDH_MNG_KEY_FREEID, TDR),
	     "and goes on where it was");
	stage_close();
}

static void late_flush(void)
{
	stage_open(BLOCKED);
	MUST(0, TDH_MNG_CREATE, P(50), HKID0 + 2);
	sim_intr_countdown = 5;
	CALL(0, TDH_PHYMEM_CACHE_WB);
	MUST(0, TDH_MNG_VPFLUSHDONE, P(50));
	MUST(0, TDH_PHYMEM_CACHE_WB, 1);
	MUST(1, TDH_PHYMEM_CACHE_WB);
	ktap(!CALL(0, TDH_MNG_KEY_FREEID, TDR) &&
	     CALL(0, TDH_MNG_KEY_FREEID, P(50)) == W(WBCACHE_NOT_COMPLETE),
	     "a KeyID flushed after CACHE.WB began is not covered by it");
	stage_close();
}

static void disable(void)
{
	stage_open(TD_RUNS);
	ktap(CALL(1, TDH_SYS_DISABLE) == OP(OPERAND_INVALID, RAX),
	     "no SYS.DISABLE on a module without it");
	seam_config.sys_disable = true;
	ktap(CALL(1, TDH_SYS_DISABLE) == W(SYS_BUSY),
	     "SYS.DISABLE waits for the guest inside");
	stage_next(TD_STOPPED);
	sim_intr_countdown = 5;
	ktap(CALL(1, TDH_SYS_DISABLE) == W(INTERRUPTED_RESUMABLE) &&
	     !CALL(1, TDH_PHYMEM_PAGE_RDMD, TDR) &&
	     world_regs[1][RCX] == PT_TDR,
	     "an interrupted SYS.DISABLE has taken nothing yet");
	ktap(!CALL(1, TDH_SYS_DISABLE) && pamt_at(TDR, 0)->type == PT_NDA &&
	     CALL(0, TDH_PHYMEM_PAGE_RDMD, TDR) == W(SYS_SHUTDOWN),
	     "SYS.DISABLE frees all and ends the module");
	stage_close();
}

void host_td(void)
{
	host_rows(mng, ARRAY_SIZE(mng));
	host_rows(phymem, ARRAY_SIZE(phymem));
	host_rows(refused, ARRAY_SIZE(refused));
	resumed_write_back();
	late_flush();
	disable();
}
