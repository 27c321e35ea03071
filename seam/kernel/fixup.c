// SPDX-License-Identifier: GPL-2.0-only
/*
 * A #GP instead of the #UD that brought us here: the kernel offers no call for
 * "handle trap 13 at this address", so the call site's exception-table entry
 * is looked up in the module that holds it. Modules are known from their
 * loading on; a caller that was there before softseam gets the #UD.
 */
#include <linux/extable.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/ratelimit.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <asm/extable.h>
#include <asm/extable_fixup_types.h>
#include <asm/ptrace.h>
#include <asm/trapnr.h>
#include "kernel.h"

struct known_module {
	struct list_head list;
	struct module *mod;
};

static LIST_HEAD(known_modules);
static DEFINE_MUTEX(known_lock);

static unsigned long entry_insn(const struct exception_table_entry *e)
{
	return (unsigned long)&e->insn + e->insn;
}

static unsigned long entry_fixup(const struct exception_table_entry *e)
{
	return (unsigned long)&e->fixup + e->fixup;
}

static const struct exception_table_entry *find_entry(unsigned long ip)
{
	const struct exception_table_entry *e;
	struct known_module *k;
	unsigned int i;

	list_for_each_entry_rcu(k, &known_modules, list) {
		for (i = 0; i < k->mod->num_exentries; i++) {
			e = &k->mod->extable[i];
			if (entry_insn(e) == ip)
				return e;
		}
	}
	return NULL;
}

/* Interrupts are off, which RCU waits for: the list and its modules stay. */
bool fixup_gp(struct pt_regs *regs)
{
	const struct exception_table_entry *e = find_entry(regs->ip);

	if (!e || (e->data & 0xff) != EX_TYPE_FAULT) {
		pr_softseam(KERN_WARNING,
			    "no fix-up for a #GP at %pS, it gets #UD\n",
			    (void *)regs->ip);
		return false;
	}
	regs->ip = entry_fixup(e);
	regs->ax = X86_TRAP_GP;
	return true;
}

static void module_add(struct module *mod)
{
	struct known_module *k = kzalloc(sizeof(*k), GFP_KERNEL);

	if (!k)
		return;
	k->mod = mod;
	mutex_lock(&known_lock);
	list_add_rcu(&k->list, &known_modules);
	mutex_unlock(&known_lock);
}

static void module_del(struct module *mod)
{
	struct known_module *k, *found = NULL;

	mutex_lock(&known_lock);
	list_for_each_entry(k, &known_modules, list) {
		if (k->mod == mod) {
			found = k;
			list_del_rcu(&k->list);
			break;
		}
	}
	mutex_unlock(&known_lock);
	if (found) {
		synchronize_rcu();
		kfree(found);
	}
}

static int module_event(struct notifier_block *nb, unsigned long event,
			void *data)
{
	switch (event) {
	case MODULE_STATE_COMING:
		module_add(data);
		break;
	case MODULE_STATE_GOING:
		module_del(data);
		break;
	}
	return NOTIFY_DONE;
}

static struct notifier_block module_notifier = {
	.notifier_call = module_event,
};

int fixup_init(void)
{
	return register_module_notifier(&module_notifier);
}

void fixup_exit(void)
{
	struct known_module *k, *n;

	unregister_module_notifier(&module_notifier);
	synchronize_rcu();
	list_for_each_entry_safe(k, n, &known_modules, list) {
		list_del(&k->list);
		kfree(k);
	}
}
