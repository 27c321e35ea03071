// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a call costs: instructions on the path that is executed, SEAMCALL and
 * TDCALL as one, from the wrapper's first to its return; stack written; text.
 */
#include <string.h>
#include <seamhost/run.h>
#include "report.h"
#include "machine.h"
#include "table.h"
#include "tests.h"
#include "thunks.h"

#define BUDGET_IN		10
#define BUDGET_OUT		18
#define BUDGET_ENTER		60
#define BUDGET_HYPERCALL	24
#define BUDGET_RUN_LOOP		12
/* mainline: 26 wrappers and the entry points are 5347 bytes; a quarter */
#define BUDGET_TEXT_PER_LEAF	51

static const struct {
	const char *name;
	const void *fn;
} thunks[] = {
#define X(name, ...)	{ #name, c_##name },
	HOST_CALLS(X)
	GUEST_CALLS(X)
	VMCALLS(X)
#undef X
};

#define NR_THUNKS	(sizeof(thunks) / sizeof(thunks[0]))

/* any argument may be the structure for outputs */
static u64 scratch[32];

static unsigned int count(const void *fn, bool vmcall)
{
	struct regs in, out;

	noise_regs(&in);
	in.r[RDI] = (u64)scratch;
	in.r[RSI] = (u64)scratch;
	in.r[RDX] = (u64)scratch;
	in.r[RCX] = (u64)scratch;
	in.r[R8] = (u64)scratch;
	in.r[R9] = (u64)scratch;
	machine_expect(ANSWER, 0, vmcall ? 0xfc00 : 0);
	return probe_steps(fn, &in, &out);
}

/* columns of the tables of leaves */
enum { C_LEAF, C_RAX, C_WRAPPER, C_RCX, C_R9 = C_RCX + 3, C_OUT = C_RCX + 8 };

static bool beyond_r9(char **row)
{
	int i;

	for (i = C_R9 + 1; i < C_OUT; i++)
		if (strcmp(row[i], "-"))
			return true;
	return false;
}

static const void *find_thunk(const char *name)
{
	size_t i;

	for (i = 0; i < NR_THUNKS; i++)
		if (!strcmp(thunks[i].name, name))
			return thunks[i].fn;
	return NULL;
}

static void cost_of_leaves(const char *table)
{
	static struct table t;
	unsigned int worst[2] = {}, most, steps;
	int i;

	table_read(&t, table);
	for (i = 0; i < t.rows; i++) {
		char **row = t.cell[i];
		bool out = strcmp(row[C_OUT], "-");
		const void *fn = find_thunk(row[C_WRAPPER]);

		/* the budget is for leaves that use RCX, RDX, R8 and R9 */
		if (!fn || !strcmp(row[C_OUT], "all") ||
		    (beyond_r9(row) && out))
			continue;
		steps = count(fn, false);
		most = out ? BUDGET_OUT : BUDGET_IN;
		if (beyond_r9(row))
			most = BUDGET_IN + 4;
		else if (steps > worst[out])
			worst[out] = steps;
		check(steps <= most && !probe_stack(),
		      "%s: %u instructions (at most %u), %u bytes of stack",
		      row[C_WRAPPER], steps, most, probe_stack());
	}
	note("%s: at most %u without outputs, %u with", table, worst[0],
	     worst[1]);
}

static void cost_of_vmcalls(void)
{
	static const char * const one_argument[] = {
		"tdvmcall_hlt", "tdvmcall_vendor1", "tdvmcall_rdmsr",
		"tdvmcall_setup_event_notify",
	};
	size_t i;

	for (i = 0; i < sizeof(one_argument) / sizeof(one_argument[0]); i++) {
		unsigned int steps = count(find_thunk(one_argument[i]), true);

		check(steps <= BUDGET_HYPERCALL,
		      "%s: %u instructions (at most %u)", one_argument[i],
		      steps, BUDGET_HYPERCALL);
	}
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

static void cost_of_running(void)
{
	unsigned int enter = count(c_tdh_vp_enter, false);
	struct regs in, out;
	unsigned int handler, round;

	check(enter <= BUDGET_ENTER, "tdh_vp_enter: %u instructions (at most %u)",
	      enter, BUDGET_ENTER);

	/* a round more, less the entry and the handler in it */
	noise_regs(&in);
	rounds = 10;
	handler = probe_steps(again, &in, &out);
	enter = count(__tdh_vp_enter, false);
	round = run_steps(3) - run_steps(2) - enter - handler;
	check(round <= BUDGET_RUN_LOOP,
	      "td_run: %u instructions for each exit beside entry and handler (at most %u)",
	      round, BUDGET_RUN_LOOP);
}

/* Leaves, not wrappers: several versions count once. */
static unsigned int leaves_with_wrapper(void)
{
	static struct table t;
	unsigned int n = 0;
	int i;

	table_read(&t, "host-leaves.tsv");
	for (i = 0; i < t.rows; i++)
		if (strcmp(t.cell[i][C_WRAPPER], "-") &&
		    (!i || strcmp(t.cell[i][C_LEAF], t.cell[i - 1][C_LEAF])))
			n++;
	return n;
}

static void cost_of_text(void)
{
	unsigned int leaves = leaves_with_wrapper();
	unsigned int wrappers = __stop_thunks_host - __start_thunks_host;
	/* the entry points stand in this order; VP.ENTER is counted by hand */
	unsigned int entries = (const char *)__tdgcall - (const char *)__seamcall;
	unsigned int enter = 0xc0;

	check((wrappers + entries + enter) / leaves <= BUDGET_TEXT_PER_LEAF,
	      "text of %u leaves: wrappers %u bytes, entry points %u, %u a leaf (at most %u)",
	      leaves, wrappers, entries + enter,
	      (wrappers + entries + enter) / leaves, BUDGET_TEXT_PER_LEAF);
}

void test_cost(void)
{
	cost_of_leaves("host-leaves.tsv");
	cost_of_leaves("guest-leaves.tsv");
	cost_of_vmcalls();
	cost_of_running();
	cost_of_text();
}
