/* SPDX-License-Identifier: GPL-2.0-only */
/* Parts of the in-kernel test: each writes KTAP into a file. */
#ifndef SEAMCALL_TEST_H
#define SEAMCALL_TEST_H

#include <linux/compiler.h>
#include <linux/seq_file.h>
#include <seamhost/types.h>

struct tally {
	struct seq_file *m;
	int n;
};

/* One result; the name is a claim. */
__printf(3, 4) void result(struct tally *t, bool ok, const char *fmt, ...);

void test_refusals(struct tally *t);
void test_stack(struct tally *t);
void test_gate(struct tally *t);
void test_breakpoint(struct tally *t);
void test_td(struct tally *t);
void test_disable(struct tally *t);
void test_unload(struct tally *t);
void test_pamt(struct tally *t);

/* NMIs at all CPUs but the first, for so many seconds */
int nmi_storm(unsigned int seconds);
unsigned long nmi_seen(void);

/* breakpoint.c, in assembler */
extern u8 breakpoint_spot[];

#endif /* SEAMCALL_TEST_H */
