// SPDX-License-Identifier: GPL-2.0-only
/*
 * What no hypervisor on this machine can go below: VMRUN, the code of the
 * benchmark's guest up to its port I/O, and the exit, with nothing else done.
 * A guest in 64-bit mode behind nested tables of 4K, interrupts off, a loop of
 * a few instructions. Reading /dev/world-switch measures, on the reader's CPU:
 *
 * bare_ns	VMRUN and the exit alone: the host's FS, GS, TR, LDTR and
 *		system-call MSRs stay in the CPU
 * switch_ns	these changed too, by VMSAVE and VMLOAD, and the general
 *		registers: what each hypervisor has to do
 * ud_ns	after each exit also an invalid opcode, of which a die notifier
 *		does nothing but skip it: what a TDX module behind the kernel's
 *		die notifiers cannot go below, with a VMM that does nothing
 * xstate_ns	one XSAVE and XRSTOR of what XCR0 has on
 *
 * with the median and the best of batches. Nobody else may use SVM meanwhile.
 */
#include <linux/fs.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/kdebug.h>
#include <linux/ktime.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sort.h>
#include <asm/cpufeature.h>
#include <asm/fpu/api.h>
#include <asm/msr.h>
#include <asm/processor-flags.h>
#include <asm/ptrace.h>
#include <asm/special_insns.h>
#include <asm/trapnr.h>

/* selftests/guest/layout.h */
#define GUEST_STACKS	0x00080000
#define GUEST_IMAGE	0x00100000

#define BATCHES		200
#define EXITS		50

/* The VMCB by the AMD64 Architecture Programmer's Manual, volume 2 */
#define VMCB_INTERCEPT1		0x00c
#define VMCB_INTERCEPT2		0x010
#define VMCB_IOPM		0x040
#define VMCB_MSRPM		0x048
#define VMCB_ASID		0x058
#define VMCB_EXIT_CODE		0x070
#define VMCB_EXIT_INFO2		0x080
#define VMCB_NP_ENABLE		0x090
#define VMCB_N_CR3		0x0b0
#define VMCB_ES			0x400	/* 16 bytes each: ES CS SS DS */
#define VMCB_EFER		0x4d0
#define VMCB_CR4		0x548
#define VMCB_CR3		0x550
#define VMCB_CR0		0x558
#define VMCB_DR7		0x560
#define VMCB_DR6		0x568
#define VMCB_RFLAGS		0x570
#define VMCB_RIP		0x578
#define VMCB_RSP		0x5d8
#define VMCB_RAX		0x5f8

#define INTERCEPT_IOIO		BIT(27)
#define INTERCEPT_VMRUN		BIT(0)
#define EXIT_IOIO		0x7b

#define SEG_CODE64		0xa9b	/* G, L; present, accessed */
#define SEG_DATA		0xc93

#define PG_TABLE		0x007	/* present, writable, user */
#define PG_2M			0x083
#define RAM_SIZE		0x200000
#define RAM_ORDER		9
#define GUEST_PML4		(GUEST_IMAGE + 0x10000)

/*
 * As bench_pio's guest "long". again: mov $0x510, %edx; xor %eax, %eax;
 * call outl; jmp again; outl: out %eax, (%dx); ret
 */
static const u8 guest_code[] = {
	0xba, 0x10, 0x05, 0x00, 0x00, 0x31, 0xc0, 0xe8, 0x02, 0x00, 0x00, 0x00,
	0xeb, 0xf2, 0xef, 0xc3,
};

static u8 *ram, *vmcb, *hsave, *iopm, *msrpm, *xsave_area;
static u64 *npt[5];

static u64 cpu_rdmsr(u32 msr)
{
	u32 low, high;

	asm volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
	return low | (u64)high << 32;
}

static void cpu_wrmsr(u32 msr, u64 value)
{
	asm volatile("wrmsr" : : "c"(msr), "a"((u32)value),
		     "d"((u32)(value >> 32)) : "memory");
}

static void put64(u8 *page, unsigned int offset, u64 value)
{
	*(u64 *)(page + offset) = value;
}

static u64 get64(const u8 *page, unsigned int offset)
{
	return *(const u64 *)(page + offset);
}

static void free_all(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(npt); i++)
		free_page((unsigned long)npt[i]);
	free_pages((unsigned long)xsave_area, 2);
	free_pages((unsigned long)msrpm, 1);
	free_pages((unsigned long)iopm, 2);
	free_page((unsigned long)hsave);
	free_page((unsigned long)vmcb);
	free_pages((unsigned long)ram, RAM_ORDER);
}

static u8 *get(unsigned int order)
{
	return (u8 *)__get_free_pages(GFP_KERNEL | __GFP_ZERO, order);
}

static int alloc_all(void)
{
	unsigned int i;
	bool ok = true;

	for (i = 0; i < ARRAY_SIZE(npt); i++) {
		npt[i] = (u64 *)get(0);
		ok &= !!npt[i];
	}
	ram = get(RAM_ORDER);
	vmcb = get(0);
	hsave = get(0);
	iopm = get(2);
	msrpm = get(1);
	xsave_area = get(2);
	if (!ok || !ram || !vmcb || !hsave || !iopm || !msrpm || !xsave_area) {
		free_all();
		return -ENOMEM;
	}
	return 0;
}

static void make_guest(void)
{
	u64 *pml4 = (u64 *)(ram + GUEST_PML4), *pdpt = pml4 + 512;
	u64 *pd = pml4 + 1024;
	unsigned int i;

	memcpy(ram + GUEST_IMAGE, guest_code, sizeof(guest_code));
	pml4[0] = (GUEST_PML4 + 0x1000) | PG_TABLE;
	pdpt[0] = (GUEST_PML4 + 0x2000) | PG_TABLE;
	for (i = 0; i < 512; i++)
		pd[i] = i * 0x200000ULL | PG_2M;

	/* nested ones of 4K, with as many levels as the host's own */
	for (i = 0; i < 512; i++)
		npt[0][i] = (__pa(ram) + i * PAGE_SIZE) | PG_TABLE;
	for (i = 1; i < ARRAY_SIZE(npt); i++)
		npt[i][0] = __pa(npt[i - 1]) | PG_TABLE;
}

static void put_seg(unsigned int n, u16 selector, u16 attr)
{
	u8 *seg = vmcb + VMCB_ES + n * 16;

	*(u16 *)seg = selector;
	*(u16 *)(seg + 2) = attr;
	*(u32 *)(seg + 4) = ~0;
}

static void make_vmcb(void)
{
	bool la57 = native_read_cr4() & X86_CR4_LA57;

	memset(iopm, 0xff, 3 * PAGE_SIZE);
	*(u32 *)(vmcb + VMCB_INTERCEPT1) = INTERCEPT_IOIO;
	*(u32 *)(vmcb + VMCB_INTERCEPT2) = INTERCEPT_VMRUN;
	put64(vmcb, VMCB_IOPM, __pa(iopm));
	put64(vmcb, VMCB_MSRPM, __pa(msrpm));
	*(u32 *)(vmcb + VMCB_ASID) = 1;
	put64(vmcb, VMCB_NP_ENABLE, 1);
	put64(vmcb, VMCB_N_CR3, __pa(npt[la57 ? 4 : 3]));
	put_seg(0, 0x18, SEG_DATA);
	put_seg(1, 0x10, SEG_CODE64);
	put_seg(2, 0x18, SEG_DATA);
	put_seg(3, 0x18, SEG_DATA);
	put64(vmcb, VMCB_EFER, EFER_SVME | EFER_NX | EFER_LMA | EFER_LME | EFER_SCE);
	put64(vmcb, VMCB_CR4, 0x620);
	put64(vmcb, VMCB_CR3, GUEST_PML4);
	put64(vmcb, VMCB_CR0, 0x80010033);
	put64(vmcb, VMCB_DR7, 0x400);
	put64(vmcb, VMCB_DR6, 0xffff0ff0);
	put64(vmcb, VMCB_RFLAGS, X86_EFLAGS_FIXED);
	put64(vmcb, VMCB_RIP, GUEST_IMAGE);
	put64(vmcb, VMCB_RSP, GUEST_STACKS + 0x1000);
}

/* Everything that the guest has in general registers, and nothing kept for it */
#define CLOBBERS	"rbx", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", \
			"r11", "r12", "r13", "r14", "r15", "memory", "cc"

static noinline bool run_bare(unsigned int n)
{
	while (n--) {
		unsigned long rax = __pa(vmcb);

		asm volatile("push %%rbp; vmrun %%rax; pop %%rbp"
			     : "+a"(rax) : : CLOBBERS);
		put64(vmcb, VMCB_RIP, get64(vmcb, VMCB_EXIT_INFO2));
	}
	return get64(vmcb, VMCB_EXIT_CODE) == EXIT_IOIO;
}

static noinline bool run_switch(unsigned int n)
{
	while (n--) {
		unsigned long rax = __pa(vmcb), host = __pa(hsave);

		asm volatile("push %%rbp; push %1; push %%rax\n\t"
			     "mov %1, %%rax; vmsave %%rax; pop %%rax\n\t"
			     "vmload %%rax; vmrun %%rax; vmsave %%rax\n\t"
			     "pop %%rax; vmload %%rax; pop %%rbp"
			     : "+a"(rax), "+D"(host) : :
			     "rbx", "rcx", "rdx", "rsi", "r8", "r9", "r10",
			     "r11", "r12", "r13", "r14", "r15", "memory", "cc");
		put64(vmcb, VMCB_RIP, get64(vmcb, VMCB_EXIT_INFO2));
	}
	return get64(vmcb, VMCB_EXIT_CODE) == EXIT_IOIO;
}

/* SEAMCALL's bytes, while no TDX module is there */
#define OPCODE_BYTES	4

static noinline bool run_ud(unsigned int n)
{
	bool ok = true;

	while (n--) {
		ok &= run_switch(1);
		asm volatile(".byte 0x66, 0x0f, 0x01, 0xcf" : : : "memory");
	}
	return ok;
}

static int skip_opcode(struct notifier_block *nb, unsigned long event,
		       void *data)
{
	struct die_args *args = data;

	if (event != DIE_TRAP || args->trapnr != X86_TRAP_UD ||
	    user_mode(args->regs) ||
	    args->regs->ip - (unsigned long)run_ud > PAGE_SIZE)
		return NOTIFY_DONE;
	args->regs->ip += OPCODE_BYTES;
	return NOTIFY_STOP;
}

static struct notifier_block skip_notifier = {
	.notifier_call = skip_opcode,
	.priority = INT_MAX,
};

static noinline bool run_xstate(unsigned int n)
{
	kernel_fpu_begin();
	while (n--)
		asm volatile("xsave64 (%0); xrstor64 (%0)"
			     : : "r"(xsave_area), "a"(~0), "d"(~0) : "memory");
	kernel_fpu_end();
	return true;
}

static int compare(const void *a, const void *b)
{
	const u64 *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* Interrupts of the host wait for a batch to end: GIF is 0. */
static int measure(bool (*run)(unsigned int n), u64 *median, u64 *best)
{
	static u64 ns[BATCHES];
	unsigned long flags;
	unsigned int i;
	u64 start;
	bool ok;

	for (i = 0; i < BATCHES; i++) {
		local_irq_save(flags);
		asm volatile("clgi" : : : "memory");
		/* what is cold */
		ok = run(2);
		start = rdtsc();
		ok &= run(EXITS);
		ns[i] = rdtsc() - start;
		asm volatile("stgi" : : : "memory");
		local_irq_restore(flags);
		if (!ok)
			return -EIO;
	}
	sort(ns, BATCHES, sizeof(ns[0]), compare, NULL);
	*median = ns[BATCHES / 2] * 1000000 / EXITS / tsc_khz;
	*best = ns[0] * 1000000 / EXITS / tsc_khz;
	return 0;
}

static int measure_all(char *text, size_t size)
{
	u64 bare[2], all[2], ud[2], xstate[2];
	u64 efer = cpu_rdmsr(MSR_EFER), old;
	int ret;

	if (efer & EFER_SVME)
		return -EBUSY;
	cpu_wrmsr(MSR_EFER, efer | EFER_SVME);
	old = cpu_rdmsr(MSR_VM_HSAVE_PA);
	cpu_wrmsr(MSR_VM_HSAVE_PA, __pa(hsave));
	make_vmcb();
	ret = measure(run_bare, &bare[0], &bare[1]);
	make_vmcb();
	if (!ret)
		ret = measure(run_switch, &all[0], &all[1]);
	make_vmcb();
	if (!ret)
		ret = measure(run_ud, &ud[0], &ud[1]);
	if (!ret)
		ret = measure(run_xstate, &xstate[0], &xstate[1]);
	cpu_wrmsr(MSR_VM_HSAVE_PA, old);
	cpu_wrmsr(MSR_EFER, efer);
	if (ret)
		return ret;
	return scnprintf(text, size,
			 "bare_ns %llu %llu\nswitch_ns %llu %llu\nud_ns %llu %llu\nxstate_ns %llu %llu\n",
			 bare[0], bare[1], all[0], all[1], ud[0], ud[1],
			 xstate[0], xstate[1]);
}

static ssize_t switch_read(struct file *file, char __user *buf, size_t size,
			   loff_t *pos)
{
	char text[200];
	int n;

	if (*pos)
		return 0;
	preempt_disable();
	n = measure_all(text, sizeof(text));
	preempt_enable();
	return n < 0 ? n : simple_read_from_buffer(buf, size, pos, text, n);
}

static const struct file_operations switch_fops = {
	.owner = THIS_MODULE,
	.read = switch_read,
};

static struct miscdevice switch_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "world-switch",
	.fops = &switch_fops,
	.mode = 0400,
};

static int __init switch_init(void)
{
	int ret;

	if (!boot_cpu_has(X86_FEATURE_SVM) || !boot_cpu_has(X86_FEATURE_NPT))
		return -ENODEV;
	ret = alloc_all();
	if (ret)
		return ret;
	make_guest();
	ret = register_die_notifier(&skip_notifier);
	if (ret)
		goto free;
	ret = misc_register(&switch_device);
	if (!ret)
		return 0;
	unregister_die_notifier(&skip_notifier);
free:
	free_all();
	return ret;
}

static void __exit switch_exit(void)
{
	misc_deregister(&switch_device);
	unregister_die_notifier(&skip_notifier);
	free_all();
}

module_init(switch_init);
module_exit(switch_exit);
MODULE_DESCRIPTION("test: what a world switch costs by itself");
MODULE_LICENSE("GPL");
