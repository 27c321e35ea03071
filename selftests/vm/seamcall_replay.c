// SPDX-License-Identifier: GPL-2.0-only
/*
 * A sample of the recorded call sequences through the SEAMCALL instruction.
 * seamcall_replay MAX FILE...: at most MAX sequences of each file.
 *
 * A sequence qualifies when no guest runs in it and when it names no more than
 * pages of TDMRs, host pages and KeyIDs: the machine is up already, and all of
 * its memory is in TDMRs. A call that names other places is left out where it
 * was refused, for it changed nothing; else the sequence is not taken. Why
 * others are not is told, family by family.
 */
#include "replay.h"

#define NR_H		16
#define NR_P_BLOCKS	2
#define NR_S		64
#define BLOCK		0x200000ULL

struct seam_config seam_config = {
	.keyids_shared = 31, .keyids_private = 32, .keyid_shift = 46,
	.keyid_bits = 6, .max_pa = 52,
};

static u64 h_block[NR_H], p_block[NR_P_BLOCKS], s_page[NR_S];
static bool p_used[NR_P_BLOCKS * 512];
static bool split;		/* a 2M page may be in pieces */

/* Each sequence gets pages that no TD had before: RDMD shows old owners. */
static void forget_pages(void)
{
	memset(h_block, 0, sizeof(h_block));
	memset(p_block, 0, sizeof(p_block));
	memset(p_used, 0, sizeof(p_used));
	split = false;
}

static u64 once(u64 *hpa, unsigned int order)
{
	if (!*hpa)
		*hpa = alloc_pages(order);
	if (!*hpa)
		foreign = true;
	return *hpa;
}

bool trace_symbol(char letter, u64 n, u64 *val)
{
	*val = 0;
	if (letter == 'H' && n < NR_H) {
		*val = once(&h_block[n], 9);
	} else if (letter == 'P' && n < NR_P_BLOCKS * 512) {
		*val = once(&p_block[n / 512], 9) + n % 512 * 4096;
		p_used[n] = true;
	} else if (letter == 'S' && n < NR_S) {
		*val = once(&s_page[n], 0);
	} else {
		foreign = true;
	}
	return true;
}

/* ---- taking back ------------------------------------------------------------- */

static bool page_type(u64 hpa, u64 *type, u64 *level)
{
	u64 out[NR_GPRS];

	if (simple(0, TDH_PHYMEM_PAGE_RDMD, hpa, out))
		return false;
	*type = out[RCX];
	*level = out[R8];
	return *type;
}

/* Of what the sequence named: a call takes its time. */
static void each_page(void (*fn)(u64 hpa, u64 type))
{
	u64 type, level;
	unsigned int b, i;

	for (i = 0; i < NR_P_BLOCKS * 512; i++) {
		u64 hpa = p_block[i / 512] + i % 512 * 4096;

		if (p_used[i] && p_block[i / 512] &&
		    page_type(hpa, &type, &level))
			fn(hpa, type);
	}
	for (b = 0; b < NR_H; b++) {
		for (i = 0; h_block[b] && i < (split ? 512 : 1); i++) {
			u64 hpa = h_block[b] + i * 4096;

			if (!page_type(hpa, &type, &level))
				continue;
			fn(hpa, type);
			if (level)
				break;
		}
	}
}

static void flush(u64 hpa, u64 type)
{
	u64 out[NR_GPRS];

	if (type != PT_TDVPR)
		return;
	simple(0, TDH_VP_FLUSH, hpa, out);
	simple(1, TDH_VP_FLUSH, hpa, out);
}

static void block(u64 hpa, u64 type)
{
	u64 out[NR_GPRS];

	if (type == PT_TDR)
		simple(0, TDH_MNG_VPFLUSHDONE, hpa, out);
}

static void free_key(u64 hpa, u64 type)
{
	u64 out[NR_GPRS];

	if (type == PT_TDR)
		simple(0, TDH_MNG_KEY_FREEID, hpa, out);
}

static void reclaim(u64 hpa, u64 type)
{
	u64 out[NR_GPRS];

	(void)type;
	simple(0, TDH_PHYMEM_PAGE_RECLAIM, hpa, out);
}

static unsigned int left;

static void count_left(u64 hpa, u64 type)
{
	printf("# left: 0x%llx type %llu\n", hpa, type);
	left++;
}

static bool take_back(void)
{
	u64 out[NR_GPRS];

	left = 0;
	each_page(flush);
	each_page(block);
	simple(0, TDH_PHYMEM_CACHE_WB, 0, out);
	each_page(free_key);
	each_page(reclaim);		/* TDRs come last */
	each_page(reclaim);
	each_page(count_left);
	return !left;
}

/* ---- sequences ------------------------------------------------------------------ */

struct seq {
	char **text;
	unsigned int nr;
};

/* Why a sequence cannot be played here; NULL when it can. */
static const char *unfit_line(const char *t)
{
	if (strstr(t, " g ") || strstr(t, "ENTERED"))
		return "a guest acts, and no page of its TD has code";
	if (strstr(t, "TDH.SYS.SHUTDOWN") && strstr(t, "-> SUCCESS"))
		return "the module is shut down";
	/* other places: T, A, C and X */
	if ((strstr(t, "=T") || strstr(t, "=A") || strstr(t, "=C+") ||
	     strstr(t, "=X")) && strstr(t, "-> SUCCESS"))
		return "it needs memory where this machine has none";
	/* XFAM of TD_PARAMS */
	if (strstr(t, "0x18=0x1e") && !strstr(t, " 0x8=3 ") &&
	    !strstr(t, " 0x8=7 "))
		return "its TD has features that this CPU has not";
	return NULL;
}

static const char *unfit(const struct seq *s)
{
	const char *why;
	unsigned int i;

	if (strstr(s->text[0], "start=cold"))
		return "it brings a module up: sys_replay plays those";
	if (strstr(s->text[0], "pkgs=2"))
		return "its machine has two packages";
	for (i = 1; i < s->nr; i++) {
		why = unfit_line(s->text[i]);
		if (why)
			return why;
	}
	return NULL;
}

/*
 * Refusals that depend on the machine: a place outside of all TDMRs, an
 * address of the machine as a GPA, paging levels.
 */
static bool left_out(const char *t)
{
	if (strstr(t, "-> SUCCESS"))
		return false;
	return strstr(t, "OPERAND_ADDR_RANGE_ERROR") ||
	       strstr(t, "|EPTP_CONTROLS") ||	/* this CPU has 5 levels */
	       ((strstr(t, "TDH.MEM.") || strstr(t, "TDH.MR.")) &&
		(strstr(t, "RCX=P") || strstr(t, "RCX=H") ||
		 strstr(t, "RCX=S")));
}

/* As at the start of each recording, as far as a sequence can tell. */
static void clear_host_pages(void)
{
	unsigned int i;

	memset(&line, 0, sizeof(line));
	for (i = 0; i < NR_S; i++) {
		line.page = s_page[i];
		if (line.page)
			host_write();
	}
}

static void play_seq(const struct seq *s, const char *name)
{
	unsigned int i, calls = 0, skipped = 0;
	bool ok = true;
	char head[80];

	snprintf(head, sizeof(head), "%.*s", (int)strcspn(s->text[0], "\n"),
		 s->text[0]);
	forget_pages();
	clear_host_pages();
	for (i = 1; ok && i < s->nr; i++) {
		if (left_out(s->text[i])) {
			skipped++;
			continue;
		}
		switch (parse(s->text[i]) ? play(s->text[i]) : -1) {
		case 0:
			calls += line.kind == LINE_CALL;
			/* also what was refused: that only means more to look at */
			split |= !!strstr(s->text[i], "PAGE.DEMOTE");
			break;
		case 1:
			skipped++;
			break;
		default:
			ok = false;
		}
	}
	ok = take_back() && ok;
	ktap_ok(ok, "%s: %s: %u calls, %u left out", name, head, calls,
		skipped);
}

/* How many sequences of a file were not taken, by reason. */
static struct { const char *why; unsigned int n; } reasons[8];

static void not_taken(const char *why)
{
	unsigned int i;

	for (i = 0; i < 7 && reasons[i].why && reasons[i].why != why; i++)
		;
	reasons[i].why = why;
	reasons[i].n++;
}

static void tell_family(const char *name, unsigned int played,
			unsigned int more)
{
	unsigned int i, most = 0;

	ktap_note("%s: %u played, %u more could be", name, played, more);
	for (i = 0; i < 8 && reasons[i].why; i++) {
		ktap_note("%s: not %u: %s", name, reasons[i].n, reasons[i].why);
		if (reasons[i].n > reasons[most].n)
			most = i;
	}
	if (!played)
		ktap_skip(name, reasons[most].why);
	memset(reasons, 0, sizeof(reasons));
}

static void play_file(const char *path, unsigned int max)
{
	const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	unsigned int played = 0, more = 0;
	struct seq s = { 0 };
	FILE *f = fopen(path, "r");
	char *text = NULL;
	const char *why;
	size_t cap = 0;

	if (!f) {
		ktap_ok(false, "%s cannot be read", path);
		return;
	}
	while (getline(&text, &cap, f) > 0) {
		if (strncmp(text, "end", 3)) {
			s.text = realloc(s.text, (s.nr + 1) * sizeof(*s.text));
			s.text[s.nr++] = strdup(text);
			continue;
		}
		why = unfit(&s);
		if (why)
			not_taken(why);
		else if (played == max)
			more++;
		else if (++played)
			play_seq(&s, name);
		while (s.nr)
			free(s.text[--s.nr]);
	}
	tell_family(name, played, more);
	free(s.text);
	free(text);
	fclose(f);
}

int main(int argc, char **argv)
{
	int i;

	if (argc < 3) {
		fprintf(stderr, "usage: %s max file...\n", argv[0]);
		return 2;
	}
	replay_open(1);		/* tests keep off CPU 0 */
	ktap_header();
	for (i = 2; i < argc; i++)
		play_file(argv[i], atoi(argv[1]));
	ktap_plan(ktap_seen);
	return ktap_exit();
}
