/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Metadata: tables of fields, and the leaves' common way to read and write
 * them. A field id names class and code; the leaf gives the context.
 */
#ifndef SOFTSEAM_METADATA_H
#define SOFTSEAM_METADATA_H

#include "vp.h"

/* Field id bits. Size, INC, WRITE_MASK_VALID, context and NON_ARCH of an id
 * that is looked up do not matter; all others but class and code are 0.
 */
#define MD_CODE		SEAM_MASK(23, 0)
#define MD_CLASS	SEAM_MASK(61, 56)
#define MD_CONTEXT	SEAM_MASK(54, 52)
#define MD_INC		SEAM_BIT(50)
#define MD_SIZE		SEAM_MASK(33, 32)
#define MD_RESERVED	(SEAM_BIT(62) | SEAM_BIT(55) | SEAM_MASK(49, 34) | \
			 SEAM_MASK(31, 24))
#define MD_LAST_ELEMENT_SHIFT	34
#define MD_LAST_FIELD_SHIFT	38
#define MD_NONE		(~0ULL)

enum md_who { MD_HOST, MD_HOST_DEBUG, MD_GUEST, MD_NR_WHO };

/* Rows of md_access[]: what may be read and what written. */
enum md_access_id {
	NO, RO, RW,
	M0, M1, M2, M3, M4, M5, M6, M7, M8, M9, M10, M11, M12, M13, M14, M15,
	M16, M17, M18, M19, M20, M21,
};

struct md_access {
	u64 rd, wr;
};

extern const struct md_access md_access[];

struct md_ctx {
	u8 context;		/* 0 module, 1 TD, 2 vCPU */
	u8 who;			/* enum md_who */
	struct td *td;
	struct vcpu *vcpu;
};

enum md_how {
	MD_CONST,		/* arg */
	MD_CFG, MD_TD, MD_VP,	/* arg: offset, and size << 32; 0: element's */
	MD_GET,			/* get(); not writable */
	MD_ENGINE,		/* the engine's VMCS field, else as MD_STORE */
	MD_MSR,			/* the engine's MSR, else as MD_STORE */
	MD_STORE,		/* a word of the vCPU's TDVPS store */
};

struct md_field {
	u64 id;
	u16 fields;
	u8 elems;
	u8 access[MD_NR_WHO];
	u8 vm;			/* L2 VM that it belongs to, 0: none; or: */
#define MD_DYNAMIC_PAMT		0xff
	u8 how;			/* enum md_how */
	u64 arg;
	u64 (*get)(const struct md_ctx *ctx, unsigned int index, u64 arg);
};

#define F(id, fields, elems, host, debug, guest, vm, ...)		\
	{ id, fields, elems, { host, debug, guest }, vm, __VA_ARGS__ }
#define MEMBER(type, m)							\
	(offsetof(type, m) | (u64)sizeof(((type *)0)->m) << 32)

#define CONST(val)		MD_CONST, val, NULL
#define CFG(m)			MD_CFG, MEMBER(struct seam_config, m), NULL
#define TD_FIELD(m)		MD_TD, MEMBER(struct td, m), NULL
#define TD_ARRAY(m)		MD_TD, offsetof(struct td, m), NULL
#define VP_FIELD(m)		MD_VP, MEMBER(struct vcpu, m), NULL
#define VP_ARRAY(m)		MD_VP, offsetof(struct vcpu, m), NULL
#define GET(fn)			MD_GET, 0, md_get_##fn
#define GET_ARG(fn, arg)	MD_GET, arg, md_get_##fn
#define ENGINE(encoding)	MD_ENGINE, encoding, NULL
#define MSR(index)		MD_MSR, index, NULL
#define STORE			MD_STORE, 0, NULL

#define ARCH_CAPS_CONFIG_MASK	0x1180010
/* a Secure EPT entry that never was anything */
#define SEPT_FREE_WORD		0x80e0000000000000ULL

#define MD_GETTERS(X) \
	X(num_pkgs) X(pkg_fms) X(cmr_base) X(cmr_size) X(attributes_fixed0) \
	X(xfam_fixed0) X(config_flags_fixed0) X(cpuid_config_leaf) \
	X(cpuid_config_value) X(allowed_fms) \
	X(tdcx_pa) X(eptp) X(xbuff_size) X(cpuid_valid) \
	X(refcount) X(cpuid_values) X(arch_capabilities) X(noise) \
	X(msr_bitmap) X(sept_root) X(vmx) \
	X(vcpu_details) X(vcpu_xfam) X(tdvps_pa) X(vp_eptp) X(msr_bitmap_pa) \
	X(zero_page) X(vp_hkid) X(vpid) X(vm_launched)

#define X(fn)	u64 md_get_##fn(const struct md_ctx *ctx, unsigned int index, \
				u64 arg);
MD_GETTERS(X)
#undef X

extern const struct md_field md_sys[], md_td[], md_vmcs[], md_tdvps[];
extern const unsigned int nr_md_sys, nr_md_td, nr_md_vmcs, nr_md_tdvps;

/* One field of a context after the other, whoever may read it or not. */
const struct md_field *md_row(const struct md_ctx *ctx, unsigned int i);
/* The row that @id names and which of its elements; NULL: none. */
const struct md_field *md_find(const struct md_ctx *ctx, u64 id,
			       unsigned int *index);
u64 md_id(const struct md_field *f, unsigned int index);
u64 md_first(const struct md_ctx *ctx);
u64 md_next(const struct md_ctx *ctx, const struct md_field *f,
	    unsigned int index, u64 id);
/* Sets where the state of features in @xfam is in the XSAVE area. */
void td_set_xbuff(struct td *td, u64 xfam);
/* Codes of the field CPUID_VALUES: is there an entry, does it fault? */
bool md_cpuid_there(unsigned int code);
bool md_cpuid_faults(unsigned int code);
unsigned int md_cpuid_first(void);
unsigned int md_cpuid_next(unsigned int code);	/* 0: none */
u64 md_value(const struct md_ctx *ctx, const struct md_field *f,
	     unsigned int index);

/* @next may be NULL. Sets *val and *next on errors too. */
u64 md_read(const struct md_ctx *ctx, u64 id, u64 *val, u64 *next);
u64 md_write(const struct md_ctx *ctx, u64 id, u64 val, u64 mask, u64 *old);
/* Lists what @ctx may read from field *id on; *id is the next, or MD_NONE. */
u64 md_list(const struct md_ctx *ctx, u64 *id, u64 *page);

/*
 * metadata_set.c: may @val, of which @mask is written, stand in the field? May
 * change it; and what follows the field is changed with it.
 */
u64 md_check_value(const struct md_ctx *ctx, const struct md_field *f,
		   unsigned int index, u64 mask, u64 *val);
bool md_is_unset_address(const struct md_field *f, u64 val);

#endif /* SOFTSEAM_METADATA_H */
