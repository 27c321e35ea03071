#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# soak.sh KERNEL: what soak.list says, in machines of three and four CPUs, of
# which CPU 0 runs no vCPU.
. "$(dirname "$0")/lib.sh"

kernel_env "$1"
mkdir -p "$O/logs"
for cpus in 3 4; do
	say "booting $KREL in QEMU (software emulation) with $cpus CPUs" >&2
	"$TOP/scripts/vm.sh" "$1" soak$cpus 300 -m 1024 -smp $cpus
done | tee "$O/logs/soak" | "$TOP/scripts/ktap-sum.pl" -v
