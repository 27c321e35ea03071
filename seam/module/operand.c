// SPDX-License-Identifier: GPL-2.0-only
/* Address operands: their form first, then where they lie, then what is there. */
#include "module.h"

bool hpa_form_ok(hpa_t hpa, u64 align)
{
	unsigned int bits = min(seam_config.max_pa, seam_config.keyid_shift);

	return !(hpa >> bits) && SEAM_ALIGNED(hpa, align);
}

u64 hpa_keyid(hpa_t hpa)
{
	return (hpa >> seam_config.keyid_shift) &
	       (SEAM_BIT(seam_config.keyid_bits) - 1);
}

bool hkid_is_private(u64 hkid)
{
	return hkid > seam_config.keyids_shared &&
	       hkid <= seam_config.keyids_shared + seam_config.keyids_private;
}

u64 operand_page(hpa_t hpa, unsigned int operand, int type, bool excl,
		 unsigned int level, struct pamt_entry **ret)
{
	struct pamt_entry *pe;

	if (!hpa_form_ok(hpa, LEVEL_BYTES(level)))
		return ST(OPERAND_INVALID) | operand;
	if (!pamt_at(hpa, max(level, 1U)))
		return ST(OPERAND_ADDR_RANGE_ERROR) | operand;
	pe = pamt_lock(hpa, level, excl);
	if (!pe)
		return ST(OPERAND_BUSY) | operand;
	if (pe->level != level || pe->type != type) {
		bool missing = pe->level != level && pe->type == PT_NDA;

		pamt_unlock(pe, excl);
		return (missing ? ST(MISSING_PAMT_PAGE_PAIR) :
				  ST(PAGE_METADATA_INCORRECT)) | operand;
	}
	*ret = pe;
	return ST(SUCCESS);
}

void operand_put(struct pamt_entry *pe, bool excl)
{
	pamt_unlock(pe, excl);
}

u64 operand_shared_hpa(hpa_t hpa, u64 align, unsigned int operand)
{
	u64 keyid = hpa_keyid(hpa);

	if (hpa >> seam_config.max_pa || !SEAM_ALIGNED(hpa, align) ||
	    keyid > seam_config.keyids_shared)
		return ST(OPERAND_INVALID) | operand;
	if (!env_host_ptr(hpa & (SEAM_BIT(seam_config.keyid_shift) - 1)))
		return ST(OPERAND_INVALID) | operand;
	return ST(SUCCESS);
}

/*
 * With a shared KeyID, even the module reads nothing but zeros where a TD's
 * memory is. @hpa was checked and [hpa, hpa + size) is within a page.
 */
void host_read(void *dst, hpa_t hpa, size_t size)
{
	struct pamt_entry *pe;
	unsigned int level;

	hpa &= SEAM_HPA_MASK;
	pe = pamt_walk(hpa, &level);
	if (pe && ((pe->type != PT_NDA && pe->type != PT_RSVD) ||
		   pamt_lent(hpa)))
		memset(dst, 0, size);
	else
		memcpy(dst, env_host_ptr(hpa), size);
}
