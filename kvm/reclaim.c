// SPDX-License-Identifier: GPL-2.0-only
/*
 * Taking the memory of an ended TD back: one reclaim for each page, as large
 * as it was given. Blocks are independent, so idle CPUs share the work.
 */
#include <linux/cpumask.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "mem.h"

#define WORKERS_MAX	8
#define BLOCKS_MIN	16		/* a worker for fewer is not worth it */

struct reclaim {
	struct memfd_block **block;
	unsigned long nr;
	atomic_long_t next;
};

struct reclaim_worker {
	struct work_struct work;
	struct reclaim *r;
};

/* The pages of a huge block become pages of their own; false without memory. */
static bool block_split(struct memfd_block *b)
{
	struct page *huge = b->huge;
	unsigned int i;

	b->small = kvcalloc(PAGES_2M, sizeof(*b->small), GFP_KERNEL);
	if (!b->small)
		return false;
	split_page(huge, ORDER_2M);
	b->huge = NULL;
	for (i = 0; i < PAGES_2M; i++)
		b->small[i] = huge + i;
	return true;
}

static void block_reclaim(struct memfd_block *b)
{
	unsigned int i;

	if (b->given_2m) {
		if (td_page_reclaim(b->huge, TDX_LEVEL_2M)) {
			seamhost_page_leak(b->huge, ORDER_2M);
			b->huge = NULL;
		}
		b->given_2m = false;
		return;
	}

	for_each_set_bit(i, b->given, PAGES_2M) {
		struct page *page = b->huge ? b->huge + i : b->small[i];

		if (!td_page_reclaim(page, TDX_LEVEL_4K)) {
			seamhost_pamt_put(page_to_phys(page));
			continue;
		}
		/* one bad page must not cost the others */
		if (b->huge && !block_split(b)) {
			seamhost_page_leak(b->huge, ORDER_2M);
			b->huge = NULL;
			break;
		}
		seamhost_page_leak(b->small[i], 0);
		b->small[i] = NULL;
	}
	bitmap_zero(b->given, PAGES_2M);
}

static void reclaim_blocks(struct reclaim *r)
{
	long i;

	while ((i = atomic_long_inc_return(&r->next) - 1) < r->nr) {
		block_reclaim(r->block[i]);
		memfd_block_free(r->block[i]);
		cond_resched();
	}
}

static void reclaim_work(struct work_struct *work)
{
	reclaim_blocks(container_of(work, struct reclaim_worker, work)->r);
}

static void reclaim_run(struct reclaim *r)
{
	struct reclaim_worker worker[WORKERS_MAX - 1];
	unsigned int i, n;

	n = min_t(unsigned long, num_online_cpus(), r->nr / BLOCKS_MIN);
	n = min_t(unsigned int, n, WORKERS_MAX);
	n = n ? n - 1 : 0;

	for (i = 0; i < n; i++) {
		worker[i].r = r;
		INIT_WORK_ONSTACK(&worker[i].work, reclaim_work);
		queue_work(system_unbound_wq, &worker[i].work);
	}
	reclaim_blocks(r);
	for (i = 0; i < n; i++) {
		flush_work(&worker[i].work);
		destroy_work_on_stack(&worker[i].work);
	}
}

static unsigned long count_blocks(struct td_vm *vm)
{
	struct memfd_block *b;
	unsigned long index, n = 0;
	struct memfd *m;

	list_for_each_entry(m, &vm->memfds, link)
		xa_for_each(&m->blocks, index, b)
			n++;
	return n;
}

static void reclaim_serially(struct td_vm *vm, bool huge)
{
	struct memfd_block *b;
	unsigned long index;
	struct memfd *m;

	list_for_each_entry(m, &vm->memfds, link) {
		xa_for_each(&m->blocks, index, b) {
			if (b->given_2m != huge)
				continue;
			xa_erase(&m->blocks, index);
			block_reclaim(b);
			memfd_block_free(b);
			cond_resched();
		}
	}
}

/*
 * Take every page of every guest_memfd of a torn down TD back, the large ones
 * first: they are most of the memory for the least of the work. What it held
 * cannot be used again, so it is freed at once. Called with mem_lock held.
 */
void memfd_reclaim_all(struct td_vm *vm)
{
	struct reclaim r = { .nr = count_blocks(vm) };
	unsigned long index, first = 0, last = r.nr;
	struct memfd_block *b;
	struct memfd *m;

	WRITE_ONCE(vm->entry.private_pages, 0);
	r.block = kvmalloc_array(r.nr, sizeof(*r.block), GFP_KERNEL);
	if (!r.block) {
		reclaim_serially(vm, true);
		reclaim_serially(vm, false);
		return;
	}
	list_for_each_entry(m, &vm->memfds, link) {
		xa_for_each(&m->blocks, index, b) {
			xa_erase(&m->blocks, index);
			r.block[b->given_2m ? first++ : --last] = b;
		}
	}
	reclaim_run(&r);
	kvfree(r.block);
}
