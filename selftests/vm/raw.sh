#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# raw.sh PROGRAM ARGUMENT...: a program that makes SEAMCALLs by itself.

insmod /modules/seamcall_raw.ko || exit 1
dir=$(dirname "$0")
program=$1
shift
"$dir/$program" "$@"
status=$?
rmmod seamcall_raw || status=1
exit $status
