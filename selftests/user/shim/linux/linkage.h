/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What virt/tdx_module_call.S takes from the kernel's assembler headers, for a
 * process or a bare guest image.
 */
#define SYM_FUNC_START(name)			\
	.globl name;				\
	.type name, @function;			\
	.balign 16;				\
	name:
#define SYM_TYPED_FUNC_START(name)	SYM_FUNC_START(name)
#define SYM_FUNC_END(name)	.size name, . - name
#define RET			ret

	.section .note.GNU-stack, "", @progbits
	.text
