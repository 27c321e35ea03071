// SPDX-License-Identifier: GPL-2.0-only
/*
 * P-SEAMLDR: RAX bit 63. One LP at a time, a second one gets VMfailInvalid;
 * what concerns the whole machine every LP does once, and the last one acts.
 */
#include "loader.h"

#define SEAMINFO_SIZE	2048

struct loader loader;

void seamldr_init(void)
{
	memset(&loader, 0, sizeof(loader));
	loader.updates_left = seam_config.updates ?: LOADER_UPDATES;
}

enum seam_result seamldr_call(struct call *c)
{
	bool idle = false;
	leaf_fn fn;

	if (!atomic_cas(&loader.busy, &idle, true))
		return SEAM_VMFAILINVALID;
	fn = host_leaf(c->g[RAX]);
	c->g[RAX] = fn ? fn(c) : LDR_EBADCALL;
	atomic_set_once(&loader.busy, false);
	return SEAM_DONE;
}

bool seamldr_identity(const u8 **mrseam, const u8 **mrsigner, u16 *svn)
{
	*mrseam = loader.mrseam;
	*mrsigner = loader.mrsigner;
	*svn = loader.svn;
	return loader.svn_valid;
}

bool session_join(u64 rax, hpa_t pa, unsigned int lp)
{
	u8 bit = 1U << (lp % 8);

	if (!loader.nr_done) {
		loader.session = rax;
		loader.params_pa = pa;
	}
	if (loader.session != rax || loader.params_pa != pa ||
	    (loader.lp_done[lp / 8] & bit)) {
		session_end();
		return false;
	}
	loader.lp_done[lp / 8] |= bit;
	loader.nr_done++;
	return true;
}

bool session_complete(void)
{
	return loader.nr_done == seam_config.nr_lps;
}

void session_end(void)
{
	loader.session = 0;
	loader.nr_done = 0;
	memset(loader.lp_done, 0, sizeof(loader.lp_done));
}

static bool shared_page(hpa_t pa, u64 align)
{
	return !operand_shared_hpa(pa, align, 0);
}

static void fill_seam_info(struct seamldr_info *info)
{
	info->seam_info.valid = loader.svn_valid;
	info->seam_info.tcb_svn[0] = loader.svn & 0xff;
	info->seam_info.tcb_svn[1] = loader.svn >> 8;
	memcpy(info->seam_info.mrseam, loader.mrseam,
	       sizeof(info->seam_info.mrseam));
	memcpy(info->seam_info.mrsigner, loader.mrsigner,
	       sizeof(info->seam_info.mrsigner));
	info->seam_info.attributes = loader.attributes;
}

u64 leaf_SEAMLDR_INFO(struct call *c)
{
	struct seamldr_info *info;

	if (!shared_page(c->g[RCX], sizeof(*info)))
		return LDR_EBADPARAM;
	info = env_host_ptr(c->g[RCX] & SEAM_HPA_MASK);
	memset(info, 0, sizeof(*info));
	info->vendor_id = TDX_VENDOR_INTEL;
	info->build_date = 0x20230901;
	info->build_num = 1;
	info->major_version = 1;
	info->minor_version = 5;
	info->num_remaining_updates = loader.updates_left;
	fill_seam_info(info);
	info->seam_ready = tdxm.loaded;
	info->p_seam_ready = 1;
	return 0;
}

u64 leaf_SEAMLDR_SEAMINFO(struct call *c)
{
	struct seamldr_info info = {};
	u8 *out;

	if (!shared_page(c->g[RCX], SEAMINFO_SIZE))
		return LDR_EBADPARAM;
	fill_seam_info(&info);
	out = env_host_ptr(c->g[RCX] & SEAM_HPA_MASK);
	memset(out, 0, SEAMINFO_SIZE);
	memcpy(out, &info.seam_info, sizeof(info.seam_info));
	return 0;
}

u64 leaf_SEAMLDR_SHUTDOWN(struct call *c)
{
	if (!tdxm.loaded || module_in_use(c->lp)) {
		session_end();
		return LDR_EBADCALL;
	}
	if (!session_join(c->g[RAX], 0, c->lp->id))
		return LDR_EBADCALL;
	if (!session_complete())
		return 0;
	session_end();
	module_unload();
	return 0;
}

/* SEAMLDR_INFO.FEATURES0 does not offer it. */
u64 leaf_SEAMLDR_CLEANUP(struct call *c __maybe_unused)
{
	return LDR_EBADCALL;
}
