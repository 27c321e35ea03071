// SPDX-License-Identifier: GPL-2.0-only
/* SVM per CPU, and the pages that all vCPUs share. */
#include <linux/cpumask.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <asm/cpufeature.h>
#include <asm/processor.h>
#include "../kernel/msr.h"
#include "svm.h"
#include "pages.h"

static bool run_on_cpu0;
module_param(run_on_cpu0, bool, 0444);
MODULE_PARM_DESC(run_on_cpu0, "TDs may run on CPU 0 of a QEMU that emulates in software (safe with thread=single only)");

DEFINE_PER_CPU(struct svm_cpu, svm_cpu);

struct svm_pages svm_pages;
static bool cpu0_is_unsafe;

#define MSRPM_ORDER	1
#define IOPM_ORDER	2
#define IOPM_BYTES	(3 * PAGE_SIZE)

int engine_cpu_on(void)
{
	struct svm_cpu *c = this_cpu_ptr(&svm_cpu);
	u64 efer = cpu_rdmsr(MSR_EFER);

	if (efer & EFER_SVME) {
		pr_err("softseam: CPU %u: SVM is in use: end other VMs or unload kvm_amd, and where kvm has it load kvm with enable_virt_at_load=0\n",
		       smp_processor_id());
		return -EBUSY;
	}
	if (cpu_rdmsr(MSR_SVM_VM_CR) & VM_CR_SVMDIS) {
		pr_err("softseam: CPU %u: SVM is disabled by the firmware\n",
		       smp_processor_id());
		return -EPERM;
	}
	cpu_wrmsr(MSR_EFER, efer | EFER_SVME);
	c->old_hsave = cpu_rdmsr(MSR_SVM_HSAVE_PA);
	cpu_wrmsr(MSR_SVM_HSAVE_PA, page_to_phys(c->hsave));
	return 0;
}

void engine_cpu_off(void)
{
	struct svm_cpu *c = this_cpu_ptr(&svm_cpu);

	cpu_wrmsr(MSR_SVM_HSAVE_PA, c->old_hsave);
	cpu_wrmsr(MSR_EFER, cpu_rdmsr(MSR_EFER) & ~(u64)EFER_SVME);
}

static SEAM_RARE bool say_unusable(void)
{
	if (!svm_pages.iopm)
		pr_err_ratelimited("softseam: no TD may run: platform=0 leaves the CPU's virtualisation alone\n");
	else
		pr_err_ratelimited("softseam: no TD may run on CPU 0: QEMU's TCG loses SVM state there; keep vCPUs on other CPUs, or run QEMU with thread=single and softseam with run_on_cpu0=1\n");
	return false;
}

bool engine_cpu_usable(void)
{
	if (svm_pages.iopm && (!cpu0_is_unsafe || raw_smp_processor_id()))
		return true;
	return say_unusable();
}

/* "TCGTCGTCGTCG" in EBX, ECX, EDX */
bool engine_under_tcg(void)
{
	u32 eax, ebx, ecx, edx;

	if (!boot_cpu_has(X86_FEATURE_HYPERVISOR))
		return false;
	cpuid(0x40000000, &eax, &ebx, &ecx, &edx);
	return ebx == 0x54474354 && ecx == 0x43544743 && edx == 0x47435447;
}

static void free_all(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		struct svm_cpu *c = per_cpu_ptr(&svm_cpu, cpu);

		if (c->hsave)
			__free_page(c->hsave);
		free_pages((unsigned long)c->xsave, get_order(xstate_size()));
		memset(c, 0, sizeof(*c));
	}
	free_pages((unsigned long)svm_pages.msrpm, MSRPM_ORDER);
	free_pages((unsigned long)svm_pages.iopm, IOPM_ORDER);
}

static int alloc_all(void)
{
	unsigned int cpu;

	svm_pages.msrpm = (void *)__get_free_pages(GFP_KERNEL, MSRPM_ORDER);
	svm_pages.iopm = (void *)__get_free_pages(GFP_KERNEL, IOPM_ORDER);
	if (!svm_pages.msrpm || !svm_pages.iopm)
		return -ENOMEM;
	svm_msrpm_init(svm_pages.msrpm);
	memset(svm_pages.iopm, 0xff, IOPM_BYTES);

	for_each_possible_cpu(cpu) {
		struct svm_cpu *c = per_cpu_ptr(&svm_cpu, cpu);

		c->hsave = alloc_page(GFP_KERNEL | __GFP_ZERO);
		c->xsave = (void *)__get_free_pages(GFP_KERNEL | __GFP_ZERO,
						    get_order(xstate_size()));
		if (!c->hsave || !c->xsave)
			return -ENOMEM;
		c->host_pa = page_to_phys(c->hsave);
	}
	return 0;
}

int engine_init(void)
{
	int ret;

	if (!boot_cpu_has(X86_FEATURE_SVM) ||
	    !boot_cpu_has(X86_FEATURE_NPT)) {
		pr_err("softseam: this CPU has no SVM with nested paging; TDs need it to run\n");
		return -ENODEV;
	}
	ret = xstate_init();
	if (ret)
		return ret;
	cpu0_is_unsafe = engine_under_tcg() && !run_on_cpu0;
	ret = alloc_all();
	if (ret)
		free_all();
	return ret;
}

void engine_exit(void)
{
	free_all();
}
