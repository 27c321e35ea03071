/* SPDX-License-Identifier: GPL-2.0-only */
/* Failures in words, and the retries that belong to no wrapper. */
#ifndef SEAMHOST_VIRT_REPORT_H
#define SEAMHOST_VIRT_REPORT_H

#include <linux/processor.h>
#include <seamhost/leaves.h>
#include <seamhost/status.h>

/* Entropy runs dry for microseconds; ten tries is what the field uses. */
#define SEAMHOST_ENTROPY_TRIES	10
/* Another CPU holds the module's global lock for the length of a leaf. */
#define SEAMHOST_BUSY_TRIES	10000

/* Make a call again while the module says "not now". */
#define seamhost_retry(call)						\
({									\
	unsigned int entropy_ = SEAMHOST_ENTROPY_TRIES;			\
	unsigned int busy_ = SEAMHOST_BUSY_TRIES;			\
	tdx_status_t st_;						\
									\
	for (;;) {							\
		st_ = (call);						\
		if (tdx_code(st_) == TDX_ST_RND_NO_ENTROPY) {		\
			if (!--entropy_)				\
				break;					\
		} else if (tdx_code(st_) == TDX_ST_SYS_BUSY) {		\
			if (!--busy_)					\
				break;					\
		} else {						\
			break;						\
		}							\
		cpu_relax();						\
	}								\
	st_;								\
})

const char *seamhost_remedy(enum tdh_leaf leaf, tdx_status_t st);
int seamhost_report(const char *step, enum tdh_leaf leaf, tdx_status_t st,
		    const struct tdx_out *out);

#endif /* SEAMHOST_VIRT_REPORT_H */
