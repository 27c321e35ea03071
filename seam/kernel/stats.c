// SPDX-License-Identifier: GPL-2.0-only
/* How often each leaf was called and how long it took; the last calls made. */
#include <linux/atomic.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/vmalloc.h>
#include <asm/ptrace.h>
#include <seamhost/leaves.h>
#include "kernel.h"

static bool log_calls = true;
module_param(log_calls, bool, 0644);
MODULE_PARM_DESC(log_calls, "keep the last calls for debugfs' log file");

#define LOG_ENTRIES	512	/* a power of two */

struct log_entry {
	u64 seq;		/* 0: never used; written last */
	u64 tsc;
	u32 lp;
	u8 res;
	u64 rax, rcx, rdx, r8, r9;
	u64 out_rax, out_rcx, out_rdx, out_r8, out_r10, out_r11;
};

struct leaf_stat {
	const char *name;
	u64 number;
	atomic64_t calls, errors, cycles;
};

static struct leaf_stat leaf_stats[] = {
#define X(id, nr, version, text, ...)	{ .name = text, .number = nr },
	TDX_HOST_LEAVES(X)
#undef X
	{ .name = "unknown", .number = ~0ULL },
};

static struct log_entry last_calls[LOG_ENTRIES];
static atomic64_t log_next = ATOMIC64_INIT(0);

/* Beside what else each entry into a TD changes: see hot.lds */
static struct leaf_stat enter_stat = { .name = "TDH.VP.ENTER" };
static struct leaf_stat vp_rd_stat = { .name = "TDH.VP.RD" };

static struct leaf_stat *stat_of(u64 rax)
{
	u64 leaf = rax >> 63 ? rax : rax & 0xffff;
	unsigned int i;

	if (leaf == TDH_VP_ENTER)
		return &enter_stat;
	if (leaf == TDH_VP_RD)
		return &vp_rd_stat;
	for (i = 0; i < ARRAY_SIZE(leaf_stats) - 1; i++)
		if (leaf_stats[i].number == leaf)
			break;
	return &leaf_stats[i];
}

static void log_call(unsigned int lp, const struct pt_regs *in,
		     enum seam_result res, const u64 out[NR_GPRS], u64 t0)
{
	u64 seq = atomic64_inc_return(&log_next);
	struct log_entry *e = &last_calls[seq & (LOG_ENTRIES - 1)];

	WRITE_ONCE(e->seq, 0);
	e->tsc = t0;
	e->lp = lp;
	e->res = res;
	e->rax = in->ax;
	e->rcx = in->cx;
	e->rdx = in->dx;
	e->r8 = in->r8;
	e->r9 = in->r9;
	e->out_rax = out[RAX];
	e->out_rcx = out[RCX];
	e->out_rdx = out[RDX];
	e->out_r8 = out[R8];
	e->out_r10 = out[R10];
	e->out_r11 = out[R11];
	/* pairs with the reader: the entry is whole once it has its number */
	smp_store_release(&e->seq, seq);
}

void stats_call(unsigned int lp, const struct pt_regs *in,
		enum seam_result res, const u64 out[NR_GPRS], u64 t0)
{
	struct leaf_stat *s = stat_of(in->ax);

	atomic64_inc(&s->calls);
	if (res != SEAM_DONE || out[RAX] >> 63)
		atomic64_inc(&s->errors);
	atomic64_add(env_tsc() - t0, &s->cycles);
	if (READ_ONCE(log_calls))
		log_call(lp, in, res, out, t0);
}

void stats_show(struct seq_file *m)
{
	unsigned int i;

	seq_puts(m, "leaf calls errors cycles/call\n");
	for (i = 0; i < ARRAY_SIZE(leaf_stats); i++) {
		struct leaf_stat *s = stat_of(leaf_stats[i].number);
		u64 n = atomic64_read(&s->calls);

		if (n)
			seq_printf(m, "%s %llu %llu %llu\n", s->name, n,
				   (u64)atomic64_read(&s->errors),
				   (u64)atomic64_read(&s->cycles) / n);
	}
}

static const char *const result_names[] = {
	[SEAM_DONE] = "done",
	[SEAM_VMFAILINVALID] = "vmfailinvalid",
	[SEAM_ENTER] = "enter",
	[SEAM_FAULT_GP] = "gp",
	[SEAM_DECLINE] = "ud",
};

void stats_log_show(struct seq_file *m)
{
	u64 last = atomic64_read(&log_next), seq;

	seq = last > LOG_ENTRIES ? last - LOG_ENTRIES + 1 : 1;
	for (; seq <= last; seq++) {
		struct log_entry *p = &last_calls[seq & (LOG_ENTRIES - 1)], e;

		/* pairs with the writer's release */
		if (smp_load_acquire(&p->seq) != seq)
			continue;
		e = *p;
		/* overwritten meanwhile? */
		if (READ_ONCE(p->seq) != seq)
			continue;
		seq_printf(m, "%llu %llu lp %u %s rax=%#llx rcx=%#llx rdx=%#llx r8=%#llx r9=%#llx -> %s rax=%#llx rcx=%#llx rdx=%#llx r8=%#llx r10=%#llx r11=%#llx\n",
			   seq, e.tsc, e.lp, stat_of(e.rax)->name, e.rax,
			   e.rcx, e.rdx, e.r8, e.r9, result_names[e.res],
			   e.out_rax, e.out_rcx, e.out_rdx, e.out_r8,
			   e.out_r10, e.out_r11);
	}
}
