#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# long.sh KERNEL TEST TIMES WORDS...: one test of selftests/vm/*.list for
# longer than "make test" has time for. Its limits are those of the list times
# TIMES. Each of WORDS is a boot of its own: what the test finds in its
# environment, as in RUNS=0:SLICE=1/4.
. "$(dirname "$0")/lib.sh"

KERNEL=$1
kernel_env "$KERNEL"
name=$2
times=$3
shift 3
mkdir -p "$O/logs"

boot=$(sed -n "s/^test $name \([^ ]*\) .*/\1/p" "$TOP"/selftests/vm/*.list)
[ -n "$boot" ] || die "no test is called $name"
read -r seconds opts < <(sed -n "s/^boot $boot //p" "$TOP"/selftests/vm/*.list)

all()
{
	local words

	for words in "$@"; do
		echo "# booting $KREL: $name with $words"
		# shellcheck disable=SC2086
		ONLY=$name SLOWER=$times APPEND=${words//:/ } \
			"$TOP/scripts/vm.sh" "$KERNEL" "$boot" "$seconds" $opts \
			< /dev/null
		cp "$O/logs/$boot.out" "$O/logs/$name-${words//[^A-Za-z0-9]/-}.out"
	done
}

all "$@" | tee "$O/logs/$name.log" |
	"$TOP/scripts/ktap-sum.pl" ${V:+$([ "$V" = 1 ] && echo -v)}
