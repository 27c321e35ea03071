// SPDX-License-Identifier: GPL-2.0-only
/*
 * The surroundings of softseam's layers in user space: sparse simulated
 * physical memory, hashes from libcrypto, entropy that can run dry.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "env_user.h"

#define HASH_SIZE	4096
#define RAM_END		(SIM_H0 + (9ULL << 30))

struct sim_page {
	struct sim_page *next;
	hpa_t hpa;
	bool noise;		/* the module owns it: @data was scrambled */
	u64 seed;
	u64 *data;
};

bool sim_no_entropy;
unsigned int sim_intr_countdown;
bool sim_no_memory;
bool sim_no_large;
void (*sim_event)(enum sim_event event);

static struct sim_page *pages[HASH_SIZE];
static u64 noise_seed = 0x5eed;

static struct { hpa_t hpa; unsigned int pages; } watched[8];
static unsigned int nr_watched;
static u64 *watch_copy;

static u64 xorshift(u64 *s)
{
	*s ^= *s << 13;
	*s ^= *s >> 7;
	*s ^= *s << 17;
	return *s;
}

static struct sim_page **bucket(hpa_t hpa)
{
	return &pages[(hpa / PAGE_BYTES * 0x9e3779b97f4a7c15ULL) >> 52];
}

/* Pages are only ever added in front while a test runs: no lock to find one. */
static struct sim_page *find_page(hpa_t hpa)
{
	struct sim_page *p = atomic_read_once(bucket(hpa));

	for (; p; p = p->next)
		if (p->hpa == hpa)
			return p;
	return NULL;
}

static struct sim_page *add_page(hpa_t hpa)
{
	struct sim_page *p = calloc(1, sizeof(*p)), **b = bucket(hpa);

	if (!p)
		abort();
	p->data = aligned_alloc(PAGE_BYTES, PAGE_BYTES);
	if (!p->data)
		abort();
	memset(p->data, 0, PAGE_BYTES);
	p->hpa = hpa;
	p->next = *b;
	atomic_set_once(b, p);
	return p;
}

static struct sim_page *get_page(hpa_t hpa)
{
	static pthread_mutex_t adding = PTHREAD_MUTEX_INITIALIZER;
	struct sim_page *p = find_page(hpa);

	if (p)
		return p;
	pthread_mutex_lock(&adding);
	p = find_page(hpa);
	if (!p)
		p = add_page(hpa);
	pthread_mutex_unlock(&adding);
	return p;
}

void *env_host_ptr(hpa_t hpa)
{
	if (hpa < SIM_H0 || hpa >= RAM_END)
		return NULL;
	return (char *)get_page(hpa & ~(PAGE_BYTES - 1))->data +
	       (hpa & (PAGE_BYTES - 1));
}

void *env_alloc(size_t size)
{
	return sim_no_memory ? NULL : calloc(1, size);
}

void env_free(void *p, size_t size)
{
	if (p)
		memset(p, 0xa5, size);
	free(p);
}

static pthread_mutex_t look = PTHREAD_MUTEX_INITIALIZER;

void env_look_lock(void)
{
	pthread_mutex_lock(&look);
}

void env_look_unlock(void)
{
	pthread_mutex_unlock(&look);
}

void env_locked(void)
{
	sim_happens(SIM_LOCK);
}

void *env_page_alloc(unsigned int level)
{
	void *p;

	sim_happens(SIM_PAGE_ALLOC);
	p = sim_no_memory || (level && sim_no_large) ? NULL :
	    aligned_alloc(PAGE_BYTES, LEVEL_BYTES(level));
	if (p)
		memset(p, 0, LEVEL_BYTES(level));
	return p;
}

void env_page_free(void *p, unsigned int level __maybe_unused)
{
	free(p);
}

static void make_noise(u64 *data, u64 seed)
{
	unsigned int i;

	for (i = 0; i < 512; i++)
		data[i] = xorshift(&seed);
}

void env_page_scramble(hpa_t hpa, unsigned int level)
{
	u64 end = hpa + LEVEL_BYTES(level);

	sim_happens(SIM_SCRAMBLE);
	for (; hpa < end; hpa += PAGE_BYTES) {
		/* Of a 2M page only what somebody already looked at. */
		struct sim_page *p = level ? find_page(hpa) : get_page(hpa);

		if (!p)
			continue;
		p->noise = true;
		p->seed = atomic_add(&noise_seed, 0x9e3779b97f4a7c15ULL) | 1;
		make_noise(p->data, p->seed);
	}
}

bool env_page_touched(hpa_t hpa, unsigned int level)
{
	u64 end = hpa + LEVEL_BYTES(level), want[512];

	sim_happens(SIM_TOUCH_LOOK);
	for (; hpa < end; hpa += PAGE_BYTES) {
		struct sim_page *p = find_page(hpa);

		if (!p)
			continue;
		make_noise(want, p->seed);
		if (p->noise && memcmp(want, p->data, sizeof(want)))
			return true;
	}
	return false;
}

bool env_intr_pending(unsigned int lp __maybe_unused)
{
	sim_happens(SIM_INTR_LOOK);
	return sim_intr_countdown && !--sim_intr_countdown;
}

bool env_random(u64 *val)
{
	static u64 state = 0x123456789abcdef1ULL;

	if (sim_no_entropy)
		return false;
	*val = xorshift(&state);
	return true;
}

u64 env_tsc(void)
{
	static u64 tsc = 1000000;

	return atomic_add(&tsc, 1000);
}

/*
 * libcrypto's contexts are pointers, while the module copies its own freely:
 * keep the data that was fed, and hash it at the end.
 */
struct sha_log {
	u8 *data;
	size_t len, cap;
	struct sha_log *next;
};

static struct sha_log *sha_logs;

size_t env_sha384_size(void)
{
	return sizeof(struct sha_log *) + sizeof(size_t);
}

struct sha_ref {
	struct sha_log *log;
	size_t len;
};

void env_sha384_init(void *ctx)
{
	struct sha_ref *r = ctx;

	r->log = calloc(1, sizeof(*r->log));
	r->len = 0;
	if (!r->log)
		abort();
	r->log->next = sha_logs;
	sha_logs = r->log;
}

void env_sha384_update(void *ctx, const void *data, size_t len)
{
	struct sha_ref *r = ctx;
	struct sha_log *l = r->log;

	sim_happens(SIM_SHA_UPDATE);
	/* A copy that went its own way needs a log of its own. */
	if (l->len != r->len) {
		size_t keep = r->len;
		u8 *old = l->data;

		env_sha384_init(ctx);
		if (keep)
			env_sha384_update(ctx, old, keep);
		l = r->log;
	}
	if (l->len + len > l->cap) {
		l->cap = (l->len + len) * 2;
		l->data = realloc(l->data, l->cap);
		if (!l->data)
			abort();
	}
	memcpy(l->data + l->len, data, len);
	l->len += len;
	r->len = l->len;
}

void env_sha384_final(void *ctx, u8 digest[48])
{
	struct sha_ref *r = ctx;

	if (!EVP_Digest(r->log->data ? (void *)r->log->data : "", r->len,
			digest, NULL, EVP_sha384(), NULL))
		abort();
}

void env_hmac_sha256(const u8 key[32], const void *data, size_t len,
		     u8 mac[32])
{
	if (!HMAC(EVP_sha256(), key, 32, data, len, mac, NULL))
		abort();
}

void sim_watch(hpa_t hpa, unsigned int nr)
{
	watched[nr_watched].hpa = hpa;
	watched[nr_watched++].pages = nr;
}

/* The i-th watched page. */
static hpa_t watched_page(unsigned int i)
{
	unsigned int k;

	for (k = 0; i >= watched[k].pages; k++)
		i -= watched[k].pages;
	return watched[k].hpa + i * PAGE_BYTES;
}

/* A page that nobody looked at is all zero, and need not be kept. */
void sim_watch_begin(void)
{
	unsigned int i, n = 0;
	struct sim_page *p;

	for (i = 0; i < nr_watched; i++)
		n += watched[i].pages;
	if (!watch_copy)
		watch_copy = calloc(n, PAGE_BYTES);
	if (!watch_copy)
		abort();
	for (i = 0; i < n; i++) {
		p = find_page(watched_page(i));
		if (p)
			memcpy(watch_copy + i * 512, p->data, PAGE_BYTES);
	}
}

void sim_watch_end(sim_change_fn fn, void *arg)
{
	unsigned int i, w, n = 0;
	struct sim_page *p;

	for (i = 0; i < nr_watched; i++)
		n += watched[i].pages;
	for (i = 0; i < n; i++) {
		u64 *was = watch_copy + i * 512;

		p = find_page(watched_page(i));
		if (!p || !memcmp(was, p->data, PAGE_BYTES))
			continue;
		for (w = 0; w < 512; w++)
			if (was[w] != p->data[w])
				fn(arg, p->hpa + w * 8, was[w], p->data[w]);
	}
}

static void free_sha_logs(void)
{
	struct sha_log *l;

	while ((l = sha_logs)) {
		sha_logs = l->next;
		free(l->data);
		free(l);
	}
}

void sim_reset(void)
{
	struct sim_page *p;
	unsigned int i;

	for (i = 0; i < HASH_SIZE; i++) {
		while ((p = pages[i])) {
			pages[i] = p->next;
			free(p->data);
			free(p);
		}
	}
	free_sha_logs();
	free(watch_copy);
	watch_copy = NULL;
	nr_watched = 0;
	sim_no_entropy = false;
	sim_no_memory = false;
	sim_no_large = false;
	sim_intr_countdown = 0;
	sim_event = NULL;
}
