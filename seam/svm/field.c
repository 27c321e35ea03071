// SPDX-License-Identifier: GPL-2.0-only
/* Guest state under the names that a VMCS gives it. */
#include <linux/bits.h>
#include <linux/kernel.h>
#include "svm.h"

#define FIELD_SELECTOR	0x0800
#define FIELD_TSC_OFFSET 0x2010
#define FIELD_DEBUGCTL	0x2802
#define FIELD_PAT	0x2804
#define FIELD_EFER	0x2806
#define FIELD_LIMIT	0x4800
#define FIELD_AR	0x4814
#define FIELD_INTR_STATE 0x4824
#define FIELD_SYSENTER_CS 0x482a
#define FIELD_CR0	0x6800
#define FIELD_CR3	0x6802
#define FIELD_CR4	0x6804
#define FIELD_BASE	0x6806
#define FIELD_DR7	0x681a
#define FIELD_RSP	0x681c
#define FIELD_RIP	0x681e
#define FIELD_RFLAGS	0x6820
#define FIELD_SYSENTER_ESP 0x6824
#define FIELD_SYSENTER_EIP 0x6826

#define AR_UNUSABLE	BIT(16)
#define AR_PRESENT	BIT(7)

/* In the order of VMCS encodings; the last two have neither selector nor AR. */
static struct vmcb_seg *segment(struct vmcb *c, unsigned int n)
{
	struct vmcb_seg *const segs[] = {
		&c->es, &c->cs, &c->ss, &c->ds, &c->fs, &c->gs, &c->ldtr,
		&c->tr, &c->gdtr, &c->idtr,
	};

	return segs[n];
}

#define SEG_LDTR	6
#define NR_SELECTORS	8
#define NR_SEGS		10

/* VMX: bits 7:0 and 15:12; SVM has the upper four at 11:8 and no "unusable". */
static u32 ar_read(const struct svm_vcpu *v, const struct vmcb_seg *s)
{
	u32 ar = (s->attr & 0xff) | (s->attr & 0xf00) << 4;

	if (ar & AR_PRESENT)
		return ar;
	if (s == &v->vmcb->ldtr && v->ldtr_ar)
		return v->ldtr_ar;
	return ar | AR_UNUSABLE;
}

static void ar_write(struct svm_vcpu *v, struct vmcb_seg *s, u32 ar)
{
	s->attr = (ar & 0xff) | (ar >> 4 & 0xf00);
	if (ar & AR_UNUSABLE)
		s->attr &= ~AR_PRESENT;
	if (s == &v->vmcb->ldtr)
		v->ldtr_ar = ar & AR_UNUSABLE ? ar : 0;
}

/* Selectors, limits, access rights and bases: encodings step by two. */
static bool seg_field(struct svm_vcpu *v, u32 field, u64 *val, bool write)
{
	unsigned int n = (field & 0xff) / 2;
	struct vmcb_seg *s;

	if (field >= FIELD_SELECTOR && field < FIELD_SELECTOR + 2 * NR_SELECTORS) {
		s = segment(v->vmcb, n);
		if (write)
			s->selector = *val;
		else
			*val = s->selector;
	} else if (field >= FIELD_LIMIT && field < FIELD_LIMIT + 2 * NR_SEGS) {
		s = segment(v->vmcb, n);
		if (write)
			s->limit = *val;
		else
			*val = s->limit;
	} else if (field >= FIELD_AR && field < FIELD_AR + 2 * NR_SELECTORS) {
		s = segment(v->vmcb, (field - FIELD_AR) / 2);
		if (write)
			ar_write(v, s, *val);
		else
			*val = ar_read(v, s);
	} else if (field >= FIELD_BASE && field < FIELD_BASE + 2 * NR_SEGS) {
		s = segment(v->vmcb, (field - FIELD_BASE) / 2);
		if (write)
			s->base = *val;
		else
			*val = s->base;
	} else {
		return false;
	}
	return true;
}

static u64 *plain_field(struct svm_vcpu *v, u32 field)
{
	struct vmcb *c = v->vmcb;

	switch (field) {
	case FIELD_TSC_OFFSET:
		return &c->tsc_offset;
	case FIELD_DEBUGCTL:
		return &c->debugctl;
	case FIELD_PAT:
		return &c->g_pat;
	case FIELD_SYSENTER_CS:
		return &c->sysenter_cs;
	case FIELD_SYSENTER_ESP:
		return &c->sysenter_esp;
	case FIELD_SYSENTER_EIP:
		return &c->sysenter_eip;
	case FIELD_CR3:
		return &c->cr3;
	case FIELD_DR7:
		return &c->dr7;
	case FIELD_RSP:
		return &c->rsp;
	case FIELD_RIP:
		return &c->rip;
	case FIELD_RFLAGS:
		return &c->rflags;
	}
	return NULL;
}

/* Blocking by STI or MOV SS is one and the same to SVM; then NMI blocking. */
static void intr_state(struct svm_vcpu *v, u64 *val, bool write)
{
	struct vmcb *c = v->vmcb;

	if (write) {
		c->int_state &= ~(u64)INT_SHADOW;
		if (*val & 3)
			c->int_state |= INT_SHADOW;
		v->nmi_blocked = *val & BIT(3);
	} else {
		*val = (c->int_state & INT_SHADOW ? 1 : 0) |
		       (v->nmi_blocked ? BIT(3) : 0);
	}
}

bool engine_guest_field(struct vcpu *vcpu, u32 field, u64 *val, bool write)
{
	struct svm_vcpu *v = svm_of(vcpu);
	u64 *plain;

	if (!v)
		return false;
	switch (field) {
	case FIELD_CR0:
		if (write)
			return svm_set_cr0(v, *val);
		*val = v->cr0;
		return true;
	case FIELD_CR4:
		if (write)
			return svm_set_cr4(v, *val);
		*val = v->cr4;
		return true;
	case FIELD_EFER:
		if (write)
			return svm_set_efer(v, *val);
		*val = v->efer;
		return true;
	case FIELD_INTR_STATE:
		intr_state(v, val, write);
		return true;
	}
	plain = plain_field(v, field);
	if (!plain)
		return seg_field(v, field, val, write);
	if (write)
		*plain = *val;
	else
		*val = *plain;
	return true;
}
