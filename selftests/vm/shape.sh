#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# On a machine with two nodes each node's PAMTs are on that node.

TDX=/sys/devices/tdx_host
[ -e /sys/devices/faux ] && TDX=/sys/devices/faux/tdx_host
bad=0

echo "KTAP version 1"
echo 1..3
insmod /modules/softseam.ko nr_pkgs=2 && insmod /modules/seamhost.ko
if [ $? = 0 ]; then
	echo "ok 1 it comes up on two nodes and two packages"
else
	echo "not ok 1 it comes up on two nodes and two packages"
	bad=1
fi
sed 's/^/# /' $TDX/tdmrs
if [ "$(sed -n 's/^packages //p' $TDX/status)" = 2 ]; then
	echo "ok 2 both packages are seen"
else
	echo "not ok 2 both packages are seen"
	bad=1
fi
if [ "$(grep -c '^tdmr .*node 0' $TDX/tdmrs)" -ge 1 ] &&
   [ "$(grep -c '^tdmr .*node 1' $TDX/tdmrs)" -ge 1 ]; then
	echo "ok 3 TDMRs lie on both nodes"
else
	echo "not ok 3 TDMRs lie on both nodes"
	bad=1
fi
rmmod seamhost
rmmod softseam
exit $bad
