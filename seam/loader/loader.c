// SPDX-License-Identifier: GPL-2.0-only
/* P-SEAMLDR: RAX bit 63. One LP at a time; a second one gets VMfailInvalid. */
#include "../module/module.h"

#define SEAMLDR_EBADCALL	0x8000000000000003ULL

static bool loader_busy;

enum seam_result seamldr_call(struct call *c)
{
	bool idle = false;
	leaf_fn fn;

	if (!atomic_cas(&loader_busy, &idle, true))
		return SEAM_VMFAILINVALID;
	fn = host_leaf(c->g[RAX]);
	c->g[RAX] = fn ? fn(c) : SEAMLDR_EBADCALL;
	atomic_set_once(&loader_busy, false);
	return SEAM_DONE;
}
