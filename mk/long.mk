# SPDX-License-Identifier: GPL-2.0-only
#
# What takes longer than make test has time for.

#: make sweep        each SEAMCALL of a TD's life fails once in each way (hours);
#:                   LIFE=: only the short life, 2M, or dynamic_pamt; SLICE=n/m: a part
#: make fuzz         random ioctls and TDVMCALLs for MINUTES=30, module images a third of it; on
#:                   the kernel with KASAN (make debug-kernel DEBUG=kasan) unless KERNEL= is said

SLICE ?= 1/4 2/4 3/4 4/4
LIFE ?= short 2M dynamic_pamt

sweep: NEEDS += kvm-selftests
sweep: modules programs
	$(Q)for l in $(LIFE); do \
		scripts/long.sh $(KERNEL) sweep_$$l 60 $(SLICE:%=RUNS=0:SLICE=%) || exit; \
	done

# On the kernel that checks itself, or on the one that was asked for
FUZZED := $(if $(filter file,$(origin KERNEL)),$(CURDIR)/$(B)/kernels/debug-kasan,$(KERNEL))

fuzz: MINUTES ?= 30
fuzz: $(if $(findstring debug-kasan,$(FUZZED)),debug-kernel)
	$(Q)$(MAKE) fuzz-ioctl KERNEL=$(FUZZED) MINUTES=$(MINUTES)
	$(Q)$(MAKE) fuzz-image MINUTES=$$((($(MINUTES) + 2) / 3))

fuzz-ioctl: MINUTES ?= 30
fuzz-ioctl: NEEDS += kvm-selftests
fuzz-ioctl: modules programs
	$(Q)scripts/long.sh $(KERNEL) fuzz $(MINUTES) \
		FUZZ_SECONDS=$$(($(MINUTES) * 60))

.PHONY: sweep fuzz fuzz-ioctl
