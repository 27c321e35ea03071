#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# end.sh reboot|kexec|panic: the machine ends so while TDs run. What it said
# then is in the kernel log, which the host side reads. After kexec the same
# initramfs runs the tests of this boot named in the second argument.
# end.sh lost: it reboots when an update has lost the TDX module.
. "${0%/*}/tds.sh"
# the machine after kexec has no images
[ "$1" != lost ] || . "${0%/*}/upload.sh"

echo "KTAP version 1"
tds_start 2 2
sleep 2
kill -0 $tds && [ "$(value tds)" = 2 ]
result $? "two TDs run"
if [ "$1" = lost ]; then
	! upload $IMAGES/stranger.img && [ "$(state)" = lost ]
	result $? "an update loses the TDX module"
fi
echo "1..$n"
echo "#@ end ${1}_tds $bad"
[ "$1" = kexec ] || echo "#@ done"
sleep 0.3
case $1 in
reboot|lost)	reboot -f ;;
kexec)
	kexec /boot/vmlinuz /boot/initramfs.gz \
		"$(sed 's/ ONLY=[^ ]*//' /proc/cmdline) ONLY=$2"
	echo "#@ fail kexec"
	;;
panic)	echo 1 > /proc/sys/kernel/sysrq; echo c > /proc/sysrq-trigger ;;
esac
