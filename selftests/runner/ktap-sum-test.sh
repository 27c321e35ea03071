#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What ktap-sum.pl must count as passed, failed and skipped.

sum=$(dirname "$0")/../../scripts/ktap-sum.pl
# the last command of a pipe counts in this shell
shopt -s lastpipe
n=0
bad=0

# expect STATUS LAST-LINE CLAIM; the input is on stdin
expect()
{
	local last status

	last=$("$sum" | tail -n 1; exit "${PIPESTATUS[0]}")
	status=$?
	n=$((n + 1))
	if [ "$status" = "$1" ] && [ "$last" = "$2" ]; then
		echo "ok $n $3"
	else
		echo "# wanted '$2' and status $1, got '$last' and $status"
		echo "not ok $n $3"
		bad=1
	fi
}

program()
{
	echo "#@ run p"
	printf '%b' "$1"
	echo "#@ end p $2"
}

echo "KTAP version 1"
echo 1..15
program 'KTAP version 1\n1..2\nok 1 a\nok 2 - b\n' 0 |
	expect 0 "2 passed, 0 failed" "results are counted"
program 'ok 1 a\r\nok 2 b\r\n1..2\r\n' 0 |
	expect 0 "2 passed, 0 failed" "a plan may come last, lines may end in CR LF"
program '1..2\nok 1 a\nnot ok 2 b\n' 1 |
	expect 1 "1 passed, 1 failed" "a failed result fails once, not again by the exit status"
program '1..2\nok 1 a\nnot ok 2 b\n' 0 |
	expect 1 "1 passed, 1 failed" "a failed result fails though the exit status is 0"
program '1..2\nok 1 a\n' 0 |
	expect 1 "1 passed, 1 failed" "a plan that is not kept fails"
program 'ok 1 a\n' 0 |
	expect 1 "1 passed, 1 failed" "no plan fails"
program '1..1\nok 1 a\n' 139 |
	expect 1 "1 passed, 1 failed" "an exit status that no result explains fails"
{ echo "#@ run p"; echo 1..1; echo ok 1 a; } |
	expect 1 "1 passed, 1 failed" "a program that does not end fails"
{ echo "#@ run p"; echo 1..1; echo ok 1 a; echo "#@ stopped"; echo "#@ pass b"; } |
	expect 1 "2 passed, 1 failed" "a program that is running when its machine stops fails"
program '1..2\nok 1 a\nBail out! no\n' 1 |
	expect 1 "1 passed, 2 failed" "bailing out fails"
program '1..1\n    1..2\n    ok 1 a\n    not ok 2 b\nnot ok 1 group\n' 1 |
	expect 1 "1 passed, 1 failed" "a group is not counted beside its members"
program '1..2\nok 1 a\nok 2 b # SKIP no such CPU\n' 0 |
	expect 0 "1 passed, 0 failed, 1 skipped" "a skipped result is not a passed one"
program '1..0 # SKIP no device\n' 4 |
	expect 1 "0 passed, 0 failed, 1 skipped" "nothing passed is not success"
: | expect 1 "0 passed, 0 failed" "no input is not success"
printf '#@ pass x\n#@ fail y\n#@ skip z\n' |
	expect 1 "1 passed, 1 failed, 1 skipped" "checks without a program are counted"
exit $bad
