/* SPDX-License-Identifier: GPL-2.0-only */
/* ioctls whose answer is a value or -errno, and claims about that. */
#ifndef SELFTESTS_KVM_CALLS_H
#define SELFTESTS_KVM_CALLS_H

#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <seamhost/kvm_tdx.h>
#include "../include/ktap.h"

/* The device, or the end of the test: skipped. */
static inline int open_device(void)
{
	int dev = open(KVM_TDX_DEVICE, O_RDWR | O_CLOEXEC);

	if (dev < 0)
		ktap_skip_all("no " KVM_TDX_DEVICE);
	return dev;
}

static inline bool expect(int want, long got, const char *what)
{
	if (!ktap_ok(got == want, "%s", what))
		ktap_note("wanted %d, got %ld", want, got);
	return got == want;
}

static inline long io(int fd, unsigned long nr, unsigned long arg)
{
	long ret = ioctl(fd, nr, arg);

	return ret < 0 ? -errno : ret;
}

static inline long iop(int fd, unsigned long nr, void *arg)
{
	return io(fd, nr, (unsigned long)arg);
}

static inline long cmd(int fd, unsigned int id, unsigned int flags, void *data)
{
	struct kvm_tdx_cmd c = {
		.id = id, .flags = flags, .data = (unsigned long)data,
	};

	return iop(fd, KVM_MEMORY_ENCRYPT_OP, &c);
}

static inline long enable(int vm, unsigned int cap, unsigned long arg)
{
	struct kvm_enable_cap c = { .cap = cap, .args[0] = arg };

	return iop(vm, KVM_ENABLE_CAP, &c);
}

#endif /* SELFTESTS_KVM_CALLS_H */
