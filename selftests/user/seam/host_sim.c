// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tests of host_test.c against the module in this process, from its first
 * call on. host_test platform.tsv
 */
#include <stdio.h>
#include <stdlib.h>

#include "coverage.h"
#include "host_test.h"

enum pamt_kind stage_dynamic;
bool stage_disable;

void stage_tdmr(void)
{
	world_put_tdmr(TDMR_INFO, SIM_H0, SIM_A);
	world_put(TDMR_INFO, 8, RESERVED - SIM_H0);
	world_put(TDMR_INFO, 9, 0x10000);
	world_put(TDMR_ARRAY, 0, TDMR_INFO);
}

hpa_t stage_tdmr_base(void)
{
	return SIM_H0;
}

void stage_other_lps(void)
{
}

enum stage stage_from(enum stage s __maybe_unused)
{
	return COLD;
}

void stage_stands(enum stage s __maybe_unused)
{
}

void host_adapt(struct host_row *r __maybe_unused)
{
}

bool stage_here(enum stage s __maybe_unused)
{
	return true;
}

void stage_cold(void)
{
	sim_reset();
	sim_setup(2, 2);
	if (stage_dynamic)
		seam_config.features0 |= TDX_FEATURES0_DYNAMIC_PAMT;
	seam_config.sys_disable = stage_disable;
	if (seam_init())
		abort();
}

void stage_close(void)
{
	world_exit_guest(0);
	world_exit_guest(1);
	seam_exit();
	sim_reset();
}

static struct sharex *lock_of(const struct host_row *r)
{
	struct pamt_entry *pe;

	switch (r->during) {
	case SYS_LOCKED:
		return &tdxm.lock;
	case KET_LOCKED:
		return &tdxm.ket_lock[r->lp];
	case KOT_LOCKED:
		return &tdxm.kot_lock;
	case WB_LOCKED:
		return &tdxm.pkg_wb_lock[r->lp];
	case TDMR_LOCKED:
		return &tdxm.tdmr[0].lock;
	case TDR_LOCKED:
		return &pamt_at(TDR, 0)->lock;
	case PAGE_LOCKED:
		return &pamt_at(r->page, 0)->lock;
	case OP_LOCKED:
		pe = pamt_at(TDR, 0);
		return &((struct td *)pe->obj)->op_state_lock;
	default:
		return NULL;
	}
}

void host_during(const struct host_row *r, bool on)
{
	struct sharex *l = lock_of(r);

	if (l && on && !sharex_try_excl(l))
		abort();
	if (l && !on) {
		sharex_put_excl(l);
		/* who was turned away is first in line next time */
		l->word = 0;
	}
	switch (r->during) {
	case NO_ENTROPY:
		sim_no_entropy = on;
		break;
	case FATAL:
		((struct td *)pamt_at(TDR, 0)->obj)->fatal = on;
		break;
	case OTHER_LP_INSIDE:
		tdxm.lp[1 - r->lp].in_seam = on;
		break;
	case INTERRUPT:
		sim_intr_countdown = on ? 5 : 0;
		break;
	case DAMAGE:
		if (on)
			world_put(r->page, r->word, r->val);
		break;
	default:
		break;
	}
}

int main(int argc, char **argv)
{
	if (argc != 2 || sim_load_platform(argv[1])) {
		fprintf(stderr, "usage: %s platform.tsv\n", argv[0]);
		return 2;
	}
	setlinebuf(stdout);
	printf("KTAP version 1\n");
	host_sys();
	host_failed_config();
	host_td();
	host_disable();
	host_dynamic();
	host_coverage();
	ktap(!cover_print(), "each status that can be provoked was");
	return ktap_end();
}
