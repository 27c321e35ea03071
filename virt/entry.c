// SPDX-License-Identifier: GPL-2.0-only
/* The entry points of tdx_module_call.S, for this module and for VMMs. */
#include <linux/export.h>
#include <seamhost/abi.h>
#include <seamhost/entry.h>

TDX_ABI_SIZE(struct tdx_more, 64);
TDX_ABI_OFFSET(struct tdx_more, r13, 56);
TDX_ABI_SIZE(struct tdvmcall_out, 40);

EXPORT_SYMBOL_GPL(__seamcall);
EXPORT_SYMBOL_GPL(__seamcall_r10);
EXPORT_SYMBOL_GPL(__seamcall_out3);
EXPORT_SYMBOL_GPL(__seamcall_out3r10);
EXPORT_SYMBOL_GPL(__seamcall_out);
EXPORT_SYMBOL_GPL(__seamcall_more);
EXPORT_SYMBOL_GPL(__seamcall_saved);
EXPORT_SYMBOL_GPL(__tdh_vp_enter);
EXPORT_SYMBOL_GPL(__tdh_servtd_prebind);
EXPORT_SYMBOL_GPL(__tdh_sys_config_v1);

EXPORT_SYMBOL_GPL(__tdgcall);
EXPORT_SYMBOL_GPL(__tdgcall_out3);
EXPORT_SYMBOL_GPL(__tdgcall_out);
EXPORT_SYMBOL_GPL(__tdgcall_more);
EXPORT_SYMBOL_GPL(__tdgcall_saved);

EXPORT_SYMBOL_GPL(__tdvmcall2);
EXPORT_SYMBOL_GPL(__tdvmcall3);
EXPORT_SYMBOL_GPL(__tdvmcall4);
EXPORT_SYMBOL_GPL(__tdvmcall5);
EXPORT_SYMBOL_GPL(__tdvmcall6);
EXPORT_SYMBOL_GPL(__tdvmcall3_out);
EXPORT_SYMBOL_GPL(__tdvmcall4_out);
EXPORT_SYMBOL_GPL(__tdvmcall5_out);
EXPORT_SYMBOL_GPL(__tdvmcall6_out);

DEFINE_STATIC_CALL(seamhost_call, __seamcall);
EXPORT_STATIC_CALL_GPL(seamhost_call);
DEFINE_STATIC_CALL(seamhost_call_r10, __seamcall_r10);
EXPORT_STATIC_CALL_GPL(seamhost_call_r10);
DEFINE_STATIC_CALL(seamhost_call_out3, __seamcall_out3);
EXPORT_STATIC_CALL_GPL(seamhost_call_out3);
DEFINE_STATIC_CALL(seamhost_call_out3r10, __seamcall_out3r10);
EXPORT_STATIC_CALL_GPL(seamhost_call_out3r10);
DEFINE_STATIC_CALL(seamhost_call_out, __seamcall_out);
EXPORT_STATIC_CALL_GPL(seamhost_call_out);
DEFINE_STATIC_CALL(seamhost_call_more, __seamcall_more);
EXPORT_STATIC_CALL_GPL(seamhost_call_more);
DEFINE_STATIC_CALL(seamhost_vp_enter, __tdh_vp_enter);
EXPORT_STATIC_CALL_GPL(seamhost_vp_enter);
DEFINE_STATIC_CALL(seamhost_servtd_prebind, __tdh_servtd_prebind);
EXPORT_STATIC_CALL_GPL(seamhost_servtd_prebind);
DEFINE_STATIC_CALL(seamhost_sys_config_v1, __tdh_sys_config_v1);
EXPORT_STATIC_CALL_GPL(seamhost_sys_config_v1);
