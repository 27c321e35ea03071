// SPDX-License-Identifier: GPL-2.0-only
/* The TDs that live, for status files; their owners keep the entries. */
#include <linux/list.h>
#include <linux/module.h>
#include <linux/spinlock.h>
#include "state.h"

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

bool seamhost_tds_alive(void)
{
	return !list_empty(&tds);
}
