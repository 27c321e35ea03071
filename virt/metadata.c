// SPDX-License-Identifier: GPL-2.0-only
/*
 * The TDX module's metadata, read by field id (TDH.SYS.RD). Field ids carry the
 * element size and flags; the module looks at class and code only.
 */
#include <linux/stddef.h>
#include <seamhost/tdh.h>
#include "report.h"
#include "state.h"

#define FIELD_NUM_CMRS			0x9000000100000000ULL
#define FIELD_CMR_BASE			0x9000000300000080ULL
#define FIELD_CMR_SIZE			0x9000000300000100ULL
#define FIELD_NUM_CPUID_CONFIG		0x9900000100000004ULL
#define FIELD_CPUID_CONFIG_LEAVES	0x9900000300000400ULL
#define FIELD_CPUID_CONFIG_VALUES	0x9900000300000500ULL

struct field {
	u64 id;
	u16 offset;
	u8 size;
	bool optional;
	const char *name;
};

#define FIELD(id, name, member)		\
	{ id, offsetof(struct seamhost, member),	\
	  sizeof(((struct seamhost *)0)->member), false, name }
#define OPTIONAL(id, name, member)	\
	{ id, offsetof(struct seamhost, member),	\
	  sizeof(((struct seamhost *)0)->member), true, name }

static const struct field fields[] = {
	FIELD(0x0800000100000004ULL, "MAJOR_VERSION", info.major_version),
	FIELD(0x0800000100000003ULL, "MINOR_VERSION", info.minor_version),
	OPTIONAL(0x0800000100000005ULL, "UPDATE_VERSION", info.update_version),
	OPTIONAL(0x0800000100000006ULL, "INTERNAL_VERSION",
		 info.internal_version),
	FIELD(0x8800000200000001ULL, "BUILD_DATE", info.build_date),
	FIELD(0x8800000100000002ULL, "BUILD_NUM", info.build_num),
	FIELD(0x0A00000300000008ULL, "TDX_FEATURES0", info.features0),
	FIELD(0x9100000100000008ULL, "MAX_TDMRS", info.max_tdmrs),
	FIELD(0x9100000100000009ULL, "MAX_RESERVED_PER_TDMR",
	      info.max_reserved_per_tdmr),
	FIELD(0x9100000100000010ULL, "PAMT_4K_ENTRY_SIZE",
	      info.pamt_entry_size[0]),
	FIELD(0x9100000100000011ULL, "PAMT_2M_ENTRY_SIZE",
	      info.pamt_entry_size[1]),
	FIELD(0x9100000100000012ULL, "PAMT_1G_ENTRY_SIZE",
	      info.pamt_entry_size[2]),
	FIELD(0x1900000300000000ULL, "ATTRIBUTES_FIXED0",
	      info.attributes_fixed0),
	FIELD(0x1900000300000001ULL, "ATTRIBUTES_FIXED1",
	      info.attributes_fixed1),
	FIELD(0x1900000300000002ULL, "XFAM_FIXED0", info.xfam_fixed0),
	FIELD(0x1900000300000003ULL, "XFAM_FIXED1", info.xfam_fixed1),
	OPTIONAL(0x9900000300000006ULL, "CONFIG_FLAGS_FIXED0",
		 info.config_flags_fixed0),
	OPTIONAL(0x9900000300000007ULL, "CONFIG_FLAGS_FIXED1",
		 info.config_flags_fixed1),
	OPTIONAL(0x9900000100000008ULL, "MAX_VCPUS_PER_TD",
		 info.max_vcpus_per_td),
	OPTIONAL(0x8900000100000000ULL, "MODULE_HV", module_hv),
	OPTIONAL(0x8900000100000001ULL, "MIN_UPDATE_HV", min_update_hv),
	OPTIONAL(0x8900000000000002ULL, "NO_DOWNGRADE", handoff_no_downgrade),
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

static int read_one(u64 id, const char *name, u64 *value)
{
	tdx_status_t st = seamhost_sys_rd(id, value);

	if (tdx_ok(st))
		return 0;
	pr_err("the module does not tell field %s (0x%llx)\n", name, id);
	return seamhost_report("read metadata", TDH_SYS_RD, st, NULL);
}

static void store(const struct field *f, u64 value)
{
	void *to = (void *)&seamhost + f->offset;

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

static int read_cmrs(void)
{
	u64 nr, base, size;
	unsigned int i;
	int err;

	err = read_one(FIELD_NUM_CMRS, "NUM_CMRS", &nr);
	if (err)
		return err;
	if (!nr || nr > TDMR_MAX_CMRS) {
		pr_err("the module knows %llu convertible memory ranges: firmware found no memory fit for TDX (check that memory encryption is on and DIMMs are populated as the vendor asks)\n",
		       nr);
		return -ENODEV;
	}
	for (i = 0; i < nr; i++) {
		err = read_one(FIELD_CMR_BASE + i, "CMR_BASE", &base);
		if (!err)
			err = read_one(FIELD_CMR_SIZE + i, "CMR_SIZE", &size);
		if (err)
			return err;
		seamhost.cmr[i].base = base;
		seamhost.cmr[i].size = size;
	}
	seamhost.nr_cmrs = nr;
	return 0;
}

static int read_cpuid_config(void)
{
	struct seamhost_sysinfo *info = &seamhost.info;
	u64 nr, leaf, low, high;
	unsigned int i;
	int err;

	err = read_one(FIELD_NUM_CPUID_CONFIG, "NUM_CPUID_CONFIG", &nr);
	if (err)
		return err;
	if (nr > SEAMHOST_MAX_CPUID_CONFIG) {
		pr_err("the module has %llu CPUID_CONFIG entries, more than the %d that seamhost knows of\n",
		       nr, SEAMHOST_MAX_CPUID_CONFIG);
		return -E2BIG;
	}
	for (i = 0; i < nr; i++) {
		struct seamhost_cpuid_config *c = &info->cpuid_config[i];

		err = read_one(FIELD_CPUID_CONFIG_LEAVES + i,
			       "CPUID_CONFIG_LEAVES", &leaf);
		if (!err)
			err = read_one(FIELD_CPUID_CONFIG_VALUES + 2 * i,
				       "CPUID_CONFIG_VALUES", &low);
		if (!err)
			err = read_one(FIELD_CPUID_CONFIG_VALUES + 2 * i + 1,
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

/**
 * seamhost_read_metadata() - fill seamhost.info and what bring-up needs
 *
 * All online CPUs have done LP.INIT.
 *
 * Return: 0 or a negative errno, reason logged.
 */
int seamhost_read_metadata(void)
{
	u64 value;
	int i, err;

	memset(&seamhost.info, 0, sizeof(seamhost.info));
	for (i = 0; i < ARRAY_SIZE(fields); i++) {
		const struct field *f = &fields[i];

		/* a field of newer modules; left 0 where it is not known */
		if (f->optional) {
			if (tdx_ok(seamhost_sys_rd(f->id, &value)))
				store(f, value);
			continue;
		}
		err = read_one(f->id, f->name, &value);
		if (err)
			return err;
		store(f, value);
	}
	err = read_pages(0x9800000100000100ULL, "TDCS_BASE_SIZE",
			 &seamhost.info.tdcs_pages);
	if (!err)
		err = read_pages(0x9800000100000200ULL, "TDVPS_BASE_SIZE",
				 &seamhost.info.tdvps_pages);
	if (!err)
		err = read_cpuid_config();
	if (!err)
		err = read_cmrs();
	return err;
}
