#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The TDX module is loaded and updated at run time; images that cannot work are
# refused while the old module still runs, and what fails later says so.
. "${0%/*}/upload.sh"

# refused FILE WORDS NAME: and the old module goes on
refused()
{
	! upload "$1" && said "$2" && runs 1.5.01
	result $? "$3 is refused, the old module goes on"
}

echo "KTAP version 1"
insmod /modules/softseam.ko && insmod /modules/seamhost.ko
result $? "the first module is up"

head -c 20000 $IMAGES/new.img > /tmp/short.img
refused /tmp/short.img "shorter than its header says" "a truncated image"
cat $IMAGES/new.img /tmp/short.img > /tmp/long.img
refused /tmp/long.img "longer than its header says" "an oversized image"
(printf '\000\003'; tail -c +3 $IMAGES/new.img) > /tmp/version.img
refused /tmp/version.img "unknown version" "an image of a newer format"
(head -c 4 $IMAGES/old.img; printf '\000\020'; tail -c +7 $IMAGES/old.img) > /tmp/overlap.img
refused /tmp/overlap.img "overlap" "an image whose parts overlap"
refused $IMAGES/hash.img "hash differs" "an image with another hash"
refused $IMAGES/signature.img "signature of its SIGSTRUCT is wrong" "an image with a wrong signature"
refused $IMAGES/cpu.img "not made for this CPU" "an image for another CPU"
refused $IMAGES/handoff.img "cannot take over" "an image that knows no older handoff data"
refused /bin/busybox "refused: " "another file"

echo "TDH.SYS.SHUTDOWN status 0xc000050800000000" > $INJECT
refused $IMAGES/new.img "the old module goes on" "an update that the running module will not hand over to"

echo 0 > /sys/devices/system/cpu/cpu1/online
refused $IMAGES/new.img "CPUs are offline" "an update with a CPU offline"
echo 1 > /sys/devices/system/cpu/cpu1/online

before=$(cat $TDX/num_remaining_updates)
upload $IMAGES/new.img && runs 1.5.16
result $? "an update changes the version"
[ "$(cat $TDX/num_remaining_updates)" = $((before - 1)) ]
result $? "it costs one of the updates that remain"

status=0
for i in 1 2 3 4 5; do
	upload $IMAGES/old.img && runs 1.5.01 || status=1
	upload $IMAGES/new.img && runs 1.5.16 || status=1
done
result $status "ten updates in a row, in both header formats"

rmmod seamhost && insmod /modules/seamhost.ko && runs 1.5.16
result $? "the updated module is found again after a reload"

! upload $IMAGES/stranger.img && said "EBADSIG" && said "no return" &&
	[ "$(state)" = lost ]
result $? "a stranger's signature, seen by P-SEAMLDR alone, is said to be the end"
upload $IMAGES/old.img && runs 1.5.01
result $? "after that a module can be loaded anew"

echo "TDH.SYS.UPDATE status 0xc000050900000000" > $INJECT
! upload $IMAGES/new.img && said "SYS_INVALID_HANDOFF" && [ "$(state)" = lost ]
result $? "a failing hand-over is told with its status"
rmmod seamhost
rmmod softseam

insmod /modules/softseam.ko updates=1 && insmod /modules/seamhost.ko &&
	upload $IMAGES/new.img && runs 1.5.16 && ! upload $IMAGES/old.img &&
	said "no more updates" && runs 1.5.16
result $? "when no updates remain that is said before anything is done"
rmmod seamhost
rmmod softseam

insmod /modules/softseam.ko
echo "TDH.SYS.INIT vmfailinvalid" > $INJECT
insmod /modules/seamhost.ko && [ "$(state)" != up ] &&
	upload $IMAGES/new.img && runs 1.5.16
result $? "a module is loaded where there was none"
rmmod seamhost
rmmod softseam

if [ -x /tests/lifecycle_test ] && [ -e /modules/kvm-tdx.ko ]; then
	modules_in
	/tests/lifecycle_test > /tmp/life.log 2>&1 &
	life=$!
	status=0
	for i in 1 2 3 4 5; do
		upload $IMAGES/new.img && runs 1.5.16 || status=1
		upload $IMAGES/old.img && runs 1.5.01 || status=1
	done
	result $status "ten updates while TDs come and go"
	wait $life
	life=$?
	[ $life = 0 ] || sed 's/^/# /' /tmp/life.log
	result $life "the TDs do not notice"

	# what the new module says of itself takes a while to be read
	init_vm 300 > /tmp/init.log 2>&1 &
	init=$!
	status=0
	for i in 1 2 3; do
		echo "TDH.SYS.RD delay 3000 times=200" > $INJECT
		upload $IMAGES/new.img && runs 1.5.16 || status=1
		echo "TDH.SYS.RD delay 3000 times=200" > $INJECT
		upload $IMAGES/old.img && runs 1.5.01 || status=1
	done
	result $status "six updates while TDs are begun all the time"
	echo clear > $INJECT
	kill -TERM $init
	wait $init
	init=$?
	sed 's/^/# /' /tmp/init.log
	result $init "none of them sees parts of two modules"
	rmmod kvm-tdx
	rmmod seamhost
	nothing_left
	result $? "nothing is left of them"
	rmmod softseam
fi

echo "1..$n"
exit $bad
