/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From a memory map to TDMRs: pure logic, without kernel services, so that a
 * user-space test can feed it any machine.
 *
 * Order of use: tdmr_usable(), tdmr_layout(), tdmr_take_pamts(), tdmr_reserve(),
 * tdmr_given().
 */
#ifndef SEAMHOST_VIRT_TDMR_H
#define SEAMHOST_VIRT_TDMR_H

#include <seamhost/types.h>

#define TDMR_MAX		64	/* the ABI's pointer array ends here */
#define TDMR_MAX_RESERVED	16
#define TDMR_MAX_CMRS		32
#define TDMR_PAMTS		3	/* by level: 4K, 2M, 1G */

/* Physical memory [start, end). */
struct tdmr_region {
	u64 start;
	u64 end;
	int nid;
};

struct tdmr_area {
	u64 base;
	u64 size;
};

struct tdmr_limits {
	u16 max_tdmrs;
	u16 max_reserved;
	u16 pamt_entry_size[TDMR_PAMTS];
	/* Dynamic PAMT: bits per 4K page; 0: every 4K page has an entry */
	u8 pamt_bitmap_bits;
};

struct tdmr {
	u64 base;
	u64 size;
	int nid;
	u16 nr_reserved;
	struct tdmr_area pamt[TDMR_PAMTS];
	struct tdmr_area reserved[TDMR_MAX_RESERVED];
};

struct tdmr_set {
	struct tdmr_limits limits;
	unsigned int nr;
	unsigned int nr_cmrs;
	u64 dropped;	/* bytes of memory that cost more PAMT than they are */
	u64 swallowed;	/* bytes given up to stay within max_reserved */
	struct tdmr_region cmr[TDMR_MAX_CMRS];
	struct tdmr tdmr[TDMR_MAX];
	/* reserved areas of one TDMR before they are fitted to the limit */
	struct tdmr_region area[TDMR_MAX_CMRS + 1 + TDMR_PAMTS * TDMR_MAX];
};

/* Who has memory for PAMTs: the page allocator, or what a test has instead. */
struct tdmr_memory {
	/* address of @size bytes of contiguous memory, near @nid; 0: none */
	u64 (*take)(void *arg, u64 size, int nid);
	void (*give)(void *arg, u64 base, u64 size);
	void *arg;
};

/* The contiguous memory that was not to be had. */
struct tdmr_want {
	unsigned int tdmr;
	u64 size;
	int nid;
};

/* Bounds on what the three functions below write. */
#define TDMR_USABLE_MAX(nr_ram)		((nr_ram) + TDMR_MAX_CMRS)
#define TDMR_GIVEN_MAX(nr_usable)	\
	((nr_usable) + TDMR_MAX * (TDMR_MAX_RESERVED + 1))

int tdmr_set_init(struct tdmr_set *set, const struct tdmr_limits *limits,
		  const struct tdmr_area *cmrs, unsigned int nr_cmrs);
int tdmr_usable(const struct tdmr_set *set, const struct tdmr_region *ram,
		unsigned int nr_ram, struct tdmr_region *usable);
int tdmr_layout(struct tdmr_set *set, const struct tdmr_region *usable,
		unsigned int nr_usable, struct tdmr_region *scratch);
u64 tdmr_pamt_size(const struct tdmr_limits *limits, u64 tdmr_size,
		   unsigned int level);
u64 tdmr_pamt_total(const struct tdmr_limits *limits, u64 tdmr_size);
int tdmr_take_pamts(struct tdmr_set *set, const struct tdmr_memory *memory,
		    struct tdmr_want *want);
void tdmr_give_pamt(struct tdmr *tdmr, const struct tdmr_memory *memory);
bool tdmr_in_cmr(const struct tdmr_set *set, u64 start, u64 end);
int tdmr_reserve(struct tdmr_set *set);
int tdmr_given(const struct tdmr_set *set, const struct tdmr_region *usable,
	       unsigned int nr_usable, struct tdmr_region *given);

#endif /* SEAMHOST_VIRT_TDMR_H */
