// SPDX-License-Identifier: GPL-2.0-only
/*
 * Leaves that stop the TDX module for good, and those of dynamic PAMT, which
 * want a module of their own. The host layer is not asked: whoever reads these
 * files unloads it next.
 */
#include <linux/cpu.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/smp.h>
#include <seamhost/decode.h>
#include "record.h"
#include "test.h"

#define TRIES		1000
#define ORDER_2M	9

static void describe(struct tally *t, bool ok, u64 rax, tdx_status_t status,
		     const char *what)
{
	const struct tdx_call call = { .rax = rax, .status = status };
	char text[TDX_DESCRIPTION_MAX];

	tdx_describe(text, sizeof(text), &call);
	result(t, ok, "%s: %s", what, text);
}

/* TDH.SYS.DISABLE stops on interrupts, and goes on where it was. */
void test_disable(struct tally *t)
{
	tdx_status_t status;
	int tries = TRIES;

	do {
		status = RECORDED(tdh_sys_disable);
	} while (tdx_code(status) == TDX_ST_INTERRUPTED_RESUMABLE && --tries);
	describe(t, tdx_ok(status), TDH_SYS_DISABLE, status,
		 "the module stops");
	status = RECORDED(tdh_sys_disable);
	describe(t, tdx_code(status) == TDX_ST_SYS_SHUTDOWN, TDH_SYS_DISABLE,
		 status, "once");
}

static int shut_down_here(void *arg)
{
	*(tdx_status_t *)arg = RECORDED(seamldr_shutdown);
	return 0;
}

/* P-SEAMLDR wants every CPU, each of them once; the last one unloads. */
void test_unload(struct tally *t)
{
	tdx_status_t status = {};
	int cpu, first;

	cpus_read_lock();
	first = cpumask_first(cpu_online_mask);
	cpus_read_unlock();

	smp_call_on_cpu(first, shut_down_here, &status, false);
	describe(t, tdx_ok(status), TDX_LEAF_RAX(SEAMLDR_SHUTDOWN), status,
		 "the first CPU begins");
	smp_call_on_cpu(first, shut_down_here, &status, false);
	describe(t, tdx_failed(status), TDX_LEAF_RAX(SEAMLDR_SHUTDOWN), status,
		 "the same CPU again is an error");
	for_each_present_cpu(cpu) {
		smp_call_on_cpu(cpu, shut_down_here, &status, false);
		describe(t, tdx_ok(status), TDX_LEAF_RAX(SEAMLDR_SHUTDOWN),
			 status, "another CPU");
	}
	status = tdh_sys_lp_shutdown();
	describe(t, status.raw == TDX_NOT_DELIVERED_VMFAILINVALID,
		 TDH_SYS_LP_SHUTDOWN, status, "no module is there any more");
}

static void lend_and_take_back(struct tally *t, hpa_t range, hpa_t page0,
			       hpa_t page1)
{
	struct tdx_out out = {};
	tdx_status_t status;

	status = RECORDED(tdh_phymem_pamt_add, range, page0, page1);
	describe(t, tdx_ok(status), TDH_PHYMEM_PAMT_ADD, status,
		 "two pages are lent");
	status = RECORDED(tdh_phymem_pamt_add, range, page0, page1);
	describe(t, tdx_failed(status), TDH_PHYMEM_PAMT_ADD, status, "once");
	status = RECORDED(tdh_phymem_pamt_remove, range, &out);
	describe(t, tdx_ok(status) && out.rdx == page0 && out.r8 == page1,
		 TDH_PHYMEM_PAMT_REMOVE, status, "the same come back");
	status = RECORDED(tdh_phymem_pamt_remove, range, &out);
	describe(t, tdx_failed(status), TDH_PHYMEM_PAMT_REMOVE, status, "once");
}

/* A module with dynamic PAMT: 2M of memory that it can use, and a pair. */
void test_pamt(struct tally *t)
{
	struct page *range = alloc_pages(GFP_KERNEL, ORDER_2M);
	struct page *page0 = alloc_page(GFP_KERNEL);
	struct page *page1 = alloc_page(GFP_KERNEL);

	if (range && page0 && page1)
		lend_and_take_back(t, page_to_phys(range), page_to_phys(page0),
				   page_to_phys(page1));
	else
		result(t, false, "memory");
	if (range)
		__free_pages(range, ORDER_2M);
	if (page0)
		__free_page(page0);
	if (page1)
		__free_page(page1);
}
