// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a call costs: instructions on the path that is executed, SEAMCALL and
 * TDCALL as one, from the wrapper's first to its return; stack written; text.
 */
#include <stdio.h>
#include <string.h>
#include <seamhost/run.h>
#include "report.h"
#include "machine.h"
#include "probe.h"
#include "table.h"
#include "tests.h"
#include "thunks.h"

#define BUDGET_IN		10
#define BUDGET_OUT		18
#define BUDGET_ENTER		60
#define BUDGET_HYPERCALL	24
#define BUDGET_RUN_LOOP		12
/*
 * What a kernel with indirect branch tracking and return thunks adds: ENDBR
 * at the wrapper and at the entry point, the jump to the thunk before RET.
 */
#ifdef SHIM_IBT
#define IBT_EXTRA		3
#else
#define IBT_EXTRA		0
#endif
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

/* operand registers, and those of them or of the outputs that C preserves */
struct traffic {
	unsigned int in, out, preserved;
};

static struct traffic traffic(char **row)
{
	struct traffic t = { 0 };
	char list[64], *part, *rest = list;
	bool r12 = strcmp(row[C_OUT - 2], "-"), r13 = strcmp(row[C_OUT - 1], "-");
	int i;

	for (i = C_RCX; i < C_OUT; i++)
		t.in += !!strcmp(row[i], "-");
	snprintf(list, sizeof(list), "%s", row[C_OUT]);
	if (strcmp(list, "-"))
		while ((part = strsep(&rest, ","))) {
			t.out++;
			r12 |= !strcmp(part, "r12");
			r13 |= !strcmp(part, "r13");
		}
	t.preserved = r12 + r13;
	return t;
}

/*
 * The least that a leaf with so many registers can cost a C function: one
 * instruction for each operand and the pointer to the outputs, one to store
 * each output, one more for each register that C preserves, and five for the
 * leaf, the jump to the entry point, the call, its carry and the return.
 */
static unsigned int least(const struct traffic *t)
{
	return t->in + 1 + t->out + t->preserved + 5;
}

static const void *find_thunk(const char *name)
{
	size_t i;

	for (i = 0; i < NR_THUNKS; i++)
		if (!strcmp(thunks[i].name, name))
			return thunks[i].fn;
	return NULL;
}

/*
 * Leaves with six and more operands besides outputs: they take a structure,
 * and what they may cost is given one by one.
 */
static unsigned int budget(const char *wrapper, bool out)
{
	static const struct {
		const char *wrapper;
		unsigned int most;
	} wide[] = {
		{ "tdh_mem_sept_add_l2", 25 },
		{ "tdh_mem_page_demote_more", 25 },
		{ "tdh_mem_page_promote_more", 25 },
		{ "tdh_export_mem", 29 },
		{ "tdh_import_mem", 31 },
		{ "tdh_servtd_bind", 26 },
		{ "tdg_servtd_rd", 22 },
		{ "tdg_servtd_wr", 23 },
	};
	size_t i;

	for (i = 0; i < sizeof(wide) / sizeof(wide[0]); i++)
		if (!strcmp(wide[i].wrapper, wrapper))
			return wide[i].most;
	return out ? BUDGET_OUT : BUDGET_IN;
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
		struct traffic regs;

		if (!fn || !strcmp(row[C_OUT], "all"))
			continue;
		steps = count(fn, false);
		most = budget(row[C_WRAPPER], out) + IBT_EXTRA;
		check(steps <= most && !probe_stack(),
		      "%s: %u instructions (at most %u), %u bytes of stack",
		      row[C_WRAPPER], steps, most, probe_stack());
		if (most <= BUDGET_OUT + IBT_EXTRA) {
			if (steps > worst[out])
				worst[out] = steps;
			continue;
		}
		regs = traffic(row);
		note("%s: %u operands, %u outputs: no C function does it with less than %u",
		     row[C_WRAPPER], regs.in, regs.out, least(&regs));
	}
	note("%s: at most %u without outputs, %u with, but for those named above",
	     table, worst[0], worst[1]);
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

		check(steps <= BUDGET_HYPERCALL + IBT_EXTRA,
		      "%s: %u instructions (at most %u)", one_argument[i],
		      steps, BUDGET_HYPERCALL + IBT_EXTRA);
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

	check(enter <= BUDGET_ENTER + IBT_EXTRA,
	      "tdh_vp_enter: %u instructions (at most %u)", enter,
	      BUDGET_ENTER + IBT_EXTRA);

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

/* bytes of an entry point, as the assembler gives its size */
static unsigned int entry_size(const void *fn)
{
	const struct entry_size *e;

	for (e = __start_shim_sizes; e < __stop_shim_sizes; e++)
		if (e->fn == (u64)fn)
			return e->size;
	check(false, "an entry point has a size");
	return 0;
}

static void cost_of_text(void)
{
	static const void * const entry_points[] = {
		__seamcall, __seamcall_r10, __seamcall_out3, __seamcall_out3r10,
		__seamcall_out, __seamcall_more, __seamcall_saved,
		__tdh_vp_enter, __tdh_servtd_prebind, __tdh_sys_config_v1,
	};
	unsigned int leaves = leaves_with_wrapper();
	unsigned int wrappers = __stop_thunks_host - __start_thunks_host;
	unsigned int entries = 0;
	size_t i;

	for (i = 0; i < sizeof(entry_points) / sizeof(entry_points[0]); i++)
		entries += entry_size(entry_points[i]);
	check((wrappers + entries) / leaves <= BUDGET_TEXT_PER_LEAF,
	      "text of %u leaves: wrappers %u bytes, entry points %u, %u a leaf (at most %u)",
	      leaves, wrappers, entries, (wrappers + entries) / leaves,
	      BUDGET_TEXT_PER_LEAF);
}

void test_cost(void)
{
	cost_of_leaves("host-leaves.tsv");
	cost_of_leaves("guest-leaves.tsv");
	cost_of_vmcalls();
	cost_of_running();
	cost_of_text();
}
