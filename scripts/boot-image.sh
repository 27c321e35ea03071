#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# boot-image.sh VMLINUZ OUT: the kernel inside of a bzImage, unpacked, behind a
# small loader (selftests/runner/boot) that QEMU can start. To emulate the
# unpacking costs more than half of what booting does. OUT becomes a copy of
# VMLINUZ where that cannot be done.
set -euo pipefail

image=$1
out=$2
loader=$(cd "$(dirname "$0")/../selftests/runner/boot" && pwd)
new=
for f in "$image" "$0" "$loader"/*; do
	[ "$out" -nt "$f" ] || new=1
done
[ -n "$new" ] || exit 0
tmp=$(mktemp -d "$out.XXXXXX")
trap 'rm -rf "$tmp"' EXIT

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
		> "$tmp/vmlinux" 2>/dev/null || :
	objcopy -O binary "$tmp/vmlinux" "$tmp/kernel" 2>/dev/null
}

link()
{
	local base entry levels=4

	# XLF_5LEVEL_ENABLED in xloadflags
	(($(number 566 2) & 0x40)) && levels=5
	base=$(readelf -lW "$tmp/vmlinux" | awk '$1 == "LOAD" { print $4; exit }')
	entry=$(readelf -hW "$tmp/vmlinux" | sed -n 's/.*Entry point address: *//p')
	gcc -m32 -O1 -ffreestanding -isystem "/usr/include/$(gcc -print-multiarch)" \
		-fno-pic -fno-pie -fno-stack-protector -nostdlib \
		-Wall -Werror -Wl,--build-id=none,-z,noexecstack,--no-warn-rwx-segments \
		-Wl,--defsym=KERNEL_BASE="$base" -DKERNEL_ENTRY="$entry" -DLEVELS=$levels \
		-DKERNEL_IMAGE="\"$tmp/kernel\"" -static -T "$loader/boot.ld" \
		-o "$tmp/image" "$loader/start.S" "$loader/params.c"
}

if ! unpack || ! link; then
	echo "seamhost: $image is booted as it is" >&2
	cp "$image" "$tmp/image"
fi
mv "$tmp/image" "$out"
