// SPDX-License-Identifier: GPL-2.0-only
/*
 * Parse a TDX module image. Its signature is P-SEAMLDR's to check; here every
 * length and offset is, before anything is handed over, so that a wrong file
 * is refused with a reason while the running module is still untouched.
 */
#include "pure.h"
#include "image.h"

#define MAGIC		"TDX-BLOB"
#define MAGIC_LEN	8

/* v1: as Intel publishes images; v2: as mainline Linux takes them */
#define V1		0x0100
#define V1_MODULE	4	/* u32: offset of the module */
#define V1_MAGIC	8
#define V1_LENGTH	16	/* u32: of the file */
#define V1_SIGSTRUCT	4096
#define V2		0x0200
#define V2_MAGIC	4
#define V2_SIGSTRUCT_PAGES	12
#define V2_MODULE_PAGES	16
#define V2_ZERO		20	/* from here to the end of the page */

#define SIGSTRUCT_SIZE	2048u

static u16 get16(const u8 *p)
{
	return p[0] | p[1] << 8;
}

static u32 get32(const u8 *p)
{
	return get16(p) | (u32)get16(p + 2) << 16;
}

static bool all_zero(const u8 *p, size_t n)
{
	while (n--)
		if (*p++)
			return false;
	return true;
}

/* 16-bit words of the whole file sum to 0. */
static bool checksum_holds(const u8 *p, size_t len)
{
	u16 sum = 0;
	size_t i;

	for (i = 0; i + 1 < len; i += 2)
		sum += get16(p + i);
	return !sum;
}

static const char *check_length(size_t len, u32 want)
{
	if (len < want)
		return "the file is shorter than its header says: truncated";
	if (len > want)
		return "the file is longer than its header says: something was added";
	return NULL;
}

static const char *set_module(struct seam_image *image, const u8 *module,
			      size_t len)
{
	if (!len)
		return "there is no module in the image";
	if (len % SEAM_IMAGE_PAGE)
		return "the module is not a whole number of pages";
	if (len / SEAM_IMAGE_PAGE > SEAM_IMAGE_MAX_PAGES)
		return "the module is larger than P-SEAMLDR takes (496 pages)";
	image->module = module;
	image->module_pages = len / SEAM_IMAGE_PAGE;
	return NULL;
}

static const char *parse_v1(const u8 *p, size_t len, struct seam_image *image)
{
	u32 module = get32(p + V1_MODULE);
	const char *wrong;

	if (memcmp(p + V1_MAGIC, MAGIC, MAGIC_LEN))
		return "not a TDX module image (no TDX-BLOB mark)";
	wrong = check_length(len, get32(p + V1_LENGTH));
	if (wrong)
		return wrong;
	if (module % SEAM_IMAGE_PAGE || module > len)
		return "the header puts the module outside the file";
	if (module < V1_SIGSTRUCT + SIGSTRUCT_SIZE)
		return "module and SIGSTRUCT overlap in the file";
	image->header = 1;
	image->sigstruct = (const void *)(p + V1_SIGSTRUCT);
	return set_module(image, p + module, len - module);
}

static const char *parse_v2(const u8 *p, size_t len, struct seam_image *image)
{
	u32 sigstruct = get32(p + V2_SIGSTRUCT_PAGES);
	u32 module = get32(p + V2_MODULE_PAGES);
	const char *wrong;

	if (memcmp(p + V2_MAGIC, MAGIC, MAGIC_LEN))
		return "not a TDX module image (no TDX-BLOB mark)";
	if (sigstruct != 1)
		return "the header asks for another number of SIGSTRUCT pages than 1";
	if (!module)
		return "there is no module in the image";
	if (module > SEAM_IMAGE_MAX_PAGES)
		return "the module is larger than P-SEAMLDR takes (496 pages)";
	wrong = check_length(len, (1 + sigstruct + module) * SEAM_IMAGE_PAGE);
	if (wrong)
		return wrong;
	if (!all_zero(p + V2_ZERO, SEAM_IMAGE_PAGE - V2_ZERO))
		return "reserved bytes of the header are not zero: a newer format?";
	image->header = 2;
	image->sigstruct = (const void *)(p + SEAM_IMAGE_PAGE);
	return set_module(image, p + (1 + sigstruct) * SEAM_IMAGE_PAGE,
			  (size_t)module * SEAM_IMAGE_PAGE);
}

/**
 * seam_image_parse() - find SIGSTRUCT and module in an image file
 * @data: the file
 * @len: its length
 * @image: filled on success, pointing into @data
 *
 * The SIGSTRUCT's fields are checked too.
 *
 * Return: NULL, or what is wrong.
 */
const char *seam_image_parse(const void *data, size_t len,
			     struct seam_image *image)
{
	const u8 *p = data;
	const char *wrong;

	memset(image, 0, sizeof(*image));
	if (len < 3 * SEAM_IMAGE_PAGE)
		return "the file is too short for a TDX module image";
	if (len > SEAM_IMAGE_MAX_SIZE)
		return "the file is too long for a TDX module image";

	switch (get16(p)) {
	case V1:
		wrong = parse_v1(p, len, image);
		break;
	case V2:
		wrong = parse_v2(p, len, image);
		break;
	default:
		if (!memcmp(p + V1_MAGIC, MAGIC, MAGIC_LEN) ||
		    !memcmp(p + V2_MAGIC, MAGIC, MAGIC_LEN))
			return "unknown version of the image header (1.0 and 2.0 are known)";
		return "not a TDX module image (no TDX-BLOB mark)";
	}
	if (wrong)
		return wrong;
	if (!checksum_holds(p, len))
		return "the checksum of the file is wrong: it is damaged";
	return seam_sigstruct_check(image);
}

/**
 * seam_image_join() - make an image of separate module and SIGSTRUCT files
 * @module: the module
 * @module_len: bytes
 * @sigstruct: its SIGSTRUCT
 * @sigstruct_len: bytes
 * @image: filled on success
 * Return: NULL, or what is wrong.
 */
const char *seam_image_join(const void *module, size_t module_len,
			    const void *sigstruct, size_t sigstruct_len,
			    struct seam_image *image)
{
	const char *wrong;

	memset(image, 0, sizeof(*image));
	if (sigstruct_len != SIGSTRUCT_SIZE)
		return "the SIGSTRUCT file is not 2048 bytes long";
	image->sigstruct = sigstruct;
	wrong = set_module(image, module, module_len);
	return wrong ?: seam_sigstruct_check(image);
}

static bool bcd_date(u32 date)
{
	unsigned int i, month = date >> 8 & 0xff, day = date & 0xff;

	for (i = 0; i < 32; i += 4)
		if ((date >> i & 0xf) > 9)
			return false;
	return month >= 1 && month <= 0x12 && day >= 1 && day <= 0x31;
}

/**
 * seam_sigstruct_check() - check the fields of an image's SIGSTRUCT
 * @image: with its SIGSTRUCT and module
 * Return: NULL, or what is wrong.
 */
const char *seam_sigstruct_check(const struct seam_image *image)
{
	const struct seam_sigstruct *s = image->sigstruct;

	if (s->header_type != 6 || s->header_length != 0xe1 ||
	    s->header_version != 0x10000)
		return "SIGSTRUCT: unknown header";
	if (s->module_type & ~0x80000000u)
		return "SIGSTRUCT: unknown module type";
	if (s->vendor != TDX_VENDOR_INTEL)
		return "SIGSTRUCT: vendor is not Intel";
	if (!bcd_date(s->date))
		return "SIGSTRUCT: no valid date";
	if (s->size != SIGSTRUCT_SIZE / 4)
		return "SIGSTRUCT: wrong size";
	if (s->key_size != 0x60 || s->modulus_size != 0x60 ||
	    s->exponent_size != 1 || s->exponent != 0x10001)
		return "SIGSTRUCT: the key is not RSA-3072 with exponent 65537";
	if (!all_zero(s->reserved0, sizeof(s->reserved0)) ||
	    !all_zero(s->reserved1, sizeof(s->reserved1)))
		return "SIGSTRUCT: reserved bytes are not zero";
	if (s->rip_offset >= image->module_pages * SEAM_IMAGE_PAGE)
		return "SIGSTRUCT: the entry point is outside the module";
	if (s->min_update_hv > s->module_hv)
		return "SIGSTRUCT: handoff versions contradict each other";
	if (s->cpuid_table_size > SEAM_SIGSTRUCT_MAX_CPUIDS)
		return "SIGSTRUCT: the list of CPUs is too long";
	return NULL;
}

/**
 * seam_image_fits_cpu() - is the module made for this CPU
 * @image: checked
 * @cpu: CPUID(1).EAX
 * Return: NULL, or what is wrong.
 */
const char *seam_image_fits_cpu(const struct seam_image *image, u32 cpu)
{
	const struct seam_sigstruct *s = image->sigstruct;
	unsigned int i;

	for (i = 0; i < s->cpuid_table_size; i++)
		if (s->cpuid_table[i] == cpu)
			return NULL;
	return "the module is not made for this CPU: its family, model and stepping are not listed";
}

/**
 * seam_image_fits() - can the running module be updated to this one
 * @image: checked
 * @running: the module that runs
 * @handoff: set to the version of handoff data that both know
 * Return: NULL, or what is wrong.
 */
const char *seam_image_fits(const struct seam_image *image,
			    const struct seam_running *running, u16 *handoff)
{
	const struct seam_sigstruct *s = image->sigstruct;
	const char *wrong;

	wrong = seam_image_fits_cpu(image, running->cpu);
	if (wrong)
		return wrong;
	if (running->no_downgrade && s->module_hv < running->module_hv)
		return "the running module forbids a downgrade";
	*handoff = min(s->module_hv, running->module_hv);
	if (*handoff < s->min_update_hv)
		return "the image cannot take over from a module as old as the one that runs";
	if (*handoff < running->min_update_hv)
		return "the running module cannot hand over to one as old as the image";
	if (s->pamt_entry_size_4k != running->pamt_entry_size[0] ||
	    s->pamt_entry_size_2m != running->pamt_entry_size[1] ||
	    s->pamt_entry_size_1g != running->pamt_entry_size[2])
		return "the image wants another layout of PAMTs than the module that runs";
	if (s->max_tdmrs < running->max_tdmrs ||
	    s->max_rsvd_per_tdmr < running->max_reserved)
		return "the image takes fewer TDMRs or reserved areas than the module that runs";
	return NULL;
}
