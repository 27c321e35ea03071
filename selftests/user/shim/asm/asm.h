/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The exception table of a process: pairs of addresses that the signal
 * handler searches between __start_shim_extable and __stop_shim_extable.
 */
#define _ASM_EXTABLE_FAULT(from, to)			\
	.pushsection shim_extable, "aw", @progbits;	\
	.balign 8;					\
	.quad from, to;					\
	.popsection
