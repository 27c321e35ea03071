/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests of vCPU, metadata and guest leaves, and of what exits do. */
#ifndef VP_TEST_H
#define VP_TEST_H

#include "../../../seam/module/guest.h"
#include "../../../seam/module/vp.h"
#include "world.h"

#define OP(code, operand)	(TDX_WORD_##code | TDX_OPERAND_##operand)

void vp_test_refusals(void);
void vp_test_guest(void);
void vp_test_apic(void);
void vp_test_cpuid(void);
void vp_test_metadata(void);
void vp_test_races(void);
void vp_test_fuzz(void);

/* Events as VM entry takes them */
#define EVENT_VE	0x80000314u
#define EVENT_DF	0x80000b08u
#define EVENT_GP	0x80000b0du
#define EVENT_UD	0x80000306u

/* The running TD's vCPU, entered on LP 0. */
struct vcpu *vp_enter(void);
/* One exit of it; true: it runs on. */
bool vp_do_exit(u32 reason, u32 len, u64 qual, gpa_t gpa, struct vp_inject *inj);
/* TDCALL with all operands; the status, or ~0 after a TD exit or injection. */
u64 vp_tdcall4(u64 leaf, u64 rcx, u64 rdx, u64 r8, u64 r9);

#endif /* VP_TEST_H */
