# SPDX-License-Identifier: GPL-2.0-only
#: make loops        CPUs off and on, modules out and in, TIMES=100, while TDs come and go

TIMES ?= 100

loops: modules programs
	$(Q)scripts/long.sh $(KERNEL) hostlife 10 TIMES=$(TIMES)

.PHONY: loops
