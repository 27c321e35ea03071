/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the host must know or do and SEAMCALL itself cannot carry. The default
 * is the hardware. Another provider registers a platform device named
 * SEAMHOST_PLATFORM_DEVICE whose platform data is this table, before
 * seamhost.ko starts; seamhost holds a reference on @owner while it uses it.
 */
#ifndef SEAMHOST_PLATFORM_H
#define SEAMHOST_PLATFORM_H

#include <linux/module.h>
#include <linux/types.h>

#define SEAMHOST_PLATFORM_DEVICE	"seam-platform"
#define SEAMHOST_PLATFORM_VERSION	1

/**
 * struct seamhost_platform_ops - the part of TDX that is not SEAMCALL
 * @version: SEAMHOST_PLATFORM_VERSION
 * @owner: module that provides the table
 * @name: one word for logs and status, e.g. "hardware"
 * @probe: can this machine make SEAMCALLs at all; 0, or a negative errno with
 *	the reason logged. Process context.
 * @vmx_on: make SEAMCALL possible on this CPU. Interrupts off.
 * @vmx_off: undo @vmx_on on this CPU. Interrupts off.
 * @keyids: number of shared (MKTME) and private (TDX) KeyIDs, as in
 *	IA32_MKTME_KEYID_PARTITIONING; the first private one is @nr_shared + 1
 * @keyid_shift: lowest bit of the KeyID in a physical address
 * @package: package (socket) of a CPU, as the module counts them for keys
 * @flush_shared_ept: drop this CPU's translations of shared GPAs (INVEPT)
 */
struct seamhost_platform_ops {
	u32 version;
	struct module *owner;
	const char *name;
	int (*probe)(void);
	int (*vmx_on)(void);
	void (*vmx_off)(void);
	int (*keyids)(u32 *nr_shared, u32 *nr_private);
	unsigned int (*keyid_shift)(void);
	unsigned int (*package)(unsigned int cpu);
	void (*flush_shared_ept)(void);
};

#endif /* SEAMHOST_PLATFORM_H */
