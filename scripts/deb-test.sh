#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# deb-test.sh KERNEL [tree]: install, use, remove and purge the package in an emulated
# machine that runs a small Debian. DKMS finds there what it built before
# (deb-dkms.sh), with "tree" the modules of this tree; nothing is compiled in the
# machine. Output for ktap-sum.pl.
. "$(dirname "$0")/lib.sh"

kernel_env "$1"
version=$(dpkg-parsechangelog -l "$TOP/packaging/debian/changelog" -S Version)
out=$O/deb
r=$out/initramfs
base=$B/roots/root.cpio
kernel_suite "$1" > /dev/null || {
	echo "#@ skip the package: it is tried on Debian's kernels"
	exit
}
mkdir -p "$out"
"$TOP/scripts/deb-root.sh" root > "$out/root.log" 2>&1 || {
	sed 's/^/# /' "$out/root.log"
	echo "#@ fail the package: no small Debian can be made here"
	exit
}
# no compiler is called there, and nothing asks perl for its larger parts
if ! [ "$base" -nt "$B/roots/root/.done" ]; then
	not=(./.done './dev/*' './proc/*' ./usr/include ./usr/lib/gcc ./usr/share/doc
		./usr/share/perl ./usr/share/zoneinfo ./var/cache/apt ./var/lib/apt/lists
		'./usr/lib/x86_64-linux-gnu/*.a' './usr/lib/x86_64-linux-gnu/*san.so*'
		./usr/lib/x86_64-linux-gnu/perl '*gprofng*' '*/x86_64-linux-gnu-*'
		'*/libisl.*' '*/libbfd-*' '*/libopcodes-*' '*/libctf*' '*/libmp*.so*')
	prune=(-false)
	for p in "${not[@]}"; do
		prune+=(-o -path "$p")
	done
	(cd "$B/roots/root" && find . \( "${prune[@]}" \) -prune -o -print |
		cpio -o -H newc --quiet) > "$base.tmp"
	mv "$base.tmp" "$base"
fi

rm -rf "$r"
mkdir -p "$r/tests"
cp "$TOP/selftests/deb/init" "$r/init"
cp "$TOP/selftests/deb/package.sh" "$B/deb/seamhost-dkms_${version}_amd64.deb" /bin/busybox \
	"$O/vm/demo" "$r/tests"
cp -r "$O/vm/guest" "$r/tests"
chmod 755 "$r/init"

# the kernel's own modules: those that ours need, and its lists. DKMS learns from
# them how modules are compressed there, so there is one at least.
m=$r/usr/lib/modules/$KREL
mkdir -p "$m/kernel"
cp "$KMODULES"/modules.{builtin,builtin.modinfo,order} "$m" 2>/dev/null || true
find "$KMODULES/" -name 'sha512_generic.ko*' -exec cp {} "$m/kernel" \;
find "$KMODULES/" -name 'irqbypass.ko*' -exec cp {} "$m/kernel" \;

if [ "${2:-}" = tree ]; then
	t=$out/tarball
	rm -rf "$t"
	mkdir -p "$t/dkms_main_tree/$KREL/x86_64/"{module,log} "$t/dkms_binaries_only"
	for ko in virt/seamhost kvm/kvm-tdx seam/softseam; do
		strip --strip-debug -o "$t/dkms_main_tree/$KREL/x86_64/module/${ko##*/}.ko" "$O/mod/$ko.ko"
	done
	sed "s/#MODULE_VERSION#/$version/" "$TOP/packaging/dkms.conf" > "$t/dkms_binaries_only/dkms.conf"
	tar -C "$t" -caf "$r/tests/seamhost-$version.dkms.tar.gz" .
	echo "# the modules are this tree's"
else
	cp "$out/seamhost-$version.dkms.tar.gz" "$r/tests" || {
		echo "#@ fail the package on $KNAME: DKMS built nothing to install"
		exit
	}
	echo "# the modules are those that DKMS built"
fi

cat "$base" > "$out/initramfs.cpio"
(cd "$r" && find . | cpio -o -H newc --quiet) >> "$out/initramfs.cpio"
# nothing in it looks at a clock, and machines are slow that run three of these
INITRD=$out/initramfs.cpio "$TOP/scripts/vm.sh" "$1" package 2400 -m 2048
