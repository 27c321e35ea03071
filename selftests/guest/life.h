/* SPDX-License-Identifier: GPL-2.0-only */
/* Programs of the life-cycle guest. */
#ifndef SELFTESTS_GUEST_LIFE_H
#define SELFTESTS_GUEST_LIFE_H

#define LIFE_REPORT		0	/* a TDREPORT in the mailbox, then exit */
#define LIFE_SPIN		1	/* PORT_SYNC, then spin for ever */
#define LIFE_TRIPLE_FAULT	2
#define LIFE_WHOLE		3	/* memory in many ways, then as REPORT */
#define LIFE_WHOLE_2M		4	/* and a page of 2 MiB is put together */
#define LIFE_HLT		5	/* PORT_SYNC, then halt for ever */

/* What a whole life asks its VMM for, with PORT_SYNC */
#define LIFE_STEP_MOVE		1	/* to another CPU */
#define LIFE_STEP_PREFAULT	2	/* the second half of GUEST_LATE */
#define LIFE_STEP_NMI		3

/* and what it ends with when the VMM refuses it a timer */
#define LIFE_NO_TIMER		20

#endif /* SELFTESTS_GUEST_LIFE_H */
