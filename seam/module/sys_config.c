// SPDX-License-Identifier: GPL-2.0-only
/*
 * TDH.SYS.CONFIG: the host's TDMR_INFO structures are copied one by one; each
 * TDMR is checked by itself and against those before it, its PAMTs also
 * against all memory that TDs may get so far.
 */
#include "module.h"

#define TDMR_INFO_ALIGN		512
#define DETAIL(i, byte1, byte2)	\
	((u64)(i) | (u64)(byte1) << 8 | (u64)(byte2) << 16)

struct tdmr_info {
	u64 base, size;
	u64 pamt[3][2];			/* 1G, 2M, 4K: base, size */
	u64 reserved[16][2];		/* offset, size */
};

static bool overlap(u64 a, u64 a_size, u64 b, u64 b_size)
{
	return a < b + b_size && b < a + a_size;
}

/* CMRs that touch count as one. */
static bool in_cmrs(u64 base, u64 size)
{
	u64 end = base + size;
	unsigned int i;

	while (base < end) {
		for (i = 0; i < seam_config.nr_cmrs; i++) {
			const struct seam_cmr *c = &seam_config.cmr[i];

			if (base >= c->base && base - c->base < c->size)
				break;
		}
		if (i == seam_config.nr_cmrs)
			return false;
		base = seam_config.cmr[i].base + seam_config.cmr[i].size;
	}
	return true;
}

/* Calls @fn for each part of @t that is not reserved, until it says true. */
static bool any_available(const struct tdmr *t,
			  bool (*fn)(u64 base, u64 size, const u64 *arg),
			  const u64 *arg)
{
	u64 pos = t->base;
	unsigned int i;

	for (i = 0; i < t->nr_reserved; i++) {
		u64 start = t->base + t->reserved[i].offset;

		if (start > pos && fn(pos, start - pos, arg))
			return true;
		pos = start + t->reserved[i].size;
	}
	return pos < t->base + t->size &&
	       fn(pos, t->base + t->size - pos, arg);
}

static bool outside_cmrs(u64 base, u64 size, const u64 *arg __maybe_unused)
{
	return !in_cmrs(base, size);
}

static bool overlaps_range(u64 base, u64 size, const u64 *range)
{
	return overlap(base, size, range[0], range[1]);
}

static bool wraps(u64 base, u64 size)
{
	return base > ~0ULL - size;
}

/* Order comes before the form of base and size, but not before a wrap. */
static u64 check_base(unsigned int i, const struct tdmr_info *info)
{
	struct tdmr *t = &tdxm.tdmr[i];

	if (wraps(info->base, info->size))
		return ST(INVALID_TDMR) | i;
	if (i && info->base < t[-1].base + t[-1].size)
		return ST(NON_ORDERED_TDMR) | i;
	if (!hpa_form_ok(info->base, LEVEL_BYTES(2)) || !info->size ||
	    !SEAM_ALIGNED(info->size, LEVEL_BYTES(2)) ||
	    !hpa_form_ok(info->base + info->size - 1, 1))
		return ST(INVALID_TDMR) | i;
	t->base = info->base;
	t->size = info->size;
	return ST(SUCCESS);
}

static u64 check_one_reserved(const struct tdmr *t, u64 end, u64 offset,
			      u64 size)
{
	if (wraps(offset, size))
		return ST(INVALID_RESERVED_IN_TDMR);
	if (offset < end)
		return ST(NON_ORDERED_RESERVED_IN_TDMR);
	if (!SEAM_ALIGNED(offset | size, PAGE_BYTES) ||
	    offset + size > t->size)
		return ST(INVALID_RESERVED_IN_TDMR);
	return ST(SUCCESS);
}

/* An empty area before one that is not is at fault, not the one after it. */
static u64 check_reserved(unsigned int i, const struct tdmr_info *info)
{
	struct tdmr *t = &tdxm.tdmr[i];
	unsigned int r;
	u64 end = 0, st;

	for (r = 0; r < seam_config.max_reserved; r++) {
		u64 offset = info->reserved[r][0], size = info->reserved[r][1];

		if (!size)
			break;
		st = check_one_reserved(t, end, offset, size);
		if (st)
			return st | DETAIL(i, r, 0);
		end = offset + size;
		t->reserved[r].offset = offset;
		t->reserved[r].size = size;
	}
	t->nr_reserved = r;
	for (; r + 1 < seam_config.max_reserved; r++)
		if (info->reserved[r + 1][1])
			return ST(NON_ORDERED_RESERVED_IN_TDMR) |
			       DETAIL(i, r, 0);
	return ST(SUCCESS);
}

static u64 check_pamt_form(unsigned int i, const struct tdmr_info *info,
			   bool dynamic)
{
	struct tdmr *t = &tdxm.tdmr[i];
	unsigned int level;

	for (level = 3; level--;) {
		const u64 *area = info->pamt[2 - level];
		u64 need = t->size / LEVEL_BYTES(level) *
			   seam_config.pamt_entry_size[level];

		/* one bit per page says whether it is lent for PAMT entries */
		if (dynamic && level == TDX_LEVEL_4K)
			need = t->size / PAGE_BYTES / 8;

		if (wraps(area[0], area[1]) || area[1] < need ||
		    !hpa_form_ok(area[0], PAGE_BYTES) ||
		    !SEAM_ALIGNED(area[1], PAGE_BYTES) ||
		    !hpa_form_ok(area[0] + area[1] - 1, 1))
			return ST(INVALID_PAMT) | DETAIL(i, level, 0);
		t->pamt_area[level].base = area[0];
		t->pamt_area[level].size = area[1];
	}
	return ST(SUCCESS);
}

static bool pamts_overlap(unsigned int i, unsigned int level, unsigned int j,
			  unsigned int other)
{
	const struct tdmr *a = &tdxm.tdmr[i], *b = &tdxm.tdmr[j];

	return overlap(a->pamt_area[level].base, a->pamt_area[level].size,
		       b->pamt_area[other].base, b->pamt_area[other].size);
}

/* Against the PAMTs of one TDMR after the other, at last against its own */
static u64 check_pamt_overlap(unsigned int i)
{
	unsigned int j, level, other;

	for (j = 0; j <= i; j++)
		for (level = 0; level < 3; level++)
			for (other = j == i ? level + 1 : 0; other < 3; other++)
				if (pamts_overlap(i, level, j, other))
					return ST(PAMT_OVERLAP) |
					       DETAIL(i, level, j);
	return ST(SUCCESS);
}

/* Are PAMTs of TDMR @i in what TDs may get of TDMR @j? */
static u64 check_pamt_in_tdmr(unsigned int i, unsigned int j)
{
	unsigned int level;

	for (level = 0; level < 3; level++) {
		const u64 range[2] = {
			tdxm.tdmr[i].pamt_area[level].base,
			tdxm.tdmr[i].pamt_area[level].size,
		};

		if (any_available(&tdxm.tdmr[j], overlaps_range, range))
			return ST(PAMT_OVERLAP) | DETAIL(i, level, j);
	}
	return ST(SUCCESS);
}

static u64 check_pamt_place(unsigned int i)
{
	const struct tdmr *t = &tdxm.tdmr[i];
	u64 st = check_pamt_overlap(i);
	unsigned int j, level;

	for (j = 0; !st && j <= i; j++) {
		st = check_pamt_in_tdmr(i, j);
		if (!st && j < i)
			st = check_pamt_in_tdmr(j, i);
	}
	for (level = 3; !st && level--;)
		if (!in_cmrs(t->pamt_area[level].base,
			     t->pamt_area[level].size))
			st = ST(PAMT_OUTSIDE_CMRS) | DETAIL(i, level, 0);
	return st;
}

static u64 check_tdmr(unsigned int i, const struct tdmr_info *info,
		      bool dynamic)
{
	u64 st = check_base(i, info);

	if (!st)
		st = check_reserved(i, info);
	if (!st)
		st = check_pamt_form(i, info, dynamic);
	if (!st)
		st = check_pamt_place(i);
	if (!st && any_available(&tdxm.tdmr[i], outside_cmrs, NULL))
		st = ST(TDMR_OUTSIDE_CMRS) | i;
	return st;
}

static u64 read_tdmr_info(u64 array, unsigned int i, struct tdmr_info *info)
{
	u64 pa, st;

	host_read(&pa, array + i * sizeof(pa), sizeof(pa));
	st = operand_shared_hpa(pa, TDMR_INFO_ALIGN, TDX_OPERAND_RCX);
	if (!st)
		host_read(info, pa, sizeof(*info));
	return st;
}

static u64 check_tdmrs(u64 array, unsigned int nr, bool dynamic)
{
	struct tdmr_info info;
	unsigned int i;
	u64 st;

	memset(tdxm.tdmr, 0, sizeof(tdxm.tdmr));
	for (i = 0; i < nr; i++) {
		st = read_tdmr_info(array, i, &info);
		if (!st)
			st = check_tdmr(i, &info, dynamic);
		if (st)
			return st;
	}
	return ST(SUCCESS);
}

u64 leaf_TDH_SYS_CONFIG(struct call *c)
{
	u64 array = c->g[RCX], nr = c->g[RDX], r8 = c->g[R8], st;
	bool dynamic = r8 & SEAM_BIT(16);

	if (!sharex_try_excl(&tdxm.lock))
		return ST(SYS_BUSY);
	if (tdxm.state != SYSINIT_DONE ||
	    tdxm.nr_lps_init != seam_config.nr_lps) {
		st = ST(SYS_CONFIG_NOT_PENDING);
		goto out;
	}
	module_start_anew();
	st = operand_shared_hpa(array, TDMR_INFO_ALIGN, TDX_OPERAND_RCX);
	if (st)
		goto out;
	if (seam_config.features0 & TDX_FEATURES0_DYNAMIC_PAMT)
		r8 &= ~SEAM_BIT(16);
	else
		dynamic = false;
	if (!nr || nr > seam_config.max_tdmrs)
		st = ST_OP(OPERAND_INVALID, RDX);
	else if (!hkid_is_private(r8))
		st = ST_OP(OPERAND_INVALID, R8);
	if (st)
		goto out;

	/* The key is taken, even if nothing comes of these TDMRs. */
	tdxm.global_hkid = r8;
	tdxm.kot[r8].state = KOT_RESERVED;
	st = check_tdmrs(array, nr, dynamic);
	if (!st && !pamt_create(nr, dynamic)) {
		/* Nothing of the ABI says "no memory": come again. */
		st = ST(SYS_BUSY);
	}
	if (st)
		goto out;

	tdxm.nr_tdmrs = nr;
	tdxm.dynamic_pamt = dynamic;
	atomic_set_once(&tdxm.state, SYSCONFIG_DONE);
out:
	sharex_put_excl(&tdxm.lock);
	return st;
}
