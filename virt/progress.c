// SPDX-License-Identifier: GPL-2.0-only
/*
 * The TDX module stays configured when seamhost.ko goes, and cannot be asked
 * how. So a device without a driver is left behind that says it: which CPUs are
 * initialised, where TDMRs and PAMTs are. The driver core owns its memory.
 */
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <asm/smp.h>
#include "state.h"

#define PROGRESS_DEVICE	"seamhost-progress"

/* Pick up what an earlier load left behind, or start from nothing. */
int seamhost_progress_load(void)
{
	struct seamhost_progress *p, *old;
	struct device *dev;

	p = kzalloc(sizeof(*p), GFP_KERNEL);
	if (!p)
		return -ENOMEM;
	p->version = SEAMHOST_PROGRESS_VERSION;
	p->size = sizeof(*p);

	dev = bus_find_device_by_name(&platform_bus_type, NULL,
				      PROGRESS_DEVICE);
	if (dev) {
		old = dev_get_platdata(dev);
		if (!old || old->version != p->version ||
		    old->size != p->size) {
			put_device(dev);
			kfree(p);
			pr_err("an incompatible version of seamhost.ko left the TDX module configured: load that version again, or reboot\n");
			return -EBUSY;
		}
		*p = *old;
		platform_device_unregister(to_platform_device(dev));
		put_device(dev);
	}
	seamhost.progress = p;
	return 0;
}

/* Leave it behind for the next load. */
void seamhost_progress_save(void)
{
	struct seamhost_progress *p = seamhost.progress;
	struct platform_device *pdev;

	if (p->stage != STAGE_COLD) {
		pdev = platform_device_register_data(NULL, PROGRESS_DEVICE,
						     PLATFORM_DEVID_NONE, p,
						     sizeof(*p));
		if (IS_ERR(pdev))
			pr_err("cannot note the TDX module's state (%ld): loading seamhost again needs a reboot first\n",
			       PTR_ERR(pdev));
	}
	kfree(p);
	seamhost.progress = NULL;
}

/*
 * The TDX module was loaded afresh (SYS.INIT just succeeded): what was known of
 * the one before is void, and its PAMTs are plain memory again.
 */
void seamhost_progress_forget(void)
{
	struct seamhost_progress *p = seamhost.progress;
	unsigned int i;

	if (!p->nr_tdmrs)
		return;
	pr_info("the TDX module was loaded afresh: freeing the PAMTs of the one before\n");
	/* no line written under the module's KeyID may reach them later */
	wbinvd_on_all_cpus();
	for (i = 0; i < p->nr_tdmrs; i++)
		seamhost_pamt_free(&p->tdmr[i]);
	p->nr_tdmrs = 0;
}
