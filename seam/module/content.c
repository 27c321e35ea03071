// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a TD keeps in its private pages. It lives in softseam's memory, is
 * allocated when first touched and hangs on the PAMT entry of the page:
 * 4K pages as such, 2M as one block where memory allows, else as parts.
 * A block that was split stays whole in memory, shared by its 4K pages.
 */
#include "mem.h"

struct content_block {
	void *base;
	int users;		/* the 2M page or 4K pages that are part of it */
};

#define PARTS_BYTES	(512 * sizeof(void *))

static unsigned long tag_of(const void *obj)
{
	return (unsigned long)obj & CONTENT_TAG;
}

static void *tagged(void *p, unsigned long tag)
{
	return (void *)((unsigned long)p | tag);
}

static void *untagged(const void *obj)
{
	return (void *)((unsigned long)obj & ~CONTENT_TAG);
}

static unsigned int part_index(hpa_t hpa, unsigned int part_level)
{
	return (hpa >> (12 + 9 * part_level)) & 511;
}

static void block_put(struct content_block *b)
{
	if (atomic_add(&b->users, -1))
		return;
	env_page_free(b->base, TDX_LEVEL_2M);
	env_free(b, sizeof(*b));
}

static void content_free(void *obj, unsigned int level)
{
	void **parts = untagged(obj);
	unsigned int i;

	switch (tag_of(obj)) {
	case CONTENT_BLOCK:
		block_put(untagged(obj));
		break;
	case CONTENT_ARRAY:
		for (i = 0; i < 512; i++)
			content_free(parts[i], level - 1);
		env_free(parts, PARTS_BYTES);
		break;
	default:
		if (obj)
			env_page_free(obj, TDX_LEVEL_4K);
	}
}

void content_drop(struct pamt_entry *pe)
{
	content_free(pe->obj, pe->level);
	pe->obj = NULL;
}

static void *block_new(void)
{
	struct content_block *b = env_alloc(sizeof(*b));

	if (!b)
		return NULL;
	b->base = env_page_alloc(TDX_LEVEL_2M);
	if (!b->base) {
		env_free(b, sizeof(*b));
		return NULL;
	}
	b->users = 1;
	return tagged(b, CONTENT_BLOCK);
}

/* A zeroed content of @level; of large ones perhaps the frame alone. */
static void *content_new(unsigned int level)
{
	void *obj;

	if (level == TDX_LEVEL_4K)
		return env_page_alloc(TDX_LEVEL_4K);
	if (level == TDX_LEVEL_2M) {
		obj = block_new();
		if (obj)
			return obj;
	}
	obj = env_alloc(PARTS_BYTES);
	return obj ? tagged(obj, CONTENT_ARRAY) : NULL;
}

/* Several vCPUs may touch a page at once: the first allocation stays. */
static void *content_need(void **slot, unsigned int level)
{
	void *obj = atomic_read_once(slot), *mine;

	if (obj)
		return obj;
	mine = content_new(level);
	if (!mine)
		return NULL;
	if (atomic_cas(slot, &obj, mine))
		return mine;
	content_free(mine, level);
	return obj;
}

static void *block_page(const void *obj, hpa_t hpa, unsigned int level)
{
	const struct content_block *b = untagged(obj);

	return (char *)b->base +
	       (level == TDX_LEVEL_4K ? part_index(hpa, 0) * PAGE_BYTES : 0);
}

void *content_at(struct pamt_entry *pe, hpa_t hpa, unsigned int *part)
{
	unsigned int level = pe->level;
	void **slot = &pe->obj;

	for (;;) {
		void *obj = content_need(slot, level);

		*part = level;
		if (!obj)
			return NULL;
		if (tag_of(obj) == CONTENT_BLOCK)
			return block_page(obj, hpa, level);
		if (tag_of(obj) != CONTENT_ARRAY)
			return obj;
		level--;
		slot = (void **)untagged(obj) + part_index(hpa, level);
	}
}

const void *content_peek(struct pamt_entry *pe, hpa_t hpa)
{
	unsigned int level = pe->level;
	void *obj = atomic_read_once(&pe->obj);

	while (tag_of(obj) == CONTENT_ARRAY) {
		level--;
		obj = ((void **)untagged(obj))[part_index(hpa, level)];
	}
	if (tag_of(obj) == CONTENT_BLOCK)
		return block_page(obj, hpa, TDX_LEVEL_4K);
	return obj;
}

/* PAMT entries of the parts of @whole; 4K and 2M ones lie in arrays of 512. */
static struct pamt_entry *pamt_parts(const struct pamt_entry *whole)
{
	return pamt_at(pamt_hpa(whole), whole->level - 1);
}

void content_split(struct pamt_entry *whole)
{
	struct pamt_entry *part = pamt_parts(whole);
	void *obj = whole->obj;
	void **parts = untagged(obj);
	unsigned int i;

	for (i = 0; i < 512; i++)
		part[i].obj = tag_of(obj) == CONTENT_ARRAY ? parts[i] : obj;
	if (tag_of(obj) == CONTENT_ARRAY)
		env_free(parts, PARTS_BYTES);
	else if (obj)
		atomic_add(&((struct content_block *)parts)->users, 511);
	whole->obj = NULL;
}

/* Do all parts have the same content word: nothing, or the same block? */
static bool parts_alike(const struct pamt_entry *part)
{
	unsigned int i;

	for (i = 1; i < 512; i++)
		if (part[i].obj != part[0].obj)
			return false;
	return !part[0].obj || (part[0].level == TDX_LEVEL_4K &&
				tag_of(part[0].obj) == CONTENT_BLOCK);
}

bool content_join(struct pamt_entry *whole)
{
	struct pamt_entry *part = pamt_parts(whole);
	void **parts;
	unsigned int i;

	if (parts_alike(part)) {
		whole->obj = part[0].obj;
		if (whole->obj)
			atomic_add(&((struct content_block *)
				     untagged(whole->obj))->users, -511);
	} else {
		parts = env_alloc(PARTS_BYTES);
		if (!parts)
			return false;
		for (i = 0; i < 512; i++)
			parts[i] = part[i].obj;
		whole->obj = tagged(parts, CONTENT_ARRAY);
	}
	for (i = 0; i < 512; i++)
		part[i].obj = NULL;
	return true;
}

/* A part of a block is found by its HPA, so that it has to be copied. */
bool content_move(struct pamt_entry *from, struct pamt_entry *to)
{
	void *page;

	if (tag_of(from->obj) == CONTENT_BLOCK) {
		page = env_page_alloc(TDX_LEVEL_4K);
		if (!page)
			return false;
		memcpy(page, block_page(from->obj, pamt_hpa(from), TDX_LEVEL_4K),
		       PAGE_BYTES);
		block_put(untagged(from->obj));
		to->obj = page;
	} else {
		to->obj = from->obj;
	}
	from->obj = NULL;
	return true;
}

bool content_intact(struct td *td, hpa_t hpa, unsigned int level)
{
	if (!env_page_touched(hpa, level))
		return true;
	atomic_set_once(&td->fatal, true);
	return false;
}
