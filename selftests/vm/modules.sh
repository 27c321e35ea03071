#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The modules load in order and can be removed, ten times.
. "${0%/*}/ktap.sh"

echo "KTAP version 1"
echo 1..20
for i in 1 2 3 4 5 6 7 8 9 10; do
	status=0
	for m in softseam seamhost kvm-tdx; do
		[ ! -e /modules/$m.ko ] || insmod /modules/$m.ko || status=1
	done
	result $status "load $i"
	status=0
	for m in kvm-tdx seamhost softseam; do
		[ ! -e /modules/$m.ko ] || rmmod $m || status=1
	done
	result $status "remove $i"
done
exit $bad
