// SPDX-License-Identifier: GPL-2.0-only
/*
 * The door: on a CPU without TDX the SEAMCALL opcode raises #UD. It is seen
 * here first, by the gate (gate.c) or as a die notifier, who plays SEAM with the
 * interrupted registers and skips the instruction. A call that is declined goes
 * on to the exception-table fix-up of the call site, as a #UD of real hardware
 * would.
 */
#include <linux/kdebug.h>
#include <linux/kprobes.h>
#include <linux/mm.h>
#include <linux/ratelimit.h>
#include <linux/smp.h>
#include <linux/uaccess.h>
#include <asm/cpufeature.h>
#include <asm/processor-flags.h>
#include <asm/ptrace.h>
#include <asm/trapnr.h>
#include "../svm/svm.h"
#include "kernel.h"

#define SEAMCALL_OPCODE	0xcf010f66	/* in the order of the bytes */
#define SEAMCALL_LEN	4

/* VMX instructions set CF, PF, AF, ZF, SF and OF by their outcome. */
#define VMX_FLAGS	(X86_EFLAGS_CF | X86_EFLAGS_PF | X86_EFLAGS_AF | \
			 X86_EFLAGS_ZF | X86_EFLAGS_SF | X86_EFLAGS_OF)

static void gprs_from_regs(u64 g[NR_GPRS], const struct pt_regs *regs)
{
	g[RAX] = regs->ax;
	g[RCX] = regs->cx;
	g[RDX] = regs->dx;
	g[RBX] = regs->bx;
	g[RSP] = 0;
	g[RBP] = regs->bp;
	g[RSI] = regs->si;
	g[RDI] = regs->di;
	g[R8] = regs->r8;
	g[R9] = regs->r9;
	g[R10] = regs->r10;
	g[R11] = regs->r11;
	g[R12] = regs->r12;
	g[R13] = regs->r13;
	g[R14] = regs->r14;
	g[R15] = regs->r15;
}

static void gprs_to_regs(struct pt_regs *regs, const u64 g[NR_GPRS])
{
	regs->ax = g[RAX];
	regs->cx = g[RCX];
	regs->dx = g[RDX];
	regs->bx = g[RBX];
	regs->bp = g[RBP];
	regs->si = g[RSI];
	regs->di = g[RDI];
	regs->r8 = g[R8];
	regs->r9 = g[R9];
	regs->r10 = g[R10];
	regs->r11 = g[R11];
	regs->r12 = g[R12];
	regs->r13 = g[R13];
	regs->r14 = g[R14];
	regs->r15 = g[R15];
}

/* The vCPU runs until the module says that VP.ENTER is over. */
static void run_guest(struct vcpu *vcpu, u64 g[NR_GPRS])
{
	struct vp_inject inj = {};
	struct vp_exit exit;

	engine_enter(vcpu);
	seam_at(raw_smp_processor_id(), SEAM_AT_GUEST);
	do {
		engine_run(vcpu, &inj, &exit);
		inj = (struct vp_inject){};
	} while (vp_exit(vcpu, &exit, &inj, g) == VP_RESUME);
	engine_leave();
}

static enum seam_result door_call(unsigned int lp, u64 g[NR_GPRS])
{
	struct vcpu *vcpu = NULL;
	enum seam_result res;

	if (!g[RAX] && !engine_cpu_usable())
		return SEAM_DECLINE;

	res = seam_call(lp, g, &vcpu);
	if (res == SEAM_ENTER) {
		run_guest(vcpu, g);
		res = SEAM_DONE;
	}
	return res;
}

/*
 * The CPU has just fetched from there, so the page is mapped; an instruction
 * that did not fill four bytes may have been the last of its page.
 */
static bool is_seamcall(const struct pt_regs *regs)
{
	u32 opcode;

	if (offset_in_page(regs->ip) <= PAGE_SIZE - SEAMCALL_LEN)
		opcode = *(const u32 *)regs->ip;
	else if (copy_from_kernel_nofault(&opcode, (void *)regs->ip,
					  sizeof(opcode)))
		return false;
	return opcode == SEAMCALL_OPCODE;
}

/* The address of a call that the gate declined: the notifier is asked too. */
static DEFINE_PER_CPU(unsigned long, declined_at);

/* False: nothing has changed, and the #UD is the kernel's. Interrupts are off. */
static SEAM_FLAT noinline bool door(struct pt_regs *regs)
{
	unsigned int lp = raw_smp_processor_id();
	u64 g[NR_GPRS], t0;
	enum seam_result res;

	if (!is_seamcall(regs))
		return false;
	/* outside VMX operation SEAMCALL is an undefined opcode */
	if (!platform_vmx_is_on())
		return false;

	t0 = env_tsc();
	gprs_from_regs(g, regs);
	res = door_call(lp, g);
	/* @regs are still those of the call */
	stats_call(lp, regs, res, g, t0);

	switch (res) {
	case SEAM_DECLINE:
		return false;
	case SEAM_FAULT_GP:
		return fixup_gp(regs);
	case SEAM_VMFAILINVALID:
		regs->flags = (regs->flags & ~VMX_FLAGS) | X86_EFLAGS_CF;
		break;
	default:
		gprs_to_regs(regs, g);
		regs->flags &= ~VMX_FLAGS;
		break;
	}
	regs->ip += SEAMCALL_LEN;
	return true;
}
NOKPROBE_SYMBOL(door);

/* By gate_entry.S */
asmlinkage bool door_gate(struct pt_regs *regs)
{
	if (!READ_ONCE(gate_wanted))
		return false;
	if (door(regs))
		return true;
	this_cpu_write(declined_at, regs->ip);
	return false;
}
NOKPROBE_SYMBOL(door_gate);

static int door_trap(struct notifier_block *nb, unsigned long event, void *data)
{
	struct die_args *args = data;
	struct pt_regs *regs = args->regs;

	if (event != DIE_TRAP || args->trapnr != X86_TRAP_UD || user_mode(regs))
		return NOTIFY_DONE;
	if (this_cpu_xchg(declined_at, 0) == regs->ip)
		return NOTIFY_DONE;
	if (!door(regs))
		return NOTIFY_DONE;
	gate_arm();
	return NOTIFY_STOP;
}
NOKPROBE_SYMBOL(door_trap);

/* at the beginning of what is used all the time: see hot.lds */
static struct notifier_block door_notifier __aligned(PAGE_SIZE) = {
	.notifier_call = door_trap,
	.priority = INT_MAX - 1,	/* after kprobes and who watches */
};

int door_open(void)
{
	int ret = gate_open();

	if (ret)
		return ret;
	ret = register_die_notifier(&door_notifier);
	if (ret)
		gate_close();
	return ret;
}

void door_close(void)
{
	unregister_die_notifier(&door_notifier);
	gate_close();
}
