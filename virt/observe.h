/* SPDX-License-Identifier: GPL-2.0-only */
/* SEAMCALLs seen: trace events and counters. */
#ifndef SEAMHOST_VIRT_OBSERVE_H
#define SEAMHOST_VIRT_OBSERVE_H

#include <seamhost/entry.h>
#include <seamhost/types.h>

struct dentry;

#define SEAMCALL_LEAF_NAME	32
#define SEAMCALL_WORDS		160

/* A call as the trace events show it. */
struct seamcall_regs {
	u64 rax;
	u64 rcx, rdx, r8, r9, r10, r11, r12, r13;
	bool beyond_r9;		/* R10 to R13 are operands too */
	struct tdx_more out;
};

/*
 * Have all calls go through the observer, until the last one put it. May
 * sleep. Returns 0 always; trace events want to be told.
 */
int seamhost_observe_get(void);
void seamhost_observe_put(void);

/* At the module's load and unload; without debugfs there are no counters. */
void seamhost_observe_init(void);
void seamhost_observe_exit(void);

/* The counters of all calls, by leaf. */
struct seq_file;
void seamcall_stats_count(u64 rax, tdx_status_t status, u64 ns);
void seamcall_stats_show(struct seq_file *m);
void seamcall_stats_reset(void);
int seamcall_stats_alloc(void);
void seamcall_stats_free(void);

/* for trace events: fixed-size texts */
void seamcall_leaf_name(u64 rax, char *name);
void seamcall_words(const struct seamcall_regs *regs, tdx_status_t status,
		    char *words);

#endif /* SEAMHOST_VIRT_OBSERVE_H */
