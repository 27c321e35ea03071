# SPDX-License-Identifier: GPL-2.0-only
# Seamhost: `make help` lists what can be done.

# 6.1, 6.12 or 7.2: Debian's kernel, fetched under build/. Or a directory that
# modules can be built against, with VMLINUZ= naming its image.
KERNEL ?= 6.1
VMLINUZ ?=
# 1 shows the commands and everything that tests print
V ?= 0
# further arguments for tests: only the named groups, seeds, minutes
ONLY ?=
SEED ?=
KVM_SELFTESTS ?=

export KERNEL VMLINUZ V ONLY SEED KVM_SELFTESTS

Q := $(if $(filter 1,$(V)),,@)
B := build
KNAME := $(notdir $(KERNEL:%/=%))

MAKEFLAGS += --no-print-directory

.DEFAULT_GOAL := help

help:
	@sed -n 's/^#: //p' $(MAKEFILE_LIST)

#: Seamhost: host Intel TDX trust domains on a stock kernel, with or without TDX.
#:
#: make run          boot a stock kernel in QEMU, run a TD in it, show what happened
#: make test         all tests; the last line is "N passed, N failed"
#: make test-all     the same on 6.1, 6.12 and 7.2
#: make modules      build seamhost.ko, kvm-tdx.ko, softseam.ko
#: make check        static checks: sparse, checkpatch, W=1, headers alone
#: make setup        only get what the others need
#: make clean        remove what was built; downloads stay
#: make distclean    remove downloads too

# what else is to be had, said by the targets that want it
NEEDS =
test check: NEEDS += check

setup:
	$(Q)scripts/setup.sh $(KERNEL) $(NEEDS)

modules: setup
	$(Q)scripts/kbuild.sh $(KERNEL) modules

programs: setup
	$(Q)scripts/programs.sh $(KERNEL)

run: modules programs
	$(Q)scripts/run.sh $(KERNEL)

test: NEEDS += kvm-selftests
test: modules programs
	$(Q)scripts/test.sh $(KERNEL)

TEST_KERNELS := 6.1 6.12 7.2

test-all:
	$(Q)for k in $(TEST_KERNELS); do $(MAKE) test KERNEL=$$k || exit; done

check: setup
	$(Q)scripts/check.sh $(KERNEL)

clean:
	$(Q)find $(B)/ -mindepth 1 -maxdepth 1 ! -name kernels ! -name src ! -name roots \
		-exec rm -rf {} + 2>/dev/null || true

distclean:
	$(Q)rm -rf $(B)

#:
#: KERNEL=6.1|6.12|7.2   which of Debian's kernels (6.1 when not said)
#: KERNEL=DIR VMLINUZ=F  a kernel of your own: its build directory and its image
#: ONLY="name ..."       only these groups of tests
#: KVM_SELFTESTS=6.12|7.2  whose KVM selftests library the TD tests use
#: SEED=n                repeats tests that draw at random and print such a seed
#: V=1                   show commands and all test output

# Targets of one part each: benchmarks, sweeps, fuzzing, packages.
-include $(sort $(wildcard mk/*.mk))

.PHONY: help setup modules programs run test test-all check clean distclean
