// SPDX-License-Identifier: GPL-2.0-only
/* The entry points of tdx_module_call.S, for this module and for VMMs. */
#include <linux/export.h>
#include <seamhost/abi.h>
#include <seamhost/entry.h>

TDX_ABI_SIZE(struct tdx_more, 64);
TDX_ABI_OFFSET(struct tdx_more, r13, 56);
TDX_ABI_SIZE(struct tdvmcall_out, 40);

/* the ways of host wrappers to them */
#define X(entry)						\
	EXPORT_SYMBOL_GPL(entry);				\
	DEFINE_STATIC_CALL(seamhost##entry, entry);		\
	EXPORT_STATIC_CALL_GPL(seamhost##entry);
SEAMHOST_CALLS(X)
#undef X

EXPORT_SYMBOL_GPL(__seamcall_saved);

EXPORT_SYMBOL_GPL(__tdgcall);
EXPORT_SYMBOL_GPL(__tdgcall_out3);
EXPORT_SYMBOL_GPL(__tdgcall_out);
EXPORT_SYMBOL_GPL(__tdgcall_saved);
EXPORT_SYMBOL_GPL(__tdg_servtd_rd);
EXPORT_SYMBOL_GPL(__tdg_servtd_wr);

EXPORT_SYMBOL_GPL(__tdvmcall2);
EXPORT_SYMBOL_GPL(__tdvmcall3);
EXPORT_SYMBOL_GPL(__tdvmcall4);
EXPORT_SYMBOL_GPL(__tdvmcall5);
EXPORT_SYMBOL_GPL(__tdvmcall6);
EXPORT_SYMBOL_GPL(__tdvmcall3_out);
EXPORT_SYMBOL_GPL(__tdvmcall4_out);
EXPORT_SYMBOL_GPL(__tdvmcall5_out);
EXPORT_SYMBOL_GPL(__tdvmcall6_out);
