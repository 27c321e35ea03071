// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages on their way to the TDX module and back. A page that the module does
 * not give back is leaked through seamhost, which counts and reports it.
 */
#include <linux/mm.h>
#include <asm/cacheflush.h>

#include "mem.h"
#include "seam.h"

#define MAX_UNUSABLE	16

/*
 * Not all memory lies in TDMRs. Unusable pages are held until a usable one is
 * found, so that the allocator does not hand out the same one again.
 */
struct page *td_page_alloc(unsigned int order)
{
	/* a large page is worth a look, no more: small ones will do */
	gfp_t gfp = order ? GFP_KERNEL_ACCOUNT | __GFP_NOWARN | __GFP_NORETRY :
			    TD_GFP;
	struct page *aside[MAX_UNUSABLE];
	struct page *page = NULL;
	unsigned int n = 0;

	while (n < MAX_UNUSABLE) {
		page = alloc_pages(gfp, order);
		if (!page || seamhost_page_usable(page_to_phys(page),
						  PAGE_SIZE << order))
			break;
		aside[n++] = page;
		page = NULL;
	}
	while (n)
		__free_pages(aside[--n], order);
	/* the module takes pages without dirty lines of the host */
	if (page)
		clflush_cache_range(page_address(page), PAGE_SIZE << order);
	return page;
}

void td_page_free(struct page *page, unsigned int order)
{
	__free_pages(page, order);
}

/*
 * A 4K page that the module is going to own, with PAMT entries for it; or
 * -ENOMEM, or -EIO when the module refused those.
 */
struct page *td_owned_alloc(void)
{
	struct page *page = td_page_alloc(0);
	int err;

	if (!page)
		return ERR_PTR(-ENOMEM);
	err = seamhost_pamt_get(page_to_phys(page));
	if (err) {
		td_page_free(page, 0);
		return ERR_PTR(err);
	}
	return page;
}

/* The module does not own it, or no more. */
void td_owned_free(struct page *page)
{
	seamhost_pamt_put(page_to_phys(page));
	td_page_free(page, 0);
}

struct page *td_control_alloc(struct td_vm *vm)
{
	struct page *page = td_owned_alloc();

	if (!IS_ERR(page))
		WRITE_ONCE(vm->entry.control_pages,
			   vm->entry.control_pages + 1);
	return page;
}

void td_control_free(struct td_vm *vm, struct page *page)
{
	WRITE_ONCE(vm->entry.control_pages, vm->entry.control_pages - 1);
	td_owned_free(page);
}

/*
 * Lines of the page may still be in caches under the TD's KeyID; after they
 * are flushed, a full write takes the memory over for the host.
 */
static int pages_returned(struct td_vm *vm, hpa_t pa, unsigned int npages)
{
	unsigned int i;

	for (i = 0; i < npages; i++) {
		hpa_t at = pa + ((hpa_t)i << PAGE_SHIFT);
		tdx_status_t st;

		st = seam_insist(tdh_phymem_page_wbinvd(seamhost_hpa(at, vm->hkid)));
		if (seam_failed(TDH_PHYMEM_PAGE_WBINVD, st))
			return -EIO;
		memset(__va(at), 0, PAGE_SIZE);
		clflush_cache_range(__va(at), PAGE_SIZE);
	}
	return 0;
}

/* Flushing is by 4K: where the page was one of 2M, it needs their entries. */
int td_page_returned(struct td_vm *vm, hpa_t pa, unsigned int npages)
{
	int ret;

	ret = seamhost_pamt_get(pa);
	if (ret)
		return ret;
	ret = pages_returned(vm, pa, npages);
	seamhost_pamt_put(pa);
	return ret;
}

int td_page_reclaim(struct page *page, enum tdx_level level)
{
	unsigned long size = level == TDX_LEVEL_2M ? SIZE_OF_2M : PAGE_SIZE;
	struct tdx_out out;
	tdx_status_t st;

	st = seam_insist(tdh_phymem_page_reclaim(page_to_phys(page), &out));
	if (seam_failed(TDH_PHYMEM_PAGE_RECLAIM, st))
		return -EIO;
	memset(page_address(page), 0, size);
	return 0;
}

void td_control_reclaim(struct td_vm *vm, struct page *page)
{
	WRITE_ONCE(vm->entry.control_pages, vm->entry.control_pages - 1);
	if (td_page_reclaim(page, TDX_LEVEL_4K))
		seamhost_page_leak(page, 0);
	else
		td_owned_free(page);
}
