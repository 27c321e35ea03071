/* SPDX-License-Identifier: GPL-2.0-only */
/* VMX: its instructions (vmx.S; 0, or -EIO when the CPU refused), its owner. */
#ifndef SEAMHOST_VIRT_VMX_H
#define SEAMHOST_VIRT_VMX_H

#include <linux/types.h>

int seamhost_vmxon(u64 *region_pa);
int seamhost_vmxoff(void);
int seamhost_vmptrst(u64 *vmcs_pa);
int seamhost_vmptrld(const u64 *vmcs_pa);
int seamhost_invept(u64 type, const u64 descriptor[2]);

/* vmx_share.c */
int seamhost_vmx_borrow(void);
void seamhost_vmx_return(void);
int seamhost_vmx_share_init(void);
void seamhost_vmx_share_exit(void);

#endif /* SEAMHOST_VIRT_VMX_H */
