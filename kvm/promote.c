// SPDX-License-Identifier: GPL-2.0-only
/*
 * Joining 512 private pages that lie together in memory into one mapping:
 * fewer TLB misses for the guest, and one call instead of 512 at teardown.
 */
#include <linux/sched.h>

#include "mem.h"
#include "seam.h"

#define SEPT_STATE(info)	(((info) >> 8) & 0xff)
#define SEPT_MAPPED		4

/* Is the block backed by one 2 MiB page, in order? */
static struct memfd_block *block_backing(struct td_vm *vm,
					 struct sept_block *b)
{
	struct slot *s = slot_find(vm, b->gfn);
	struct memfd_block *mb;
	u64 pgoff;

	if (!s || !s->memfd || b->gfn + PAGES_2M > s->gfn + s->npages)
		return NULL;
	pgoff = s->memfd_pgoff + b->gfn - s->gfn;
	if (pgoff % PAGES_2M)
		return NULL;
	mb = xa_load(&s->memfd->blocks, pgoff >> ORDER_2M);
	return mb && mb->huge ? mb : NULL;
}

void sept_note_mapped(struct td_vm *vm, struct sept_block *b)
{
	if (b->nr == PAGES_2M && list_empty(&b->promote))
		list_add_tail(&b->promote, &vm->promote);
}

/* All pages of the block must be accepted; asking for one is a hint. */
static bool block_accepted(struct td_vm *vm, struct sept_block *b)
{
	struct tdx_out out;
	tdx_status_t st;
	unsigned int i;

	/* pages of the initial image are */
	if (vm->state != TD_RUNNABLE)
		return true;
	/* guests accept upwards: the last one tells most */
	for (i = PAGES_2M; i-- > 0; ) {
		st = seam_retry_atomic(tdh_mem_sept_rd(vm->tdr,
						       (b->gfn + i) << PAGE_SHIFT,
						       TDX_LEVEL_4K, &out));
		if (tdx_failed(st) || SEPT_STATE(out.rdx) != SEPT_MAPPED)
			return false;
	}
	return true;
}

/* PAMT pages that the module no longer needs come back in @pair. */
static tdx_status_t promote_call(struct td_vm *vm, gpa_t gpa, hpa_t pair[2])
{
	struct tdx_more more = {};
	struct tdx_out out;
	tdx_status_t st;

	if (!seamhost_pamt_is_dynamic())
		return seam_retry(tdh_mem_page_promote(vm->tdr, gpa,
						       TDX_LEVEL_2M, &out));
	st = seam_retry(tdh_mem_page_promote_more(vm->tdr, gpa, TDX_LEVEL_2M,
						  &more));
	pair[0] = more.r12;
	pair[1] = more.r13;
	return st;
}

/*
 * A failure leaves the block as it was; when even that is refused, the TD does
 * not run on.
 */
static void block_promote(struct td_vm *vm, struct sept_block *b,
			  struct memfd_block *mb)
{
	gpa_t gpa = b->gfn << PAGE_SHIFT;
	struct tdx_out out;
	tdx_status_t st;
	hpa_t pair[2];

	if (vm->state == TD_RUNNABLE) {
		st = seam_retry(tdh_mem_range_block(vm->tdr, gpa, TDX_LEVEL_2M,
						    &out));
		if (tdx_failed(st))
			return;
		if (td_track(vm)) {
			vm_break(vm);
			return;
		}
	}
	st = promote_call(vm, gpa, pair);
	if (tdx_failed(st)) {
		if (vm->state != TD_RUNNABLE)
			return;
		st = seam_insist(tdh_mem_range_unblock(vm->tdr, gpa,
						       TDX_LEVEL_2M, &out));
		if (seam_failed(TDH_MEM_RANGE_UNBLOCK, st))
			vm_break(vm);
		return;
	}

	/* The table is the host's again. */
	if (td_page_returned(vm, page_to_phys(b->table), 1))
		seamhost_page_leak(b->table, 0);
	else
		td_control_free(vm, b->table);
	b->table = NULL;
	bitmap_zero(b->mapped, PAGES_2M);
	b->nr = 0;
	b->mapped_2m = true;
	bitmap_zero(mb->given, PAGES_2M);
	mb->given_2m = true;
	seamhost_pamt_joined(page_to_phys(mb->huge), pair);
}

/*
 * Look at one of the blocks that became whole; those that the guest is not
 * through with go to the end of the line. mem_lock is held.
 */
void sept_promote_pending(struct td_vm *vm)
{
	struct memfd_block *mb;
	struct sept_block *b;

	b = list_first_entry_or_null(&vm->promote, struct sept_block, promote);
	if (!b || !vm_alive(vm))
		return;

	mb = block_backing(vm, b);
	if (b->nr != PAGES_2M || !mb) {
		list_del_init(&b->promote);
	} else if (!block_accepted(vm, b)) {
		list_move_tail(&b->promote, &vm->promote);
	} else {
		list_del_init(&b->promote);
		block_promote(vm, b, mb);
	}
}

/* All that can be promoted before the guest runs: the initial image. */
void sept_promote_all(struct td_vm *vm)
{
	while (!list_empty(&vm->promote) && vm_alive(vm)) {
		sept_promote_pending(vm);
		cond_resched();
	}
}
