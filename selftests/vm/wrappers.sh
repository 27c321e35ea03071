#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Every wrapper of <seamhost/tdh.h> on softseam: each must have been seen to
# succeed and to be refused, or be known as not offered (not-offered.tsv) or as
# having nothing to refuse. Wrappers that seamhost itself calls in a way that a
# test cannot are judged by its counters, all others by what the test module
# kept. Those for guests: leaves_test.
. "${0%/*}/ktap.sh"

DIR=${0%/*}
D=/sys/kernel/debug/seamcall_test
STATS=/sys/kernel/debug/seamhost/seamcalls
RECORDS=/tmp/records

# bring-up, update, and entering a guest; by counters
BY_SEAMHOST="tdh_sys_init tdh_sys_lp_init tdh_sys_config tdh_sys_key_config
	tdh_sys_tdmr_init tdh_sys_shutdown tdh_sys_update seamldr_install
	tdh_vp_enter"
# these do nothing, or nothing that could be refused
NEVER_REFUSED="tdh_mng_key_reclaimid tdh_sys_lp_shutdown"

# The results of another test as our own: FILE
include()
{
	awk -v n="$n" '
		/^(not )?ok / {
			n++
			sub(/ok [0-9]+/, "ok " n)
			print
			next
		}
		!/^(KTAP|1\.\.)/' "$1"
	grep -q '^1\.\.[1-9]' "$1" || result 1 "$1 has a plan"
	! grep -q '^not ok' "$1" || bad=1
	n=$((n + $(grep -cE '^(not )?ok ' "$1")))
}

# A file of the test module is a test of its own.
part()
{
	cat $D/"$1" > /tmp/"$1"
	include /tmp/"$1"
}

# load SOFTSEAM-PARAMETERS SEAMHOST-PARAMETERS
load()
{
	# shellcheck disable=SC2086
	insmod /modules/softseam.ko $1 && insmod /modules/seamhost.ko $2 &&
		insmod /modules/seamcall_test.ko
	result $? "softseam $1, seamhost $2"
}

# Keep what was seen, as "WRAPPER DONE REFUSED", and go.
unload()
{
	cat $D/wrappers >> $RECORDS
	awk -v ours="$BY_SEAMHOST" '
		BEGIN {
			split(ours, list)
			for (i in list)
				want[list[i]] = 1
		}
		NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
		{
			name = tolower($1)
			gsub(/\./, "_", name)
			if (name in want)
				print name, $column["done"] + $column["news"],
					$column["refused"] + $column["dead"]
		}' $STATS >> $RECORDS
	rmmod seamcall_test
	[ ! -d /sys/module/kvm_tdx ] || rmmod kvm-tdx
	rmmod seamhost
	grep -q "^owned_pages=0 keyids=0 vcpus=0" /sys/kernel/debug/softseam/audit
	result $? "the audit after $1"
	rmmod softseam
}

# All that was seen, against all that there is.
judge()
{
	awk -v n="$n" -v never="$NEVER_REFUSED" -F '[\t ]' '
		function result(ok, text) {
			n++
			print (ok ? "ok " : "not ok ") n " " text
		}
		BEGIN {
			split(never, list)
			for (i in list)
				easy[list[i]] = 1
		}
		FNR == NR {
			if ($0 !~ /^#/)
				why[$1] = substr($0, length($1) + 2)
			next
		}
		{ done[$1] += $2; refused[$1] += $3 }
		END {
			for (w in why)
				if (!(w in done))
					result(0, w " of not-offered.tsv is a wrapper")
			for (w in done) {
				seen = ": " done[w] " done, " refused[w] " refused"
				if (w in why)
					result(!done[w] && refused[w],
					       w seen "; not offered: " why[w])
				else if (w in easy)
					result(done[w] && !refused[w],
					       w seen "; there is nothing to refuse")
				else
					result(done[w] && refused[w], w seen)
			}
		}' "$DIR"/not-offered.tsv $RECORDS > /tmp/judge
	sort -k 3 /tmp/judge | awk -v n="$n" '{ n++; sub(/ok [0-9]+/, "ok " n); print }'
	! grep -q '^not ok' /tmp/judge || bad=1
	n=$((n + $(grep -c . /tmp/judge)))
}

: > $RECORDS
echo "KTAP version 1"

load "" seamcall_stats=1
insmod /modules/kvm-tdx.ko
result $? "a VMM"
leaves_test > /tmp/leaves
include /tmp/leaves
part refusals
upload /tests/images/new.img
result $? "a newer module is installed"
part td
unload "an update"

# TDX_FEATURES0 of the default module, and dynamic PAMT
load "features0=0x10000f0fbf sys_disable=1" "seamcall_stats=1 dynamic_pamt=1"
part pamt
part disable
part unload
unload "the module's end"

judge
echo "1..$n"
exit $bad
