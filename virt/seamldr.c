// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls to P-SEAMLDR. It serves one CPU at a time and turns a second one away,
 * and on some CPUs its return forgets which VMCS was current: an ordinary VM
 * of KVM may own that one.
 */
#include <linux/cpu.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <seamhost/tdh.h>
#include "report.h"
#include "seamldr.h"
#include "state.h"
#include "vmx.h"

#define NO_VMCS		(~0ULL)
/* P-SEAMLDR gives way to interrupts and wants entropy: that many times. */
#define SEAMLDR_TRIES	10000

static DEFINE_RAW_SPINLOCK(seamldr_lock);

struct kept {
	unsigned long flags;
	u64 vmcs;
};

static struct kept enter(void)
{
	struct kept kept = { .vmcs = NO_VMCS };

	raw_spin_lock_irqsave(&seamldr_lock, kept.flags);
	if (seamhost.plat == &seamhost_hw_ops &&
	    seamhost_vmptrst(&kept.vmcs))
		kept.vmcs = NO_VMCS;
	return kept;
}

static void leave(struct kept kept)
{
	if (kept.vmcs != NO_VMCS)
		seamhost_vmptrld(&kept.vmcs);
	raw_spin_unlock_irqrestore(&seamldr_lock, kept.flags);
}

#define X(name, word)	{ word, #name },
static const struct {
	u64 word;
	const char *name;
} names[] = {
	TDX_SEAMLDR_STATUSES(X)
};

#undef X

/* P-SEAMLDR's answers have a numbering of their own. */
const char *seamhost_seamldr_words(tdx_status_t st)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (names[i].word == st.raw)
			return names[i].name;
	return NULL;
}

static bool again(tdx_status_t st)
{
	const char *name = seamhost_seamldr_words(st);

	return name && (!strcmp(name, "EINTERRUPT") ||
			!strcmp(name, "ENOENTROPY"));
}

/**
 * seamhost_seamldr_info() - ask P-SEAMLDR what it is
 * @info: filled on success
 *
 * Process context, TDX up.
 *
 * Return: 0 or a negative errno.
 */
int seamhost_seamldr_info(struct seamldr_info *info)
{
	struct seamldr_info *buf;
	struct kept kept;
	tdx_status_t st;
	int err = 0;

	buf = kzalloc(sizeof(*buf), GFP_KERNEL);	/* 256 byte aligned */
	if (!buf)
		return -ENOMEM;
	mutex_lock(&seamhost.lock);
	if (!seamhost.up) {
		err = -ENODEV;
		goto unlock;
	}
	kept = enter();
	st = seamldr_info(virt_to_phys(buf));
	leave(kept);
	if (tdx_failed(st)) {
		pr_err_ratelimited("SEAMLDR.INFO: %s (0x%llx)\n",
				   seamhost_seamldr_words(st) ?: "failed",
				   st.raw);
		err = seamhost_errno(st);
	}
	*info = *buf;
unlock:
	mutex_unlock(&seamhost.lock);
	kfree(buf);
	return err;
}

/**
 * seamhost_seamldr_install() - SEAMLDR.INSTALL on this CPU
 * @params: struct seamldr_params
 * @lost: set to what RDX says: not 0 when the module before is gone
 *
 * Interrupts off or pinned; the CPU is in VMX operation.
 *
 * Return: the status.
 */
tdx_status_t seamhost_seamldr_install(hpa_t params, u64 *lost)
{
	unsigned int tries = SEAMLDR_TRIES;
	struct tdx_out out = {};
	struct kept kept;
	tdx_status_t st;

	do {
		kept = enter();
		st = seamldr_install(params, &out);
		leave(kept);
	} while (again(st) && --tries);
	*lost = tdx_failed(st) && !tdx_not_delivered(st) ? out.rdx : 0;
	return st;
}
