// SPDX-License-Identifier: GPL-2.0-only
/*
 * Breakpoints that come and go in code that all CPUs run, as the kernel's do
 * while it changes its calls. An emulator may keep one that has gone; then a CPU
 * falls over it, or stops there for ever.
 */
#include <linux/cpumask.h>
#include <linux/jiffies.h>
#include <linux/kdebug.h>
#include <linux/kprobes.h>
#include <linux/kthread.h>
#include <linux/linkage.h>
#include <linux/mm.h>
#include <linux/objtool.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>
#include <asm/ptrace.h>
#include "test.h"

#define NOP	0x90
#define INT3	0xcc

/* a page to itself: what is changed there is run by no other test */
#define PAGE_OF_ITS_OWN	".balign 4096, 0xcc\n"

asm(".pushsection .text\n"
	PAGE_OF_ITS_OWN
	".type breakpoint_function, @function\n"
	"breakpoint_function:\n"
	ASM_ENDBR
	"breakpoint_spot:\n"
	ANNOTATE_NOENDBR "\n"
	"nop\n"
	ASM_RET
	".size breakpoint_function, . - breakpoint_function\n"
	PAGE_OF_ITS_OWN
	".popsection\n");

static atomic_long_t hits;

static int on_int3(struct notifier_block *nb, unsigned long event, void *data)
{
	const struct die_args *args = data;
	u8 *at = breakpoint_spot;

	/* or the compiler takes the address behind it, which objtool minds */
	OPTIMIZER_HIDE_VAR(at);
	if (event != DIE_INT3 || user_mode(args->regs) ||
	    args->regs->ip - 1 != (unsigned long)at)
		return NOTIFY_DONE;
	atomic_long_inc(&hits);
	/* the nop is as long */
	return NOTIFY_STOP;
}

NOKPROBE_SYMBOL(on_int3);

static struct notifier_block int3_nb = {
	.notifier_call = on_int3,
	.priority = INT_MAX,
};

static void spot(void)
{
	asm volatile("call breakpoint_function" : ASM_CALL_CONSTRAINT);
}

/* the same byte, where it can be written */
static u8 *spot_alias;

static void put_spot(u8 byte)
{
	WRITE_ONCE(*spot_alias, byte);
}

struct runner {
	struct task_struct *task;
	unsigned long rounds;
};

static int run(void *data)
{
	struct runner *r = data;

	while (!kthread_should_stop()) {
		spot();
		WRITE_ONCE(r->rounds, r->rounds + 1);
		cond_resched();
	}
	return 0;
}

/* Does the thread of each CPU pass the place twice, from now on? */
static bool all_pass(const struct runner *runner)
{
	unsigned long end, before;
	int cpu;

	for_each_online_cpu(cpu) {
		if (!runner[cpu].task)
			continue;
		before = READ_ONCE(runner[cpu].rounds);
		end = jiffies + 10 * HZ;
		while (READ_ONCE(runner[cpu].rounds) - before < 2) {
			if (time_after(jiffies, end))
				return false;
			cond_resched();
		}
	}
	return true;
}

/*
 * True when no CPU was ever stuck there, or told the kernel of a breakpoint that
 * has gone. After a write it can go on.
 */
static bool change(const struct runner *runner, unsigned long *times)
{
	unsigned long end = jiffies + 2 * HZ;
	bool ok = true;
	long before;

	for (*times = 0; ok && time_before(jiffies, end); (*times)++) {
		put_spot(INT3);
		put_spot(NOP);
		/* who was hit in time is done with it after that */
		ok = all_pass(runner);
		before = atomic_long_read(&hits);
		ok = ok && all_pass(runner) && atomic_long_read(&hits) == before;
	}
	return ok;
}

static void stop(struct runner *runner)
{
	int cpu;

	/* for who is stuck there */
	put_spot(NOP);
	for_each_online_cpu(cpu)
		if (!IS_ERR_OR_NULL(runner[cpu].task))
			kthread_stop(runner[cpu].task);
}

struct breakpoints {
	struct tally *t;
	struct runner *runner;
};

static void breakpoints(struct tally *t, struct runner *runner)
{
	unsigned long times;
	bool ok;
	int cpu;

	for_each_online_cpu(cpu) {
		if (cpu == raw_smp_processor_id())
			continue;
		runner[cpu].task = kthread_run_on_cpu(run, &runner[cpu], cpu,
						      "spot/%u");
		if (IS_ERR(runner[cpu].task)) {
			result(t, false, "a thread on CPU %d", cpu);
			return;
		}
	}
	ok = change(runner, &times);
	result(t, ok, "CPUs pass where a breakpoint was, after each of %lu",
	       times);
	seq_printf(t->m, "# the kernel was told of %ld\n",
		   atomic_long_read(&hits));
}

/* On a CPU that none of the others shares, so that it cannot be stuck. */
static long breakpoints_work(void *data)
{
	struct breakpoints *b = data;

	breakpoints(b->t, b->runner);
	stop(b->runner);
	return 0;
}

void test_breakpoint(struct tally *t)
{
	struct runner *runner = kcalloc(nr_cpu_ids, sizeof(*runner), GFP_KERNEL);
	struct breakpoints b = { .t = t, .runner = runner };
	struct page *page = vmalloc_to_page(breakpoint_spot);
	void *alias = vmap(&page, 1, VM_MAP, PAGE_KERNEL);

	if (!runner || !alias || register_die_notifier(&int3_nb)) {
		result(t, false, "memory, a die notifier");
		goto out;
	}
	spot_alias = alias + offset_in_page(breakpoint_spot);
	atomic_long_set(&hits, 0);
	work_on_cpu(cpumask_first(cpu_online_mask), breakpoints_work, &b);
	unregister_die_notifier(&int3_nb);
out:
	vunmap(alias);
	kfree(runner);
}
