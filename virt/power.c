// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reboot, kexec, panic and suspend. Whatever runs next must not find cache
 * lines of a private KeyID, nor a TDX module that still owns memory.
 */
#include <linux/cpu.h>
#include <linux/notifier.h>
#include <linux/panic_notifier.h>
#include <linux/reboot.h>
#include <linux/suspend.h>
#include <asm/smp.h>
#include <seamhost/tdh.h>
#include "report.h"
#include "state.h"

/* Other CPUs may be inside the module when it is told to stop. */
#define DISABLE_TRIES	100000

static bool call_sys_disable(void)
{
	unsigned int tries = DISABLE_TRIES;
	tdx_status_t st;

	do {
		st = tdh_sys_disable();
		if (tdx_code(st) != TDX_ST_SYS_BUSY &&
		    tdx_code(st) != TDX_ST_INTERRUPTED_RESUMABLE)
			break;
		cpu_relax();
	} while (--tries);

	/* modules before this leaf do not know its number */
	if (tdx_code(st) == TDX_ST_OPERAND_INVALID && !tdx_detail(st))
		return false;
	if (tdx_failed(st)) {
		seamhost_report("disable the TDX module", TDH_SYS_DISABLE, st,
				NULL);
		return false;
	}
	return true;
}

/**
 * seamhost_disable() - end the use of the TDX module until it is loaded anew
 *
 * Holds seamhost.lock, module up. TDs that run stop at their next entry.
 */
void seamhost_disable(void)
{
	bool disabled = call_sys_disable();

	seamhost.up = false;
	if (disabled)
		seamhost.progress->stage = STAGE_LOST;
	wbinvd_on_all_cpus();
	pr_info("caches are written back%s\n",
		disabled ? ", the TDX module is disabled" :
			   "; this TDX module cannot be disabled");
}

static void vmx_off_here(void *unused)
{
	seamhost.plat->vmx_off();
}

/* Reboot, power-off and kexec: the last chance in process context. */
static int on_reboot(struct notifier_block *nb, unsigned long event, void *cmd)
{
	mutex_lock(&seamhost.lock);
	seamhost.going_down = true;
	if (seamhost.up)
		seamhost_disable();
	else if (seamhost_cpus_started())
		/* an update lost the TDX module, and TDs with it */
		wbinvd_on_all_cpus();
	/* INIT, which starts CPUs of the next kernel, is blocked in VMX */
	if (seamhost_cpus_started())
		on_each_cpu(vmx_off_here, NULL, 1);
	mutex_unlock(&seamhost.lock);
	return NOTIFY_DONE;
}

/* Other CPUs are stopped or wedged: this one does what it can alone. */
static int on_panic(struct notifier_block *nb, unsigned long event, void *msg)
{
	bool disabled;

	if (seamhost.up) {
		disabled = call_sys_disable();
		wbinvd();
		pr_info("this CPU's caches are written back%s\n",
			disabled ? ", the TDX module is disabled" : "");
	}
	return NOTIFY_DONE;
}

static int on_suspend(struct notifier_block *nb, unsigned long event,
		      void *unused)
{
	int ret = NOTIFY_DONE;

	switch (event) {
	case PM_SUSPEND_PREPARE:
	case PM_HIBERNATION_PREPARE:
	case PM_RESTORE_PREPARE:
		mutex_lock(&seamhost.lock);
		if (seamhost.up) {
			pr_err("suspend and hibernation are refused while TDX is up: the TDX module and its keys do not survive them\n");
			ret = notifier_from_errno(-EBUSY);
		}
		mutex_unlock(&seamhost.lock);
		break;
	}
	return ret;
}

/*
 * Before KVM's, which in older kernels turns VMX off here and has the default
 * priority: without VMX the module cannot be told anything any more.
 */
static struct notifier_block reboot_nb = {
	.notifier_call = on_reboot,
	.priority = 1,
};

static struct notifier_block panic_nb = { .notifier_call = on_panic };
static struct notifier_block suspend_nb = { .notifier_call = on_suspend };

int seamhost_power_init(void)
{
	int err;

	err = register_pm_notifier(&suspend_nb);
	if (err)
		return err;
	err = register_reboot_notifier(&reboot_nb);
	if (err) {
		unregister_pm_notifier(&suspend_nb);
		return err;
	}
	atomic_notifier_chain_register(&panic_notifier_list, &panic_nb);
	return 0;
}

void seamhost_power_exit(void)
{
	atomic_notifier_chain_unregister(&panic_notifier_list, &panic_nb);
	unregister_reboot_notifier(&reboot_nb);
	unregister_pm_notifier(&suspend_nb);
}
