// SPDX-License-Identifier: GPL-2.0-only
/* The way of a module and a TD, one step after the other, on two packages. */
#include "host_test.h"

/* What calls have host pages for */
void stage_pages(void)
{
	stage_tdmr();
	world_put(PARAMS, 0, 0x10000000);
	world_put(PARAMS, 1, 3);
	world_put(PARAMS, 2, 1);
	world_put(PARAMS, 3, 0x1e);
	world_put(PARAMS, 5, 40);
}

static void step(enum stage s)
{
	unsigned int i;

	switch (s) {
	case COLD:
		stage_cold();
		stage_pages();
		break;
	case SYSINIT:
		MUST(0, TDH_SYS_INIT);
		break;
	case LPINIT:
		MUST(0, TDH_SYS_LP_INIT);
		MUST(1, TDH_SYS_LP_INIT);
		stage_other_lps();
		break;
	case CONFIG:
		MUST(0, TDH_SYS_CONFIG, TDMR_ARRAY, 1,
		     HKID0 | (stage_dynamic == PAMT_ON ? SEAM_BIT(16) : 0));
		break;
	case KEY1:
		MUST(0, TDH_SYS_KEY_CONFIG);
		break;
	case READY:
		MUST(1, TDH_SYS_KEY_CONFIG);
		break;
	case TDMR:
		for (i = 0; i < 256; i++)
			MUST(0, TDH_SYS_TDMR_INIT, stage_tdmr_base());
		/* one pair from elsewhere, one from the range itself */
		if (stage_dynamic == PAMT_ON) {
			MUST(0, TDH_PHYMEM_PAMT_ADD, P(0) | 1, H(15), H(14));
			MUST(0, TDH_PHYMEM_PAMT_ADD, P(512) | 1, P(512),
			     P(513));
		}
		break;
	case CREATED:
		MUST(0, TDH_MNG_CREATE, TDR, HKID0 + 1);
		break;
	case TD_KEY1:
		MUST(0, TDH_MNG_KEY_CONFIG, TDR);
		break;
	case TD_KEYS:
		MUST(1, TDH_MNG_KEY_CONFIG, TDR);
		break;
	case TDCX5:
		for (i = 1; i < TDCS_PAGES; i++)
			MUST(0, TDH_MNG_ADDCX, P(i), TDR);
		break;
	case TDCX6:
		MUST(0, TDH_MNG_ADDCX, P(6), TDR);
		break;
	case TD_INIT:
		MUST(0, TDH_MNG_INIT, TDR, PARAMS);
		break;
	case TD_VCPU:
		MUST(0, TDH_VP_CREATE, TDVPR, TDR);
		for (i = 11; i < 10 + TDVPS_PAGES; i++)
			MUST(0, TDH_VP_ADDCX, P(i), TDVPR);
		MUST(0, TDH_VP_INIT, TDVPR, 0);
		break;
	case TD_RUNS:
		MUST(0, TDH_MR_FINALIZE, TDR);
		world_enter(0);
		break;
	case TD_STOPPED:
		world_exit_guest(0);
		MUST(0, TDH_VP_FLUSH, TDVPR);
		break;
	case BLOCKED:
		MUST(0, TDH_MNG_VPFLUSHDONE, TDR);
		break;
	case WB1:
		MUST(0, TDH_PHYMEM_CACHE_WB);
		break;
	case WB2:
		MUST(1, TDH_PHYMEM_CACHE_WB);
		break;
	case TEARDOWN:
		MUST(0, TDH_MNG_KEY_FREEID, TDR);
		break;
	case SHUT:
		MUST(0, TDH_SYS_SHUTDOWN, seam_config.module_hv);
		break;
	}
}

static enum stage now;

bool stage_open(enum stage s)
{
	for (now = stage_from(s); now <= s; now++)
		if (stage_here(now))
			step(now);
	now = s;
	stage_stands(s);
	return !world_missing;
}

void stage_next(enum stage s)
{
	while (now < s)
		step(++now);
}
