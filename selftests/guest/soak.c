// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each vCPU writes and checks memory of its own, counts under a spinlock that
 * all share, and carries a vector register through it all, until the VMM says
 * stop. Memory, lock or registers that get mixed up show.
 */
#include "guest.h"
#include "soak.h"

#define WORDS		8192	/* 64 KiB per vCPU */
#define AREA		0x01000000UL
#define TURNS		16	/* through the lock, per round */
#define BAD_MEMORY	1
#define BAD_VECTOR	2
#define BAD_LOCK	4

static volatile u32 lock;
static volatile u64 counter, owner;
static volatile u32 ready, finished;

static void take(void)
{
	u32 one;

	for (;;) {
		one = 1;
		asm volatile("xchg %0, %1" : "+r"(one), "+m"(lock) : : "memory");
		if (!one)
			return;
		while (lock)
			asm volatile("pause");
	}
}

static void release(void)
{
	asm volatile("" : : : "memory");
	lock = 0;
}

static u64 check_memory(u64 *area, u64 seed)
{
	u64 i, bad = 0;

	for (i = 0; i < WORDS; i++)
		area[i] = seed + i * 0x9e3779b97f4a7c15;
	asm volatile("" : : : "memory");
	for (i = 0; i < WORDS; i++)
		if (area[i] != seed + i * 0x9e3779b97f4a7c15)
			bad = BAD_MEMORY;
	return bad;
}

static u64 count_under_lock(u64 index)
{
	unsigned int i;
	u64 bad = 0, was;

	for (i = 0; i < TURNS; i++) {
		take();
		owner = index;
		was = counter;
		asm volatile("pause; pause" : : : "memory");
		counter = was + 1;
		if (owner != index)
			bad = BAD_LOCK;
		release();
	}
	return bad;
}

static u64 check_vector(u64 index)
{
	u64 got;

	asm volatile("movq %%xmm7, %0" : "=r"(got));
	return got == ~index ? 0 : BAD_VECTOR;
}

/* As 2M where the VMM has a page of that size, else piecewise. */
static bool accept_areas(void)
{
	u64 gpa;

	if (!page_accept(AREA, TDX_LEVEL_2M))
		return true;
	for (gpa = AREA; gpa < AREA + GUEST_MAX_VCPUS * WORDS * 8; gpa += 4096)
		if (page_accept(gpa, TDX_LEVEL_4K))
			return false;
	return true;
}

u32 guest_main(const struct guest_info *info)
{
	struct soak_shared *s = shared_ptr(info, GUEST_MBOX);
	u64 index = info->index, vcpus = info->data, seed = index << 56;
	u64 *area = (u64 *)(AREA + index * WORDS * 8);

	/* the first vCPU prepares, the others wait for it */
	if (!index) {
		if (map_gpa(GUEST_MBOX | shared_bit(info), 4096))
			return 1;
		memset(s, 0, sizeof(*s));
		if (!accept_areas())
			return 2;
		__atomic_store_n(&ready, 1, __ATOMIC_RELEASE);
	}
	while (!__atomic_load_n(&ready, __ATOMIC_ACQUIRE))
		asm volatile("pause");

	asm volatile("movq %0, %%xmm7" : : "r"(~index));
	while (!s->stop) {
		s->bad[index] |= check_memory(area, ++seed);
		s->bad[index] |= count_under_lock(index);
		s->bad[index] |= check_vector(index);
		s->rounds[index]++;
		if (!(seed & 3))
			io_in(PORT_SYNC, 4);
	}

	if (__atomic_add_fetch(&finished, 1, __ATOMIC_ACQ_REL) == vcpus)
		s->total = counter;
	return 0;
}
