#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
#
# kvmlib.sh TEST...: run tests on the KVM selftests library. It reads
# parameters of the kernel's kvm.ko, which is harmless without a vendor module.

for m in irqbypass kvm; do
	[ -e /modules/$m.ko ] && insmod /modules/$m.ko 2> /dev/null
done
status=0
for t in "$@"; do
	/tests/kvm/"$t" || status=$?
done
rmmod kvm irqbypass 2> /dev/null
exit $status
