# SPDX-License-Identifier: GPL-2.0-only

#:
#: make debug-kernel  build two kernels that check themselves: KASAN and UBSAN; lockdep,
#:                    sleeping in atomic context and kmemleak (half an hour, once)
#: make test-debug    the tests in emulated machines, on both; DEBUG=locks on one

DEBUG ?= kasan locks

debug-kernel test-debug: NEEDS += debug

debug-kernel: setup
	$(Q)scripts/debug-kernel.sh $(DEBUG)

test-debug: debug-kernel
	$(Q)for k in $(DEBUG); do \
		$(MAKE) test KERNEL=$(CURDIR)/$(B)/kernels/debug-$$k SLOWER=5 || exit; \
	done

.PHONY: debug-kernel test-debug
