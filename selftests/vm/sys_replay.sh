#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Recorded bring-up through the SEAMCALL instruction: sys_replay.sh PKGS

dir=$(dirname "$0")
insmod /modules/seamcall_raw.ko || exit 1
"$dir/sys_replay" "$1" "$dir/conformance/sys.trace"
status=$?
rmmod seamcall_raw || status=1
exit $status
