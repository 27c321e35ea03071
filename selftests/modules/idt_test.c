// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whose interrupt descriptor table do the CPUs have? The write of "kernel" or
 * "own" to the parameter "run" fails when any CPU has the other.
 */
#include <linux/cpu.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <asm/cpu_entry_area.h>
#include <asm/desc.h>

static atomic_t kernels;

static void count(void *unused)
{
	struct desc_ptr d;

	store_idt(&d);
	if (d.address == CPU_ENTRY_AREA_RO_IDT)
		atomic_inc(&kernels);
}

static int run_set(const char *val, const struct kernel_param *kp)
{
	int n, cpus;

	cpus_read_lock();
	atomic_set(&kernels, 0);
	on_each_cpu(count, NULL, true);
	n = atomic_read(&kernels);
	cpus = num_online_cpus();
	cpus_read_unlock();

	pr_info("idt_test: %d of %d CPUs have the kernel's table\n", n, cpus);
	if (sysfs_streq(val, "kernel"))
		return n == cpus ? 0 : -EINVAL;
	if (sysfs_streq(val, "own"))
		return n ? -EINVAL : 0;
	return -ENOENT;
}

static const struct kernel_param_ops run_ops = {
	.set = run_set,
};
module_param_cb(run, &run_ops, NULL, 0200);
MODULE_PARM_DESC(run, "\"kernel\" or \"own\"");

MODULE_DESCRIPTION("Test of softseam's interrupt descriptor table");
MODULE_LICENSE("GPL");
