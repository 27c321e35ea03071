// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a call costs: instructions on the path that is executed, SEAMCALL and
 * TDCALL as one, from the wrapper's first to its return; stack written; text.
 */
#include <stdio.h>
#include <string.h>
#include "count.h"
#include "report.h"
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

/* columns of the tables of leaves */
enum { C_LEAF, C_RAX, C_WRAPPER, C_RCX, C_OUT = C_RCX + 8 };

static const void *find_thunk(const char *name)
{
	size_t i;

	for (i = 0; i < NR_THUNKS; i++)
		if (!strcmp(thunks[i].name, name))
			return thunks[i].fn;
	return NULL;
}

/*
 * What a leaf may cost. One cannot keep to it: with what PAGE.DEMOTE has as
 * arguments, no function takes less than a jump, the leaf, two each for RCX and
 * RDX (to or and to move), nothing for R8 and R9, the pointer to the structure,
 * four for R10 to R13, the call, its carry, five outputs, two to give R12 and
 * R13 back, and the return.
 */
static unsigned int budget(const char *wrapper, bool out)
{
	if (!strcmp(wrapper, "tdh_mem_page_demote_more"))
		return 1 + 1 + 4 + 1 + 4 + 2 + 5 + 2 + 1;
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

		if (!fn || !strcmp(row[C_OUT], "all"))
			continue;
		steps = count_steps(fn);
		most = budget(row[C_WRAPPER], out) + IBT_EXTRA;
		check(steps <= most && !probe_stack(),
		      "%s: %u instructions (at most %u), %u bytes of stack",
		      row[C_WRAPPER], steps, most, probe_stack());
		if (most <= BUDGET_OUT + IBT_EXTRA && steps > worst[out])
			worst[out] = steps;
	}
	note("%s: at most %u without outputs, %u with, but for PAGE.DEMOTE with L2 or PAMT pages",
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
		unsigned int steps = count_steps(find_thunk(one_argument[i]));

		check(steps <= BUDGET_HYPERCALL + IBT_EXTRA,
		      "%s: %u instructions (at most %u)", one_argument[i],
		      steps, BUDGET_HYPERCALL + IBT_EXTRA);
	}
}

static void cost_of_running(void)
{
	unsigned int enter = count_steps(c_tdh_vp_enter);
	unsigned int round = count_run_loop();

	check(enter <= BUDGET_ENTER + IBT_EXTRA,
	      "tdh_vp_enter: %u instructions (at most %u)", enter,
	      BUDGET_ENTER + IBT_EXTRA);
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
		__seamcall_out, __seamcall_saved, __tdh_vp_enter,
		__tdh_mem_sept_add_l2, __tdh_mem_page_demote_more,
		__tdh_mem_page_promote_more, __tdh_export_mem,
		__tdh_import_mem, __tdh_servtd_bind, __tdh_servtd_prebind,
		__tdh_sys_config_v1,
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
