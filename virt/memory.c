// SPDX-License-Identifier: GPL-2.0-only
/* The memory of the running kernel, as the TDX module will see it. */
#include <linux/delay.h>
#include <linux/ioport.h>
#include <linux/memory.h>
#include <linux/memory_hotplug.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/nodemask.h>
#include <linux/notifier.h>
#include <linux/slab.h>
#include "state.h"

/* Nodes are looked up at this step; what goes offline is far larger. */
#define NODE_STEP	(2 * SZ_1M)

struct scan {
	struct tdmr_region *r;
	unsigned int nr, max;
};

/* from before the first look at the memory until TDX is up, or not to be */
static bool counting;
/* Memory is on its way; the kernel has one piece come at a time. */
static bool coming;

static int node_of(u64 pa)
{
	struct page *page = pfn_to_online_page(PHYS_PFN(pa));

	return page ? page_to_nid(page) : NUMA_NO_NODE;
}

static int add_region(struct scan *s, u64 start, u64 end, int nid)
{
	struct tdmr_region *r;

	if (s->nr && s->r[s->nr - 1].end == start &&
	    s->r[s->nr - 1].nid == nid) {
		s->r[s->nr - 1].end = end;
		return 0;
	}
	if (s->nr == s->max) {
		unsigned int max = s->max ? 2 * s->max : 32;

		r = kvmalloc_array(max, sizeof(*r), GFP_KERNEL);
		if (!r)
			return -ENOMEM;
		if (s->nr)
			memcpy(r, s->r, s->nr * sizeof(*r));
		kvfree(s->r);
		s->r = r;
		s->max = max;
	}
	s->r[s->nr].start = start;
	s->r[s->nr].end = end;
	s->r[s->nr++].nid = nid;
	return 0;
}

/* One "System RAM" resource, cut where the node changes or parts are offline. */
static int add_resource(struct resource *res, void *arg)
{
	u64 at = PAGE_ALIGN(res->start), end = (res->end + 1) & PAGE_MASK;
	struct scan *s = arg;
	int err;

	while (at < end) {
		u64 next = min_t(u64, end, ALIGN(at + 1, NODE_STEP));
		int nid = node_of(at);

		/* not online: no page of it can ever reach a TD */
		if (nid != NUMA_NO_NODE) {
			err = add_region(s, at, next, nid);
			if (err)
				return err;
		}
		at = next;
	}
	return 0;
}

/**
 * seamhost_memory_scan() - find the memory that TDMRs will cover
 *
 * Fills seamhost.set (limits, CMRs) and seamhost.usable from the resource tree;
 * metadata was read. Process context.
 *
 * Return: 0 or a negative errno, reason logged.
 */
int seamhost_memory_scan(void)
{
	const struct seamhost_sysinfo *info = &seamhost.meta.info;
	struct tdmr_limits limits = {
		.max_tdmrs = info->max_tdmrs,
		.max_reserved = info->max_reserved_per_tdmr,
		.pamt_entry_size = {
			info->pamt_entry_size[0],
			info->pamt_entry_size[1],
			info->pamt_entry_size[2],
		},
		.pamt_bitmap_bits = seamhost.meta.pamt_bitmap_bits,
	};
	struct scan s = {};
	u64 ram = 0, usable = 0;
	int err, i;

	seamhost.set = kvzalloc(sizeof(*seamhost.set), GFP_KERNEL);
	if (!seamhost.set)
		return -ENOMEM;
	/* what was on its way before is seen by the scan, the rest is refused */
	WRITE_ONCE(counting, true);
	smp_mb(); /* pairs with that in going_online() */
	while (READ_ONCE(coming))
		msleep(20);
	err = tdmr_set_init(seamhost.set, &limits, seamhost.meta.cmr,
			    seamhost.meta.nr_cmrs);
	if (err) {
		pr_err("the TDX module's limits or convertible memory ranges make no sense: max TDMRs %u, reserved areas %u, %u CMRs\n",
		       limits.max_tdmrs, limits.max_reserved, seamhost.meta.nr_cmrs);
		goto drop;
	}

	err = walk_iomem_res_desc(IORES_DESC_NONE,
				  IORESOURCE_SYSTEM_RAM | IORESOURCE_BUSY,
				  0, -1, &s, add_resource);
	if (err < 0)
		goto free;
	for (i = 0; i < s.nr; i++)
		ram += s.r[i].end - s.r[i].start;

	err = -ENOMEM;
	seamhost.usable = kvmalloc_array(TDMR_USABLE_MAX(s.nr),
					 sizeof(*s.r), GFP_KERNEL);
	if (!seamhost.usable)
		goto free;
	err = tdmr_usable(seamhost.set, s.r, s.nr, seamhost.usable);
	if (err < 0)
		goto free;
	seamhost.nr_usable = err;
	for (i = 0; i < seamhost.nr_usable; i++)
		usable += seamhost.usable[i].end - seamhost.usable[i].start;
	kvfree(s.r);

	pr_info("memory: %llu MiB in %u regions, %llu MiB of it convertible (%u CMRs)\n",
		ram >> 20, s.nr, usable >> 20, seamhost.set->nr_cmrs);
	return 0;

free:
	kvfree(s.r);
drop:
	seamhost_memory_drop();
	return err;
}

/* From here on seamhost.up says it all: who sees this sees that too. */
void seamhost_memory_counted(void)
{
	/* pairs with the load in going_online() */
	smp_store_release(&counting, false);
}

void seamhost_memory_drop(void)
{
	seamhost_memory_counted();
	kvfree(seamhost.given);
	kvfree(seamhost.usable);
	kvfree(seamhost.set);
	seamhost.given = NULL;
	seamhost.nr_given = 0;
	seamhost.usable = NULL;
	seamhost.nr_usable = 0;
	seamhost.set = NULL;
}

/**
 * seamhost_memory_settle() - note which memory TDs can have
 *
 * The TDMRs are final.
 *
 * Return: 0 or -ENOMEM.
 */
int seamhost_memory_settle(void)
{
	unsigned int n = seamhost.nr_usable;

	seamhost.given = kvmalloc_array(TDMR_GIVEN_MAX(n),
					sizeof(*seamhost.given), GFP_KERNEL);
	if (!seamhost.given)
		return -ENOMEM;
	seamhost.nr_given = tdmr_given(seamhost.set, seamhost.usable, n,
				       seamhost.given);
	return 0;
}

static bool late_memory;
module_param(late_memory, bool, 0644);
MODULE_PARM_DESC(late_memory,
		 "let memory come online that TDs cannot have: they may then run out of theirs (default: no)");

/*
 * TDMRs are told to the module once, so memory that comes later is not for TDs.
 * The page allocator does not know that and would offer them little else.
 */
static int going_online(const struct memory_notify *m)
{
	phys_addr_t start = PFN_PHYS(m->start_pfn);
	size_t size = PFN_PHYS(m->nr_pages);
	u64 last = start + size - 1;
	bool early, up;

	/* either it is waited for, or refused here */
	WRITE_ONCE(coming, true);
	smp_mb(); /* pairs with that in seamhost_memory_scan() */
	/* before seamhost.up: see seamhost_memory_counted() */
	early = smp_load_acquire(&counting);
	up = READ_ONCE(seamhost.up);
	if (!early && !up)
		return NOTIFY_OK;
	if (up && seamhost_page_usable(start, size))
		return NOTIFY_OK;
	if (READ_ONCE(late_memory)) {
		pr_warn_ratelimited("memory 0x%llx-0x%llx is too late for TDX: TDs do not get it before the next boot\n",
				    (u64)start, last);
		return NOTIFY_OK;
	}
	if (!up)
		pr_err_ratelimited("memory 0x%llx-0x%llx stays offline: TDX is being configured; have it online before seamhost is loaded, or load seamhost with late_memory=1\n",
				   (u64)start, last);
	else
		pr_err_ratelimited("memory 0x%llx-0x%llx stays offline: it comes after TDX was configured and TDs cannot have it; have it online before seamhost is loaded, or load seamhost with late_memory=1\n",
				   (u64)start, last);
	return notifier_from_errno(-EBUSY);
}

static int on_memory(struct notifier_block *nb, unsigned long event, void *arg)
{
	switch (event) {
	case MEM_GOING_ONLINE:
		return going_online(arg);
	case MEM_ONLINE:
	case MEM_CANCEL_ONLINE:
		WRITE_ONCE(coming, false);
		break;
	}
	return NOTIFY_OK;
}

static struct notifier_block memory_nb = { .notifier_call = on_memory };

int seamhost_memory_init(void)
{
	return register_memory_notifier(&memory_nb);
}

void seamhost_memory_exit(void)
{
	unregister_memory_notifier(&memory_nb);
}
