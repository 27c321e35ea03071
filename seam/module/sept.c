// SPDX-License-Identifier: GPL-2.0-only
/*
 * Secure EPT: what an entry says, how it is locked, and the walk to it.
 *
 * A walk holds no lock but the tree's shared one (host) or none (guest). That
 * is sound since a table is freed only after its entry was blocked and every
 * vCPU that could have walked through has left the TD, or under a lock that
 * keeps walkers out.
 */
#include "sept.h"

/* State bits of an entry and the code that the host is told. */
static const struct {
	u64 bits;
	u8 code;
} states[] = {
	{ SEPT_TDEX | SEPT_TDBW | SEPT_TDB,			SEPT_FREE },
	{ SEPT_TDBW | SEPT_TDB,					SEPT_REMOVED },
	{ 0,							SEPT_NL_MAPPED },
	{ SEPT_TDB,						SEPT_NL_BLOCKED },
#define LEAF	(SEPT_PS | SEPT_IPAT)
	{ LEAF,							SEPT_MAPPED },
	{ LEAF | SEPT_TDB,					SEPT_BLOCKED },
	{ LEAF | SEPT_TDBW,					SEPT_BLOCKEDW },
	{ LEAF | SEPT_TDBW | SEPT_TDEX,				SEPT_EXP_BLOCKEDW },
	{ LEAF | SEPT_DIRTY_STATE | SEPT_TDEX,			SEPT_EXP_DIRTY },
	{ LEAF | SEPT_DIRTY_STATE | SEPT_TDBW | SEPT_TDEX,
						SEPT_EXP_DIRTY_BLOCKEDW },
	{ LEAF | SEPT_TDP,					SEPT_PENDING },
	{ LEAF | SEPT_TDP | SEPT_TDB,			SEPT_PENDING_BLOCKED },
	{ LEAF | SEPT_TDP | SEPT_TDBW,			SEPT_PEND_BLOCKEDW },
	{ LEAF | SEPT_TDP | SEPT_TDBW | SEPT_TDEX,	SEPT_PEND_EXP_BLOCKEDW },
	{ LEAF | SEPT_TDP | SEPT_DIRTY_STATE | SEPT_TDEX,
						SEPT_PEND_EXP_DIRTY },
	{ LEAF | SEPT_TDP | SEPT_DIRTY_STATE | SEPT_TDBW | SEPT_TDEX,
						SEPT_PEND_EXP_DIRTY_BLOCKEDW },
#undef LEAF
};

enum sept_state sept_state(u64 entry)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(states); i++)
		if ((entry & SEPT_STATE_BITS) == states[i].bits)
			return states[i].code;
	return SEPT_FREE;
}

/* The host sees architectural bits alone, and of a table not even where. */
u64 sept_arch(u64 entry)
{
	if (sept_is_leaf(entry))
		return entry & (SEPT_RWX | SEPT_MT_WB | SEPT_IPAT | SEPT_PS |
				SEPT_HPA | SEPT_SVE);
	return entry & (SEPT_RWX | SEPT_SVE);
}

u64 sept_info(u64 entry, unsigned int level)
{
	return level | (u64)sept_state(entry) << 8;
}

u64 sept_block(u64 entry)
{
	return (entry & ~(SEPT_RWX | SEPT_TDBW)) | SEPT_TDB;
}

u64 sept_unblock(u64 entry)
{
	entry &= ~SEPT_TDB;
	return entry & SEPT_TDP ? entry : entry | SEPT_RWX;
}

void sept_table_init(u64 *table)
{
	unsigned int i;

	for (i = 0; i < SEPT_ENTRIES; i++)
		table[i] = SEPT_FREE_ENTRY;
}

u64 *sept_table(u64 entry)
{
	struct pamt_entry *pe = pamt_at(entry & SEPT_HPA, TDX_LEVEL_4K);

	return pe && pe->type == PT_EPT ? pe->obj : NULL;
}

struct pamt_entry *sept_pamt(u64 entry, unsigned int level)
{
	return pamt_at(entry & SEPT_HPA,
		       sept_is_leaf(entry) ? level : TDX_LEVEL_4K);
}

/*
 * Finds the entry of @level for @gpa, or the one that ends the walk before:
 * a leaf, or no table, or a blocked one. *stop_level tells which.
 */
u64 *sept_walk(struct td *td, gpa_t gpa, unsigned int level,
	       unsigned int *stop_level)
{
	unsigned int at = td->sept_levels - 1;
	u64 *table = td->sept_root;
	u64 *slot, entry;

	if (!table)
		return NULL;
	for (;; at--) {
		slot = &table[sept_index(gpa, at)];
		*stop_level = at;
		if (at == level)
			return slot;
		entry = atomic_read_once(slot);
		if (!sept_is_table(entry))
			return slot;
		table = sept_table(entry);
		if (!table)
			return slot;
	}
}

/* The entry as the lock's holder knows it: without the lock's own bits. */
bool sept_lock_host(u64 *slot, u64 *entry)
{
	u64 old = atomic_read_once(slot);

	for (;;) {
		if (old & SEPT_LOCK) {
			if (atomic_cas(slot, &old, old | SEPT_HOST_PRIORITY))
				return false;
			continue;
		}
		if (atomic_cas(slot, &old, (old & ~SEPT_HOST_PRIORITY) | SEPT_LOCK))
			break;
	}
	*entry = old & ~(SEPT_LOCK | SEPT_HOST_PRIORITY);
	return true;
}

enum sept_guest_lock sept_lock_guest(u64 *slot, u64 *entry)
{
	u64 old = atomic_read_once(slot);

	do {
		if (old & SEPT_LOCK)
			return SEPT_BUSY;
		if (old & SEPT_HOST_PRIORITY)
			return SEPT_HOST_FIRST;
	} while (!atomic_cas(slot, &old, old | SEPT_LOCK));
	*entry = old;
	return SEPT_GOT;
}

/* Keeps the priority of a host that came meanwhile. */
void sept_unlock(u64 *slot, u64 entry)
{
	u64 old = atomic_read_once(slot);

	while (!atomic_cas(slot, &old, entry | (old & SEPT_HOST_PRIORITY)))
		;
}

bool sept_tracking_needed(const struct td *td)
{
	return td->op_state == OP_RUNNABLE || td->op_state == OP_LIVE_EXPORT ||
	       td->op_state == OP_LIVE_IMPORT;
}

/*
 * Blocked two epochs ago is long enough; one epoch ago only when no vCPU that
 * entered in that epoch is still inside.
 */
bool sept_tracked(struct td *td, const struct pamt_entry *pe)
{
	u64 epoch = atomic_read_once(&td->epoch);

	if (pe->bepoch + 1 < epoch)
		return true;
	return pe->bepoch + 1 == epoch &&
	       !atomic_read_once(&td->refcount[pe->bepoch & 1]);
}

bool sept_gpa_private(const struct td *td, gpa_t gpa)
{
	return !(gpa >> (td->gpaw52 ? 51 : 47)) && !(gpa >> seam_config.max_pa);
}
