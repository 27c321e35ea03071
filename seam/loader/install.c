// SPDX-License-Identifier: GPL-2.0-only
/*
 * SEAMLDR.INSTALL: each LP brings the same SEAMLDR_PARAMS; the last one has
 * the image checked against its SEAM_SIGSTRUCT and put in place. Once pages
 * were copied the old module is gone: an error after that has RDX = 1.
 */
#include "loader.h"

#define SIG_TYPE		6
#define SIG_HEADER_LENGTH	0xe1
#define SIG_HEADER_VERSION	0x10000
#define SIG_SIZE		0x200
#define SIG_KEY_SIZE		0x60
#define SIG_EXPONENT_SIZE	1
#define SIG_EXPONENT		0x10001
#define SIG_DEBUG		SEAM_BIT(31)
#define SIG_SIGNED_HEAD		offsetof(struct seam_sigstruct, modulus)
#define SIG_SIGNED_TAIL		offsetof(struct seam_sigstruct, seamhash)

/* What one INSTALL needs, too large for a stack. */
struct install {
	struct seamldr_params *params;
	struct seam_sigstruct sig;
	struct seam_image image;
	u8 digest[48];
};

static bool all_zero(const u8 *p, size_t n)
{
	while (n--)
		if (*p++)
			return false;
	return true;
}

static bool page_ok(hpa_t pa)
{
	return !operand_shared_hpa(pa, PAGE_BYTES, 0);
}

static bool params_ok(const struct seamldr_params *p)
{
	u64 i;

	if (p->version || p->scenario > SEAMLDR_SCENARIO_UPDATE ||
	    !page_ok(p->sigstruct_pa) ||
	    !all_zero(p->reserved, sizeof(p->reserved)) ||
	    !p->num_module_pages ||
	    p->num_module_pages > SEAMLDR_MAX_MODULE_PAGES)
		return false;
	for (i = 0; i < p->num_module_pages; i++)
		if (!page_ok(p->module_page_pa[i]))
			return false;
	return true;
}

static bool header_ok(const struct seam_sigstruct *s)
{
	return s->header_type == SIG_TYPE &&
	       s->header_length == SIG_HEADER_LENGTH &&
	       s->header_version == SIG_HEADER_VERSION &&
	       !(s->module_type & ~SIG_DEBUG) &&
	       s->vendor == TDX_VENDOR_INTEL && s->size == SIG_SIZE &&
	       s->key_size == SIG_KEY_SIZE &&
	       s->modulus_size == SIG_KEY_SIZE &&
	       s->exponent_size == SIG_EXPONENT_SIZE &&
	       s->exponent == SIG_EXPONENT &&
	       all_zero(s->reserved0, sizeof(s->reserved0)) &&
	       all_zero(s->reserved1, sizeof(s->reserved1)) &&
	       s->cpuid_table_size &&
	       s->cpuid_table_size <= SEAM_SIGSTRUCT_MAX_CPUIDS;
}

static u64 check_signature(struct install *in, void *hash)
{
	const u8 *raw = (const u8 *)&in->sig;

	if (memcmp(in->sig.modulus, softseam_modulus,
		   sizeof(in->sig.modulus)))
		return LDR_EBADSIG;
	env_sha384_init(hash);
	env_sha384_update(hash, raw, SIG_SIGNED_HEAD);
	env_sha384_update(hash, raw + SIG_SIGNED_TAIL,
			  sizeof(in->sig) - SIG_SIGNED_TAIL);
	env_sha384_final(hash, in->digest);
	switch (rsa_verify(in->sig.modulus, in->sig.signature, in->digest)) {
	case 0:
		return 0;
	case -ENOMEM:
		return LDR_ENOMEM;
	default:
		return LDR_EBADSIG;
	}
}

/* Family, model and stepping of this machine are in the module's table. */
static bool cpu_supported(const struct seam_sigstruct *s)
{
	u32 i, eax = 0;

	for (i = 0; i < seam_config.nr_cpuid; i++)
		if (seam_config.cpuid[i].leaf == 1)
			eax = seam_config.cpuid[i].r[0];
	for (i = 0; i < s->cpuid_table_size; i++)
		if (s->cpuid_table[i] == eax)
			return true;
	return false;
}

static bool limits_ok(const struct seam_sigstruct *s)
{
	return s->max_tdmrs && s->max_tdmrs <= TDX_MAX_TDMRS &&
	       s->max_rsvd_per_tdmr &&
	       s->max_rsvd_per_tdmr <= TDX_MAX_RESERVED &&
	       s->pamt_entry_size_4k && s->pamt_entry_size_2m &&
	       s->pamt_entry_size_1g && s->min_update_hv <= s->module_hv;
}

/* May this module follow the one that is there? */
static u64 check_scenario(const struct install *in, const struct lp *lp)
{
	bool shut = tdxm.state == SYS_SHUTDOWN;

	if (in->params->scenario == SEAMLDR_SCENARIO_LOAD) {
		if (tdxm.loaded && !shut && tdxm.state != SYSINIT_PENDING)
			return LDR_EBADCALL;
		return module_in_use(lp) ? LDR_EBADCALL : 0;
	}
	if (!tdxm.loaded || !shut || module_in_use(lp))
		return LDR_EBADCALL;
	if (!tdxm.handoff_valid || tdxm.handoff_hv < in->sig.min_update_hv ||
	    tdxm.handoff_hv > in->sig.module_hv)
		return LDR_EBADHANDOFF;
	if (seam_config.no_downgrade &&
	    (in->sig.module_hv < seam_config.module_hv ||
	     (loader.svn_valid && in->sig.seamsvn < loader.svn)))
		return LDR_EBADHANDOFF;
	return 0;
}

/* The pages are copied into SEAM memory, and their hash taken there. */
static u64 copy_image(struct install *in, void *hash)
{
	u64 i;

	env_sha384_init(hash);
	for (i = 0; i < in->params->num_module_pages; i++) {
		const void *page = env_host_ptr(in->params->module_page_pa[i] &
						SEAM_HPA_MASK);

		if (!i)
			memcpy(&in->image, page, sizeof(in->image));
		env_sha384_update(hash, page, PAGE_BYTES);
	}
	env_sha384_final(hash, in->digest);
	if (memcmp(in->digest, in->sig.seamhash, sizeof(in->digest)))
		return LDR_EBADHASH;
	return in->image.magic == SEAM_IMAGE_MAGIC ? 0 : LDR_EUNSPECERR;
}

static void become(const struct install *in, void *hash)
{
	const struct seam_sigstruct *s = &in->sig;

	memcpy(seam_config.version, in->image.version,
	       sizeof(seam_config.version));
	seam_config.build_date = in->image.build_date;
	seam_config.build_num = in->image.build_num;
	seam_config.features0 = in->image.features0;
	seam_config.clobber_rbp = in->image.clobber_rbp;
	seam_config.sys_disable = in->image.sys_disable;
	seam_config.max_tdmrs = s->max_tdmrs;
	seam_config.max_reserved = s->max_rsvd_per_tdmr;
	seam_config.pamt_entry_size[0] = s->pamt_entry_size_4k;
	seam_config.pamt_entry_size[1] = s->pamt_entry_size_2m;
	seam_config.pamt_entry_size[2] = s->pamt_entry_size_1g;
	seam_config.module_hv = s->module_hv;
	seam_config.min_update_hv = s->min_update_hv;
	seam_config.no_downgrade = s->no_downgrade;

	loader.svn_valid = true;
	loader.svn = s->seamsvn;
	loader.attributes = s->attributes;
	memcpy(loader.mrseam, s->seamhash, sizeof(loader.mrseam));
	env_sha384_init(hash);
	env_sha384_update(hash, s->modulus, sizeof(s->modulus));
	env_sha384_final(hash, loader.mrsigner);
	loader.updates_left--;
}

static u64 install_last(struct install *in, void *hash, struct call *c)
{
	bool update = in->params->scenario == SEAMLDR_SCENARIO_UPDATE;
	u64 st;

	if (!loader.updates_left)
		return LDR_ENOMEM;
	host_read(&in->sig, in->params->sigstruct_pa, sizeof(in->sig));
	if (!header_ok(&in->sig) || !limits_ok(&in->sig))
		return LDR_EBADPARAM;
	st = check_signature(in, hash);
	if (!st && !cpu_supported(&in->sig))
		st = LDR_EUNSUPCPU;
	if (!st)
		st = check_scenario(in, c->lp);
	if (st)
		return st;

	/* no way back */
	st = copy_image(in, hash);
	if (st) {
		module_unload();
		c->g[RDX] = 1;
		return st;
	}
	become(in, hash);
	if (module_load(update))
		return 0;
	c->g[RDX] = 1;
	return LDR_ENOMEM;
}

u64 leaf_SEAMLDR_INSTALL(struct call *c)
{
	hpa_t pa = c->g[RCX];
	struct install *in;
	void *hash;
	u64 st;

	c->g[RDX] = 0;
	if (!page_ok(pa)) {
		session_end();
		return LDR_EBADPARAM;
	}
	in = env_alloc(sizeof(*in));
	hash = env_alloc(env_sha384_size());
	if (in)
		in->params = env_page_alloc(TDX_LEVEL_4K);
	if (!in || !in->params || !hash) {
		st = LDR_ENOMEM;
		goto out;
	}
	/* Taken afresh from the host on each LP, and used from the copy alone. */
	host_read(in->params, pa, sizeof(*in->params));
	if (!params_ok(in->params))
		st = LDR_EBADPARAM;
	else if (!session_join(c->g[RAX], pa, c->lp->id))
		st = LDR_EBADCALL;
	else
		st = 0;
	if (!st && session_complete()) {
		st = install_last(in, hash, c);
		session_end();
	}
out:
	if (st)
		session_end();
	if (in)
		env_page_free(in->params, TDX_LEVEL_4K);
	env_free(in, sizeof(*in));
	env_free(hash, env_sha384_size());
	return st;
}
