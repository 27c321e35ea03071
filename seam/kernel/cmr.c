// SPDX-License-Identifier: GPL-2.0-only
/*
 * Convertible memory: what a BIOS would have reported to the TDX module. RAM
 * as the kernel's resource tree has it, with small holes closed, because real
 * CMRs cover the pages that firmware keeps in the middle of RAM.
 */
#include <linux/ioport.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sizes.h>
#include "kernel.h"

static unsigned long cmr_gap = SZ_4M;
module_param(cmr_gap, ulong, 0444);
MODULE_PARM_DESC(cmr_gap, "holes in RAM up to this many bytes are convertible");

static unsigned long cmr_lost;
module_param(cmr_lost, ulong, 0444);
MODULE_PARM_DESC(cmr_lost,
		 "bytes at the end of the last CMR that are not convertible");

#define MAX_RAM_RANGES	128

static struct {
	u64 start, end;		/* end is not included */
} ram[MAX_RAM_RANGES];
static unsigned int nr_ram;

static int add_ram(struct resource *res, void *arg)
{
	u64 start = PAGE_ALIGN(res->start);
	u64 end = PAGE_ALIGN_DOWN(res->end + 1);

	if (start >= end)
		return 0;
	if (nr_ram && ram[nr_ram - 1].end == start) {
		ram[nr_ram - 1].end = end;
		return 0;
	}
	if (nr_ram == MAX_RAM_RANGES)
		return -E2BIG;
	ram[nr_ram].start = start;
	ram[nr_ram].end = end;
	nr_ram++;
	return 0;
}

bool cmr_is_ram(hpa_t hpa)
{
	unsigned int lo = 0, hi = nr_ram;

	while (lo < hi) {
		unsigned int mid = (lo + hi) / 2;

		if (hpa < ram[mid].start)
			hi = mid;
		else if (hpa >= ram[mid].end)
			lo = mid + 1;
		else
			return true;
	}
	return false;
}

/* The first MiB belongs to the BIOS and is never convertible. */
static int make_cmrs(void)
{
	struct seam_cmr *last = NULL;
	unsigned int i;

	for (i = 0; i < nr_ram; i++) {
		u64 start = max_t(u64, ram[i].start, SZ_1M);

		if (start >= ram[i].end)
			continue;
		if (last && start - (last->base + last->size) <= cmr_gap) {
			last->size = ram[i].end - last->base;
			continue;
		}
		if (seam_config.nr_cmrs == SEAM_MAX_CMRS)
			return -E2BIG;
		last = &seam_config.cmr[seam_config.nr_cmrs++];
		last->base = start;
		last->size = ram[i].end - start;
	}
	if (!last || cmr_lost >= last->size)
		return -ENOMEM;
	last->size -= PAGE_ALIGN(cmr_lost);
	return 0;
}

int cmr_init(void)
{
	unsigned int i;
	int ret;

	ret = walk_iomem_res_desc(IORES_DESC_NONE, IORESOURCE_SYSTEM_RAM |
				  IORESOURCE_BUSY, 0, -1, NULL, add_ram);
	if (ret < 0)
		return ret;
	ret = make_cmrs();
	if (ret)
		return ret;
	for (i = 0; i < seam_config.nr_cmrs; i++)
		pr_softseam(KERN_INFO, "CMR %u: %#llx-%#llx\n", i,
			    seam_config.cmr[i].base,
			    seam_config.cmr[i].base + seam_config.cmr[i].size - 1);
	return 0;
}
