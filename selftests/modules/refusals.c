// SPDX-License-Identifier: GPL-2.0-only
/* Every host wrapper once, with operands that the module has to refuse. */
#include <linux/string.h>
#include <seamhost/decode.h>
#include "record.h"
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
 * Left out, because the module takes them without operands and stops for good:
 * see last.c.
 */
static bool left_out(enum wrapper w)
{
	return w == W_seamldr_shutdown || w == W_tdh_sys_disable;
}

/* These do nothing, or nothing that could be refused. */
static bool never_refused(enum wrapper w)
{
	return w == W_tdh_mng_key_reclaimid || w == W_tdh_sys_lp_shutdown;
}

static void judge(struct tally *t, enum wrapper w, tdx_status_t status)
{
	const char *name = wrapper_name(w);
	const char *word = tdx_status_name(status);

	if (never_refused(w))
		result(t, tdx_ok(status), "%s has nothing to refuse", name);
	else
		result(t, tdx_failed(status) && !tdx_not_delivered(status),
		       "%s is refused: %s (%s)", name, word ? word : "?",
		       tdx_operand_name(tdx_detail(status)) ?: "no operand");
}

void test_refusals(struct tally *t)
{
	tdx_status_t status;

#define X(name, params, args)				\
	if (!left_out(W_##name)) {			\
		memset(&bag, 0, sizeof(bag));		\
		status = name args;			\
		record(W_##name, status);		\
		judge(t, W_##name, status);		\
	}
	HOST_CALLS(X)
#undef X
}
