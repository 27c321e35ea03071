#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# check.sh KERNEL: static checks of our own code, as KTAP.
. "$(dirname "$0")/lib.sh"

kernel_env "$1"
n=0
bad=0
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# report NAME: passed when $tmp/out is empty
report()
{
	n=$((n + 1))
	if [ -s "$tmp/out" ]; then
		head -n 60 "$tmp/out" | sed 's/^/# /'
		echo "not ok $n $1"
		bad=1
	else
		echo "ok $n $1"
	fi
}

sources()
{
	(cd "$TOP" && find "$@" -type f \( -name '*.[chS]' \) | sort)
}

echo "KTAP version 1"
echo 1..2
# The seam between host layer and software module is the instruction alone.
(cd "$TOP" && grep -rni softseam virt kvm) 2>/dev/null > "$tmp/out" || true
report "virt/ and kvm/ do not know of the software module"
opcode='0x66, ?0x0f, ?0x01, ?0xc[cf]|^\s*(seamcall|tdcall)\s*$'
(cd "$TOP" && grep -rniE "$opcode" virt kvm include 2>/dev/null | awk -F: '
	{ line[$1] = line[$1] $0 "\n"; files += !seen[$1]++ }
	END { if (files > 1) for (f in line) printf "%s", line[f] }') > "$tmp/out" || true
report "the opcodes stand in one file"
exit $bad
