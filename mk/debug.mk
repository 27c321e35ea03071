# SPDX-License-Identifier: GPL-2.0-only

#:
#: make debug-kernel  build a kernel with KASAN, lockdep and kmemleak (15 minutes, once)
#: make test-debug    the tests in emulated machines, on that kernel

debug-kernel test-debug: NEEDS += debug

debug-kernel: setup
	$(Q)scripts/debug-kernel.sh

test-debug: debug-kernel
	$(Q)$(MAKE) test KERNEL=$(CURDIR)/$(B)/kernels/debug SLOWER=5

.PHONY: debug-kernel test-debug
