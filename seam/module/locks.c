// SPDX-License-Identifier: GPL-2.0-only
/* Shared/exclusive try-locks: nobody ever waits inside the module. */
#include "module.h"

bool sharex_try_excl(struct sharex *l)
{
	u16 old = atomic_read_once(&l->word);

	do {
		if (old & (SX_EXCL | SX_COUNT))
			return false;
	} while (!atomic_cas(&l->word, &old, (u16)(old | SX_EXCL)));
	env_locked();
	return true;
}

void sharex_put_excl(struct sharex *l)
{
	__atomic_and_fetch(&l->word, (u16)(SX_HP | SX_COUNT), __ATOMIC_RELEASE);
}

static bool sharex_hp_turned_away(struct sharex *l, bool guest)
{
	return guest && (atomic_read_once(&l->word) & SX_HP);
}

/* A host that failed is first in line; once it has the lock, guests may. */
static void sharex_hp_note(struct sharex *l, bool guest, bool got)
{
	if (guest)
		return;
	if (got)
		__atomic_and_fetch(&l->word, (u16)(SX_EXCL | SX_COUNT),
				   __ATOMIC_RELAXED);
	else
		__atomic_or_fetch(&l->word, SX_HP, __ATOMIC_RELAXED);
}

bool sharex_hp_try_excl(struct sharex *l, bool guest)
{
	bool got;

	if (sharex_hp_turned_away(l, guest))
		return false;
	got = sharex_try_excl(l);
	sharex_hp_note(l, guest, got);
	return got;
}

bool sharex_hp_try_shared(struct sharex *l, bool guest)
{
	bool got;

	if (sharex_hp_turned_away(l, guest))
		return false;
	got = sharex_try_shared(l);
	sharex_hp_note(l, guest, got);
	return got;
}
