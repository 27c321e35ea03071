// SPDX-License-Identifier: GPL-2.0-only
/* What leaves of P-SEAMLDR answer, and an update, by the instruction. */
#include <stdio.h>

#include <seamhost/abi.h>
#include "bad_params.h"
#include "coverage.h"
#include "host_cold.h"
#include "world_raw.h"

#define INFO		S(16)
#define LOAD		SEAMLDR_SCENARIO_LOAD
#define UPDATE		SEAMLDR_SCENARIO_UPDATE

static void answer(u64 leaf, u64 want, u64 got, const char *what)
{
	cover_known(leaf, want, NULL);
	cover_seen(leaf, got);
	if (got != want)
		printf("# wanted 0x%llx, got 0x%llx\n", want, got);
	ktap(got == want, "SEAMLDR leaf %llu: %s", leaf & 0xff, what);
}

static void install(u64 want, const char *what)
{
	answer(LDR(INSTALL), want,
	       cold_each_lp(LDR(INSTALL), COLD_PARAMS), what);
}

static void bad_params(void)
{
	struct seamldr_params *p = world_raw_page(COLD_PARAMS);
	unsigned int i;

	for (i = 0; i < BAD_PARAMS; i++) {
		cold_image("old", LOAD);
		spoil_params(p, i);
		install(TDX_SEAMLDR_EBADPARAM, "bad SEAMLDR_PARAMS");
	}
	answer(LDR(INSTALL), TDX_SEAMLDR_EBADPARAM,
	       world_raw_on(1, LDR(INSTALL), COLD_PARAMS + 8),
	       "SEAMLDR_PARAMS that are not aligned");
	answer(LDR(INFO), TDX_SEAMLDR_EBADPARAM,
	       world_raw_on(1, LDR(INFO), INFO + 8),
	       "SEAMLDR_INFO that is not aligned");
	answer(LDR(SEAMINFO), TDX_SEAMLDR_EBADPARAM,
	       world_raw_on(1, LDR(SEAMINFO), INFO + 8),
	       "SEAM_INFO that is not aligned");
}

/* An update with an image that is none of the right ones. */
static void refused(const char *image, u64 want, bool gone)
{
	u64 before;

	stage_open(SHUT);
	cold_image(image, UPDATE);
	before = world_digest();
	install(want, image);
	ktap(gone ? world_raw_on(1, TDH_SYS_LP_SHUTDOWN, 0) ==
		    TDX_NOT_DELIVERED_VMFAILINVALID :
		    before == world_digest(),
	     "after a bad %s the old module is %s", image,
	     gone ? "gone" : "as it was");
	stage_close();
}

static void wrong_calls(void)
{
	stage_open(READY);
	cold_image("old", UPDATE);
	install(TDX_SEAMLDR_EBADCALL, "no update while the module is up");
	cold_image("old", LOAD);
	install(TDX_SEAMLDR_EBADCALL, "no load while the module is up");
	answer(LDR(SHUTDOWN), 0,
	       world_raw_on(1, LDR(SHUTDOWN), 0), "the first LP");
	answer(LDR(SHUTDOWN), TDX_SEAMLDR_EBADCALL,
	       world_raw_on(1, LDR(SHUTDOWN), 0), "an LP comes once");
	answer(LDR(CLEANUP), TDX_SEAMLDR_EBADCALL,
	       world_raw_on(1, LDR(CLEANUP), 0), "not offered");
	stage_close();
}

/* A TD that was there before is there after it. */
static void update(void)
{
	u64 st;

	stage_open(TD_VCPU);
	MUST(0, TDH_VP_FLUSH, TDVPR);
	answer(LDR(INFO), 0, world_raw_on(1, LDR(INFO), INFO),
	       "told");
	answer(LDR(SEAMINFO), 0,
	       world_raw_on(1, LDR(SEAMINFO), INFO), "told");
	MUST(0, TDH_SYS_SHUTDOWN, seam_config.module_hv);
	cold_image("new", UPDATE);
	install(0, "the right image is taken");
	MUST(0, TDH_SYS_INIT);
	MUST(0, TDH_SYS_LP_INIT);
	MUST(1, TDH_SYS_LP_INIT);
	cold_lp_init();
	ktap(CALL(0, TDH_PHYMEM_PAGE_RDMD, TDR) == TDX_WORD_SYS_NOT_READY,
	     "TDs wait for UPDATE");
	st = CALL(1, TDH_SYS_UPDATE);
	cover_known(TDH_SYS_UPDATE, TDX_WORD_SUCCESS, NULL);
	cover_seen(TDH_SYS_UPDATE, st);
	ktap(!st && !CALL(0, TDH_PHYMEM_PAGE_RDMD, TDR) &&
	     world_regs[0][RCX] == PT_TDR && !CALL(0, TDH_MR_FINALIZE, TDR),
	     "and are there after it");
	stage_close();
}

void host_loader(void)
{
	stage_open(COLD);
	bad_params();
	stage_close();
	refused("signature", TDX_SEAMLDR_EBADSIG, false);
	refused("stranger", TDX_SEAMLDR_EBADSIG, false);
	refused("cpu", TDX_SEAMLDR_EUNSUPCPU, false);
	refused("handoff", TDX_SEAMLDR_EBADHANDOFF, false);
	refused("hash", TDX_SEAMLDR_EBADHASH, true);
	wrong_calls();
	update();
	cover_known(LDR(INSTALL), TDX_SEAMLDR_ENOMEM,
		    "only after 255 updates");
	cover_known(LDR(INSTALL), TDX_SEAMLDR_EUNSPECERR,
		    "an image with the right signature that is no image");
}
