// SPDX-License-Identifier: GPL-2.0-only
/*
 * Load a TDX module, or replace the one that runs while TDs live.
 *
 * All that can be found wrong is found before the running module is shut down.
 * From then on nothing but the new module can serve the TDs: a failure past
 * that point is reported as such and leaves TDX off.
 *
 * Everything that changes the module happens with all CPUs in stop_machine(),
 * in lockstep: no CPU may be in SEAM mode, and every CPU takes part.
 */
#include <linux/cpu.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/stop_machine.h>
#include <seamhost/compat.h>
#include <seamhost/tdh.h>
#include "image.h"
#include "report.h"
#include "seamldr.h"
#include "signature.h"
#include "state.h"

enum install_step {
	STEP_SHUTDOWN,		/* one CPU */
	STEP_INSTALL,		/* each */
	STEP_INIT,		/* one */
	STEP_LP_INIT,		/* each */
	STEP_UPDATE,		/* one */
	STEP_DONE,
};

static const char * const step_name[] = {
	[STEP_SHUTDOWN] = "shut the running module down",
	[STEP_INSTALL] = "install the new module",
	[STEP_INIT] = "initialise the new module",
	[STEP_LP_INIT] = "initialise CPUs for the new module",
	[STEP_UPDATE] = "hand the TDs over to the new module",
};

struct install {
	bool update;		/* TDs live on; else a first load */
	u16 handoff;
	struct seamldr_params *params;
	struct page *sigstruct;
	struct page **module;
	unsigned int nr_pages;

	/* in stop_machine() */
	atomic_t arrived;	/* CPUs that finished a step, over all steps */
	bool incomplete;	/* some CPU is offline: nothing was done */
	raw_spinlock_t lock;	/* protects what follows */
	enum install_step failed_step;
	int failed_cpu;		/* -1: nothing failed */
	enum tdh_leaf failed_leaf;
	tdx_status_t failed;
	bool shut_down;
	u64 lost;
};

static void fail(struct install *in, enum install_step step,
		 enum tdh_leaf leaf, tdx_status_t st)
{
	raw_spin_lock(&in->lock);
	if (in->failed_cpu < 0) {
		in->failed_cpu = raw_smp_processor_id();
		WRITE_ONCE(in->failed_step, step);
		in->failed_leaf = leaf;
		in->failed = st;
	}
	raw_spin_unlock(&in->lock);
}

/* One CPU's part of a step. Interrupts off. */
static void take_step(struct install *in, enum install_step step)
{
	enum tdh_leaf leaf;
	struct tdx_out out;
	tdx_status_t st;
	u64 lost = 0;

	switch (step) {
	case STEP_SHUTDOWN:
		leaf = TDH_SYS_SHUTDOWN;
		st = seamhost_retry(tdh_sys_shutdown(in->handoff));
		in->shut_down = tdx_ok(st);
		break;
	case STEP_INSTALL:
		leaf = SEAMLDR_INSTALL;
		st = seamhost_seamldr_install(virt_to_phys(in->params), &lost);
		if (lost)
			in->lost = lost;
		break;
	case STEP_INIT:
		leaf = TDH_SYS_INIT;
		st = seamhost_retry(tdh_sys_init(0, &out));
		break;
	case STEP_LP_INIT:
		leaf = TDH_SYS_LP_INIT;
		st = seamhost_retry(tdh_sys_lp_init(&out));
		break;
	default:
		leaf = TDH_SYS_UPDATE;
		st = seamhost_retry(tdh_sys_update());
		break;
	}
	if (tdx_failed(st))
		fail(in, step, leaf, st);
}

static bool on_one_cpu(enum install_step step)
{
	return step != STEP_INSTALL && step != STEP_LP_INIT;
}

/* Runs on all CPUs at once, interrupts off: do one thing, wait for all, go on. */
static int in_lockstep(void *arg)
{
	struct install *in = arg;
	bool first = cpumask_first(cpu_online_mask) == raw_smp_processor_id();
	enum install_step step = in->update ? STEP_SHUTDOWN : STEP_INSTALL;
	enum install_step end = in->update ? STEP_DONE : STEP_INIT;
	unsigned int want = 0;

	/* P-SEAMLDR waits for every CPU of the machine */
	if (num_online_cpus() != num_present_cpus()) {
		WRITE_ONCE(in->incomplete, true);
		return 0;
	}
	for (; step < end; step++) {
		if (first || !on_one_cpu(step))
			take_step(in, step);
		atomic_inc(&in->arrived);
		want += num_online_cpus();
		while (atomic_read(&in->arrived) < want)
			cpu_relax();
		/*
		 * All see a failure of this step: it was written before the
		 * last arrived. A fast CPU may have failed the next one by
		 * now; it waits there for all the others.
		 */
		if (READ_ONCE(in->failed_step) <= step)
			break;
	}
	return 0;
}

static void free_pages_of(struct install *in)
{
	while (in->nr_pages)
		__free_page(in->module[--in->nr_pages]);
	kvfree(in->module);
	if (in->sigstruct)
		__free_page(in->sigstruct);
	free_page((unsigned long)in->params);
}

/* Copy the image to pages that P-SEAMLDR can read. */
static int prepare(struct install *in, const struct seam_image *image)
{
	unsigned int i;

	in->params = (void *)get_zeroed_page(GFP_KERNEL);
	in->sigstruct = alloc_page(GFP_KERNEL | __GFP_ZERO);
	in->module = kvcalloc(image->module_pages, sizeof(*in->module),
			      GFP_KERNEL);
	if (!in->params || !in->sigstruct || !in->module)
		return -ENOMEM;
	memcpy(page_address(in->sigstruct), image->sigstruct,
	       sizeof(struct seam_sigstruct));
	in->params->scenario = in->update;
	in->params->sigstruct_pa = page_to_phys(in->sigstruct);
	for (i = 0; i < image->module_pages; i++) {
		struct page *page = alloc_page(GFP_KERNEL);

		if (!page)
			return -ENOMEM;
		in->module[in->nr_pages++] = page;
		memcpy(page_address(page),
		       image->module + (size_t)i * SEAM_IMAGE_PAGE,
		       SEAM_IMAGE_PAGE);
		in->params->module_page_pa[i] = page_to_phys(page);
	}
	in->params->num_module_pages = image->module_pages;
	return 0;
}

/* Does it fit this machine, and the module that runs? */
static int check_fit(const struct seam_image *image, struct install *in)
{
	const struct seamhost_sysinfo *info = &seamhost.meta.info;
	struct seam_running running = {
		.module_hv = seamhost.meta.module_hv,
		.min_update_hv = seamhost.meta.min_update_hv,
		.no_downgrade = seamhost.meta.no_downgrade,
		.max_tdmrs = seamhost.set->nr,
		.max_reserved = info->max_reserved_per_tdmr,
		.pamt_entry_size = {
			info->pamt_entry_size[0],
			info->pamt_entry_size[1],
			info->pamt_entry_size[2],
		},
	};
	struct seamldr_info seamldr;
	const char *wrong;
	int err;

	if (!(info->features0 & TDX_FEATURE_TD_PRESERVING)) {
		pr_err("the running module cannot be updated at run time (no TD preserving)\n");
		return -EOPNOTSUPP;
	}
	err = seamhost_seamldr_ask(&seamldr);
	if (err)
		return err;
	if (!seamldr.num_remaining_updates) {
		pr_err("P-SEAMLDR takes no more updates before the machine's next power cycle\n");
		return -ENOSPC;
	}
	running.cpu = seamhost_cpu_signature();
	wrong = seam_image_fits(image, &running, &in->handoff);
	if (wrong) {
		pr_err("module image refused: %s\n", wrong);
		return -EINVAL;
	}
	return 0;
}

static void report_failure(const struct install *in)
{
	char step[64];

	if (in->incomplete) {
		pr_err("%u of %u CPUs are offline: P-SEAMLDR needs every CPU, bring them online\n",
		       num_present_cpus() - num_online_cpus(),
		       num_present_cpus());
		return;
	}
	snprintf(step, sizeof(step), "%s (CPU %d)", step_name[in->failed_step],
		 in->failed_cpu);
	seamhost_report(step, in->failed_leaf, in->failed, NULL);
}

static void vmx_on_here(void *failed)
{
	if (seamhost.plat->vmx_on())
		atomic_inc(failed);
}

static void vmx_off_here(void *unused)
{
	seamhost.plat->vmx_off();
}

/* A first load, or one after a loss: SEAMCALLs are possible just for this. */
static int load_fresh(struct install *in)
{
	atomic_t failed = ATOMIC_INIT(0);

	if (seamhost_hkids_in_use()) {
		pr_err("TDs of the module that was lost still hold KeyIDs: end them first, or unload kvm-tdx and seamhost and load them again\n");
		return -EBUSY;
	}
	seamhost_take_down();
	/* no CPU comes that is not in VMX operation, none goes that is */
	cpu_hotplug_disable();
	on_each_cpu(vmx_on_here, &failed, 1);
	if (!atomic_read(&failed))
		stop_machine(in_lockstep, in, cpu_online_mask);
	on_each_cpu(vmx_off_here, NULL, 1);
	cpu_hotplug_enable();
	if (atomic_read(&failed)) {
		pr_err("%d CPUs do not enter VMX operation\n",
		       atomic_read(&failed));
		return -EIO;
	}
	if (in->failed_cpu >= 0 || in->incomplete) {
		report_failure(in);
		return -EIO;
	}
	seamhost.progress->stage = STAGE_COLD;
	return 0;
}

static int replace_running(struct install *in)
{
	stop_machine(in_lockstep, in, cpu_online_mask);
	if (in->failed_cpu < 0 && !in->incomplete)
		return 0;
	report_failure(in);
	if (!in->shut_down) {
		pr_err("the update did not begin: the old module goes on\n");
		return -EIO;
	}
	seamhost.up = false;
	seamhost.progress->stage = STAGE_LOST;
	seamhost.progress->init_done = in->failed_step > STEP_INIT;
	pr_err("the update failed past the point of no return: TDX is off and the TDs that ran are lost; %s\n",
	       in->failed_step > STEP_INSTALL ?
	       "the new module is there: unload and load kvm-tdx and seamhost, or power-cycle" :
	       "load a module image or power-cycle");
	return -ENOTRECOVERABLE;
}

static int install_locked(const struct seam_image *image)
{
	struct install in = {
		.update = seamhost.up,
		.failed_cpu = -1,
		.failed_step = STEP_DONE,
	};
	struct seamhost_sysinfo *was;
	int err;

	was = kmemdup(&seamhost.meta.info, sizeof(*was), GFP_KERNEL);
	if (!was)
		return -ENOMEM;
	raw_spin_lock_init(&in.lock);
	err = seamhost_image_check(image);
	if (!err && in.update)
		err = check_fit(image, &in);
	if (!err)
		err = prepare(&in, image);
	if (err)
		goto out;

	down_write(&seamhost.same_module);
	err = in.update ? replace_running(&in) : load_fresh(&in);
	if (!err)
		err = in.update ? seamhost_read_metadata() :
				  seamhost_bring_up();
	up_write(&seamhost.same_module);
	if (in.update && !err)
		pr_info("TDX module updated from %u.%u.%02u to %u.%u.%02u\n",
			was->major_version, was->minor_version,
			was->update_version, seamhost.meta.info.major_version,
			seamhost.meta.info.minor_version,
			seamhost.meta.info.update_version);
out:
	free_pages_of(&in);
	kfree(was);
	return err;
}

/**
 * seamhost_module_install() - load a TDX module image, or update to it
 * @data: the image file
 * @size: its length
 *
 * Process context; all CPUs stop for some milliseconds.
 *
 * Return: 0; -EINVAL, -EBADMSG or -EKEYREJECTED for an image that is refused,
 * -EOPNOTSUPP or -ENOSPC where updates are impossible, -EIO when it failed and
 * nothing changed, -ENOTRECOVERABLE when the old module is gone and the new one
 * not there. The reason is logged.
 */
int seamhost_module_install(const void *data, size_t size)
{
	struct seam_image image;
	const char *wrong;
	int err;

	wrong = seam_image_parse(data, size, &image);
	if (wrong) {
		pr_err("module image refused: %s\n", wrong);
		return -EINVAL;
	}
	mutex_lock(&seamhost.lock);
	err = seamhost.going_down ? -ESHUTDOWN : install_locked(&image);
	mutex_unlock(&seamhost.lock);
	return err;
}
