/* SPDX-License-Identifier: GPL-2.0-only */
/* What code that also runs in user-space tests may use of its surroundings. */
#ifndef SEAMHOST_VIRT_PURE_H
#define SEAMHOST_VIRT_PURE_H

#include <seamhost/types.h>

#ifdef __KERNEL__
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/string.h>
#else
#include <errno.h>
#include <limits.h>
#include <string.h>
#define min(a, b) ({				\
	__typeof__(a) a_ = (a);			\
	__typeof__(b) b_ = (b);			\
	a_ < b_ ? a_ : b_;			\
})
#define max(a, b) ({				\
	__typeof__(a) a_ = (a);			\
	__typeof__(b) b_ = (b);			\
	a_ > b_ ? a_ : b_;			\
})
#endif

#define SZ_GIB		0x40000000ULL
#define SZ_MIB		0x100000ULL
#define SZ_PAGE		0x1000ULL

static inline u64 align_down(u64 x, u64 unit)
{
	return x & ~(unit - 1);
}

static inline u64 align_up(u64 x, u64 unit)
{
	return align_down(x + unit - 1, unit);
}

#endif /* SEAMHOST_VIRT_PURE_H */
