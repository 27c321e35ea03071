// SPDX-License-Identifier: GPL-2.0-only
/*
 * A host's write to a private page is to be noticed when the TD next uses the
 * page, also when the nested tables have it already. So each private page that
 * is mapped when a vCPU enters has been compared at this entry: those that the
 * TD used since the last one, and those that it used a little before; the
 * others are unmapped, and so are changed ones. What is not mapped is compared
 * when it is used, at the fault.
 *
 * For this every private page is mapped as 4K and stands in a list. An entry
 * of the tables tells its place there, in bits that the CPU ignores: a place
 * whose entry tells another one, or is empty, is free.
 */
#include <linux/bits.h>
#include <linux/bitfield.h>
#include <linux/gfp.h>
#include <asm/cmpxchg.h>
#include "svm.h"
#include "npt.h"

#define SLOTS_PER_CHUNK	((unsigned int)(PAGE_SIZE / sizeof(struct look_slot)))
#define MAX_SLOTS	(SLOTS_PER_CHUNK * LOOK_CHUNKS)

#define SLOT_LOW	GENMASK_ULL(11, 9)
#define SLOT_HIGH	GENMASK_ULL(58, 52)

/* Entries into the TD for which a page stays mapped without being used */
#define IDLE_ENTRIES	3

static_assert(MAX_SLOTS <= 1 << 10);

/* what a place without a page points to */
static u64 nothing;

static u64 slot_bits(unsigned int i)
{
	return FIELD_PREP(SLOT_LOW, i & 7) | FIELD_PREP(SLOT_HIGH, i >> 3);
}

static struct look_slot *slot_at(const struct svm_td *t, unsigned int i)
{
	return &t->look[i / SLOTS_PER_CHUNK][i % SLOTS_PER_CHUNK];
}

/* Does the table entry with this value belong to place @i? */
static bool is_at(u64 entry, unsigned int i)
{
	return (entry & NPT_PRESENT) &&
	       (entry & (SLOT_LOW | SLOT_HIGH)) == slot_bits(i);
}

static void unmap(struct svm_td *t, u64 *entry)
{
	WRITE_ONCE(*entry, 0);
	WRITE_ONCE(t->tlb_generation, t->tlb_generation + 1);
}

/* True: mapped, and as it should be. */
static bool still_good(struct svm_td *t, struct look_slot *s, unsigned int i)
{
	u64 entry = READ_ONCE(*s->entry);

	if (!is_at(entry, i))
		return false;
	if (entry & NPT_ACCESSED) {
		clear_bit(NPT_ACCESSED_BIT, (unsigned long *)s->entry);
		s->idle = 0;
	} else if (++s->idle > IDLE_ENTRIES) {
		unmap(t, s->entry);
		return false;
	}
	if (!env_page_touched(s->hpa, TDX_LEVEL_4K))
		return true;
	unmap(t, s->entry);
	return false;
}

/* The last place moves to the free place @to; the CPU may set A meanwhile. */
static void move_last(struct svm_td *t, unsigned int to)
{
	unsigned int last = --t->nr_look;
	struct look_slot *s = slot_at(t, last);
	u64 entry = READ_ONCE(*s->entry);

	do {
		if (!is_at(entry, last))
			return;
	} while (!atomic_cas(s->entry, &entry,
			     (entry & ~(SLOT_LOW | SLOT_HIGH)) | slot_bits(to)));
	*slot_at(t, to) = *s;
}

void look_at_used(struct svm_td *t)
{
	unsigned int i = 0;

	while (i < t->nr_look) {
		if (still_good(t, slot_at(t, i), i))
			i++;
		else
			move_last(t, i);
	}
}

/* Without memory for more, or for good, an older page gives way. */
static bool place(struct svm_td *t, unsigned int *i)
{
	unsigned int chunk = t->nr_look / SLOTS_PER_CHUNK;
	struct look_slot *s;

	if (t->nr_look < MAX_SLOTS && !t->look[chunk])
		t->look[chunk] = (void *)__get_free_page(GFP_ATOMIC | __GFP_NOWARN);
	if (t->nr_look < MAX_SLOTS && t->look[chunk]) {
		*i = t->nr_look++;
		return true;
	}
	if (!t->nr_look)
		return false;
	*i = t->look_victim++ % t->nr_look;
	s = slot_at(t, *i);
	if (is_at(READ_ONCE(*s->entry), *i))
		unmap(t, s->entry);
	return true;
}

bool look_add(struct svm_td *t, gpa_t gpa, struct mapping *m, hpa_t host)
{
	struct look_slot *s;
	unsigned int i;
	u64 *entry;

	if (!place(t, &i))
		return false;
	s = slot_at(t, i);
	m->hpa += gpa & (LEVEL_BYTES(m->level) - 1) & PAGE_MASK;
	m->level = TDX_LEVEL_4K;
	m->bits = slot_bits(i);
	entry = npt_install(t, gpa, m);
	if (!entry) {
		s->entry = &nothing;
		return false;
	}
	s->entry = entry;
	s->hpa = host;
	s->idle = 0;
	return true;
}

void look_free(struct svm_td *t)
{
	unsigned int i;

	for (i = 0; i < LOOK_CHUNKS; i++)
		free_page((unsigned long)t->look[i]);
}
