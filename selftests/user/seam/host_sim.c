// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tests of host_test.c against the module in this process, from its first
 * call on. host_test platform.tsv
 */
#include <stdio.h>
#include <stdlib.h>

#include "coverage.h"
#include "host_test.h"

#define OP(code, operand)	(TDX_WORD_##code | TDX_OPERAND_##operand)
#define W(code)			TDX_WORD_##code

bool stage_dynamic;

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

int main(int argc, char **argv)
{
	if (argc != 2 || sim_load_platform(argv[1])) {
		fprintf(stderr, "usage: %s platform.tsv\n", argv[0]);
		return 2;
	}
	setlinebuf(stdout);
	printf("KTAP version 1\n");
	host_sys();
	host_td();
	disable();
	host_dynamic();
	host_coverage();
	ktap(!cover_print(), "each status that can be provoked was");
	return ktap_end();
}
