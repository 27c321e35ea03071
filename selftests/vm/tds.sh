# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Read by the scripts that look at a host while TDs run on it.
. "${0%/*}/ktap.sh"

# modules_in [PARAMETER-OF-SOFTSEAM=VALUE...]
modules_in()
{
	insmod /modules/softseam.ko "$@" && insmod /modules/seamhost.ko &&
		insmod /modules/kvm-tdx.ko
}

modules_out()
{
	rmmod kvm-tdx && rmmod seamhost && rmmod softseam
}

# tds_start TDS VCPUS: they run until tds_end; true once they are built. Before
# that they would not listen to signals.
tds_start()
{
	soak_test 300 "$1" "$2" > /tmp/tds.log 2>&1 &
	tds=$!
	for i in $(seq 100); do
		[ "$(grep -c "is built" /tmp/tds.log)" = "$1" ] && return
		sleep 0.3
	done
	return 1
}

# true when they lost nothing
tds_end()
{
	kill -TERM $tds
	wait $tds
}
