// SPDX-License-Identifier: GPL-2.0-only
/* softseam.ko: P-SEAMLDR and a TDX module in software, for CPUs without TDX. */
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/reboot.h>
#include "../audit.h"
#include "../svm/svm.h"
#include "kernel.h"

/* The last words: in what state did the host leave the module? */
static int on_reboot(struct notifier_block *nb, unsigned long event, void *cmd)
{
	struct seam_audit a;

	seam_audit(&a, NULL, NULL);
	pr_softseam(KERN_INFO,
		    "the machine goes down: module %s, %u CPUs in VMX operation, %u TDs\n",
		    seam_is_shut_down() ? "disabled" : "still enabled",
		    platform_cpus_on(), a.tds);
	return NOTIFY_DONE;
}

/* after the host, whatever its priority */
static struct notifier_block reboot_nb = {
	.notifier_call = on_reboot,
	.priority = INT_MIN,
};

static int __init softseam_init(void)
{
	int ret;

	ret = personality_init();
	if (ret)
		return ret;
	ret = env_init();
	if (ret)
		return ret;
	ret = platform_is_hardware() ? 0 : engine_init();
	if (ret)
		goto out_env;
	ret = seam_init();
	if (ret)
		goto out_engine;
	ret = fixup_init();
	if (ret)
		goto out_seam;
	ret = door_open();
	if (ret)
		goto out_fixup;
	ret = register_reboot_notifier(&reboot_nb);
	if (ret)
		goto out_door;
	ret = platform_open();
	if (ret)
		goto out_reboot;
	debugfs_open();
	pr_softseam(KERN_INFO, "software TDX module, nothing here is confidential\n");
	pr_softseam(KERN_INFO, "%u CPUs, %u packages, %u private KeyIDs\n",
		    seam_config.nr_lps, seam_config.nr_pkgs,
		    seam_config.keyids_private);
	return 0;

out_reboot:
	unregister_reboot_notifier(&reboot_nb);
out_door:
	door_close();
out_fixup:
	fixup_exit();
out_seam:
	seam_exit();
out_engine:
	engine_exit();
out_env:
	env_exit();
	return ret;
}

static void __exit softseam_exit(void)
{
	debugfs_close();
	platform_close();
	unregister_reboot_notifier(&reboot_nb);
	door_close();
	fixup_exit();
	seam_exit();
	engine_exit();
	env_exit();
}

module_init(softseam_init);
module_exit(softseam_exit);

MODULE_DESCRIPTION("P-SEAMLDR and TDX module in software");
MODULE_LICENSE("GPL");
