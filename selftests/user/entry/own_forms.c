// SPDX-License-Identifier: GPL-2.0-only
/* The entry points of one leaf each, whose arguments are those of a wrapper. */
#include <string.h>
#include <seamhost/entry.h>
#include "forms.h"
#include "machine.h"
#include "probe.h"
#include "report.h"
#include "tests.h"

/* where an operand comes from */
enum source {
	UNUSED = 0,
	ARG,		/* C's argument @a */
	OR,		/* argument @a, with the low byte of @b or-ed in */
	MORE,		/* struct tdx_more */
	ZERO,
};

struct operand {
	enum reg reg;
	enum source source;
	int a, b;
};

struct own_form {
	const char *name;
	const void *fn;
	bool host;
	u64 leaf;
	int structure;		/* which argument it is, -1 for none */
	u32 stores;
	struct operand in[8];
};

#define SIX_WIDE	{ RCX, OR, 1, 2 }, { RDX, OR, 0, 3 }, \
			{ R8, ARG, 4, 0 }, { R9, ARG, 5, 0 }, \
			{ R10, MORE, 0, 0 }, { R11, MORE, 0, 0 }
#define FIRST_FOUR	{ RCX, ARG, 0, 0 }, { RDX, ARG, 1, 0 }, \
			{ R8, ARG, 2, 0 }, { R9, ARG, 3, 0 }
#define MORE_12_13	{ R12, MORE, 0, 0 }, { R13, MORE, 0, 0 }

/* R12 and R13 that a leaf does not use are stored as they were loaded */
static const struct own_form own_forms[] = {
	{ "__tdh_mem_sept_add_l2", __tdh_mem_sept_add_l2, true, 0x10003, 6,
	  BIT(RCX) | BIT(RDX) | BIT(R8) | BIT(R9) | BIT(R10) | BIT(R11),
	  { SIX_WIDE } },
	{ "__tdh_mem_page_demote_more", __tdh_mem_page_demote_more, true, 0xf, 6,
	  BIT(RCX) | BIT(RDX) | BIT(R9) | BIT(R10) | BIT(R11) | BIT(R12) |
	  BIT(R13), { SIX_WIDE, MORE_12_13 } },
	{ "__tdh_mem_page_promote_more", __tdh_mem_page_promote_more, true, 0x17, 3,
	  BIT(RCX) | BIT(RDX) | BIT(R12) | BIT(R13),
	  { { RCX, OR, 1, 2 }, { RDX, ARG, 0, 0 }, MORE_12_13 } },
	{ "__tdh_export_mem", __tdh_export_mem, true, 0x44, 7,
	  BIT(RCX) | BIT(RDX),
	  { FIRST_FOUR, { R10, ARG, 4, 0 }, { R11, ARG, 5, 0 },
	    { R12, ARG, 6, 0 } } },
	{ "__tdh_import_mem", __tdh_import_mem, true, 0x53, 8,
	  BIT(RCX) | BIT(RDX),
	  { FIRST_FOUR, { R10, ARG, 4, 0 }, { R11, ARG, 5, 0 },
	    { R12, ARG, 6, 0 }, { R13, ARG, 7, 0 } } },
	{ "__tdh_servtd_bind", __tdh_servtd_bind, true, 0x30, 5,
	  BIT(RCX) | BIT(R10) | BIT(R11) | BIT(R12) | BIT(R13),
	  { FIRST_FOUR, { R10, ARG, 4, 0 }, MORE_12_13 } },
	{ "__tdh_servtd_prebind", __tdh_servtd_prebind, true, 0x31, -1, 0,
	  { FIRST_FOUR, { R10, ARG, 4, 0 } } },
	{ "__tdh_sys_config_v1", __tdh_sys_config_v1, true, 0x1002d, -1, 0,
	  { FIRST_FOUR, { R10, ZERO, 0, 0 } } },
	{ "__tdg_servtd_rd", __tdg_servtd_rd, false, 0x12, 2,
	  BIT(RDX) | BIT(R8) | BIT(R10) | BIT(R11) | BIT(R12) | BIT(R13),
	  { { RCX, ARG, 0, 0 }, { RDX, ARG, 1, 0 }, { R8, ZERO, 0, 0 },
	    { R10, MORE, 0, 0 }, { R11, MORE, 0, 0 }, MORE_12_13 } },
	{ "__tdg_servtd_wr", __tdg_servtd_wr, false, 0x14, 4,
	  BIT(R8) | BIT(R12) | BIT(R13),
	  { FIRST_FOUR, { R10, MORE, 0, 0 }, { R11, MORE, 0, 0 }, MORE_12_13 } },
};

/* struct tdx_more */
static const enum reg more_order[] = {
	RCX, RDX, R8, R9, R10, R11, R12, R13,
};

#define MORE_WORDS	((int)(sizeof(more_order) / sizeof(more_order[0])))
#define NR_STACK_ARGS	4

static u64 arg(const struct regs *in, int n)
{
	return n < NR_ARGUMENTS ? in->r[argument[n]] :
		probe_args[n - NR_ARGUMENTS];
}

static void set_arg(struct regs *in, int n, u64 value)
{
	if (n < NR_ARGUMENTS)
		in->r[argument[n]] = value;
	else
		probe_args[n - NR_ARGUMENTS] = value;
}

static u64 operand(const struct operand *o, const struct regs *in)
{
	int i;

	switch (o->source) {
	case ARG:
		return arg(in, o->a);
	case OR:
		return arg(in, o->a) | (arg(in, o->b) & 0xff);
	case MORE:
		for (i = 0; i < MORE_WORDS; i++)
			if (more_order[i] == o->reg)
				return before[BLOCK_START + i];
		break;
	case ZERO:
	case UNUSED:
		break;
	}
	return 0;
}

/* Registers that C preserves reach the module only where they make room. */
static bool check_at(const struct own_form *f, const struct regs *in)
{
	bool ok = same("at the instruction", "rax", f->leaf, seen.at.r[RAX]);
	u32 operands = 0;
	int i;

	for (i = 0; i < 8 && f->in[i].source != UNUSED; i++) {
		ok &= same("at the instruction", reg_name[f->in[i].reg],
			   operand(&f->in[i], in), seen.at.r[f->in[i].reg]);
		operands |= BIT(f->in[i].reg);
	}
	for (i = 0; i < NR_REGS; i++)
		if (CALLEE_SAVED & ~operands & ~FRAME_REG & BIT(i))
			ok &= same("untouched", reg_name[i], in->r[i],
				   seen.at.r[i]);
	return ok;
}

static bool check_after(const struct own_form *f, const struct regs *in,
			const struct regs *out)
{
	bool ok = same("returned", "rax", wanted_status(script.outcome),
		       out->r[RAX]);
	int i;

	ok &= same("after", "rsp", 0, out->r[RSP]);
	for (i = 0; i < NR_REGS; i++)
		if (CALLEE_SAVED & BIT(i))
			ok &= same("preserved", reg_name[i], in->r[i], out->r[i]);
	if (f->structure >= 0)
		ok &= same("the structure in", "rsi",
			   (u64)&block[BLOCK_START], out->r[RSI]);

	for (i = 0; i < BLOCK_WORDS; i++) {
		int n = i - BLOCK_START;

		if (n >= 0 && n < MORE_WORDS && f->stores & BIT(more_order[n]))
			ok &= same("stored", reg_name[more_order[n]],
				   left(more_order[n]), block[i]);
		else
			ok &= same("beside what is stored", "", before[i],
				   block[i]);
	}
	return ok;
}

static void test_own(const struct own_form *f, enum outcome how)
{
	u64 others[NR_STACK_ARGS];
	struct regs in, out;
	bool ok;
	int i;

	noise_regs(&in);
	fill_block();
	memcpy(others, probe_args, sizeof(others));
	for (i = 0; i < NR_STACK_ARGS; i++)
		probe_args[i] = noise();
	if (f->structure >= 0)
		set_arg(&in, f->structure, (u64)&block[BLOCK_START]);

	machine_expect(how, 0xc000010000000001, f->stores);
	probe(f->fn, &in, &out);

	ok = same("instructions", "", 1, seen.calls) &&
		same("is TDCALL", "", !f->host, seen.tdcall);
	ok &= check_at(f, &in);
	ok &= check_after(f, &in, &out);
	check(ok, "%s on %s", f->name, outcome_name[how]);
	memcpy(probe_args, others, sizeof(others));
}

void test_own_forms(void)
{
	size_t i;
	int how;

	for (i = 0; i < sizeof(own_forms) / sizeof(own_forms[0]); i++)
		for (how = 0; how < NR_OUTCOMES; how++)
			/* TDCALL has no VMfailInvalid */
			if (how != CARRY || own_forms[i].host)
				test_own(&own_forms[i], how);
}
