/* SPDX-License-Identifier: GPL-2.0-only */
/* Recorded call sequences: selftests/conformance/README.md has the format. */
#ifndef TRACE_H
#define TRACE_H

#include "env_user.h"

#define MAX_WORDS	520

enum line_kind { LINE_SEQ, LINE_END, LINE_CALL, LINE_GUEST, LINE_MEM, LINE_OUT };

struct trace_reg {
	bool listed, any;
	u64 val;
};

struct trace_word {
	unsigned int off;
	bool any;
	u64 val;
};

struct trace_line {
	enum line_kind kind;
	const char *text;
	unsigned int number;		/* line of the file, from 1 */
	/* seq */
	char family[16];
	unsigned int seed, lps, pkgs;
	bool cold;
	/* call and guest */
	unsigned int lp;
	char what[40];
	struct trace_reg in[NR_GPRS];
	u64 gpa, qual;
	unsigned int repeat;
	bool exit;			/* "=>" */
	bool entered, resumed;
	u64 status;
	struct trace_reg out[NR_GPRS];
	int rip;			/* -1: the instruction's length */
	u64 inject, errcode;
	/* mem and out */
	hpa_t page;
	bool lin;
	u64 lin_start;
	unsigned int nr_words;
	struct trace_word word[MAX_WORDS];
};

/* False: @text is no line of the format; says why on stderr. */
bool trace_parse(const char *text, struct trace_line *l);
const char *trace_status(u64 status, char *buf, size_t size);
int trace_leaf(const char *name, bool guest, u64 *number);
/* Where @letter (of H P S T A C X) @n is; the program that parses says it. */
bool trace_symbol(char letter, u64 n, u64 *val);
extern const char *const trace_gpr[NR_GPRS];

#endif /* TRACE_H */
