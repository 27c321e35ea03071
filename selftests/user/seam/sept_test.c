// SPDX-License-Identifier: GPL-2.0-only
/*
 * The leaves on a TD's Secure EPT: refusals, what happens to content, and
 * calls from two processors at once. sept_test <platform.tsv>
 */
#include <stdio.h>

#include "sept_test.h"

int main(int argc, char **argv)
{
	if (argc < 2 || sim_load_platform(argv[1])) {
		fprintf(stderr, "usage: %s platform.tsv\n", argv[0]);
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	sept_refusals();
	sept_content();
	sept_races();
	sept_coverage();
	return ktap_end();
}
