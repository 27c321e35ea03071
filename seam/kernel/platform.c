// SPDX-License-Identifier: GPL-2.0-only
/*
 * What TDX hardware tells or does outside SEAMCALL: VMX operation per CPU, the
 * KeyID partitioning, packages, INVEPT. Offered as platform data of a device
 * that a host layer looks for.
 */
#include <linux/atomic.h>
#include <linux/err.h>
#include <linux/module.h>
#include <linux/percpu.h>
#include <linux/platform_device.h>
#include <asm/processor-flags.h>
#include <asm/special_insns.h>
#include <seamhost/platform.h>
#include "../svm/svm.h"
#include "kernel.h"

static bool platform = true;
module_param(platform, bool, 0444);
MODULE_PARM_DESC(platform,
		 "play VMX, KeyIDs and packages too; no: the hardware has VMX, and no TD runs (default: yes)");

static DEFINE_PER_CPU(bool, vmx_is_on);
static atomic64_t shared_generation = ATOMIC64_INIT(1);
static struct platform_device *device;

bool platform_is_hardware(void)
{
	return !platform;
}

bool platform_vmx_is_on(void)
{
	if (!platform)
		return native_read_cr4() & X86_CR4_VMXE;
	return this_cpu_read(vmx_is_on);
}

unsigned int platform_cpus_on(void)
{
	unsigned int cpu, n = 0;

	for_each_online_cpu(cpu)
		n += per_cpu(vmx_is_on, cpu);
	return n;
}

u64 platform_shared_generation(void)
{
	return atomic64_read(&shared_generation);
}

static int softseam_probe(void)
{
	return 0;
}

static int softseam_vmx_on(void)
{
	int ret;

	if (this_cpu_read(vmx_is_on))
		return -EBUSY;
	ret = engine_cpu_on();
	if (ret)
		return ret;
	this_cpu_write(vmx_is_on, true);
	return 0;
}

static void softseam_vmx_off(void)
{
	if (!this_cpu_read(vmx_is_on))
		return;
	this_cpu_write(vmx_is_on, false);
	engine_cpu_off();
}

static int softseam_keyids(u32 *nr_shared, u32 *nr_private)
{
	*nr_shared = seam_config.keyids_shared;
	*nr_private = seam_config.keyids_private;
	return 0;
}

static unsigned int softseam_keyid_shift(void)
{
	return seam_config.keyid_shift;
}

static unsigned int softseam_package(unsigned int cpu)
{
	return cpu < SEAM_MAX_LPS ? seam_config.pkg_of_lp[cpu] : 0;
}

static void softseam_flush_shared_ept(void)
{
	atomic64_inc(&shared_generation);
}

static const struct seamhost_platform_ops ops = {
	.version = SEAMHOST_PLATFORM_VERSION,
	.owner = THIS_MODULE,
	.name = "softseam",
	.probe = softseam_probe,
	.vmx_on = softseam_vmx_on,
	.vmx_off = softseam_vmx_off,
	.keyids = softseam_keyids,
	.keyid_shift = softseam_keyid_shift,
	.package = softseam_package,
	.flush_shared_ept = softseam_flush_shared_ept,
};

int platform_open(void)
{
	if (!platform)
		return 0;
	device = platform_device_register_data(NULL, SEAMHOST_PLATFORM_DEVICE,
					       PLATFORM_DEVID_NONE,
					       &ops, sizeof(ops));
	return PTR_ERR_OR_ZERO(device);
}

void platform_close(void)
{
	if (platform)
		platform_device_unregister(device);
}
