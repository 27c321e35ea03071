// SPDX-License-Identifier: GPL-2.0-only
/* Module images through the kernel's firmware upload class. */
#include <linux/firmware.h>
#include "image.h"
#include "seamldr.h"
#include "state.h"
#include "sysfs.h"

static struct fw_upload *upload;

static enum fw_upload_err prepare(struct fw_upload *fwl, const u8 *data,
				  u32 size)
{
	struct seam_image image;
	const char *wrong = seam_image_parse(data, size, &image);

	if (!wrong)
		return FW_UPLOAD_ERR_NONE;
	pr_err("module image refused: %s\n", wrong);
	return FW_UPLOAD_ERR_FW_INVALID;
}

static enum fw_upload_err write(struct fw_upload *fwl, const u8 *data,
				u32 offset, u32 size, u32 *written)
{
	/* the class gives all that is left: the whole image, the first time */
	switch (seamhost_module_install(data + offset, size)) {
	case 0:
		*written = size;
		return FW_UPLOAD_ERR_NONE;
	case -EINVAL:
	case -EBADMSG:
	case -EKEYREJECTED:
		return FW_UPLOAD_ERR_FW_INVALID;
	case -EBUSY:
		return FW_UPLOAD_ERR_BUSY;
	default:
		return FW_UPLOAD_ERR_HW_ERROR;
	}
}

static enum fw_upload_err poll_complete(struct fw_upload *fwl)
{
	return FW_UPLOAD_ERR_NONE;
}

/* All CPUs are stopped while there is something to cancel. */
static void cancel(struct fw_upload *fwl)
{
}

static const struct fw_upload_ops ops = {
	.prepare = prepare,
	.write = write,
	.poll_complete = poll_complete,
	.cancel = cancel,
};

int seamhost_upload_init(struct device *parent)
{
	/*
	 * No owner: a reference that lasts until unregistering, which our exit
	 * function does, would keep that from being called. Unregistering waits
	 * for an upload that runs.
	 */
	upload = firmware_upload_register(NULL, parent, "seamldr_upload", &ops,
					  NULL);
	return PTR_ERR_OR_ZERO(upload);
}

void seamhost_upload_exit(void)
{
	firmware_upload_unregister(upload);
}
