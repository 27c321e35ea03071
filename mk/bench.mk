# SPDX-License-Identifier: GPL-2.0-only
#: make bench        what a SEAMCALL costs, ours beside mainline's

# all of it, then the answer
bench: modules programs
	$(Q)failed=; \
	selftests/bench/td.sh $(KERNEL) || failed=1; \
	selftests/bench/bench.sh || failed=1; \
	[ -z "$$failed" ]

.PHONY: bench
