// SPDX-License-Identifier: GPL-2.0-only
/*
 * A stack dump from inside an emulated SEAMCALL. When it comes by the die
 * notifiers, one before that which plays the module looks up the stack. When it
 * comes by softseam's own descriptor table, a probe in softseam does, where it
 * looks for faults to inject.
 */
#include <linux/kallsyms.h>
#include <linux/kdebug.h>
#include <linux/kprobes.h>
#include <linux/stacktrace.h>
#include <linux/string.h>
#include <asm/ptrace.h>
#include <asm/trapnr.h>
#include <seamhost/tdh.h>
#include "test.h"

#define DEPTH	48

static struct {
	const struct task_struct *task;
	unsigned long entry[DEPTH];
	unsigned int n;
	unsigned long bp;
} dump;

static int look(struct notifier_block *nb, unsigned long event, void *data)
{
	const struct die_args *args = data;

	if (event != DIE_TRAP || args->trapnr != X86_TRAP_UD ||
	    user_mode(args->regs) || current != dump.task)
		return NOTIFY_DONE;
	dump.n = stack_trace_save(dump.entry, DEPTH, 0);
	dump.bp = args->regs->bp;
	return NOTIFY_DONE;
}

static struct notifier_block looker = {
	.notifier_call = look,
	.priority = INT_MAX,
};

static int __kprobes spied(struct kprobe *probe, struct pt_regs *regs)
{
	if (current == dump.task)
		dump.n = stack_trace_save(dump.entry, DEPTH, 0);
	return 0;
}

static struct kprobe spy = {
	.symbol_name = "fault_look",
	.pre_handler = spied,
};

/* the position of a function in the dump, -1 when it is not there */
static int find(const char *function)
{
	char name[KSYM_SYMBOL_LEN];
	int i;

	for (i = 0; i < dump.n; i++) {
		sprint_symbol_no_offset(name, dump.entry[i]);
		/* without the module, and what the compiler made of it */
		name[strcspn(name, " .")] = 0;
		if (!strcmp(name, function))
			return i;
	}
	return -1;
}

/* noinline: each has to stand in the dump by its name */
static noinline tdx_status_t stack_inner(int form)
{
	struct tdx_regs regs = { .rbp = 0xdeadbeef };
	struct tdx_more more = {};
	struct tdx_out out;

	switch (form) {
	case 0:
		return tdh_mem_track(0x1001);
	case 1:
		return tdh_phymem_page_rdmd(0x1001, &out);
	case 2:
		return tdh_servtd_bind(0x1001, 0x2000, 0, 0, 0, &more);
	case 3:
		return tdh_import_mem(0, 0x1001, 0, 0, 0, 0, 0, 0, &out);
	case 4:
		return __seamcall_saved(TDX_V0(TDH_MEM_TRACK), &regs);
	default:
		return tdh_vp_enter(0x1001, &regs);
	}
}

static noinline tdx_status_t stack_outer(int form)
{
	tdx_status_t status = stack_inner(form);

	/* not a tail call */
	barrier();
	return status;
}

static const char * const entries[] = {
	"__seamcall", "__seamcall_out", "__tdh_servtd_bind", "__tdh_import_mem",
	"__seamcall_saved", "__tdh_vp_enter",
};

static void dump_of(struct tally *t, int form, bool by_gate)
{
	int entry, inner, outer, file, top;
	unsigned int i;
	bool ok;

	dump.n = 0;
	dump.task = current;
	stack_outer(form);
	dump.task = NULL;

	entry = find(entries[form]);
	inner = find("stack_inner");
	outer = find("stack_outer");
	/* called by pointer: no compiler makes it part of another */
	file = find("seq_read");
	top = find("do_syscall_64");
	/* a tail call leaves no frame: the entry stands for its caller */
	ok = entry >= 0 && outer > entry && file > outer && top > file &&
		(inner < 0 || (inner > entry && inner < outer));
	if (by_gate)
		ok &= find("seam_gate") >= 0 && find("seam_gate") < entry;
	result(t, ok, "stack inside %s is complete (%u entries)",
	       entries[form], dump.n);
	if (form == 5 && !by_gate)
		result(t, dump.bp == 0xdeadbeef,
		       "RBP was a guest's meanwhile");
	if (!ok)
		for (i = 0; i < dump.n; i++)
			seq_printf(t->m, "# %pS\n", (void *)dump.entry[i]);
}

void test_stack(struct tally *t)
{
	int form;

	if (register_die_notifier(&looker)) {
		result(t, false, "a die notifier");
		return;
	}
	for (form = 0; form < ARRAY_SIZE(entries); form++)
		dump_of(t, form, false);
	unregister_die_notifier(&looker);
}

void test_gate(struct tally *t)
{
	int form, err;

	if (register_die_notifier(&looker)) {
		result(t, false, "a die notifier");
		return;
	}
	dump.n = 0;
	dump.task = current;
	stack_outer(0);
	dump.task = NULL;
	unregister_die_notifier(&looker);
	result(t, !dump.n, "no die notifier sees the call");

	err = register_kprobe(&spy);
	if (err == -EOPNOTSUPP) {
		result(t, true, "stacks there # SKIP the kernel has no kprobes");
		return;
	}
	if (err) {
		result(t, false, "a probe at %s (%d)", spy.symbol_name, err);
		return;
	}
	for (form = 0; form < ARRAY_SIZE(entries); form++)
		dump_of(t, form, true);
	unregister_kprobe(&spy);
}
