#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# programs.sh KERNEL: build what runs in the emulated machine (static, under
# build/KERNEL/vm) and pack the initramfs.
. "$(dirname "$0")/lib.sh"

kernel_env "$1"
mkdir -p "$O/vm"
run make -j"${JOBS:-$(nproc)}" -C "$TOP/selftests/vm" OUT="$O/vm" all
run "$TOP/scripts/initramfs.sh" "$1"
