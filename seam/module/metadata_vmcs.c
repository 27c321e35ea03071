// SPDX-License-Identifier: GPL-2.0-only
/*
 * Metadata fields of a vCPU that are VMCS fields; the field code is the VMCS
 * encoding. Columns: id, fields, elements per field,
 * who may do what (host, host of a debug TD, guest), L2 VM, where it is kept.
 */
#include "metadata.h"

const struct md_field md_vmcs[] = {
	F(0x0024000100000000, 1, 1, NO, RO, NO, 0, GET(vpid)),	/* VPID */
	/* Posted-interrupt notification vector */
	F(0x0024000100000002, 1, 1, RW, RW, NO, 0, VP_FIELD(posted_intr_nv)),
	F(0x0024000100000004, 1, 1, NO, RO, NO, 0, STORE),	/* EPTP index */
	F(0x0024000100000006, 1, 1, NO, RO, NO, 0, STORE),	/* HLAT prefix size */
	F(0x0024000100000800, 1, 1, NO, RW, NO, 0, ENGINE(0x800)),	/* Guest ES selector */
	F(0x0024000100000802, 1, 1, NO, RW, NO, 0, ENGINE(0x802)),	/* Guest CS selector */
	F(0x0024000100000804, 1, 1, NO, RW, NO, 0, ENGINE(0x804)),	/* Guest SS selector */
	F(0x0024000100000806, 1, 1, NO, RW, NO, 0, ENGINE(0x806)),	/* Guest DS selector */
	F(0x0024000100000808, 1, 1, NO, RW, NO, 0, ENGINE(0x808)),	/* Guest FS selector */
	F(0x002400010000080a, 1, 1, NO, RW, NO, 0, ENGINE(0x80a)),	/* Guest GS selector */
	F(0x002400010000080c, 1, 1, NO, RW, NO, 0, ENGINE(0x80c)),	/* Guest LDTR selector */
	F(0x002400010000080e, 1, 1, NO, RW, NO, 0, ENGINE(0x80e)),	/* Guest TR selector */
	F(0x0024000100000810, 1, 1, NO, RW, NO, 0, STORE),	/* Guest Interrupt Status */
	F(0x0024000100000812, 1, 1, NO, RW, NO, 0, STORE),	/* PML Index */
	F(0x0024000100000814, 1, 1, NO, RW, NO, 0, STORE),	/* Guest UINV */
	F(0x0024000300002000, 2, 1, NO, RO, NO, 0, STORE),	/* I/O-Bitmap Address n */
	F(0x0024000300002004, 1, 1, RO, RO, NO, 0, GET(msr_bitmap_pa)),	/* MSR-Bitmap Address */
	F(0x0024000300002006, 1, 1, NO, RO, NO, 0, STORE),	/* VM-exit MSR-store address */
	F(0x0024000300002008, 1, 1, NO, RO, NO, 0, STORE),	/* VM-exit MSR-load address */
	F(0x002400030000200a, 1, 1, NO, RO, NO, 0, STORE),	/* VM-entry MSR-load address */
	F(0x002400030000200c, 1, 1, NO, NO, NO, 0, STORE),	/* Executive-VMCS Pointer */
	F(0x002400030000200e, 1, 1, RO, M7, NO, 0, STORE),	/* PML address */
	F(0x0024000300002010, 1, 1, RO, RW, NO, 0, STORE),	/* Time-Stamp Counter Offset */
	F(0x0024000300002012, 1, 1, NO, NO, NO, 0, STORE),	/* Virtual-APIC address */
	F(0x0024000300002014, 1, 1, NO, RO, NO, 0, STORE),	/* APIC-access address */
	/* Posted-interrupt descriptor address */
	F(0x0024000300002016, 1, 1, M8, M8, NO, 0, VP_FIELD(posted_intr_desc)),
	F(0x0024000300002018, 1, 1, RO, RO, NO, 0, STORE),	/* VM-Function Controls */
	F(0x002400030000201a, 1, 1, RO, RO, NO, 0, GET(vp_eptp)),	/* EPTP */
	F(0x002400030000201c, 4, 1, NO, RO, NO, 0, STORE),	/* EOI-exit bitmap n */
	F(0x0024000300002024, 1, 1, RO, RO, NO, 0, STORE),	/* EPTP-list address */
	F(0x0024000300002026, 1, 1, NO, RO, NO, 0, STORE),	/* VMREAD-bitmap address */
	F(0x0024000300002028, 1, 1, NO, RO, NO, 0, STORE),	/* VMWRITE-bitmap address */
	/* Virtualization-exception information address */
	F(0x002400030000202a, 1, 1, NO, RO, NO, 0, STORE),
	F(0x002400030000202c, 1, 1, NO, RW, NO, 0, STORE),	/* XSS-Exiting Bitmap */
	F(0x002400030000202e, 1, 1, NO, RO, NO, 0, STORE),	/* ENCLS-Exiting Bitmap */
	F(0x0024000300002032, 1, 1, RO, RW, NO, 0, STORE),	/* Time-Stamp Counter Multiplier */
	/* Tertiary Processor-Based VM-Exection Controls */
	F(0x0024000300002034, 1, 1, NO, M0, NO, 0, STORE),
	F(0x0024000300002036, 1, 1, NO, RO, NO, 0, STORE),	/* ENCLV-Exiting Bitmap */
	/* low PASID directory address */
	F(0x0024000300002038, 1, 1, NO, RO, NO, 0, GET(zero_page)),
	/* high PASID directory address */
	F(0x002400030000203a, 1, 1, NO, RO, NO, 0, GET(zero_page)),
	F(0x002400030000203c, 1, 1, M9, M10, NO, 0, VP_FIELD(shared_eptp)),	/* Shared EPTP */
	F(0x002400030000203e, 1, 1, NO, RO, NO, 0, STORE),	/* PCONFIG-Exiting Bitmap */
	F(0x0024000300002040, 1, 1, NO, RO, NO, 0, STORE),	/* HLAT pointer */
	F(0x002400030000204a, 1, 1, NO, RO, NO, 0, STORE),	/* IA32_SPEC_CTRL mask */
	F(0x002400030000204c, 1, 1, NO, RO, NO, 0, STORE),	/* IA32_SPEC_CTRL shadow */
	F(0x0024000300002400, 1, 1, NO, RO, NO, 0, STORE),	/* Guest-physical Address */
	F(0x0024000300002800, 1, 1, NO, NO, NO, 0, STORE),	/* VMCS Link Pointer */
	F(0x0024000300002802, 1, 1, NO, M11, NO, 0, ENGINE(0x2802)),	/* IA32_DEBUGCTL */
	F(0x0024000300002804, 1, 1, NO, RW, NO, 0, ENGINE(0x2804)),	/* IA32_PAT */
	F(0x0024000300002806, 1, 1, NO, RW, NO, 0, ENGINE(0x2806)),	/* IA32_EFER */
	F(0x0024000300002808, 1, 1, NO, RW, NO, 0, STORE),	/* IA32_PERF_GLOBAL_CTRL */
	F(0x002400030000280a, 4, 1, NO, RO, NO, 0, STORE),	/* PDPTEn */
	F(0x0024000300002814, 1, 1, NO, RW, NO, 0, STORE),	/* IA32_RTIT_CTL */
	F(0x0024000300002816, 1, 1, NO, RW, NO, 0, STORE),	/* IA32_LBR_CTL */
	F(0x0024000300002818, 1, 1, NO, RW, NO, 0, STORE),	/* IA32_GUEST_PKRS */
	/* Pin-Based VM-Exection Controls */
	F(0x0024000200004000, 1, 1, M12, M13, NO, 0, VP_FIELD(pin_controls)),
	/* Primary Processor-Based VM-Exection Controls */
	F(0x0024000200004002, 1, 1, NO, M14, NO, 0, VP_FIELD(proc_controls)),
	F(0x0024000200004004, 1, 1, NO, M15, NO, 0, STORE),	/* Exception Bitmap */
	F(0x0024000200004006, 1, 1, NO, RW, NO, 0, STORE),	/* Page-fault error-code mask */
	F(0x0024000200004008, 1, 1, NO, RW, NO, 0, STORE),	/* Page-fault error-code match */
	F(0x002400020000400a, 1, 1, NO, RW, NO, 0, STORE),	/* CR3-Target Count */
	F(0x002400020000400c, 1, 1, NO, M16, NO, 0, STORE),	/* VM-Exit Controls */
	F(0x002400020000400e, 1, 1, NO, RO, NO, 0, STORE),	/* VM-exit MSR-store count */
	F(0x0024000200004010, 1, 1, NO, RO, NO, 0, STORE),	/* VM-exit MSR-load count */
	F(0x0024000200004012, 1, 1, NO, M16, NO, 0, STORE),	/* VM-Entry Controls */
	F(0x0024000200004014, 1, 1, NO, RO, NO, 0, STORE),	/* VM-entry MSR-load count */
	/* VM-entry interruption information */
	F(0x0024000200004016, 1, 1, NO, RO, NO, 0, STORE),
	F(0x0024000200004018, 1, 1, NO, RO, NO, 0, STORE),	/* VM-entry exception error code */
	F(0x002400020000401a, 1, 1, NO, RO, NO, 0, STORE),	/* VM-entry instruction length */
	F(0x002400020000401c, 1, 1, NO, RO, NO, 0, STORE),	/* TPR threshold */
	/* Secondary Processor-Based VM-Exection Controls */
	F(0x002400020000401e, 1, 1, M17, M18, NO, 0, VP_FIELD(proc_controls2)),
	F(0x0024000200004020, 1, 1, RO, RW, NO, 0, STORE),	/* PLE_GAP */
	F(0x0024000200004022, 1, 1, RO, RW, NO, 0, STORE),	/* PLE_Window */
	F(0x0024000200004024, 1, 1, RW, RW, NO, 0, STORE),	/* Instruction Timeout Control */
	F(0x0024000200004026, 1, 1, RO, RO, NO, 0, GET(vp_hkid)),	/* TD HKID */
	F(0x0024000200004400, 1, 1, NO, RO, NO, 0, STORE),	/* VM-instruction error */
	F(0x0024000200004402, 1, 1, NO, RO, NO, 0, STORE),	/* Exit reason */
	/* VM-exit interruption information */
	F(0x0024000200004404, 1, 1, NO, RO, NO, 0, STORE),
	/* VM-exit interruption error code */
	F(0x0024000200004406, 1, 1, NO, RO, NO, 0, STORE),
	F(0x0024000200004408, 1, 1, NO, RO, NO, 0, STORE),	/* IDT-vectoring information */
	F(0x002400020000440a, 1, 1, NO, RO, NO, 0, STORE),	/* IDT-vectoring error code */
	F(0x002400020000440c, 1, 1, NO, RO, NO, 0, STORE),	/* VM-exit instruction length */
	/* VM-exit instruction information */
	F(0x002400020000440e, 1, 1, NO, RO, NO, 0, STORE),
	F(0x0024000200004800, 1, 1, NO, RW, NO, 0, ENGINE(0x4800)),	/* Guest ES limit */
	F(0x0024000200004802, 1, 1, NO, RW, NO, 0, ENGINE(0x4802)),	/* Guest CS limit */
	F(0x0024000200004804, 1, 1, NO, RW, NO, 0, ENGINE(0x4804)),	/* Guest SS limit */
	F(0x0024000200004806, 1, 1, NO, RW, NO, 0, ENGINE(0x4806)),	/* Guest DS limit */
	F(0x0024000200004808, 1, 1, NO, RW, NO, 0, ENGINE(0x4808)),	/* Guest FS limit */
	F(0x002400020000480a, 1, 1, NO, RW, NO, 0, ENGINE(0x480a)),	/* Guest GS limit */
	F(0x002400020000480c, 1, 1, NO, RW, NO, 0, ENGINE(0x480c)),	/* Guest LDTR limit */
	F(0x002400020000480e, 1, 1, NO, RW, NO, 0, ENGINE(0x480e)),	/* Guest TR limit */
	F(0x0024000200004810, 1, 1, NO, RW, NO, 0, ENGINE(0x4810)),	/* Guest GDTR limit */
	F(0x0024000200004812, 1, 1, NO, RW, NO, 0, ENGINE(0x4812)),	/* Guest IDTR limit */
	F(0x0024000200004814, 1, 1, NO, RW, NO, 0, ENGINE(0x4814)),	/* Guest ES access rights */
	F(0x0024000200004816, 1, 1, NO, RW, NO, 0, ENGINE(0x4816)),	/* Guest CS access rights */
	F(0x0024000200004818, 1, 1, NO, RW, NO, 0, ENGINE(0x4818)),	/* Guest SS access rights */
	F(0x002400020000481a, 1, 1, NO, RW, NO, 0, ENGINE(0x481a)),	/* Guest DS access rights */
	F(0x002400020000481c, 1, 1, NO, RW, NO, 0, ENGINE(0x481c)),	/* Guest FS access rights */
	F(0x002400020000481e, 1, 1, NO, RW, NO, 0, ENGINE(0x481e)),	/* Guest GS access rights */
	/* Guest LDTR access rights */
	F(0x0024000200004820, 1, 1, NO, RW, NO, 0, ENGINE(0x4820)),
	F(0x0024000200004822, 1, 1, NO, RW, NO, 0, ENGINE(0x4822)),	/* Guest TR access rights */
	F(0x0024000200004824, 1, 1, NO, RW, NO, 0, ENGINE(0x4824)),	/* Interruptibility State */
	F(0x0024000200004826, 1, 1, NO, RO, NO, 0, STORE),	/* Activity State */
	F(0x0024000200004828, 1, 1, NO, NO, NO, 0, STORE),	/* Guest SMBASE */
	F(0x002400020000482a, 1, 1, NO, RW, NO, 0, ENGINE(0x482a)),	/* IA32_SYSENTER_CS */
	F(0x002400020000482e, 1, 1, NO, RW, NO, 0, STORE),	/* VMX-Preemption Timer Value */
	F(0x0024000300006000, 1, 1, NO, M19, NO, 0, STORE),	/* CR0 Guest/Host Mask */
	F(0x0024000300006002, 1, 1, NO, M5, NO, 0, STORE),	/* CR4 Guest/Host Mask */
	F(0x0024000300006004, 1, 1, NO, M20, NO, 0, STORE),	/* CR0 Read Shadow */
	F(0x0024000300006006, 1, 1, NO, M21, NO, 0, STORE),	/* CR4 Read Shadow */
	F(0x0024000300006008, 4, 1, NO, RW, NO, 0, STORE),	/* CR3-Target Values */
	F(0x0024000300006400, 1, 1, NO, RO, NO, 0, STORE),	/* Exit qualification */
	F(0x0024000300006402, 1, 1, NO, RO, NO, 0, STORE),	/* I/O RCX */
	F(0x0024000300006404, 1, 1, NO, RO, NO, 0, STORE),	/* I/O RSI */
	F(0x0024000300006406, 1, 1, NO, RO, NO, 0, STORE),	/* I/O RDI */
	F(0x0024000300006408, 1, 1, NO, RO, NO, 0, STORE),	/* I/O RIP */
	F(0x002400030000640a, 1, 1, NO, RO, NO, 0, STORE),	/* Guest-Linear Address */
	F(0x0024000300006800, 1, 1, NO, RW, NO, 0, ENGINE(0x6800)),	/* Guest CR0 */
	F(0x0024000300006802, 1, 1, NO, RW, NO, 0, ENGINE(0x6802)),	/* Guest CR3 */
	F(0x0024000300006804, 1, 1, NO, RW, NO, 0, ENGINE(0x6804)),	/* Guest CR4 */
	F(0x0024000300006806, 1, 1, NO, RW, NO, 0, ENGINE(0x6806)),	/* Guest ES base */
	F(0x0024000300006808, 1, 1, NO, RW, NO, 0, ENGINE(0x6808)),	/* Guest CS base */
	F(0x002400030000680a, 1, 1, NO, RW, NO, 0, ENGINE(0x680a)),	/* Guest SS base */
	F(0x002400030000680c, 1, 1, NO, RW, NO, 0, ENGINE(0x680c)),	/* Guest DS base */
	F(0x002400030000680e, 1, 1, NO, RW, NO, 0, ENGINE(0x680e)),	/* Guest FS base */
	F(0x0024000300006810, 1, 1, NO, RW, NO, 0, ENGINE(0x6810)),	/* Guest GS base */
	F(0x0024000300006812, 1, 1, NO, RW, NO, 0, ENGINE(0x6812)),	/* Guest LDTR base */
	F(0x0024000300006814, 1, 1, NO, RW, NO, 0, ENGINE(0x6814)),	/* Guest TR base */
	F(0x0024000300006816, 1, 1, NO, RW, NO, 0, ENGINE(0x6816)),	/* Guest GDTR base */
	F(0x0024000300006818, 1, 1, NO, RW, NO, 0, ENGINE(0x6818)),	/* Guest IDTR base */
	F(0x002400030000681a, 1, 1, NO, RW, NO, 0, ENGINE(0x681a)),	/* Guest DR7 */
	F(0x002400030000681c, 1, 1, NO, RW, NO, 0, ENGINE(0x681c)),	/* Guest RSP */
	F(0x002400030000681e, 1, 1, NO, RW, NO, 0, ENGINE(0x681e)),	/* Guest RIP */
	F(0x0024000300006820, 1, 1, NO, RW, NO, 0, ENGINE(0x6820)),	/* Guest RFLAGS */
	/* Pending Debug Exceptions */
	F(0x0024000300006822, 1, 1, NO, RW, NO, 0, ENGINE(0x6822)),
	F(0x0024000300006824, 1, 1, NO, RW, NO, 0, ENGINE(0x6824)),	/* IA32_SYSENTER_ESP */
	F(0x0024000300006826, 1, 1, NO, RW, NO, 0, ENGINE(0x6826)),	/* IA32_SYSENTER_EIP */
	F(0x0024000300006828, 1, 1, NO, RW, NO, 0, STORE),	/* GUEST_IA32_S_CET */
	F(0x002400030000682a, 1, 1, NO, RW, NO, 0, STORE),	/* GUEST_SSP */
	/* GUEST_IA32_INTERRUPT_SSP_TABLE_ADDR */
	F(0x002400030000682c, 1, 1, NO, RW, NO, 0, STORE),
	F(0x0024000300006c08, 1, 1, NO, NO, NO, 0, STORE),	/* Host GS Base */
	F(0x0024000300006c14, 1, 1, NO, NO, NO, 0, STORE),	/* Host RSP */
	F(0x0024000300006c16, 1, 1, NO, NO, NO, 0, STORE),	/* Host RIP */
	F(0x0024000300006c1a, 1, 1, NO, NO, NO, 0, STORE),	/* HOST_SSP */
};

const unsigned int nr_md_vmcs = ARRAY_SIZE(md_vmcs);
