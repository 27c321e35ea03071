// SPDX-License-Identifier: GPL-2.0-only
/*
 * From a loaded TDX module to one that can host TDs. The module goes forward
 * only, so each step looks at how far it was brought before: a failed bring-up
 * frees what is ours, and the next one goes on where the module stands.
 */
#include <linux/cpu.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/workqueue.h>
#include <asm/smp.h>
#include <seamhost/abi.h>
#include <seamhost/tdh.h>
#include "report.h"
#include "state.h"

/* Lay the TDMRs out and give them PAMTs; nothing told to the module yet. */
static int make_tdmrs(void)
{
	struct tdmr_set *set = seamhost.set;
	struct tdmr_region *scratch;
	int err;

	scratch = kvmalloc_array(seamhost.nr_usable, sizeof(*scratch),
				 GFP_KERNEL);
	if (!scratch)
		return -ENOMEM;
	err = tdmr_layout(set, seamhost.usable, seamhost.nr_usable, scratch);
	kvfree(scratch);
	if (err) {
		pr_err("no memory of this machine is fit for TDs: what the kernel uses and what firmware made convertible do not overlap\n");
		return err;
	}
	err = seamhost_pamt_alloc();
	if (err)
		return err;
	err = tdmr_reserve(set);
	if (err) {
		pr_err("PAMT memory is not convertible: report this as a bug with the log of the boot\n");
		return err;
	}
	if (set->dropped || set->swallowed)
		pr_info("memory: %llu KiB stay out of TDs because they would cost more than they give, %llu KiB because the module takes %u reserved areas\n",
			set->dropped >> 10, set->swallowed >> 10,
			set->limits.max_reserved);
	return 0;
}

static void free_tdmrs(void)
{
	unsigned int i;

	for (i = 0; i < seamhost.set->nr; i++)
		seamhost_pamt_free(&seamhost.set->tdmr[i]);
	seamhost.set->nr = 0;
}

static void fill_info(struct tdmr_info *info, const struct tdmr *t)
{
	unsigned int i;

	info->base = t->base;
	info->size = t->size;
	info->pamt_4k_base = t->pamt[0].base;
	info->pamt_4k_size = t->pamt[0].size;
	info->pamt_2m_base = t->pamt[1].base;
	info->pamt_2m_size = t->pamt[1].size;
	info->pamt_1g_base = t->pamt[2].base;
	info->pamt_1g_size = t->pamt[2].size;
	for (i = 0; i < t->nr_reserved; i++) {
		info->reserved[i].offset = t->reserved[i].base - t->base;
		info->reserved[i].size = t->reserved[i].size;
	}
}

/* One buffer: the pointers take the place of one TDMR_INFO, then those come. */
static int tell_tdmrs(void)
{
	struct seamhost_progress *p = seamhost.progress;
	struct tdmr_set *set = seamhost.set;
	u64 operand = seamhost_global_hkid();
	size_t size = sizeof(struct tdmr_info) * (set->nr + 1);
	tdx_status_t st;
	unsigned int i;
	struct tdmr_info *info;
	void *buf;
	u64 *ptr;

	buf = alloc_pages_exact(size, GFP_KERNEL | __GFP_ZERO);
	if (!buf)
		return -ENOMEM;
	ptr = buf;
	info = buf + sizeof(*info);
	for (i = 0; i < set->nr; i++) {
		fill_info(&info[i], &set->tdmr[i]);
		ptr[i] = virt_to_phys(&info[i]);
	}
	if (seamhost.meta.pamt_bitmap_bits)
		operand |= TDX_SYS_CONFIG_DYNAMIC_PAMT;
	st = seamhost_retry(tdh_sys_config(virt_to_phys(buf), set->nr,
					   operand));
	free_pages_exact(buf, size);
	if (tdx_failed(st))
		return seamhost_report("configure the TDX module",
				       TDH_SYS_CONFIG, st, NULL);

	p->global_hkid = seamhost_global_hkid();
	p->dynamic_pamt = seamhost.meta.pamt_bitmap_bits;
	p->nr_tdmrs = set->nr;
	memcpy(p->tdmr, set->tdmr, sizeof(p->tdmr));
	p->stage = STAGE_CONFIGURED;
	return 0;
}

/* The TDMRs that the module was given before, by this load or an earlier one. */
static int recall_tdmrs(void)
{
	struct seamhost_progress *p = seamhost.progress;

	if (p->global_hkid != seamhost_global_hkid()) {
		pr_err("the KeyID partitioning changed under the TDX module: power-cycle\n");
		return -EIO;
	}
	seamhost.set->nr = p->nr_tdmrs;
	memcpy(seamhost.set->tdmr, p->tdmr, sizeof(p->tdmr));
	return 0;
}

static int key_config(void *unused)
{
	unsigned int tries = SEAMHOST_ENTROPY_TRIES;
	tdx_status_t st;

	do {
		st = seamhost_retry(tdh_sys_key_config());
	} while (tdx_code(st) == TDX_ST_KEY_GENERATION_FAILED && --tries);

	/* done by an earlier bring-up that failed on another package */
	if (tdx_code(st) == TDX_ST_KEY_CONFIGURED || tdx_ok(st))
		return 0;
	return seamhost_report("configure the global key", TDH_SYS_KEY_CONFIG,
			       st, NULL);
}

static int configure_keys(void)
{
	bool all;
	int err;

	/*
	 * PAMT memory may have dirty lines of KeyID 0 in any cache; written
	 * back later, they would destroy what the module puts there.
	 */
	wbinvd_on_all_cpus();
	cpus_read_lock();
	all = seamhost_packages_online();
	cpus_read_unlock();
	if (!all)
		return -EAGAIN;
	err = seamhost_on_each_package(key_config, NULL);
	if (!err)
		seamhost.progress->stage = STAGE_READY;
	return err;
}

struct tdmr_work {
	struct work_struct work;
	u64 base, end;
	tdx_status_t st;
	u64 next;		/* the TDX module got as far as here */
	bool stuck;
};

/*
 * What a call did shows by whole GiB only. One that does less than a page's entry
 * does nothing.
 */
#define MAX_CALLS_PER_GIB	(SZ_1G / SZ_4K)

static void tdmr_init(struct work_struct *work)
{
	struct tdmr_work *w = container_of(work, struct tdmr_work, work);
	unsigned int still = 0;
	struct tdx_out out;

	do {
		w->st = seamhost_retry(tdh_sys_tdmr_init(w->base, &out));
		if (tdx_failed(w->st) ||
		    tdx_code(w->st) == TDX_ST_TDMR_ALREADY_INITIALIZED)
			return;
		still = out.rdx > w->next ? 0 : still + 1;
		w->stuck = still == MAX_CALLS_PER_GIB || out.rdx < w->next ||
			   out.rdx > w->end;
		w->next = out.rdx;
		cond_resched();
	} while (!w->stuck && w->next < w->end);
}

static int tdmr_init_result(const struct tdmr_work *w)
{
	if (tdx_failed(w->st))
		return seamhost_report("initialise a TDMR", TDH_SYS_TDMR_INIT,
				       w->st, NULL);
	if (!w->stuck)
		return 0;
	pr_err("cannot initialise a TDMR: TDH.SYS.TDMR.INIT succeeds, but does not get on with 0x%llx-0x%llx (now at 0x%llx); this TDX module does not work: update it\n",
	       w->base, w->end - 1, w->next);
	return -EIO;
}

/* All TDMRs in parallel: the module works on each under a lock of its own. */
static int init_tdmrs(void)
{
	struct tdmr_set *set = seamhost.set;
	struct workqueue_struct *wq;
	struct tdmr_work *work;
	unsigned int i;
	int err = 0;

	work = kcalloc(set->nr, sizeof(*work), GFP_KERNEL);
	if (!work)
		return -ENOMEM;
	wq = alloc_workqueue("seamhost_tdmr", WQ_UNBOUND, 0);
	if (!wq) {
		kfree(work);
		return -ENOMEM;
	}
	for (i = 0; i < set->nr; i++) {
		INIT_WORK(&work[i].work, tdmr_init);
		work[i].base = set->tdmr[i].base;
		work[i].next = set->tdmr[i].base;
		work[i].end = set->tdmr[i].base + set->tdmr[i].size;
		queue_work(wq, &work[i].work);
	}
	destroy_workqueue(wq);

	for (i = 0; i < set->nr && !err; i++)
		err = tdmr_init_result(&work[i]);
	kfree(work);
	if (!err)
		seamhost.progress->stage = STAGE_UP;
	return err;
}

static void announce(void)
{
	const struct seamhost_sysinfo *info = &seamhost.meta.info;
	u64 covered = 0, given = 0;
	unsigned int i;

	for (i = 0; i < seamhost.set->nr; i++)
		covered += seamhost.set->tdmr[i].size;
	for (i = 0; i < seamhost.nr_given; i++)
		given += seamhost.given[i].end - seamhost.given[i].start;

	pr_info("TDX module %u.%u.%02u build %u (%08x) is up on %s: %u CPUs in %d packages\n",
		info->major_version, info->minor_version, info->update_version,
		info->build_num, info->build_date, seamhost.plat->name,
		num_online_cpus(), seamhost_nr_packages());
	pr_info("TDs can have %llu MiB in %u TDMRs of %llu GiB, and %u KeyIDs\n",
		given >> 20, seamhost.set->nr, covered >> 30,
		seamhost_hkids_total());
}

/**
 * seamhost_bring_up() - make the TDX module ready for TDs
 *
 * Holds seamhost.lock. On failure all that is not the TDX module's by then is
 * freed, VMX is off again, and calling again continues.
 *
 * Return: 0 or a negative errno, with step, status and remedy logged.
 */
int seamhost_bring_up(void)
{
	int err;

	err = seamhost_hkids_init();
	if (err)
		return err;

	err = seamhost_cpus_start();
	if (seamhost.fresh)
		seamhost_progress_forget();
	if (err)
		goto free_hkids;
	err = seamhost_read_metadata();
	if (err)
		goto stop_cpus;
	err = seamhost_memory_scan();
	if (err)
		goto stop_cpus;

	if (seamhost.progress->stage < STAGE_CONFIGURED) {
		err = make_tdmrs();
		if (!err)
			err = tell_tdmrs();
		if (err) {
			free_tdmrs();
			goto drop_memory;
		}
	} else {
		err = recall_tdmrs();
		if (err)
			goto drop_memory;
	}
	err = seamhost_memory_settle();
	if (!err)
		err = seamhost_pamt_dynamic_init();
	if (err)
		goto drop_memory;
	if (seamhost.progress->stage < STAGE_READY) {
		err = configure_keys();
		if (err)
			goto drop_memory;
	}
	if (seamhost.progress->stage < STAGE_UP) {
		err = init_tdmrs();
		if (err)
			goto drop_memory;
	}
	seamhost.up = true;
	seamhost_memory_counted();
	announce();
	return 0;

drop_memory:
	seamhost_pamt_dynamic_exit();
	seamhost_memory_drop();
stop_cpus:
	seamhost_cpus_stop();
free_hkids:
	seamhost_hkids_exit();
	pr_err("TDX is not available; it is safe to try again\n");
	return err;
}

/*
 * The opposite, and the end of what a lost module left; the TDX module keeps
 * its PAMTs. Holds seamhost.lock.
 */
void seamhost_take_down(void)
{
	bool was_up = seamhost.up;

	seamhost.up = false;
	if (was_up)
		seamhost_pamt_dynamic_stop();
	seamhost_cpus_stop();
	seamhost_pamt_dynamic_exit();
	seamhost_memory_drop();
	seamhost_hkids_exit();
	if (was_up)
		pr_info("stopped\n");
}
