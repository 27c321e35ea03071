// SPDX-License-Identifier: GPL-2.0-only
/* Work that one CPU of every package has to do. */
#include <linux/cpu.h>
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <seamhost/tdh.h>
#include "report.h"
#include "state.h"

static bool package_seen(const struct cpumask *done, unsigned int cpu)
{
	unsigned int other, package = seamhost.plat->package(cpu);

	for_each_cpu(other, done)
		if (seamhost.plat->package(other) == package)
			return true;
	return false;
}

/*
 * Has each package a CPU online? The TDX module knows those whose CPUs were
 * initialised. The CPU hotplug lock is held.
 */
bool seamhost_packages_online(void)
{
	unsigned int cpu;

	for_each_cpu(cpu, &seamhost.progress->lp_done) {
		if (!cpu_present(cpu) || package_seen(cpu_online_mask, cpu))
			continue;
		pr_err_ratelimited("package %u has no CPU online, and TDs need one there for their keys: bring one online\n",
				   seamhost.plat->package(cpu));
		return false;
	}
	return true;
}

/**
 * seamhost_on_each_package() - call a function on one CPU of every package
 * @fn: called in process context, pinned to the CPU; stops at the first error
 * @arg: passed on
 *
 * Takes the CPU hotplug lock; may sleep.
 *
 * Return: 0, the first error of @fn, or -ENOMEM.
 */
int seamhost_on_each_package(int (*fn)(void *arg), void *arg)
{
	cpumask_var_t done;
	unsigned int cpu;
	int err = 0;

	if (!zalloc_cpumask_var(&done, GFP_KERNEL))
		return -ENOMEM;
	cpus_read_lock();
	for_each_online_cpu(cpu) {
		if (package_seen(done, cpu))
			continue;
		err = smp_call_on_cpu(cpu, fn, arg, false);
		if (err)
			break;
		cpumask_set_cpu(cpu, done);
	}
	cpus_read_unlock();
	free_cpumask_var(done);
	return err;
}
EXPORT_SYMBOL_GPL(seamhost_on_each_package);

/*
 * Each goes on where the one before was interrupted: far more than interrupts
 * come in the length of a write-back. CPUs can neither come nor go meanwhile.
 */
#define CACHE_WB_CALLS	100000
/*
 * TDs that are made or ended elsewhere hold the table of KeyIDs as long as a leaf
 * takes. Under a hypervisor its CPU may be stopped meanwhile: some seconds.
 */
#define CACHE_WB_BUSY	3000

static int cache_wb(void *status)
{
	unsigned int calls, busy = 0;
	bool resume = false;
	tdx_status_t st;

	for (calls = 0; calls < CACHE_WB_CALLS; calls++) {
		st = tdh_phymem_cache_wb(resume);
		if (tdx_code(st) == TDX_ST_INTERRUPTED_RESUMABLE) {
			resume = true;
			cond_resched();
		} else if (tdx_code(st) == TDX_ST_OPERAND_BUSY &&
			   ++busy < CACHE_WB_BUSY) {
			usleep_range(busy < 500 ? 20 : 1000, 2000);
		} else {
			break;
		}
	}
	*(tdx_status_t *)status = st;
	if (tdx_code(st) == TDX_ST_NO_HKID_READY_TO_WBCACHE)
		return 0;
	return tdx_failed(st) ? seamhost_report("write back caches",
					       TDH_PHYMEM_CACHE_WB, st, NULL) :
				0;
}

/**
 * seamhost_cache_wb() - run TDH.PHYMEM.CACHE.WB on every package until done
 * @st: what the last call answered
 *
 * For KeyIDs that TDH.MNG.VPFLUSHDONE released before. May sleep; callers are
 * serialised.
 *
 * Return: 0 or the errno of the status, logged.
 */
int seamhost_cache_wb(tdx_status_t *st)
{
	static DEFINE_MUTEX(lock);
	int err;

	mutex_lock(&lock);
	err = seamhost_on_each_package(cache_wb, st);
	mutex_unlock(&lock);
	return err;
}
EXPORT_SYMBOL_GPL(seamhost_cache_wb);

static int count_package(void *n)
{
	++*(int *)n;
	return 0;
}

int seamhost_nr_packages(void)
{
	int n = 0, err;

	err = seamhost_on_each_package(count_package, &n);
	return err ? err : n;
}
