// SPDX-License-Identifier: GPL-2.0-only
/*
 * CPUs: VMX on while SEAMCALLs may be made there, initialised for the TDX
 * module once, and kept online while the last of a package is needed.
 */
#include <linux/cpu.h>
#include <linux/cpuhotplug.h>
#include <linux/cpumask.h>
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/spinlock.h>
#include <seamhost/tdh.h>
#include "report.h"
#include "state.h"
#include "vmx.h"

static int cpuhp_state = -1;
static BLOCKING_NOTIFIER_HEAD(cpu_leaves);
static DEFINE_RAW_SPINLOCK(sys_init_lock);

/* SYS.INIT, by whichever CPU comes first after the module was loaded. */
static int sys_init_once(void)
{
	struct seamhost_progress *p = seamhost.progress;
	struct tdx_out out = {};
	tdx_status_t st;
	int err = 0;

	raw_spin_lock(&sys_init_lock);
	if (seamhost.sys_init_tried) {
		err = seamhost.sys_init_err;
		goto unlock;
	}
	seamhost.sys_init_tried = true;

	st = seamhost_retry(tdh_sys_init(0, &out));
	if (tdx_ok(st) || (tdx_code(st) == TDX_ST_SYS_INIT_NOT_PENDING &&
			   p->stage == STAGE_LOST && p->init_done)) {
		/* an update that failed after SYS.INIT left it so */
		seamhost.fresh = true;
		p->stage = STAGE_SYS_INIT;
		p->init_done = false;
		cpumask_clear(&p->lp_done);
	} else if (tdx_code(st) == TDX_ST_SYS_INIT_NOT_PENDING &&
		   p->stage != STAGE_COLD && p->stage != STAGE_LOST) {
		/* we did it earlier: go on from there */
	} else {
		seamhost.no_module = p->stage == STAGE_LOST ||
			st.raw == TDX_NOT_DELIVERED_VMFAILINVALID;
		err = seamhost_report("initialise the TDX module",
				      TDH_SYS_INIT, st, &out);
	}
	seamhost.sys_init_err = err;
unlock:
	raw_spin_unlock(&sys_init_lock);
	return err;
}

static int lp_init(unsigned int cpu)
{
	struct tdx_out out = {};
	tdx_status_t st;

	if (cpumask_test_cpu(cpu, &seamhost.progress->lp_done))
		return 0;
	st = seamhost_retry(tdh_sys_lp_init(&out));
	if (tdx_failed(st) && tdx_code(st) != TDX_ST_SYS_LP_INIT_DONE) {
		pr_err("CPU %u cannot be initialised for TDX\n", cpu);
		return seamhost_report("initialise CPUs", TDH_SYS_LP_INIT, st,
				       &out);
	}
	cpumask_set_cpu(cpu, &seamhost.progress->lp_done);
	return 0;
}

static int bring_online(unsigned int cpu)
{
	unsigned long flags;
	int err;

	local_irq_save(flags);
	err = seamhost.plat->vmx_on();
	if (!err) {
		err = sys_init_once();
		if (!err)
			err = lp_init(cpu);
		if (err)
			seamhost.plat->vmx_off();
	}
	local_irq_restore(flags);
	return err;
}

/**
 * seamhost_cpu_leaves_register() - be called before SEAMCALLs end on a CPU
 * @nb: called on that CPU, with its number for an event; may sleep
 *
 * For what has to be undone there. The kernel's own callbacks for CPUs that go
 * have no order among modules.
 */
int seamhost_cpu_leaves_register(struct notifier_block *nb)
{
	return blocking_notifier_chain_register(&cpu_leaves, nb);
}
EXPORT_SYMBOL_GPL(seamhost_cpu_leaves_register);

/* seamhost_cpu_leaves_unregister() - end that; nothing is left to be undone */
void seamhost_cpu_leaves_unregister(struct notifier_block *nb)
{
	blocking_notifier_chain_unregister(&cpu_leaves, nb);
}
EXPORT_SYMBOL_GPL(seamhost_cpu_leaves_unregister);

/* Is @cpu the only one of its package that is online? */
static bool last_of_package(unsigned int cpu)
{
	unsigned int other, package = seamhost.plat->package(cpu);

	for_each_online_cpu(other)
		if (other != cpu && seamhost.plat->package(other) == package)
			return false;
	return true;
}

static int take_offline(unsigned int cpu)
{
	unsigned long flags;

	/*
	 * Keys are configured and caches written back by a CPU of each
	 * package: no package may lose its last one while a TD needs that.
	 */
	if (!seamhost.leaving && seamhost_hkids_in_use() &&
	    last_of_package(cpu)) {
		pr_warn("CPU %u stays online: it is the last of package %u, and TDs need one there; shut the TDs down first\n",
			cpu, seamhost.plat->package(cpu));
		return -EBUSY;
	}
	blocking_notifier_call_chain(&cpu_leaves, cpu, NULL);
	local_irq_save(flags);
	seamhost.plat->vmx_off();
	local_irq_restore(flags);
	return 0;
}

/**
 * seamhost_cpus_start() - make SEAMCALLs possible and initialise every CPU
 *
 * VMX on, SYS.INIT once, LP.INIT on each online CPU, and on each that comes
 * later. All is undone on failure.
 *
 * Return: 0 or a negative errno, reason logged.
 */
int seamhost_cpus_start(void)
{
	int ret;

	if (seamhost.plat == &seamhost_hw_ops) {
		ret = seamhost_vmx_borrow();
		if (ret)
			return ret;
	}
	seamhost.leaving = false;
	seamhost.fresh = false;
	seamhost.no_module = false;
	seamhost.sys_init_tried = false;
	ret = cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, "seamhost:online",
				bring_online, take_offline);
	if (ret < 0) {
		seamhost_vmx_return();
		return ret;
	}
	cpuhp_state = ret;
	return 0;
}

/* Is VMX on, whatever became of the TDX module? seamhost.lock is held. */
bool seamhost_cpus_started(void)
{
	return cpuhp_state >= 0;
}

void seamhost_cpus_stop(void)
{
	if (cpuhp_state < 0)
		return;
	seamhost.leaving = true;
	cpuhp_remove_state(cpuhp_state);
	cpuhp_state = -1;
	seamhost_vmx_return();
}
