// SPDX-License-Identifier: GPL-2.0-only
/*
 * Is the CPU of a TD a whole one? Registers that nobody but the CPU keeps,
 * across TD exits; what is fixed in control registers; which exception or #VE
 * an instruction raises, and where it thinks the next one is.
 */
#include <seamhost/leaves.h>
#include "engine.h"
#include "guest.h"

#define MSR_EFER	0xc0000080
#define MSR_STAR	0xc0000081
#define MSR_LSTAR	0xc0000082
#define MSR_FMASK	0xc0000084
#define MSR_FS_BASE	0xc0000100
#define MSR_GS_BASE	0xc0000101
#define MSR_KGS_BASE	0xc0000102
#define MSR_TSC_AUX	0xc0000103
#define MSR_PAT		0x277
#define MSR_X2APIC_TPR	0x808
#define MSR_X2APIC_EOI	0x80b
#define MSR_SELF_IPI	0x83f

#define EXIT_HLT	12
#define EXIT_VMCALL	18
#define EXIT_IO		30
#define EXIT_MONITOR	39
#define EXIT_WBINVD	54

#define NO_FAULT	~0ULL
#define GP		13
#define UD		6
#define VE		20
#define VECTOR		0x45

static struct engine_results *results;

static volatile struct {
	u64 vector, error;
	unsigned int skip;	/* bytes of the instruction under test */
} fault;

int guest_fault(struct exc_regs *regs)
{
	if (!fault.skip || regs->vector == VE)
		return 0;
	fault.vector = regs->vector;
	fault.error = regs->error;
	regs->rip += fault.skip;
	return 1;
}

static void result(const char *name, u64 want, u64 got)
{
	struct engine_result *r = &results->r[results->nr];
	unsigned int i;

	if (results->nr == ENGINE_MAX_RESULTS)
		return;
	for (i = 0; i < sizeof(r->name) - 1 && name[i]; i++)
		r->name[i] = name[i];
	r->name[i] = 0;
	r->want = want;
	r->got = got;
	results->nr++;
}

/* Exception handlers write memory behind the compiler's back. */
#define barrier()	asm volatile("" : : : "memory")

#define expect(name, want, got)						\
	do {								\
		barrier();						\
		result(name, want, got);				\
	} while (0)

/* Runs @insn of @len bytes and keeps the exception it raises. */
#define TRY(len, insn, ...)						\
	do {								\
		fault.vector = NO_FAULT;				\
		fault.skip = len;					\
		asm volatile(insn __VA_ARGS__);				\
		fault.skip = 0;						\
	} while (0)

static u64 rdmsr(u32 msr)
{
	u32 lo, hi;

	asm volatile("rdmsr" : "=a"(lo), "=d"(hi) : "c"(msr));
	return lo | (u64)hi << 32;
}

static void wrmsr(u32 msr, u64 val)
{
	asm volatile("wrmsr" : : "c"(msr), "a"((u32)val), "d"(val >> 32));
}

static u64 read_cr4(void)
{
	u64 val;

	asm volatile("mov %%cr4, %0" : "=r"(val));
	return val;
}

static u64 read_cr0(void)
{
	u64 val;

	asm volatile("mov %%cr0, %0" : "=r"(val));
	return val;
}

/* The VMM, and whatever it runs, has the CPU for a while. */
static void visit_vmm(void)
{
	io_in(PORT_SYNC, 4);
}

#define EACH_YMM	".irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15;"
#define LOAD_YMM	EACH_YMM "vmovdqu 32*\\n(%0), %%ymm\\n; .endr;"
#define STORE_YMM	EACH_YMM "vmovdqu %%ymm\\n, 32*\\n(%0); .endr;"

/* All of them, with other values than the VMM's; and the control words. */
static void test_ymm(void)
{
	static u8 in[16 * 32], out[16 * 32];
	u32 mxcsr = 0x3f80, mxcsr_got = 0;
	u16 fcw = 0x0a7f, fcw_got = 0;
	unsigned int i, bad = 0;

	for (i = 0; i < sizeof(in); i++)
		in[i] = (u8)(i * 11 + 3);
	asm volatile("ldmxcsr %0; fldcw %1" : : "m"(mxcsr), "m"(fcw));
	asm volatile(LOAD_YMM : : "r"(in) : "memory");
	visit_vmm();
	asm volatile(STORE_YMM : : "r"(out) : "memory");
	asm volatile("stmxcsr %0; fnstcw %1" : "=m"(mxcsr_got), "=m"(fcw_got));
	for (i = 0; i < sizeof(in); i++)
		bad += in[i] != out[i];
	bad += mxcsr != mxcsr_got;
	bad += fcw != fcw_got;
	/* 55 characters at most */
	expect("YMM, MXCSR, x87 control word over a TD exit: changes", 0, bad);
}

#define SETTLED		20	/* exits, and more than softseam's CHECK_AGAIN */

/* Nothing but initial state, for so long that the module expects no other. */
static void settle(void)
{
	u32 mxcsr = 0x1f80;
	unsigned int i;

	/* what was in registers of the x87 stays there, marked as empty */
	asm volatile("fninit; vzeroall; ldmxcsr %0;"
		     "pxor %%mm0, %%mm0; pxor %%mm1, %%mm1; pxor %%mm2, %%mm2;"
		     "pxor %%mm3, %%mm3; pxor %%mm4, %%mm4; pxor %%mm5, %%mm5;"
		     "pxor %%mm6, %%mm6; pxor %%mm7, %%mm7; emms"
		     : : "m"(mxcsr) : "memory");
	for (i = 0; i < SETTLED; i++)
		visit_vmm();
}

/* What is not initial is one thing alone, each time another. */
static void test_vectors_alone(void)
{
	u64 mm = 0x80, mm_got = 0;
	u32 mxcsr = 0x3f80, mxcsr_got = 0;
	static u8 in[32], out[32];
	u16 fcw = 0x027f, fcw_got = 0;
	u32 one = 0;
	unsigned int i, bad = 0;

	settle();
	in[31] = 0x40;
	asm volatile("vmovdqu %0, %%ymm9" : : "m"(in));
	visit_vmm();
	asm volatile("vmovdqu %%ymm9, %0" : "=m"(out));
	for (i = 0; i < sizeof(in); i++)
		bad += in[i] != out[i];
	expect("one bit of YMM9 over a TD exit: changes", 0, bad);

	settle();
	asm volatile("fld1");
	visit_vmm();
	asm volatile("fstps %0" : "=m"(one));
	/* 1.0 */
	expect("ST0 over a TD exit", 0x3f800000, one);

	settle();
	asm volatile("movq %0, %%mm3; emms" : : "m"(mm));
	visit_vmm();
	asm volatile("movq %%mm3, %0; emms" : "=m"(mm_got));
	expect("MM3, marked as empty, over a TD exit", mm, mm_got);

	settle();
	asm volatile("ldmxcsr %0" : : "m"(mxcsr));
	visit_vmm();
	asm volatile("stmxcsr %0" : "=m"(mxcsr_got));
	expect("MXCSR over a TD exit", mxcsr, mxcsr_got);

	settle();
	asm volatile("fldcw %0" : : "m"(fcw));
	visit_vmm();
	asm volatile("fnstcw %0" : "=m"(fcw_got));
	expect("x87 control word over a TD exit", fcw, fcw_got);
	settle();
}

static void test_vectors(void)
{
	u64 lo = 0x1122334455667788, got, xcr0;
	u32 r[4];

	asm volatile("movq %0, %%xmm5; movq %0, %%xmm15" : : "r"(lo));
	visit_vmm();
	asm volatile("movq %%xmm5, %0" : "=r"(got));
	expect("XMM5 over a TD exit", lo, got);
	asm volatile("movq %%xmm15, %0" : "=r"(got));
	expect("XMM15 over a TD exit", lo, got);

	cpuid(1, 0, r);
	if (!(r[2] & (1 << 26)))
		return;
	asm volatile("mov %0, %%cr4" : : "r"(read_cr4() | 1 << 18));
	cpuid(0xd, 0, r);
	asm volatile("xsetbv" : : "c"(0), "a"(r[0] & 7), "d"(0));
	visit_vmm();
	asm volatile("xgetbv" : "=a"(xcr0) : "c"(0) : "rdx");
	expect("XCR0 over a TD exit", r[0] & 7, (u32)xcr0);
	if (!(r[0] & 4))
		return;
	test_ymm();
	test_vectors_alone();
}

static void test_msrs(void)
{
	static const struct {
		u32 msr;
		const char *name;
		u64 val;
	} msrs[] = {
		{ MSR_STAR, "STAR over a TD exit", 0x0013000800000000 },
		{ MSR_LSTAR, "LSTAR over a TD exit", 0x123456789a },
		{ MSR_FMASK, "FMASK over a TD exit", 0x47700 },
		{ MSR_FS_BASE, "FS base over a TD exit", 0x7f1234560000 },
		{ MSR_GS_BASE, "GS base over a TD exit", 0x7f6543210000 },
		{ MSR_KGS_BASE, "KERNEL_GS_BASE over a TD exit", 0x7abcde0000 },
		{ MSR_TSC_AUX, "TSC_AUX over a TD exit", 0x5ea },
		{ MSR_PAT, "PAT over a TD exit", 0x0007010600070106 },
	};
	u32 aux;
	unsigned int i;

	for (i = 0; i < sizeof(msrs) / sizeof(msrs[0]); i++)
		wrmsr(msrs[i].msr, msrs[i].val);
	visit_vmm();
	for (i = 0; i < sizeof(msrs) / sizeof(msrs[0]); i++)
		expect(msrs[i].name, msrs[i].val, rdmsr(msrs[i].msr));
	asm volatile("rdtscp" : "=c"(aux) : : "rax", "rdx");
	expect("RDTSCP gives TSC_AUX", 0x5ea, aux);
	wrmsr(MSR_GS_BASE, 0);
	wrmsr(MSR_FS_BASE, 0);

	expect("EFER has no SVME", 0xd01, rdmsr(MSR_EFER));
	TRY(2, "wrmsr", : : "c"(MSR_EFER), "a"(0x1d01), "d"(0));
	expect("EFER.SVME raises #GP", GP, fault.vector);
	TRY(2, "wrmsr", : : "c"(MSR_PAT), "a"(0x02020202), "d"(0));
	expect("a reserved PAT type raises #GP", GP, fault.vector);
}

static void test_control(void)
{
	u64 cr4 = read_cr4();

	expect("CR4.VMXE reads 0", 0, cr4 & 1 << 13);
	expect("CR4.MCE reads 1", 1 << 6, cr4 & 1 << 6);
	expect("CR0.NE reads 1", 1 << 5, read_cr0() & 1 << 5);
	TRY(3, "mov %0, %%cr4", : : "a"(cr4 | 1 << 13));
	expect("CR4.VMXE = 1 raises #GP", GP, fault.vector);
	TRY(3, "mov %0, %%cr4", : : "a"(cr4 & ~(1 << 6)));
	expect("CR4.MCE = 0 raises #GP", GP, fault.vector);
	TRY(3, "mov %0, %%cr0", : : "a"(read_cr0() & ~(1 << 5)));
	expect("CR0.NE = 0 raises #GP", GP, fault.vector);
	TRY(3, "mov %0, %%cr4", : : "a"(cr4 | 1 << 7));
	expect("CR4.PGE can be set", NO_FAULT, fault.vector);
	asm volatile("mov %0, %%cr0" : : "r"(read_cr0() | 8));
	visit_vmm();
	expect("CR0.TS over a TD exit", 8, read_cr0() & 8);
	asm volatile("clts");
	expect("CLTS", 0, read_cr0() & 8);
}

/* Whether a breakpoint fires is another matter: TCG arms none at VMRUN. */
static void test_debug(void)
{
	u64 got;

	asm volatile("mov %0, %%db0" : : "r"(0x123456789aULL));
	asm volatile("mov %0, %%db3" : : "r"(0xa987654321ULL));
	asm volatile("mov %0, %%db7" : : "r"(0x400ULL | 1 | 1 << 16));
	visit_vmm();
	asm volatile("mov %%db0, %0" : "=r"(got));
	expect("DR0 over a TD exit", 0x123456789a, got);
	asm volatile("mov %%db3, %0" : "=r"(got));
	expect("DR3 over a TD exit", 0xa987654321, got);
	asm volatile("mov %%db7, %0" : "=r"(got));
	expect("DR7 over a TD exit", 0x10401, got);
	asm volatile("mov %0, %%db7" : : "r"(0x400ULL));
}

static void test_exits(void)
{
	u64 got, count;
	u32 r[4];

	TRY(2, "ud2");
	expect("UD2 raises the guest's own #UD", UD, fault.vector);
	TRY(2, "rdpmc", : : "c"(0) : "rax", "rdx");
	expect("RDPMC raises #GP", GP, fault.vector);
	TRY(3, "vmmcall");
	expect("VMMCALL raises #UD", UD, fault.vector);
	TRY(4, ".byte 0x66, 0x0f, 0x01, 0xcf", : : "a"(0));
	expect("SEAMCALL raises #UD", UD, fault.vector);

	asm volatile("hlt");
	expect("HLT raises #VE", EXIT_HLT, guest_ve.reason);
	expect("HLT is 1 byte long", 1, guest_ve.instr_len);
	asm volatile("wbinvd");
	expect("WBINVD raises #VE", EXIT_WBINVD, guest_ve.reason);
	asm volatile("vmcall" : : "a"(0) : "rbx", "rcx", "rdx");
	expect("VMCALL raises #VE", EXIT_VMCALL, guest_ve.reason);
	expect("VMCALL is 3 bytes long", 3, guest_ve.instr_len);
	asm volatile("monitor" : : "a"(&got), "c"(0), "d"(0));
	expect("MONITOR raises #VE", EXIT_MONITOR, guest_ve.reason);
	count = guest_ve.count;
	cpuid(0xb, 0, r);
	cpuid(0x1f, 1, r);
	expect("CPUID of topology is the VMM's, by #VE", 2,
	       guest_ve.count - count);
	asm volatile("inb $0x71, %%al" : : : "rax");
	expect("IN raises #VE", EXIT_IO, guest_ve.reason);
	expect("IN imm8 tells size, direction, port", 0x710048, guest_ve.qual);
	asm volatile(".byte 0x66; inw %%dx, %%ax" : : "d"(0x3fe) : "rax");
	expect("a prefix counts in the length", 3, guest_ve.instr_len);
}

/* TDCALL with two bytes on either side of a page boundary */
static void test_page_crossing(void)
{
	u64 status = 1;

	asm volatile("jmp 1f\n\t"
		     ".balign 4096\n\t"
		     ".skip 4094, 0x90\n"
		     "2:\t.byte 0x66, 0x0f, 0x01, 0xcc\n\t"
		     "jmp 3f\n"
		     "1:\tjmp 2b\n"
		     "3:"
		     : "=a"(status) : "a"(1ULL)
		     : "rcx", "rdx", "r8", "r9", "r10", "r11");
	expect("a TDCALL that crosses a page", 0, status);
}

static void test_interrupts(void)
{
	u64 tpr, got;

	/* software-enable is not needed: self-IPIs are the module's affair */
	asm volatile("sti");
	wrmsr(MSR_SELF_IPI, VECTOR);
	asm volatile("nop; nop");
	expect("a self-IPI arrives at once", 1, guest_irq_count[VECTOR]);
	wrmsr(MSR_X2APIC_EOI, 0);

	asm volatile("cli");
	wrmsr(MSR_SELF_IPI, VECTOR);
	visit_vmm();
	expect("none while IF is 0", 1, guest_irq_count[VECTOR]);
	asm volatile("sti; nop; nop");
	expect("but after STI", 2, guest_irq_count[VECTOR]);
	wrmsr(MSR_X2APIC_EOI, 0);

	tpr = 5;
	asm volatile("mov %0, %%cr8" : : "r"(tpr));
	asm volatile("mov %%cr8, %0" : "=r"(got));
	expect("CR8 keeps what is written", 5, got);
	expect("CR8 is the virtual TPR", 0x50, rdmsr(MSR_X2APIC_TPR));
	wrmsr(MSR_SELF_IPI, VECTOR);
	asm volatile("nop; nop");
	expect("none below the task priority", 2, guest_irq_count[VECTOR]);
	tpr = 0;
	asm volatile("mov %0, %%cr8; nop; nop" : : "r"(tpr));
	expect("but when it is lowered", 3, guest_irq_count[VECTOR]);
	wrmsr(MSR_X2APIC_EOI, 0);
	asm volatile("cli");
}

u32 guest_main(const struct guest_info *info)
{
	results = shared_ptr(info, GUEST_MBOX);
	if (map_gpa(GUEST_MBOX | shared_bit(info), 4096))
		return 1;
	memset(results, 0, 4096);

	test_vectors();
	test_msrs();
	test_control();
	test_debug();
	test_exits();
	test_page_crossing();
	test_interrupts();
	results->done = 1;
	return 0;
}
