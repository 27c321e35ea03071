// SPDX-License-Identifier: GPL-2.0-only
/*
 * Dynamic PAMT: the 4K level is there only for 2M ranges that hold 4K pages of
 * TDs. A range gets its two PAMT pages with the first such page and gives them
 * back with the last.
 */
#include <linux/atomic.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <seamhost/tdh.h>
#include "report.h"
#include "state.h"

static DEFINE_MUTEX(lock);
static atomic_t *users;		/* of each 2M range below the last TDMR's end */
static unsigned long nr_ranges;

int seamhost_pamt_dynamic_init(void)
{
	const struct tdmr *last = &seamhost.set->tdmr[seamhost.set->nr - 1];

	if (!seamhost.progress->dynamic_pamt)
		return 0;
	nr_ranges = (last->base + last->size) >> PMD_SHIFT;
	users = kvcalloc(nr_ranges, sizeof(*users), GFP_KERNEL);
	return users ? 0 : -ENOMEM;
}

void seamhost_pamt_dynamic_exit(void)
{
	kvfree(users);
	users = NULL;
	nr_ranges = 0;
}

static struct page *pamt_page(void)
{
	struct page *page = alloc_page(GFP_KERNEL);

	if (page && !seamhost_page_usable(page_to_pfn(page) << PAGE_SHIFT,
					  PAGE_SIZE)) {
		__free_page(page);
		page = NULL;
	}
	return page;
}

static int add_pamt(u64 range)
{
	struct page *page[2] = { pamt_page(), pamt_page() };
	tdx_status_t st = {};

	if (page[0] && page[1]) {
		st = tdh_phymem_pamt_add(range,
					 page_to_pfn(page[0]) << PAGE_SHIFT,
					 page_to_pfn(page[1]) << PAGE_SHIFT);
		if (tdx_ok(st))
			return 0;
	}
	if (page[0])
		__free_page(page[0]);
	if (page[1])
		__free_page(page[1]);
	if (!page[0] || !page[1])
		return -ENOMEM;
	/* a removal failed earlier: they are still there */
	if (tdx_code(st) == TDX_ST_HPA_RANGE_NOT_FREE)
		return 0;
	return seamhost_report("add PAMT pages", TDH_PHYMEM_PAMT_ADD, st, NULL);
}

static void take_back(u64 pa)
{
	struct page *page = pfn_to_page(PHYS_PFN(pa));
	tdx_status_t st;

	st = tdh_phymem_page_wbinvd(seamhost_hpa(pa, seamhost_global_hkid()));
	if (tdx_failed(st))
		seamhost_page_leak(page, 0);
	else
		__free_page(page);
}

static void remove_pamt(u64 range)
{
	struct tdx_out out;
	tdx_status_t st;

	st = tdh_phymem_pamt_remove(range, &out);
	if (tdx_failed(st)) {
		/* kept for the next user of the range */
		seamhost_report("remove PAMT pages", TDH_PHYMEM_PAMT_REMOVE,
				st, NULL);
		return;
	}
	take_back(out.rdx);
	take_back(out.r8);
}

/**
 * seamhost_pamt_get() - make sure that a 4K page has PAMT entries
 * @pa: of a page that the TDX module is about to own as a 4K page
 *
 * Does nothing where PAMT is static. May sleep.
 *
 * Return: 0, -ENOMEM, or the errno of TDH.PHYMEM.PAMT.ADD.
 */
int seamhost_pamt_get(phys_addr_t pa)
{
	unsigned long i = pa >> PMD_SHIFT;
	int err = 0;

	if (!users)
		return 0;
	if (i >= nr_ranges)
		return -EINVAL;
	if (atomic_inc_not_zero(&users[i]))
		return 0;
	mutex_lock(&lock);
	if (!atomic_inc_not_zero(&users[i])) {
		err = add_pamt((u64)i << PMD_SHIFT);
		if (!err)
			atomic_set(&users[i], 1);
	}
	mutex_unlock(&lock);
	return err;
}
EXPORT_SYMBOL_GPL(seamhost_pamt_get);

/**
 * seamhost_pamt_put() - a 4K page is the TDX module's no more
 * @pa: as given to seamhost_pamt_get()
 *
 * May sleep.
 */
void seamhost_pamt_put(phys_addr_t pa)
{
	unsigned long i = pa >> PMD_SHIFT;

	if (!users || WARN_ON_ONCE(i >= nr_ranges))
		return;
	if (!atomic_dec_and_mutex_lock(&users[i], &lock))
		return;
	remove_pamt((u64)i << PMD_SHIFT);
	mutex_unlock(&lock);
}
EXPORT_SYMBOL_GPL(seamhost_pamt_put);
