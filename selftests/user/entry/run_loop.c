// SPDX-License-Identifier: GPL-2.0-only
/* td_run() and the decoding of exits. */
#include <string.h>
#include <seamhost/run.h>
#include "report.h"
#include "machine.h"
#include "tests.h"

/* RAX, R9 and what it is about; flags of old and new modules */
static const struct {
	u64 rax;
	u64 r9;
	enum td_exit_kind kind;
	const char *name;
} exits[] = {
	{ 77, 0, TD_KIND_TDVMCALL, "TDVMCALL" },
	{ 77 | 1 << 26, 0, TD_KIND_TDVMCALL, "TDVMCALL after a bus lock" },
	{ 48, 0, TD_KIND_EPT_VIOLATION, "EPT violation" },
	{ 49, 0, TD_KIND_EPT_MISCONFIG, "EPT misconfiguration" },
	{ 1, 0x800000ec, TD_KIND_INTERRUPT, "interrupt" },
	{ 0, 0x80000202, TD_KIND_NMI, "NMI" },
	{ 0, 0x80000306, TD_KIND_EXCEPTION, "exception" },
	{ 74, 0, TD_KIND_OTHER, "bus lock" },
	{ 0x0000114000000000 | 48, 0, TD_KIND_EPT_VIOLATION, "exit before an L2 entry" },
	{ 0x4000000100000002, 0, TD_KIND_TRIPLE_FAULT, "triple fault" },
	{ 0x4000000100000021, 0, TD_KIND_VCPU_DEAD, "dead vCPU" },
	{ 0x4000000200000030, 0, TD_KIND_TD_DEAD, "dead TD, older flags" },
	{ 0x6000000200000030, 0, TD_KIND_TD_DEAD, "dead TD, newer flags" },
	{ 0x6000000500000000, 0, TD_KIND_TD_DEAD, "inaccessible TD" },
	{ 0xe000000700000000, 0, TD_KIND_TD_DEAD, "wrong APIC mode" },
	{ 0x6000000a00000000, 0, TD_KIND_TD_DEAD, "corrupted metadata" },
	{ 0x8000000800000000, 0, TD_KIND_CONTENDED, "cross-TD fault" },
	{ 0x9000000900000000, 0, TD_KIND_CONTENDED, "cross-TD trap" },
	{ 0x9000020500000000, 0, TD_KIND_CONTENDED, "busy timeout" },
	{ 0x8000020000000092, 0, TD_KIND_REFUSED, "busy operand" },
	{ 0xc000070000000000, 0, TD_KIND_REFUSED, "vCPU in another state" },
};

static int entered;
static struct td_exit seen_exit;

static enum td_next count_exit(struct td_exit *exit)
{
	entered++;
	seen_exit = *exit;
	return entered < 3 ? TD_NEXT_ENTER : TD_NEXT_RETURN;
}

static enum td_next stop(struct td_exit *exit)
{
	seen_exit = *exit;
	return TD_NEXT_STOP;
}

static bool same_regs(const struct td_exit *e)
{
	const u64 *g = script.give.r;

	return e->regs.rcx == g[RCX] && e->regs.rdx == g[RDX] &&
		e->regs.rbx == g[RBX] && e->regs.rbp == g[RBP] &&
		e->regs.rsi == g[RSI] && e->regs.rdi == g[RDI] &&
		e->regs.r8 == g[R8] && e->regs.r9 == g[R9] &&
		e->regs.r10 == g[R10] && e->regs.r15 == g[R15];
}

static void test_names(void)
{
	struct td_exit e = {};

	machine_expect(ANSWER, 77, ALL_REGS);
	td_run(0x1000, &e, stop);
	check(e.mask == script.give.r[RCX] &&
	      e.vmcall.type == script.give.r[R10] &&
	      e.vmcall.fn == script.give.r[R11] &&
	      e.vmcall.io.size == script.give.r[R12] &&
	      e.vmcall.io.write == script.give.r[R13] &&
	      e.vmcall.io.port == script.give.r[R14] &&
	      e.vmcall.io.data == script.give.r[R15] &&
	      e.vmcall.mmio.gpa == script.give.r[R14] &&
	      e.vmcall.mmio.data == script.give.r[R15] &&
	      e.vmcall.msr.value == script.give.r[R13] &&
	      e.vmcall.map_gpa.gpa == script.give.r[R12] &&
	      e.vmcall.map_gpa.size == script.give.r[R13] &&
	      e.vmcall.cpuid.subleaf == script.give.r[R13],
	      "a TDVMCALL has its registers by name");

	machine_expect(ANSWER, 48, ALL_REGS);
	td_run(0x1000, &e, stop);
	check(e.gpa == script.give.r[R8] && e.qual == script.give.r[RCX] &&
	      e.ext == script.give.r[RDX] && e.intr == script.give.r[R9],
	      "an asynchronous exit has its registers by name");

	/* the answer to a TDVMCALL is written where the question was */
	e.vmcall.answer = 0x1111;
	e.vmcall.value = 0x2222;
	e.vmcall.cpuid_out.edx = 0x3333;
	machine_expect(ANSWER, 77, 0);
	td_run(0x1000, &e, stop);
	check(seen.at.r[R10] == 0x1111 && seen.at.r[R11] == 0x2222 &&
	      seen.at.r[R15] == 0x3333, "an answer reaches the guest");
}

void test_run_loop(void)
{
	struct td_exit e = {};
	enum td_next next;
	size_t i;

	machine_expect(ANSWER, 77, ALL_REGS);
	entered = 0;
	next = td_run(0x123456000, &e, count_exit);
	check(next == TD_NEXT_RETURN && entered == 3 && seen.calls == 3 &&
	      seen.at.r[RCX] == 0x123456000 && seen.at.r[RAX] == 0,
	      "td_run() enters until the handler wants out");
	check(seen_exit.status.raw == 77 && same_regs(&seen_exit) &&
	      same_regs(&e), "the handler and the caller see the exit");
	machine_expect(CARRY, 0, 0);
	next = td_run(0x1000, &e, stop);
	check(next == TD_NEXT_STOP &&
	      td_exit_kind(&seen_exit) == TD_KIND_NOT_DELIVERED,
	      "a call that is not delivered reaches the handler");
	test_names();

	for (i = 0; i < sizeof(exits) / sizeof(exits[0]); i++) {
		machine_expect(ANSWER, exits[i].rax, ALL_REGS);
		script.give.r[R9] = exits[i].r9;
		td_run(0x1000, &e, stop);
		check(td_exit_kind(&e) == exits[i].kind, "exit: %s",
		      exits[i].name);
	}
}
