/* SPDX-License-Identifier: GPL-2.0-only */
/* Guest physical layout and mailbox, shared by guest programs and the VMM. */
#ifndef SELFTESTS_GUEST_LAYOUT_H
#define SELFTESTS_GUEST_LAYOUT_H

#define GUEST_STACKS	0x00080000	/* one page per vCPU, grows down */
#define GUEST_MAX_VCPUS	16
#define GUEST_IMAGE	0x00100000	/* code, data and page tables */
#define GUEST_PIECE	0x001f0000	/* behind the image, not there at start */
#define GUEST_LATE	0x00800000	/* not there at start: the guest accepts */
#define GUEST_LATE_SIZE	0x00400000
#define GUEST_MBOX	0x00400000	/* converted to shared by the guest */
#define GUEST_RESET	0xfffff000	/* last page under 4 GiB */

/* The same memory with the SHARED bit: virtual = GUEST_SHARED_47 + GPA. */
#define GUEST_SHARED_47	0x8000000000	/* GPAW 48 */
#define GUEST_SHARED_51	0x10000000000	/* GPAW 52 */

/* Ports */
#define PORT_SERIAL	0x3f8		/* one byte out: a character */
#define PORT_SYNC	0x510		/* 4 bytes out: a step; in: go on */
#define PORT_EXIT	0xf4		/* 4 bytes out: the guest is done */

#define CPUID_FROM_VMM	0x4fffff00	/* nobody but the VMM knows it */

#ifndef __ASSEMBLER__
#include <seamhost/types.h>

/* What the guest tells the VMM through the shared mailbox page. */
struct mailbox {
	u64 magic;		/* MAILBOX_MAGIC: the guest wrote here */
	u64 reply;		/* the VMM answers here */
	u64 status;		/* 0, or what went wrong first */
	u64 gpaw;
	u64 attributes;
	u64 num_vcpus, max_vcpus, index;
	u32 cpuid_module[4];	/* leaf 0, virtualised by the module */
	u32 cpuid_vmm[4];	/* CPUID_FROM_VMM, by #VE */
	u64 ve_count;
	u64 late_gpa;
	u64 late_value;
	u8 private_bytes[64];	/* what the guest sees at private_gpa */
	u64 private_gpa;
	u8 report[1024];	/* TDREPORT_STRUCT */
	u8 report_data[64];
};

#define MAILBOX_MAGIC	0x5345414d484f5354ULL	/* "SEAMHOST" */
#define MAILBOX_REPLY	0x52454c4f414445ULL
#endif

#endif /* SELFTESTS_GUEST_LAYOUT_H */
