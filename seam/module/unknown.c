// SPDX-License-Identifier: GPL-2.0-only
/* A leaf that no file of this module implements is refused as unknown. */
#include "module.h"

#define X(id, number, ...)						\
	u64 __weak leaf_##id(struct call *c __maybe_unused)		\
	{								\
		return ST_OP(OPERAND_INVALID, RAX);			\
	}
TDX_HOST_LEAVES(X)
TDX_GUEST_LEAVES(X)
#undef X
