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

/* Around a call, under the lock: no interrupt may change the VMCS between. */
static u64 keep_vmcs(void)
{
	u64 vmcs = NO_VMCS;

	if (seamhost.plat != &seamhost_hw_ops || seamhost_vmptrst(&vmcs))
		return NO_VMCS;
	return vmcs;
}

static void restore_vmcs(u64 vmcs)
{
	if (vmcs != NO_VMCS)
		seamhost_vmptrld(&vmcs);
}

/**
 * seamhost_seamldr_ask() - ask P-SEAMLDR what it is
 * @info: filled on success
 *
 * Process context, seamhost.lock held, TDX up.
 *
 * Return: 0 or a negative errno.
 */
int seamhost_seamldr_ask(struct seamldr_info *info)
{
	struct seamldr_info *buf;
	unsigned long flags;
	tdx_status_t st;
	u64 vmcs;

	buf = kzalloc(sizeof(*buf), GFP_KERNEL);	/* 256 byte aligned */
	if (!buf)
		return -ENOMEM;
	raw_spin_lock_irqsave(&seamldr_lock, flags);
	vmcs = keep_vmcs();
	st = seamldr_info(virt_to_phys(buf));
	restore_vmcs(vmcs);
	raw_spin_unlock_irqrestore(&seamldr_lock, flags);
	*info = *buf;
	kfree(buf);
	if (tdx_failed(st))
		return seamhost_report("ask P-SEAMLDR", SEAMLDR_INFO, st, NULL);
	return 0;
}

/* The same for those who do not hold seamhost.lock. */
int seamhost_seamldr_info(struct seamldr_info *info)
{
	int err;

	mutex_lock(&seamhost.lock);
	err = seamhost.up ? seamhost_seamldr_ask(info) : -ENODEV;
	mutex_unlock(&seamhost.lock);
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
	unsigned long flags;
	tdx_status_t st;
	u64 vmcs;

	do {
		raw_spin_lock_irqsave(&seamldr_lock, flags);
		vmcs = keep_vmcs();
		st = seamldr_install(params, &out);
		restore_vmcs(vmcs);
		raw_spin_unlock_irqrestore(&seamldr_lock, flags);
	} while (tdx_result(TDX_LEAF_RAX(SEAMLDR_INSTALL), st) ==
		 TDX_RESULT_AGAIN && --tries);
	*lost = tdx_failed(st) && !tdx_not_delivered(st) ? out.rdx : 0;
	return st;
}
