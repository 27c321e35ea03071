#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# end.sh reboot|panic: the machine ends so while TDs run. What it said then is
# in the kernel log, which the host side reads.
. "${0%/*}/ktap.sh"

echo "KTAP version 1"
soak_test 60 2 2 > /tmp/tds.log 2>&1 &
tds=$!
for i in $(seq 60); do
	[ "$(grep -c "is built" /tmp/tds.log)" = 2 ] && break
	sleep 0.5
done
sleep 2
kill -0 $tds && grep -q "^tds 2" $TDX/status
result $? "two TDs run"
echo "1..$n"
echo "#@ end ${1}_tds $bad"
echo "#@ done"
sleep 0.3
case $1 in
reboot)	reboot -f ;;
panic)	echo 1 > /proc/sys/kernel/sysrq; echo c > /proc/sysrq-trigger ;;
esac
