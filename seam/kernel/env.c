// SPDX-License-Identifier: GPL-2.0-only
/*
 * The module's surroundings in a kernel: host memory by the direct map, memory
 * of its own, entropy, time. All of it runs with interrupts off, at the place
 * where a SEAMCALL was made, and never sleeps.
 */
#include <linux/atomic.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/random.h>
#include <linux/sched.h>
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

static void at(enum seam_point point)
{
	seam_at(raw_smp_processor_id(), point);
}

void env_locked(void)
{
	at(SEAM_AT_LOCK);
}

/*
 * Interrupts are off: no leaf shall find locks of who looks taken for long. Not a
 * spinlock_t, for it is passed by when a panic stopped who has it.
 */
static atomic_t looking;
static unsigned long look_flags;	/* of who has it */
static bool look_forced;		/* nobody will give it back */

void env_look_lock(void)
{
	unsigned long flags;

	local_irq_save(flags);
	while (atomic_cmpxchg_acquire(&looking, 0, 1)) {
		/* a panic stops CPUs wherever they are, then ends the module */
		if (oops_in_progress) {
			look_forced = true;
			break;
		}
		cpu_relax();
	}
	look_flags = flags;
}

void env_look_unlock(void)
{
	unsigned long flags = look_flags;

	if (!look_forced)
		atomic_set_release(&looking, 0);
	local_irq_restore(flags);
	/* no leaf: there may be a great many pages to look at */
	if (!irqs_disabled())
		cond_resched();
}

void *env_page_alloc(unsigned int level)
{
	at(SEAM_AT_MEMORY);
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

/*
 * Noise: one key per boot, no secret kept, from word to word a long step: what
 * a TD uses is compared at each of its entries, and has to be cheap. Loops go
 * over 2M with interrupts off, so they are unrolled, and aligned to stay within
 * one page of code, because QEMU's TCG chains no jumps from page to page. Each
 * has its own section: the assembler would jump over padding between them, and
 * objtool asks who gets there.
 */
#define NOISE_STEP	0x9e3779b97f4a7c15ULL
#define WORDS_PER_PAGE	(PAGE_SIZE / sizeof(u64))

static __always_inline u64 noise(u64 x)
{
	x ^= x >> 29;
	x *= 0xbf58476d1ce4e5b9ULL;
	return x ^ x >> 32;
}

static noinline __aligned(512) __section(".text.noise_fill")
void noise_fill(u64 *p, u64 seed)
{
	const u64 *end = p + WORDS_PER_PAGE;

	for (; p < end; p += 4, seed += 4 * NOISE_STEP) {
		p[0] = seed;
		p[1] = seed + NOISE_STEP;
		p[2] = seed + 2 * NOISE_STEP;
		p[3] = seed + 3 * NOISE_STEP;
	}
}

/* 0 when the page is as noise_fill() left it */
static noinline __aligned(512) __section(".text.noise_diff")
u64 noise_diff(const u64 *p, u64 seed)
{
	const u64 *end = p + WORDS_PER_PAGE;
	u64 diff = 0;

	for (; p < end; p += 4, seed += 4 * NOISE_STEP) {
		diff |= p[0] ^ seed;
		diff |= p[1] ^ (seed + NOISE_STEP);
		diff |= p[2] ^ (seed + 2 * NOISE_STEP);
		diff |= p[3] ^ (seed + 3 * NOISE_STEP);
	}
	return diff;
}

static u64 noise_seed(hpa_t hpa)
{
	return noise(hpa * NOISE_STEP ^ noise_key);
}

void env_page_scramble(hpa_t hpa, unsigned int level)
{
	hpa_t end = hpa + LEVEL_BYTES(level);

	at(SEAM_AT_TAKE);
	for (; hpa < end; hpa += PAGE_SIZE) {
		u64 *p = env_host_ptr(hpa);

		if (p)
			noise_fill(p, noise_seed(hpa));
	}
}

bool env_page_touched(hpa_t hpa, unsigned int level)
{
	hpa_t end = hpa + LEVEL_BYTES(level);

	for (; hpa < end; hpa += PAGE_SIZE) {
		const u64 *p = env_host_ptr(hpa);

		if (p && noise_diff(p, noise_seed(hpa)))
			return true;
	}
	return false;
}

bool env_intr_pending(unsigned int lp)
{
	unsigned int reg;

	seam_at(lp, SEAM_AT_INTERRUPT);
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
