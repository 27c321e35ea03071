# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Read by the other scripts: results in KTAP, what the kernel log says of one
# step of a test, the state of TDX, and how a TDX module is installed.

TDX=/sys/devices/tdx_host
[ -e /sys/devices/faux ] && TDX=/sys/devices/faux/tdx_host
INJECT=/sys/kernel/debug/softseam/inject
AUDIT=/sys/kernel/debug/softseam/audit
n=0
bad=0
MARK=

# result STATUS CLAIM; after mark(), a failure shows the log from there on
result()
{
	n=$((n + 1))
	if [ "$1" = 0 ]; then
		echo "ok $n $2"
		return
	fi
	echo "not ok $n $2"
	[ -z "$MARK" ] || since | tail -n 20 | sed 's/^/# /'
	bad=1
}

# what seamhost says from now on is looked at by said()
mark()
{
	MARK="mark $n of ${0##*/} $1"
	echo "<6>test: $MARK" > /dev/kmsg
}

since()
{
	dmesg | sed -n "/$MARK/,\$p"
}

said()
{
	since | grep -q "seamhost: .*$1"
}

# value KEY: of seamhost's status
value()
{
	sed -n "s/^$1 //p" $TDX/status 2>/dev/null
}

state()
{
	value state
}

nothing_left()
{
	grep -q "^owned_pages=0 keyids=0 vcpus=0" $AUDIT
}

# upload FILE: true when it was installed
upload()
{
	up=/sys/class/firmware/seamldr_upload
	[ -e $up ] || up=$TDX/seamldr_upload
	mark
	echo 1 > $up/loading
	cat "$1" > $up/data
	echo 0 > $up/loading
	for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
		[ "$(cat $up/status)" = idle ] && break
		sleep 1
	done
	[ -z "$(cat $up/error)" ]
}
