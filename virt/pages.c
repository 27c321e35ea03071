// SPDX-License-Identifier: GPL-2.0-only
/* Pages that the TDX module may own, and pages it would not give back. */
#include <linux/atomic.h>
#include <linux/mm.h>
#include <linux/module.h>
#include "state.h"

static atomic_long_t leaked;

/**
 * seamhost_page_usable() - may the TDX module own this page
 * @pa: physical address
 * @size: bytes
 *
 * Any context; the TDX module is up and stays so.
 *
 * Return: true when the range is inside initialised TDMRs and not reserved.
 */
bool seamhost_page_usable(phys_addr_t pa, size_t size)
{
	const struct tdmr_region *r = seamhost.given;
	unsigned int lo = 0, hi = seamhost.nr_given;

	while (lo < hi) {
		unsigned int mid = lo + (hi - lo) / 2;

		if (r[mid].end <= pa)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < seamhost.nr_given && r[lo].start <= pa &&
	       r[lo].end - pa >= size;
}
EXPORT_SYMBOL_GPL(seamhost_page_usable);

/**
 * seamhost_page_leak() - give up pages that the module would not give back
 * @page: first page
 * @order: log2 of their number
 *
 * Counted and reported; the pages keep their reference and are never used
 * again. Any context.
 */
void seamhost_page_leak(struct page *page, unsigned int order)
{
	atomic_long_add(1L << order, &leaked);
	pr_err_ratelimited("leaked %lu KiB at 0x%llx: the TDX module still owns them\n",
			   4UL << order, (u64)PFN_PHYS(page_to_pfn(page)));
}
EXPORT_SYMBOL_GPL(seamhost_page_leak);

unsigned long seamhost_leaked_pages(void)
{
	return atomic_long_read(&leaked);
}
