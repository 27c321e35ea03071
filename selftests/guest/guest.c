// SPDX-License-Identifier: GPL-2.0-only
/* Run time of TD guest programs: exceptions, TDVMCALLs, printing. */
#include <seamhost/entry.h>
#include <seamhost/leaves.h>
#include "guest.h"

#define VE_VECTOR	20
#define EXIT_CPUID	10
#define VMCALL_CPUID	10
#define VMCALL_HLT	12
#define VMCALL_IO	30
#define VMCALL_MAP_GPA	0x10001

struct ve_record guest_ve;
u64 guest_irq_count[256];

struct idt_gate {
	u16 offset_low, selector;
	u8 ist, type;
	u16 offset_mid;
	u32 offset_high, reserved;
};

static struct idt_gate idt[256] __attribute__((aligned(16)));

extern char exception_vectors[];

void *memcpy(void *to, const void *from, unsigned long n)
{
	void *ret = to;

	asm volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(n) : : "memory");
	return ret;
}

void *memset(void *p, int c, unsigned long n)
{
	void *ret = p;

	asm volatile("rep stosb" : "+D"(p), "+c"(n) : "a"(c) : "memory");
	return ret;
}

int memcmp(const void *a, const void *b, unsigned long n)
{
	const u8 *x = a, *y = b;

	for (; n; n--, x++, y++)
		if (*x != *y)
			return *x - *y;
	return 0;
}

u64 tdcall(u64 leaf, struct tdx_regs *regs)
{
	return __tdgcall_saved(leaf, regs).raw;
}

u64 vmcall(u64 fn, u64 a[4], u64 *r11)
{
	struct tdx_regs r = {
		.rcx = TDX_REG_R10 | TDX_REG_R11 | TDX_REG_R12 |
		       TDX_REG_R13 | TDX_REG_R14 | TDX_REG_R15,
		.r11 = fn,
		.r12 = a[0], .r13 = a[1], .r14 = a[2], .r15 = a[3],
	};

	if (tdcall(TDG_VP_VMCALL, &r))
		guest_exit(0xbad00001);
	a[0] = r.r12;
	a[1] = r.r13;
	a[2] = r.r14;
	a[3] = r.r15;
	if (r11)
		*r11 = r.r11;
	return r.r10;
}

void io_out(u16 port, unsigned int size, u32 val)
{
	u64 a[4] = { size, 1, port, val };

	vmcall(VMCALL_IO, a, 0);
}

u32 io_in(u16 port, unsigned int size)
{
	u64 a[4] = { size, 0, port, 0 };
	u64 val = 0;

	vmcall(VMCALL_IO, a, &val);
	return (u32)val;
}

u64 map_gpa(u64 gpa, u64 size)
{
	u64 ret, r11;

	do {
		u64 a[4] = { gpa, size, 0, 0 };

		ret = vmcall(VMCALL_MAP_GPA, a, &r11);
		if (ret == 1 && r11 > gpa && r11 < gpa + size) {
			size -= r11 - gpa;
			gpa = r11;
		}
	} while (ret == 1);
	return ret;
}

u64 page_accept(u64 gpa, unsigned int level)
{
	struct tdx_regs r = { .rcx = gpa | level };

	return tdcall(TDG_MEM_PAGE_ACCEPT, &r);
}

void vmm_hlt(bool irqs_blocked)
{
	u64 a[4] = { irqs_blocked };

	vmcall(VMCALL_HLT, a, 0);
}

void guest_exit(u32 code)
{
	for (;;)
		io_out(PORT_EXIT, 4, code);
}

void print(const char *s)
{
	for (; *s; s++)
		io_out(PORT_SERIAL, 1, (u8)*s);
}

void print_hex(u64 v)
{
	char buf[19] = "0x";
	int i, n = 2, shift;

	for (shift = 60; shift > 0 && !(v >> shift); shift -= 4)
		;
	for (; shift >= 0; shift -= 4) {
		i = (v >> shift) & 15;
		buf[n++] = (char)(i < 10 ? '0' + i : 'a' + i - 10);
	}
	buf[n] = 0;
	print(buf);
}

static void ve(struct exc_regs *regs)
{
	struct tdx_regs r = {};

	if (tdcall(TDG_VP_VEINFO_GET, &r))
		guest_exit(0xbad00002);
	guest_ve.count++;
	guest_ve.reason = r.rcx;
	guest_ve.qual = r.rdx;
	guest_ve.gla = r.r8;
	guest_ve.gpa = r.r9;
	guest_ve.instr_len = (u32)r.r10;

	if ((u32)r.rcx == EXIT_CPUID) {
		u64 a[4] = { (u32)regs->rax, (u32)regs->rcx };

		vmcall(VMCALL_CPUID, a, 0);
		regs->rax = a[0];
		regs->rbx = a[1];
		regs->rcx = a[2];
		regs->rdx = a[3];
	}
	regs->rip += guest_ve.instr_len;
}

/* A program that provokes exceptions has its own. */
__attribute__((weak)) int guest_fault(struct exc_regs *regs)
{
	(void)regs;
	return 0;
}

void guest_exception(struct exc_regs *regs);
void guest_exception(struct exc_regs *regs)
{
	if (regs->vector >= 32) {
		guest_irq_count[regs->vector]++;
		return;
	}
	if (guest_fault(regs))
		return;
	if (regs->vector == VE_VECTOR) {
		ve(regs);
		return;
	}
	print("guest: exception ");
	print_hex(regs->vector);
	print(" error ");
	print_hex(regs->error);
	print(" rip ");
	print_hex(regs->rip);
	print("\n");
	guest_exit(0xbad00000 + (u32)regs->vector);
}

static void idt_load(void)
{
	struct {
		u16 limit;
		u64 base;
	} __attribute__((packed)) ptr = { sizeof(idt) - 1, (u64)idt };
	unsigned int i;

	/* every vCPU writes the same values */
	for (i = 0; i < 256; i++) {
		u64 a = (u64)exception_vectors + 16 * i;

		idt[i] = (struct idt_gate) {
			.offset_low = (u16)a,
			.offset_mid = (u16)(a >> 16),
			.offset_high = (u32)(a >> 32),
			.selector = 0x10,
			.type = 0x8e,
		};
	}
	asm volatile("lidt %0" : : "m"(ptr));
}

void guest_start(u32 index, u64 data, u32 gpaw);
void guest_start(u32 index, u64 data, u32 gpaw)
{
	struct guest_info info = {
		.index = index, .gpaw = gpaw, .data = data,
	};

	idt_load();
	guest_exit(guest_main(&info));
}
