// SPDX-License-Identifier: GPL-2.0-only
/* Every wrapper, against the tables of the ABI. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <seamhost/status.h>
#include "report.h"
#include "machine.h"
#include "table.h"
#include "tests.h"
#include "thunks.h"
#include "values.h"

/* the arguments that calls.h names */
#define X(type, name, value)	static type name = value;
VALUES(X)
#undef X

/* outputs; @out is whatever structure the wrapper wants */
static union {
	struct tdx_out out;
	struct tdx_more more;
	struct tdvmcall_out vmcall;
	struct tdx_regs regs;
	u64 word[16];
} bag;

static void *out = &bag;
static struct tdx_regs *regs = &bag.regs;
static struct tdvmcall_message text;
static struct tdvmcall_message *message = &text;

static struct tdvmcall_ret last;

#define X(name, params, args)						\
	static void call_##name(void)					\
	{								\
		last.status = c_##name args;				\
	}
HOST_CALLS(X)
GUEST_CALLS(X)
#undef X

#define X(name, params, args)						\
	static void call_##name(void)					\
	{								\
		last = c_##name args;					\
	}
VMCALLS(X)
#undef X

struct call {
	const char *name;
	void (*fn)(void);
	bool tested;
};

static struct call calls[] = {
#define X(name, ...)	{ #name, call_##name, false },
	HOST_CALLS(X)
	GUEST_CALLS(X)
	VMCALLS(X)
#undef X
};

#define NR_CALLS	(sizeof(calls) / sizeof(calls[0]))

/* columns of host-leaves.tsv and guest-leaves.tsv */
enum { C_LEAF, C_RAX, C_WRAPPER, C_RCX, C_OUT = C_RCX + 8 };

static const enum reg operand_reg[] = {
	RCX, RDX, R8, R9, R10, R11, R12, R13,
};

static struct call *find_call(const char *name)
{
	size_t i;

	for (i = 0; i < NR_CALLS; i++)
		if (!strcmp(calls[i].name, name))
			return &calls[i];
	return NULL;
}

/* One operand of the tables: a number, a value's name, a word of a structure */
static bool operand_value(const char *name, u64 *result)
{
	static const char * const names[] = {
		"regs.rdx", "regs.r8", "regs.r9", "regs.r10", "regs.r11",
		"regs.r12", "regs.r13", "out.r10", "out.r11", "out.r12",
		"out.r13", "message.r14", "message.r15",
	};
	const u64 words[] = {
		bag.regs.rdx, bag.regs.r8, bag.regs.r9, bag.regs.r10,
		bag.regs.r11, bag.regs.r12, bag.regs.r13, bag.more.r10,
		bag.more.r11, bag.more.r12, bag.more.r13, text.r14, text.r15,
	};
	size_t i;

	if (isdigit((unsigned char)*name)) {
		*result = strtoull(name, NULL, 0);
		return true;
	}
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!strcmp(name, names[i])) {
			*result = words[i];
			return true;
		}
	}
#define X(type, n, v)				\
	if (!strcmp(name, #n)) {		\
		*result = n;			\
		return true;			\
	}
	VALUES(X)
#undef X
	return false;
}

/* Operands joined by +: each has bits of its own. */
static bool expression(const char *expr, u64 *value)
{
	char buf[64], *part, *rest = buf;
	u64 one;

	snprintf(buf, sizeof(buf), "%s", expr);
	*value = 0;
	while ((part = strsep(&rest, "+"))) {
		if (!operand_value(part, &one)) {
			note("the table names an operand \"%s\" that no wrapper has", part);
			return false;
		}
		*value |= one;
	}
	return true;
}

static bool expect_reg(enum reg reg, u64 wanted)
{
	if (seen.at.r[reg] == wanted)
		return true;
	note("%s at the instruction: wanted 0x%llx, got 0x%llx",
	     reg_name[reg], wanted, seen.at.r[reg]);
	return false;
}

static u32 out_mask(const char *list)
{
	char buf[64], *part, *rest = buf;
	u32 mask = 0;
	int i;

	snprintf(buf, sizeof(buf), "%s", list);
	while ((part = strsep(&rest, ",")))
		for (i = 0; i < NR_REGS; i++)
			if (!strcmp(part, reg_name[i]))
				mask |= BIT(i);
	return mask;
}

/* where each output is stored in the structure of the wrapper */
static u64 stored(enum reg reg, bool all)
{
	static const enum reg order[] = {
		RCX, RDX, RBX, RBP, RSI, RDI,
		R8, R9, R10, R11, R12, R13, R14, R15,
	};
	int i;

	if (all) {
		for (i = 0; i < 14; i++)
			if (order[i] == reg)
				return bag.word[i];
		return 0;
	}
	for (i = 0; i < 8; i++)
		if (operand_reg[i] == reg)
			return bag.word[i];
	return 0;
}

/* One call: its registers in, its status and outputs back. */
static bool check_call(char **row, struct call *call, bool guest,
		       enum outcome outcome, u64 status)
{
	bool all = !strcmp(row[C_OUT], "all");
	u32 mask = all ? ALL_REGS : out_mask(row[C_OUT]);
	u64 want[8] = {}, want_status;
	bool ok = true;
	size_t i;

	for (i = 0; i < 16; i++)
		bag.word[i] = noise();
	/* before the call: structures are operands too */
	for (i = 0; i < 8; i++)
		if (strcmp(row[C_RCX + i], "-") &&
		    !expression(row[C_RCX + i], &want[i]))
			return false;
	last.status.raw = noise();

	machine_expect(outcome, status, mask);
	call->fn();

	if (seen.calls != 1 || seen.tdcall != guest) {
		note("%u instructions, %s", seen.calls,
		     seen.tdcall ? "TDCALL" : "SEAMCALL");
		return false;
	}
	ok &= expect_reg(RAX, strtoull(row[C_RAX], NULL, 0));
	for (i = 0; i < 8; i++)
		if (strcmp(row[C_RCX + i], "-"))
			ok &= expect_reg(operand_reg[i], want[i]);

	want_status = outcome == ANSWER ? status :
		outcome == CARRY ? TDX_NOT_DELIVERED_VMFAILINVALID :
		outcome == TRAP_UD ? TDX_NOT_DELIVERED_UD :
		TDX_NOT_DELIVERED_GP;
	if (last.status.raw != want_status) {
		note("status: wanted 0x%llx, got 0x%llx", want_status,
		     last.status.raw);
		ok = false;
	}
	for (i = 0; outcome == ANSWER && i < NR_REGS; i++) {
		if (!(mask & BIT(i)) || i == RAX)
			continue;
		if (stored(i, all) != script.give.r[i]) {
			note("output %s: wanted 0x%llx, got 0x%llx",
			     reg_name[i], script.give.r[i],
			     stored(i, all));
			ok = false;
		}
	}
	return ok;
}

static void check_leaves(const char *name, bool guest)
{
	static struct table t;
	int i;

	table_read(&t, name);
	for (i = 0; i < t.rows; i++) {
		char **row = t.cell[i];
		struct call *call;

		if (!strcmp(row[C_WRAPPER], "-"))
			continue;
		call = find_call(row[C_WRAPPER]);
		if (!call) {
			check(false, "%s has a wrapper %s", row[C_LEAF],
			      row[C_WRAPPER]);
			continue;
		}
		call->tested = true;
		check(check_call(row, call, guest, ANSWER, 0) &&
		      check_call(row, call, guest, ANSWER,
				 0xc000010000000001) &&
		      (guest || check_call(row, call, guest, CARRY, 0)) &&
		      check_call(row, call, guest, TRAP_UD, 0) &&
		      check_call(row, call, guest, TRAP_GP, 0),
		      "%s: operands, status and outputs of %s", row[C_LEAF],
		      row[C_WRAPPER]);
	}
}

void test_host_wrappers(void)
{
	check_leaves("host-leaves.tsv", false);
}

void test_guest_wrappers(void)
{
	check_leaves("guest-leaves.tsv", true);
}

/* columns of vmcalls.tsv */
enum { V_FUNCTION, V_WRAPPER, V_R10, V_OUT = V_R10 + 6 };

#define MESSAGE_REGS	(BIT(RDX) | BIT(RBX) | BIT(RSI) | BIT(RDI) | \
			 BIT(R8) | BIT(R9))

/* what ReportFatalError carries beyond R15, in the order of the GHCI */
static bool check_message(void)
{
	return expect_reg(RBX, text.rbx) && expect_reg(RDI, text.rdi) &&
		expect_reg(RSI, text.rsi) && expect_reg(R8, text.r8) &&
		expect_reg(R9, text.r9) && expect_reg(RDX, text.rdx);
}

static bool check_vmcall(char **row, struct call *call, enum outcome outcome)
{
	bool fatal = !strcmp(row[V_FUNCTION], "ReportFatalError");
	u32 exposed = fatal ? MESSAGE_REGS : 0;
	u32 mask = out_mask(row[V_OUT]);
	bool ok = true;
	u64 want;
	int i;

	for (i = 0; i < 16; i++)
		bag.word[i] = noise();
	text = (struct tdvmcall_message){
		noise(), noise(), noise(), noise(),
		noise(), noise(), noise(), noise(),
	};
	for (i = 0; i < 6; i++)
		if (strcmp(row[V_R10 + i], "-"))
			exposed |= BIT(R10 + i);

	/* the VMM changes all that it can */
	machine_expect(outcome, 0, exposed);
	call->fn();

	if (seen.calls != 1 || !seen.tdcall)
		return false;
	ok &= expect_reg(RAX, 0) && expect_reg(RCX, exposed);
	for (i = 0; i < 6; i++) {
		if (!strcmp(row[V_R10 + i], "-"))
			continue;
		if (!expression(row[V_R10 + i], &want))
			return false;
		ok &= expect_reg(R10 + i, want);
	}
	if (fatal)
		ok &= check_message();
	if (outcome != ANSWER)
		return ok && (last.status.raw == TDX_NOT_DELIVERED_UD);

	ok &= !last.status.raw;
	ok &= last.answer == script.give.r[R10];
	for (i = 0; i < 5; i++)
		if (mask & BIT(R11 + i))
			ok &= bag.word[i] == script.give.r[R11 + i];
	return ok;
}

void test_vmcall_wrappers(void)
{
	static struct table t;
	int i;

	table_read(&t, "vmcalls.tsv");
	for (i = 0; i < t.rows; i++) {
		char **row = t.cell[i];
		struct call *call;

		if (!strcmp(row[V_WRAPPER], "-"))
			continue;
		call = find_call(row[V_WRAPPER]);
		if (!call) {
			check(false, "%s has a wrapper %s", row[V_FUNCTION],
			      row[V_WRAPPER]);
			continue;
		}
		call->tested = true;
		check(check_vmcall(row, call, ANSWER) &&
		      check_vmcall(row, call, TRAP_UD),
		      "%s: %s exposes its operands alone", row[V_FUNCTION],
		      row[V_WRAPPER]);
	}
}

/* the table of leaves in the headers */
struct leaf {
	u64 rax;
	const char *name;
	u32 in, out;
	bool unverified;
	bool seen;
};

#define ROW(id, number, version, text, in, out, flags)			\
	{ number, text, in, out, (flags) & TDX_LEAF_UNVERIFIED, false },
static struct leaf leaves[] = {
	TDX_HOST_LEAVES(ROW)
	TDX_GUEST_LEAVES(ROW)
	{}
};

static struct leaf *find_leaf(u64 rax, const char *prefix)
{
	struct leaf *l;

	for (l = leaves; l->name; l++)
		if (l->rax == (rax >> 63 ? rax : rax & 0xffff) &&
		    !strncmp(l->name, prefix, 4))
			return l;
	return NULL;
}

/* Number, name and registers of each leaf are those of the ABI's table. */
static void check_leaf_table(const char *name)
{
	static struct table t;
	int i, j, n;

	table_read(&t, name);
	for (i = 0; i < t.rows; i = j) {
		struct leaf *l = find_leaf(strtoull(t.cell[i][C_RAX], NULL, 0),
					   t.cell[i][C_LEAF]);
		u32 in = 0, outs = 0;
		bool unverified = false;

		for (j = i; j < t.rows && !strcmp(t.cell[i][C_LEAF],
						  t.cell[j][C_LEAF]); j++) {
			unverified |= !strcmp(t.cell[j][C_WRAPPER], "-");
			outs |= out_mask(t.cell[j][C_OUT]);
			for (n = 0; n < 8; n++)
				if (strcmp(t.cell[j][C_RCX + n], "-"))
					in |= BIT(operand_reg[n]);
		}
		if (!l) {
			check(false, "%s is in leaves.h", t.cell[i][C_LEAF]);
			continue;
		}
		l->seen = true;
		/* what enters and leaves with a guest has its own table */
		if (!strcmp(t.cell[i][C_OUT], "all"))
			in = l->in, outs = l->out;
		check(!strcmp(l->name, t.cell[i][C_LEAF]) &&
		      l->unverified == unverified &&
		      (unverified || (l->in == in && l->out == outs)),
		      "%s in leaves.h: in 0x%x, out 0x%x", l->name, l->in,
		      l->out);
		if (!unverified && (l->in != in || l->out != outs))
			note("wanted in 0x%x, out 0x%x", in, outs);
	}
}

/* The functions that a header defines, by its text. */
static void check_header(const char *header)
{
	char path[512], line[512];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", HEADERS, header);
	f = fopen(path, "r");
	if (!f)
		bail(path);
	while (fgets(line, sizeof(line), f)) {
		char *p = strstr(line, "tdx_status_t ");
		char name[64];
		struct call *call;

		if (!p)
			p = strstr(line, "struct tdvmcall_ret ");
		if (p && !strncmp(line, "static", 6))
			p = strchr(p, ' ') + 1;
		else
			p = line;
		if (!strncmp(p, "tdvmcall_ret ", 13))
			p += 13;
		if (sscanf(p, "%63[a-z0-9_](", name) != 1 ||
		    !strchr(p, '(') || strchr(p, ';'))
			continue;
		if (strncmp(name, "tdh_", 4) && strncmp(name, "seamldr_", 8) &&
		    strncmp(name, "tdg_", 4) && strncmp(name, "tdvmcall_", 9))
			continue;
		if (!strcmp(name, "tdvmcall_ok"))
			continue;
		call = find_call(name);
		check(call && call->tested, "%s of %s is tested", name,
		      header);
	}
	fclose(f);
}

/* Nothing without a test: leaves, wrappers, what the headers define. */
void test_coverage(void)
{
	struct leaf *l;
	size_t i;

	check_leaf_table("host-leaves.tsv");
	check_leaf_table("guest-leaves.tsv");
	for (l = leaves; l->name; l++)
		if (strcmp(l->name, "TDG.VP.VMCALL"))
			check(l->seen, "%s is in the ABI's table", l->name);
	for (i = 0; i < NR_CALLS; i++)
		if (!calls[i].tested)
			check(false, "%s is in a table", calls[i].name);

	check_header("tdh_mem.h");
	check_header("tdh_td.h");
	check_header("tdh_sys.h");
	check_header("tdh_mig.h");
	check_header("tdg.h");
	check_header("tdvmcall.h");
}
