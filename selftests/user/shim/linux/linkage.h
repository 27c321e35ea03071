/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What virt/tdx_module_call.S takes from the kernel's assembler headers, for a
 * process or a bare guest image.
 */

/* As a kernel with indirect branch tracking and return thunks has them. */
#ifdef SHIM_IBT
#define SHIM_ENDBR	endbr64
#define RET		jmp shim_return_thunk
#else
#define SHIM_ENDBR
#define RET		ret
#endif

#define SYM_FUNC_START(name)			\
	.globl name;				\
	.type name, @function;			\
	.balign 16;				\
	name: SHIM_ENDBR
#define SYM_TYPED_FUNC_START(name)	SYM_FUNC_START(name)
/* sizes, for tests that count bytes: see entry/probe.h */
#define SYM_FUNC_END(name)			\
	999:					\
	.size name, 999b - name;		\
	.pushsection shim_sizes, "aw", @progbits; \
	.balign 8;				\
	.quad name, 999b - name;		\
	.popsection

	.section .note.GNU-stack, "", @progbits
	.text
