# SPDX-License-Identifier: GPL-2.0-only

#:
#: make test-vmx      VMX shared with kvm_intel, on a CPU that Bochs plays (5 minutes)

test-vmx: NEEDS += bochs bochsbios vgabios grub-pc-bin grub-common xorriso mtools
test-vmx: modules programs
	$(Q)scripts/bochs.sh $(KERNEL) | scripts/ktap-sum.pl $(if $(filter 1,$(V)),-v)

.PHONY: test-vmx
