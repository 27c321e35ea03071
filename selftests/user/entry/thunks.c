// SPDX-License-Identifier: GPL-2.0-only
/*
 * See thunks.h. The only object whose size and steps are counted; sections
 * keep host and guest apart for that.
 */
#include "thunks.h"

#define X(name, params, args)						\
	__attribute__((__section__("thunks_host")))			\
	tdx_status_t c_##name params { return name args; }
HOST_CALLS(X)
#undef X

#define X(name, params, args)						\
	__attribute__((__section__("thunks_guest")))			\
	tdx_status_t c_##name params { return name args; }
GUEST_CALLS(X)
#undef X

#define X(name, params, args)						\
	__attribute__((__section__("thunks_guest")))			\
	struct tdvmcall_ret c_##name params { return name args; }
VMCALLS(X)
#undef X
