#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# fetch-kernel.sh VERSION: unpack one of Debian's kernels (image, modules,
# headers, build tools) under build/kernels/VERSION/root. Nothing is installed
# and the machine's own apt and dpkg state is not touched.
#
# build/kernels/VERSION/version holds the release; it is written last, so that
# an interrupted fetch is done again.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/apt-private.sh"

k=$1
suite=$(kernel_suite "$k") || die "no Debian kernel is known as $k"
mkdir -p "$B/kernels/$k"
d=$(cd "$B/kernels/$k" && pwd -P)
exec 9> "$d.lock"
flock 9

# Debian's headers name their partners by absolute path: a tree that was
# moved is fetched anew.
[ -s "$d/version" ] && [ "$(cat "$d/location" 2>/dev/null)" = "$d" ] && exit 0
rm -rf "$d"
mkdir -p "$d/root"

apt_private "$d/apt" "$suite"
# the package that the newest $1 depends on and that begins with $2
dep()
{
	apt_p_cache show --no-all-versions "$1" |
		sed -n "s/^Depends: .*\\($2[^ ,]*\\).*/\\1/p" | head -n 1
}
rel=$(dep linux-headers-amd64 linux-headers-)
[ -n "$rel" ] || die "$suite offers no linux-headers-amd64"
rel=${rel#linux-headers-}
case $rel in
"$k".*) ;;
*) die "Debian's $suite has moved on to $rel; $k is not offered any more" ;;
esac

say "fetching $rel from $suite"
if [ "$suite" = sid ]; then
	# built with a newer compiler and C library than bookworm's: take those too
	apt_p -y -d --no-install-recommends install linux-headers-amd64 >/dev/null
	apt_p_download "linux-binary-$rel" "linux-modules-$rel"
else
	apt_p_download "linux-headers-$rel" "linux-headers-${rel%-amd64}-common" \
		"$(dep "linux-headers-$rel" linux-kbuild-)" "linux-image-$rel"
fi
for deb in "$d"/apt/archives/*.deb; do
	dpkg -x "$deb" "$d/root"
done

# The link to the common headers is absolute in the package.
sed -i "s#=/usr/src/#=$d/root/usr/src/#; s#^include /usr/src/#include $d/root/usr/src/#" \
	"$d/root/usr/src/linux-headers-$rel/Makefile"

# Programs of a newer Debian must use the C library they came with.
if [ "$suite" = sid ]; then
	lib=$d/root/usr/lib/x86_64-linux-gnu
	find "$d"/root/usr/bin "$d"/root/usr/libexec "$d"/root/usr/lib/linux-kbuild-* \
		-type f -perm /111 | while read -r f; do
		patchelf --print-interpreter "$f" >/dev/null 2>&1 || continue
		patchelf --set-interpreter "$lib/ld-linux-x86-64.so.2" \
			--force-rpath --set-rpath "$lib" "$f"
	done
fi
rm -rf "$d/apt"
echo "$d" > "$d/location"
echo "$rel" > "$d/version"
