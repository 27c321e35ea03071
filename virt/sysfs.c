// SPDX-License-Identifier: GPL-2.0-only
/*
 * The admin's view: a device "tdx_host" with mainline's files (version,
 * seamldr_version, num_remaining_updates) and ours. Lines are "key value",
 * one fact each; lists longer than a page have files of their own.
 */
#include <linux/capability.h>
#include <linux/device.h>
#include <linux/fs.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/sysfs.h>
#include <linux/user_namespace.h>
#include <seamhost/compat.h>
#include <seamhost/features.h>
#include "seamldr.h"
#include "state.h"
#include "sysfs.h"

static struct device *device;

static ssize_t version_show(struct device *dev, struct device_attribute *attr,
			    char *buf)
{
	const struct seamhost_sysinfo *info = &seamhost.meta.info;

	if (!READ_ONCE(seamhost.up))
		return -ENODEV;
	return sysfs_emit(buf, "%u.%u.%02u\n", info->major_version,
			  info->minor_version, info->update_version);
}
static DEVICE_ATTR_RO(version);

static ssize_t seamldr_version_show(struct device *dev,
				    struct device_attribute *attr, char *buf)
{
	struct seamldr_info info;
	int err = seamhost_seamldr_info(&info);

	if (err)
		return err;
	return sysfs_emit(buf, "%u.%u.%02u\n", info.major_version,
			  info.minor_version, info.update_version);
}
static DEVICE_ATTR_ADMIN_RO(seamldr_version);

static ssize_t num_remaining_updates_show(struct device *dev,
					  struct device_attribute *attr,
					  char *buf)
{
	struct seamldr_info info;
	int err = seamhost_seamldr_info(&info);

	if (err)
		return err;
	return sysfs_emit(buf, "%u\n", info.num_remaining_updates);
}
static DEVICE_ATTR_ADMIN_RO(num_remaining_updates);

static const char *feature_name(unsigned int bit)
{
	switch (bit) {
#define X(number, name)	case number: return #name;
	TDX_FEATURES0_BITS(X)
#undef X
	}
	return NULL;
}

static int show_features(char *buf, int at)
{
	u64 features0 = seamhost.meta.info.features0;
	unsigned int bit;

	at += sysfs_emit_at(buf, at, "features0 0x%llx\nfeatures", features0);
	for (bit = 0; bit < 64; bit++) {
		if (!(features0 & BIT_ULL(bit)))
			continue;
		if (feature_name(bit))
			at += sysfs_emit_at(buf, at, " %s", feature_name(bit));
		else
			at += sysfs_emit_at(buf, at, " bit%u", bit);
	}
	return at + sysfs_emit_at(buf, at, "\n");
}

static const char *state_name(void)
{
	if (seamhost.up)
		return "up";
	return seamhost.progress->stage == STAGE_LOST ? "lost" : "down";
}

static int show_memory(char *buf, int at)
{
	u64 covered = 0, given = 0, pamt = 0;
	unsigned int i;

	for (i = 0; i < seamhost.set->nr; i++) {
		const struct tdmr *t = &seamhost.set->tdmr[i];

		covered += t->size;
		pamt += t->pamt[0].size + t->pamt[1].size + t->pamt[2].size;
	}
	for (i = 0; i < seamhost.nr_given; i++)
		given += seamhost.given[i].end - seamhost.given[i].start;

	at += sysfs_emit_at(buf, at, "tdmrs %u\n", seamhost.set->nr);
	at += sysfs_emit_at(buf, at, "tdmr_bytes %llu\n", covered);
	at += sysfs_emit_at(buf, at, "usable_bytes %llu\n", given);
	at += sysfs_emit_at(buf, at, "pamt_bytes %llu\n", pamt);
	return at + sysfs_emit_at(buf, at, "pamt_kind %s\n",
				  seamhost.progress->dynamic_pamt ? "dynamic" :
							      "static");
}

static ssize_t status_show(struct device *dev, struct device_attribute *attr,
			   char *buf)
{
	const struct seamhost_sysinfo *info = &seamhost.meta.info;
	int at;

	mutex_lock(&seamhost.lock);
	at = sysfs_emit(buf, "state %s\nplatform %s\n", state_name(),
			seamhost.plat->name);
	if (seamhost.up) {
		at += sysfs_emit_at(buf, at, "version %u.%u.%02u.%04u\n",
				    info->major_version, info->minor_version,
				    info->update_version,
				    info->internal_version);
		at += sysfs_emit_at(buf, at, "build_date %08x\nbuild_num %u\n",
				    info->build_date, info->build_num);
		at = show_features(buf, at);
		at += sysfs_emit_at(buf, at, "packages %d\n",
				    seamhost_nr_packages());
		at = show_memory(buf, at);
		at += sysfs_emit_at(buf, at, "keyids %u\nkeyids_free %u\n",
				    seamhost_hkids_total(),
				    seamhost_hkids_free());
		at += sysfs_emit_at(buf, at, "keyid_global %u\n",
				    seamhost_global_hkid());
	}
	at += sysfs_emit_at(buf, at, "tds %u\nleaked_pages %lu\n",
			    seamhost_td_count(), seamhost_leaked_pages());
	mutex_unlock(&seamhost.lock);
	return at;
}
static DEVICE_ATTR_RO(status);

static struct attribute *attrs[] = {
	&dev_attr_version.attr,
	&dev_attr_seamldr_version.attr,
	&dev_attr_num_remaining_updates.attr,
	&dev_attr_status.attr,
	NULL
};

#define LIST_MAX	(256 * 1024)

/* Where things are in memory is for who may know it, as in /proc/iomem. */
u64 seamhost_shown(u64 address, bool trusted)
{
	return trusted ? address : 0;
}

/* Lists are made whole for each read(), as text; a reader takes large bites. */
static ssize_t read_list(struct file *file, char *buf, loff_t off, size_t count,
			 size_t (*fill)(char *buf, size_t size, bool trusted))
{
	char *text = kvmalloc(LIST_MAX, GFP_KERNEL);
	ssize_t n;

	if (!text)
		return -ENOMEM;
	n = fill(text, LIST_MAX,
		 file_ns_capable(file, &init_user_ns, CAP_SYS_ADMIN));
	n = memory_read_from_buffer(buf, count, &off, text, n);
	kvfree(text);
	return n;
}

static size_t fill_tdmrs(char *buf, size_t size, bool trusted)
{
	size_t at = 0;
	unsigned int i, j;

	mutex_lock(&seamhost.lock);
	for (i = 0; seamhost.up && i < seamhost.set->nr; i++) {
		const struct tdmr *t = &seamhost.set->tdmr[i];

		at += scnprintf(buf + at, size - at,
				"tdmr 0x%llx size 0x%llx node %d pamt 0x%llx pamt_bytes %llu\n",
				seamhost_shown(t->base, trusted), t->size,
				t->nid, seamhost_shown(t->pamt[0].base, trusted),
				t->pamt[0].size + t->pamt[1].size +
				t->pamt[2].size);
		for (j = 0; j < t->nr_reserved; j++)
			at += scnprintf(buf + at, size - at,
					"reserved 0x%llx size 0x%llx\n",
					seamhost_shown(t->reserved[j].base, trusted),
					t->reserved[j].size);
	}
	mutex_unlock(&seamhost.lock);
	return at;
}

static ssize_t tdmrs_read(struct file *file, struct kobject *kobj,
			  compat_bin_attribute *attr, char *buf, loff_t off,
			  size_t count)
{
	return read_list(file, buf, off, count, fill_tdmrs);
}
static BIN_ATTR_RO(tdmrs, 0);

static ssize_t tds_read(struct file *file, struct kobject *kobj,
			compat_bin_attribute *attr, char *buf, loff_t off,
			size_t count)
{
	return read_list(file, buf, off, count, seamhost_td_text);
}
static BIN_ATTR_RO(tds, 0);

static compat_bin_attribute *bin_attrs[] = {
	&bin_attr_tdmrs,
	&bin_attr_tds,
	NULL
};

static const struct attribute_group group = {
	.attrs = attrs,
	.bin_attrs = bin_attrs,
};

static const struct attribute_group *groups[] = {
	&group,
	NULL
};

int seamhost_sysfs_init(void)
{
	int err;

	device = compat_device_create("tdx_host", groups);
	if (IS_ERR(device))
		return PTR_ERR(device);
	err = seamhost_upload_init(device);
	if (err)
		compat_device_destroy(device, groups);
	return err;
}

void seamhost_sysfs_exit(void)
{
	seamhost_upload_exit();
	compat_device_destroy(device, groups);
}
