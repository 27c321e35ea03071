// SPDX-License-Identifier: GPL-2.0-only
/* seamhost.ko: from loading to unloading. */
#include <linux/init.h>
#include <linux/module.h>
#include <seamhost/compat.h>
#include "observe.h"
#include "state.h"
#include "sysfs.h"
#include "vmx.h"

static bool on_demand;
module_param(on_demand, bool, 0444);
MODULE_PARM_DESC(on_demand,
		 "bring the TDX module up when a VMM first asks, not at load (default: no)");

struct seamhost seamhost = {
	.lock = __MUTEX_INITIALIZER(seamhost.lock),
	.same_module = __RWSEM_INITIALIZER(seamhost.same_module),
};

/**
 * seamhost_get() - take a reference on a TDX module that is up
 *
 * Described in <seamhost/host.h>.
 */
int seamhost_get(void)
{
	int err = 0;

	mutex_lock(&seamhost.lock);
	if (seamhost.going_down)
		err = -ENODEV;
	else if (!seamhost.up)
		err = seamhost_bring_up();
	if (!err)
		seamhost.users++;
	mutex_unlock(&seamhost.lock);
	return err;
}
EXPORT_SYMBOL_GPL(seamhost_get);

/* seamhost_put() - give the reference of seamhost_get() back; may sleep */
void seamhost_put(void)
{
	mutex_lock(&seamhost.lock);
	if (!WARN_ON_ONCE(!seamhost.users))
		seamhost.users--;
	mutex_unlock(&seamhost.lock);
}
EXPORT_SYMBOL_GPL(seamhost_put);

/* seamhost_sysinfo() - the module's metadata; a reference is held */
const struct seamhost_sysinfo *seamhost_sysinfo(void)
{
	return &seamhost.meta.info;
}
EXPORT_SYMBOL_GPL(seamhost_sysinfo);

/* seamhost_hold_updates() - described in <seamhost/host.h> */
void seamhost_hold_updates(void)
{
	down_read(&seamhost.same_module);
}
EXPORT_SYMBOL_GPL(seamhost_hold_updates);

/* seamhost_release_updates() - end what seamhost_hold_updates() began */
void seamhost_release_updates(void)
{
	up_read(&seamhost.same_module);
}
EXPORT_SYMBOL_GPL(seamhost_release_updates);

static int __init seamhost_init(void)
{
	int err;

	err = seamhost_platform_get();
	if (err)
		return err;
	seamhost_observe_init();

	err = seamhost_progress_load();
	if (err)
		goto put_platform;

	err = seamhost_memory_init();
	if (err)
		goto save;
	err = seamhost_power_init();
	if (err)
		goto memory_exit;

	err = seamhost_vmx_share_init();
	if (err)
		goto power_exit;
	err = seamhost_sysfs_init();
	if (err)
		goto share_exit;
	if (!on_demand) {
		mutex_lock(&seamhost.lock);
		err = seamhost_bring_up();
		mutex_unlock(&seamhost.lock);
		/* without a TDX module there is one thing left to do: load one */
		if (err && !seamhost.no_module)
			goto sysfs_exit;
		if (err)
			pr_info("waiting for a TDX module image\n");
	} else {
		pr_info("the TDX module is brought up on demand\n");
	}
	return 0;

sysfs_exit:
	seamhost_sysfs_exit();
share_exit:
	seamhost_vmx_share_exit();
power_exit:
	seamhost_power_exit();
memory_exit:
	seamhost_memory_exit();
save:
	seamhost_progress_save();
put_platform:
	seamhost_observe_exit();
	seamhost_platform_put();
	return err;
}
module_init(seamhost_init);

static void __exit seamhost_exit(void)
{
	seamhost_sysfs_exit();
	seamhost_vmx_share_exit();
	seamhost_power_exit();
	seamhost_memory_exit();
	mutex_lock(&seamhost.lock);
	seamhost_take_down();
	mutex_unlock(&seamhost.lock);
	seamhost_progress_save();
	seamhost_observe_exit();
	seamhost_platform_put();
}
module_exit(seamhost_exit);

MODULE_DESCRIPTION("Host side of Intel TDX: SEAMCALLs and the TDX module's state");
MODULE_LICENSE("GPL");
