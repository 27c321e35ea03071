#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# deb-root.sh NAME [KERNEL]: a small Debian with what the package depends on, in
# build/roots/NAME. With KERNEL, of the suite that has that kernel's headers, and
# with these. Made once; nothing of it is installed on this machine.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/apt-private.sh"

r=$B/roots/$1
mirror=$(apt_mirror main) || mirror=
suite=bookworm
include=dkms,gcc,kmod,libssl3,make,udev
more=()
if [ -n "${2:-}" ]; then
	kernel_env "$2"
	# with openssl DKMS makes a key to sign with
	include+=,linux-headers-$KREL,openssl
	case $(kernel_suite "$2") in
	bookworm)
		# where fetch-kernel.sh may have it from
		security=$(apt_mirror security) &&
			more+=("deb $security bookworm-security main")
		;;
	sid)	suite=sid ;;
	bookworm-backports) more+=("deb $mirror bookworm-backports main") ;;
	esac
fi

[ "$(cat "$r/.done" 2>/dev/null)" = "$include" ] && exit 0
[ -n "$mirror" ] || die "no Debian mirror in apt's sources"
mkdir -p "$B/roots"
say "making a small $suite in build/roots/$1"
rm -rf "$r"
mmdebstrap --quiet --mode=root --variant=apt --include="$include" \
	--aptopt='APT::Install-Recommends "false"' \
	--aptopt='Acquire::Languages "none"' \
	--aptopt='Acquire::Check-Valid-Until "false"' \
	--dpkgopt='path-exclude=/usr/share/man/*' \
	--dpkgopt='path-exclude=/usr/share/locale/*' \
	--customize-hook='rm -rf "$1"/etc/dpkg/dpkg.cfg.d/99mmdebstrap' \
	"$suite" "$r" "deb $mirror $suite main" "${more[@]}" \
	> "$r.log" 2>&1 || { tail -n 5 "$r.log" >&2; die "no $suite can be made here: see build/roots/$1.log"; }
echo "$include" > "$r/.done"
