// SPDX-License-Identifier: GPL-2.0-only
/*
 * The virtual x2APIC as far as the CPU itself virtualises it for a TD: TPR,
 * EOI, self-IPI and the state that they move, and the posted-interrupt
 * descriptor. All other x2APIC MSRs are the VMM's, by #VE.
 */
#include "vp.h"

/* Register numbers: x2APIC MSR - 0x800. A register's offset is number * 16. */
#define VREG_TPR	0x08
#define VREG_PPR	0x0a
#define VREG_EOI	0x0b
#define VREG_ISR	0x10
#define VREG_TMR	0x18
#define VREG_IRR	0x20
#define VREG_SELF_IPI	0x3f

#define VREG_WORDS	8		/* of 32 vectors */
#define FIRST_VECTOR	16

/* Posted-interrupt descriptor: 256 request bits, then control. */
#define PID_BYTES	64
#define PID_CONTROL	32
#define PID_ON		1U

static u32 *apic_reg(struct vcpu *v, unsigned int reg)
{
	return &v->vapic[reg * 4];
}

/* What leads here has a place among what runs all the time. */
static noinline int apic_find(struct vcpu *v, unsigned int base)
{
	int i;

	for (i = VREG_WORDS - 1; i >= 0; i--) {
		u32 word = *apic_reg(v, base + i);

		if (word)
			return i * 32 + 31 - __builtin_clz(word);
	}
	return -1;
}

/* Highest vector of the 256 bits at @base, or -1: most often, and at once. */
static int apic_highest(struct vcpu *v, unsigned int base)
{
	const u32 *w = apic_reg(v, base);

	if (!(w[0] | w[4] | w[8] | w[12] | w[16] | w[20] | w[24] | w[28]))
		return -1;
	return apic_find(v, base);
}

static void apic_set(struct vcpu *v, unsigned int base, unsigned int vector)
{
	*apic_reg(v, base + vector / 32) |= 1U << vector % 32;
}

static void apic_clear(struct vcpu *v, unsigned int base, unsigned int vector)
{
	*apic_reg(v, base + vector / 32) &= ~(1U << vector % 32);
}

/* PPR: the class of what is in service, or TPR where that is higher. */
static void apic_update_ppr(struct vcpu *v)
{
	int isr = apic_highest(v, VREG_ISR);
	u32 tpr = *apic_reg(v, VREG_TPR) & 0xff;
	u32 service = isr < 0 ? 0 : isr & 0xf0;

	*apic_reg(v, VREG_PPR) = (tpr & 0xf0) >= service ? tpr : service;
}

void vapic_reset(struct vcpu *v)
{
	memset(v->vapic, 0, sizeof(v->vapic));
}

enum msr_answer vapic_read(struct vcpu *v, u32 reg, u64 *val)
{
	switch (reg) {
	case VREG_TPR:
	case VREG_PPR:
	case VREG_ISR ... VREG_IRR + VREG_WORDS - 1:
		*val = *apic_reg(v, reg);
		return MSR_OK;
	}
	return MSR_VE;
}

static void vapic_eoi(struct vcpu *v)
{
	int vector = apic_highest(v, VREG_ISR);

	if (vector >= 0)
		apic_clear(v, VREG_ISR, vector);
	apic_update_ppr(v);
}

enum msr_answer vapic_write(struct vcpu *v, u32 reg, u64 val)
{
	switch (reg) {
	case VREG_TPR:
		if (val >> 8)
			return MSR_GP;
		*apic_reg(v, VREG_TPR) = val;
		apic_update_ppr(v);
		return MSR_OK;
	case VREG_EOI:
		if (val)
			return MSR_GP;
		vapic_eoi(v);
		return MSR_OK;
	case VREG_SELF_IPI:
		if (val >> 8 || val < FIRST_VECTOR)
			return MSR_GP;
		apic_set(v, VREG_IRR, val);
		return MSR_OK;
	}
	return MSR_VE;
}

static SEAM_RARE void find_posted(struct vcpu *v)
{
	u64 desc = v->posted_intr_desc;

	v->posted = NULL;
	if (SEAM_ALIGNED(desc, PID_BYTES) && !hkid_is_private(hpa_keyid(desc)))
		v->posted = env_host_ptr(desc & SEAM_HPA_MASK);
	v->posted_known = desc;
}

/*
 * The descriptor is the host's memory and any CPU or device may post to it at
 * any time: the bits are taken one word at a time, after ON is cleared.
 */
static SEAM_RARE void take_requests(struct vcpu *v, u32 *pid)
{
	u32 control = atomic_read_once(&pid[PID_CONTROL / 4]);
	unsigned int i;

	do {
		if (!(control & PID_ON))
			return;
	} while (!atomic_cas(&pid[PID_CONTROL / 4], &control,
			     control & ~PID_ON));
	for (i = 0; i < VREG_WORDS; i++)
		if (atomic_read_once(&pid[i]))
			*apic_reg(v, VREG_IRR + i) |= atomic_swap(&pid[i], 0);
	/* no device and no VMM may ask for what is an exception */
	*apic_reg(v, VREG_IRR) &= ~((1U << FIRST_VECTOR) - 1);
}

static void take_posted(struct vcpu *v)
{
	if (!(v->pin_controls & PIN_POSTED_INTR))
		return;
	if (v->posted_known != v->posted_intr_desc)
		find_posted(v);
	if (v->posted && (atomic_read_once(&v->posted[PID_CONTROL / 4]) & PID_ON))
		take_requests(v, v->posted);
}

int vapic_deliverable(struct vcpu *v)
{
	int vector = apic_highest(v, VREG_IRR);

	apic_update_ppr(v);	/* MOV to CR8 changes TPR without asking */
	if (vector < 0 || (vector & 0xf0) <= (*apic_reg(v, VREG_PPR) & 0xf0))
		return -1;
	return vector;
}

int vapic_pending(struct vcpu *v)
{
	take_posted(v);
	return vapic_deliverable(v);
}

void vapic_accept(struct vcpu *v, unsigned int vector)
{
	apic_clear(v, VREG_IRR, vector);
	apic_set(v, VREG_ISR, vector);
	apic_update_ppr(v);
}

/* An NMI goes first, as on the CPU. */
bool vp_event(struct vcpu *vcpu, bool intr_ok, bool nmi_ok,
	      struct vp_inject *inj)
{
	int vector;

	if (atomic_read_once(&vcpu->pend_nmi)) {
		if (!nmi_ok)
			return true;
		atomic_set_once(&vcpu->pend_nmi, false);
		inj->info = INJECT_NMI;
		inj->errcode = 0;
		return vapic_pending(vcpu) >= 0;
	}
	vector = vapic_pending(vcpu);
	if (vector < 0)
		return false;
	if (!intr_ok)
		return true;
	vapic_accept(vcpu, vector);
	inj->info = INJECT_VALID | vector;
	inj->errcode = 0;
	return false;
}
