# SPDX-License-Identifier: GPL-2.0-only

#:
#: make debug-kernel  build two kernels that check themselves: KASAN and UBSAN; lockdep,
#:                    sleeping in atomic context and kmemleak (half an hour, once)
#: make test-debug    the tests in emulated machines, on both; DEBUG=locks on one

DEBUG ?= kasan locks
fuzz: DEBUG = kasan

debug-kernel test-debug: NEEDS += debug

debug-kernel: setup
	$(Q)scripts/debug-kernel.sh $(DEBUG)

test-debug: debug-kernel
	$(Q)failed=0; for k in $(DEBUG); do \
		$(MAKE) test-machines KERNEL=$(CURDIR)/$(B)/kernels/debug-$$k \
			SLOWER=$(or $(SLOWER),5) || failed=1; \
	done; exit $$failed

test-machines: NEEDS += kvm-selftests
test-machines: modules programs
	$(Q)scripts/test.sh $(KERNEL) machines

.PHONY: debug-kernel test-debug test-machines
