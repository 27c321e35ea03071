#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Recorded calls through the SEAMCALL instruction: replay.sh MAX, that many
# sequences of each family.

dir=$(dirname "$0")
insmod /modules/seamcall_raw.ko || exit 1
"$dir/seamcall_replay" "$1" "$dir"/conformance/*.trace
status=$?
rmmod seamcall_raw || status=1
exit $status
