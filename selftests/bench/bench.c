// SPDX-License-Identifier: GPL-2.0-only
/*
 * Instructions and stack of each wrapper, ours and mainline's, on the path
 * that is executed when the module answers at once.
 */
#include <stdio.h>
#include <string.h>
#include "machine.h"
#include "thunks.h"
#include "wrapper.h"

static const struct wrapper ours[] = {
#define X(name, ...)	{ #name, c_##name },
	HOST_CALLS(X)
#undef X
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

static void compare(void)
{
	unsigned int n[2] = {}, a, b, sa, sb;
	const struct wrapper *w;

	printf("%-30s %14s %14s %7s\n", "", "ours", "mainline", "");
	printf("%-30s %8s %5s %8s %5s %7s\n", "wrapper", "instr", "stack",
	       "instr", "stack", "ratio");
	for (w = theirs; w->name; w++) {
		const void *fn = ours_for(w->name);

		if (!fn)
			continue;
		a = steps(fn, &sa);
		b = steps(w->fn, &sb);
		n[0] += a;
		n[1] += b;
		printf("%-30s %8u %5u %8u %5u %7.2f\n", w->name, a, sa, b, sb,
		       (double)a / b);
	}
	printf("%-30s %8u %5s %8u %5s %7.2f\n", "all of them", n[0], "", n[1],
	       "", (double)n[0] / n[1]);
}

static void alone(void)
{
	unsigned int stack, n;
	size_t i;

	printf("%-30s %8s %5s\n", "wrapper", "instr", "stack");
	for (i = 0; i < sizeof(ours) / sizeof(ours[0]); i++) {
		/* more than six arguments: some are on the stack */
		if (!strcmp(ours[i].name, "tdh_export_mem") ||
		    !strcmp(ours[i].name, "tdh_import_mem") ||
		    !strcmp(ours[i].name, "tdh_mem_sept_add_l2") ||
		    !strcmp(ours[i].name, "tdh_mem_page_demote_more"))
			continue;
		n = steps(ours[i].fn, &stack);
		printf("%-30s %8u %5u\n", ours[i].name, n, stack);
	}
}

int main(void)
{
	machine_init();
	if (theirs[0].name)
		compare();
	else
		alone();
	return 0;
}
