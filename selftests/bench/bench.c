// SPDX-License-Identifier: GPL-2.0-only
/*
 * Instructions and stack of each wrapper, ours and mainline's, on the path
 * that is executed when the module answers at once.
 */
#include <stdio.h>
#include <string.h>
#include "count.h"
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

	a = count_steps(our_fn);
	sa = probe_stack();
	if (!their_fn) {
		printf("%-30s %8u %5u %8s\n", name, a, sa, "-");
		return;
	}
	b = count_steps(their_fn);
	sb = probe_stack();
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
	unsigned int n;
	size_t i;

	printf("%-30s %8s %5s\n", "wrapper", "instr", "stack");
	for (i = 0; i < sizeof(ours) / sizeof(ours[0]); i++) {
		n = count_steps(ours[i].fn);
		printf("%-30s %8u %5u\n", ours[i].name, n, probe_stack());
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

int main(void)
{
	machine_init();
	if (theirs[0].name)
		compare();
	else
		alone();
	guest_calls();
	printf("\ntd_run: %u instructions an exit, beside %u of the entry and the handler's own\n",
	       count_run_loop(), count_steps(__tdh_vp_enter));
	return 0;
}
