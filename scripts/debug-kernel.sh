#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# debug-kernel.sh [kasan|locks]...: build kernels that check themselves from
# Debian's linux-source-6.12, once, in build/kernels/debug-*. They are two
# because a report of KASAN turns lockdep off, and because each slows down what
# the other looks at.
. "$(dirname "$0")/lib.sh"

v=6.12
src=$B/src/$v-full

unpack()
{
	"$TOP/scripts/fetch-source.sh" $v
	[ -e "$src/.done" ] && return
	rm -rf "$src"
	mkdir -p "$src"
	say "unpacking linux-source-$v (1.6 GB)"
	tar -C "$src" --strip-components=1 -xf "$B/src/$v.tar.xz"
	: > "$src/.done"
}

# lines of the fragment that allnoconfig left out, because something that they
# depend on is not set
missed()
{
	local line

	grep '^CONFIG_' "$1/fragment" | while read -r line; do
		case $line in
		*=n) grep -q "^${line%=n}=" "$1/.config" && echo "$line" ;;
		*) grep -qxF "$line" "$1/.config" || echo "$line" ;;
		esac
	done
}

build()
{
	local d=$B/kernels/debug-$1 out

	mkdir -p "$d"
	cat "$TOP/scripts/debug-kernel.config" "$TOP/scripts/debug-$1.config" \
		> "$d/fragment"
	[ -s "$d/arch/x86/boot/bzImage" ] && cmp -s "$d/fragment" "$d/.done" &&
		return
	unpack
	say "building build/kernels/debug-$1"
	run make -C "$src" O="$d" KCONFIG_ALLCONFIG="$d/fragment" allnoconfig \
		> "$d/config.log"
	out=$(missed "$d")
	[ -z "$out" ] || die "not in the configuration: ${out//$'\n'/ }"
	run make -C "$d" -j"${JOBS:-$(nproc)}" bzImage modules \
		> "$d/build.log" 2>&1 ||
		die "the debug kernel does not build: see build/kernels/debug-$1/build.log"
	cp "$d/fragment" "$d/.done"
}

[ $# -gt 0 ] || set -- kasan locks
for kind in "$@"; do
	build "$kind"
done
