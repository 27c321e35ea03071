/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The VMX instructions that the hardware platform needs. Each returns 0,
 * or -EIO when the CPU refused it (VMfail or a fault).
 */
#include <linux/linkage.h>
#include <linux/cfi_types.h>
#include <asm/asm.h>
#include <asm/errno.h>
#include <asm/nospec-branch.h>

	.text

/* int seamhost_vmxon(u64 *region_pa) */
SYM_TYPED_FUNC_START(seamhost_vmxon)
1:	vmxon	(%rdi)
	jbe	vmx_failed
	xorl	%eax, %eax
	RET
	_ASM_EXTABLE(1b, vmx_failed)
SYM_FUNC_END(seamhost_vmxon)

/* int seamhost_vmxoff(void) */
SYM_TYPED_FUNC_START(seamhost_vmxoff)
2:	vmxoff
	jbe	vmx_failed
	xorl	%eax, %eax
	RET
	_ASM_EXTABLE(2b, vmx_failed)
SYM_FUNC_END(seamhost_vmxoff)

/* int seamhost_invept(u64 type, const u64 descriptor[2]) */
SYM_TYPED_FUNC_START(seamhost_invept)
3:	invept	(%rsi), %rdi
	jbe	vmx_failed
	xorl	%eax, %eax
	RET
	_ASM_EXTABLE(3b, vmx_failed)
SYM_FUNC_END(seamhost_invept)

/* int seamhost_vmptrst(u64 *vmcs_pa) */
SYM_TYPED_FUNC_START(seamhost_vmptrst)
4:	vmptrst	(%rdi)
	jbe	vmx_failed
	xorl	%eax, %eax
	RET
	_ASM_EXTABLE(4b, vmx_failed)
SYM_FUNC_END(seamhost_vmptrst)

/* int seamhost_vmptrld(const u64 *vmcs_pa) */
SYM_TYPED_FUNC_START(seamhost_vmptrld)
5:	vmptrld	(%rdi)
	jbe	vmx_failed
	xorl	%eax, %eax
	RET
	_ASM_EXTABLE(5b, vmx_failed)
SYM_FUNC_END(seamhost_vmptrld)

SYM_CODE_START_LOCAL(vmx_failed)
	movl	$-EIO, %eax
	RET
SYM_CODE_END(vmx_failed)
