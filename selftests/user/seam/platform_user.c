// SPDX-License-Identifier: GPL-2.0-only
/* The machine of the recordings: KeyIDs, CMRs, CPUID and MSR values. */
#include <stdio.h>
#include <stdlib.h>

#include "trace.h"

#define MAX_ROWS	256

static struct seam_cpuid cpuid_rows[MAX_ROWS];
static struct seam_msr msr_rows[MAX_ROWS];
static unsigned int nr_cpuid, nr_msr;

int sim_load_platform(const char *path)
{
	FILE *f = fopen(path, "r");
	bool msrs = false;
	char line[256];

	if (!f)
		return -errno;
	nr_cpuid = 0;
	nr_msr = 0;
	while (fgets(line, sizeof(line), f)) {
		struct seam_cpuid *c = &cpuid_rows[nr_cpuid];
		struct seam_msr *m = &msr_rows[nr_msr];

		if (line[0] == '#')
			msrs = !strncmp(line, "# MSR", 5);
		else if (!msrs && nr_cpuid < MAX_ROWS &&
			 sscanf(line, "%x %x %x %x %x %x", &c->leaf,
				&c->subleaf, &c->r[0], &c->r[1], &c->r[2],
				&c->r[3]) == 6)
			nr_cpuid++;
		else if (msrs && nr_msr < MAX_ROWS &&
			 sscanf(line, "%x %llx", &m->index, &m->value) == 2)
			nr_msr++;
	}
	fclose(f);
	return nr_cpuid && nr_msr ? 0 : -EINVAL;
}

void sim_setup(unsigned int lps, unsigned int pkgs)
{
	static const struct seam_cmr cmrs[] = {
		{ SIM_H0, 0x90000000 },
		{ SIM_H0 + 0xa0000000, 0xe0000000 },
	};
	struct seam_config *c = &seam_config;
	unsigned int i;

	memset(c, 0, sizeof(*c));
	c->nr_lps = lps;
	c->nr_pkgs = pkgs;
	for (i = 0; i < lps; i++)
		c->pkg_of_lp[i] = pkgs > 1 ? i % pkgs : 0;
	memcpy(c->cmr, cmrs, sizeof(cmrs));
	c->nr_cmrs = ARRAY_SIZE(cmrs);
	c->keyids_shared = 31;
	c->keyids_private = 32;
	c->keyid_shift = 46;
	c->keyid_bits = 6;
	c->max_pa = 52;
	c->version[0] = 1;
	c->version[1] = 5;
	c->version[2] = 1;
	c->build_date = 0x20230901;
	c->build_num = 7;
	c->features0 = 0xf0fbf;
	c->max_tdmrs = 64;
	c->max_reserved = 16;
	for (i = 0; i < 3; i++)
		c->pamt_entry_size[i] = 16;
	c->lp_x2apic = true;
	c->cpuid = cpuid_rows;
	c->nr_cpuid = nr_cpuid;
	c->msr = msr_rows;
	c->nr_msr = nr_msr;
}

bool trace_symbol(char letter, u64 n, u64 *val)
{
	*val = letter == 'H' ? SIM_H0 + n * LEVEL_BYTES(1) :
	       letter == 'P' ? SIM_P0 + n * PAGE_BYTES :
	       letter == 'S' ? SIM_S0 + n * PAGE_BYTES :
	       letter == 'T' ? SIM_H0 + n * LEVEL_BYTES(2) :
	       letter == 'A' ? SIM_A :
	       letter == 'C' ? SIM_S0 : SIM_X0 + n * PAGE_BYTES;
	return true;
}
