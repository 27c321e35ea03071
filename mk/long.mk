# SPDX-License-Identifier: GPL-2.0-only
#
# What takes longer than make test has time for.

#: make sweep        each SEAMCALL of a TD's life fails once in each way (an hour);
#:                   LIFE=: only the short life, 2M, or dynamic_pamt; SLICE=n/m: a part
#: make fuzz         random ioctls and TDVMCALLs for MINUTES=30, module images a third of it

SLICE ?= 1/4 2/4 3/4 4/4
LIFE ?= short 2M dynamic_pamt

sweep: NEEDS += kvm-selftests
sweep: modules programs
	$(Q)for l in $(LIFE); do \
		scripts/long.sh $(KERNEL) sweep_$$l 60 $(SLICE:%=RUNS=0:SLICE=%) || exit; \
	done

fuzz: MINUTES ?= 30
fuzz: NEEDS += kvm-selftests
fuzz: modules programs
	$(Q)scripts/long.sh $(KERNEL) fuzz $(MINUTES) \
		FUZZ_SECONDS=$$(($(MINUTES) * 60))
	$(Q)$(MAKE) fuzz-image MINUTES=$$((($(MINUTES) + 2) / 3))

.PHONY: sweep fuzz
