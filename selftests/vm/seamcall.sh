#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The SEAMCALL layer in the kernel: seamcall.sh PART
. "${0%/*}/ktap.sh"

D=/sys/kernel/debug/seamcall_test
STATS=/sys/kernel/debug/seamhost/seamcalls
ENABLE=/sys/kernel/debug/seamhost/enable
EVENTS=/sys/kernel/tracing/events/seamhost
OWN_IDT=/sys/module/softseam/parameters/own_idt

# the calls of the test module's "deliver": one for each form of SEAMCALL
FORMS=14

# A file of the test module is a test of its own.
part()
{
	cat $D/"$1" > /tmp/"$1"
	cat /tmp/"$1"
	! grep -q '^not ok' /tmp/"$1" && grep -q '^1\.\.[1-9]' /tmp/"$1"
}

# Each form of call, when the module lets it fail to arrive: KIND WORD TEXT
undelivered()
{
	echo "* $1 times=$FORMS" > $INJECT
	cat $D/deliver > /tmp/deliver
	echo clear > $INJECT
	[ "$(grep -c "^$2 TDH.*not delivered ($3)" /tmp/deliver)" = $FORMS ]
	result $? "$3 reaches the caller of every form of SEAMCALL"
	grep -q '^0x8000ff0000000006 TDG.VP.INFO: not delivered (#UD)' /tmp/deliver
	result $? "TDCALL outside a TD is the CPU's own #UD"
}

deliver()
{
	echo "KTAP version 1"
	undelivered ud 0x8000ff0000000006 '#UD'
	undelivered gp 0x8000ff000000000d '#GP'
	undelivered vmfailinvalid 0x8000ff00ffff0000 VMfailInvalid
	cat $D/deliver > /tmp/deliver
	[ "$(grep 'TDH' /tmp/deliver | grep -c '^0xc0.*: [A-Z].*_')" = $FORMS ] &&
		! grep 'TDH.*not delivered' /tmp/deliver
	result $? "the module's own answer is not mixed up with these"
	sed 's/^/# /' /tmp/deliver
	echo "1..$n"
	return $bad
}

# calls of a leaf that ended in a column of the counters: LEAF COLUMN
counted()
{
	awk -v leaf="$1" -v want="$2" '
		NR == 1 { for (i = 1; i <= NF; i++) if ($i == want) c = i }
		$1 == leaf { n = $c }
		END { print n + 0 }' $STATS
}

observe()
{
	echo "KTAP version 1"
	echo 0 > $ENABLE
	echo 0 > $STATS
	cat $D/deliver > /dev/null
	[ "$(counted TDH.MEM.TRACK calls)" = 0 ]
	result $? "nothing is counted while counting is off"

	echo 1 > $ENABLE
	cat $D/deliver > /dev/null
	[ "$(counted TDH.MEM.TRACK refused)" = 1 ] &&
		[ "$(counted TDH.VP.ENTER refused)" = 1 ]
	result $? "a refusal is counted"
	echo "TDH.MEM.TRACK ud" > $INJECT
	cat $D/deliver > /dev/null
	[ "$(counted TDH.MEM.TRACK undelivered)" = 1 ] &&
		[ "$(counted TDH.MEM.TRACK calls)" = 2 ]
	result $? "and a call that does not arrive is another kind"
	echo 0 > $STATS
	[ "$(counted TDH.MEM.TRACK calls)" = 0 ]
	result $? "the counters start again when they are told to"
	echo 0 > $ENABLE

	# or the kernel patches its scheduler too, and QEMU can fall over that
	echo 0 > /sys/kernel/tracing/options/record-cmd
	echo > /sys/kernel/tracing/trace
	echo 1 > $EVENTS/enable
	cat $D/deliver > /dev/null
	echo 0 > $EVENTS/enable
	cat $D/deliver > /dev/null
	grep seamcall /sys/kernel/tracing/trace > /tmp/trace
	[ "$(grep -c seamcall_enter /tmp/trace)" = $FORMS ] &&
		[ "$(grep -c seamcall_exit /tmp/trace)" = $FORMS ]
	result $? "each call is two events, and none when off"
	grep -q 'seamcall_enter: TDH.MEM.PAGE.REMOVE v0 rcx=0x2000 rdx=0x1001 ' /tmp/trace
	result $? "enter has the leaf's name and operands"
	grep -q 'seamcall_exit: TDH.MEM.PAGE.REMOVE: OPERAND_INVALID (RDX), gpa 0x2000 .* ns' /tmp/trace
	result $? "exit has the status in words and the duration"

	# stock tracefs: fields are known by name and kind
	for f in leaf words status ns rcx; do
		grep -q "field:.* $f\(\[.*\]\)*;" $EVENTS/seamcall_exit/format || break
	done
	result $? "the event describes its fields"
	echo > /sys/kernel/tracing/trace
	echo 'leaf == "TDH.MEM.TRACK"' > $EVENTS/seamcall_exit/filter
	echo 1 > $EVENTS/seamcall_exit/enable
	cat $D/deliver > /dev/null
	echo 0 > $EVENTS/seamcall_exit/enable
	echo 0 > $EVENTS/seamcall_exit/filter
	[ "$(grep -c seamcall_exit: /sys/kernel/tracing/trace)" = 1 ] &&
		grep -q 'seamcall_exit: TDH.MEM.TRACK:' /sys/kernel/tracing/trace
	result $? "events can be filtered by leaf"
	echo "1..$n"
	return $bad
}

# TDs run while NMIs come and perf samples with the CPU clock: SECONDS
nmi()
{
	echo "KTAP version 1"
	echo "$1" > $D/nmi &
	storm=$!
	sampler "$1" > /tmp/samples 2>&1 &
	sampler=$!
	rounds=0
	status=0
	while kill -0 $storm 2>/dev/null && [ $status = 0 ]; do
		lifecycle_test > /tmp/life 2>&1 || status=1
		grep -q '^not ok' /tmp/life && status=1
		rounds=$((rounds + 1))
	done
	wait $storm
	[ $status = 0 ] || sed 's/^/# /' /tmp/life
	result $status "TDs lived through $(cat $D/nmi) NMIs, $rounds times over"
	[ "$(cat $D/nmi)" -gt $((10 * $1)) ]
	result $? "there were NMIs"
	wait $sampler
	result $? "and perf sampled: $(cat /tmp/samples)"
	echo "1..$n"
	return $bad
}

insmod /modules/seamcall_test.ko || exit 1
# As they come by the die notifiers
stack()
{
	echo N > $OWN_IDT
	part stack
}

own_idt()
{
	[ "$(cat $OWN_IDT)" = Y ] && return
	echo "1..0 # SKIP softseam has no table of its own with a kernel that keeps account of interrupts"
	return 1
}

# Breakpoints of the kernel's that an emulator keeps
breakpoint()
{
	own_idt || return 4
	part breakpoint
	status=$?
	echo "# the emulator ran $(cat /sys/module/softseam/parameters/stale_breakpoints) that had gone"
	return $status
}

# As they come by softseam's own descriptor table. A rule that strikes nobody has
# it look for faults, and there is the probe.
gate()
{
	own_idt || return 4
	echo "TDH.SYS.CONFIG gp nth=1000000" > $INJECT
	part gate
	status=$?
	echo clear > $INJECT
	return $status
}

case $1 in
deliver | observe | stack | gate | breakpoint) "$1" ;;
nmi) nmi "$2" ;;
esac
status=$?
rmmod seamcall_test || status=1
exit $status
