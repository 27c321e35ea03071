// SPDX-License-Identifier: GPL-2.0-only
/* The module in this process, for the tests of single leaves. */
#include <stdio.h>
#include <stdlib.h>

#include "../../../seam/audit.h"
#include "../../../seam/module/vp.h"
#include "world.h"

#define UNLISTED	0x5e00ULL

u64 world_regs[2][NR_GPRS];
struct vcpu *world_guest[2];
bool world_second_tdmr;

static u64 call_with(unsigned int lp, const u64 call[WORLD_OPERANDS],
		     hpa_t r12, hpa_t r13)
{
	static const u8 operands[] = { RAX, RCX, RDX, R8, R9, R10, R11 };
	u64 *g = world_regs[lp];
	struct vcpu *v = NULL;
	unsigned int i;

	for (i = 0; i < NR_GPRS; i++)
		g[i] = UNLISTED + i;
	for (i = 0; i < WORLD_OPERANDS; i++)
		g[operands[i]] = call[i];
	if (r12) {
		g[R12] = r12;
		g[R13] = r13;
	}
	if (seam_call(lp, g, &v) == SEAM_ENTER) {
		world_guest[lp] = v;
		return 0;
	}
	return g[RAX];
}

u64 world_call(unsigned int lp, const u64 call[WORLD_OPERANDS])
{
	return call_with(lp, call, 0, 0);
}

u64 world_call_pair(unsigned int lp, const u64 call[WORLD_OPERANDS], hpa_t r12,
		    hpa_t r13)
{
	return call_with(lp, call, r12, r13);
}

u64 world_tdcall(unsigned int lp, u64 leaf, u64 rcx, u64 rdx)
{
	struct vp_exit e = { .reason = 77, .instr_len = 4, .long_mode = true };
	struct vcpu *v = world_guest[lp];
	struct vp_inject inj = { 0 };

	if (!v)
		return ~0ULL;
	v->gpr[RAX] = leaf;
	v->gpr[RCX] = rcx;
	v->gpr[RDX] = rdx;
	v->gpr[R8] = 0;
	if (vp_exit(v, &e, &inj, world_regs[lp]) == VP_RESUME)
		return v->gpr[RAX];
	world_guest[lp] = NULL;
	return ~0ULL;
}

void world_exit_guest(unsigned int lp)
{
	struct vp_exit e = { .reason = 1, .long_mode = true };
	struct vp_inject inj = { 0 };

	if (world_guest[lp])
		vp_exit(world_guest[lp], &e, &inj, world_regs[lp]);
	world_guest[lp] = NULL;
}

void world_put(hpa_t page, unsigned int word, u64 val)
{
	((u64 *)env_host_ptr(page))[word] = val;
}

void world_put_tdmr(hpa_t page, hpa_t base, hpa_t pamt)
{
	world_put(page, 0, base);
	world_put(page, 1, LEVEL_BYTES(2));
	world_put(page, 2, pamt);
	world_put(page, 3, 0x1000);
	world_put(page, 4, pamt + 0x10000);
	world_put(page, 5, 0x2000);
	world_put(page, 6, pamt + 0x400000);
	world_put(page, 7, 0x400000);
}

void world_open(void)
{
	unsigned int i, n, tdmrs = world_second_tdmr ? 2 : 1;

	sim_reset();
	sim_setup(2, 1);
	if (seam_init())
		abort();
	MUST(0, TDH_SYS_INIT);
	MUST(0, TDH_SYS_LP_INIT);
	MUST(1, TDH_SYS_LP_INIT);
	world_put_tdmr(S(0), SIM_H0, SIM_A);
	world_put_tdmr(S(1), SIM_T1, SIM_A + 0x1000000);
	world_put(S(3), 0, S(0));
	world_put(S(3), 1, S(1));
	MUST(0, TDH_SYS_CONFIG, S(3), tdmrs, 32);
	MUST(0, TDH_SYS_KEY_CONFIG);
	for (n = 0; n < tdmrs; n++)
		for (i = 0; i < 256; i++)
			MUST(0, TDH_SYS_TDMR_INIT, SIM_H0 + n * LEVEL_BYTES(2));
}

void world_close(void)
{
	world_exit_guest(0);
	world_exit_guest(1);
	seam_exit();
	sim_reset();
}

bool world_reused(const char *name __maybe_unused)
{
	return false;
}

void world_built(void)
{
}

u64 world_digest(void)
{
	return seam_digest(0, 0);
}

void world_enter(unsigned int lp)
{
	MUST(lp, TDH_VP_ENTER, TDVPR);
}

void world_triple_fault(void)
{
	struct vp_exit e = { .reason = VMX_TRIPLE_FAULT };
	struct vp_inject inj = { 0 };

	world_enter(0);
	vp_exit(world_guest[0], &e, &inj, world_regs[0]);
	world_guest[0] = NULL;
}

/* ---- what other processors do meanwhile ------------------------------------ */

static enum sim_event during_at;
static void (*during_fn)(void);

static void at_event(enum sim_event event)
{
	if (event != during_at)
		return;
	sim_event = NULL;
	during_fn();
	during_fn = NULL;
}

bool world_during(const u64 call[WORLD_OPERANDS], enum sim_event at,
		  void (*fn)(void))
{
	during_at = at;
	during_fn = fn;
	sim_event = at_event;
	world_call(0, call);
	sim_event = NULL;
	return !during_fn;
}

static struct pamt_entry *held;
static struct sharex *held_lock;

void world_hold(hpa_t page)
{
	held = pamt_lock(page, TDX_LEVEL_4K, true);
}

static void hold_lock(struct sharex *l)
{
	held_lock = l;
	sharex_try_excl(l);
}

static struct td *the_td(void)
{
	return pamt_at(TDR, TDX_LEVEL_4K)->obj;
}

void world_hold_op_state(void)
{
	hold_lock(&the_td()->op_state_lock);
}

void world_hold_epoch(void)
{
	hold_lock(&the_td()->epoch_lock);
}

void world_let_go(void)
{
	if (held)
		pamt_unlock(held, true);
	if (held_lock)
		sharex_put_excl(held_lock);
	held = NULL;
	held_lock = NULL;
}

void world_interrupt(void)
{
	sim_intr_countdown = 5;
}

/* ---- what the machine may be like ------------------------------------------ */

const char *world_missing;

void world_migrating(void)
{
	the_td()->op_state = OP_PAUSED_EXPORT;
}

void world_late(void)
{
	struct vcpu *v = pamt_at(TDVPR, TDX_LEVEL_4K)->obj;

	v->last_exit_tsc = ~0ULL;
}

void world_limited_cpuid(void)
{
	static const struct seam_msr limited = { 0x1a0, SEAM_BIT(22) | 1 };

	seam_config.msr = &limited;
	seam_config.nr_msr = 1;
}

void world_no_lp_init(void)
{
	tdxm.lp[1].init_done = false;
}

void world_topology(bool wanted)
{
	if (wanted)
		seam_config.features0 |= TDX_FEATURES0_TOPOLOGY_ENUM;
}
