#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# fetch-source.sh VERSION PATH...: unpack the named files and folders of
# Debian's linux-source-VERSION under build/src/VERSION. The tar ball stays
# beside them, so that asking for more costs no second download.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/apt-private.sh"

v=$1
shift
suite=$(kernel_suite "$v") || die "no Debian source is known as $v"
mkdir -p "$B/src/$v"
d=$(cd "$B/src/$v" && pwd -P)
tarball=$d.tar.xz
exec 9> "$d.lock"
flock 9

if [ ! -s "$tarball" ]; then
	rm -rf "$d.apt"
	apt_private "$d.apt" "$suite"
	say "fetching linux-source-$v from $suite"
	apt_p_download "linux-source-$v"
	dpkg -x "$d.apt"/archives/*.deb "$d.apt/root"
	mv "$d.apt/root/usr/src/linux-source-$v.tar.xz" "$tarball"
	rm -rf "$d.apt"
fi

want=()
for p in "$@"; do
	mark=$d/.have/${p//\//,}
	[ -e "$mark" ] || want+=("$p")
done
[ ${#want[@]} -gt 0 ] || exit 0
tar -C "$d" --strip-components=1 -xf "$tarball" \
	"${want[@]/#/linux-source-$v/}"
mkdir -p "$d/.have"
for p in "${want[@]}"; do
	: > "$d/.have/${p//\//,}"
done
