# SPDX-License-Identifier: GPL-2.0-only
#: make bench-td     what TDs cost: exits, memory, life (a part of make bench)

bench-td: modules programs
	$(Q)selftests/bench/td.sh $(KERNEL)

.PHONY: bench-td
