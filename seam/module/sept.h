/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Secure EPT entries. A table is 512 words of softseam's own memory, held by
 * the PAMT entry of the page that the host gave for it. Entries keep the HPA
 * that the host named; what the host reads of one is sept_arch().
 */
#ifndef SOFTSEAM_SEPT_H
#define SOFTSEAM_SEPT_H

#include "module.h"

#define SEPT_RWX		0x7ULL
#define SEPT_MT_WB		0x30ULL
#define SEPT_IPAT		SEAM_BIT(6)
#define SEPT_PS			SEAM_BIT(7)	/* in every leaf, 4K too */
#define SEPT_DIRTY_STATE	SEAM_BIT(9)
#define SEPT_LOCK		SEAM_BIT(11)
#define SEPT_HPA		SEAM_MASK(51, 12)
#define SEPT_HOST_PRIORITY	SEAM_BIT(52)
#define SEPT_TDEX		SEAM_BIT(53)
#define SEPT_TDBW		SEAM_BIT(54)
#define SEPT_TDB		SEAM_BIT(55)
#define SEPT_TDP		SEAM_BIT(56)
#define SEPT_SVE		SEAM_BIT(63)

#define SEPT_LEAF_BITS		(SEPT_PS | SEPT_IPAT | SEPT_MT_WB | SEPT_SVE)
#define SEPT_STATE_BITS		(SEPT_PS | SEPT_IPAT | SEPT_DIRTY_STATE | \
				 SEPT_TDEX | SEPT_TDBW | SEPT_TDB | SEPT_TDP)
#define SEPT_FREE_ENTRY		(SEPT_TDEX | SEPT_TDBW | SEPT_TDB | SEPT_SVE)
#define SEPT_REMOVED_ENTRY	(SEPT_TDBW | SEPT_TDB | SEPT_SVE)
#define SEPT_ENTRIES		512

/* Public state codes: bits 15:8 of the information word. */
enum sept_state {
	SEPT_FREE = 0, SEPT_BLOCKED = 1, SEPT_PENDING = 2,
	SEPT_PENDING_BLOCKED = 3, SEPT_MAPPED = 4, SEPT_REMOVED = 5,
	SEPT_BLOCKEDW = 8, SEPT_EXP_BLOCKEDW = 9, SEPT_EXP_DIRTY = 11,
	SEPT_EXP_DIRTY_BLOCKEDW = 12, SEPT_PEND_BLOCKEDW = 16,
	SEPT_PEND_EXP_BLOCKEDW = 17, SEPT_PEND_EXP_DIRTY = 19,
	SEPT_PEND_EXP_DIRTY_BLOCKEDW = 20,
	SEPT_NL_BLOCKED = 129, SEPT_NL_MAPPED = 132,
};

/* States as a set: no two codes have the same rest by 48. */
#define SEPT_IN(state)		SEAM_BIT((state) % 48)
#define SEPT_ANY		(~0ULL)

enum sept_state sept_state(u64 entry);
u64 sept_arch(u64 entry);
u64 sept_info(u64 entry, unsigned int level);

static inline bool sept_in(u64 entry, u64 set)
{
	return set & SEPT_IN(sept_state(entry));
}

/* An entry that the walk goes through: a table that is not blocked. */
static inline bool sept_is_table(u64 entry)
{
	return (entry & (SEPT_STATE_BITS | SEPT_RWX)) == SEPT_RWX;
}

static inline bool sept_is_leaf(u64 entry)
{
	return entry & SEPT_PS;
}

static inline bool sept_blocked(u64 entry)
{
	return sept_in(entry, SEPT_IN(SEPT_BLOCKED) | SEPT_IN(SEPT_NL_BLOCKED) |
		       SEPT_IN(SEPT_PENDING_BLOCKED));
}

static inline u64 sept_mapped_entry(hpa_t hpa)
{
	return hpa | SEPT_LEAF_BITS | SEPT_RWX;
}

static inline u64 sept_pending_entry(hpa_t hpa)
{
	return hpa | SEPT_LEAF_BITS | SEPT_TDP;
}

static inline u64 sept_table_entry(hpa_t hpa)
{
	return hpa | SEPT_RWX;
}

u64 sept_block(u64 entry);
u64 sept_unblock(u64 entry);
void sept_table_init(u64 *table);

static inline unsigned int sept_index(gpa_t gpa, unsigned int level)
{
	return (gpa >> (12 + 9 * level)) & (SEPT_ENTRIES - 1);
}

/* The table that a non-leaf entry points to. */
u64 *sept_table(u64 entry);
/* PAMT entry of what @entry points to. */
struct pamt_entry *sept_pamt(u64 entry, unsigned int level);

/*
 * Entry locks: a host never waits, and one that finds the entry taken leaves
 * its priority behind; a guest keeps away from both.
 */
bool sept_lock_host(u64 *slot, u64 *entry);
enum sept_guest_lock { SEPT_GOT, SEPT_BUSY, SEPT_HOST_FIRST };
enum sept_guest_lock sept_lock_guest(u64 *slot, u64 *entry);
/* Stores @entry and releases the lock. */
void sept_unlock(u64 *slot, u64 entry);

/* Are all translations gone that were there when @pe's page was blocked? */
bool sept_tracked(struct td *td, const struct pamt_entry *pe);
bool sept_tracking_needed(const struct td *td);
/* Is @gpa a private address of @td? */
bool sept_gpa_private(const struct td *td, gpa_t gpa);

#endif /* SOFTSEAM_SEPT_H */
