// SPDX-License-Identifier: GPL-2.0-only
/* The audit as text: a line for scripts first, then what is left and whose. */
#include <linux/seq_file.h>
#include "kernel.h"
#include "../audit.h"

static const char *const lifecycles[] = {
	"HKID_ASSIGNED", "KEYS_CONFIGURED", "BLOCKED", "TEARDOWN",
};

/* One TD, while the counts of all are taken: shown below them. */
static void show_td(void *arg, const struct seam_audit_td *t)
{
	seq_printf(arg, "TD %#llx HKID %u %s%s op_state %u pages %llu vCPUs %u, on a CPU %u\n",
		   t->tdr, t->hkid,
		   t->lifecycle < ARRAY_SIZE(lifecycles) ?
		   lifecycles[t->lifecycle] : "?",
		   t->fatal ? " FATAL" : "", t->op_state, t->pages, t->vcpus,
		   t->assoc_vcpus);
}

void audit_show(struct seq_file *m)
{
	struct seam_audit a;
	unsigned int i;

	seam_audit(&a, NULL, NULL);
	seq_printf(m, "owned_pages=%llu keyids=%u vcpus=%u host_writes=%llu\n",
		   a.owned, a.keyids_in_use, a.assoc_vcpus,
		   a.touches + a.touched);
	seq_printf(m, "TDs %u, vCPUs %u, running %u\n", a.tds, a.vcpus,
		   a.running_vcpus);
	for (i = 0; i < SEAM_PAGE_TYPES; i++)
		if (a.pages[i])
			seq_printf(m, "%llu pages of %s\n", a.pages[i],
				   seam_page_type_name(i));
	if (a.touched)
		seq_printf(m, "%llu pages that the host wrote to, not yet noticed by their TD\n",
			   a.touched);
	if (a.tds)
		seam_audit(&a, show_td, m);
}
