#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# bochs.sh KERNEL: boot the kernel in Bochs, which plays a CPU with VMX, and run
# selftests/vm/vmx.sh there. Prints what that prints; logs and Bochs' own words
# are in build/KERNEL/logs/vmx.*. SECONDS_MAX= says how long it may take.
. "$(dirname "$0")/lib.sh"

kernel_env "$1"
cpus=${CPUS:-1}
w=$O/bochs
rm -rf "$w"
mkdir -p "$w/root/bin" "$w/root/modules" "$w/root/tests" "$w/iso/boot/grub" "$O/logs"
log=$O/logs/vmx.kernel
out=$O/logs/vmx.out
rm -f "$log" "$out"

# a small initramfs: every byte is read and unpacked by a slow CPU
cp /bin/busybox "$w/root/bin/"
install -m 755 "$TOP/selftests/runner/init" "$w/root/init"
cp "$O"/initramfs/modules/{irqbypass,kvm,softseam,seamhost,vmx_test}.ko "$w/root/modules/"
for m in kvm-intel sha512_generic; do
	f=$(find "$KMODULES/" -name "$m.ko*" | head -n 1)
	case $f in
	*.xz)	xz -dc "$f" > "$w/root/modules/$m.ko" ;;
	*.zst)	zstd -qdc "$f" > "$w/root/modules/$m.ko" ;;
	*.ko)	cp "$f" "$w/root/modules/" ;;
	esac
done
strip --strip-debug "$w"/root/modules/*.ko
cp "$O"/vm/{vmx,ktap}.sh "$O"/vm/ordinary_vm "$TOP"/selftests/vm/vmx.list "$w/root/tests/"
strip "$w/root/tests/ordinary_vm"
(cd "$w/root" && find . | cpio -o -H newc --quiet) | gzip -1 > "$w/iso/boot/initramfs.gz"
cp "$VMLINUZ" "$w/iso/boot/vmlinuz"
# what a kernel spends instructions on that nothing here looks at
less="init_on_alloc=0 cgroup_disable=memory audit=0 apparmor=0 lsm=lockdown nowatchdog tsc=reliable"
less+=" random.trust_cpu=on cryptomgr.notests transparent_hugepage=never"
cat > "$w/iso/boot/grub/grub.cfg" <<EOF
set timeout=0
menuentry test {
	linux /boot/vmlinuz console=ttyS0 loglevel=4 panic=-1 nokaslr mitigations=off $less BOOT=vmx
	initrd /boot/initramfs.gz
}
EOF
grub-mkrescue -o "$w/boot.iso" "$w/iso" > "$w/mkrescue.log" 2>&1 || {
	cat "$w/mkrescue.log"
	die "grub-mkrescue failed"
}

# ips: how many instructions are a second of the machine. Sleeps, time-outs,
# the timer's calibration and characters on a serial port last so many, so few
# make a short run.
cat > "$w/bochsrc" <<EOF
plugin_ctrl: unmapped=0, biosdev=1, speaker=0, extfpuirq=1, parallel=0, serial=1, iodebug=0
display_library: rfb, options="timeout=0"
cpu: model=corei7_haswell_4770, count=$cpus, ips=25000000, reset_on_triple_fault=0, ignore_bad_msrs=1
memory: guest=256, host=256
romimage: file=/usr/share/bochs/BIOS-bochs-latest
vgaromimage: file=/usr/share/bochs/VGABIOS-lgpl-latest
ata0-master: type=cdrom, path=$w/boot.iso, status=inserted
boot: cdrom
clock: sync=none
com1: enabled=1, mode=file, dev=$log
com2: enabled=1, mode=file, dev=$out
log: $O/logs/vmx.bochs
# registers that it does not have are no news, and each costs a line
error: action=ignore
EOF
# Debian's bochs starts in its debugger
echo c > "$w/go"
status=0
run timeout -k 10 "${SECONDS_MAX:-3600}" bochs -q -f "$w/bochsrc" -rc "$w/go" \
	< /dev/null > "$w/screen" 2>&1 || status=$?

tr -d '\r' < "$out" 2>/dev/null || true
if ! grep -q '^#@ done' "$out" 2>/dev/null; then
	tail -n 20 "$log" 2>/dev/null | sed 's/^/# kernel: /'
	echo "#@ fail bochs did not come to the end of the tests (status $status)"
fi
bad='WARNING:|BUG:|Oops|Call Trace|general protection|[Kk]ernel panic|unable to handle'
# what the kernel thinks of Bochs itself comes before
if sed -n '/test: begin vmx/,$p' "$log" 2>/dev/null | grep -E -m 10 -A 30 "$bad" > "$w/bad"; then
	head -n 60 "$w/bad" | sed 's/^/# kernel: /'
	echo "#@ fail the kernel log is not clean: $log"
else
	echo "#@ pass the kernel log is clean"
fi
if grep -q "seamhost: caches are written back, the TDX module is disabled" "$log"; then
	echo "#@ pass the TDX module is disabled at power-off, before KVM turns VMX off"
else
	tail -n 10 "$log" 2>/dev/null | sed 's/^/# kernel: /'
	echo "#@ fail the TDX module is not disabled at power-off"
fi
