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
if [ -e "$B/src/6.12-headers/.done" ]; then
	mkdir -p "$O/vm/kvm"
	build_programs "$TOP/selftests/kvm" OUT="$O/vm/kvm" OBJ="$B/kvm-selftests" all
fi
run "$TOP/scripts/initramfs.sh" "$1"
