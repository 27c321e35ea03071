/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The virtual machine control block of AMD's SVM and its numbers, by the
 * tables of the AMD64 Architecture Programmer's Manual, volume 2, appendices
 * B and C.
 */
#ifndef SOFTSEAM_VMCB_H
#define SOFTSEAM_VMCB_H

#include <linux/build_bug.h>
#include <linux/stddef.h>
#include <linux/types.h>

struct vmcb_seg {
	u16 selector;
	u16 attr;		/* access byte, then AVL, L, D/B, G */
	u32 limit;
	u64 base;
};

struct vmcb {
	/* control area */
	u32 intercept_cr;	/* reads in the low half, writes above */
	u32 intercept_dr;	/* likewise */
	u32 intercept_exc;
	u32 intercept1;
	u32 intercept2;
	u32 intercept3;
	u8 reserved_018[0x40 - 0x18];
	u64 iopm_base;
	u64 msrpm_base;
	u64 tsc_offset;
	u32 asid;
	u32 tlb_control;
	u32 int_ctl;
	u32 int_vector;
	u64 int_state;
	u64 exit_code;
	u64 exit_info1;
	u64 exit_info2;
	u64 exit_int_info;
	u64 np_enable;
	u8 reserved_098[0xa8 - 0x98];
	u64 event_inj;
	u64 n_cr3;
	u64 lbr_ctl;
	u64 clean;
	u64 next_rip;
	u8 reserved_0d0[0x400 - 0xd0];
	/* state save area */
	struct vmcb_seg es, cs, ss, ds, fs, gs, gdtr, ldtr, idtr, tr;
	u8 reserved_4a0[0x4cb - 0x4a0];
	u8 cpl;
	u8 reserved_4cc[4];
	u64 efer;
	u8 reserved_4d8[0x548 - 0x4d8];
	u64 cr4, cr3, cr0, dr7, dr6, rflags, rip;
	u8 reserved_580[0x5d8 - 0x580];
	u64 rsp;
	u8 reserved_5e0[0x5f8 - 0x5e0];
	u64 rax;
	u64 star, lstar, cstar, sfmask, kernel_gs_base;
	u64 sysenter_cs, sysenter_esp, sysenter_eip;
	u64 cr2;
	u8 reserved_648[0x668 - 0x648];
	u64 g_pat;
	u64 debugctl;
	u8 reserved_678[0x1000 - 0x678];
} __packed;

static_assert(sizeof(struct vmcb) == 0x1000);
static_assert(offsetof(struct vmcb, iopm_base) == 0x040);
static_assert(offsetof(struct vmcb, exit_code) == 0x070);
static_assert(offsetof(struct vmcb, event_inj) == 0x0a8);
static_assert(offsetof(struct vmcb, next_rip) == 0x0c8);
static_assert(offsetof(struct vmcb, es) == 0x400);
static_assert(offsetof(struct vmcb, tr) == 0x490);
static_assert(offsetof(struct vmcb, efer) == 0x4d0);
static_assert(offsetof(struct vmcb, cr4) == 0x548);
static_assert(offsetof(struct vmcb, rsp) == 0x5d8);
static_assert(offsetof(struct vmcb, rax) == 0x5f8);
static_assert(offsetof(struct vmcb, cr2) == 0x640);
static_assert(offsetof(struct vmcb, g_pat) == 0x668);

/* intercept_cr, intercept_dr */
#define ICPT_READ(n)		BIT(n)
#define ICPT_WRITE(n)		BIT(16 + (n))

/* intercept1 */
#define ICPT_INTR		BIT(0)
#define ICPT_NMI		BIT(1)
#define ICPT_SMI		BIT(2)
#define ICPT_INIT		BIT(3)
#define ICPT_VINTR		BIT(4)
#define ICPT_RDPMC		BIT(15)
#define ICPT_CPUID		BIT(18)
#define ICPT_RSM		BIT(19)
#define ICPT_IRET		BIT(20)
#define ICPT_INVD		BIT(22)
#define ICPT_HLT		BIT(24)
#define ICPT_INVLPGA		BIT(26)
#define ICPT_IOIO		BIT(27)
#define ICPT_MSR		BIT(28)
#define ICPT_TASK_SWITCH	BIT(29)
#define ICPT_SHUTDOWN		BIT(31)

/* intercept2 */
#define ICPT_VMRUN		BIT(0)
#define ICPT_VMMCALL		BIT(1)
#define ICPT_VMLOAD		BIT(2)
#define ICPT_VMSAVE		BIT(3)
#define ICPT_STGI		BIT(4)
#define ICPT_CLGI		BIT(5)
#define ICPT_SKINIT		BIT(6)
#define ICPT_WBINVD		BIT(9)
#define ICPT_MONITOR		BIT(10)
#define ICPT_MWAIT		BIT(11)
#define ICPT_XSETBV		BIT(13)

/* exit_code */
#define SVM_CR_READ(n)		(0x000 + (n))
#define SVM_CR_WRITE(n)		(0x010 + (n))
#define SVM_DR_READ(n)		(0x020 + (n))
#define SVM_DR_WRITE(n)		(0x030 + (n))
#define SVM_EXC(n)		(0x040 + (n))
#define SVM_INTR		0x060
#define SVM_NMI			0x061
#define SVM_SMI			0x062
#define SVM_INIT		0x063
#define SVM_VINTR		0x064
#define SVM_RDPMC		0x06f
#define SVM_CPUID		0x072
#define SVM_RSM			0x073
#define SVM_IRET		0x074
#define SVM_INVD		0x076
#define SVM_HLT			0x078
#define SVM_INVLPGA		0x07a
#define SVM_IOIO		0x07b
#define SVM_MSR			0x07c
#define SVM_TASK_SWITCH		0x07d
#define SVM_SHUTDOWN		0x07f
#define SVM_VMRUN		0x080
#define SVM_SKINIT		0x086
#define SVM_WBINVD		0x089
#define SVM_MONITOR		0x08a
#define SVM_MWAIT		0x08b
#define SVM_XSETBV		0x08d
#define SVM_NPF			0x400

/* event_inj, exit_int_info */
#define SVM_EVENT_VECTOR	0xff
#define SVM_EVENT_TYPE		(7 << 8)
#define SVM_EVENT_INTR		(0 << 8)
#define SVM_EVENT_NMI		(2 << 8)
#define SVM_EVENT_EXC		(3 << 8)
#define SVM_EVENT_SOFT		(4 << 8)
#define SVM_EVENT_ERRCODE	BIT(11)
#define SVM_EVENT_VALID		BIT(31)

/* int_ctl */
#define INT_V_TPR		0x0f
#define INT_V_IRQ		BIT(8)
#define INT_V_PRIO		(0xf << 16)
#define INT_V_IGN_TPR		BIT(20)
#define INT_V_MASKING		BIT(24)

/* int_state */
#define INT_SHADOW		BIT(0)

#define SVM_FLUSH_NONE		0
#define SVM_FLUSH_ALL		1

/* exit_info1 of a nested page fault */
#define NPF_PRESENT		BIT_ULL(0)
#define NPF_WRITE		BIT_ULL(1)
#define NPF_FETCH		BIT_ULL(4)
#define NPF_FINAL		BIT_ULL(32)

/* exit_info1 of IN and OUT */
#define IOIO_IN			BIT(0)
#define IOIO_STRING		BIT(2)
#define IOIO_REP		BIT(3)

#define MSR_SVM_VM_CR		0xc0010114
#define MSR_SVM_HSAVE_PA	0xc0010117
#define VM_CR_SVMDIS		BIT(4)

#endif /* SOFTSEAM_VMCB_H */
