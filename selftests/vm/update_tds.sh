#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The TDX module is updated under TDs that run and count; what goes wrong before
# the point of no return costs them nothing, what goes wrong after it ends them
# and says so, and TDX comes back.
. "${0%/*}/upload.sh"

TDS=2
VCPUS=2

counting()
{
	tds_start $TDS $VCPUS && moved
}

# how far the TDs are, one number each
counts()
{
	said_before=$(grep -c "is at" /tmp/tds.log)
	kill -USR1 $tds 2>/dev/null || return 1
	for j in $(seq 10); do
		[ "$(grep -c "is at" /tmp/tds.log)" = $((said_before + TDS)) ] && break
		sleep 0.1
	done
	tail -n $TDS /tmp/tds.log | sed -n 's/.*is at //p'
}

# every TD counts on
moved()
{
	for i in $(seq 20); do
		# shellcheck disable=SC2046
		set -- $(counts)
		[ $# = $TDS ] || return 1
		sleep 0.2
		# shellcheck disable=SC2046
		set -- "$@" $(counts)
		[ $# = $((2 * TDS)) ] && [ "$3" -gt "$1" ] && [ "$4" -gt "$2" ] && return 0
	done
	return 1
}

echo "KTAP version 1"

# ---- ten updates, nothing lost ----------------------------------------------
mark ten
modules_in
counting
result $? "$TDS TDs run and count"
status=0
moving=0
for k in 1 2 3 4 5; do
	upload $IMAGES/new.img && runs 1.5.16 || status=1
	moved || moving=1
	upload $IMAGES/old.img && runs 1.5.01 || status=1
	moved || moving=1
done
result $status "ten updates in a row under running TDs, the version changes each time"
result $moving "after each of them every TD counts on"

# ---- what is refused costs them nothing -------------------------------------
# refused IMAGE WORDS
refused()
{
	mark "refuse $1"
	! upload "$IMAGES/$1.img" && said "$2" && runs 1.5.01 && moved
	result $? "image \"$1\" is refused ($2), the TDs count on"
}

refused hash "hash differs"
refused signature "signature of its SIGSTRUCT is wrong"
refused cpu "not made for this CPU"
refused handoff "cannot take over"
mark shutdown
echo "TDH.SYS.SHUTDOWN status 0xc000050800000000" > $INJECT
! upload $IMAGES/new.img && said "the old module goes on" && runs 1.5.01 && moved
result $? "the running module does not hand over: it goes on, the TDs count on"

tds_end
ended=$?
[ $ended = 0 ] || sed 's/^/# /' /tmp/tds.log
result $ended "to their end the TDs lost nothing"
rmmod kvm-tdx
rmmod seamhost
nothing_left
result $? "nothing is left of them"
rmmod softseam

# ---- past the point of no return --------------------------------------------
# lost NAME RULE WORDS [IMAGE]
lost()
{
	mark "lost $1"
	modules_in
	counting
	[ -z "$2" ] || echo "$2" > $INJECT
	! upload "$IMAGES/${4:-new}.img" && said "$3" && said "no return" &&
		[ "$(state)" = lost ]
	result $? "$1 fails under running TDs: the log says $3 and that they are lost"
	tds_end
	ended=$?
	[ $ended != 0 ] && grep -q "^not ok.*came to its end" /tmp/tds.log
	result $? "$1 fails: the VMM is told, nothing hangs"
	echo clear > $INJECT
	mark "back $1"
	rmmod kvm-tdx && rmmod seamhost && insmod /modules/seamhost.ko &&
		upload $IMAGES/old.img && runs 1.5.01
	result $? "$1 failed: a module can be loaded anew"
	insmod /modules/kvm-tdx.ko && counting && tds_end
	result $? "$1 failed: new TDs run on it"
	modules_out || bad=1
}

lost "INSTALL" "" EBADSIG stranger
lost "SYS.INIT" "TDH.SYS.INIT status 0xc000090000000000" INCORRECT_CPUID_VALUE
lost "LP.INIT" "TDH.SYS.LP.INIT status 0xc000090200000000 nth=2" \
	INCONSISTENT_CPUID_FIELD
lost "UPDATE" "TDH.SYS.UPDATE status 0xc000050900000000" SYS_INVALID_HANDOFF

echo "1..$n"
exit $bad
