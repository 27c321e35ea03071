// SPDX-License-Identifier: GPL-2.0-only
/*
 * The TDX module's metadata, read by field id (TDH.SYS.RD). Field ids carry the
 * element size and flags; the module looks at class and code only.
 */
#include <linux/moduleparam.h>
#include <linux/slab.h>
#include <linux/stddef.h>
#include <asm/processor.h>
#include <seamhost/compat.h>
#include <seamhost/metadata.h>
#include <seamhost/tdh.h>
#include "report.h"
#include "state.h"

struct field {
	u64 id;
	u16 offset;
	u8 size;
	bool optional;
	const char *name;
};

/*
 * X(field, where it goes, optional). Optional ones are of newer modules and
 * stay 0 where the module does not know them.
 */
#define FIELDS(X) \
	X(MAJOR_VERSION, info.major_version, false) \
	X(MINOR_VERSION, info.minor_version, false) \
	X(UPDATE_VERSION, info.update_version, true) \
	X(INTERNAL_VERSION, info.internal_version, true) \
	X(BUILD_DATE, info.build_date, false) \
	X(BUILD_NUM, info.build_num, false) \
	X(FEATURES0, info.features0, false) \
	X(MAX_TDMRS, info.max_tdmrs, false) \
	X(MAX_RESERVED_PER_TDMR, info.max_reserved_per_tdmr, false) \
	X(PAMT_4K_ENTRY_SIZE, info.pamt_entry_size[0], false) \
	X(PAMT_2M_ENTRY_SIZE, info.pamt_entry_size[1], false) \
	X(PAMT_1G_ENTRY_SIZE, info.pamt_entry_size[2], false) \
	X(ATTRIBUTES_FIXED0, info.attributes_fixed0, false) \
	X(ATTRIBUTES_FIXED1, info.attributes_fixed1, false) \
	X(XFAM_FIXED0, info.xfam_fixed0, false) \
	X(XFAM_FIXED1, info.xfam_fixed1, false) \
	X(CONFIG_FLAGS_FIXED0, info.config_flags_fixed0, true) \
	X(CONFIG_FLAGS_FIXED1, info.config_flags_fixed1, true) \
	X(MAX_VCPUS_PER_TD, info.max_vcpus_per_td, true) \
	X(MODULE_HV, module_hv, true) \
	X(MIN_UPDATE_HV, min_update_hv, true) \
	X(NO_DOWNGRADE, no_downgrade, true)

static const struct field fields[] = {
#define X(name_, member_, optional_) { \
	.id = TDX_SYS_##name_, \
	.offset = offsetof(struct seamhost_metadata, member_), \
	.size = sizeof_field(struct seamhost_metadata, member_), \
	.optional = (optional_), \
	.name = #name_, \
},
	FIELDS(X)
#undef X
};

/**
 * seamhost_sys_rd() - read one of the module's metadata fields
 * @field: id
 * @value: set on success
 *
 * This CPU has done LP.INIT.
 *
 * Return: status of TDH.SYS.RD.
 */
tdx_status_t seamhost_sys_rd(u64 field, u64 *value)
{
	struct tdx_out out;
	tdx_status_t st;

	st = seamhost_retry(tdh_sys_rd(field, &out));
	if (tdx_ok(st))
		*value = out.r8;
	return st;
}

/**
 * seamhost_cpu_signature() - the CPUs' family, model and stepping
 *
 * As CPUID(1).EAX has them and as the TDX module knows them: a TD that asks for
 * others is refused. Where the module cannot be asked, this CPU is.
 */
u32 seamhost_cpu_signature(void)
{
	u64 fms;

	if (tdx_failed(seamhost_sys_rd(TDX_SYS_PKG_FMS, &fms)))
		return cpuid_eax(1);
	return fms;
}
EXPORT_SYMBOL_GPL(seamhost_cpu_signature);

static int read_one(u64 id, const char *name, u64 *value)
{
	tdx_status_t st = seamhost_sys_rd(id, value);

	if (tdx_ok(st))
		return 0;
	pr_err("the module does not tell field %s (0x%llx)\n", name, id);
	return seamhost_report("read metadata", TDH_SYS_RD, st, NULL);
}

/* Modules older than the field say so; anything else is a failure. */
static bool unknown_field(u64 id)
{
	u64 value;
	tdx_status_t st = seamhost_sys_rd(id, &value);

	return tdx_code(st) == TDX_ST_METADATA_FIELD_ID_INCORRECT ||
	       tdx_code(st) == TDX_ST_METADATA_FIELD_NOT_READABLE;
}

static void store(struct seamhost_metadata *meta, const struct field *f,
		  u64 value)
{
	void *to = (void *)meta + f->offset;

	switch (f->size) {
	case 1:
		*(u8 *)to = value;
		break;
	case 2:
		*(u16 *)to = value;
		break;
	case 4:
		*(u32 *)to = value;
		break;
	default:
		*(u64 *)to = value;
		break;
	}
}

static int read_pages(u64 id, const char *name, u16 *pages)
{
	u64 bytes;
	int err;

	err = read_one(id, name, &bytes);
	if (err)
		return err;
	if (!bytes || bytes % PAGE_SIZE || bytes > 255 * PAGE_SIZE) {
		pr_err("the module's %s is %llu bytes, not a number of pages that makes sense\n",
		       name, bytes);
		return -EINVAL;
	}
	*pages = bytes >> PAGE_SHIFT;
	return 0;
}

static int read_cmrs(struct seamhost_metadata *meta)
{
	u64 nr, base, size;
	unsigned int i;
	int err;

	err = read_one(TDX_SYS_NUM_CMRS, "NUM_CMRS", &nr);
	if (err)
		return err;
	if (!nr || nr > TDMR_MAX_CMRS) {
		pr_err("the module knows %llu convertible memory ranges: firmware found no memory fit for TDX (check that memory encryption is on and DIMMs are populated as the vendor asks)\n",
		       nr);
		return -ENODEV;
	}
	for (i = 0; i < nr; i++) {
		err = read_one(TDX_SYS_CMR_BASE + i, "CMR_BASE", &base);
		if (!err)
			err = read_one(TDX_SYS_CMR_SIZE + i, "CMR_SIZE", &size);
		if (err)
			return err;
		meta->cmr[i].base = base;
		meta->cmr[i].size = size;
	}
	meta->nr_cmrs = nr;
	return 0;
}

/*
 * The VMM has to call seamhost_pamt_get() for each 4K page then; one that does
 * not would see every such page refused.
 */
static bool dynamic_pamt;
module_param(dynamic_pamt, bool, 0444);
MODULE_PARM_DESC(dynamic_pamt,
		 "use dynamic PAMT where the TDX module offers it (default: no)");

static int read_pamt_kind(struct seamhost_metadata *meta)
{
	u64 bits;
	int err;

	if (!dynamic_pamt ||
	    !(meta->info.features0 & TDX_FEATURE_DYNAMIC_PAMT))
		return 0;
	err = read_one(TDX_SYS_PAMT_PAGE_BITMAP_ENTRY_BITS,
		       "PAMT_PAGE_BITMAP_ENTRY_BITS", &bits);
	if (err)
		return err;
	if (!bits || bits > 64) {
		pr_err("the module wants %llu bits per page in the PAMT bitmap\n",
		       bits);
		return -EINVAL;
	}
	meta->pamt_bitmap_bits = bits;
	return 0;
}

static int read_cpuid_config(struct seamhost_sysinfo *info)
{
	u64 nr, leaf, low, high;
	unsigned int i;
	int err;

	err = read_one(TDX_SYS_NUM_CPUID_CONFIG, "NUM_CPUID_CONFIG", &nr);
	if (err)
		return err;
	if (nr > SEAMHOST_MAX_CPUID_CONFIG) {
		pr_err("the module has %llu CPUID_CONFIG entries, more than the %d that seamhost knows of\n",
		       nr, SEAMHOST_MAX_CPUID_CONFIG);
		return -E2BIG;
	}
	for (i = 0; i < nr; i++) {
		struct seamhost_cpuid_config *c = &info->cpuid_config[i];

		err = read_one(TDX_SYS_CPUID_CONFIG_LEAVES + i,
			       "CPUID_CONFIG_LEAVES", &leaf);
		if (!err)
			err = read_one(TDX_SYS_CPUID_CONFIG_VALUES + 2 * i,
				       "CPUID_CONFIG_VALUES", &low);
		if (!err)
			err = read_one(TDX_SYS_CPUID_CONFIG_VALUES + 2 * i + 1,
				       "CPUID_CONFIG_VALUES", &high);
		if (err)
			return err;
		c->leaf = lower_32_bits(leaf);
		c->subleaf = upper_32_bits(leaf);
		c->eax = lower_32_bits(low);
		c->ebx = upper_32_bits(low);
		c->ecx = lower_32_bits(high);
		c->edx = upper_32_bits(high);
	}
	info->nr_cpuid_config = nr;
	return 0;
}

static int read_all(struct seamhost_metadata *meta)
{
	u64 value;
	int i, err;

	for (i = 0; i < ARRAY_SIZE(fields); i++) {
		const struct field *f = &fields[i];

		if (f->optional && unknown_field(f->id))
			continue;
		err = read_one(f->id, f->name, &value);
		if (err)
			return err;
		store(meta, f, value);
	}
	err = read_pages(TDX_SYS_TDCS_BASE_SIZE, "TDCS_BASE_SIZE",
			 &meta->info.tdcs_pages);
	if (!err)
		err = read_pages(TDX_SYS_TDVPS_BASE_SIZE, "TDVPS_BASE_SIZE",
				 &meta->info.tdvps_pages);
	if (!err)
		err = read_pamt_kind(meta);
	if (!err)
		err = read_cpuid_config(&meta->info);
	if (!err)
		err = read_cmrs(meta);
	return err;
}

/**
 * seamhost_read_metadata() - fill seamhost.meta
 *
 * All online CPUs have done LP.INIT. On failure what was known stays.
 *
 * Return: 0 or a negative errno, reason logged.
 */
int seamhost_read_metadata(void)
{
	struct seamhost_metadata *meta = kzalloc(sizeof(*meta), GFP_KERNEL);
	int err;

	if (!meta)
		return -ENOMEM;
	err = read_all(meta);
	if (!err)
		seamhost.meta = *meta;
	kfree(meta);
	return err;
}
