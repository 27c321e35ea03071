// SPDX-License-Identifier: GPL-2.0-only
/*
 * A short way to the door: an interrupt descriptor table that is the kernel's
 * but for #UD, and #BP where stale.c has use for it. An emulating CPU pays for
 * each page that is touched after a world switch, and the kernel's way to its die
 * notifiers leads over a dozen of them.
 *
 * A CPU gets the table with its first SEAMCALL that came by the notifier, and
 * gives it back when it goes offline or softseam goes. What is neither a SEAMCALL
 * of the kernel's nor a breakpoint that has gone goes where it would have gone.
 */
#include <linux/cpuhotplug.h>
#include <linux/cpumask.h>
#include <linux/gfp.h>
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/string.h>
#include <asm/cpufeature.h>
#include <asm/desc.h>
#include <asm/trapnr.h>
#include "../svm/svm.h"
#include "kernel.h"

bool gate_wanted = true;
module_param_named(own_idt, gate_wanted, bool, 0644);
MODULE_PARM_DESC(own_idt, "SEAMCALL by an interrupt descriptor table of softseam's, not by a die notifier: quicker (default: yes)");

/* where #UD and #BP go that are not ours */
unsigned long seam_gate_kernel, seam_gate_kernel_bp;

static gate_desc *table;
static struct desc_ptr kernel_idt;
static int cpuhp_state;

static void load(unsigned long address)
{
	const struct desc_ptr d = { .size = kernel_idt.size, .address = address };

	native_load_idt(&d);
}

static unsigned long loaded(void)
{
	struct desc_ptr d;

	store_idt(&d);
	return d.address;
}

/* Interrupts are off. A CPU on its way down has to give it back, and has. */
void gate_arm(void)
{
	if (!READ_ONCE(table) || !READ_ONCE(gate_wanted) || !cpu_active(smp_processor_id()))
		return;
	if (loaded() == kernel_idt.address)
		load((unsigned long)table);
}

static int gate_cpu_off(unsigned int cpu)
{
	unsigned long flags;

	local_irq_save(flags);
	if (loaded() != kernel_idt.address)
		load(kernel_idt.address);
	local_irq_restore(flags);
	return 0;
}

/*
 * Programs run with page tables that have only the kernel's own table; a kernel
 * that keeps account of interrupts has to see each exception itself; and with
 * event delivery by FRED there is no table at all.
 */
static bool gate_possible(void)
{
	if (IS_ENABLED(CONFIG_TRACE_IRQFLAGS) || platform_is_hardware())
		return false;
#ifdef X86_FEATURE_FRED
	if (cpu_feature_enabled(X86_FEATURE_FRED))
		return false;
#endif
	return !boot_cpu_has(X86_FEATURE_PTI) &&
	       !boot_cpu_has(X86_FEATURE_XENPV);
}

static void set_target(gate_desc *gate, unsigned long to)
{
	gate->offset_low = to;
	gate->offset_middle = to >> 16;
	gate->offset_high = to >> 32;
}

int gate_open(void)
{
	gate_desc *copy;
	int ret;

	if (!gate_possible()) {
		gate_wanted = false;
		return 0;
	}
	copy = (void *)get_zeroed_page(GFP_KERNEL);
	if (!copy)
		return -ENOMEM;
	store_idt(&kernel_idt);
	memcpy(copy, (void *)kernel_idt.address,
	       min_t(size_t, kernel_idt.size + 1, PAGE_SIZE));
	seam_gate_kernel = gate_offset(&copy[X86_TRAP_UD]);
	set_target(&copy[X86_TRAP_UD], (unsigned long)seam_gate);
	seam_gate_kernel_bp = gate_offset(&copy[X86_TRAP_BP]);
	if (engine_under_tcg())
		set_target(&copy[X86_TRAP_BP], (unsigned long)seam_gate_bp);

	ret = cpuhp_setup_state_nocalls(CPUHP_AP_ONLINE_DYN, "softseam:idt",
					NULL, gate_cpu_off);
	if (ret < 0) {
		free_page((unsigned long)copy);
		return ret;
	}
	cpuhp_state = ret;
	WRITE_ONCE(table, copy);
	return 0;
}

void gate_close(void)
{
	gate_desc *copy = table;

	if (!copy)
		return;
	WRITE_ONCE(table, NULL);
	/* on each CPU in turn: who was in the gate there has left it */
	cpuhp_remove_state(cpuhp_state);
	free_page((unsigned long)copy);
}
