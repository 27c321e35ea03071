# SPDX-License-Identifier: GPL-2.0-only
#: make deb          a Debian package: modules by DKMS, tdxctl, manual
#: make test-deb     DKMS builds it for 6.1, 6.12 and 7.2, and each is tried (20 minutes)

test deb test-deb: NEEDS += deb

deb: setup
	$(Q)scripts/deb.sh

DEB_KERNELS ?= $(TEST_KERNELS)

test-deb: deb
	$(Q)for k in $(DEB_KERNELS); do $(MAKE) setup programs KERNEL=$$k || exit; done
	$(Q)for k in $(DEB_KERNELS); do \
		echo "#@ run dkms-$$k"; scripts/deb-dkms.sh $$k; echo "#@ end dkms-$$k $$?"; \
		scripts/deb-test.sh $$k; \
	done | scripts/ktap-sum.pl

.PHONY: deb test-deb
