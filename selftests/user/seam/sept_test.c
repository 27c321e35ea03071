// SPDX-License-Identifier: GPL-2.0-only
/*
 * The leaves on a TD's Secure EPT: refusals, what happens to content, and
 * calls from two processors at once. sept_test <platform.tsv> [rounds]: with
 * a number of rounds, only the last, as often.
 */
#include <stdio.h>
#include <stdlib.h>

#include "coverage.h"
#include "sept_test.h"

int main(int argc, char **argv)
{
	if (argc < 2 || sim_load_platform(argv[1])) {
		fprintf(stderr, "usage: %s platform.tsv [rounds]\n", argv[0]);
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc > 2) {
		sept_races(strtoul(argv[2], NULL, 0));
		return ktap_end();
	}
	sept_refusals();
	sept_content();
	sept_races(1);
	sept_coverage();
	ktap(!cover_print(), "each status that can be provoked was");
	return ktap_end();
}
