// SPDX-License-Identifier: GPL-2.0-only
/*
 * Inodes for guest_memfds. fallocate() wants a regular file, which the shared
 * inode behind anonymous files is not; so there is one of its own for each,
 * in a file system that nobody sees.
 */
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/mount.h>
#include <linux/pseudo_fs.h>
#include <seamhost/compat.h>

#include "mem.h"

#define MEMFD_FS_MAGIC	0x74647866

static struct vfsmount *memfd_mnt;

static int memfd_fs_context(struct fs_context *fc)
{
	return init_pseudo(fc, MEMFD_FS_MAGIC) ? 0 : -ENOMEM;
}

/* no owner: the mount must not hold the module, each file does */
static struct file_system_type memfd_fs = {
	.name			= "kvm-tdx-memfd",
	.init_fs_context	= memfd_fs_context,
	.kill_sb		= kill_anon_super,
};

int memfd_fs_init(void)
{
	memfd_mnt = kern_mount(&memfd_fs);
	return PTR_ERR_OR_ZERO(memfd_mnt);
}

void memfd_fs_exit(void)
{
	kern_unmount(memfd_mnt);
}

/* Pages come and go by fallocate() alone. */
static int memfd_setattr(compat_idmap *idmap, struct dentry *dentry,
			 struct iattr *attr)
{
	return -EINVAL;
}

static const struct inode_operations memfd_inode_ops = {
	.setattr	= memfd_setattr,
};

static struct file *memfd_fs_file(const struct file_operations *fops,
				  void *data, u64 size)
{
	struct inode *inode = alloc_anon_inode(memfd_mnt->mnt_sb);
	struct file *file;

	if (IS_ERR(inode))
		return ERR_CAST(inode);
	inode->i_mode = S_IFREG | 0600;
	i_size_write(inode, size);
	inode->i_op = &memfd_inode_ops;
	/*
	 * No i_fop: the one file is made here. A second one, opened by way of
	 * /proc, would have no guest_memfd behind it.
	 */

	/* given back with the last reference on the file */
	__module_get(fops->owner);
	file = alloc_file_pseudo(inode, memfd_mnt, "[kvm-gmem]", O_RDWR, fops);
	if (IS_ERR(file)) {
		module_put(fops->owner);
		iput(inode);
		return file;
	}
	file->f_flags |= O_LARGEFILE;
	file->private_data = data;
	return file;
}

/* A new descriptor; release() gets @data when the last reference is gone. */
int memfd_fs_getfd(const struct file_operations *fops, void *data, u64 size)
{
	int fd = get_unused_fd_flags(O_CLOEXEC);
	struct file *file;

	if (fd < 0)
		return fd;
	file = memfd_fs_file(fops, data, size);
	if (IS_ERR(file)) {
		put_unused_fd(fd);
		return PTR_ERR(file);
	}
	fd_install(fd, file);
	return fd;
}
