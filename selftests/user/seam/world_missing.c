// SPDX-License-Identifier: GPL-2.0-only
/* What a machine that is up is not like, so that a row of the tests is skipped. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "world.h"

const char *world_missing;

void world_hold_op_state(void)
{
	world_missing = "only migration leaves hold it exclusively";
}

void world_migrating(void)
{
	world_missing = "only migration leaves bring a TD there";
}

void world_late(void)
{
	world_missing = "no TSC goes back here";
}

void world_limited_cpuid(void)
{
	world_missing = "the machine's MSRs are as they are";
}

void world_no_lp_init(void)
{
	world_missing = "all LPs of a machine that is up are initialised";
}

void world_topology(bool wanted)
{
	char text[32] = "";
	int fd = open("/sys/module/softseam/parameters/features0", O_RDONLY);
	bool has;

	if (fd < 0 || read(fd, text, sizeof(text) - 1) < 0) {
		printf("Bail out! no softseam\n");
		exit(1);
	}
	close(fd);
	has = strtoull(text, NULL, 0) & TDX_FEATURES0_TOPOLOGY_ENUM;
	if (has != wanted)
		world_missing = wanted ? "features0 has no TOPOLOGY_ENUM" :
					 "features0 has TOPOLOGY_ENUM";
}
