// SPDX-License-Identifier: GPL-2.0-only
/* See record.h. Kept as long as the module is loaded. */
#include <linux/atomic.h>
#include <seamhost/decode.h>
#include "record.h"

static struct {
	const char *name;
	atomic_t done, refused;
} wrappers[NR_WRAPPERS] = {
	/* in the order of enum wrapper, which comes from the same list */
#define X(wrapper, ...)	{ .name = #wrapper },
	HOST_CALLS(X)
#undef X
};

const char *wrapper_name(enum wrapper wrapper)
{
	return wrappers[wrapper].name;
}

void record(enum wrapper wrapper, tdx_status_t status)
{
	/* P-SEAMLDR's statuses have no code, but the error bit */
	if (tdx_not_delivered(status))
		return;
	if (tdx_ok(status))
		atomic_inc(&wrappers[wrapper].done);
	else
		atomic_inc(&wrappers[wrapper].refused);
}

void record_show(struct seq_file *m)
{
	int i;

	for (i = 0; i < NR_WRAPPERS; i++)
		seq_printf(m, "%s %d %d\n", wrappers[i].name,
			   atomic_read(&wrappers[i].done),
			   atomic_read(&wrappers[i].refused));
}
