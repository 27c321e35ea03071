#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# deb.sh: build the Debian package in build/deb and let lintian look at it.
. "$(dirname "$0")/lib.sh"

d=$B/deb
version=$(dpkg-parsechangelog -l "$TOP/packaging/debian/changelog" -S Version)
src=$d/seamhost-$version
deb=$d/seamhost-dkms_${version}_amd64.deb

rm -rf "$src" "$d"/seamhost*_"$version"*
mkdir -p "$src"
# what the package is made of: no tests, but the headers that tdxctl takes there
(cd "$TOP" && find COPYING Kbuild MAINTAINERS README.md Documentation include kvm \
	packaging seam selftests/user/shim tools virt -type f ! -name '.*' -print0 |
	cpio -p -0 -d --quiet "$src")
mv "$src/packaging/debian" "$src/debian"

(cd "$src" && run env LC_ALL=C DEB_BUILD_OPTIONS=noautodbgsym dpkg-buildpackage -us -uc -b) > "$d/build.log" 2>&1 ||
	{ tail -n 30 "$d/build.log" >&2; die "the package does not build: see build/deb/build.log"; }
rm -rf "$src"

# root's own home may be set up for something else
run lintian --allow-root --fail-on error,warning "$deb" > "$d/lintian.log" 2>&1 || {
	cat "$d/lintian.log" >&2
	die "lintian has something to say"
}
say "the package is build/deb/${deb##*/}"
