#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# What each leaf refuses, through the SEAMCALL instruction.

insmod /modules/seamcall_raw.ko || exit 1
"$(dirname "$0")/leaf_status" "$@"
status=$?
rmmod seamcall_raw || status=1
exit $status
