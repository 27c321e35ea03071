// SPDX-License-Identifier: GPL-2.0-only
/* Every host wrapper once, with operands that the module has to refuse. */
#include <linux/string.h>
#include <seamhost/decode.h>
#include <seamhost/tdh.h>
#include "calls.h"
#include "test.h"
#include "values.h"

/* what calls.h names: addresses that are no memory, numbers out of range */
#define X(type, name, value)	static type name __maybe_unused = value;
VALUES(X)
#undef X

static union {
	struct tdx_out out;
	struct tdx_more more;
	struct tdx_regs regs;
} bag;

static void *out = &bag;
static struct tdx_regs *regs = &bag.regs;

/*
 * Left out, because the module takes them without operands: what stops it for
 * good, and what bring-up did already or the next test needs.
 */
static bool left_out(const char *name)
{
	static const char * const names[] = {
		"seamldr_shutdown", "seamldr_cleanup", "tdh_sys_disable",
		"tdh_sys_update", "tdh_sys_update_v1",
	};

	return match_string(names, ARRAY_SIZE(names), name) >= 0;
}

/* These do nothing, or nothing that could be refused. */
static bool never_refused(const char *name)
{
	static const char * const names[] = {
		"tdh_mng_key_reclaimid", "tdh_sys_lp_shutdown",
	};

	return match_string(names, ARRAY_SIZE(names), name) >= 0;
}

static void judge(struct tally *t, const char *name, tdx_status_t status)
{
	const char *word = tdx_status_name(status);

	if (never_refused(name))
		result(t, tdx_ok(status), "%s has nothing to refuse", name);
	else
		result(t, tdx_failed(status) && !tdx_not_delivered(status),
		       "%s is refused: %s (%s)", name, word ? word : "?",
		       tdx_operand_name(tdx_detail(status)) ?: "no operand");
}

void test_refusals(struct tally *t)
{
#define X(name, params, args)				\
	if (!left_out(#name)) {				\
		memset(&bag, 0, sizeof(bag));		\
		judge(t, #name, name args);		\
	}
	HOST_CALLS(X)
#undef X
}
