// SPDX-License-Identifier: GPL-2.0-only
/*
 * Module images where the kernel has no firmware upload class: the files of
 * that class, with the same meaning, in a folder of our device. The image is
 * installed while "0" is written to "loading".
 */
#include <linux/device.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sysfs.h>
#include <seamhost/compat.h>
#include "image.h"
#include "seamldr.h"
#include "state.h"
#include "sysfs.h"

static DEFINE_MUTEX(lock);
static struct device *parent;
static u8 *image;		/* while loading */
static size_t image_size;
static const char *progress = "idle";
static const char *error;	/* of the last upload */
static const char *error_at;

static ssize_t loading_show(struct device *dev, struct device_attribute *attr,
			    char *buf)
{
	return sysfs_emit(buf, "%d\n", !!READ_ONCE(image));
}

static void forget(void)
{
	kvfree(image);
	image = NULL;
	image_size = 0;
}

static void install(void)
{
	struct seam_image parsed;
	const char *wrong;

	error_at = "preparing";
	error = NULL;
	wrong = seam_image_parse(image, image_size, &parsed);
	if (wrong) {
		pr_err("module image refused: %s\n", wrong);
		error = "firmware-invalid";
		return;
	}
	error_at = "transferring";
	WRITE_ONCE(progress, error_at);
	switch (seamhost_module_install(image, image_size)) {
	case 0:
		break;
	case -EINVAL:
	case -EBADMSG:
	case -EKEYREJECTED:
		error = "firmware-invalid";
		break;
	case -EBUSY:
		error = "device-busy";
		break;
	default:
		error = "hw-error";
		break;
	}
	WRITE_ONCE(progress, "idle");
}

static ssize_t loading_store(struct device *dev, struct device_attribute *attr,
			     const char *buf, size_t count)
{
	ssize_t ret = count;
	int what;

	if (kstrtoint(buf, 10, &what))
		return -EINVAL;
	mutex_lock(&lock);
	switch (what) {
	case 1:
		forget();
		image = kvzalloc(SEAM_IMAGE_MAX_SIZE, GFP_KERNEL);
		if (!image)
			ret = -ENOMEM;
		break;
	case 0:
		if (!image) {
			ret = -EINVAL;
			break;
		}
		install();
		forget();
		break;
	case -1:
		forget();
		break;
	default:
		ret = -EINVAL;
		break;
	}
	mutex_unlock(&lock);
	return ret;
}
static DEVICE_ATTR_RW(loading);

static ssize_t data_write(struct file *file, struct kobject *kobj,
			  compat_bin_attribute *attr, char *buf, loff_t off,
			  size_t count)
{
	ssize_t ret = count;

	mutex_lock(&lock);
	if (!image) {
		ret = -ENODEV;
	} else if (off < 0 || off + count > SEAM_IMAGE_MAX_SIZE) {
		ret = -EFBIG;
	} else {
		memcpy(image + off, buf, count);
		image_size = max_t(size_t, image_size, off + count);
	}
	mutex_unlock(&lock);
	return ret;
}
static BIN_ATTR_WO(data, 0);

static ssize_t status_show(struct device *dev, struct device_attribute *attr,
			   char *buf)
{
	return sysfs_emit(buf, "%s\n", READ_ONCE(image) &&
			  !strcmp(READ_ONCE(progress), "idle") ?
			  "receiving" : READ_ONCE(progress));
}
static DEVICE_ATTR_RO(status);

static ssize_t error_show(struct device *dev, struct device_attribute *attr,
			  char *buf)
{
	ssize_t n;

	/* a reader waits for an upload that is going on */
	mutex_lock(&lock);
	n = error ? sysfs_emit(buf, "%s:%s\n", error_at, error) :
		    sysfs_emit(buf, "\n");
	mutex_unlock(&lock);
	return n;
}
static DEVICE_ATTR_RO(error);

static ssize_t remaining_size_show(struct device *dev,
				   struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%zu\n", READ_ONCE(image_size));
}
static DEVICE_ATTR_RO(remaining_size);

static ssize_t cancel_store(struct device *dev, struct device_attribute *attr,
			    const char *buf, size_t count)
{
	/* an upload cannot be stopped once it began, as with the class */
	return -ENODEV;
}
static DEVICE_ATTR_WO(cancel);

static struct attribute *attrs[] = {
	&dev_attr_loading.attr,
	&dev_attr_status.attr,
	&dev_attr_error.attr,
	&dev_attr_remaining_size.attr,
	&dev_attr_cancel.attr,
	NULL
};

static struct bin_attribute *bin_attrs[] = {
	&bin_attr_data,
	NULL
};

static const struct attribute_group group = {
	.name = "seamldr_upload",
	.attrs = attrs,
	.bin_attrs = bin_attrs,
};

int seamhost_upload_init(struct device *dev)
{
	parent = dev;
	return sysfs_create_group(&parent->kobj, &group);
}

void seamhost_upload_exit(void)
{
	sysfs_remove_group(&parent->kobj, &group);
	forget();
}
