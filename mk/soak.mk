# SPDX-License-Identifier: GPL-2.0-only
#: make soak         a minute of two TDs with four vCPUs each, on 2 and on 3 CPUs

soak: modules programs
	$(Q)scripts/soak.sh $(KERNEL)

.PHONY: soak
