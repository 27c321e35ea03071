#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# On a machine with two nodes each node's PAMTs are on that node.
. "${0%/*}/ktap.sh"


echo "KTAP version 1"
echo 1..3
insmod /modules/softseam.ko nr_pkgs=2 && insmod /modules/seamhost.ko
result $? "it comes up on two nodes and two packages"
sed 's/^/# /' $TDX/tdmrs
[ "$(sed -n 's/^packages //p' $TDX/status)" = 2 ]
result $? "both packages are seen"
[ "$(grep -c '^tdmr .*node 0' $TDX/tdmrs)" -ge 1 ] &&
	[ "$(grep -c '^tdmr .*node 1' $TDX/tdmrs)" -ge 1 ]
result $? "TDMRs lie on both nodes"
rmmod seamhost
rmmod softseam
exit $bad
