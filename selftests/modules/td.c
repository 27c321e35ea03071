// SPDX-License-Identifier: GPL-2.0-only
/*
 * The life of a TD, call by call: every leaf that the module offers to a host
 * succeeds at least once. The TD has no code; nothing runs in it.
 */
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/preempt.h>
#include <linux/slab.h>
#include <seamhost/abi.h>
#include <seamhost/decode.h>
#include <seamhost/host.h>
#include <seamhost/sept.h>
#include <seamhost/tdh.h>
#include "record.h"
#include "test.h"

#define MAX_PAGES	64
#define GPA_4K		0x1000ULL
#define GPA_2M		0x200000ULL
#define GPA_1G		0x40000000ULL
#define GPA_2G		0x80000000ULL
#define NR_VCPUS	2

/* what was given to the module and has to come back */
struct given {
	struct page *page;
	unsigned int order;
	bool back;
};

struct td_test {
	struct tally *t;
	struct given given[MAX_PAGES];
	unsigned int n;
	hpa_t tdr, first, large;
	hpa_t tdvpr[NR_VCPUS];
	int hkid;
	struct tdx_out out;
	struct tdx_more more;
	bool no_memory;
};

static bool done(struct td_test *d, u64 rax, tdx_status_t status)
{
	const struct tdx_call call = {
		.rax = rax, .status = status, .out = &d->out,
	};
	char text[TDX_DESCRIPTION_MAX];

	tdx_describe(text, sizeof(text), &call);
	result(d->t, tdx_ok(status), "%s", text);
	return tdx_ok(status);
}

#define DO(d, leaf, wrapper, ...)					\
	done(d, leaf, RECORDED(wrapper, ##__VA_ARGS__))

/* The same for leaves that an interrupt ends without effect. */
#define REPEAT(d, leaf, wrapper, ...)					\
({									\
	int tries_ = 1000;						\
	tdx_status_t st_;						\
									\
	do {								\
		st_ = RECORDED(wrapper, __VA_ARGS__);			\
	} while (tdx_code(st_) == TDX_ST_INTERRUPTED_RESTARTABLE &&	\
		 --tries_);						\
	done(d, leaf, st_);						\
})

static hpa_t give(struct td_test *d, unsigned int order)
{
	struct page *page = NULL;

	if (d->n < MAX_PAGES)
		page = alloc_pages(GFP_KERNEL | __GFP_ZERO, order);
	if (!page) {
		d->no_memory = true;
		return ~0ULL << 12;
	}
	d->given[d->n++] = (struct given){ .page = page, .order = order };
	return page_to_phys(page);
}

static void came_back(struct td_test *d, hpa_t pa)
{
	unsigned int i;

	for (i = 0; i < d->n; i++)
		if (page_to_phys(d->given[i].page) == pa)
			d->given[i].back = true;
}

static int key_config(void *arg)
{
	struct td_test *d = arg;
	tdx_status_t status = RECORDED(tdh_mng_key_config, d->tdr);

	return seamhost_errno(status);
}

static void create(struct td_test *d, struct td_params *params)
{
	const struct seamhost_sysinfo *info = seamhost_sysinfo();
	int i, err;

	d->tdr = give(d, 0);
	DO(d, TDH_MNG_CREATE, tdh_mng_create, d->tdr, d->hkid);
	err = seamhost_on_each_package(key_config, d);
	result(d->t, !err, "TDH.MNG.KEY.CONFIG on each package");
	for (i = 0; i < info->tdcs_pages; i++)
		DO(d, TDH_MNG_ADDCX, tdh_mng_addcx, give(d, 0), d->tdr);

	params->attributes = TD_ATTR_DEBUG | info->attributes_fixed1;
	params->xfam = info->xfam_fixed1;
	params->max_vcpus = NR_VCPUS;
	params->eptp_controls = TD_EPTP_WB | TD_EPTP_LEVELS(4);
	params->config_flags = info->config_flags_fixed1;
	params->tsc_frequency = 40;
	DO(d, TDH_MNG_INIT, tdh_mng_init, d->tdr, virt_to_phys(params), &d->out);
	DO(d, TDH_MNG_RD, tdh_mng_rd, d->tdr, TDX_TDCS_ATTRIBUTES, &d->out);
	result(d->t, d->out.r8 == params->attributes,
	       "TDH.MNG.RD reads what TDH.MNG.INIT was given");
	DO(d, TDX_V1(TDH_MNG_RD), tdh_mng_rd_v1, d->tdr, TDX_FIELD_NONE, &d->out);
	DO(d, TDH_MNG_WR, tdh_mng_wr, d->tdr, TDX_TDCS_NOTIFY_ENABLES, 1, 1, &d->out);
}

static hpa_t create_vcpu(struct td_test *d)
{
	hpa_t tdvpr = give(d, 0);
	int i;

	DO(d, TDH_VP_CREATE, tdh_vp_create, tdvpr, d->tdr);
	for (i = 1; i < seamhost_sysinfo()->tdvps_pages; i++)
		DO(d, TDH_VP_ADDCX, tdh_vp_addcx, give(d, 0), tdvpr);
	return tdvpr;
}

static void create_vcpus(struct td_test *d)
{
	hpa_t tdvpr = create_vcpu(d);

	DO(d, TDH_VP_INIT, tdh_vp_init, tdvpr, 0x5ea);
	DO(d, TDH_VP_RD, tdh_vp_rd, tdvpr, TDX_TDVPS_RCX, &d->out);
	result(d->t, d->out.r8 == 0x5ea, "the guest will find RCX as given");
	DO(d, TDX_V1(TDH_VP_RD), tdh_vp_rd_v1, tdvpr, TDX_FIELD_NONE, &d->out);
	DO(d, TDH_VP_WR, tdh_vp_wr, tdvpr, TDX_TDVPS_RBX, 1, ~0ULL, &d->out);
	d->tdvpr[0] = tdvpr;

	if (!(seamhost_sysinfo()->features0 & TDX_FEATURE_TOPOLOGY_ENUM))
		return;
	d->tdvpr[1] = create_vcpu(d);
	DO(d, TDX_V1(TDH_VP_INIT), tdh_vp_init_v1, d->tdvpr[1], 0, 5);
}

static void populate(struct td_test *d, void *source)
{
	enum tdx_level level;

	for (level = TDX_LEVEL_512G; level >= TDX_LEVEL_2M; level--)
		DO(d, TDH_MEM_SEPT_ADD, tdh_mem_sept_add, d->tdr, 0, level,
		   give(d, 0), &d->out);
	d->first = give(d, 0);
	DO(d, TDH_MEM_PAGE_ADD, tdh_mem_page_add, d->tdr, 0, TDX_LEVEL_4K, d->first,
	   virt_to_phys(source), &d->out);
	DO(d, TDH_MR_EXTEND, tdh_mr_extend, d->tdr, 0, &d->out);
	DO(d, TDH_MEM_SEPT_RD, tdh_mem_sept_rd, d->tdr, 0, TDX_LEVEL_4K, &d->out);
	result(d->t, tdx_sept_info_state(d->out.rdx) == TDX_SEPT_MAPPED,
	       "the page is mapped");
	DO(d, TDH_MR_FINALIZE, tdh_mr_finalize, d->tdr);

	DO(d, TDH_MEM_RD, tdh_mem_rd, d->tdr, 8, &d->out);
	result(d->t, d->out.r8 == ((u64 *)source)[1],
	       "TDH.MEM.RD reads what TDH.MEM.PAGE.ADD copied");
	DO(d, TDH_MEM_WR, tdh_mem_wr, d->tdr, 8, 0x77, &d->out);
	DO(d, TDH_PHYMEM_PAGE_RDMD, tdh_phymem_page_rdmd, d->first, &d->out);
	result(d->t, d->out.rcx == TDX_PT_REG && d->out.rdx == d->tdr,
	       "the page is private, and the TD's");
}

static void block(struct td_test *d, gpa_t gpa, enum tdx_level level)
{
	DO(d, TDH_MEM_RANGE_BLOCK, tdh_mem_range_block, d->tdr, gpa, level, &d->out);
	DO(d, TDH_MEM_TRACK, tdh_mem_track, d->tdr);
}

/* The same with room for L2 VMs, of which this TD has none. */
static void change_with_l2(struct td_test *d)
{
	struct tdx_more *more = &d->more;
	hpa_t page = give(d, 0);

	*more = (struct tdx_more){ .r10 = TDX_NULL_PA, .r11 = TDX_NULL_PA };
	block(d, GPA_2M, TDX_LEVEL_2M);
	REPEAT(d, TDH_MEM_PAGE_DEMOTE, tdh_mem_page_demote_more, d->tdr, GPA_2M,
	       TDX_LEVEL_2M, 0, page, TDX_NULL_PA, more);
	block(d, GPA_2M, TDX_LEVEL_2M);
	if (REPEAT(d, TDX_V1(TDH_MEM_PAGE_PROMOTE), tdh_mem_page_promote_v1, d->tdr,
		   GPA_2M, TDX_LEVEL_2M, &d->out)) {
		result(d->t, d->out.rcx == page && d->out.r9 == TDX_NULL_PA,
		       "the page comes back, and none of L2 VMs");
		came_back(d, d->out.rcx);
	}

	page = give(d, 0);
	*more = (struct tdx_more){ .r10 = TDX_NULL_PA, .r11 = TDX_NULL_PA };
	DO(d, TDX_V1(TDH_MEM_SEPT_ADD), tdh_mem_sept_add_l2, d->tdr, GPA_2G,
	   TDX_LEVEL_1G, 0, page, TDX_NULL_PA, more);
	result(d->t, more->r8 == TDX_NULL_PA && more->r9 == TDX_NULL_PA,
	       "the page is consumed, and none of L2 VMs is");
	block(d, GPA_2G, TDX_LEVEL_1G);
	if (DO(d, TDX_V1(TDH_MEM_SEPT_REMOVE), tdh_mem_sept_remove_v1, d->tdr,
	       GPA_2G, TDX_LEVEL_1G, &d->out))
		came_back(d, d->out.rcx);
}

/* The 2M page in small pieces, blocked and ready to be merged. */
static void split(struct td_test *d)
{
	hpa_t page = give(d, 0);

	block(d, GPA_2M, TDX_LEVEL_2M);
	REPEAT(d, TDH_MEM_PAGE_DEMOTE, tdh_mem_page_demote, d->tdr, GPA_2M,
	       TDX_LEVEL_2M, page, &d->out);
	block(d, GPA_2M, TDX_LEVEL_2M);
}

static void change(struct td_test *d)
{
	hpa_t page;

	DO(d, TDH_MEM_PAGE_AUG, tdh_mem_page_aug, d->tdr, GPA_4K, TDX_LEVEL_4K,
	   give(d, 0), &d->out);
	block(d, GPA_4K, TDX_LEVEL_4K);
	DO(d, TDH_MEM_RANGE_UNBLOCK, tdh_mem_range_unblock, d->tdr, GPA_4K,
	   TDX_LEVEL_4K, &d->out);
	block(d, GPA_4K, TDX_LEVEL_4K);
	if (DO(d, TDH_MEM_PAGE_REMOVE, tdh_mem_page_remove, d->tdr, GPA_4K,
	       TDX_LEVEL_4K, &d->out))
		came_back(d, d->out.rcx);

	block(d, 0, TDX_LEVEL_4K);
	page = give(d, 0);
	if (DO(d, TDH_MEM_PAGE_RELOCATE, tdh_mem_page_relocate, d->tdr, 0,
	       TDX_LEVEL_4K, page, &d->out)) {
		result(d->t, d->out.rcx == d->first, "the old page is told");
		came_back(d, d->out.rcx);
	}

	d->large = give(d, 9);
	DO(d, TDH_MEM_PAGE_AUG, tdh_mem_page_aug, d->tdr, GPA_2M, TDX_LEVEL_2M,
	   d->large, &d->out);
	split(d);
	if (REPEAT(d, TDH_MEM_PAGE_PROMOTE, tdh_mem_page_promote, d->tdr, GPA_2M,
		   TDX_LEVEL_2M, &d->out))
		came_back(d, d->out.rcx);
	split(d);
	d->more = (struct tdx_more){};
	if (REPEAT(d, TDH_MEM_PAGE_PROMOTE, tdh_mem_page_promote_more, d->tdr,
		   GPA_2M, TDX_LEVEL_2M, &d->more))
		came_back(d, d->more.rcx);

	change_with_l2(d);

	DO(d, TDH_MEM_SEPT_ADD, tdh_mem_sept_add, d->tdr, GPA_1G, TDX_LEVEL_1G,
	   give(d, 0), &d->out);
	block(d, GPA_1G, TDX_LEVEL_1G);
	if (DO(d, TDH_MEM_SEPT_REMOVE, tdh_mem_sept_remove, d->tdr, GPA_1G,
	       TDX_LEVEL_1G, &d->out))
		came_back(d, d->out.rcx);
}

/* Each page the module still has; the TDR, which was the first, at last. */
static void reclaim(struct td_test *d)
{
	unsigned int i;

	for (i = d->n; i-- > 0;) {
		struct given *g = &d->given[i];
		hpa_t pa = page_to_phys(g->page);

		if (!g->back)
			g->back = DO(d, TDH_PHYMEM_PAGE_RECLAIM,
				     tdh_phymem_page_reclaim, pa, &d->out);
		if (!i)
			DO(d, TDH_PHYMEM_PAGE_WBINVD, tdh_phymem_page_wbinvd,
			   seamhost_hpa(pa, seamhost_global_hkid()));
		if (g->back)
			__free_pages(g->page, g->order);
		else
			seamhost_page_leak(g->page, g->order);
	}
}

static int cache_wb(void *arg)
{
	tdx_status_t status = RECORDED(tdh_phymem_cache_wb, false);
	int tries = 1000;

	while (tdx_code(status) == TDX_ST_INTERRUPTED_RESUMABLE && --tries)
		status = RECORDED(tdh_phymem_cache_wb, true);
	return seamhost_errno(status);
}

static void tear_down(struct td_test *d)
{
	int i;

	for (i = 0; i < NR_VCPUS; i++)
		if (d->tdvpr[i])
			DO(d, TDH_VP_FLUSH, tdh_vp_flush, d->tdvpr[i]);
	DO(d, TDH_MNG_VPFLUSHDONE, tdh_mng_vpflushdone, d->tdr);
	result(d->t, !seamhost_on_each_package(cache_wb, NULL),
	       "TDH.PHYMEM.CACHE.WB on each package");
	if (DO(d, TDH_MNG_KEY_FREEID, tdh_mng_key_freeid, d->tdr))
		seamhost_hkid_free(d->hkid);
	reclaim(d);
}

static void ask_module(struct td_test *d, void *buf)
{
	DO(d, TDH_SYS_RD, tdh_sys_rd, TDX_SYS_FEATURES0, &d->out);
	DO(d, TDH_SYS_RDALL, tdh_sys_rdall, virt_to_phys(buf), TDX_FIELD_NONE, &d->out);
	DO(d, TDH_SYS_INFO, tdh_sys_info, virt_to_phys(buf), 1024,
	   virt_to_phys(buf) + 1024, TDX_MAX_CMRS, &d->out);
	result(d->t, ((struct tdsysinfo *)buf)->vendor_id == TDX_VENDOR_INTEL,
	       "TDH.SYS.INFO fills the structure");
	DO(d, TDH_MNG_KEY_RECLAIMID, tdh_mng_key_reclaimid, 0);
	DO(d, TDH_SYS_LP_SHUTDOWN, tdh_sys_lp_shutdown);
	DO(d, TDX_LEAF_RAX(SEAMLDR_INFO), seamldr_info, virt_to_phys(buf));
	DO(d, TDX_LEAF_RAX(SEAMLDR_SEAMINFO), seamldr_seaminfo, virt_to_phys(buf));
}

void test_td(struct tally *t)
{
	struct td_test *d = kzalloc(sizeof(*d), GFP_KERNEL);
	void *buf = (void *)get_zeroed_page(GFP_KERNEL);
	void *source = (void *)get_zeroed_page(GFP_KERNEL);

	if (!d || !buf || !source || seamhost_get()) {
		result(t, false, "memory and a TDX module");
		goto free;
	}
	d->t = t;
	d->hkid = seamhost_hkid_alloc();
	if (d->hkid < 0) {
		result(t, false, "a KeyID");
		goto put;
	}
	((u64 *)source)[1] = 0x1122334455667788ULL;

	/* vCPU calls associate it with the CPU that makes them */
	migrate_disable();
	ask_module(d, buf);
	memset(buf, 0, PAGE_SIZE);
	create(d, buf);
	create_vcpus(d);
	populate(d, source);
	change(d);
	tear_down(d);
	migrate_enable();
	result(t, !d->no_memory, "there was memory for all of it");
put:
	seamhost_put();
free:
	kfree(d);
	free_page((unsigned long)buf);
	free_page((unsigned long)source);
}
