#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# debug-kernel.sh: build a kernel with KASAN, lockdep, kmemleak and fault
# injection from Debian's linux-source-6.12, in build/kernels/debug. Takes a
# quarter of an hour on two cores, once.
. "$(dirname "$0")/lib.sh"

v=6.12
src=$B/src/$v-full
d=$B/kernels/debug
[ -s "$d/arch/x86/boot/bzImage" ] && [ -e "$d/.done" ] &&
	cmp -s "$TOP/scripts/debug-kernel.config" "$d/.done" && exit 0

"$TOP/scripts/fetch-source.sh" $v
if [ ! -e "$src/.done" ]; then
	rm -rf "$src"
	mkdir -p "$src"
	say "unpacking linux-source-$v (1.6 GB)"
	tar -C "$src" --strip-components=1 -xf "$B/src/$v.tar.xz"
	: > "$src/.done"
fi

mkdir -p "$d"
say "building the debug kernel under build/kernels/debug"
run make -C "$src" O="$d" KCONFIG_ALLCONFIG="$TOP/scripts/debug-kernel.config" \
	allnoconfig > "$d/config.log"
# allnoconfig leaves out what depends on something that is not set
grep '^CONFIG_' "$TOP/scripts/debug-kernel.config" | while read -r line; do
	case $line in
	*=n) grep -q "^${line%=n}=" "$d/.config" && echo "$line" ;;
	*) grep -qxF "$line" "$d/.config" || echo "$line" ;;
	esac
done > "$d/config.missed"
[ ! -s "$d/config.missed" ] || die "not in the configuration: $(tr '\n' ' ' < "$d/config.missed")"
run make -C "$d" -j"${JOBS:-$(nproc)}" bzImage modules > "$d/build.log" 2>&1 ||
	die "the debug kernel does not build: see build/kernels/debug/build.log"
cp "$TOP/scripts/debug-kernel.config" "$d/.done"
