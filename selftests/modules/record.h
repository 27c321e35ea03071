/* SPDX-License-Identifier: GPL-2.0-only */
/* Which wrapper was seen to succeed, and which to be refused. */
#ifndef SEAMCALL_TEST_RECORD_H
#define SEAMCALL_TEST_RECORD_H

#include <linux/seq_file.h>
#include <seamhost/tdh.h>
#include "calls.h"

enum wrapper {
#define X(name, ...)	W_##name,
	HOST_CALLS(X)
#undef X
	NR_WRAPPERS
};

const char *wrapper_name(enum wrapper wrapper);
void record(enum wrapper wrapper, tdx_status_t status);
/* "NAME DONE REFUSED" for each wrapper there is */
void record_show(struct seq_file *m);

/* Call a wrapper, and keep how it ended: RECORDED(tdh_mem_track, tdr) */
#define RECORDED(wrapper, ...)						\
({									\
	tdx_status_t recorded_ = wrapper(__VA_ARGS__);			\
									\
	record(W_##wrapper, recorded_);					\
	recorded_;							\
})

#endif /* SEAMCALL_TEST_RECORD_H */
