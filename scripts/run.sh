#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# run.sh KERNEL: run a TD in an emulated machine and show what happened.
. "$(dirname "$0")/lib.sh"

kernel_env "$1"
say "booting $KREL in QEMU (software emulation); kernel log: build/$KNAME/logs/run.kernel"
"$TOP/scripts/vm.sh" "$1" run "${SECONDS_MAX:-120}" > >(sed -u \
	-e '/^#@ fail/s/^#@ fail/FAILED:/' -e '/^#@ /d') || exit 1
out=$O/logs/run.out
tr -d '\r' < "$out" | grep -q '^#@ end demo 0$' || die "the run failed"
