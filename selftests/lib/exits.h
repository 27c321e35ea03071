/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SELFTESTS_EXITS_H
#define SELFTESTS_EXITS_H

#include <err.h>
#include <sys/ioctl.h>
#include <linux/kvm.h>
#include "../guest/layout.h"

/* @n times KVM_RUN up to the guest's access to PORT_SYNC, and nothing else. */
static inline void run_exits(int vcpu, const struct kvm_run *run, unsigned int n)
{
	while (n--) {
		if (ioctl(vcpu, KVM_RUN, 0))
			err(1, "KVM_RUN");
		if (run->exit_reason != KVM_EXIT_IO ||
		    run->io.port != PORT_SYNC)
			errx(1, "exit %u", run->exit_reason);
	}
}

#endif /* SELFTESTS_EXITS_H */
