# SPDX-License-Identifier: GPL-2.0-only
#
# What takes longer than make test has time for.

#: make sweep        each SEAMCALL of a TD's life fails once in each way; SLICE=n/m: a part; LIFE=2M: longer
#: make fuzz         random ioctls and TDVMCALLs for MINUTES=30, module images a third of it

SLICE ?= 1/4 2/4 3/4 4/4

sweep: NEEDS += kvm-selftests
sweep: modules programs
	$(Q)scripts/long.sh $(KERNEL) sweep 60 $(SLICE:%=RUNS=0:LIFE=$(LIFE):SLICE=%)

fuzz: MINUTES ?= 30
fuzz: NEEDS += kvm-selftests
fuzz: modules programs
	$(Q)scripts/long.sh $(KERNEL) fuzz $(MINUTES) \
		FUZZ_SECONDS=$$(($(MINUTES) * 60))
	$(Q)$(MAKE) fuzz-image MINUTES=$$((($(MINUTES) + 2) / 3))

.PHONY: sweep fuzz
