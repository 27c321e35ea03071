// SPDX-License-Identifier: GPL-2.0-only
/* Control registers of a TD: what is fixed, and what makes a #GP. */
#include "vp.h"

#define CR0_PE		SEAM_BIT(0)
#define CR0_NE		SEAM_BIT(5)
#define CR0_NW		SEAM_BIT(29)
#define CR0_CD		SEAM_BIT(30)
#define CR0_PG		SEAM_BIT(31)
#define CR0_DEFINED	0xe005003fULL
#define CR0_FIXED1	(CR0_PE | CR0_NE)

#define CR4_MCE		SEAM_BIT(6)
#define CR4_VMXE	SEAM_BIT(13)
#define CR4_PKE		SEAM_BIT(22)
#define CR4_CET		SEAM_BIT(23)
#define CR4_PKS		SEAM_BIT(24)
#define CR4_UINTR	SEAM_BIT(25)
#define CR4_KL		SEAM_BIT(19)
/* VME .. OSXMMEXCPT, UMIP, FSGSBASE, PCIDE, OSXSAVE, SMEP, SMAP; no SMXE */
#define CR4_ALWAYS	0x371fffULL
#define CR4_LA57	SEAM_BIT(12)

#define XFAM_PKRU	SEAM_BIT(9)
#define XFAM_CET	SEAM_BIT(11)
#define XFAM_UINTR	SEAM_BIT(14)

u64 vp_cr4_allowed(const struct td *td)
{
	u64 bits = CR4_ALWAYS;

	if (td->attributes & ATTR_KL)
		bits |= CR4_KL;
	if (td->attributes & ATTR_PKS)
		bits |= CR4_PKS;
	if (td->xfam & XFAM_PKRU)
		bits |= CR4_PKE;
	if (td->xfam & XFAM_CET)
		bits |= CR4_CET;
	if (td->xfam & XFAM_UINTR)
		bits |= CR4_UINTR;
	return bits;
}

static bool write_cr0(struct vcpu *v, u64 val)
{
	if (val >> 32 || (val & CR0_FIXED1) != CR0_FIXED1)
		return false;
	if ((val & CR0_NW) && !(val & CR0_CD))
		return false;
	/* the caches are the host's: CD and NW never reach the CPU */
	val = (val & CR0_DEFINED & ~(CR0_CD | CR0_NW)) | SEAM_BIT(4);
	return engine_guest_field(v, VMCS_CR0, &val, true);
}

/* VMXE is set in the real register and 0 to the guest. */
static bool write_cr4(struct vcpu *v, u64 val)
{
	if ((val & ~vp_cr4_allowed(v->td)) || !(val & CR4_MCE))
		return false;
	val |= CR4_VMXE;
	return engine_guest_field(v, VMCS_CR4, &val, true);
}

/* MOV to CR0, CR4; CLTS and LMSW as the engine gives them: a MOV to CR0. */
bool vp_cr_access(struct vcpu *v, const struct vp_exit *exit,
		  struct vp_inject *inj)
{
	unsigned int cr = exit->qual & 15, type = exit->qual >> 4 & 3;
	unsigned int reg = exit->qual >> 8 & 15;
	bool ok;

	if (type || reg == RSP || (cr != 0 && cr != 4))
		return false;
	ok = cr ? write_cr4(v, v->gpr[reg]) : write_cr0(v, v->gpr[reg]);
	if (ok)
		engine_skip(v, exit->instr_len);
	else
		inject_gp(inj);
	return true;
}

/* As the CPU checks it, with XFAM in place of what the CPU can. */
bool vp_xsetbv(struct vcpu *v, struct vp_inject *inj)
{
	u64 val = (u32)v->gpr[RAX] | v->gpr[RDX] << 32;
	u64 avx512 = SEAM_MASK(7, 5), amx = SEAM_MASK(18, 17);
	u64 user = v->td->xfam & ~(SEAM_BIT(8) | SEAM_MASK(16, 10));

	if ((u32)v->gpr[RCX] || !(val & 1) || (val & ~user) ||
	    ((val & SEAM_BIT(2)) && !(val & SEAM_BIT(1))) ||
	    ((val & avx512) && (val & (avx512 | 4)) != (avx512 | 4)) ||
	    ((val & amx) && (val & amx) != amx)) {
		inject_gp(inj);
		return false;
	}
	v->xcr0 = val;
	return true;
}
