// SPDX-License-Identifier: GPL-2.0-only
/*
 * Replays recorded call sequences against softseam's layers and compares
 * every status, register and memory word.
 *
 * replay [-v] [-a] [-f family] [-s seed] directory
 *   -v  print each line    -a  print every mismatch, not only the first
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "trace.h"

#define UNLISTED	0x5e00ULL
#define MAX_CHANGES	4096

struct family {
	char name[16];
	unsigned int seqs, good_seqs, lines, bad;
};

static struct family families[32];
static unsigned int nr_families;
static struct family *family;

static const char *want_family;
static long want_seed = -1;
static bool verbose, print_all;

static struct vcpu *running[2];
static u64 host_gpr[2][NR_GPRS];
static bool seq_bad, line_bad;
static struct trace_line line;

static struct { hpa_t hpa; u64 is; } changes[MAX_CHANGES];
static unsigned int nr_changes;

static void mismatch(const char *what, const char *want, const char *got)
{
	if (line_bad && !print_all)
		return;
	if (!seq_bad || print_all || verbose) {
		if (!line_bad)
			printf("# %s seed %u line %u: %s", family->name,
			       line.seed, line.number, line.text);
		printf("#   %s: wanted %s, got %s\n", what, want, got);
	}
	line_bad = true;
}

static void mismatch_u64(const char *what, u64 want, u64 got)
{
	char w[24], g[24];

	snprintf(w, sizeof(w), "0x%llx", want);
	snprintf(g, sizeof(g), "0x%llx", got);
	mismatch(what, w, g);
}

static void check_status(u64 got)
{
	char w[80], g[80];

	if (got != line.status)
		mismatch("status", trace_status(line.status, w, sizeof(w)),
			 trace_status(got, g, sizeof(g)));
}

/* RAX apart: @base says what a register that is not listed must be. */
static void check_gprs(const u64 *got, const u64 *base)
{
	unsigned int i;

	for (i = RCX; i < NR_GPRS; i++) {
		u64 want = line.out[i].listed ? line.out[i].val : base[i];

		if (i != RSP && !line.out[i].any && got[i] != want)
			mismatch_u64(trace_gpr[i], want, got[i]);
	}
}

static void note_change(void *arg __maybe_unused, hpa_t hpa,
			u64 was __maybe_unused, u64 is)
{
	if (nr_changes == MAX_CHANGES)
		return;
	changes[nr_changes].hpa = hpa;
	changes[nr_changes++].is = is;
}

static void set_inputs(u64 *g)
{
	unsigned int i;

	for (i = 0; i < NR_GPRS; i++) {
		if (i == RSP)
			continue;
		g[i] = line.in[i].listed ? line.in[i].val : UNLISTED + i;
	}
	if (!line.in[RAX].listed)
		g[RAX] = UNLISTED;
}

static const char *result_name(enum seam_result r)
{
	return r == SEAM_DONE ? "an answer" :
	       r == SEAM_ENTER ? "ENTERED" :
	       r == SEAM_VMFAILINVALID ? "VMfailInvalid" :
	       r == SEAM_FAULT_GP ? "#GP" : "#UD";
}

static void replay_call(void)
{
	u64 *g = host_gpr[line.lp], in[NR_GPRS], number;
	enum seam_result r = SEAM_DONE;
	struct vcpu *vcpu = NULL;
	unsigned int n;

	if (trace_leaf(line.what, false, &number)) {
		mismatch("leaf", "known", "unknown");
		return;
	}
	if (running[line.lp]) {
		mismatch("call", "LP free", "guest inside");
		return;
	}
	for (n = 0; n < line.repeat; n++) {
		set_inputs(g);
		if (!line.in[RAX].listed)
			g[RAX] = number;
		memcpy(in, g, sizeof(in));
		r = seam_call(line.lp, g, &vcpu);
		if (r == SEAM_DONE && n + 1 < line.repeat && g[RAX]) {
			check_status(g[RAX]);
			return;
		}
	}
	if (r == SEAM_ENTER) {
		running[line.lp] = vcpu;
		if (!line.entered)
			mismatch("result", "status", "ENTERED");
		else
			check_gprs(vcpu->gpr, sim_last_gpr(vcpu));
		return;
	}
	if (r != SEAM_DONE || line.entered) {
		char s[80];

		mismatch("result", line.entered ? "ENTERED" : "a status",
			 r == SEAM_DONE ? trace_status(g[RAX], s, sizeof(s)) :
			 result_name(r));
		return;
	}
	check_status(g[RAX]);
	check_gprs(g, in);
}

static const struct { const char *what; u32 reason, len; } exits[] = {
	{ "EXTINT", 1, 0 }, { "TRIPLE", 2, 0 }, { "CPUID", 10, 2 },
	{ "HLT", 12, 1 }, { "RDMSR", 31, 2 }, { "WRMSR", 32, 2 },
	{ "EPTV", 48, 0 }, { "TDCALL", 77, 4 },
};

static bool guest_exit(struct vp_exit *e)
{
	unsigned int i;

	memset(e, 0, sizeof(*e));
	e->long_mode = true;
	if (!strncmp(line.what, "TDG.", 4)) {
		e->reason = 77;
		e->instr_len = 4;
		return true;
	}
	for (i = 0; i < ARRAY_SIZE(exits); i++) {
		if (!strcmp(exits[i].what, line.what)) {
			e->reason = exits[i].reason;
			e->instr_len = exits[i].len;
			e->gpa = line.gpa;
			e->qual = line.qual;
			return true;
		}
	}
	return false;
}

static void check_resumed(struct vcpu *vcpu, const struct vp_exit *e,
			  const struct vp_inject *inj, const u64 *in)
{
	u64 moved = sim_rip_moved(), want;

	want = line.rip < 0 ? e->instr_len : (u64)line.rip;
	if (moved != want)
		mismatch_u64("RIP moved", want, moved);
	if (inj->info != line.inject)
		mismatch_u64("inject", line.inject, inj->info);
	if (inj->errcode != line.errcode)
		mismatch_u64("errcode", line.errcode, inj->errcode);
	if (line.resumed) {
		u64 want_rax = line.out[RAX].listed ? line.out[RAX].val :
						      in[RAX];

		if (!line.out[RAX].any && vcpu->gpr[RAX] != want_rax)
			mismatch_u64("RAX", want_rax, vcpu->gpr[RAX]);
	} else {
		check_status(vcpu->gpr[RAX]);
	}
	check_gprs(vcpu->gpr, in);
}

static void replay_guest(void)
{
	static const u64 zero[NR_GPRS];
	struct vcpu *vcpu = running[line.lp];
	struct vp_inject inj = { 0 };
	u64 in[NR_GPRS], *g = host_gpr[line.lp], number;
	struct vp_exit e;
	char s[80];

	if (!vcpu) {
		mismatch("guest", "running", "outside");
		return;
	}
	if (!guest_exit(&e)) {
		mismatch("exit", "known", "unknown");
		return;
	}
	set_inputs(vcpu->gpr);
	if (!line.in[RAX].listed && !strncmp(line.what, "TDG.", 4) &&
	    !trace_leaf(line.what, true, &number))
		vcpu->gpr[RAX] = number;
	memcpy(in, vcpu->gpr, sizeof(in));
	memcpy(sim_last_gpr(vcpu), in, sizeof(in));
	sim_rip_moved();
	if (vp_exit(vcpu, &e, &inj, g) == VP_LEAVE) {
		running[line.lp] = NULL;
		if (!line.exit) {
			mismatch("guest", "goes on",
				 trace_status(g[RAX], s, sizeof(s)));
			return;
		}
		check_status(g[RAX]);
		check_gprs(g, zero);
		return;
	}
	if (line.exit)
		mismatch("guest", "TD exit", "goes on");
	else
		check_resumed(vcpu, &e, &inj, in);
}

static void replay_mem(void)
{
	u64 *page = env_host_ptr(line.page);
	unsigned int i;

	for (i = 0; i < 512; i++)
		page[i] = line.lin ?
			line.lin_start + i * 0x9e3779b97f4a7c15ULL : 0;
	for (i = 0; i < line.nr_words; i++)
		page[line.word[i].off / 8] = line.word[i].val;
}

/* Each word that the last call changed must be listed, and the reverse. */
static void replay_out(void)
{
	unsigned int i, k;
	char what[32];

	for (i = 0; i < line.nr_words; i++) {
		struct trace_word *w = &line.word[i];
		u64 *p = env_host_ptr(line.page + w->off);

		if (!w->any && *p != w->val) {
			snprintf(what, sizeof(what), "offset 0x%x", w->off);
			mismatch_u64(what, w->val, *p);
		}
		for (k = 0; k < nr_changes; k++)
			if (changes[k].hpa == line.page + w->off)
				changes[k].hpa = 0;
	}
	for (k = 0; k < nr_changes; k++) {
		if (changes[k].hpa &&
		    (changes[k].hpa & ~(PAGE_BYTES - 1)) == line.page) {
			snprintf(what, sizeof(what), "unlisted offset 0x%llx",
				 changes[k].hpa % PAGE_BYTES);
			mismatch_u64(what, 0, changes[k].is);
			changes[k].hpa = 0;
		}
	}
}

/* Changes that no out line spoke of: the call wrote what it should not. */
static void check_left_changes(void)
{
	unsigned int k;

	for (k = 0; k < nr_changes; k++) {
		if (changes[k].hpa) {
			mismatch_u64("memory changed", 0, changes[k].hpa);
			break;
		}
	}
	nr_changes = 0;
}

static void end_line(bool counted)
{
	if (!counted)
		return;
	family->lines++;
	if (verbose)
		printf("# %s %s", line_bad ? "BAD" : "ok ", line.text);
	if (line_bad) {
		family->bad++;
		seq_bad = true;
	}
	line_bad = false;
}

static struct family *family_named(const char *name)
{
	unsigned int i;

	for (i = 0; i < nr_families; i++)
		if (!strcmp(families[i].name, name))
			return &families[i];
	snprintf(families[i].name, sizeof(families[i].name), "%s", name);
	nr_families++;
	return &families[i];
}

struct file {
	char **text;
	unsigned int nr;
};

static struct file start_states;

static void replay_lines(struct file *f, unsigned int first, bool counted,
			 unsigned int seed)
{
	unsigned int i;

	for (i = first; i < f->nr; i++) {
		if (!trace_parse(f->text[i], &line))
			exit(2);
		line.text = f->text[i];
		line.number = i + 1;
		line.seed = seed;
		if (line.kind == LINE_SEQ || line.kind == LINE_END)
			break;
		if (line.kind != LINE_OUT)
			check_left_changes();
		switch (line.kind) {
		case LINE_CALL:
			sim_watch_begin();
			replay_call();
			sim_watch_end(note_change, NULL);
			break;
		case LINE_GUEST:
			sim_watch_begin();
			replay_guest();
			sim_watch_end(note_change, NULL);
			break;
		case LINE_MEM:
			replay_mem();
			break;
		default:
			replay_out();
		}
		end_line(line.kind != LINE_MEM && counted);
	}
	check_left_changes();
}

static void start_up(const struct trace_line *seq)
{
	unsigned int i;

	for (i = 0; i < start_states.nr; i++) {
		if (!trace_parse(start_states.text[i], &line))
			exit(2);
		if (line.kind == LINE_SEQ && line.lps == seq->lps &&
		    line.pkgs == seq->pkgs) {
			replay_lines(&start_states, i + 1, false, seq->seed);
			return;
		}
	}
	fprintf(stderr, "no start state for %u LPs, %u packages\n", seq->lps,
		seq->pkgs);
	exit(2);
}

static void replay_seq(struct file *f, unsigned int first)
{
	static struct trace_line seq;

	if (!trace_parse(f->text[first], &seq))
		exit(2);
	if ((want_family && strcmp(want_family, seq.family)) ||
	    (want_seed >= 0 && want_seed != (long)seq.seed))
		return;
	family = family_named(seq.family);
	seq_bad = false;
	line_bad = false;
	sim_setup(seq.lps, seq.pkgs);
	sim_watch(SIM_S0, 64);
	if (seam_init()) {
		fprintf(stderr, "seam_init() failed\n");
		exit(2);
	}
	if (!seq.cold)
		start_up(&seq);
	replay_lines(f, first + 1, true, seq.seed);
	family->seqs++;
	family->good_seqs += !seq_bad;
	memset(running, 0, sizeof(running));
	seam_exit();
	sim_reset();
}

static void load(const char *path, struct file *f)
{
	FILE *in = fopen(path, "r");
	char *text = NULL;
	size_t cap = 0;

	if (!in) {
		perror(path);
		exit(2);
	}
	f->text = NULL;
	f->nr = 0;
	while (getline(&text, &cap, in) > 0) {
		f->text = realloc(f->text, (f->nr + 1) * sizeof(*f->text));
		f->text[f->nr++] = strdup(text);
	}
	free(text);
	fclose(in);
}

static void unload(struct file *f)
{
	while (f->nr)
		free(f->text[--f->nr]);
	free(f->text);
}

static int is_trace(const struct dirent *d)
{
	size_t n = strlen(d->d_name);

	return n > 6 && !strcmp(d->d_name + n - 6, ".trace") &&
	       strcmp(d->d_name, "start-states.trace");
}

static void replay_dir(const char *dir)
{
	struct dirent **list;
	char path[512];
	int i, n;

	snprintf(path, sizeof(path), "%s/start-states.trace", dir);
	load(path, &start_states);
	n = scandir(dir, &list, is_trace, alphasort);
	for (i = 0; i < n; i++) {
		struct file f;
		unsigned int k;

		snprintf(path, sizeof(path), "%s/%s", dir, list[i]->d_name);
		load(path, &f);
		for (k = 0; k < f.nr; k++)
			if (!strncmp(f.text[k], "seq ", 4))
				replay_seq(&f, k);
		unload(&f);
		free(list[i]);
	}
	free(list);
	unload(&start_states);
}

int main(int argc, char **argv)
{
	unsigned int i, bad = 0;
	char path[512];
	int opt;

	while ((opt = getopt(argc, argv, "vaf:s:")) != -1) {
		if (opt == 'v')
			verbose = true;
		else if (opt == 'a')
			print_all = true;
		else if (opt == 'f')
			want_family = optarg;
		else if (opt == 's')
			want_seed = strtol(optarg, NULL, 0);
		else
			return 2;
	}
	if (optind + 1 != argc) {
		fprintf(stderr, "usage: %s [-va] [-f family] [-s seed] dir\n",
			argv[0]);
		return 2;
	}
	snprintf(path, sizeof(path), "%s/platform.tsv", argv[optind]);
	if (sim_load_platform(path)) {
		perror(path);
		return 2;
	}
	printf("KTAP version 1\n");
	replay_dir(argv[optind]);
	printf("1..%u\n", nr_families);
	for (i = 0; i < nr_families; i++) {
		struct family *f = &families[i];

		printf("%sok %u replay %s: %u of %u sequences, %u of %u lines\n",
		       f->bad ? "not " : "", i + 1, f->name, f->good_seqs,
		       f->seqs, f->lines - f->bad, f->lines);
		bad += f->bad;
	}
	return bad || !nr_families;
}
