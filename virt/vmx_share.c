// SPDX-License-Identifier: GPL-2.0-only
/*
 * VMX belongs to one owner per machine. Where kvm_intel is, it is that owner:
 * an empty VM, held open, makes it keep every CPU in VMX operation, also CPUs
 * that come later, and we borrow that. So no ordinary VM ever finds VMX taken.
 */
#include <linux/delay.h>
#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/kmod.h>
#include <linux/kvm.h>
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/smp.h>
#include "state.h"
#include "vmx.h"

static struct file *vm;
static bool asking;		/* kvm_intel is being loaded because of us */
static bool given_up;		/* VMX is off for kvm_intel, which starts */

static bool is_kvm_intel(const struct file *dev)
{
	const struct module *owner = dev->f_op->owner;

	return owner && !strcmp(owner->name, "kvm_intel") &&
	       dev->f_op->unlocked_ioctl;
}

/* KVM gives VMs as descriptors of the caller: take the file, drop the number. */
static struct file *create_vm(struct file *dev)
{
	long fd = dev->f_op->unlocked_ioctl(dev, KVM_CREATE_VM, 0);
	struct file *file;

	if (fd < 0)
		return ERR_PTR(fd);
	file = fget(fd);
	close_fd(fd);
	return file ?: ERR_PTR(-EBADF);
}

static int borrow(void)
{
	struct file *dev = filp_open("/dev/kvm", O_RDWR, 0);
	int err = 0;

	if (IS_ERR(dev))
		return 0;
	if (is_kvm_intel(dev)) {
		vm = create_vm(dev);
		if (IS_ERR(vm)) {
			err = PTR_ERR(vm);
			vm = NULL;
			pr_err("kvm_intel is loaded but does not turn VMX on (%d): another hypervisor may hold it\n",
			       err);
		} else {
			pr_info("VMX is borrowed from kvm_intel\n");
		}
	}
	fput(dev);
	return err;
}

/**
 * seamhost_vmx_borrow() - have kvm_intel keep VMX on, where it can be loaded
 *
 * Process context. Without kvm_intel, VMX is ours to turn on.
 *
 * Return: 0, or a negative errno when kvm_intel refused.
 */
int seamhost_vmx_borrow(void)
{
	if (vm)
		return 0;
	/* rather now than when VMX is ours and it would find that taken */
	WRITE_ONCE(asking, true);
	request_module("kvm_intel");
	WRITE_ONCE(asking, false);
	return borrow();
}

/* No CPU makes SEAMCALLs any more. */
void seamhost_vmx_return(void)
{
	if (vm)
		fput(vm);
	vm = NULL;
}

static void vmx_off_here(void *unused)
{
	seamhost.plat->vmx_off();
}

static void vmx_on_here(void *unused)
{
	seamhost.plat->vmx_on();
}

/*
 * kvm_intel comes while VMX is ours. Some kernels' kvm_intel takes VMX as it
 * starts and fails when it is taken, so it is off from before that; no TD may
 * begin until it is on again.
 */
static void make_room(void)
{
	if (!seamhost.up || seamhost.plat != &seamhost_hw_ops || vm)
		return;
	if (!seamhost_hkids_freeze()) {
		pr_warn("kvm_intel comes while TDs live and VMX is theirs: ordinary VMs cannot run; end the TDs and load seamhost anew, kvm_intel first\n");
		return;
	}
	given_up = true;
	/* KVM takes the CPU hotplug lock itself */
	on_each_cpu(vmx_off_here, NULL, 1);
}

static void go_on(bool kvm_is_there)
{
	if (!given_up)
		return;
	given_up = false;
	/* a CPU that came meanwhile */
	on_each_cpu(vmx_off_here, NULL, 1);
	if (kvm_is_there)
		borrow();
	on_each_cpu(vmx_on_here, NULL, 1);
	seamhost_hkids_thaw();
}

static int on_module(struct notifier_block *nb, unsigned long event, void *data)
{
	const struct module *mod = data;
	bool locked;

	if (strcmp(mod->name, "kvm_intel"))
		return NOTIFY_DONE;
	/*
	 * seamhost_vmx_borrow() holds the lock while it waits for kvm_intel,
	 * perhaps for this very notifier; it goes on by itself.
	 */
	do {
		if (READ_ONCE(asking))
			return NOTIFY_DONE;
		locked = mutex_trylock(&seamhost.lock);
		if (!locked)
			usleep_range(1000, 2000);
	} while (!locked);
	switch (event) {
	case MODULE_STATE_COMING:
		make_room();
		break;
	case MODULE_STATE_LIVE:
		go_on(true);
		break;
	case MODULE_STATE_GOING:
		go_on(false);
		break;
	}
	mutex_unlock(&seamhost.lock);
	return NOTIFY_DONE;
}

static struct notifier_block module_nb = { .notifier_call = on_module };

int seamhost_vmx_share_init(void)
{
	return register_module_notifier(&module_nb);
}

void seamhost_vmx_share_exit(void)
{
	unregister_module_notifier(&module_nb);
}
