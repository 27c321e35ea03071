// SPDX-License-Identifier: GPL-2.0-only
/*
 * TDG.MEM.PAGE.ACCEPT, PAGE.ATTR.RD, PAGE.ATTR.WR: what the guest says of its
 * private pages. No tree lock here: the host's leaves take the entry's lock.
 */
#include "mem.h"
#include "vp.h"

#define ACCEPT_MAX_LEVEL	TDX_LEVEL_2M
#define RCX_RESERVED		(SEAM_MASK(63, 52) | SEAM_MASK(11, 3))
#define ATTR_PENDING		SEAM_BIT(62)

#define ATTR_RD_STATES	(SEPT_ANY & \
			 ~(SEPT_IN(SEPT_FREE) | SEPT_IN(SEPT_REMOVED) | \
			   SEPT_IN(SEPT_BLOCKED) | \
			   SEPT_IN(SEPT_PENDING_BLOCKED) | \
			   SEPT_IN(SEPT_NL_MAPPED) | SEPT_IN(SEPT_NL_BLOCKED)))
#define ATTR_WR_STATES	(SEPT_IN(SEPT_MAPPED) | SEPT_IN(SEPT_EXP_DIRTY) | \
			 SEPT_IN(SEPT_PENDING) | SEPT_IN(SEPT_PEND_EXP_DIRTY))
#define ACCEPTED_STATES	(SEPT_IN(SEPT_MAPPED) | SEPT_IN(SEPT_EXP_DIRTY))
#define TABLES		(SEPT_IN(SEPT_NL_MAPPED) | SEPT_IN(SEPT_NL_BLOCKED))
#define ACCEPTABLE	(SEPT_IN(SEPT_PENDING) | SEPT_IN(SEPT_PEND_EXP_DIRTY))

static u64 exit_ept(struct call *c, gpa_t gpa, u64 qual, u64 ext_qual)
{
	c->exit = (struct td_exit) {
		.reason = VMX_EPT_VIOLATION,
		.qual = qual,
		.ext_qual = ext_qual,
		.gpa = gpa,
	};
	return LEAF_TD_EXIT;
}

/* The host learns what was asked and where the walk ended. */
static u64 walk_exit(struct call *c, u64 type, gpa_t gpa, unsigned int level,
		     unsigned int stop, u64 entry)
{
	u64 ext = type | (u64)level << 32 | (u64)stop << 35 |
		  (u64)sept_state(entry) << 38;

	if (sept_is_leaf(entry))
		ext |= SEAM_BIT(46);
	return exit_ept(c, gpa, EPT_QUAL_WRITE, ext);
}

static u64 accept_entry(u64 *slot, unsigned int level)
{
	u64 entry;
	hpa_t hpa;

	switch (sept_lock_guest(slot, &entry)) {
	case SEPT_BUSY:
		return ST_OP(OPERAND_BUSY, RCX);
	case SEPT_HOST_FIRST:
		return LEAF_RETRY;
	case SEPT_GOT:
		break;
	}
	if (!sept_in(entry, ACCEPTABLE)) {
		sept_unlock(slot, entry);
		return LEAF_RETRY;
	}
	/*
	 * The page begins its life zeroed, whatever the host wrote to it while
	 * it was pending. Its content was never there: see PAGE.AUG.
	 */
	hpa = entry & SEPT_HPA;
	if (env_page_touched(hpa, level))
		env_page_scramble(hpa, level);
	sept_unlock(slot, (entry & ~SEPT_TDP) | SEPT_RWX);
	return 0;
}

u64 leaf_TDG_MEM_PAGE_ACCEPT(struct call *c)
{
	struct td *td = c->vcpu->td;
	u64 rcx = c->g[RCX], entry, *slot;
	unsigned int level = rcx & 7, stop;
	gpa_t gpa = rcx & ~7ULL;

	if ((rcx & RCX_RESERVED) || level > ACCEPT_MAX_LEVEL ||
	    !SEAM_ALIGNED(gpa, LEVEL_BYTES(level)) || !sept_gpa_private(td, gpa))
		return ST_OP(OPERAND_INVALID, RCX);

	slot = sept_walk(td, gpa, level, &stop);
	entry = slot ? atomic_read_once(slot) : SEPT_FREE_ENTRY;
	if (sept_in(entry, ACCEPTED_STATES))
		return ST(PAGE_ALREADY_ACCEPTED) | stop;
	if (stop == level && sept_in(entry, TABLES))
		return ST(PAGE_SIZE_MISMATCH) | stop;
	if (stop != level || !sept_in(entry, ACCEPTABLE))
		return walk_exit(c, EXT_QUAL_ACCEPT, gpa, level, stop, entry);
	return accept_entry(slot, level);
}

/* RCX, RDX of both leaves: where and how large; no L2 VM has attributes. */
static u64 attr_answer(struct call *c, gpa_t gpa, unsigned int level, u64 entry)
{
	c->g[RCX] = level | (gpa & ~(LEVEL_BYTES(level) - 1)) |
		    (entry & SEPT_TDP ? ATTR_PENDING : 0);
	c->g[RDX] = 0;
	return 0;
}

static u64 attr_error(struct call *c, u64 status)
{
	c->g[RCX] = 0;
	c->g[RDX] = 0;
	return status;
}

/* Bits 11:0 are not looked at: the page of any size that holds the GPA. */
u64 leaf_TDG_MEM_PAGE_ATTR_RD(struct call *c)
{
	struct td *td = c->vcpu->td;
	gpa_t gpa = c->g[RCX] & ~(PAGE_BYTES - 1);
	u64 entry, *slot;
	unsigned int stop = 0;

	if (!sept_gpa_private(td, gpa))
		return attr_error(c, ST_OP(OPERAND_INVALID, RCX));
	slot = sept_walk(td, gpa, TDX_LEVEL_4K, &stop);
	entry = slot ? atomic_read_once(slot) : SEPT_FREE_ENTRY;
	if (!sept_in(entry, ATTR_RD_STATES))
		return exit_ept(c, gpa, 0, 0);
	return attr_answer(c, gpa, stop, entry);
}

/*
 * Attributes and flags are 16 bits for each VM. Those of the TD itself cannot
 * be written, and L2 VMs there are none.
 */
static u64 attr_check(const struct call *c)
{
	unsigned int vm;

	for (vm = 0; vm < 4; vm++) {
		if (c->g[RDX] >> (16 * vm) & 0xffff)
			return ST_OP(OPERAND_INVALID, RDX);
		if (c->g[R8] >> (16 * vm) & 0xffff)
			return ST_OP(OPERAND_INVALID, R8);
	}
	return 0;
}

u64 leaf_TDG_MEM_PAGE_ATTR_WR(struct call *c)
{
	struct td *td = c->vcpu->td;
	unsigned int level = c->g[RCX] & 7, stop = 0;
	gpa_t gpa = c->g[RCX] & ~7ULL;
	u64 entry, *slot, st;

	st = attr_check(c);
	if (st)
		return attr_error(c, st);
	if ((c->g[RCX] & RCX_RESERVED) || level > TDX_LEVEL_1G ||
	    !SEAM_ALIGNED(gpa, LEVEL_BYTES(level)) || !sept_gpa_private(td, gpa))
		return attr_error(c, ST_OP(OPERAND_INVALID, RCX));
	slot = sept_walk(td, gpa, level, &stop);
	entry = slot ? atomic_read_once(slot) : SEPT_FREE_ENTRY;
	if (stop == level && sept_in(entry, TABLES))
		return attr_error(c, ST(PAGE_SIZE_MISMATCH) | stop);
	if (stop != level || !sept_in(entry, ATTR_WR_STATES))
		return walk_exit(c, EXT_QUAL_ATTR_WR, gpa, level, stop, entry);
	return attr_answer(c, gpa, stop, entry);
}
