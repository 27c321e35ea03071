#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Bring-up on machines of several shapes; each of its steps failing once, with
# a message that names step, status and remedy, and a second try that works;
# CPUs that come and go.
. "${0%/*}/ktap.sh"

up()
{
	insmod /modules/seamhost.ko "$@" 2>/dev/null && [ "$(state)" = up ]
}

down()
{
	rmmod seamhost && rmmod softseam
}

# shape NAME PARAMETER...: the host comes up on this machine
shape()
{
	name=$1
	shift
	mark shape
	insmod /modules/softseam.ko "$@" && up
	status=$?
	[ $status = 0 ] && [ "$(head -c 34 $AUDIT)" != "owned_pages=0 keyids=0 vcpus=0 hos" ] && status=1
	result $status "comes up with $name"
	down
}

# broken STEP LEAF INJECTION "STATUS WORDS" REMEDY: insmod tries twice, so the
# fault comes twice
broken()
{
	mark "$1"
	insmod /modules/softseam.ko
	echo "$2 $3 times=2" > $INJECT
	! up
	result $? "$1 fails: it does not come up"
	said "$2: .*$4"
	result $? "$1 fails: the log names $2 and $4"
	said "$5"
	result $? "$1 fails: the log says what to do"
	[ ! -d /sys/module/seamhost ] && nothing_left &&
		grep -q "^softseam [0-9]* 0 " /proc/modules
	result $? "$1 fails: nothing of it is left, softseam is free"
	echo clear > $INJECT
	rmmod seamhost 2>/dev/null
	mark "$1 again"
	up
	result $? "$1 failed: a second try works"
	down
}

echo "KTAP version 1"

shape "the default machine"
shape "two packages" nr_pkgs=2
shape "two KeyIDs" keyids=2
shape "one TDMR" max_tdmrs=1
shape "one reserved area" max_reserved=1
shape "large PAMT entries" pamt_entry_size=64,32,32
shape "memory that is not convertible" cmr_lost=67108864
shape "holes between CMRs" cmr_gap=0
shape "a newer module" version=1,5,16,0 features0=0x226f3f0fbf

broken "SYS.INIT" TDH.SYS.INIT "status 0xc000090000000000" \
	INCORRECT_CPUID_VALUE "update the firmware"
broken "LP.INIT" TDH.SYS.LP.INIT "status 0xc000090200000000" \
	INCONSISTENT_CPUID_FIELD "CPUs of one model"
broken "SYS.RD" TDH.SYS.RD "gp nth=1" "#GP" "SEAM loader"
broken "SYS.CONFIG" TDH.SYS.CONFIG "status 0xc0000a0200000000" \
	TDMR_OUTSIDE_CMRS "report this"
broken "KEY.CONFIG" TDH.SYS.KEY.CONFIG "ud" "#UD" "turned VMX off"
broken "TDMR.INIT" TDH.SYS.TDMR.INIT "status 0xc000050600000000" \
	SYS_SHUTDOWN "power-cycle"

mark standstill
insmod /modules/softseam.ko
echo "TDH.SYS.TDMR.INIT status 0 times=1000000" > $INJECT
! up
result $? "TDMR.INIT that says yes and does nothing: it does not come up"
said "TDH.SYS.TDMR.INIT succeeds, but does not get on with 0x0-.*update it"
result $? "and the log says so"
[ "$(awk '$1 == "TDH.SYS.TDMR.INIT" { print $2 }' /sys/kernel/debug/softseam/stats)" -ge 262144 ]
result $? "after a call for each page of a GiB"
echo clear > $INJECT
rmmod seamhost 2>/dev/null
up
result $? "with a module that works it does"
down

# Memory in use that cannot be moved: huge pages are as good as any, where what
# is left has no room for their copies.
mark pamt
HUGE=/proc/sys/vm/nr_hugepages
insmod /modules/softseam.ko pamt_entry_size=1024,16,16
free=$(sed -n 's/^MemFree: *\([0-9]*\) .*/\1/p' /proc/meminfo)
echo $((free * 8 / 10 / 2048)) > $HUGE
! up
result $? "without contiguous memory for the PAMT it does not come up"
said "PAMT of TDMR 0 (0x0, 1 GiB): no 262156 KiB of contiguous memory on node 0; .*free memory"
result $? "and the log says how much was wanted, on which node, and what to do"
[ ! -d /sys/module/seamhost ] && nothing_left &&
	! grep -q "^TDH.SYS.CONFIG " /sys/kernel/debug/softseam/stats
result $? "nothing is left of it, the TDX module was told of no TDMR"
echo 0 > $HUGE
up && [ "$(value pamt_bytes)" -gt 268435456 ]
result $? "a second try, when there is memory again, works"
down

# no TDX module loaded: seamhost stays, for there is one thing left to do
mark none
insmod /modules/softseam.ko
echo "TDH.SYS.INIT vmfailinvalid times=1" > $INJECT
insmod /modules/seamhost.ko && [ "$(state)" = down ] &&
	said "waiting for a TDX module image"
result $? "without a TDX module seamhost waits for one"
down

# the kernel's own TDX support, which hosts have that need no seamhost
mark owner
insmod /modules/vmx_test.ko owner=1
! insmod /modules/seamhost.ko 2>/tmp/out && grep -q "resource busy" /tmp/out &&
	[ ! -d /sys/module/seamhost ]
result $? "where the kernel hosts TDX itself seamhost does not load"
said "this kernel hosts TDX itself .*: its own code owns the TDX module"
result $? "and the log says who owns TDX"
insmod /modules/softseam.ko && up
result $? "a TDX module in software is another, and comes up there"
down
rmmod vmx_test
mark nobody
! insmod /modules/seamhost.ko 2>/dev/null && said "this CPU has no VMX" &&
	! said "hosts TDX itself"
result $? "without either it says what this CPU lacks"

mark entropy
insmod /modules/softseam.ko
echo "no-entropy 5" > $INJECT
up
result $? "it retries while there is no entropy"
down

mark demand
insmod /modules/softseam.ko
insmod /modules/seamhost.ko on_demand=1 && [ "$(state)" = down ]
result $? "on_demand=1 leaves the TDX module alone"
insmod /modules/kvm-tdx.ko && [ "$(state)" = up ] && rmmod kvm-tdx
result $? "and kvm-tdx, when it comes, has it brought up"
down

# refused MODULE PARAMETER=VALUE WORDS
parameter()
{
	mark "$2"
	! insmod "/modules/$1.ko" "$2" 2>/dev/null && since | grep -q "$3"
	result $? "$1 $2 is refused: $3"
}

parameter softseam keyids=1 "keyids=1 is not in 2..32"
parameter softseam nr_pkgs=9 "nr_pkgs=9 is not in 1..8"
parameter softseam max_tdmrs=0 "max_tdmrs=0 is not in 1..64"
parameter softseam max_reserved=17 "max_reserved=17 is not in 1..16"
parameter softseam pamt_entry_size=16,0,16 "pamt_entry_size=0 is not in 1..4096"
parameter softseam updates=0 "updates=0 is not in 1..255"
insmod /modules/softseam.ko
parameter seamhost on_demand=maybe "maybe.* invalid for parameter .on_demand"
rmmod softseam

mark reload
insmod /modules/softseam.ko
status=0
for i in 1 2 3 4 5 6 7 8 9 10; do
	up && rmmod seamhost || status=1
done
result $status "ten loads in a row find the TDX module as they left it"
rmmod softseam

mark twokeys
insmod /modules/softseam.ko keyids=2
up && [ "$(value keyids)" = 1 ] && [ "$(value keyids_free)" = 1 ]
result $? "one KeyID is the module's own, the rest are for TDs"
down

mark cpus
insmod /modules/softseam.ko && up
status=0
for i in 1 2 3 4 5; do
	echo 0 > /sys/devices/system/cpu/cpu1/online || status=1
	echo 1 > /sys/devices/system/cpu/cpu1/online || status=1
done
result $status "a CPU goes and comes back, five times"
down

mark late
echo 0 > /sys/devices/system/cpu/cpu2/online
insmod /modules/softseam.ko
if up; then
	! echo 1 > /sys/devices/system/cpu/cpu2/online 2>/dev/null
	result $? "a CPU that missed LP.INIT is kept offline"
	said "bring all CPUs online before TDX comes up"
	result $? "and the log says so"
	rmmod seamhost
else
	said "bring all CPUs online"
	result $? "a CPU that is offline at bring-up is named as the cause"
	echo 1 > /sys/devices/system/cpu/cpu2/online
	mark late2
	up
	result $? "with all CPUs online it comes up"
	rmmod seamhost
fi
rmmod softseam
echo 1 > /sys/devices/system/cpu/cpu2/online 2>/dev/null

# a package that has no CPU when its key is due
mark package
insmod /modules/softseam.ko nr_pkgs=3
echo "TDH.SYS.KEY.CONFIG status 0xc000050600000000 times=2" > $INJECT
! up
result $? "it does not come up without keys"
echo 0 > /sys/devices/system/cpu/cpu2/online
mark package_off
! up && said "package 2 has no CPU online"
result $? "nor with a package that has no CPU online, and the log says so"
echo 1 > /sys/devices/system/cpu/cpu2/online
up
result $? "with a CPU there it comes up"
down

mark mem
insmod /modules/softseam.ko && up
echo mem > /sys/power/state 2>/dev/null
said "suspend and hibernation are refused"
result $? "suspend is refused with a reason"
down

echo "1..$n"
exit $bad
