// SPDX-License-Identifier: GPL-2.0-only
/*
 * The module's surroundings in a kernel: host memory by the direct map, memory
 * of its own, entropy, time. All of it runs with interrupts off, at the place
 * where a SEAMCALL was made, and never sleeps.
 */
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <asm/apic.h>
#include <asm/msr.h>
#include <asm/tsc.h>
#include "../compat.h"
#include "kernel.h"

#define ENV_GFP		(GFP_ATOMIC | __GFP_NOWARN | __GFP_ZERO)
#define PAGE_ORDER(level)	(9 * (level))

atomic_t env_no_entropy = ATOMIC_INIT(0);
atomic_t env_interrupts = ATOMIC_INIT(0);

static u64 noise_key;

void *env_host_ptr(hpa_t hpa)
{
	return cmr_is_ram(hpa) ? __va(hpa) : NULL;
}

void *env_alloc(size_t size)
{
	return kmalloc(size, ENV_GFP);
}

void env_free(void *p, size_t size)
{
	kfree(p);
}

void *env_page_alloc(unsigned int level)
{
	return (void *)__get_free_pages(ENV_GFP, PAGE_ORDER(level));
}

void env_page_free(void *p, unsigned int level)
{
	if (!p)
		return;
	/* the content was the TD's */
	memset(p, 0, LEVEL_BYTES(level));
	free_pages((unsigned long)p, PAGE_ORDER(level));
}

/* Word @i of the noise in the page at @hpa: one key per boot, no secret kept */
static u64 noise(hpa_t hpa, unsigned int i)
{
	u64 x = (hpa + i * sizeof(u64)) * 0x9e3779b97f4a7c15ULL ^ noise_key;

	x ^= x >> 29;
	x *= 0xbf58476d1ce4e5b9ULL;
	return x ^ x >> 32;
}

void env_page_scramble(hpa_t hpa, unsigned int level)
{
	u64 size = LEVEL_BYTES(level), off;

	for (off = 0; off < size; off += PAGE_SIZE) {
		u64 *p = env_host_ptr(hpa + off);
		unsigned int i;

		for (i = 0; p && i < PAGE_SIZE / sizeof(*p); i++)
			p[i] = noise(hpa + off, i);
	}
}

bool env_page_touched(hpa_t hpa, unsigned int level)
{
	u64 size = LEVEL_BYTES(level), off;

	for (off = 0; off < size; off += PAGE_SIZE) {
		const u64 *p = env_host_ptr(hpa + off);
		unsigned int i;

		for (i = 0; p && i < PAGE_SIZE / sizeof(*p); i++)
			if (READ_ONCE(p[i]) != noise(hpa + off, i))
				return true;
	}
	return false;
}

bool env_intr_pending(unsigned int lp)
{
	unsigned int reg;

	if (atomic_add_unless(&env_interrupts, -1, 0))
		return true;
	for (reg = APIC_IRR; reg < APIC_IRR + 0x80; reg += 0x10)
		if (apic->read(reg))
			return true;
	return false;
}

bool env_random(u64 *val)
{
	if (atomic_add_unless(&env_no_entropy, -1, 0))
		return false;
	get_random_bytes(val, sizeof(*val));
	return true;
}

u64 env_tsc(void)
{
	return rdtsc();
}

int env_init(void)
{
	get_random_bytes(&noise_key, sizeof(noise_key));
	return hash_init();
}

void env_exit(void)
{
	hash_exit();
}
