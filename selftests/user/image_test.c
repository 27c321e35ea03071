// SPDX-License-Identifier: GPL-2.0-only
/*
 * Module images: good ones are taken, and each way of being bad is refused in
 * words of its own.
 */
#include "../include/ktap.h"
#include "image_make.h"

#define PAGES		3u
#define LEN		(2 * PAGE + PAGES * PAGE)

static u8 file[SEAM_IMAGE_MAX_SIZE + PAGE];
static struct seam_image image;

static struct seam_sigstruct *sigstruct(void)
{
	return (struct seam_sigstruct *)(file + PAGE);
}

static size_t make_v1(void)
{
	memset(file, 0, sizeof(file));
	return good_image(file, 1, PAGES);
}

static size_t make_v2(void)
{
	memset(file, 0, sizeof(file));
	return good_image(file, 2, PAGES);
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
	put16(file, 0x0300);
	refuses(len, "unknown version", "a header of another version");
	file[4] = 'x';
	refuses(len, "no TDX-BLOB mark", "another file");
	make_v2();
	file[5] = 'x';
	refuses(len, "no TDX-BLOB mark", "a v2 header without mark");
	make_v1();
	file[9] = 'x';
	refuses(LEN, "no TDX-BLOB mark", "a v1 header without mark");

	make_v1();
	put32(file + 4, PAGE);
	refuses(LEN, "overlap", "a module over its SIGSTRUCT");
	put32(file + 4, LEN + PAGE);
	refuses(LEN, "outside the file", "a module outside the file");
	put32(file + 4, 2 * PAGE + 8);
	refuses(LEN, "outside the file", "a module not on a page");
	put32(file + 4, LEN);
	refuses(LEN, "no module", "a v1 image without module");

	make_v2();
	put32(file + 12, 2);
	refuses(LEN, "SIGSTRUCT pages", "two SIGSTRUCT pages");
	put32(file + 12, 0);
	refuses(LEN, "SIGSTRUCT pages", "no SIGSTRUCT page");
	make_v2();
	put32(file + 16, 0);
	refuses(LEN, "no module", "a v2 image without module");
	put32(file + 16, 497);
	refuses(LEN, "496", "a module of 497 pages");
	put32(file + 16, 0xffffffff);
	refuses(LEN, "496", "a module of 4G pages");
	make_v2();
	put32(file + 24, 1);
	seal(file, LEN);
	refuses(LEN, "reserved bytes of the header", "a reserved bit in the header");
}

#define SIGSTRUCT_CASE(field, value, words)				\
	do {								\
		size_t len_ = make_v2();				\
									\
		sigstruct()->field = (value);				\
		seal(file, len_);						\
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

	good_sigstruct(&s);
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

int main(void)
{
	ktap_header();
	headers();
	sigstructs();
	updates();
	ktap_plan(ktap_seen);
	return ktap_exit();
}
