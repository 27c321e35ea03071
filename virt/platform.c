// SPDX-License-Identifier: GPL-2.0-only
/* Who carries what SEAMCALL does not: a provider, or the hardware. */
#include <linux/device.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <seamhost/compat.h>
#include "state.h"

static struct device *provider;

static bool ops_complete(const struct seamhost_platform_ops *ops)
{
	return ops->version == SEAMHOST_PLATFORM_VERSION && ops->name &&
	       ops->probe && ops->vmx_on && ops->vmx_off && ops->keyids &&
	       ops->keyid_shift && ops->package && ops->flush_shared_ept;
}

static int use_provider(struct device *dev)
{
	const struct seamhost_platform_ops *ops = dev_get_platdata(dev);

	if (!ops || !ops_complete(ops)) {
		pr_err("device %s offers no platform table of version %d\n",
		       dev_name(dev), SEAMHOST_PLATFORM_VERSION);
		return -EINVAL;
	}
	if (!try_module_get(ops->owner)) {
		pr_err("the module behind device %s is going away\n",
		       dev_name(dev));
		return -ENODEV;
	}
	seamhost.plat = ops;
	return 0;
}

/*
 * Find the platform and ask it whether SEAMCALLs can be made at all. A kernel
 * that hosts TDX itself owns the hardware's module; a provider's is another.
 */
int seamhost_platform_get(void)
{
	int err = 0;

	provider = bus_find_device_by_name(&platform_bus_type, NULL,
					   SEAMHOST_PLATFORM_DEVICE);
	if (provider) {
		err = use_provider(provider);
		if (err)
			goto put_device;
	} else {
		if (seamhost_kernel_hosts_tdx()) {
			pr_err("this kernel hosts TDX itself (CONFIG_INTEL_TDX_HOST): its own code owns the TDX module, use that\n");
			return -EBUSY;
		}
		seamhost.plat = &seamhost_hw_ops;
	}

	err = seamhost.plat->probe();
	if (err)
		goto put_module;
	return 0;

put_module:
	if (provider)
		module_put(seamhost.plat->owner);
	seamhost.plat = NULL;
put_device:
	put_device(provider);
	provider = NULL;
	return err;
}

void seamhost_platform_put(void)
{
	/* the hardware is this module: no reference on itself */
	if (provider)
		module_put(seamhost.plat->owner);
	put_device(provider);
	provider = NULL;
}

/**
 * seamhost_flush_shared_ept() - drop this CPU's translations of shared GPAs
 *
 * VMX (or what stands for it) is on. Preemption off, or pinned to the CPU.
 */
void seamhost_flush_shared_ept(void)
{
	seamhost.plat->flush_shared_ept();
}
EXPORT_SYMBOL_GPL(seamhost_flush_shared_ept);
