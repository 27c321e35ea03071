#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# hostlife.sh [TIMES]: what a host goes through while TDs come and go: CPUs off
# and on, modules out and in again, memory that comes late.
. "${0%/*}/tds.sh"

TIMES=${TIMES:-${1:-10}}
CPU=/sys/devices/system/cpu

# TDs come and go until /tmp/enough is there
come_and_go()
{
	rm -f /tmp/enough /tmp/tds.bad
	: > /tmp/tds.made
	while [ ! -e /tmp/enough ]; do
		soak_test 1 1 2 > /tmp/tds.log 2>&1 || {
			cp /tmp/tds.log /tmp/tds.bad
			return
		}
		echo x >> /tmp/tds.made
	done
}

echo "KTAP version 1"

# ---- memory -----------------------------------------------------------------
block=$(grep -l offline /sys/devices/system/memory/memory*/state 2>/dev/null | head -n 1)
if [ -n "$block" ]; then
	mark early
	insmod /modules/softseam.ko
	# in pieces: who is to come online waits for all CPUs
	echo "TDH.SYS.TDMR.INIT delay 10000 times=250" > $INJECT
	insmod /modules/seamhost.ko &
	insmod=$!
	while kill -0 $insmod 2>/dev/null && ! said "memory: "; do :; done
	! echo online 2>/dev/null > "$block" && [ "$(cat "$block")" = offline ] &&
		said "stays offline: TDX is being configured"
	result $? "memory that comes while TDX is being configured is kept offline"
	wait $insmod && rmmod seamhost && rmmod softseam
	result $? "and it comes up"
fi
mark memory
modules_in
result $? "it comes up with memory of the machine offline"
if [ -n "$block" ]; then
	! echo online 2>/dev/null > "$block" && [ "$(cat "$block")" = offline ]
	result $? "memory that comes after TDX is kept offline"
	said "stays offline: it comes after TDX was configured"
	result $? "and the log says why, and what to do"
	before=$(value usable_bytes)
	echo 1 > /sys/module/seamhost/parameters/late_memory
	echo online_movable > "$block"
	[ "$(cat "$block")" = online ] && [ "$(value usable_bytes)" = "$before" ] &&
		said "TDs do not get it"
	result $? "with late_memory=1 it may come, TDs do not get it"
	soak_test 1 1 2 > /tmp/tds.log 2>&1
	result $? "a TD runs beside it"
	echo offline > "$block"
	result $? "it can go again"
else
	echo "ok $((n += 1)) memory that comes late # SKIP this machine has none"
fi

# ---- CPUs -------------------------------------------------------------------
mark cpus
come_and_go &
tds=$!
status=0
for i in $(seq "$TIMES"); do
	echo 0 > $CPU/cpu1/online && echo 1 > $CPU/cpu1/online || status=1
done
result $status "a CPU goes and comes back, $TIMES times, while TDs come and go"
status=0
for i in $(seq $((TIMES / 2))); do
	echo 0 > $CPU/cpu2/online && echo 1 > $CPU/cpu2/online || status=1
done
result $status "another, $((TIMES / 2)) times"
: > /tmp/enough
wait $tds
[ ! -e /tmp/tds.bad ] && [ -s /tmp/tds.made ]
status=$?
[ $status = 0 ] || sed 's/^/# /' /tmp/tds.bad
echo "# $(wc -l < /tmp/tds.made) TDs came and went"
result $status "no TD notices"
nothing_left
result $? "nothing is left of them"

# ---- modules ----------------------------------------------------------------
mark busy
tds_start 1 2
! rmmod kvm-tdx 2>/dev/null && ! rmmod seamhost 2>/dev/null &&
	! rmmod softseam 2>/dev/null
result $? "no module goes while a TD lives"
tds_end
result $? "the TD does not notice"

status=0
for i in $(seq "$TIMES"); do
	rmmod kvm-tdx && rmmod seamhost && insmod /modules/seamhost.ko &&
		insmod /modules/kvm-tdx.ko || status=1
	# most of the time goes into TDs
	[ $((i % 5)) != 0 ] || soak_test 1 1 2 > /tmp/tds.log 2>&1 || status=1
done
result $status "modules go and come back, $TIMES times, with a TD now and then"
nothing_left && [ "$(value leaked_pages)" = 0 ]
result $? "nothing is left, nothing leaked"
modules_out
result $? "all modules go"

# ---- the last CPU of a package ----------------------------------------------
mark package
modules_in nr_pkgs=3
tds_start 1 1
! echo 0 2>/dev/null > $CPU/cpu2/online
result $? "the last CPU of a package stays while a TD lives"
said "CPU 2 stays online: it is the last of package 2"
result $? "and the log says why"
tds_end
result $? "the TD does not notice"
mark package_off
echo 0 > $CPU/cpu2/online
result $? "without a TD it may go"
! soak_test 1 1 1 > /tmp/tds.log 2>&1 && said "package 2 has no CPU online"
result $? "then no TD begins, and the log says why"
[ "$(value keyids_free)" = "$(value keyids)" ] && [ "$(value leaked_pages)" = 0 ] &&
	nothing_left
result $? "nothing is lost by that"
echo 1 > $CPU/cpu2/online && soak_test 1 1 2 > /tmp/tds.log 2>&1
result $? "with the CPU back a TD runs"
modules_out

# ---- whose turn it is when a CPU goes ---------------------------------------
# the place for a callback that the kernel gives kvm-tdx lies before seamhost's
mark order
insmod /modules/vmx_test.ko slot=1 && insmod /modules/softseam.ko &&
	insmod /modules/seamhost.ko && rmmod vmx_test && insmod /modules/kvm-tdx.ko &&
	tds_start 1 2
result $? "a TD runs, kvm-tdx got an older callback's place"
# vCPUs whose threads run are elsewhere before it is their turn
kill -STOP $tds
sleep 0.5
status=0
for i in 1 2; do
	echo 0 > $CPU/cpu$i/online && echo 1 > $CPU/cpu$i/online || status=1
done
kill -CONT $tds
result $status "its CPUs go and come back while it stands still"
tds_end
result $? "the TD does not notice"
modules_out
result $? "all modules go"

echo "1..$n"
exit $bad
