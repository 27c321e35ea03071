#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# setup.sh KERNEL|check|PACKAGE... : get what builds and tests need. Tools are
# Debian packages and are installed; kernels are only unpacked under build/.
# Says what it is going to do, once, before it does it.
. "$(dirname "$0")/lib.sh"

packages="build-essential busybox-static cpio libelf1 libssl-dev make nettle-dev procps qemu-system-x86 xz-utils"
kernels=
lib=$(kvm_selftests "${1:-}")
sources=
root=
for what in "$@"; do
	case $what in
	6.1)	kernels+=" $what" ;;
	6.12)	kernels+=" $what"; packages+=" zstd" ;;
	7.2)	kernels+=" $what"; packages+=" patchelf zstd" ;;
	debug)	packages+=" bc bison flex libelf-dev libssl-dev"; sources+=" 6.12" ;;
	kvm-selftests) sources+=" $lib" ;;
	check)	packages+=" clang perl sparse"; sources+=" 6.1" ;;
	deb)	packages+=" debhelper dh-dkms lintian mmdebstrap"; root=1 ;;
	/*|.*)	;; # a kernel of the user's own
	*)	packages+=" $what" ;;
	esac
done

missing=
for p in $packages; do
	case $(dpkg-query -W -f '${Status}' "$p" 2>/dev/null) in
	*" installed") ;;
	*) missing+=" $p" ;;
	esac
done
fetch=
for k in $kernels; do
	[ -s "$B/kernels/$k/version" ] || fetch+=" linux-$k"
done
for s in $sources; do
	[ -s "$B/src/$s.tar.xz" ] || fetch+=" linux-source-$s"
done
[ -z "$root" ] || [ -e "$B/roots/root/.done" ] || fetch+=" a-small-Debian"

if [ -n "$missing" ]; then
	say "to install with apt-get:$missing"
fi
if [ -n "$fetch" ]; then
	say "to download and unpack under build/, not installed:$fetch (100 to 200 MB each)"
fi
if [ -n "$missing" ]; then
	[ "$(id -u)" = 0 ] || die "not root: run 'apt-get install$missing' as root, then try again"
	export DEBIAN_FRONTEND=noninteractive
	apt-get -qq update < /dev/null
	# shellcheck disable=SC2086
	apt-get -qq -y --no-install-recommends install $missing < /dev/null > /dev/null
fi
for k in $kernels; do
	"$TOP/scripts/fetch-kernel.sh" "$k"
done
# where it cannot be made, the test of the package says so
[ -z "$root" ] || "$TOP/scripts/deb-root.sh" root || :
case " $* " in
*" kvm-selftests "*)
	"$TOP/scripts/fetch-source.sh" "$lib" tools/testing/selftests tools/include \
		tools/arch/x86/include tools/lib/rbtree.c
	"$TOP/scripts/fetch-headers.sh" "$lib" ;;
esac
case "$sources " in
*" 6.1 "*)	"$TOP/scripts/fetch-source.sh" 6.1 scripts/checkpatch.pl scripts/spelling.txt \
		scripts/const_structs.checkpatch scripts/kernel-doc ;;
esac
