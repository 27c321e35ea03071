#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# programs.sh KERNEL: build what runs in the emulated machine (static, under
# build/KERNEL/vm) and pack the initramfs.
. "$(dirname "$0")/lib.sh"

kernel_env "$1"
mkdir -p "$O/vm"
build_programs "$TOP/selftests/vm" OUT="$O/vm" all
# with "make setup NEEDS=kvm-selftests", which tests ask for
lib=$(kvm_selftests "$1")
if [ -e "$B/src/$lib-headers/.done" ]; then
	[ "$(cat "$O/vm/kvm/library" 2>/dev/null)" = "$lib" ] || rm -rf "$O/vm/kvm"
	mkdir -p "$O/vm/kvm"
	echo "$lib" > "$O/vm/kvm/library"
	build_programs "$TOP/selftests/kvm" OUT="$O/vm/kvm" OBJ="$B/kvm-selftests/$lib" \
		SRC="$B/src/$lib" HDR="$B/src/$lib-headers" all
fi
run "$TOP/scripts/initramfs.sh" "$1"
