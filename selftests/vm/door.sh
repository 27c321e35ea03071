#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# How SEAMCALLs reach softseam, how they do not, and faults on demand.
. "${0%/*}/ktap.sh"

inject=/sys/kernel/debug/softseam/inject
run=/sys/module/door_test/parameters/run
leaf=TDH.PHYMEM.PAGE.RDMD

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

insmod /modules/door_test.ko || exit 1
echo "KTAP version 1"
check delivered "a leaf answers"
check registers "other registers come back as they were"
check outputs "outputs arrive"
check operand "a bad operand is named"
check interrupts "interrupts are on or off as before"
check no_vmx "outside VMX operation a call is #UD"
check enter_cpu0 "no TD runs on CPU 0 of this emulator"

echo "$leaf vmfailinvalid" > $inject
check vmfailinvalid "VMfailInvalid has its own code"
check delivered "and happens once"
echo "$leaf gp" > $inject
check gp "#GP reaches the fix-up as trap 13"
echo "* ud" > $inject
check ud "#UD for any leaf reaches the fix-up as trap 6"
echo "$leaf status 0x8000020000000080 nth=2 times=2" > $inject
check delivered "the 1st of nth=2 times=2 is spared"
check status "the 2nd gets the status"
check status "the 3rd too"
check delivered "the 4th does not"
echo "$leaf gp times=5" > $inject
echo clear > $inject
check delivered "clear takes rules away"
echo "no-entropy 100" > $inject
check no_entropy "without entropy no TD is created"
echo clear > $inject
echo "$leaf delay 1000" > $inject
check delivered "a delayed call arrives"

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
rmmod door_test || bad=1
echo "1..$n"
exit $bad
