// SPDX-License-Identifier: GPL-2.0-only
/*
 * Module images: good ones are taken, and each way of being bad is refused in
 * words of its own. With arguments: that many random damages, and more for so
 * many seconds, none of which may be read out of bounds (run under ASan).
 */
#include <string.h>
#include <time.h>
#include "../../virt/image.h"
#include "../include/ktap.h"

#define PAGE		4096u
#define PAGES		3u
#define V1_LEN		(2 * PAGE + PAGES * PAGE)
#define V2_LEN		(2 * PAGE + PAGES * PAGE)

static u8 file[SEAM_IMAGE_MAX_SIZE + PAGE];
static struct seam_image image;

static void put16(size_t at, u16 v)
{
	memcpy(file + at, &v, sizeof(v));
}

static void put32(size_t at, u32 v)
{
	memcpy(file + at, &v, sizeof(v));
}

static void seal(size_t len)
{
	u16 sum = 0, word;
	size_t i;

	put16(2, 0);
	for (i = 0; i + 1 < len; i += 2) {
		memcpy(&word, file + i, 2);
		sum += word;
	}
	put16(2, -sum);
}

static struct seam_sigstruct *sigstruct(void)
{
	return (struct seam_sigstruct *)(file + PAGE);
}

static void fill_sigstruct(struct seam_sigstruct *s)
{
	memset(s, 0, sizeof(*s));
	s->header_type = 6;
	s->header_length = 0xe1;
	s->header_version = 0x10000;
	s->vendor = TDX_VENDOR_INTEL;
	s->date = 0x20240315;
	s->size = 0x200;
	s->key_size = 0x60;
	s->modulus_size = 0x60;
	s->exponent_size = 1;
	s->exponent = 0x10001;
	s->rip_offset = 0x40;
	s->max_tdmrs = 64;
	s->max_rsvd_per_tdmr = 16;
	s->pamt_entry_size_4k = 16;
	s->pamt_entry_size_2m = 16;
	s->pamt_entry_size_1g = 16;
	s->module_hv = 3;
	s->min_update_hv = 1;
	s->cpuid_table_size = 2;
	s->cpuid_table[0] = 0x806f8;
	s->cpuid_table[1] = 0xc06f0;
}

static size_t make_v1(void)
{
	memset(file, 0, sizeof(file));
	put16(0, 0x0100);
	put32(4, 2 * PAGE);
	memcpy(file + 8, "TDX-BLOB", 8);
	put32(16, V1_LEN);
	fill_sigstruct(sigstruct());
	memset(file + 2 * PAGE, 0xab, PAGES * PAGE);
	seal(V1_LEN);
	return V1_LEN;
}

static size_t make_v2(void)
{
	memset(file, 0, sizeof(file));
	put16(0, 0x0200);
	memcpy(file + 4, "TDX-BLOB", 8);
	put32(12, 1);
	put32(16, PAGES);
	fill_sigstruct(sigstruct());
	memset(file + 2 * PAGE, 0xab, PAGES * PAGE);
	seal(V2_LEN);
	return V2_LEN;
}

static void takes(size_t len, const char *name)
{
	const char *wrong = seam_image_parse(file, len, &image);

	ktap_ok(!wrong && image.module_pages == PAGES &&
		image.sigstruct == sigstruct() &&
		image.module == file + 2 * PAGE, "%s is taken", name);
	if (wrong)
		ktap_note("%s", wrong);
}

/* @words: a part of the message that no other refusal has */
static void refuses(size_t len, const char *words, const char *name)
{
	const char *wrong = seam_image_parse(file, len, &image);

	ktap_ok(wrong && strstr(wrong, words), "%s is refused: %s", name,
		words);
	if (!wrong || !strstr(wrong, words))
		ktap_note("%s", wrong ? wrong : "it was taken");
}

static void headers(void)
{
	size_t len;

	takes(make_v1(), "a version 1 image");
	takes(make_v2(), "a version 2 image");

	len = make_v2();
	file[len - 1] ^= 1;
	refuses(len, "checksum", "a damaged image");
	len = make_v1();
	refuses(len - PAGE, "shorter than its header says", "a truncated v1 image");
	len = make_v2();
	refuses(len - PAGE, "shorter than its header says", "a truncated v2 image");
	make_v2();
	refuses(len + PAGE, "longer than its header says",
		"an image with a page more");
	refuses(PAGE, "too short", "a header alone");
	refuses(0, "too short", "an empty file");
	refuses(sizeof(file), "too long", "a huge file");

	make_v2();
	put16(0, 0x0300);
	refuses(len, "unknown version", "a header of another version");
	file[4] = 'x';
	refuses(len, "no TDX-BLOB mark", "another file");
	make_v2();
	file[5] = 'x';
	refuses(len, "no TDX-BLOB mark", "a v2 header without mark");
	make_v1();
	file[9] = 'x';
	refuses(V1_LEN, "no TDX-BLOB mark", "a v1 header without mark");

	make_v1();
	put32(4, PAGE);
	refuses(V1_LEN, "overlap", "a module over its SIGSTRUCT");
	put32(4, V1_LEN + PAGE);
	refuses(V1_LEN, "outside the file", "a module outside the file");
	put32(4, 2 * PAGE + 8);
	refuses(V1_LEN, "outside the file", "a module not on a page");
	put32(4, V1_LEN);
	refuses(V1_LEN, "no module", "a v1 image without module");

	make_v2();
	put32(12, 2);
	refuses(V2_LEN, "SIGSTRUCT pages", "two SIGSTRUCT pages");
	put32(12, 0);
	refuses(V2_LEN, "SIGSTRUCT pages", "no SIGSTRUCT page");
	make_v2();
	put32(16, 0);
	refuses(V2_LEN, "no module", "a v2 image without module");
	put32(16, 497);
	refuses(V2_LEN, "496", "a module of 497 pages");
	put32(16, 0xffffffff);
	refuses(V2_LEN, "496", "a module of 4G pages");
	make_v2();
	put32(24, 1);
	seal(V2_LEN);
	refuses(V2_LEN, "reserved bytes of the header", "a reserved bit in the header");
}

#define SIGSTRUCT_CASE(field, value, words)				\
	do {								\
		size_t len_ = make_v2();				\
									\
		sigstruct()->field = (value);				\
		seal(len_);						\
		refuses(len_, words, "SIGSTRUCT with another " #field);	\
	} while (0)

static void sigstructs(void)
{
	struct seam_sigstruct s;
	u8 module[2 * PAGE] = {};

	SIGSTRUCT_CASE(header_type, 5, "unknown header");
	SIGSTRUCT_CASE(header_length, 0xe0, "unknown header");
	SIGSTRUCT_CASE(module_type, 1, "module type");
	SIGSTRUCT_CASE(vendor, 0x1022, "vendor");
	SIGSTRUCT_CASE(date, 0x2024131a, "date");
	SIGSTRUCT_CASE(date, 0x20240015, "date");
	SIGSTRUCT_CASE(size, 0x201, "wrong size");
	SIGSTRUCT_CASE(key_size, 0x40, "RSA-3072");
	SIGSTRUCT_CASE(exponent, 3, "RSA-3072");
	SIGSTRUCT_CASE(reserved0[87], 1, "reserved bytes are not zero");
	SIGSTRUCT_CASE(rip_offset, PAGES * PAGE, "entry point");
	SIGSTRUCT_CASE(min_update_hv, 4, "contradict");
	SIGSTRUCT_CASE(cpuid_table_size, 256, "list of CPUs");

	fill_sigstruct(&s);
	ktap_ok(!seam_image_join(module, sizeof(module), &s, sizeof(s), &image),
		"separate files are taken");
	ktap_ok(seam_image_join(module, sizeof(module) - 1, &s, sizeof(s),
				&image) != NULL,
		"a module of half a page is refused");
	ktap_ok(seam_image_join(module, sizeof(module), &s, sizeof(s) - 1,
				&image) != NULL,
		"a short SIGSTRUCT is refused");
}

/* @handoff: what both know, or 0 with a part of the refusal in @words */
static void fit(const struct seam_running *running, u16 handoff,
		const char *words, const char *name)
{
	const char *wrong;
	u16 got = 0;

	seam_image_parse(file, make_v2(), &image);
	wrong = seam_image_fits(&image, running, &got);
	if (!words)
		ktap_ok(!wrong && got == handoff, "%s", name);
	else
		ktap_ok(wrong && strstr(wrong, words), "%s: %s", name, words);
	if (wrong && !(words && strstr(wrong, words)))
		ktap_note("%s", wrong);
}

static void updates(void)
{
	static const struct seam_running good = {
		.module_hv = 2,
		.min_update_hv = 1,
		.max_tdmrs = 4,
		.max_reserved = 16,
		.pamt_entry_size = { 16, 16, 16 },
		.cpu = 0x806f8,
	};
	struct seam_running r = good;

	fit(&r, 2, NULL, "an update takes the older handoff version");
	r.module_hv = 9;
	fit(&r, 3, NULL, "a downgrade takes the image's handoff version");
	r.no_downgrade = true;
	fit(&r, 0, "forbids a downgrade", "a module without downgrade");
	r = good;
	r.module_hv = 0;
	fit(&r, 0, "as old as the one that runs", "a module too old");
	r = good;
	r.module_hv = 9;
	r.min_update_hv = 4;
	fit(&r, 0, "as old as the image", "an image too old");
	r = good;
	r.cpu = 0x806f7;
	fit(&r, 0, "not made for this CPU", "another CPU");
	r = good;
	r.pamt_entry_size[1] = 32;
	fit(&r, 0, "layout of PAMTs", "other PAMT entries");
	r = good;
	r.max_tdmrs = 65;
	fit(&r, 0, "fewer TDMRs", "fewer TDMRs");
}

/* In a buffer of exactly the file's length, so that ASan sees each step out. */
static void damage(unsigned long n, unsigned int seconds, u64 seed)
{
	time_t end = time(NULL) + seconds;
	unsigned long i, taken = 0;
	u64 state = seed;
	u16 handoff;

	for (i = 0; i < n || (seconds && time(NULL) < end); i++) {
		struct seam_running running = { .cpu = 0x806f8 };
		size_t len = i & 1 ? make_v1() : make_v2();
		unsigned int k;
		u8 *copy;

		for (k = 0; k < 1 + i % 5; k++) {
			state = state * 6364136223846793005ULL + 1;
			/* mostly headers, for that is where decisions are */
			file[(state >> 40) % (i % 3 ? 32 : len)] = state >> 33;
		}
		if (i % 7 == 0)
			len = (state >> 30) % (len + 1);
		if (i % 4)
			seal(len);
		copy = malloc(len ? len : 1);
		memcpy(copy, file, len);
		if (!seam_image_parse(copy, len, &image)) {
			taken++;
			seam_image_fits(&image, &running, &handoff);
		}
		free(copy);
	}
	ktap_ok(true, "%lu random damages (%lu harmless) are survived (SEED=%llu)",
		i, taken, seed);
}

/* usage: [SEED=n] image_test [RANDOM-DAMAGES [SECONDS]] */
int main(int argc, char **argv)
{
	const char *seed = getenv("SEED");

	ktap_header();
	headers();
	sigstructs();
	updates();
	damage(argc > 1 ? strtoul(argv[1], NULL, 0) : 20000,
	       argc > 2 ? atoi(argv[2]) : 0,
	       seed && *seed ? strtoull(seed, NULL, 0) : 1);
	ktap_plan(ktap_seen);
	return ktap_exit();
}
