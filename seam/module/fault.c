// SPDX-License-Identifier: GPL-2.0-only
/* Faults that a test asked for: the n-th call of a leaf goes wrong. */
#include "module.h"

bool fault_before(u64 rax __maybe_unused, u64 *st __maybe_unused,
		  enum seam_result *result __maybe_unused)
{
	return false;
}
