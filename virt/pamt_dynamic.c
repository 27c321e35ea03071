// SPDX-License-Identifier: GPL-2.0-only
/*
 * Dynamic PAMT: the 4K level is there only for 2M ranges that hold 4K pages of
 * TDs. A range gets its two PAMT pages with the first such page and gives them
 * back with the last.
 */
#include <linux/atomic.h>
#include <linux/bitmap.h>
#include <linux/delay.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <asm/smp.h>
#include <seamhost/tdh.h>
#include "report.h"
#include "state.h"

#define BUSY_TRIES	1000
#define DEPTH		8	/* of removals that make others possible */

static DEFINE_MUTEX(lock);
static atomic_t *users;		/* of each 2M range below the last TDMR's end */
static unsigned long nr_ranges;
static unsigned long *stale;	/* ranges that have a pair and no user */
/* PAMT pages that came back, with lines of the module perhaps still in caches */
static LIST_HEAD(returned);
static DEFINE_SPINLOCK(returned_lock);

int seamhost_pamt_dynamic_init(void)
{
	const struct tdmr *last = &seamhost.set->tdmr[seamhost.set->nr - 1];

	if (!seamhost.progress->dynamic_pamt)
		return 0;
	nr_ranges = (last->base + last->size) >> PMD_SHIFT;
	stale = kvcalloc(BITS_TO_LONGS(nr_ranges), sizeof(*stale), GFP_KERNEL);
	users = kvcalloc(nr_ranges, sizeof(*users), GFP_KERNEL);
	if (users && stale)
		return 0;
	seamhost_pamt_dynamic_exit();
	return -ENOMEM;
}

void seamhost_pamt_dynamic_exit(void)
{
	struct page *page, *next;

	if (!list_empty(&returned))
		wbinvd_on_all_cpus();
	list_for_each_entry_safe(page, next, &returned, lru) {
		list_del(&page->lru);
		__free_page(page);
	}
	kvfree(users);
	users = NULL;
	kvfree(stale);
	stale = NULL;
	nr_ranges = 0;
}

/* One that the module has had is as good for it as a clean one. */
static struct page *page_returned(void)
{
	struct page *page;

	spin_lock(&returned_lock);
	page = list_first_entry_or_null(&returned, struct page, lru);
	if (page)
		list_del(&page->lru);
	spin_unlock(&returned_lock);
	return page;
}

static void page_keep(struct page *page)
{
	spin_lock(&returned_lock);
	list_add(&page->lru, &returned);
	spin_unlock(&returned_lock);
}

static struct page *pamt_page(void)
{
	struct page *page = page_returned();

	if (page)
		return page;
	page = alloc_page(GFP_KERNEL);

	if (page && !seamhost_page_usable(page_to_pfn(page) << PAGE_SHIFT,
					  PAGE_SIZE)) {
		__free_page(page);
		page = NULL;
	}
	return page;
}

/**
 * seamhost_pamt_is_dynamic() - does the TDX module use dynamic PAMT
 *
 * Return: true when it does; the other functions here do nothing otherwise.
 */
bool seamhost_pamt_is_dynamic(void)
{
	return users;
}
EXPORT_SYMBOL_GPL(seamhost_pamt_is_dynamic);

/**
 * seamhost_pamt_pair_put() - give up a pair that the TDX module has not taken
 * @pair: from seamhost_pamt_pair_get()
 */
void seamhost_pamt_pair_put(const hpa_t pair[2])
{
	unsigned int i;

	for (i = 0; i < 2; i++)
		if (pair[i])
			page_keep(pfn_to_page(PHYS_PFN(pair[i])));
}
EXPORT_SYMBOL_GPL(seamhost_pamt_pair_put);

/**
 * seamhost_pamt_pair_get() - two pages for the 4K entries of one 2M range
 * @pair: out: physical addresses; 0 where PAMT is static
 *
 * May sleep.
 *
 * Return: 0 or -ENOMEM.
 */
int seamhost_pamt_pair_get(hpa_t pair[2])
{
	unsigned int i;

	pair[0] = 0;
	pair[1] = 0;
	if (!users)
		return 0;
	for (i = 0; i < 2; i++) {
		struct page *page = pamt_page();

		if (!page) {
			seamhost_pamt_pair_put(pair);
			return -ENOMEM;
		}
		pair[i] = page_to_pfn(page) << PAGE_SHIFT;
	}
	return 0;
}
EXPORT_SYMBOL_GPL(seamhost_pamt_pair_get);

/* Another leaf may hold an entry in the same PAMT for a moment. */
#define retry_busy(call)						\
({									\
	unsigned int tries_ = BUSY_TRIES;				\
	tdx_status_t rst_;						\
									\
	for (;;) {							\
		rst_ = seamhost_retry(call);				\
		if (tdx_code(rst_) != TDX_ST_OPERAND_BUSY || !--tries_)	\
			break;						\
		usleep_range(10, 50);					\
	}								\
	rst_;								\
})

static int add_pamt(u64 range)
{
	tdx_status_t st;
	hpa_t pair[2];
	int err;

	err = seamhost_pamt_pair_get(pair);
	if (err)
		return err;
	st = retry_busy(tdh_phymem_pamt_add(range, pair[0], pair[1]));
	if (tdx_ok(st))
		return 0;
	seamhost_pamt_pair_put(pair);
	/* a removal failed earlier: they are still there */
	if (tdx_code(st) == TDX_ST_HPA_RANGE_NOT_FREE)
		return 0;
	seamhost_report("add PAMT pages", TDH_PHYMEM_PAMT_ADD, st, NULL);
	return -EIO;
}

static void take_back(u64 pa)
{
	struct page *page = pfn_to_page(PHYS_PFN(pa));
	tdx_status_t st;

	st = retry_busy(tdh_phymem_page_wbinvd(seamhost_hpa(pa,
							    seamhost_global_hkid())));
	/* as where it lies there are no 4K entries: it cannot be asked for */
	if (tdx_failed(st))
		page_keep(page);
	else
		__free_page(page);
}

static void remove_pamt(unsigned long i, unsigned int depth);

/* What @pa lies in may have been kept by it alone. */
static void remove_stale(u64 pa, unsigned int depth)
{
	unsigned long i = pa >> PMD_SHIFT;

	if (depth && i < nr_ranges && test_bit(i, stale) &&
	    !atomic_read(&users[i]))
		remove_pamt(i, depth - 1);
}

/*
 * The module keeps the pair of a range in which PAMT pages of other ranges
 * lie. It serves the range's next user, or goes once they are back.
 */
static void remove_pamt(unsigned long i, unsigned int depth)
{
	struct tdx_out out;
	tdx_status_t st;

	st = retry_busy(tdh_phymem_pamt_remove((u64)i << PMD_SHIFT, &out));
	if (tdx_failed(st)) {
		set_bit(i, stale);
		if (tdx_code(st) != TDX_ST_PAMT_PAGE_NOT_EMPTY)
			seamhost_report("remove PAMT pages",
					TDH_PHYMEM_PAMT_REMOVE, st, NULL);
		return;
	}
	clear_bit(i, stale);
	take_back(out.rdx);
	take_back(out.r8);
	remove_stale(out.rdx, depth);
	remove_stale(out.r8, depth);
}

/*
 * No TD is left, SEAMCALLs can still be made: get all pairs back. What stays
 * is the module's, as the other PAMTs are.
 */
void seamhost_pamt_dynamic_stop(void)
{
	unsigned long i, left, before;

	if (!users)
		return;
	mutex_lock(&lock);
	left = bitmap_weight(stale, nr_ranges);
	do {
		before = left;
		for_each_set_bit(i, stale, nr_ranges)
			remove_pamt(i, DEPTH);
		left = bitmap_weight(stale, nr_ranges);
	} while (left && left < before);
	mutex_unlock(&lock);
}

/**
 * seamhost_pamt_get() - make sure that a 4K page has PAMT entries
 * @pa: of a page that the TDX module is about to own as a 4K page
 *
 * Does nothing where PAMT is static. May sleep.
 *
 * Return: 0, -ENOMEM, or -EIO when the module refused TDH.PHYMEM.PAMT.ADD.
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
		if (!err) {
			clear_bit(i, stale);
			atomic_set(&users[i], 1);
		}
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
	remove_pamt(i, DEPTH);
	mutex_unlock(&lock);
}
EXPORT_SYMBOL_GPL(seamhost_pamt_put);

/**
 * seamhost_pamt_clear() - make sure that a 2M range has no 4K entries
 * @pa: of a 2M page that the TDX module is about to own as one
 *
 * It has some when an earlier removal failed. May sleep.
 *
 * Return: 0, or -EBUSY: 4K pages are all that can be had there.
 */
int seamhost_pamt_clear(phys_addr_t pa)
{
	unsigned long i = pa >> PMD_SHIFT;
	int err = 0;

	if (!users || i >= nr_ranges || !test_bit(i, stale))
		return 0;
	mutex_lock(&lock);
	if (test_bit(i, stale))
		remove_pamt(i, DEPTH);
	if (test_bit(i, stale))
		err = -EBUSY;
	mutex_unlock(&lock);
	return err;
}
EXPORT_SYMBOL_GPL(seamhost_pamt_clear);

/**
 * seamhost_pamt_split() - DEMOTE took a pair for the range at @pa
 * @pa: of a 2M page of a TD, which is 512 pages of 4K now
 */
void seamhost_pamt_split(phys_addr_t pa)
{
	if (users)
		atomic_add(PTRS_PER_PMD, &users[pa >> PMD_SHIFT]);
}
EXPORT_SYMBOL_GPL(seamhost_pamt_split);

/**
 * seamhost_pamt_joined() - PROMOTE gave the pair of the range at @pa back
 * @pa: of 512 pages of 4K, which are one 2M page of a TD now
 * @pair: what the TDX module returned
 *
 * May sleep.
 */
void seamhost_pamt_joined(phys_addr_t pa, const hpa_t pair[2])
{
	if (!users)
		return;
	atomic_sub(PTRS_PER_PMD, &users[pa >> PMD_SHIFT]);
	take_back(pair[0]);
	take_back(pair[1]);
}
EXPORT_SYMBOL_GPL(seamhost_pamt_joined);
