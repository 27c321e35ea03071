// SPDX-License-Identifier: GPL-2.0-only
/* Finding, reading, writing and listing metadata fields. */
#include "metadata.h"

#define ALL	(~0ULL)

const struct md_access md_access[] = {
	[NO] = { 0, 0 },
	[RO] = { ALL, 0 },
	[RW] = { ALL, ALL },
	[M0] = { ALL, 0x1 },
	[M1] = { 0x1, 0x1 },
	[M2] = { ALL, 0xffffffff },
	[M3] = { ALL, 0x7 },
	[M4] = { ALL, 0xffffffff9fffffdfULL },
	[M5] = { ALL, 0xffffffffffff9fbfULL },
	[M6] = { ALL, 0x3 },
	[M7] = { ALL, 0xfffffffffffff000ULL },
	[M8] = { ALL, 0xffffffffffffffc0ULL },
	[M9] = { 0xffffffffff000ULL, 0xffffffffff000ULL },
	[M10] = { ALL, 0xffffffffff000ULL },
	[M11] = { ALL, 0xffc7 },
	[M12] = { 0x80, 0x80 },
	[M13] = { 0xffffffff, 0x80 },
	[M14] = { 0xffffffff, 0x69999a04 },
	[M15] = { ALL, 0xfffffffffffbffffULL },
	[M16] = { 0xffffffff, 0 },
	[M17] = { 0xc0000000, 0xc0000000 },
	[M18] = { 0xffffffff, 0xc0130c04 },
	[M19] = { ALL, 0xffffffff9fffffdeULL },
	[M20] = { ALL, 0xffffffffffffffdeULL },
	[M21] = { ALL, 0xffffffffffffffbfULL },
};

static unsigned int md_bytes(const struct md_field *f)
{
	return 1U << (f->id >> 32 & 3);
}

static unsigned int md_words(const struct md_field *f)
{
	return f->fields * f->elems;
}

static unsigned int md_step(const struct md_field *f)
{
	return f->id & MD_INC ? 2 : 1;
}

static u64 md_size_mask(const struct md_field *f)
{
	return ALL >> (64 - 8 * md_bytes(f));
}

u64 md_id(const struct md_field *f, unsigned int index)
{
	return f->id + index * md_step(f);
}

const struct md_field *md_row(const struct md_ctx *ctx, unsigned int i)
{
	switch (ctx->context) {
	case 0:
		return i < nr_md_sys ? &md_sys[i] : NULL;
	case 1:
		return i < nr_md_td ? &md_td[i] : NULL;
	default:
		if (i < nr_md_vmcs)
			return &md_vmcs[i];
		i -= nr_md_vmcs;
		return i < nr_md_tdvps ? &md_tdvps[i] : NULL;
	}
}

/* Fields of an L2 VM are there when the TD has that VM; some want a feature. */
static bool md_present(const struct md_ctx *ctx, const struct md_field *f)
{
	if (f->vm == MD_DYNAMIC_PAMT)
		return seam_config.features0 & TDX_FEATURES0_DYNAMIC_PAMT;
	return !f->vm || f->vm <= ctx->td->num_l2_vms;
}

static bool md_matches(const struct md_field *f, u64 id, unsigned int *index)
{
	u64 code = f->id & MD_CODE;

	if ((f->id & MD_CLASS) != (id & MD_CLASS) || (id & MD_CODE) < code)
		return false;
	code = (id & MD_CODE) - code;
	if (code % md_step(f) || code / md_step(f) >= md_words(f))
		return false;
	*index = code / md_step(f);
	return true;
}

static SEAM_RARE const struct md_field *
md_search(const struct md_ctx *ctx, u64 id, unsigned int *row,
	  unsigned int *index)
{
	const struct md_field *f;
	unsigned int i;

	for (i = 0; (f = md_row(ctx, i)); i++) {
		if (!md_matches(f, id, index))
			continue;
		if (!md_present(ctx, f))
			return NULL;
		*row = i;
		return f;
	}
	return NULL;
}

#define MD_CPUID_VALUES	0x9410000300000000ULL

static bool md_is_cpuid(const struct md_ctx *ctx, u64 id)
{
	return ctx->context == 1 &&
	       !((id ^ MD_CPUID_VALUES) & MD_CLASS);
}

/* The codes of this one are leaf and subleaf, and cannot be counted through. */
static const struct md_field *md_find_cpuid(const struct md_ctx *ctx, u64 id,
					    unsigned int *index)
{
	unsigned int row, ignored;

	*index = id & MD_CODE;
	if (!md_cpuid_there(*index))
		return NULL;
	return md_search(ctx, MD_CPUID_VALUES, &row, &ignored);
}

const struct md_field *md_find(const struct md_ctx *ctx, u64 id,
			       unsigned int *index)
{
	unsigned int row;

	if (id & MD_RESERVED)
		return NULL;
	if (md_is_cpuid(ctx, id))
		return md_find_cpuid(ctx, id, index);
	return md_search(ctx, id, &row, index);
}

static bool md_readable(const struct md_ctx *ctx, const struct md_field *f)
{
	return md_present(ctx, f) && md_access[f->access[ctx->who]].rd;
}

static u64 md_first_from(const struct md_ctx *ctx, unsigned int row)
{
	const struct md_field *f;

	for (; (f = md_row(ctx, row)); row++)
		if (md_readable(ctx, f))
			return md_is_cpuid(ctx, f->id) ?
			       f->id | md_cpuid_first() : f->id;
	return MD_NONE;
}

u64 md_first(const struct md_ctx *ctx)
{
	return md_first_from(ctx, 0);
}

/* Inside a field the caller's spelling of the id stays, context apart. */
u64 md_next(const struct md_ctx *ctx, const struct md_field *f,
	    unsigned int index, u64 id)
{
	unsigned int row, ignored, code;

	if (md_is_cpuid(ctx, f->id))
		code = md_cpuid_next(index);
	else
		code = index + 1 < md_words(f) ? (id & MD_CODE) + md_step(f) : 0;
	if (code)
		return (id & ~(MD_CONTEXT | MD_CODE)) | (f->id & MD_CONTEXT) |
		       code;
	md_search(ctx, f->id, &row, &ignored);
	return md_first_from(ctx, row + 1);
}

/* ---- where values are --------------------------------------------------- */

/* Words of the rows before @f, as far as this TD's vCPUs have them. */
static unsigned int store_slot(const struct md_ctx *ctx,
			       const struct md_field *f)
{
	const struct md_field *row;
	unsigned int i, slot = 0;

	for (i = 0; (row = md_row(ctx, i)) && row != f; i++)
		if (row->how >= MD_ENGINE && md_present(ctx, row))
			slot += md_words(row);
	return slot;
}

size_t tdvps_store_size(struct td *td)
{
	const struct md_ctx ctx = { .context = 2, .td = td };

	return store_slot(&ctx, NULL) * sizeof(u64);
}

static u64 *store_word(const struct md_ctx *ctx, const struct md_field *f,
		       unsigned int index)
{
	return &ctx->vcpu->tdvps[store_slot(ctx, f) + index];
}

u64 *tdvps_word(struct vcpu *v, u64 field_id)
{
	const struct md_ctx ctx = { .context = 2, .td = v->td, .vcpu = v };
	const struct md_field *f;
	unsigned int index;

	f = md_find(&ctx, field_id, &index);
	return f && f->how >= MD_ENGINE ? store_word(&ctx, f, index) : NULL;
}

/* Where in a structure an element is, and how many bytes it has there. */
static void *member(const struct md_ctx *ctx, const struct md_field *f,
		    unsigned int index, unsigned int *size)
{
	char *base;

	switch (f->how) {
	case MD_CFG:
		base = (char *)&seam_config;
		break;
	case MD_TD:
		base = (char *)ctx->td;
		break;
	default:
		base = (char *)ctx->vcpu;
		break;
	}
	base += (u32)f->arg;
	*size = f->arg >> 32;
	if (*size)
		return base;
	*size = md_bytes(f);
	return base + index * *size;
}

static bool engine_access(const struct md_ctx *ctx, const struct md_field *f,
			  u64 *val, bool write)
{
	if (f->how == MD_ENGINE)
		return engine_guest_field(ctx->vcpu, f->arg, val, write);
	if (f->how == MD_MSR)
		return engine_guest_msr(ctx->vcpu, f->arg, val, write);
	return false;
}

/* In one piece: other processors may be at it. */
static u64 load(const void *p, unsigned int size)
{
	u64 val = 0;

	switch (size) {
	case 1:
		return atomic_read_once((const u8 *)p);
	case 2:
		return atomic_read_once((const u16 *)p);
	case 4:
		return atomic_read_once((const u32 *)p);
	case 8:
		if (SEAM_ALIGNED((unsigned long)p, 8))
			return atomic_read_once((const u64 *)p);
		/* part of a byte array */
		memcpy(&val, p, sizeof(val));
	}
	return val;
}

static void store(void *p, unsigned int size, u64 val)
{
	switch (size) {
	case 1:
		atomic_set_once((u8 *)p, (u8)val);
		break;
	case 2:
		atomic_set_once((u16 *)p, (u16)val);
		break;
	case 4:
		atomic_set_once((u32 *)p, (u32)val);
		break;
	default:
		atomic_set_once((u64 *)p, val);
	}
}

u64 md_value(const struct md_ctx *ctx, const struct md_field *f,
	     unsigned int index)
{
	unsigned int size;
	u64 val = 0;
	void *p;

	switch ((enum md_how)f->how) {
	case MD_CONST:
		return f->arg;
	case MD_GET:
		return f->get(ctx, index, f->arg);
	case MD_CFG:
	case MD_TD:
	case MD_VP:
		p = member(ctx, f, index, &size);
		val = load(p, size);
		break;
	case MD_ENGINE:
	case MD_MSR:
	case MD_STORE:
		if (!engine_access(ctx, f, &val, false))
			val = *store_word(ctx, f, index);
		break;
	}
	return val & md_size_mask(f);
}

static bool md_store(const struct md_ctx *ctx, const struct md_field *f,
		     unsigned int index, u64 val)
{
	unsigned int size;
	void *p;

	switch ((enum md_how)f->how) {
	case MD_TD:
	case MD_VP:
		p = member(ctx, f, index, &size);
		store(p, size, val);
		return true;
	case MD_ENGINE:
	case MD_MSR:
	case MD_STORE:
		if (!engine_access(ctx, f, &val, true))
			*store_word(ctx, f, index) = val;
		return true;
	case MD_CONST:
	case MD_GET:
	case MD_CFG:
		break;
	}
	return false;
}

/* ---- what the leaves do ---------------------------------------------------- */

/* Of an id that names none, the context does not matter. */
static bool md_is_none(u64 id)
{
	return (id | MD_CONTEXT) == MD_NONE;
}

/* CPUID leaves that fault have an id, but no value. */
static bool md_faults(const struct md_ctx *ctx, const struct md_field *f,
		      unsigned int index)
{
	return md_is_cpuid(ctx, f->id) && md_cpuid_faults(index);
}

u64 md_read(const struct md_ctx *ctx, u64 id, u64 *val, u64 *next)
{
	const struct md_field *f;
	unsigned int index;
	u64 mask;

	*val = 0;
	if (next) {
		*next = MD_NONE;
		if (md_is_none(id)) {
			*next = md_first(ctx);
			return ST(METADATA_FIRST_FIELD_ID_IN_CONTEXT);
		}
	}
	f = md_find(ctx, id, &index);
	if (!f)
		return ST(METADATA_FIELD_ID_INCORRECT);
	mask = md_access[f->access[ctx->who]].rd;
	if (!mask || md_faults(ctx, f, index))
		return ST(METADATA_FIELD_NOT_READABLE);
	*val = md_value(ctx, f, index) & mask;
	if (next)
		*next = md_next(ctx, f, index, id);
	return ST(SUCCESS);
}

u64 md_write(const struct md_ctx *ctx, u64 id, u64 val, u64 mask, u64 *old)
{
	const struct md_access *access;
	const struct md_field *f;
	unsigned int index;
	u64 was, now, writable, st;

	*old = 0;
	f = md_find(ctx, id, &index);
	if (!f)
		return ST(METADATA_FIELD_ID_INCORRECT);
	if (md_faults(ctx, f, index))
		return ST(METADATA_FIELD_NOT_READABLE);
	access = &md_access[f->access[ctx->who]];
	writable = access->wr & md_size_mask(f);
	if (!(writable & mask))
		return ST(METADATA_FIELD_NOT_WRITABLE);
	was = md_value(ctx, f, index);
	/* of an address that was never set, the bits that are no address are 0 */
	now = md_is_unset_address(f, was) ? was & writable : was;
	/* bits that are not writable may be written as they are */
	if ((now ^ val) & mask & ~writable)
		return ST(METADATA_FIELD_VALUE_NOT_VALID);
	mask &= writable;
	now = (now & ~mask) | (val & mask);
	st = md_check_value(ctx, f, index, mask, &now);
	if (st)
		return st;
	if (!md_store(ctx, f, index, now))
		return ST(METADATA_FIELD_NOT_WRITABLE);
	*old = was & access->rd;
	return ST(SUCCESS);
}

/* ---- SYS.RDALL: header, then sequences of one id and its values --------------- */

struct md_writer {
	u64 *page;
	unsigned int words, sequences;
	u64 *seq;		/* id of the open sequence */
	const struct md_field *last;
	unsigned int nr_fields;
};

static bool md_continues(const struct md_writer *w, const struct md_field *f)
{
	const struct md_field *l = w->last;

	return l && (l->id & MD_CLASS) == (f->id & MD_CLASS) &&
	       md_bytes(l) == md_bytes(f) && l->elems == f->elems &&
	       (l->id & MD_CODE) + md_words(l) == (f->id & MD_CODE) &&
	       w->nr_fields + f->fields <= 512;
}

static bool md_put(struct md_writer *w, const struct md_ctx *ctx,
		   const struct md_field *f, unsigned int from)
{
	bool cont = !from && md_continues(w, f);
	unsigned int i;

	if (w->words + !cont + md_words(f) - from > PAGE_BYTES / 8)
		return false;
	if (!cont) {
		w->seq = &w->page[w->words++];
		*w->seq = md_id(f, from);
		*w->seq |= (u64)(f->elems - 1) << MD_LAST_ELEMENT_SHIFT;
		w->nr_fields = 0;
		w->sequences++;
	}
	w->nr_fields += f->fields - from / f->elems;
	*w->seq &= ~SEAM_MASK(46, MD_LAST_FIELD_SHIFT);
	*w->seq |= (u64)(w->nr_fields - 1) << MD_LAST_FIELD_SHIFT;
	for (i = from; i < md_words(f); i++)
		w->page[w->words++] = md_value(ctx, f, i) &
				      md_access[f->access[ctx->who]].rd;
	w->last = f;
	return true;
}

u64 md_list(const struct md_ctx *ctx, u64 *id, u64 *page)
{
	struct md_writer w = { .page = page, .words = 1 };
	const struct md_field *f;
	unsigned int row = 0, index = 0;

	if (!md_is_none(*id)) {
		/* here the size must be right, and only whole fields are listed */
		f = md_search(ctx, *id, &row, &index);
		if (!f || ((*id ^ f->id) & MD_SIZE) || index % f->elems) {
			*id = MD_NONE;
			return ST(METADATA_FIELD_ID_INCORRECT);
		}
	}
	*id = MD_NONE;
	for (; (f = md_row(ctx, row)); row++, index = 0) {
		if (!md_readable(ctx, f))
			continue;
		if (!md_put(&w, ctx, f, index)) {
			*id = md_id(f, index);
			break;
		}
	}
	page[0] = w.words * 8 | (u64)w.sequences << 16;
	return ST(SUCCESS);
}
