// SPDX-License-Identifier: GPL-2.0-only
/*
 * Recorded bring-up of the TDX module through the SEAMCALL instruction:
 * sys_replay PKGS FILE, all sequences of two LPs and so many packages.
 *
 * The machine is as the recorded one from H0 = 4G on: RAM with a hole, two
 * CPUs. P-SEAMLDR takes the module away and loads it anew for each sequence.
 * Pages of TDMRs are the kernel's here: a sequence ends where a TD would get
 * one, and how much of it was left is told.
 */
#include "replay.h"

#include <seamhost/abi.h>

#define H0		(4ULL << 30)
#define GIGA		(1ULL << 30)
#define IMAGE		"/tests/images/recorded.img"
#define IMAGE_PAGES	24
#define NR_S		64
#define CHUNK_ORDER	10
#define CHUNKS		1024

/* KeyIDs as they were recorded */
struct seam_config seam_config = {
	.keyids_shared = 31, .keyids_private = 32, .keyid_shift = 46,
	.keyid_bits = 6, .max_pa = 52,
};

static u64 s_base;		/* pages of ours, outside of what TDMRs cover */
static unsigned int calls, left_calls;

bool trace_symbol(char letter, u64 n, u64 *val)
{
	*val = letter == 'H' ? H0 + n * 0x200000 :
	       letter == 'P' ? H0 + (32 << 20) + n * 4096 :
	       letter == 'T' ? H0 + n * GIGA :
	       letter == 'A' ? H0 + 2 * GIGA :
	       letter == 'X' ? H0 + 7 * GIGA + n * 4096 : s_base + n * 4096;
	if (letter == 'S' && n >= NR_S)
		foreign = true;
	return true;
}

static bool find_host_pages(void)
{
	unsigned int i;

	for (i = 0; i < CHUNKS; i++) {
		u64 hpa = alloc_pages(CHUNK_ORDER);

		if (hpa >= H0 + 3 * GIGA)
			s_base = hpa;
		if (s_base || !hpa)
			break;
	}
	return s_base;
}

/* ---- the module, from its image ------------------------------------------------ */

static void *map_page(u64 hpa)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, dev, hpa);

	if (p == MAP_FAILED)
		ktap_bail("a page cannot be mapped");
	return p;
}

/* Parameters of INSTALL, the signature and the image, from @hpa on. */
static void read_image(u64 hpa)
{
	struct seamldr_params *p = map_page(hpa);
	FILE *f = fopen(IMAGE, "r");
	unsigned int i;

	if (!f || fseek(f, 4096, SEEK_SET) ||
	    fread(map_page(hpa + 4096), 4096, 1, f) != 1)
		ktap_bail("no " IMAGE);
	memset(p, 0, 4096);
	p->scenario = SEAMLDR_SCENARIO_LOAD;
	p->sigstruct_pa = hpa + 4096;
	for (i = 0; i < IMAGE_PAGES; i++) {
		u64 page = hpa + (2 + i) * 4096;

		if (!fread(map_page(page), 4096, 1, f))
			break;
		p->module_page_pa[i] = page;
	}
	p->num_module_pages = i;
	fclose(f);
}

static u64 loader(unsigned int lp, u64 leaf, u64 rcx)
{
	u64 out[NR_GPRS];

	return simple(lp, 1ULL << 63 | (leaf & 0xffff), rcx, out);
}

static void load(void)
{
	u64 params = s_base + NR_S * 4096, st = 0;
	unsigned int lp;

	for (lp = 0; lp < 2; lp++)
		loader(lp, SEAMLDR_SHUTDOWN, 0);
	read_image(params);
	for (lp = 0; lp < 2 && !st; lp++)
		st = loader(lp, SEAMLDR_INSTALL, params);
	if (st)
		ktap_bail("no module is loaded");
}

/* ---- sequences ------------------------------------------------------------------ */

/* A TD would get a page, which is the kernel's. */
static bool takes_page(const char *text)
{
	return strstr(text, "-> SUCCESS") &&
	       (strstr(text, "TDH.MNG.CREATE ") || strstr(text, ".ADDCX "));
}

static void play_seq(char **text, unsigned int nr)
{
	unsigned int i, done = 0, left = 0;
	bool ok = true;

	load();
	for (i = 1; ok && i < nr && !takes_page(text[i]); i++) {
		switch (parse(text[i]) ? play(text[i]) : -1) {
		case 0:
			done += line.kind == LINE_CALL;
			break;
		case 1:
			left += line.kind == LINE_CALL;
			break;
		default:
			ok = false;
		}
	}
	for (; i < nr; i++)
		left += !!strstr(text[i], " TDH.") || !!strstr(text[i], " LEAF.");
	ktap_ok(ok, "%.*s: %u calls, %u left out",
		(int)strcspn(text[0], "\n"), text[0], done, left);
	calls += done;
	left_calls += left;
}

int main(int argc, char **argv)
{
	char want[32], *seq[2048], *text = NULL;
	unsigned int nr = 0, others = 0;
	size_t cap = 0;
	FILE *f;

	if (argc != 3)
		return 2;
	replay_open(0);
	f = fopen(argv[2], "r");
	if (!f)
		ktap_bail("no recording");
	if (!find_host_pages())
		ktap_skip_all("the memory is not as in the recordings");
	ktap_header();
	snprintf(want, sizeof(want), "lps=2 pkgs=%s\n", argv[1]);
	while (getline(&text, &cap, f) > 0) {
		if (strncmp(text, "end", 3)) {
			if (nr < 2048)
				seq[nr++] = strdup(text);
			continue;
		}
		if (strstr(seq[0], want))
			play_seq(seq, nr);
		else
			others++;
		while (nr)
			free(seq[--nr]);
	}
	load();
	ktap_note("%u calls as recorded, %u left out; %u sequences of other machines",
		  calls, left_calls, others);
	ktap_plan(ktap_seen);
	fclose(f);
	return ktap_exit();
}
