// SPDX-License-Identifier: GPL-2.0-only
/* The loop around TDH.VP.ENTER. */
#include <linux/compiler.h>
#include <linux/export.h>
#include <seamhost/run.h>

/* Nothing traces or probes the way from the guest to its handler. */
noinstr enum td_next td_run(hpa_t tdvpr, struct td_exit *exit,
			    td_exit_handler_t handler)
{
	return td_run_here(tdvpr, exit, handler);
}
EXPORT_SYMBOL_GPL(td_run);
