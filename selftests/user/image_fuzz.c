// SPDX-License-Identifier: GPL-2.0-only
/*
 * image_fuzz SECONDS [SEED]: mutated TDX module images through the parser that
 * the kernel and tdxctl share, under ASan and UBSan. The parser is built to
 * report where it goes; what leads to a new place is kept and mutated further.
 * Each image is in a buffer of its own length, and what is accepted must lie
 * within it.
 */
#include <time.h>
#include "../include/ktap.h"
#include "image_make.h"

#define MAX_LEN		(8 * PAGE)
#define MAP_SIZE	65536u
#define CORPUS_MAX	1024u
#define MAX_MUTATIONS	6u

struct input {
	u8 *data;
	size_t len;
};

static struct input corpus[CORPUS_MAX];
static unsigned int nr_corpus;
static u64 rnd_state;

/* ---- where the parser went -------------------------------------------------- */

static u8 seen[MAP_SIZE];
static unsigned int nr_seen;
static bool news;
static unsigned long last;

/* the compiler calls it at each branch */
__attribute__((no_sanitize("address", "undefined")))
void __sanitizer_cov_trace_pc(void)
{
	unsigned long pc = (unsigned long)__builtin_return_address(0);
	unsigned long at = (pc ^ last * 31) % MAP_SIZE;

	last = pc;
	if (seen[at])
		return;
	seen[at] = 1;
	nr_seen++;
	news = true;
}

/* ---- inputs ------------------------------------------------------------------ */

static u32 rnd(u32 below)
{
	rnd_state ^= rnd_state << 13;
	rnd_state ^= rnd_state >> 7;
	rnd_state ^= rnd_state << 17;
	return below ? (u32)(rnd_state >> 16) % below : 0;
}

static void keep(const u8 *data, size_t len)
{
	struct input *in;

	if (nr_corpus == CORPUS_MAX)
		return;
	in = &corpus[nr_corpus++];
	in->data = malloc(len ? len : 1);
	in->len = len;
	memcpy(in->data, data, len);
}

static void seeds(void)
{
	static u8 file[4 * PAGE];

	keep(file, good_image(file, 1, 2));
	keep(file, good_image(file, 2, 2));
	keep(file, 0);
}

static u32 odd_number(void)
{
	static const u32 numbers[] = {
		0, 1, 2, 3, 4, 16, 255, 256, 495, 496, 497, 498, 0x7ff, 0x800,
		0xfff, 0x1000, 0x1001, 0x1800, 0x2000, 0x3000, 0x4000, 0x7fff,
		0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xfffff000, 0xffffffff,
	};

	return numbers[rnd(sizeof(numbers) / sizeof(numbers[0]))];
}

/* Mostly where decisions are made: the header and the SIGSTRUCT's fields. */
static size_t some_place(size_t len)
{
	size_t at;

	switch (rnd(4)) {
	case 0:
		at = rnd(32);
		break;
	case 1:
		at = PAGE + rnd(256);
		break;
	case 2:
		at = PAGE + rnd(sizeof(struct seam_sigstruct));
		break;
	default:
		at = rnd(len);
		break;
	}
	return at < len ? at : rnd(len);
}

static size_t mutate(u8 *data, size_t len)
{
	size_t at, n;

	if (!len)
		return rnd(MAX_LEN);
	at = some_place(len);
	switch (rnd(8)) {
	case 0:
		data[at] ^= 1 << rnd(8);
		break;
	case 1:
		data[at] = rnd(256);
		break;
	case 2:
		if (at + 2 <= len)
			put16(data + at, odd_number());
		break;
	case 3:
		at &= ~(size_t)3;
		if (at + 4 <= len)
			put32(data + at, odd_number());
		break;
	case 4:
		len = rnd(len + 1);
		break;
	case 5:
		n = len + rnd(2) * PAGE + rnd(16);
		len = n > MAX_LEN ? MAX_LEN : n;
		break;
	case 6:		/* a piece of another */
		n = rnd(nr_corpus);
		if (corpus[n].len > at)
			memcpy(data + at, corpus[n].data + at,
			       corpus[n].len < len ? corpus[n].len - at :
						     len - at);
		break;
	default:	/* a length that the header would agree with */
		put32(data + (len >= 20 ? 16 : 0), rnd(2) ? len : len / PAGE);
		break;
	}
	return len;
}

/* ---- one run ----------------------------------------------------------------- */

static bool within(const void *p, size_t n, const u8 *data, size_t len)
{
	const u8 *q = p;

	return q >= data && n <= len && (size_t)(q - data) <= len - n;
}

static u64 taken, refused;

static bool try_one(const u8 *data, size_t len)
{
	static const struct seam_running running = {
		.module_hv = 2,
		.min_update_hv = 1,
		.max_tdmrs = 4,
		.max_reserved = 16,
		.pamt_entry_size = { 16, 16, 16 },
		.cpu = 0x806f8,
	};
	struct seam_image image;
	const char *wrong;
	u16 handoff;

	last = 0;
	wrong = seam_image_parse(data, len, &image);
	if (wrong) {
		refused++;
		/* a reason is a sentence, not a stray pointer */
		return strlen(wrong) > 8 && strlen(wrong) < 120;
	}
	taken++;
	if (!within(image.sigstruct, sizeof(*image.sigstruct), data, len) ||
	    !within(image.module, (size_t)image.module_pages * PAGE, data,
		    len) ||
	    !image.module_pages || image.module_pages > SEAM_IMAGE_MAX_PAGES)
		return false;
	seam_image_fits(&image, &running, &handoff);
	/* the same two parts as separate files are as good */
	return !seam_image_join(image.module,
				(size_t)image.module_pages * PAGE,
				image.sigstruct, sizeof(*image.sigstruct),
				&image);
}

static void show_bad(const u8 *data, size_t len)
{
	FILE *f = fopen("image_fuzz.bad", "w");

	if (f) {
		fwrite(data, 1, len, f);
		fclose(f);
		ktap_note("the image is in image_fuzz.bad");
	}
}

int main(int argc, char **argv)
{
	double seconds = argc > 1 ? strtod(argv[1], NULL) : 5;
	static u8 work[MAX_LEN];
	struct timespec begin, now;
	bool good = true;
	u64 runs = 0;
	u8 *copy;

	clock_gettime(CLOCK_MONOTONIC, &begin);
	rnd_state = argc > 2 ? strtoull(argv[2], NULL, 0) :
			       (u64)begin.tv_nsec;
	rnd_state += 0x9e3779b97f4a7c15;
	ktap_header();
	ktap_note("seed %llu", (unsigned long long)(rnd_state -
						    0x9e3779b97f4a7c15));
	seeds();
	do {
		const struct input *from = &corpus[rnd(nr_corpus)];
		size_t len = from->len;
		unsigned int i, n = 1 + rnd(MAX_MUTATIONS);

		memset(work, 0, sizeof(work));
		memcpy(work, from->data, len);
		for (i = 0; i < n; i++)
			len = mutate(work, len);
		if (rnd(8))
			seal(work, len);
		copy = malloc(len ? len : 1);
		memcpy(copy, work, len);
		news = false;
		good = try_one(copy, len);
		if (!good)
			show_bad(copy, len);
		free(copy);
		if (news)
			keep(work, len);
		if (!(++runs & 1023))
			clock_gettime(CLOCK_MONOTONIC, &now);
		else
			now = begin;
	} while (good && now.tv_sec - begin.tv_sec < seconds);

	ktap_note("%llu images, %llu accepted, %u places, %u kept",
		  (unsigned long long)runs, (unsigned long long)taken, nr_seen,
		  nr_corpus);
	ktap_ok(good, "no image confuses the parser");
	ktap_ok(taken && refused, "some are accepted, some refused");
	ktap_plan(ktap_seen);
	while (nr_corpus)
		free(corpus[--nr_corpus].data);
	return ktap_exit();
}
