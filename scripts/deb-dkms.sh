#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# deb-dkms.sh KERNEL: install the package where that kernel's headers are, let
# DKMS build, leave what it built in build/KERNEL/deb, purge it again. KTAP.
. "$(dirname "$0")/lib.sh"

kernel_env "$1"
version=$(dpkg-parsechangelog -l "$TOP/packaging/debian/changelog" -S Version)
r=$B/roots/dkms-$KREL
out=$O/deb
mkdir -p "$out"
rm -f "$out"/*.dkms.tar.gz
"$TOP/scripts/deb-root.sh" "dkms-$KREL" "$1" > "$out/root.log" 2>&1 || {
	sed 's/^/# /' "$out/root.log"
	echo "1..0 # SKIP no Debian with the headers of $KREL can be made here"
	exit 4
}

n=0
bad=0
# report STATUS WHAT
report()
{
	n=$((n + 1))
	[ "$1" = 0 ] || { bad=1; printf 'not '; }
	echo "ok $n $2"
}

# objtool reads /proc
inside()
{
	# shellcheck disable=SC2016
	unshare -m sh -c 'mount -t proc proc "$1/proc" && r=$1 && shift &&
		exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C \
			DEBIAN_FRONTEND=noninteractive chroot "$r" "$@"' sh "$r" "$@"
}

files()
{
	(cd "$r" && find . -path ./proc -prune -o -path ./var/log -prune -o \
		-path ./var/cache -prune -o -path './var/lib/dpkg/*' -prune -o \
		-path ./var/lib/dkms/mok.\* -prune -o -path './tmp/*' -prune -o \
		! -path './lib/modules/*/modules.*' ! -path './usr/lib/modules/*/modules.*' \
		-print) | sort
}

echo "KTAP version 1"
echo 1..7
# as the installation of a kernel does; newer versions of DKMS wait for it
inside depmod "$KREL" || true
files > "$out/before"
cp "$B/deb/seamhost-dkms_${version}_amd64.deb" "$r/tmp/package.deb"

status=0
seconds=$SECONDS
inside dpkg -i /tmp/package.deb > "$out/install.log" 2>&1 || status=1
echo "# $((SECONDS - seconds)) seconds"
[ $status = 0 ] || {
	tail -n 20 "$out/install.log"
	tail -n 30 "$r/var/lib/dkms/seamhost/$version/build/make.log"
} 2>&1 | sed 's/^/# /'
report $status "dpkg installs the package"

inside dkms status -m seamhost -k "$KREL" > "$out/status" 2>&1 || true
sed 's/^/# /' "$out/status"
status=0
grep -q "^seamhost/$version, $KREL, x86_64: installed" "$out/status" || status=1
report $status "DKMS built and installed the modules for $KREL"

status=0
for m in seamhost kvm-tdx softseam; do
	magic=$(inside modinfo -k "$KREL" -F vermagic $m 2>/dev/null) || status=1
	case $magic in
	"$KREL "*) ;;
	*)	status=1; echo "# $m: ${magic:-not found}" ;;
	esac
done
report $status "all three are found, and made for that kernel"

# the key that a machine's owner enrols for Secure Boot
serial()
{
	openssl x509 -inform DER -in "$r/var/lib/dkms/mok.pub" -noout -serial | sed 's/^serial=//'
}

status=0
for m in seamhost kvm-tdx softseam; do
	key=$(inside modinfo -k "$KREL" -F sig_key $m 2>/dev/null | tr -d :) || status=1
	[ -n "$key" ] && [ "$key" = "$(serial)" ] || { status=1; echo "# $m: ${key:-not signed}"; }
done
report $status "all three are signed with the key that DKMS keeps for that"

status=0
inside dkms mktarball -m seamhost -v "$version" -k "$KREL" --binaries-only \
	--archive /tmp/built.tar.gz > "$out/mktarball.log" 2>&1 &&
	mv "$r/tmp/built.tar.gz" "$out/seamhost-$version.dkms.tar.gz" || status=1
report $status "DKMS gives what it built"

status=0
inside dpkg -P seamhost-dkms > "$out/purge.log" 2>&1 || status=1
report $status "dpkg purges the package"

rm -f "$r/tmp/package.deb"
files > "$out/after"
status=0
diff "$out/before" "$out/after" > "$out/left" || { status=1; sed 's/^/# /' "$out/left"; }
report $status "nothing of it is left"
exit $bad
