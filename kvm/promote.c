// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tables of 4 KiB entries that have had their time. Where 512 private pages
 * lie together in memory they are joined into one mapping: fewer TLB misses
 * for the guest, and one call instead of 512 at teardown. Where none is left
 * the table goes, so that the next mapping can be a large one.
 */
#include <linux/sched.h>
#include <linux/workqueue.h>

#include "mem.h"
#include "seam.h"

#define SEPT_STATE(info)	(((info) >> 8) & 0xff)
#define SEPT_MAPPED		4

#define WAIT_MIN	(HZ / 50)
#define WAIT_MAX	((unsigned long)HZ)

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

static void look_later(struct td_vm *vm)
{
	schedule_delayed_work(&vm->promote_work, vm->promote_wait);
}

/* A small page was mapped; with the last one of a block begins the waiting. */
void sept_note_mapped(struct td_vm *vm, struct sept_block *b)
{
	if (b->nr != PAGES_2M)
		return;
	b->seen = PAGES_2M;
	if (list_empty(&b->promote))
		list_add_tail(&b->promote, &vm->promote);
	vm->promote_wait = WAIT_MIN;
	if (vm->state == TD_RUNNABLE)
		look_later(vm);
}

/*
 * All pages of the block must be accepted. What was seen so is not looked at
 * again: a page costs one call, and so does a look that finds one pending.
 */
static bool block_accepted(struct td_vm *vm, struct sept_block *b)
{
	struct tdx_out out;
	tdx_status_t st;
	gpa_t gpa;

	/* pages of the initial image are */
	if (vm->state != TD_RUNNABLE)
		return true;
	/* guests accept upwards: the last one tells most */
	while (b->seen) {
		gpa = (b->gfn + b->seen - 1) << PAGE_SHIFT;
		st = seam_retry_brief(tdh_mem_sept_rd(vm->tdr, gpa,
						      TDX_LEVEL_4K, &out));
		if (tdx_failed(st) || SEPT_STATE(out.rdx) != SEPT_MAPPED)
			return false;
		b->seen--;
	}
	return true;
}

/*
 * Nobody translates through the table of the block until it is unblocked or
 * gone. What fails leaves the table as it was; where even that is refused, the
 * TD does not run on.
 */
static int table_block(struct td_vm *vm, struct sept_block *b)
{
	int ret;

	if (vm->state != TD_RUNNABLE)
		return 0;
	ret = sept_block_entry(vm, b->gfn, TDX_LEVEL_2M);
	if (ret)
		return ret;
	ret = td_track(vm);
	if (ret)
		vm_break(vm);
	return ret;
}

static void table_unblock(struct td_vm *vm, struct sept_block *b)
{
	struct tdx_out out;
	tdx_status_t st;

	if (vm->state != TD_RUNNABLE)
		return;
	st = seam_insist(tdh_mem_range_unblock(vm->tdr, b->gfn << PAGE_SHIFT,
					       TDX_LEVEL_2M, &out));
	if (seam_failed(TDH_MEM_RANGE_UNBLOCK, st))
		vm_break(vm);
}

/* The table is the host's again. */
static void table_returned(struct td_vm *vm, struct sept_block *b)
{
	if (td_page_returned(vm, page_to_phys(b->table), 1))
		seamhost_page_leak(b->table, 0);
	else
		td_control_free(vm, b->table);
	b->table = NULL;
}

/**
 * sept_table_drop() - give up the table of a block that holds no page
 * @vm: the VM; mem_lock is held
 * @b: the block, whose table nobody can use any more
 *
 * Return: 0, or -EIO: the table is there, and in use again.
 */
int sept_table_drop(struct td_vm *vm, struct sept_block *b)
{
	struct tdx_out out;
	tdx_status_t st;

	st = seam_retry_alone(vm, tdh_mem_sept_remove(vm->tdr,
						      b->gfn << PAGE_SHIFT,
						      TDX_LEVEL_2M, &out));
	if (seam_failed(TDH_MEM_SEPT_REMOVE, st)) {
		table_unblock(vm, b);
		return -EIO;
	}
	table_returned(vm, b);
	return 0;
}

/* The same for one whose table may be in use, or not there. */
int sept_table_remove(struct td_vm *vm, struct sept_block *b)
{
	int ret;

	if (!b->table)
		return 0;
	ret = table_block(vm, b);
	return ret ?: sept_table_drop(vm, b);
}

/* PAMT pages that the module no longer needs come back in @pair. */
static tdx_status_t promote_call(struct td_vm *vm, gpa_t gpa, hpa_t pair[2])
{
	struct tdx_more more = {};
	struct tdx_out out;
	tdx_status_t st;

	if (!seamhost_pamt_is_dynamic())
		return seam_retry_alone(vm, tdh_mem_page_promote(vm->tdr, gpa,
								 TDX_LEVEL_2M,
								 &out));
	st = seam_retry_alone(vm, tdh_mem_page_promote_more(vm->tdr, gpa,
							    TDX_LEVEL_2M,
							    &more));
	pair[0] = more.r12;
	pair[1] = more.r13;
	return st;
}

/* A failure leaves the block as it was, and small pages will do. */
static void block_promote(struct td_vm *vm, struct sept_block *b,
			  struct memfd_block *mb)
{
	hpa_t pair[2];

	if (table_block(vm, b))
		return;
	if (tdx_failed(promote_call(vm, b->gfn << PAGE_SHIFT, pair))) {
		table_unblock(vm, b);
		return;
	}
	table_returned(vm, b);
	bitmap_zero(b->mapped, PAGES_2M);
	b->nr = 0;
	b->mapped_2m = true;
	bitmap_zero(mb->given, PAGES_2M);
	mb->given_2m = true;
	seamhost_pamt_joined(page_to_phys(mb->huge), pair);
}

/*
 * Look at one of the blocks that became whole; those that the guest is not
 * through with go to the end of the line. mem_lock is held. True: there is
 * one less.
 */
bool sept_promote_pending(struct td_vm *vm)
{
	struct memfd_block *mb;
	struct sept_block *b;

	b = list_first_entry_or_null(&vm->promote, struct sept_block, promote);
	if (!b || !vm_alive(vm))
		return false;

	mb = block_backing(vm, b);
	if (b->nr == PAGES_2M && mb && !block_accepted(vm, b)) {
		list_move_tail(&b->promote, &vm->promote);
		return false;
	}
	list_del_init(&b->promote);
	if (b->nr == PAGES_2M && mb)
		block_promote(vm, b, mb);
	return true;
}

/* All that can be promoted before the guest runs: the initial image. */
void sept_promote_all(struct td_vm *vm)
{
	while (!list_empty(&vm->promote) && vm_alive(vm)) {
		sept_promote_pending(vm);
		cond_resched();
	}
}

/* The host is not told when the guest accepts a page: it looks, ever less. */
static void promote_work(struct work_struct *work)
{
	struct td_vm *vm = container_of(to_delayed_work(work), struct td_vm,
					promote_work);
	bool found;

	mutex_lock(&vm->mem_lock);
	found = sept_promote_pending(vm);
	vm->promote_wait = found ? WAIT_MIN : min(2 * vm->promote_wait, WAIT_MAX);
	if (!list_empty(&vm->promote) && vm_alive(vm))
		look_later(vm);
	mutex_unlock(&vm->mem_lock);
}

void sept_promote_init(struct td_vm *vm)
{
	INIT_LIST_HEAD(&vm->promote);
	INIT_DELAYED_WORK(&vm->promote_work, promote_work);
}

/* Nobody maps any more: the VM is dead. mem_lock is not held. */
void sept_promote_end(struct td_vm *vm)
{
	cancel_delayed_work_sync(&vm->promote_work);
}
