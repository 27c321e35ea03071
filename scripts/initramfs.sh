#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# initramfs.sh KERNEL: busybox, our modules, the test programs and lists, and
# the few modules of the kernel itself that tests compare with, in
# build/KERNEL/initramfs.cpio: not compressed, as is the kernel image beside it,
# because an emulated CPU would have to unpack them. In initramfs-reboot.cpio,
# for that boot, also what kexec boots: the kernel and a small initramfs.
. "$(dirname "$0")/lib.sh"

kernel_env "$1"
r=$O/initramfs
rm -rf "$r"
mkdir -p "$r/bin" "$r/modules" "$r/tests"
cp /bin/busybox "$r/bin/"
cp "$TOP/selftests/runner/init" "$r/init"
chmod 755 "$r/init"

for ko in "$O"/mod/*/*.ko "$O"/mod/selftests/*/*.ko; do
	[ -e "$ko" ] || continue
	strip --strip-debug -o "$r/modules/${ko##*/}" "$ko"
done
for m in irqbypass ccp kvm kvm-amd virtio_console sha512_generic; do
	f=$(find "$KMODULES/" -name "$m.ko*" 2>/dev/null | head -n 1)
	case $f in
	*.xz)	xz -dc "$f" > "$r/modules/$m.ko" ;;
	*.zst)	zstd -qdc "$f" > "$r/modules/$m.ko" ;;
	*.ko)	cp "$f" "$r/modules/" ;;
	esac
done
cp -r "$O/vm/." "$r/tests/"
find "$r/tests" -type f -perm /111 -exec strip --strip-debug {} + 2>/dev/null || true
cp "$TOP"/selftests/vm/*.list "$r/tests/"

(cd "$r" && find . | cpio -o -H newc --quiet) > "$O/initramfs.tmp"
mv "$O/initramfs.tmp" "$O/initramfs.cpio"
run "$TOP/scripts/boot-image.sh" "$VMLINUZ" "$O/boot-image"

# what the reboot test alone needs: kexec computes a checksum of all of it, twice
k=$O/kexec
rm -rf "$k"
mkdir -p "$k/boot" "$k/small/bin" "$k/small/modules" "$k/small/tests/guest"
cp "$r/init" "$k/small/"
cp "$r/bin/busybox" "$k/small/bin/"
for m in softseam seamhost kvm-tdx sha512_generic; do
	[ ! -e "$r/modules/$m.ko" ] || cp "$r/modules/$m.ko" "$k/small/modules/"
done
cp "$r"/tests/{hostlife.list,end.sh,tds.sh,ktap.sh,soak_test} "$k/small/tests/"
cp "$r"/tests/guest/soak.* "$k/small/tests/guest/"
(cd "$k/small" && find . | cpio -o -H newc --quiet) | gzip -1 > "$k/boot/initramfs.gz"
rm -r "$k/small"
cp "$VMLINUZ" "$k/boot/vmlinuz"
(cd "$k" && find . | cpio -o -H newc --quiet) > "$O/initramfs.tmp"
cat "$O/initramfs.cpio" >> "$O/initramfs.tmp"
mv "$O/initramfs.tmp" "$O/initramfs-reboot.cpio"
rm -r "$k"
