// SPDX-License-Identifier: GPL-2.0-only
/*
 * Instructions and stack of each wrapper, ours and mainline's, on the path
 * that is executed when the module answers at once.
 */
#include <stdio.h>
#include <string.h>
#include <seamhost/run.h>
#include "machine.h"
#include "thunks.h"
#include "wrapper.h"

static const struct wrapper ours[] = {
#define X(name, ...)	{ #name, c_##name },
	HOST_CALLS(X)
#undef X
};

/* with one argument, and how the GHCI calls them */
static const struct {
	const char *name;
	const char *what;
	const void *fn;
} hypercalls[] = {
	{ "tdvmcall_hlt", "Instruction.HLT", c_tdvmcall_hlt },
	{ "tdvmcall_rdmsr", "Instruction.RDMSR", c_tdvmcall_rdmsr },
	{ "tdvmcall_vendor1", "KVM's, one argument", c_tdvmcall_vendor1 },
};

/* any argument may be a structure, or a pointer to one */
static u64 scratch[64];

static unsigned int steps(const void *fn, unsigned int *stack)
{
	struct regs in, out;
	unsigned int n;

	noise_regs(&in);
	in.r[RDI] = (u64)scratch;
	in.r[RSI] = (u64)scratch;
	in.r[RDX] = (u64)scratch;
	in.r[RCX] = (u64)scratch;
	in.r[R8] = (u64)scratch;
	in.r[R9] = (u64)scratch;
	machine_expect(ANSWER, 0, 0);
	n = probe_steps(fn, &in, &out);
	*stack = probe_stack();
	return n;
}

/* mainline has two for one leaf */
static const void *ours_for(const char *name)
{
	size_t i, best = 0;
	const void *fn = NULL;

	for (i = 0; i < sizeof(ours) / sizeof(ours[0]); i++) {
		size_t len = strlen(ours[i].name);

		if (!strncmp(name, ours[i].name, len) && len > best) {
			best = len;
			fn = ours[i].fn;
		}
	}
	return fn;
}

static void header(const char *what)
{
	printf("%-30s %14s %14s\n", "", "ours", "mainline");
	printf("%-30s %8s %5s %8s %5s %7s\n", what, "instr", "stack",
	       "instr", "stack", "ratio");
}

/* A line of ours beside theirs; the sums go on in @sum. */
static void row(const char *name, const void *our_fn, const void *their_fn,
		unsigned int sum[2])
{
	unsigned int a, b, sa, sb;

	a = steps(our_fn, &sa);
	if (!their_fn) {
		printf("%-30s %8u %5u %8s\n", name, a, sa, "-");
		return;
	}
	b = steps(their_fn, &sb);
	sum[0] += a;
	sum[1] += b;
	printf("%-30s %8u %5u %8u %5u %7.2f\n", name, a, sa, b, sb,
	       (double)a / b);
}

static void compare(void)
{
	unsigned int sum[2] = {};
	const struct wrapper *w;

	header("wrapper");
	for (w = theirs; w->name; w++) {
		const void *fn = ours_for(w->name);

		if (fn)
			row(w->name, fn, w->fn, sum);
	}
	printf("%-30s %8u %5s %8u %5s %7.2f\n", "all of them", sum[0], "",
	       sum[1], "", (double)sum[0] / sum[1]);
}

static void alone(void)
{
	unsigned int stack, n;
	size_t i;

	printf("%-30s %8s %5s\n", "wrapper", "instr", "stack");
	for (i = 0; i < sizeof(ours) / sizeof(ours[0]); i++) {
		n = steps(ours[i].fn, &stack);
		printf("%-30s %8u %5u\n", ours[i].name, n, stack);
	}
}

static void guest_calls(void)
{
	unsigned int sum[2] = {};
	const struct wrapper *w;
	size_t i;

	printf("\n");
	header("hypercall of a guest");
	for (i = 0; i < sizeof(hypercalls) / sizeof(hypercalls[0]); i++) {
		for (w = theirs_guest; w->name; w++)
			if (!strcmp(w->name, hypercalls[i].name))
				break;
		row(hypercalls[i].what, hypercalls[i].fn, w->fn, sum);
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

/* What a round more costs, without the entry and the handler in it. */
static void run_loop(void)
{
	unsigned int stack, enter, handler, round = run_steps(3) - run_steps(2);
	struct regs in, out;

	enter = steps(__tdh_vp_enter, &stack);
	noise_regs(&in);
	rounds = 10;
	handler = probe_steps(again, &in, &out);
	printf("\ntd_run: %u instructions an exit, beside %u of the entry and the handler's own\n",
	       round - enter - handler, enter);
}

int main(void)
{
	machine_init();
	if (theirs[0].name)
		compare();
	else
		alone();
	guest_calls();
	run_loop();
	return 0;
}
