#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# How SEAMCALLs reach softseam, how they do not, and faults on demand.
. "${0%/*}/ktap.sh"

inject=/sys/kernel/debug/softseam/inject
run=/sys/module/door_test/parameters/run
leaf=TDH.PHYMEM.PAGE.RDMD
own_idt=/sys/module/softseam/parameters/own_idt

# check TEST CLAIM
check()
{
	status=0
	echo "$1" 2>/dev/null > $run || status=1
	result $status "$2"
}

# refuse RULE: it must not be taken
refuse()
{
	status=0
	! echo "$1" 2>/dev/null > $inject || status=1
	result $status "no rule: $1"
}

# calls WAY: as they come by the die notifiers, and by softseam's own descriptor table
calls()
{
	check delivered "a leaf answers$1"
	check registers "other registers come back as they were$1"
	check outputs "outputs arrive$1"
	check operand "a bad operand is named$1"
	check interrupts "interrupts are on or off as before$1"
	check no_vmx "outside VMX operation a call is #UD$1"
	check enter_cpu0 "no TD runs on CPU 0 of this emulator$1"

	echo "$leaf vmfailinvalid" > $inject
	check vmfailinvalid "VMfailInvalid has its own code$1"
	check delivered "and happens once$1"
	echo "$leaf gp" > $inject
	check gp "#GP reaches the fix-up as trap 13$1"
	echo "* ud" > $inject
	check ud "#UD for any leaf reaches the fix-up as trap 6$1"
	check delivered "and happens once$1"
	echo "$leaf status 0x8000020000000080 nth=2 times=2" > $inject
	check delivered "the 1st of nth=2 times=2 is spared$1"
	check status "the 2nd gets the status$1"
	check status "the 3rd too$1"
	check delivered "the 4th does not$1"
	echo "$leaf gp times=5" > $inject
	echo clear > $inject
	check delivered "clear takes rules away$1"
	echo "no-entropy 100" > $inject
	check no_entropy "without entropy no TD is created$1"
	echo clear > $inject
	echo "$leaf delay 1000" > $inject
	check delivered "a delayed call arrives$1"
}

# table WHOSE CLAIM
table()
{
	status=0
	echo "$1" 2>/dev/null > /sys/module/idt_test/parameters/run || status=1
	result $status "$2"
}

insmod /modules/door_test.ko || exit 1
insmod /modules/idt_test.ko || exit 1
echo "KTAP version 1"
calls ""
# not with a kernel that keeps account of interrupts
if [ "$(cat $own_idt)" = Y ]; then
	table own "all CPUs have softseam's descriptor table"
	echo 0 > /sys/devices/system/cpu/cpu2/online
	echo 1 > /sys/devices/system/cpu/cpu2/online
	taskset 4 sh -c "echo delivered > $run"
	table own "and a CPU has it again that was offline"
	echo N > $own_idt
	calls ", by the die notifiers"
	echo Y > $own_idt
fi

refuse "TDH.NO.SUCH gp"
refuse "$leaf"
refuse "$leaf status"
refuse "$leaf gp nth=0"
refuse "$leaf explode"
refuse "$leaf stall nowhere 100"
refuse "$leaf stall lock 100000000"
refuse "no-entropy many"

status=0
[ -z "$(cat $inject)" ] || status=1
result $status "no rule is left over"
rmmod door_test idt_test || bad=1
echo "1..$n"
exit $bad
