// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fetches the instruction that exited, by the guest's own page tables: SVM as
 * QEMU has it gives neither its bytes nor the address of the next one.
 */
#include <linux/bits.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/string.h>
#include <asm/processor-flags.h>
#include "svm.h"

#define PTE_PRESENT	BIT_ULL(0)
#define PTE_ACCESSED_DIRTY	(BIT_ULL(5) | BIT_ULL(6))
#define PTE_LARGE	BIT_ULL(7)
#define PTE_ADDR	GENMASK_ULL(51, 12)
#define PTE32_ADDR	0xfffff000U

static bool read_guest(struct vcpu *vcpu, gpa_t gpa, void *buf, size_t len)
{
	void *p = npt_gpa_ptr(vcpu, gpa);

	if (!p)
		return false;
	memcpy(buf, p, len);
	return true;
}

static bool is_shared(const struct vcpu *vcpu, gpa_t gpa)
{
	return gpa >> (vcpu->td->gpaw52 ? 51 : 47) & 1;
}

/* What the VMM shares it may take away at any time: not to be remembered. */
static void code_note_entry(const struct vcpu *vcpu, struct svm_code *code,
			    gpa_t gpa, const u64 *entry, u64 value)
{
	if (!code)
		return;
	if (is_shared(vcpu, gpa))
		code->shared = true;
	code->entry[code->levels] = entry;
	code->value[code->levels++] = value | PTE_ACCESSED_DIRTY;
}

/*
 * The place of an instruction is remembered, with the entries that led there:
 * a vCPU leaves again and again from the same one. The pointers are good as
 * long as nothing was zapped, since no page leaves the TD while a vCPU that
 * came in before the zap is still inside.
 */
static SEAM_RARE void code_note(struct vcpu *vcpu, u64 generation, gpa_t gpa)
{
	struct svm_vcpu *v = svm_of(vcpu);
	struct svm_code *code = &v->code;

	if (code->shared || !code->levels || is_shared(vcpu, gpa) ||
	    (gpa & ~PAGE_MASK) > PAGE_SIZE - INSN_MAX)
		return;
	code->cr3 = v->vmcb->cr3;
	code->rip = v->vmcb->rip;
	code->generation = generation;
	code->bytes = npt_gpa_ptr(vcpu, gpa);
}

static bool code_known(const struct svm_vcpu *v, u64 generation)
{
	const struct svm_code *code = &v->code;
	unsigned int i;

	if (!code->bytes || code->rip != v->vmcb->rip ||
	    code->cr3 != v->vmcb->cr3 || code->generation != generation)
		return false;
	for (i = 0; i < code->levels; i++)
		if ((READ_ONCE(*code->entry[i]) | PTE_ACCESSED_DIRTY) !=
		    code->value[i])
			return false;
	return true;
}

/* Tables of 8-byte entries: PAE, 4 and 5 levels. */
static bool walk64(struct vcpu *vcpu, u64 gla, unsigned int levels, gpa_t *gpa,
		   struct svm_code *code)
{
	u64 table = svm_of(vcpu)->vmcb->cr3 & PTE_ADDR;
	unsigned int level;

	if (levels == 3)
		table = svm_of(vcpu)->vmcb->cr3 & 0xffffffe0;
	for (level = levels; level; level--) {
		unsigned int shift = 12 + 9 * (level - 1);
		u64 index = gla >> shift & (levels == 3 && level == 3 ? 3 : 511);
		const u64 *p = npt_gpa_ptr(vcpu, table + index * 8);
		u64 entry;

		if (!p)
			return false;
		entry = READ_ONCE(*p);
		code_note_entry(vcpu, code, table + index * 8, p, entry);
		if (!(entry & PTE_PRESENT))
			return false;
		if (level == 1 || (level <= 3 && (entry & PTE_LARGE))) {
			u64 mask = BIT_ULL(shift) - 1;

			*gpa = (entry & PTE_ADDR & ~mask) | (gla & mask);
			return true;
		}
		table = entry & PTE_ADDR;
	}
	return false;
}

/* Two levels of 4-byte entries. */
static bool walk32(struct vcpu *vcpu, u32 gla, gpa_t *gpa)
{
	u32 table = svm_of(vcpu)->vmcb->cr3 & PTE32_ADDR, entry;

	if (!read_guest(vcpu, table + (gla >> 22) * 4, &entry, sizeof(entry)) ||
	    !(entry & PTE_PRESENT))
		return false;
	if ((entry & PTE_LARGE) && (svm_of(vcpu)->vmcb->cr4 & X86_CR4_PSE)) {
		*gpa = (entry & 0xffc00000) | (gla & 0x3fffff);
		return true;
	}
	table = entry & PTE32_ADDR;
	if (!read_guest(vcpu, table + (gla >> 12 & 1023) * 4, &entry,
			sizeof(entry)) || !(entry & PTE_PRESENT))
		return false;
	*gpa = (entry & PTE32_ADDR) | (gla & 0xfff);
	return true;
}

/* @code: to note the walk in, or NULL */
static SEAM_RARE bool gla_to_gpa(struct vcpu *vcpu, u64 gla, gpa_t *gpa,
				 struct svm_code *code)
{
	struct svm_vcpu *v = svm_of(vcpu);

	if (!(v->cr0 & X86_CR0_PG)) {
		*gpa = (u32)gla;
		return true;
	}
	if (v->efer & BIT(10))
		return walk64(vcpu, gla, v->cr4 & X86_CR4_LA57 ? 5 : 4, gpa,
			      code);
	if (v->cr4 & X86_CR4_PAE)
		return walk64(vcpu, (u32)gla, 3, gpa, NULL);
	return walk32(vcpu, gla, gpa);
}

static bool is_prefix(u8 byte)
{
	switch (byte) {
	case 0x26:
	case 0x2e:
	case 0x36:
	case 0x3e:
	case 0x64 ... 0x67:
	case 0xf0:
	case 0xf2:
	case 0xf3:
		return true;
	}
	return false;
}

static void count_prefixes(struct svm_insn *insn, bool long_mode)
{
	while (insn->prefixes < insn->len &&
	       is_prefix(insn->bytes[insn->prefixes]))
		insn->prefixes++;
	if (long_mode && insn->prefixes < insn->len &&
	    (insn->bytes[insn->prefixes] & 0xf0) == 0x40)
		insn->rex = insn->bytes[insn->prefixes++];
}

static SEAM_RARE void fetch_bytes(struct vcpu *vcpu, u64 gla, struct svm_insn *insn)
{
	gpa_t gpa;

	while (insn->len < INSN_MAX) {
		unsigned int room = PAGE_SIZE - (gla & ~PAGE_MASK);
		unsigned int n = min_t(unsigned int, room, INSN_MAX - insn->len);

		if (!gla_to_gpa(vcpu, gla, &gpa, NULL) ||
		    !read_guest(vcpu, gpa, insn->bytes + insn->len, n))
			break;
		insn->len += n;
		gla += n;
	}
}

/* In 64-bit mode, an instruction that lies in one page. */
static bool fetch_long(struct vcpu *vcpu, struct svm_insn *insn)
{
	struct svm_td *t = vcpu->td->engine;
	struct svm_vcpu *v = svm_of(vcpu);
	u64 generation = READ_ONCE(t->generation);
	gpa_t gpa;

	if (!code_known(v, generation)) {
		v->code = (struct svm_code){};
		if (!gla_to_gpa(vcpu, v->vmcb->rip, &gpa, &v->code))
			return false;
		code_note(vcpu, generation, gpa);
	}
	if (!v->code.bytes)
		return false;
	insn->len = INSN_MAX;
	memcpy(insn->bytes, v->code.bytes, INSN_MAX);
	return true;
}

void svm_fetch(struct vcpu *vcpu, struct svm_insn *insn)
{
	struct svm_vcpu *v = svm_of(vcpu);
	bool long_mode = svm_long_mode(v);

	memset(insn, 0, sizeof(*insn));
	if (!long_mode)
		fetch_bytes(vcpu, (u32)(v->vmcb->rip + v->vmcb->cs.base), insn);
	else if (!fetch_long(vcpu, insn))
		fetch_bytes(vcpu, v->vmcb->rip, insn);
	count_prefixes(insn, long_mode);
}

/* No memcmp(): that is a page of code more, after each exit. */
bool svm_insn_is(const struct svm_insn *insn, u32 op, unsigned int len)
{
	const u8 *bytes = insn->bytes + insn->prefixes;

	if (insn->prefixes + len > insn->len)
		return false;
	for (; len; len--, op >>= 8)
		if (*bytes++ != (u8)op)
			return false;
	return true;
}
