/* SPDX-License-Identifier: GPL-2.0-only */
/* One function for each wrapper, as a caller would compile it. */
#ifndef THUNKS_H
#define THUNKS_H

#include <seamhost/tdg.h>
#include <seamhost/tdh.h>
#include <seamhost/tdvmcall.h>
#include "calls.h"

/* where the linker put them */
extern const char __start_thunks_host[], __stop_thunks_host[];

#define X(name, params, args)	tdx_status_t c_##name params;
HOST_CALLS(X)
GUEST_CALLS(X)
#undef X

#define X(name, params, args)	struct tdvmcall_ret c_##name params;
VMCALLS(X)
#undef X

#endif /* THUNKS_H */
