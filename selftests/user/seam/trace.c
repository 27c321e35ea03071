// SPDX-License-Identifier: GPL-2.0-only
/* Parses lines of recorded call sequences and names statuses. */
#include <stdio.h>
#include <stdlib.h>

#include "trace.h"

const char *const trace_gpr[NR_GPRS] = {
	"RAX", "RCX", "RDX", "RBX", "RSP", "RBP", "RSI", "RDI",
	"R8", "R9", "R10", "R11", "R12", "R13", "R14", "R15",
};

static const struct { const char *name; u64 word; } statuses[] = {
#define X(name, code, word)	{ #name, word },
	TDX_STATUSES(X)
#undef X
};

static const struct { const char *name; u64 id; } operands[] = {
#define X(name, id)	{ #name, id },
	TDX_OPERANDS(X)
#undef X
};

static const struct { const char *name; u64 number; bool guest; } leaves[] = {
#define X(id, number, version, name, ...)	{ name, number, false },
	TDX_HOST_LEAVES(X)
#undef X
#define X(id, number, version, name, ...)	{ name, number, true },
	TDX_GUEST_LEAVES(X)
#undef X
};

int trace_leaf(const char *name, bool guest, u64 *number)
{
	unsigned int i;

	if (!strncmp(name, "LEAF.", 5)) {
		*number = strtoull(name + 5, NULL, 0);
		return 0;
	}
	for (i = 0; i < ARRAY_SIZE(leaves); i++) {
		if (leaves[i].guest == guest && !strcmp(leaves[i].name, name)) {
			*number = leaves[i].number;
			return 0;
		}
	}
	return -ENOENT;
}

const char *trace_status(u64 status, char *buf, size_t size)
{
	u32 detail = status;
	unsigned int i, n;

	for (i = 0; i < ARRAY_SIZE(statuses); i++)
		if ((statuses[i].word >> 32) == (status >> 32))
			break;
	if (i == ARRAY_SIZE(statuses)) {
		snprintf(buf, size, "0x%llx", status);
		return buf;
	}
	n = snprintf(buf, size, "%s", statuses[i].name);
	if (!detail && statuses[i].word != 0xc000010000000000ULL &&
	    statuses[i].word != 0x8000020000000000ULL)
		return buf;
	for (i = 0; i < ARRAY_SIZE(operands); i++) {
		if (operands[i].id == detail) {
			snprintf(buf + n, size - n, "|%s", operands[i].name);
			return buf;
		}
	}
	snprintf(buf + n, size - n, "|0x%x", detail);
	return buf;
}

static bool parse_status(const char *s, u64 *val)
{
	size_t len = strcspn(s, "|");
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(statuses); i++)
		if (strlen(statuses[i].name) == len &&
		    !strncmp(statuses[i].name, s, len))
			break;
	if (i == ARRAY_SIZE(statuses))
		return false;
	*val = statuses[i].word;
	if (!s[len])
		return true;
	s += len + 1;
	for (i = 0; i < ARRAY_SIZE(operands); i++) {
		if (!strcmp(operands[i].name, s)) {
			*val |= operands[i].id;
			return true;
		}
	}
	*val |= strtoull(s, NULL, 0);
	return true;
}

static u64 keyid(const char **s)
{
	u64 kg = seam_config.keyids_shared + 1;
	char *end;
	u64 n;

	if (**s == 'K') {
		if ((*s)[1] == 'G') {
			*s += 2;
			return kg;
		}
		n = strtoull(*s + 1, &end, 10);
		*s = end;
		return kg + 1 + n;
	}
	n = strtoull(*s, &end, 0);
	*s = end;
	return n;
}

/* Symbol or number, then any of +offset, @KeyID, |bits. */
static bool parse_value(const char *s, u64 *val)
{
	char c = *s, *end;
	u64 n = 0;

	if (c == 'K') {
		*val = keyid(&s);
	} else if (strchr("HPSTACX", c)) {
		if (s[1] >= '0' && s[1] <= '9') {
			n = strtoull(s + 1, &end, 10);
			s = end;
		} else {
			s++;
		}
		if (!trace_symbol(c, n, val))
			return false;
	} else {
		*val = strtoull(s, &end, 0);
		if (end == s)
			return false;
		s = end;
	}
	while (*s) {
		c = *s++;
		if (c == '@') {
			*val |= keyid(&s) << seam_config.keyid_shift;
			continue;
		}
		n = strtoull(s, &end, 0);
		if (end == s)
			return false;
		s = end;
		if (c == '+')
			*val += n;
		else if (c == '|')
			*val |= n;
		else
			return false;
	}
	return true;
}

static bool parse_reg(const char *tok, struct trace_reg *regs)
{
	unsigned int i, n;

	for (i = 0; i < NR_GPRS; i++) {
		n = strlen(trace_gpr[i]);
		if (strncmp(tok, trace_gpr[i], n) || tok[n] != '=')
			continue;
		regs[i].listed = true;
		regs[i].any = tok[n + 1] == '*';
		return regs[i].any || parse_value(tok + n + 1, &regs[i].val);
	}
	return false;
}

static bool parse_call(char *save, struct trace_line *l)
{
	bool left = true, status = false;
	char *tok;

	l->repeat = 1;
	l->rip = -1;
	while ((tok = strtok_r(NULL, " ", &save))) {
		if (!strcmp(tok, "->") || !strcmp(tok, "=>")) {
			left = false;
			l->exit = tok[0] == '=';
		} else if (!left && !status) {
			status = true;
			l->entered = !strcmp(tok, "ENTERED");
			l->resumed = !strcmp(tok, "RESUMED");
			if (!l->entered && !l->resumed &&
			    !parse_status(tok, &l->status))
				return false;
		} else if (!strncmp(tok, "repeat=", 7)) {
			l->repeat = strtoul(tok + 7, NULL, 0);
		} else if (!strncmp(tok, "gpa=", 4)) {
			l->gpa = strtoull(tok + 4, NULL, 0);
		} else if (!strncmp(tok, "qual=", 5)) {
			l->qual = strtoull(tok + 5, NULL, 0);
		} else if (!strncmp(tok, "rip+", 4)) {
			l->rip = strtoul(tok + 4, NULL, 0);
		} else if (!strncmp(tok, "inject=", 7)) {
			l->inject = strtoull(tok + 7, NULL, 0);
		} else if (!strncmp(tok, "errcode=", 8)) {
			l->errcode = strtoull(tok + 8, NULL, 0);
		} else if (!parse_reg(tok, left ? l->in : l->out)) {
			return false;
		}
	}
	return status;
}

static bool parse_words(char *save, struct trace_line *l)
{
	struct trace_word *w;
	char *tok, *eq;

	tok = strtok_r(NULL, " ", &save);
	if (!tok || !parse_value(tok, &l->page))
		return false;
	while ((tok = strtok_r(NULL, " ", &save))) {
		if (!strcmp(tok, "zero") || !strcmp(tok, "none"))
			continue;
		if (!strcmp(tok, "lin")) {
			tok = strtok_r(NULL, " ", &save);
			l->lin = true;
			if (!tok || !parse_value(tok, &l->lin_start))
				return false;
			continue;
		}
		eq = strchr(tok, '=');
		if (!eq || l->nr_words == MAX_WORDS)
			return false;
		w = &l->word[l->nr_words++];
		w->off = strtoul(tok, NULL, 0);
		w->any = eq[1] == '*';
		if (!w->any && !parse_value(eq + 1, &w->val))
			return false;
	}
	return true;
}

bool trace_parse(const char *text, struct trace_line *l)
{
	static char buf[65536];
	char *tok, *save;
	bool ok = true;

	memset(l, 0, sizeof(*l));
	snprintf(buf, sizeof(buf), "%s", text);
	buf[strcspn(buf, "\n")] = 0;
	tok = strtok_r(buf, " ", &save);
	if (!tok)
		return false;
	if (!strcmp(tok, "seq")) {
		char start[8] = "";

		l->kind = LINE_SEQ;
		ok = sscanf(text,
			    "seq family=%15s seed=%u start=%7s lps=%u pkgs=%u",
			    l->family, &l->seed, start, &l->lps,
			    &l->pkgs) == 5;
		l->cold = !strcmp(start, "cold");
	} else if (!strcmp(tok, "end")) {
		l->kind = LINE_END;
	} else if (!strcmp(tok, "mem") || !strcmp(tok, "out")) {
		l->kind = tok[0] == 'm' ? LINE_MEM : LINE_OUT;
		ok = parse_words(save, l);
	} else {
		l->lp = strtoul(tok, NULL, 10);
		tok = strtok_r(NULL, " ", &save);
		l->kind = LINE_CALL;
		if (tok && !strcmp(tok, "g")) {
			l->kind = LINE_GUEST;
			tok = strtok_r(NULL, " ", &save);
		}
		if (!tok)
			return false;
		snprintf(l->what, sizeof(l->what), "%s", tok);
		ok = parse_call(save, l);
	}
	if (!ok)
		fprintf(stderr, "not understood: %s", text);
	return ok;
}
