/* SPDX-License-Identifier: GPL-2.0-only */
/* What assembly and linker give to machine.c. */
#ifndef PROBE_H
#define PROBE_H

#include "machine.h"

/* the exception table that the shim makes of _ASM_EXTABLE_FAULT() */
struct fixup {
	u64 from, to;
};

/* and the sizes that it notes at each SYM_FUNC_END() */
struct entry_size {
	u64 fn, size;
};

extern const struct entry_size __start_shim_sizes[], __stop_shim_sizes[];
extern const struct fixup __start_shim_extable[], __stop_shim_extable[];

/* probe.S; it keeps its stack pointer and what it found of the stack */
extern const char probe_back[];
extern u64 probe_rsp, probe_depth;

/* C's arguments from the seventh on; each a structure until a test says else */
extern u64 probe_args[4];

void probe_asm(const void *fn, const struct regs *in, struct regs *out,
	       int step);

#endif /* PROBE_H */
