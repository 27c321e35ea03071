#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# fetch-headers.sh VERSION: unpack that kernel's headers for programs (Debian's
# linux-libc-dev) under build/src/VERSION-headers.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/apt-private.sh"

v=$1
d=$B/src/$v-headers
[ -e "$d/.done" ] && exit 0
suite=$(kernel_suite "$v") || die "no Debian kernel is known as $v"
rm -rf "$d" "$d.apt"
mkdir -p "$B/src"
apt_private "$d.apt" "$suite"
say "fetching linux-libc-dev of $suite"
apt_p_download linux-libc-dev
dpkg -x "$d.apt"/archives/linux-libc-dev*.deb "$d.apt/root"
# some versions of the package link to files elsewhere in it
mkdir -p "$d"
cp -rL "$d.apt"/root/usr/include/{asm-generic,linux,misc,x86_64-linux-gnu} "$d"
rm -rf "$d.apt"
[ -e "$d/x86_64-linux-gnu/asm/kvm.h" ] || die "linux-libc-dev of $suite has no asm/kvm.h"
: > "$d/.done"
