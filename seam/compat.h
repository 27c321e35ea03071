/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the portable layers may use of their surroundings, in the kernel and in
 * user space alike: memory and string functions, and atomics by the compiler's
 * builtins, which both have.
 */
#ifndef SOFTSEAM_COMPAT_H
#define SOFTSEAM_COMPAT_H

#ifdef __KERNEL__
#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/string.h>
#else
#include <errno.h>
#include <string.h>

#define ARRAY_SIZE(a)		(sizeof(a) / sizeof((a)[0]))
#define __weak			__attribute__((__weak__))
#define __maybe_unused		__attribute__((__unused__))
#define min(a, b)		((a) < (b) ? (a) : (b))
#define max(a, b)		((a) > (b) ? (a) : (b))
#define static_assert		_Static_assert
#define fallthrough		__attribute__((__fallthrough__))
#define noinline		__attribute__((__noinline__))
#endif

/* All that it calls becomes a part of it, short of what is rare or noinline. */
#define SEAM_FLAT		__attribute__((__flatten__))
/* Neither it nor what leads to it has a place among what runs all the time. */
#define SEAM_RARE		__attribute__((__noinline__, __cold__))

#define SEAM_BIT(n)		(1ULL << (n))
/* Bits hi..lo, both included. */
#define SEAM_MASK(hi, lo)	(((~0ULL) >> (63 - (hi))) & ((~0ULL) << (lo)))
#define SEAM_ALIGNED(x, a)	(((x) & ((u64)(a) - 1)) == 0)

#define PAGE_BYTES		4096ULL
/* Bytes that an entry or a page of @level covers: 4K, 2M, 1G, ... */
#define LEVEL_BYTES(level)	(PAGE_BYTES << (9 * (level)))

#define atomic_read_once(p)	__atomic_load_n(p, __ATOMIC_ACQUIRE)
#define atomic_set_once(p, v)	__atomic_store_n(p, v, __ATOMIC_RELEASE)
#define atomic_add(p, v)	__atomic_add_fetch(p, v, __ATOMIC_ACQ_REL)
#define atomic_swap(p, v)	__atomic_exchange_n(p, v, __ATOMIC_ACQ_REL)
/* True when *p was *old and is now @new; else *old becomes what *p is. */
#define atomic_cas(p, old, new)						\
	__atomic_compare_exchange_n(p, old, new, false,			\
				    __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)

#endif /* SOFTSEAM_COMPAT_H */
