// SPDX-License-Identifier: GPL-2.0-only
/* The TDs that live, for status files; their owners keep the entries. */
#include <linux/list.h>
#include <linux/module.h>
#include <linux/spinlock.h>
#include "state.h"
#include "sysfs.h"

static LIST_HEAD(tds);
static DEFINE_SPINLOCK(tds_lock);

/**
 * seamhost_td_add() - show a TD in status files
 * @td: filled by its owner, who keeps it until seamhost_td_del()
 */
void seamhost_td_add(struct seamhost_td *td)
{
	spin_lock(&tds_lock);
	list_add_tail(&td->list, &tds);
	spin_unlock(&tds_lock);
}
EXPORT_SYMBOL_GPL(seamhost_td_add);

/**
 * seamhost_td_del() - the TD is gone
 * @td: from seamhost_td_add()
 */
void seamhost_td_del(struct seamhost_td *td)
{
	spin_lock(&tds_lock);
	list_del(&td->list);
	spin_unlock(&tds_lock);
}
EXPORT_SYMBOL_GPL(seamhost_td_del);

size_t seamhost_td_text(char *buf, size_t size, bool trusted)
{
	struct seamhost_td *td;
	size_t at = 0;

	spin_lock(&tds_lock);
	list_for_each_entry(td, &tds, list)
		at += scnprintf(buf + at, size - at,
				"td 0x%llx hkid %u pid %d vcpus %u private_pages %lu control_pages %lu shared_tables %lu\n",
				seamhost_shown(td->tdr, trusted), td->hkid,
				td->pid,
				READ_ONCE(td->vcpus),
				READ_ONCE(td->private_pages),
				READ_ONCE(td->control_pages),
				READ_ONCE(td->shared_tables));
	spin_unlock(&tds_lock);
	return at;
}

unsigned int seamhost_td_count(void)
{
	struct seamhost_td *td;
	unsigned int n = 0;

	spin_lock(&tds_lock);
	list_for_each_entry(td, &tds, list)
		n++;
	spin_unlock(&tds_lock);
	return n;
}
