#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The modules load in order and can be removed, ten times. CPUs then have the
# kernel's interrupt descriptor table again.
. "${0%/*}/ktap.sh"

insmod /modules/idt_test.ko || exit 1
echo "KTAP version 1"
echo 1..20
for i in 1 2 3 4 5 6 7 8 9 10; do
	status=0
	for m in softseam seamhost kvm-tdx; do
		[ ! -e /modules/$m.ko ] || insmod /modules/$m.ko || status=1
	done
	# bring-up made SEAMCALLs on each
	[ "$(cat /sys/module/softseam/parameters/own_idt)" = N ] ||
		echo own > /sys/module/idt_test/parameters/run || status=1
	result $status "load $i"
	status=0
	for m in kvm-tdx seamhost softseam; do
		[ ! -e /modules/$m.ko ] || rmmod $m || status=1
	done
	echo kernel > /sys/module/idt_test/parameters/run || status=1
	result $status "remove $i"
done
rmmod idt_test
exit $bad
