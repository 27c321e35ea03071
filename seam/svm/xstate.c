// SPDX-License-Identifier: GPL-2.0-only
/*
 * Vector state and XCR0, which VMRUN does not switch. The guest's stays in the
 * CPU over several runs of one VP.ENTER; whoever may use vector registers in
 * between calls engine_host_fpu() first. The host gets its XCR0 and PKRU back,
 * and of all else the initial state, as from a TDX module.
 */
#include <linux/kernel.h>
#include <linux/string.h>
#include <asm/cpufeature.h>
#include <asm/fpu/xcr.h>
#include <asm/processor.h>
#include "../kernel/msr.h"
#include "svm.h"

#define MXCSR_OFFSET	24
#define MXCSR_RESET	0x1f80
#define FCW_RESET	0x037f

static size_t area_size;
static u64 cpu_xcr0;		/* what the CPU can have in XCR0 */

/* Header and legacy area, with every component in its initial state. */
static struct {
	u8 legacy[512];
	u64 header[8];
} __aligned(64) init_state;

int xstate_init(void)
{
	u32 eax, ebx, ecx, edx;

	if (!boot_cpu_has(X86_FEATURE_OSXSAVE))
		return -ENODEV;
	cpuid_count(0xd, 0, &eax, &ebx, &ecx, &edx);
	area_size = ecx;
	cpu_xcr0 = eax | (u64)edx << 32;
	*(u32 *)&init_state.legacy[MXCSR_OFFSET] = MXCSR_RESET;
	return 0;
}

size_t xstate_size(void)
{
	return area_size;
}

/* Standard format, every component in its initial state. */
void xstate_reset(void *area)
{
	memset(area, 0, area_size);
	*(u16 *)area = FCW_RESET;
	*(u32 *)(area + MXCSR_OFFSET) = MXCSR_RESET;
}

/*
 * A TD without protection keys can neither use nor read PKRU; the host's then
 * stays in the CPU, where loading another would flush the TLB.
 */
static u64 switched(const struct vcpu *vcpu)
{
	return vcpu->td->xfam & XFEATURE_MASK_PKRU ? ~0ULL :
						     ~(u64)XFEATURE_MASK_PKRU;
}

static void xsave(void *area, u64 mask)
{
	asm volatile("xsave64 (%0)"
		     : : "r"(area), "a"((u32)mask), "d"((u32)(mask >> 32))
		     : "memory");
}

static void xrstor(const void *area, u64 mask)
{
	asm volatile("xrstor64 (%0)"
		     : : "r"(area), "a"((u32)mask), "d"((u32)(mask >> 32))
		     : "memory");
}

/* What both sides may have set: the XCR0 to save and restore under. */
static u64 union_xcr0(const struct svm_cpu *c, const struct vcpu *vcpu)
{
	return c->host_xcr0 | (vcpu->td->xfam & cpu_xcr0);
}

static void set_xcr0(u64 val)
{
	if (xgetbv(XCR_XFEATURE_ENABLED_MASK) != val)
		xsetbv(XCR_XFEATURE_ENABLED_MASK, val);
}

/* A value that XSETBV would refuse must not fault in the host. */
static u64 guest_xcr0(const struct vcpu *vcpu)
{
	u64 xcr0 = vcpu->xcr0 & vcpu->td->xfam & cpu_xcr0;

	return xcr0 | 1;
}

void xstate_load_guest(struct vcpu *vcpu)
{
	struct svm_cpu *c = this_cpu_ptr(&svm_cpu);
	struct svm_vcpu *v = svm_of(vcpu);

	if (c->loaded == vcpu) {
		set_xcr0(guest_xcr0(vcpu));
		return;
	}
	c->host_xcr0 = xgetbv(XCR_XFEATURE_ENABLED_MASK);
	set_xcr0(union_xcr0(c, vcpu));
	if (switched(vcpu) & XFEATURE_MASK_PKRU)
		xsave(c->xsave, XFEATURE_MASK_PKRU);
	xrstor(v->vectors_initial ? &init_state : v->xsave, switched(vcpu));
	set_xcr0(guest_xcr0(vcpu));
	c->loaded = vcpu;
}

/* Not every SVM lets XSETBV exit: see what the guest has set. */
void xstate_after_run(struct vcpu *vcpu)
{
	vcpu->xcr0 = xgetbv(XCR_XFEATURE_ENABLED_MASK);
}

/* The legacy area of a save area, and the header's word of what is in it */
#define AREA_FTW	4
#define AREA_X87	32
#define AREA_XMM	160
#define AREA_XSTATE_BV	512
#define AREA_YMM	576

static bool all_zero(const u8 *from, size_t bytes)
{
	const u64 *p = (const u64 *)from, *end = (const u64 *)(from + bytes);
	u64 any = 0;

	for (; p < end; p += 4)
		any |= p[0] | p[1] | p[2] | p[3];
	return !any;
}

/*
 * A CPU that does not track what is in use saves all of it as if it were, and
 * loads all of it again; what is in its initial state need not be loaded.
 */
static void forget_unused(u8 *area)
{
	u64 unused = 0;

	if (*(u32 *)area == FCW_RESET && !area[AREA_FTW] &&
	    all_zero(area + AREA_X87, 128))
		unused |= XFEATURE_MASK_FP;
	if (all_zero(area + AREA_XMM, 256))
		unused |= XFEATURE_MASK_SSE;
	if (all_zero(area + AREA_YMM, 256))
		unused |= XFEATURE_MASK_YMM;
	*(u64 *)(area + AREA_XSTATE_BV) &= ~unused;
}

/* FNSTENV's format outside real mode */
struct x87_env {
	u16 cw, unused_1, sw, unused_2, tw, unused_3;
	u32 ip;
	u16 cs, op;
	u32 dp;
	u16 ds, unused_4;
};

/*
 * FNSTENV masks exceptions and an MMX instruction marks all registers as used:
 * with no other state than the initial one does that leave no trace, the latter
 * after EMMS.
 */
static bool x87_is_initial(void)
{
	struct x87_env env;
	u64 any, one;
	u16 cw;

	asm volatile("fnstcw %0" : "=m"(cw));
	if (cw != FCW_RESET)
		return false;
	asm volatile("fnstenv %0" : "=m"(env));
	if (env.sw || env.tw != 0xffff || env.ip || env.dp || env.op)
		return false;
	asm volatile("movq %%mm0, %0; movq %%mm1, %1; or %1, %0;"
		     "movq %%mm2, %1; or %1, %0; movq %%mm3, %1; or %1, %0;"
		     "movq %%mm4, %1; or %1, %0; movq %%mm5, %1; or %1, %0;"
		     "movq %%mm6, %1; or %1, %0; movq %%mm7, %1; or %1, %0;"
		     "emms"
		     : "=&r"(any), "=&r"(one) : : "cc");
	return !any;
}

static bool mxcsr_is_initial(void)
{
	u32 mxcsr;

	asm volatile("stmxcsr %0" : "=m"(mxcsr));
	return mxcsr == MXCSR_RESET;
}

static bool ymm_is_zero(void)
{
	u8 ymm0[32];
	bool zero;

	asm volatile("vmovups %%ymm0, %1;"
		     "vorps %%ymm1, %%ymm0, %%ymm0; vorps %%ymm2, %%ymm0, %%ymm0;"
		     "vorps %%ymm3, %%ymm0, %%ymm0; vorps %%ymm4, %%ymm0, %%ymm0;"
		     "vorps %%ymm5, %%ymm0, %%ymm0; vorps %%ymm6, %%ymm0, %%ymm0;"
		     "vorps %%ymm7, %%ymm0, %%ymm0; vorps %%ymm8, %%ymm0, %%ymm0;"
		     "vorps %%ymm9, %%ymm0, %%ymm0; vorps %%ymm10, %%ymm0, %%ymm0;"
		     "vorps %%ymm11, %%ymm0, %%ymm0; vorps %%ymm12, %%ymm0, %%ymm0;"
		     "vorps %%ymm13, %%ymm0, %%ymm0; vorps %%ymm14, %%ymm0, %%ymm0;"
		     "vorps %%ymm15, %%ymm0, %%ymm0; vptest %%ymm0, %%ymm0"
		     : "=@ccz"(zero), "=m"(ymm0));
	if (!zero)
		asm volatile("vmovups %0, %%ymm0" : : "m"(ymm0));
	return zero;
}

#define CHECKED_STATES	(XFEATURE_MASK_FP | XFEATURE_MASK_SSE | \
			 XFEATURE_MASK_YMM)
/* After this many exits with vector state look again whether there still is. */
#define CHECK_AGAIN	16

/*
 * Most guests have none at most exits, and XSAVE would store all of it: for it
 * to know what is unused takes a CPU that keeps account of that. What the TD
 * may not use is as xstate_load_guest() left it.
 */
static bool vectors_are_initial(const struct svm_cpu *c, struct vcpu *vcpu)
{
	struct svm_vcpu *v = svm_of(vcpu);

	if (vcpu->td->xfam & cpu_xcr0 & ~CHECKED_STATES ||
	    !(c->host_xcr0 & XFEATURE_MASK_YMM))
		return false;
	if (v->vectors_wait) {
		v->vectors_wait--;
		return false;
	}
	if (mxcsr_is_initial() && ymm_is_zero() && x87_is_initial())
		return true;
	v->vectors_wait = CHECK_AGAIN;
	return false;
}

/* Only @v->vectors_initial knew that the save area is out of date. */
static SEAM_RARE void bring_up_to_date(struct svm_vcpu *v)
{
	if (v->vectors_initial)
		memcpy(v->xsave, &init_state, sizeof(init_state));
	v->vectors_initial = false;
}

static SEAM_RARE void save_vectors(struct svm_cpu *c, struct vcpu *vcpu)
{
	xsave(svm_of(vcpu)->xsave, switched(vcpu));
	forget_unused(svm_of(vcpu)->xsave);
	xrstor(&init_state, switched(vcpu) & ~(u64)XFEATURE_MASK_PKRU);
	if (switched(vcpu) & XFEATURE_MASK_PKRU)
		xrstor(c->xsave, XFEATURE_MASK_PKRU);
}

noinline void engine_host_fpu(void)
{
	struct svm_cpu *c = this_cpu_ptr(&svm_cpu);
	struct vcpu *vcpu = c->loaded;
	bool initial;

	if (!vcpu)
		return;
	set_xcr0(union_xcr0(c, vcpu));
	initial = vectors_are_initial(c, vcpu);
	if (!initial)
		save_vectors(c, vcpu);
	svm_of(vcpu)->vectors_initial = initial;
	set_xcr0(c->host_xcr0);
	c->loaded = NULL;
}

static void store_xmm(u8 (*to)[16])
{
	asm volatile("movdqu %%xmm0, 0(%0); movdqu %%xmm1, 16(%0);"
		     "movdqu %%xmm2, 32(%0); movdqu %%xmm3, 48(%0);"
		     "movdqu %%xmm4, 64(%0); movdqu %%xmm5, 80(%0);"
		     "movdqu %%xmm6, 96(%0); movdqu %%xmm7, 112(%0);"
		     "movdqu %%xmm8, 128(%0); movdqu %%xmm9, 144(%0);"
		     "movdqu %%xmm10, 160(%0); movdqu %%xmm11, 176(%0);"
		     "movdqu %%xmm12, 192(%0); movdqu %%xmm13, 208(%0);"
		     "movdqu %%xmm14, 224(%0); movdqu %%xmm15, 240(%0)"
		     : : "r"(to) : "memory");
}

static void load_xmm(u8 (*from)[16])
{
	asm volatile("movdqu 0(%0), %%xmm0; movdqu 16(%0), %%xmm1;"
		     "movdqu 32(%0), %%xmm2; movdqu 48(%0), %%xmm3;"
		     "movdqu 64(%0), %%xmm4; movdqu 80(%0), %%xmm5;"
		     "movdqu 96(%0), %%xmm6; movdqu 112(%0), %%xmm7;"
		     "movdqu 128(%0), %%xmm8; movdqu 144(%0), %%xmm9;"
		     "movdqu 160(%0), %%xmm10; movdqu 176(%0), %%xmm11;"
		     "movdqu 192(%0), %%xmm12; movdqu 208(%0), %%xmm13;"
		     "movdqu 224(%0), %%xmm14; movdqu 240(%0), %%xmm15"
		     : : "r"(from) : "memory");
}

static void copy_xmm(u8 (*to)[16], u8 (*from)[16], u16 mask)
{
	unsigned int i;

	for (i = 0; i < 16; i++)
		if (mask & (1U << i))
			memcpy(to[i], from[i], sizeof(to[i]));
}

/* The caller's vector registers are still in the CPU. */
SEAM_RARE void engine_xmm_in(struct vcpu *vcpu, u16 mask)
{
	struct svm_cpu *c = this_cpu_ptr(&svm_cpu);
	u8 *area = svm_of(vcpu)->xsave;
	u64 *in_use = (u64 *)(area + AREA_XSTATE_BV);

	engine_host_fpu();
	bring_up_to_date(svm_of(vcpu));
	store_xmm(c->xmm);
	if (!(*in_use & XFEATURE_MASK_SSE))
		memset(area + AREA_XMM, 0, sizeof(c->xmm));
	copy_xmm((void *)(area + AREA_XMM), c->xmm, mask);
	*in_use |= XFEATURE_MASK_SSE;
	memset(c->xmm, 0, sizeof(c->xmm));
}

/* Those that the guest does not pass read as 0. */
SEAM_RARE void engine_xmm_out(struct vcpu *vcpu, u16 mask)
{
	struct svm_cpu *c = this_cpu_ptr(&svm_cpu);
	u8 *area = svm_of(vcpu)->xsave;

	engine_host_fpu();
	bring_up_to_date(svm_of(vcpu));
	if (*(u64 *)(area + AREA_XSTATE_BV) & XFEATURE_MASK_SSE)
		copy_xmm(c->xmm, (void *)(area + AREA_XMM), mask);
	c->xmm_passed = true;
}

static SEAM_RARE void give_xmm(struct svm_cpu *c)
{
	load_xmm(c->xmm);
	memset(c->xmm, 0, sizeof(c->xmm));
	c->xmm_passed = false;
}

void xstate_leave_xmm(void)
{
	struct svm_cpu *c = this_cpu_ptr(&svm_cpu);

	/* as engine_host_fpu() left them */
	if (c->xmm_passed)
		give_xmm(c);
}
