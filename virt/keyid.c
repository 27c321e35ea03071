// SPDX-License-Identifier: GPL-2.0-only
/*
 * Private KeyIDs. The first is the module's own (TDRs and PAMTs are under it),
 * the rest are handed to TDs.
 */
#include <linux/bitmap.h>
#include <linux/cpu.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include "state.h"

static DEFINE_SPINLOCK(lock);
static unsigned long *used;	/* bit 0: first KeyID after the global one */
static unsigned int total;
static bool frozen;		/* no TD may begin */

int seamhost_hkids_init(void)
{
	int err;

	err = seamhost.plat->keyids(&seamhost.nr_shared, &seamhost.nr_private);
	if (err)
		return err;
	if (seamhost.nr_private < 2 ||
	    seamhost.nr_shared + seamhost.nr_private > U16_MAX) {
		pr_err("%u private KeyIDs are of no use: TDX needs one itself and one per TD; raise the number in the firmware setup (TME-MT/TDX key split)\n",
		       seamhost.nr_private);
		return -ENODEV;
	}
	total = seamhost.nr_private - 1;
	used = bitmap_zalloc(total, GFP_KERNEL);
	return used ? 0 : -ENOMEM;
}

void seamhost_hkids_exit(void)
{
	bitmap_free(used);
	used = NULL;
	total = 0;
}

static unsigned int first_td_hkid(void)
{
	return seamhost.nr_shared + 2;
}

/**
 * seamhost_global_hkid() - the module's own KeyID
 *
 * Stable while a reference from seamhost_get() is held.
 */
hkid_t seamhost_global_hkid(void)
{
	return seamhost.nr_shared + 1;
}
EXPORT_SYMBOL_GPL(seamhost_global_hkid);

/**
 * seamhost_hkid_alloc() - reserve a private KeyID for a TD
 *
 * Takes the CPU hotplug lock; may sleep. From here on each package keeps a CPU
 * online, which configures the key there and writes caches back.
 *
 * Return: the KeyID, -ENOSPC when all are in use, -EAGAIN while VMX changes
 * hands, or -EIO when a package has no CPU online, logged.
 */
int seamhost_hkid_alloc(void)
{
	int ret = -ENOSPC;
	unsigned int i;

	cpus_read_lock();
	if (!seamhost_packages_online()) {
		cpus_read_unlock();
		return -EIO;
	}
	spin_lock(&lock);
	i = find_first_zero_bit(used, total);
	if (frozen) {
		ret = -EAGAIN;
	} else if (i < total) {
		__set_bit(i, used);
		ret = first_td_hkid() + i;
	}
	spin_unlock(&lock);
	cpus_read_unlock();
	return ret;
}
EXPORT_SYMBOL_GPL(seamhost_hkid_alloc);

/**
 * seamhost_hkid_free() - give a KeyID back
 * @hkid: from seamhost_hkid_alloc(); the module has freed it
 *	(TDH.MNG.KEY.FREEID), or no TD was ever created with it
 */
void seamhost_hkid_free(hkid_t hkid)
{
	unsigned int i = hkid - first_td_hkid();
	bool was = false;

	spin_lock(&lock);
	if (i < total)
		was = __test_and_clear_bit(i, used);
	spin_unlock(&lock);
	WARN_ONCE(!was, "seamhost: KeyID %u was not in use\n", hkid);
}
EXPORT_SYMBOL_GPL(seamhost_hkid_free);

/* seamhost_hkids_total() - KeyIDs that TDs can have in all */
unsigned int seamhost_hkids_total(void)
{
	return total;
}
EXPORT_SYMBOL_GPL(seamhost_hkids_total);

/* seamhost_hkids_free() - KeyIDs that are free now; may be stale at once */
unsigned int seamhost_hkids_free(void)
{
	unsigned int n;

	spin_lock(&lock);
	n = total - bitmap_weight(used, total);
	spin_unlock(&lock);
	return n;
}
EXPORT_SYMBOL_GPL(seamhost_hkids_free);

bool seamhost_hkids_in_use(void)
{
	return seamhost_hkids_free() != total;
}

/* Let no TD begin until thawed. False, and nothing changed, where one lives. */
bool seamhost_hkids_freeze(void)
{
	bool none;

	spin_lock(&lock);
	none = bitmap_empty(used, total);
	frozen = none;
	spin_unlock(&lock);
	return none;
}

void seamhost_hkids_thaw(void)
{
	spin_lock(&lock);
	frozen = false;
	spin_unlock(&lock);
}

/**
 * seamhost_hpa() - a physical address with a KeyID in it
 * @pa: physical address without KeyID
 * @hkid: KeyID
 *
 * Return: the address as TDH.PHYMEM.PAGE.WBINVD takes it.
 */
hpa_t seamhost_hpa(phys_addr_t pa, hkid_t hkid)
{
	return pa | (hpa_t)hkid << seamhost.plat->keyid_shift();
}
EXPORT_SYMBOL_GPL(seamhost_hpa);
