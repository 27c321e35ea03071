// SPDX-License-Identifier: GPL-2.0-only
/* Every entry point, with every register known before and after. */
#include <string.h>
#include <seamhost/entry.h>
#include <seamhost/status.h>
#include "report.h"
#include "forms.h"
#include "machine.h"
#include "tests.h"

enum kind { IN, WITH_R10, OUT3, OUT3R10, OUT, SAVED, ENTER };

struct form {
	const char *name;
	const void *fn;
	bool host;
	enum kind kind;
};

static const struct form forms[] = {
	{ "__seamcall", __seamcall, true, IN },
	{ "__seamcall_r10", __seamcall_r10, true, WITH_R10 },
	{ "__seamcall_out3", __seamcall_out3, true, OUT3 },
	{ "__seamcall_out3r10", __seamcall_out3r10, true, OUT3R10 },
	{ "__seamcall_out", __seamcall_out, true, OUT },
	{ "__seamcall_saved", __seamcall_saved, true, SAVED },
	{ "__tdh_vp_enter", __tdh_vp_enter, true, ENTER },
	{ "__tdgcall", __tdgcall, false, IN },
	{ "__tdgcall_out3", __tdgcall_out3, false, OUT3 },
	{ "__tdgcall_out", __tdgcall_out, false, OUT },
	{ "__tdgcall_saved", __tdgcall_saved, false, SAVED },
};

/* the order of struct tdx_regs, and of the first words of the other */
static const enum reg regs_order[] = {
	RCX, RDX, RBX, RBP, RSI, RDI, R8, R9, R10, R11, R12, R13, R14, R15,
};

static const enum reg out_order[] = {
	RCX, RDX, R8, R9, R10, R11,
};

/* C's argument registers, in their order */
const enum reg argument[NR_ARGUMENTS] = { RDI, RSI, RDX, RCX, R8, R9 };

u64 block[BLOCK_WORDS], before[BLOCK_WORDS];

static const enum reg *block_order(enum kind kind)
{
	return kind == SAVED || kind == ENTER ? regs_order : out_order;
}

/* how many words of the structure are written */
static int block_words(enum kind kind)
{
	switch (kind) {
	case OUT3: case OUT3R10: return 3;
	case OUT: return 6;
	case SAVED: case ENTER: return 14;
	default: return 0;
	}
}

/* where the instruction gets register @r from */
static u64 wanted_at(const struct form *f, const struct regs *in, int r)
{
	const u64 *b = &before[BLOCK_START];
	int i;

	switch (f->kind) {
	case IN:
	case OUT3:
	case OUT:
		return r == RAX ? in->r[RDI] : in->r[r];
	case WITH_R10:
		if (r == R10)
			return in->r[RSI];
		return r == RAX ? in->r[RDI] : in->r[r];
	case OUT3R10:
		if (r == R10)
			return in->r[RDX];
		return r == RAX ? in->r[RDI] : in->r[r];
	case SAVED:
		if (r == RAX)
			return in->r[RDI];
		if (r == RBP)
			return in->r[RBP];
		break;
	case ENTER:
		if (r == RAX)
			return 0;
		if (r == RCX)
			return in->r[RDI];
		break;
	}
	for (i = 0; i < 14; i++)
		if (regs_order[i] == (enum reg)r)
			return b[i];
	return 0;
}

/* what the module may change in a form: itself, or the guest, everything */
static u32 module_changes(enum kind kind)
{
	switch (kind) {
	case SAVED:
	case ENTER:
		return ALL_REGS;
	default:
		return BIT(RCX) | BIT(RDX) | 0x0f00;
	}
}

void fill_block(void)
{
	int i;

	for (i = 0; i < BLOCK_WORDS; i++)
		before[i] = noise();
	memcpy(block, before, sizeof(block));
}

u64 wanted_status(enum outcome outcome)
{
	switch (outcome) {
	case CARRY: return TDX_NOT_DELIVERED_VMFAILINVALID;
	case TRAP_UD: return TDX_NOT_DELIVERED_UD;
	case TRAP_GP: return TDX_NOT_DELIVERED_GP;
	default: return script.status;
	}
}

bool same(const char *what, const char *which, u64 wanted, u64 got)
{
	if (wanted == got)
		return true;
	note("%s %s: wanted 0x%llx, got 0x%llx", what, which, wanted, got);
	return false;
}

u64 left(int r)
{
	if (script.outcome == ANSWER && script.give_mask & BIT(r))
		return script.give.r[r];
	return seen.at.r[r];
}

static bool check_block(const struct form *f)
{
	const enum reg *order = block_order(f->kind);
	int words = block_words(f->kind);
	bool ok = true;
	int i;

	for (i = 0; i < BLOCK_WORDS; i++) {
		int n = i - BLOCK_START;

		if (n >= 0 && n < words)
			ok &= same("stored", reg_name[order[n]], left(order[n]),
				   block[i]);
		else
			ok &= same("beside the structure", "", before[i],
				   block[i]);
	}
	return ok;
}

static bool check_after(const struct form *f, const struct regs *in,
			const struct regs *out)
{
	bool ok = same("returned", "rax", wanted_status(script.outcome),
		       out->r[RAX]);
	int r;

	ok &= same("after", "rsp", 0, out->r[RSP]);
	for (r = 0; r < NR_REGS; r++)
		if (CALLEE_SAVED & BIT(r))
			ok &= same("preserved", reg_name[r], in->r[r], out->r[r]);

	if (f->kind != SAVED && f->kind != ENTER) {
		ok &= same("preserved", "rsi", in->r[RSI], out->r[RSI]);
		return same("preserved", "rdi", in->r[RDI], out->r[RDI]) && ok;
	}
	for (r = 0; r < NR_REGS; r++)
		if ((BIT(RCX) | BIT(RDX) | BIT(RDI) | 0x0f00) & BIT(r))
			ok &= same("cleared", reg_name[r], 0, out->r[r]);
	return same("the structure in", "rsi", in->r[RSI], out->r[RSI]) && ok;
}

static void test_form(const struct form *f, enum outcome how,
		      bool clobber_rbp)
{
	struct regs in, out;
	bool ok = true;
	int i;

	noise_regs(&in);
	fill_block();
	if (block_words(f->kind))
		in.r[RSI] = (u64)&block[BLOCK_START];

	machine_expect(how, 0xc000010000000001,
		       module_changes(f->kind) &
		       (clobber_rbp ? ~0U : ~BIT(RBP)));
	probe(f->fn, &in, &out);

	ok &= same("instructions", "", 1, seen.calls);
	ok &= same("is TDCALL", "", !f->host, seen.tdcall);
	for (i = 0; i < NR_REGS; i++)
		if (!((BIT(RSP) | FRAME_REG) & BIT(i)))
			ok &= same("at the instruction", reg_name[i],
				   wanted_at(f, &in, i), seen.at.r[i]);
	ok &= check_block(f);
	ok &= check_after(f, &in, &out);
	check(ok, "%s on %s%s", f->name, outcome_name[how],
	      clobber_rbp ? ", RBP clobbered" : "");
}

void test_forms(void)
{
	size_t i;

	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		const struct form *f = &forms[i];
		int how;

		for (how = 0; how < NR_OUTCOMES; how++) {
			/* TDCALL has no VMfailInvalid */
			if (how == CARRY && !f->host)
				continue;
			test_form(f, how, false);
			if (module_changes(f->kind) & BIT(RBP))
				test_form(f, how, true);
		}
	}
}

struct vmcall_form {
	const char *name;
	const void *fn;
	int n;
	bool out;
};

static const struct vmcall_form vmcall_forms[] = {
	{ "__tdvmcall2", __tdvmcall2, 2, false },
	{ "__tdvmcall3", __tdvmcall3, 3, false },
	{ "__tdvmcall4", __tdvmcall4, 4, false },
	{ "__tdvmcall5", __tdvmcall5, 5, false },
	{ "__tdvmcall6", __tdvmcall6, 6, false },
	{ "__tdvmcall3_out", __tdvmcall3_out, 3, true },
	{ "__tdvmcall4_out", __tdvmcall4_out, 4, true },
	{ "__tdvmcall5_out", __tdvmcall5_out, 5, true },
	{ "__tdvmcall6_out", __tdvmcall6_out, 6, true },
};

static bool check_vmcall(const struct vmcall_form *f, const struct regs *in,
			 const struct regs *out)
{
	u32 mask = (BIT(f->n) - 1) << R10;
	bool ok = same("at the instruction", "rcx", mask, seen.at.r[RCX]);
	int i;

	ok &= same("at the instruction", "rax", 0, seen.at.r[RAX]);
	for (i = 0; i < f->n; i++)
		ok &= same("at the instruction", reg_name[R10 + i],
			   f->out && !i ? 0 : in->r[argument[i]],
			   seen.at.r[R10 + i]);
	for (i = 0; i < BLOCK_WORDS; i++) {
		int n = i - BLOCK_START;

		if (f->out && n >= 0 && n < f->n - 1)
			ok &= same("stored", reg_name[R11 + n], left(R11 + n),
				   block[i]);
		else
			ok &= same("beside the structure", "", before[i],
				   block[i]);
	}
	ok &= same("returned", "rax", wanted_status(script.outcome),
		   out->r[RAX]);
	ok &= same("the answer in", "rdx", left(R10), out->r[RDX]);
	ok &= same("cleared", "r10", 0, out->r[R10]);
	ok &= same("cleared", "r11", 0, out->r[R11]);
	for (i = 0; i < NR_REGS; i++)
		if (CALLEE_SAVED & BIT(i))
			ok &= same("preserved", reg_name[i], in->r[i], out->r[i]);
	return same("after", "rsp", 0, out->r[RSP]) && ok;
}

void test_vmcall_forms(void)
{
	static const enum outcome outcomes[] = { ANSWER, TRAP_UD, TRAP_GP };
	size_t i, o;

	for (i = 0; i < sizeof(vmcall_forms) / sizeof(vmcall_forms[0]); i++) {
		const struct vmcall_form *f = &vmcall_forms[i];

		for (o = 0; o < 3; o++) {
			struct regs in, out;

			noise_regs(&in);
			fill_block();
			if (f->out)
				in.r[RDI] = (u64)&block[BLOCK_START];
			/* the VMM changes what it was shown */
			machine_expect(outcomes[o], 0, (BIT(f->n) - 1) << R10);
			probe(f->fn, &in, &out);
			check(seen.calls == 1 && seen.tdcall &&
			      check_vmcall(f, &in, &out), "%s on %s",
			      f->name, outcome_name[outcomes[o]]);
		}
	}
}
