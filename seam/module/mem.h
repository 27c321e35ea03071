/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the leaves that take a GPA and a TD have in common: the gate, the walk,
 * the locks and the error outputs; and the content of private pages.
 */
#ifndef SOFTSEAM_MEM_H
#define SOFTSEAM_MEM_H

#include "sept.h"

/* Sets of enum op_state. */
#define OP_IN(state)	SEAM_BIT(state)
#define OPS_BUILD_RUN	(OP_IN(OP_INITIALIZED) | OP_IN(OP_RUNNABLE) | \
			 OP_IN(OP_LIVE_EXPORT) | OP_IN(OP_LIVE_IMPORT))
#define OPS_EXPORTED	(OP_IN(OP_PAUSED_EXPORT) | OP_IN(OP_POST_EXPORT))
#define OPS_IMPORTING	(OP_IN(OP_MEMORY_IMPORT) | OP_IN(OP_STATE_IMPORT) | \
			 OP_IN(OP_POST_IMPORT))

/* How one leaf differs from the next. */
struct mem_rules {
	u32 op_states;		/* OP_IN() */
	u64 sept_states;	/* SEPT_IN() */
	u8 min_level;
	u8 max_level;		/* MEM_LEVEL_TOP: that of the root */
	bool tdr_excl;
	bool any_leaf;		/* RCX is a plain GPA; the walk ends at a leaf */
	u8 tree_lock;		/* enum lock_mode */
	bool lock_entry;
	bool want_present;	/* all else is EPT_ENTRY_NOT_PRESENT */
};

#define MEM_LEVEL_TOP	0xff
#define NULL_PA		(~0ULL)

/* One such leaf at work. */
struct mem_op {
	struct call *c;
	const struct mem_rules *rules;
	struct td *td;
	struct pamt_entry *tdr;
	u64 rcx;
	hpa_t tdr_hpa;
	gpa_t gpa;
	unsigned int level;	/* asked for; after the walk: of the entry */
	u64 *slot;
	u64 entry;		/* as found, without lock bits */
	bool tree_locked, entry_locked;
};

/*
 * RCX = RDX = 0, then the gate to the TD named by @tdr. Undo with mem_end()
 * after success only.
 */
u64 mem_begin(struct mem_op *op, struct call *c, const struct mem_rules *rules,
	      hpa_t tdr);
/* Level, alignment and GPA in RCX, tree lock, walk, entry state, entry lock. */
u64 mem_walk(struct mem_op *op);
/* Of version 1: R9-R11, where pages of L2 VMs would be given back. */
void mem_no_l2_pages(struct call *c);
/* Releases everything; a locked entry becomes op->entry. */
void mem_end(struct mem_op *op);
/* RCX and RDX tell the entry; returns @status of operand RCX. */
u64 mem_entry_error(struct mem_op *op, u64 status);
/* Blocked and tracked where the TD's state demands it. */
u64 mem_check_tracked(struct mem_op *op);
/* Exchanges the locked entry and makes the engine forget the old one. */
void mem_set_entry(struct mem_op *op, u64 entry);

/* @hpa without its KeyID bits. */
static inline hpa_t hpa_plain(hpa_t hpa)
{
	return hpa & (SEAM_BIT(seam_config.keyid_shift) - 1);
}

/* ---- content of private pages (content.c) -------------------------------- */

/*
 * What pamt_entry.obj of a REG page says:
 *   NULL		all zero
 *   4K page		a page of softseam's memory
 *   CONTENT_BLOCK	part of (4K) or the whole of (2M) a 2M block
 *   CONTENT_ARRAY	2M, 1G: the contents of its 512 parts
 */
#define CONTENT_BLOCK	1UL
#define CONTENT_ARRAY	2UL
#define CONTENT_TAG	3UL

/* Frees the content of a locked REG page; before its PAMT entry is freed. */
void content_drop(struct pamt_entry *pe);
/*
 * The content at @hpa of the REG page of @pe, from the start of its part:
 * *part is the level of what is in one piece there. Allocates what was all
 * zero; NULL: no memory.
 */
void *content_at(struct pamt_entry *pe, hpa_t hpa, unsigned int *part);
/* The same for a look only, of the 4K page at @hpa; NULL: all zero. */
const void *content_peek(struct pamt_entry *pe, hpa_t hpa);
/*
 * One page becomes 512 of the next smaller level, and back. The PAMT entries
 * are those of the parts, one after the other. Join may want memory: false
 * when there is none, and nothing changed.
 */
void content_split(struct pamt_entry *whole);
bool content_join(struct pamt_entry *whole);
/* Moves the content of one 4K page to another HPA; false: no memory. */
bool content_move(struct pamt_entry *from, struct pamt_entry *to);
/* False when the host wrote to the page: the TD is FATAL from here on. */
bool content_intact(struct td *td, hpa_t hpa, unsigned int level);

/* ---- the TD's build-time measurement (mr.c) ------------------------------- */

/* TDH.MNG.INIT opens it; false: no memory. mrtd_free() in any state. */
bool mrtd_init(struct td *td);
void mrtd_free(struct td *td);
void mrtd_page_add(struct td *td, gpa_t gpa);

/* ---- what the engine asks (guest_mem.c) ------------------------------------ */

enum sept_access {
	SEPT_ACCESS_OK,		/* mapped: content and level are set */
	SEPT_ACCESS_NONE,	/* EPT violation: state and level tell */
	SEPT_ACCESS_FATAL,	/* the host wrote to the page */
	SEPT_ACCESS_NOMEM,	/* try later */
};

/* What a private GPA maps to; the rest only where it does. */
struct sept_page {
	unsigned int level;	/* of the entry, then of the part in memory */
	u8 state;
	bool writable;
	void *content;		/* the start of the part */
	hpa_t hpa;		/* of the host's 4K page, which was compared */
};

/*
 * The engine calls this and installs what it says under one lock that its
 * engine_sept_zap() takes too: leaves change the entry first and zap then.
 */
enum sept_access sept_translate(struct td *td, gpa_t gpa, struct sept_page *page);

#endif /* SOFTSEAM_MEM_H */
