# SPDX-License-Identifier: GPL-2.0-only
#: make bench        what a SEAMCALL costs, ours beside mainline's

bench:
	$(Q)selftests/bench/bench.sh

.PHONY: bench
