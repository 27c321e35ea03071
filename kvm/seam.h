/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Policy over SEAMCALLs: which answers are worth asking again, for how long,
 * and what is said when one fails. The calls themselves are in tdh.h.
 */
#ifndef KVM_TDX_SEAM_H
#define KVM_TDX_SEAM_H

#include <seamhost/host.h>
#include <seamhost/status.h>
#include <seamhost/tdh.h>
#include <seamhost/types.h>

struct td_vm;

/* Another CPU, or the guest, holds a lock in the module: it ends by itself. */
static inline bool seam_busy(tdx_status_t st)
{
	switch (tdx_code(st)) {
	case TDX_ST_OPERAND_BUSY:
	case TDX_ST_OPERAND_BUSY_HOST_PRIORITY:
	case TDX_ST_INTERRUPTED_RESTARTABLE:
	case TDX_ST_SYS_BUSY:
		return !tdx_not_delivered(st);
	default:
		return false;
	}
}

static inline bool seam_no_entropy(tdx_status_t st)
{
	return tdx_code(st) == TDX_ST_RND_NO_ENTROPY ||
	       tdx_code(st) == TDX_ST_KEY_GENERATION_FAILED;
}

bool seam_again(tdx_status_t st, unsigned int tries);
bool seam_again_brief(tdx_status_t st, unsigned int tries);
bool seam_again_alone(struct td_vm *vm, tdx_status_t st, unsigned int tries);
bool seam_again_atomic(tdx_status_t st, unsigned int tries);

/* @again decides, by the answer and how many there were before it. */
#define __seam_retry(call, again)					\
({									\
	tdx_status_t __st;						\
	unsigned int __tries = 0;					\
									\
	do {								\
		__st = (call);						\
	} while (again(__st, __tries++));				\
	__st;								\
})

/* Ask until the answer is not "busy", within a bound; may sleep between. */
#define seam_retry(call)	__seam_retry(call, seam_again)

/* For who has something better to do than to wait: a few times. */
#define seam_retry_brief(call)	__seam_retry(call, seam_again_brief)

/* Where sleeping is not allowed: a much smaller bound. */
#define seam_retry_atomic(call)	__seam_retry(call, seam_again_atomic)

/*
 * The guest can hold an entry of the Secure EPT, and entering vCPUs hold the
 * epoch. When a call stays busy the vCPUs are kept out: then nobody is left to
 * compete with.
 */
#define seam_retry_alone(vm, call)					\
({									\
	struct td_vm *__vm = (vm);					\
	unsigned int __tries = 0;					\
	tdx_status_t __st;						\
									\
	do {								\
		__st = (call);						\
	} while (seam_again_alone(__vm, __st, __tries++));		\
	__st;								\
})

/*
 * For what must not fail while a TD is taken apart: a refusal that has no
 * cause we know of is worth asking again before pages are given up.
 */
#define seam_insist(call)						\
({									\
	unsigned int __left = 3;					\
	tdx_status_t __ist;						\
									\
	do {								\
		__ist = seam_retry(call);				\
	} while (tdx_failed(__ist) && --__left);			\
	__ist;								\
})

void seam_complain(u64 rax, tdx_status_t st);

/* Say in the log that a call failed; true when it did. */
#define seam_failed(leaf, st)						\
({									\
	tdx_status_t __f = (st);					\
									\
	if (tdx_failed(__f))						\
		seam_complain(TDX_LEAF_RAX(leaf), __f);			\
	tdx_failed(__f);						\
})

/* The same for a TD: its VMM sees the status in hw_error of its command. */
#define td_refused(vm, leaf, st)					\
({									\
	tdx_status_t __r = (st);					\
									\
	if (seam_failed(leaf, __r))					\
		WRITE_ONCE((vm)->refused, __r.raw);			\
	tdx_failed(__r);						\
})

#endif /* KVM_TDX_SEAM_H */
