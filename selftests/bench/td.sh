#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# td.sh KERNEL: what TDs cost, in an emulated machine. Everything that matters
# is a count, or a ratio of two times of the same run.
. "$(dirname "$0")/../../scripts/lib.sh"

kernel_env "$1"
mkdir -p "$O/logs"
say "booting $KREL in QEMU (software emulation) for benchmarks of TDs"
"$TOP/scripts/vm.sh" "$1" bench 700 -m 3072 -smp 3 | tr -d '\r' |
	tee "$O/logs/bench" | sed -u -e 's/^#@ run \(.*\)/\n\1/;t' \
	-e 's/^#@ fail/FAILED:/;t' -e '/^#@/d' -e '/^KTAP/d' -e '/^1\.\./d' \
	-e 's/^# //'
! grep -qE '^(not ok|#@ fail|#@ end [^ ]+ [1-35-9])' "$O/logs/bench"
