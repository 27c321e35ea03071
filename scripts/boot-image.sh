#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# boot-image.sh VMLINUZ OUT: the kernel inside of a bzImage, unpacked, for QEMU
# to start at its PVH entry. To emulate the unpacking costs more than half of
# what booting does. OUT becomes a copy of VMLINUZ where that cannot be done.
set -euo pipefail

image=$1
out=$2

# number OFFSET SIZE: a field of the setup header (Documentation/arch/x86/boot.rst)
number()
{
	od -An -v -t "u$2" -j "$1" -N "$2" "$image" | tr -d ' '
}

unpack()
{
	local setup start size tool

	[ "$(od -An -t c -j 514 -N 4 "$image" | tr -d ' ')" = HdrS ] || return
	setup=$(number 497 1)
	start=$(((${setup/#0/4} + 1) * 512 + $(number 584 4)))
	size=$(number 588 4)
	case $(od -An -t x1 -j "$start" -N 4 "$image" | tr -d ' ') in
	fd377a58)	tool="xz -dc" ;;
	28b52ffd)	tool="zstd -qdc" ;;
	1f8b*)		tool="gzip -dc" ;;
	*)		return 1 ;;
	esac
	# the unpacked size stands behind the data: tools warn of it
	# shellcheck disable=SC2086
	tail -c "+$((start + 1))" "$image" | head -c "$size" | $tool \
		> "$out.tmp" 2>/dev/null || :
	# the note that tells the PVH entry
	readelf -nW "$out.tmp" 2>/dev/null | grep -q 'type: (0x00000012)'
}

unpack || cp "$image" "$out.tmp"
mv "$out.tmp" "$out"
