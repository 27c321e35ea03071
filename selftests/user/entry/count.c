// SPDX-License-Identifier: GPL-2.0-only
/* See count.h. */
#include <seamhost/entry.h>
#include <seamhost/run.h>
#include "count.h"
#include "machine.h"

/* any argument may be a structure, or a pointer to one */
static u64 scratch[64];

unsigned int count_steps(const void *fn)
{
	struct regs in, out;

	noise_regs(&in);
	in.r[RDI] = (u64)scratch;
	in.r[RSI] = (u64)scratch;
	in.r[RDX] = (u64)scratch;
	in.r[RCX] = (u64)scratch;
	in.r[R8] = (u64)scratch;
	in.r[R9] = (u64)scratch;
	machine_expect(ANSWER, 0, 0);
	return probe_steps(fn, &in, &out);
}

static unsigned int rounds;

static enum td_next again(struct td_exit *exit)
{
	(void)exit;
	return --rounds ? TD_NEXT_ENTER : TD_NEXT_RETURN;
}

static unsigned int run_steps(unsigned int entries)
{
	static struct td_exit exit;
	struct regs in, out;

	rounds = entries;
	noise_regs(&in);
	in.r[RDI] = 0x1000;
	in.r[RSI] = (u64)&exit;
	in.r[RDX] = (u64)again;
	machine_expect(ANSWER, 1, ALL_REGS);
	return probe_steps(td_run, &in, &out);
}

unsigned int count_run_loop(void)
{
	unsigned int round = run_steps(3) - run_steps(2);
	unsigned int enter = count_steps(__tdh_vp_enter);
	struct regs in, out;

	noise_regs(&in);
	rounds = 10;
	return round - enter - probe_steps(again, &in, &out);
}
