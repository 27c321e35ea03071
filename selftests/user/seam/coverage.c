// SPDX-License-Identifier: GPL-2.0-only
/* Leaves x statuses: which are known, and which of them calls provoked. */
#include <stdio.h>
#include <stdlib.h>

#include "coverage.h"
#include "trace.h"

#define MAX_PAIRS	1500

static struct pair {
	u64 leaf, status;
	bool known, seen;
	const char *why_not;
} pairs[MAX_PAIRS];

static unsigned int nr_pairs;

static const struct {
	u64 number;
	const char *name;
} leaves[] = {
#define X(id, number, version, name, ...)	{ number, name },
	TDX_HOST_LEAVES(X)
#undef X
};

static struct pair *pair(u64 leaf, u64 status)
{
	unsigned int i;

	/* without its version; P-SEAMLDR's by all of RAX */
	if (!(leaf >> 63))
		leaf &= 0xffff;
	for (i = 0; i < nr_pairs; i++)
		if (pairs[i].leaf == leaf && pairs[i].status == status)
			return &pairs[i];
	if (nr_pairs == MAX_PAIRS)
		abort();
	pairs[nr_pairs].leaf = leaf;
	pairs[nr_pairs].status = status;
	return &pairs[nr_pairs++];
}

void cover_known(u64 leaf, u64 status, const char *why_not)
{
	struct pair *p = pair(leaf, status);

	p->known = true;
	if (why_not)
		p->why_not = why_not;
}

void cover_seen(u64 leaf, u64 status)
{
	pair(leaf, status)->seen = true;
}

bool cover_was_seen(u64 leaf, u64 status)
{
	return pair(leaf, status)->seen;
}

static void print_leaf(u64 number, const char *name, unsigned int sum[3])
{
	unsigned int i, known = 0, seen = 0;
	char s[80];

	for (i = 0; i < nr_pairs; i++) {
		known += pairs[i].leaf == number && pairs[i].known;
		seen += pairs[i].leaf == number && pairs[i].known &&
			pairs[i].seen;
	}
	if (!known)
		return;
	printf("# %-24s %2u of %2u\n", name, seen, known);
	sum[0] += seen;
	sum[1] += known;
	for (i = 0; i < nr_pairs; i++) {
		if (pairs[i].leaf != number || !pairs[i].known ||
		    pairs[i].seen)
			continue;
		printf("#\tnot %s: %s\n",
		       trace_status(pairs[i].status, s, sizeof(s)),
		       pairs[i].why_not ? pairs[i].why_not : "MISSING");
		sum[2] += !pairs[i].why_not;
	}
}

unsigned int cover_print(void)
{
	unsigned int i, sum[3] = { 0 };

	for (i = 0; i < ARRAY_SIZE(leaves); i++)
		print_leaf(leaves[i].number, leaves[i].name, sum);
	printf("# leaves x statuses provoked: %u of %u known\n", sum[0],
	       sum[1]);
	return sum[2];
}
