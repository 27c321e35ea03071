// SPDX-License-Identifier: GPL-2.0-only
/*
 * What this machine and its TDX module are like: module parameters, with a
 * 1.5.01 module on a two-socket-capable server as the default.
 */
#include <linux/cpumask.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <asm/apic.h>
#include <asm/processor.h>
#include "cpu_model.h"
#include "kernel.h"

static unsigned int nr_pkgs = 1;
module_param(nr_pkgs, uint, 0444);
MODULE_PARM_DESC(nr_pkgs, "packages that the CPUs are spread over (1..8)");

static unsigned int keyids = 32;
module_param(keyids, uint, 0444);
MODULE_PARM_DESC(keyids, "private KeyIDs, the module's own included (2..32)");

static unsigned short version[4] = { 1, 5, 1, 0 };
module_param_array(version, ushort, NULL, 0444);
MODULE_PARM_DESC(version, "module version: major,minor,update,internal");

static unsigned int build_date = 0x20230901;
module_param(build_date, uint, 0444);
MODULE_PARM_DESC(build_date, "module build date, BCD yyyymmdd");

static unsigned short build_num = 1;
module_param(build_num, ushort, 0444);
MODULE_PARM_DESC(build_num, "module build number");

static unsigned long features0 = 0xf0fbf;
module_param(features0, ulong, 0444);
MODULE_PARM_DESC(features0, "TDX_FEATURES0");

static unsigned short max_tdmrs = 64;
module_param(max_tdmrs, ushort, 0444);
MODULE_PARM_DESC(max_tdmrs, "TDMRs (1..64)");

static unsigned short max_reserved = 16;
module_param(max_reserved, ushort, 0444);
MODULE_PARM_DESC(max_reserved, "reserved areas per TDMR (1..16)");

static unsigned short pamt_entry_size[3] = { 16, 16, 16 };
module_param_array(pamt_entry_size, ushort, NULL, 0444);
MODULE_PARM_DESC(pamt_entry_size, "bytes per PAMT entry: 4K,2M,1G");

static unsigned short module_hv = 1;
module_param(module_hv, ushort, 0444);
MODULE_PARM_DESC(module_hv, "handoff version of the module");

static unsigned short min_update_hv = 1;
module_param(min_update_hv, ushort, 0444);
MODULE_PARM_DESC(min_update_hv, "lowest handoff version it can update from");

static bool no_downgrade;
module_param(no_downgrade, bool, 0444);
MODULE_PARM_DESC(no_downgrade, "refuse an update to an older module");

static unsigned int updates = 255;
module_param(updates, uint, 0444);
MODULE_PARM_DESC(updates, "updates that P-SEAMLDR takes before a power cycle (1..255)");

static bool clobber_rbp;
module_param(clobber_rbp, bool, 0444);
MODULE_PARM_DESC(clobber_rbp, "VP.ENTER destroys the host's RBP, as modules without NO_RBP_MOD do");

static bool sys_disable;
module_param(sys_disable, bool, 0444);
MODULE_PARM_DESC(sys_disable, "the module has TDH.SYS.DISABLE");

#define KEYIDS_SHARED	31
#define KEYID_BITS	6
#define MAX_PA		52
#define RAM_PA_BITS	(MAX_PA - KEYID_BITS)

static bool in_bounds(const char *name, unsigned int val, unsigned int lo,
		      unsigned int hi)
{
	if (val >= lo && val <= hi)
		return true;
	pr_softseam(KERN_ERR, "%s=%u is not in %u..%u\n", name, val, lo, hi);
	return false;
}

static int check_params(void)
{
	unsigned int i;

	if (!in_bounds("nr_pkgs", nr_pkgs, 1, SEAM_MAX_PKGS) ||
	    !in_bounds("keyids", keyids, 2, 32) ||
	    !in_bounds("updates", updates, 1, 255) ||
	    !in_bounds("max_tdmrs", max_tdmrs, 1, 64) ||
	    !in_bounds("max_reserved", max_reserved, 1, 16))
		return -EINVAL;
	for (i = 0; i < 3; i++)
		if (!in_bounds("pamt_entry_size", pamt_entry_size[i], 1, 4096))
			return -EINVAL;
	if (cpu_model_phys_bits() < MAX_PA)
		pr_softseam(KERN_WARNING,
			    "CPU has %u physical address bits, not %u: GPAs with a SHARED bit at 47 or 51 may not work\n",
			    cpu_model_phys_bits(), MAX_PA);
	return 0;
}

/* CPUs that came with the machine; SYS.CONFIG wants LP.INIT on all of them. */
static int count_lps(void)
{
	unsigned int cpu, nr = 0;

	for_each_present_cpu(cpu)
		nr = cpu + 1;
	if (nr > SEAM_MAX_LPS) {
		pr_softseam(KERN_ERR, "%u CPUs, can model %u\n", nr,
			    SEAM_MAX_LPS);
		return -E2BIG;
	}
	seam_config.nr_lps = nr;
	seam_config.nr_pkgs = min(nr_pkgs, nr);
	for (cpu = 0; cpu < nr; cpu++)
		seam_config.pkg_of_lp[cpu] = cpu * seam_config.nr_pkgs / nr;
	return 0;
}

int personality_init(void)
{
	struct seam_config *c = &seam_config;
	int ret;

	ret = check_params();
	if (ret)
		return ret;
	ret = count_lps();
	if (ret)
		return ret;

	c->keyids_shared = KEYIDS_SHARED;
	c->keyids_private = keyids;
	c->keyid_bits = KEYID_BITS;
	c->keyid_shift = RAM_PA_BITS;
	c->max_pa = MAX_PA;
	memcpy(c->version, version, sizeof(c->version));
	c->build_date = build_date;
	c->build_num = build_num;
	c->features0 = features0;
	c->max_tdmrs = max_tdmrs;
	c->max_reserved = max_reserved;
	memcpy(c->pamt_entry_size, pamt_entry_size, sizeof(c->pamt_entry_size));
	c->module_hv = module_hv;
	c->min_update_hv = min_update_hv;
	c->no_downgrade = no_downgrade;
	c->updates = updates;
	c->clobber_rbp = clobber_rbp;
	c->lp_x2apic = true;
	c->cpuid_xsave_sizes = true;
	c->sys_disable = sys_disable;
	cpu_model_init();
	return cmr_init();
}
