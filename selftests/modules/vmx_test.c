// SPDX-License-Identifier: GPL-2.0-only
/*
 * For a machine with VMX and without TDX, such as Bochs: seamhost is made to
 * believe in SEAM mode and KeyIDs, so that what it does with VMX can be seen.
 * Kprobes send its two functions that read those MSRs here; seamhost itself is
 * the module that hardware would get.
 *
 * With owner=1, for any machine: seamhost is made to believe instead that the
 * kernel hosts TDX itself, by the CPU feature that such kernels set where this
 * one has it. With slot=1 it takes a place for callbacks when CPUs come and go,
 * which is free for others once it is unloaded.
 */
#include <linux/cpuhotplug.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <asm/processor.h>
#include <asm/processor-flags.h>
#include <asm/special_insns.h>
#include <seamhost/compat.h>
#include <seamhost/entry.h>
#include <seamhost/host.h>
#include <seamhost/leaves.h>
#include <seamhost/status.h>

#define NR_SHARED	31
#define NR_PRIVATE	32

/* Called instead of seamhost's functions of those names, without the fake_. */
static int fake_hw_probe(void)
{
	return 0;
}

static int fake_hw_keyids(u32 *nr_shared, u32 *nr_private)
{
	*nr_shared = NR_SHARED;
	*nr_private = NR_PRIVATE;
	return 0;
}

static bool fake_kernel_hosts_tdx(void)
{
	return true;
}

static bool owner;
module_param(owner, bool, 0444);
MODULE_PARM_DESC(owner, "the kernel hosts TDX itself (default: no)");

static int go_to_fake(struct kprobe *p, struct pt_regs *regs);

/* without it the jump would be optimised, and then must not be redirected */
static void not_optimised(struct kprobe *p, struct pt_regs *regs,
			  unsigned long flags)
{
}

static struct fake {
	struct kprobe probe;
	void *instead;
} tdx_fakes[] = {
	{ { .symbol_name = "seamhost:hw_probe" }, fake_hw_probe },
	{ { .symbol_name = "seamhost:hw_keyids" }, fake_hw_keyids },
}, owner_fakes[] = {
	{ { .symbol_name = "seamhost:seamhost_kernel_hosts_tdx" },
	  fake_kernel_hosts_tdx },
};

static struct fake *fakes = tdx_fakes;
static int nr_fakes = ARRAY_SIZE(tdx_fakes);

static int go_to_fake(struct kprobe *p, struct pt_regs *regs)
{
	regs->ip = (unsigned long)container_of(p, struct fake, probe)->instead;
	return 1;
}

static bool fakes_on;

static void remove_fakes(void)
{
	int i;

	for (i = 0; fakes_on && i < nr_fakes; i++)
		unregister_kprobe(&fakes[i].probe);
	fakes_on = false;
}

static void place_fakes(void)
{
	int i, err;

	for (i = 0; i < nr_fakes; i++) {
		const char *name = fakes[i].probe.symbol_name;

		memset(&fakes[i].probe, 0, sizeof(fakes[i].probe));
		fakes[i].probe.symbol_name = name;
		fakes[i].probe.pre_handler = go_to_fake;
		fakes[i].probe.post_handler = not_optimised;
		err = register_kprobe(&fakes[i].probe);
		if (err) {
			pr_err("vmx_test: no kprobe on %s: %d\n", name, err);
			while (i--)
				unregister_kprobe(&fakes[i].probe);
			return;
		}
	}
	fakes_on = true;
}

static int on_module(struct notifier_block *nb, unsigned long event, void *data)
{
	const struct module *mod = data;

	if (strcmp(mod->name, "seamhost"))
		return NOTIFY_DONE;
	if (event == MODULE_STATE_COMING)
		place_fakes();
	else if (event == MODULE_STATE_GOING)
		remove_fakes();
	return NOTIFY_DONE;
}

static struct notifier_block module_nb = { .notifier_call = on_module };

/* "0:1 1:1": CR4.VMXE of each CPU */
static int vmxe_of(void *unused)
{
	return !!(native_read_cr4() & X86_CR4_VMXE);
}

static int vmxe_get(char *buf, const struct kernel_param *kp)
{
	unsigned int cpu;
	int at = 0;

	for_each_online_cpu(cpu)
		at += sysfs_emit_at(buf, at, "%s%u:%d", at ? " " : "", cpu,
				    smp_call_on_cpu(cpu, vmxe_of, NULL, false));
	return at + sysfs_emit_at(buf, at, "\n");
}

static const struct kernel_param_ops vmxe_ops = { .get = vmxe_get };

module_param_cb(vmxe, &vmxe_ops, NULL, 0400);

/* A SEAMCALL on each CPU; seamhost's symbols come and go with it. */
static int call_on(void *call)
{
	typeof(__seamcall) *seamcall = call;
	/* refused by every module that answers at all */
	tdx_status_t st = seamcall(TDX_LEAF_RAX(TDH_SYS_RD), 0, ~0ULL, 0, 0, 0);

	return tdx_not_delivered(st) ? (int)tdx_detail(st) : 0;
}

static int seamcall_get(char *buf, const struct kernel_param *kp)
{
	typeof(__seamcall) *seamcall = symbol_get(__seamcall);
	unsigned int cpu;
	int at = 0, trap;

	if (!seamcall)
		return -ENODEV;
	for_each_online_cpu(cpu) {
		trap = smp_call_on_cpu(cpu, call_on, seamcall, false);
		at += sysfs_emit_at(buf, at, "%s%u:", at ? " " : "", cpu);
		if (trap)
			at += sysfs_emit_at(buf, at, "trap%d", trap);
		else
			at += sysfs_emit_at(buf, at, "answered");
	}
	symbol_put(__seamcall);
	return at + sysfs_emit_at(buf, at, "\n");
}

static const struct kernel_param_ops seamcall_ops = { .get = seamcall_get };

module_param_cb(seamcall, &seamcall_ops, NULL, 0400);

/* As if a TD lived: hold one of its KeyIDs while this is 1. */
static int hkid = -1;

static int hold_hkid(void)
{
	typeof(seamhost_hkid_alloc) *alloc = symbol_get(seamhost_hkid_alloc);

	if (!alloc)
		return -ENODEV;
	hkid = alloc();
	symbol_put(seamhost_hkid_alloc);
	return hkid < 0 ? hkid : 0;
}

static int drop_hkid(void)
{
	typeof(seamhost_hkid_free) *give = symbol_get(seamhost_hkid_free);

	if (!give)
		return -ENODEV;
	give(hkid);
	hkid = -1;
	symbol_put(seamhost_hkid_free);
	return 0;
}

static int hold_set(const char *val, const struct kernel_param *kp)
{
	bool hold, held = hkid >= 0;
	int err = kstrtobool(val, &hold);

	if (err || hold == held)
		return err;
	return hold ? hold_hkid() : drop_hkid();
}

static const struct kernel_param_ops hold_ops = { .set = hold_set };

module_param_cb(hold, &hold_ops, NULL, 0200);

/* The flag, where the kernel has it; a kprobe, where it knows of no such. */
static void set_owner(bool on)
{
	const int flag = COMPAT_TDX_HOST_FLAG;
	unsigned long *flags = (unsigned long *)boot_cpu_data.x86_capability;

	fakes = owner_fakes;
	nr_fakes = flag < 0 ? ARRAY_SIZE(owner_fakes) : 0;
	if (flag >= 0 && on)
		set_bit(flag, flags);
	else if (flag >= 0)
		clear_bit(flag, flags);
}

static bool slot;
module_param(slot, bool, 0444);
MODULE_PARM_DESC(slot, "take a place for CPU callbacks (default: no)");

static int place;

static int nothing(unsigned int cpu)
{
	return 0;
}

static int __init vmx_test_init(void)
{
	if (slot) {
		place = cpuhp_setup_state_nocalls(CPUHP_AP_ONLINE_DYN,
						  "vmx_test:online", NULL,
						  nothing);
		return min(place, 0);
	}
	if (owner)
		set_owner(true);
	return register_module_notifier(&module_nb);
}
module_init(vmx_test_init);

static void __exit vmx_test_exit(void)
{
	if (slot) {
		cpuhp_remove_state_nocalls(place);
		return;
	}
	unregister_module_notifier(&module_nb);
	remove_fakes();
	if (owner)
		set_owner(false);
}
module_exit(vmx_test_exit);

MODULE_DESCRIPTION("Shows seamhost a TDX CPU where there is only VMX");
MODULE_LICENSE("GPL");
