/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A module and a CPU for a process: the instruction raises a signal, whose
 * handler notes every register, sets those that the test wants, and goes on
 * behind the instruction, or where the exception table says.
 */
#ifndef MACHINE_H
#define MACHINE_H

#include <stdbool.h>
#include <seamhost/types.h>

/* x86's numbers, which masks of registers use too */
enum reg {
	RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI,
	R8, R9, R10, R11, R12, R13, R14, R15, NR_REGS
};

#define BIT(n)		(1U << (n))
#define ALL_REGS	(0xffffU & ~BIT(RSP))

extern const char * const reg_name[NR_REGS];

struct regs {
	u64 r[NR_REGS];
};

enum outcome {
	ANSWER,		/* RAX and @give */
	CARRY,		/* VMfailInvalid: carry set, nothing else changed */
	TRAP_UD,	/* #UD */
	TRAP_GP,	/* #GP */
	NR_OUTCOMES
};

extern const char * const outcome_name[NR_OUTCOMES];

/* what is to happen at the next instruction */
struct script {
	enum outcome outcome;
	u64 status;		/* RAX of an answer */
	u32 give_mask;		/* registers that the answer changes */
	struct regs give;
};

/* what was seen at it */
struct seen {
	unsigned int calls;	/* instructions since machine_expect() */
	bool tdcall;
	struct regs at;
};

extern struct script script;
extern struct seen seen;

void machine_init(void);
/* Forget what was seen. Random content in script.give. */
void machine_expect(enum outcome outcome, u64 status, u32 give_mask);

/* Numbers that look like nothing else. */
u64 noise(void);
void noise_regs(struct regs *regs);

/*
 * probe() - call a function with every register set, and see every register
 * @fn: any function; RSP is the probe's own
 * @in: RAX to R15 at the call
 * @out: the same after it returned
 */
void probe(const void *fn, const struct regs *in, struct regs *out);

/*
 * probe_steps() - the same, one instruction at a time
 * Returns the number of instructions from the function's first to its return.
 */
unsigned int probe_steps(const void *fn, const struct regs *in,
			 struct regs *out);

/*
 * How far below the return address the last probe_steps() wrote, in bytes; 0
 * when it did not.
 */
unsigned int probe_stack(void);

#endif /* MACHINE_H */
