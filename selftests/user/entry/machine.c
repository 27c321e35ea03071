// SPDX-License-Identifier: GPL-2.0-only
/* See machine.h. */
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>
#include "machine.h"
#include "probe.h"

const char * const reg_name[NR_REGS] = {
	"rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi",
	"r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15",
};

const char * const outcome_name[NR_OUTCOMES] = {
	"an answer", "VMfailInvalid", "#UD", "#GP",
};

static const int greg[NR_REGS] = {
	REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI,
	REG_R8, REG_R9, REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15,
};

#define EFLAGS_CF	0x1
#define EFLAGS_TF	0x100

struct script script;
struct seen seen;

u64 probe_rsp, probe_depth;

static struct {
	u64 fn;
	bool on;
	unsigned int count;
} steps;

u64 noise(void)
{
	static u64 x = 0x9e3779b97f4a7c15ULL;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return x;
}

void noise_regs(struct regs *regs)
{
	int i;

	for (i = 0; i < NR_REGS; i++)
		regs->r[i] = noise();
}

__attribute__((noreturn)) static void lost(const char *why, u64 rip)
{
	/* nothing can be trusted any more */
	fprintf(stdout, "Bail out! %s at 0x%llx\n", why, rip);
	fflush(stdout);
	abort();
}

static void take_trap(greg_t *g, unsigned int trap)
{
	const struct fixup *f;

	for (f = __start_shim_extable; f < __stop_shim_extable; f++) {
		if (f->from == (u64)g[REG_RIP]) {
			g[REG_RAX] = trap;
			g[REG_RIP] = f->to;
			return;
		}
	}
	lost("no exception table entry", g[REG_RIP]);
}

static void on_instruction(int sig, siginfo_t *info, void *context)
{
	greg_t *g = ((ucontext_t *)context)->uc_mcontext.gregs;
	const unsigned char *code = (const unsigned char *)g[REG_RIP];
	int i;

	(void)info;
	if (memcmp(code, "\x66\x0f\x01", 3) || (code[3] != 0xcf && code[3] != 0xcc))
		lost(sig == SIGILL ? "SIGILL" : "SIGSEGV", g[REG_RIP]);

	seen.calls++;
	seen.tdcall = code[3] == 0xcc;
	for (i = 0; i < NR_REGS; i++)
		seen.at.r[i] = g[greg[i]];

	/* the trap flag does not report the one that follows by itself */
	if (steps.on)
		steps.count++;

	switch (script.outcome) {
	case ANSWER:
		g[REG_EFL] &= ~EFLAGS_CF;
		for (i = 0; i < NR_REGS; i++)
			if (script.give_mask & BIT(i))
				g[greg[i]] = script.give.r[i];
		g[REG_RAX] = script.status;
		g[REG_RIP] += 4;
		break;
	case CARRY:
		g[REG_EFL] |= EFLAGS_CF;
		g[REG_RIP] += 4;
		break;
	case TRAP_UD:
		take_trap(g, 6);
		break;
	case TRAP_GP:
		take_trap(g, 13);
		break;
	case NR_OUTCOMES:
		break;
	}
}

static void on_step(int sig, siginfo_t *info, void *context)
{
	greg_t *g = ((ucontext_t *)context)->uc_mcontext.gregs;
	u64 rip = g[REG_RIP];

	(void)sig;
	(void)info;
	if (rip == steps.fn)
		steps.on = true;
	if (rip == (u64)probe_back) {
		steps.on = false;
		g[REG_EFL] &= ~EFLAGS_TF;
	}
	if (steps.on)
		steps.count++;
}

void machine_init(void)
{
	static char stack[1 << 16];
	stack_t alt = { .ss_sp = stack, .ss_size = sizeof(stack) };
	struct sigaction act = { .sa_flags = SA_SIGINFO | SA_ONSTACK };

	/* tests look at the stack below the callee, so no signal may use it */
	sigaltstack(&alt, NULL);
	sigfillset(&act.sa_mask);
	sigdelset(&act.sa_mask, SIGILL);
	act.sa_sigaction = on_instruction;
	sigaction(SIGILL, &act, NULL);
	/* what TDCALL raises inside a TD */
	sigaction(SIGSEGV, &act, NULL);
	act.sa_sigaction = on_step;
	sigaction(SIGTRAP, &act, NULL);
}

void machine_expect(enum outcome outcome, u64 status, u32 give_mask)
{
	memset(&seen, 0, sizeof(seen));
	script.outcome = outcome;
	script.status = status;
	script.give_mask = give_mask & ALL_REGS;
	noise_regs(&script.give);
}

void probe(const void *fn, const struct regs *in, struct regs *out)
{
	probe_asm(fn, in, out, 0);
	out->r[RSP] -= probe_rsp;
}

unsigned int probe_steps(const void *fn, const struct regs *in,
			 struct regs *out)
{
	steps.fn = (u64)fn;
	steps.on = false;
	steps.count = 0;
	probe_asm(fn, in, out, 1);
	out->r[RSP] -= probe_rsp;
	return steps.count;
}

unsigned int probe_stack(void)
{
	return probe_depth * sizeof(u64);
}
