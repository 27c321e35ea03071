#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# test.sh KERNEL: all tests, summed up. ONLY="name ..." runs those tests alone.
# test.sh KERNEL machines: those in emulated machines alone.
# test.sh KERNEL host: the part that needs no emulated machine, not summed up.
. "$(dirname "$0")/lib.sh"

kernel_env "$1"
mkdir -p "$O/logs"

wanted()
{
	[ -z "${ONLY:-}" ] && return
	case " $ONLY " in
	*" $1 "*) ;;
	*) return 1 ;;
	esac
}

# one NAME SECONDS COMMAND...
one()
{
	local name=$1 seconds=$2 status=0
	shift 2
	wanted "$name" || return 0
	echo "#@ run $name"
	timeout -k 10 "$seconds" "$@" < /dev/null 2>&1 || status=$?
	echo "#@ end $name $status"
}

user_list()
{
	make -s --no-print-directory -C "$TOP/selftests/user" OUT="$1" list
}

user_test_name()
{
	local word name

	name=$(basename "$1")
	# what is not a file belongs to the name
	for word in ${2:-}; do
		case $word in
		/*)	;;
		*)	name+=:$word ;;
		esac
	done
	echo "$name"
}

user_tests_wanted()
{
	local prog args

	[ -z "${ONLY:-}" ] && return
	while read -r prog args; do
		wanted "$(user_test_name "$prog" "$args")" && return
	done < <(user_list "$1")
	return 1
}

user_tests()
{
	local out=$B/user

	mkdir -p "$out"
	user_tests_wanted "$out" || return 0
	if ! build_programs "$TOP/selftests/user" OUT="$out" all 2>&1; then
		echo "#@ fail the user-space tests do not build"
		return
	fi
	user_list "$out" | while read -r prog args; do
		# shellcheck disable=SC2086
		one "$(user_test_name "$prog" "$args")" 900 "$prog" $args
	done
}

# boots KIND: the machines of the lists that look at the clock, or that may be
# slow ("patient")
boots()
{
	local kind boot rest patient

	patient=" $(cat "$TOP"/selftests/vm/*.list | sed -n 's/^patient //p' | tr '\n' ' ')"
	cat "$TOP"/selftests/vm/*.list | while read -r kind boot rest; do
		[ "$kind" = boot ] || continue
		case "$1 $patient" in
		"patient "*" $boot "*) ;;
		patient*) continue ;;
		*" $boot "*) continue ;;
		esac
		vm_boot_wanted "$boot" && echo "$boot $rest"
	done
}

# vm_tests KIND: each machine is booted by the one who comes first
vm_tests()
{
	local boot seconds opts

	boots "$1" | while read -r boot seconds opts; do
		mkdir "$O/logs/taken/$boot" 2>/dev/null || continue
		echo "# booting $KREL: $boot"
		# shellcheck disable=SC2086
		"$TOP/scripts/vm.sh" "$KERNEL" "$boot" "$seconds" $opts < /dev/null
	done
}

# a boot is wanted when one of its tests is
vm_boot_wanted()
{
	local kind name boot rest

	while read -r kind name boot rest; do
		if [ "$kind" = test ] && [ "$boot" = "$1" ] && wanted "$name"; then
			return 0
		fi
	done < <(cat "$TOP"/selftests/vm/*.list)
	return 1
}

# which boots a machine too, but looks at no clock
package_test()
{
	wanted package || return 0
	if ! "$TOP/scripts/deb.sh" 2>&1; then
		echo "#@ fail the package does not build"
		return
	fi
	"$TOP/scripts/deb-test.sh" "$KERNEL" tree < /dev/null 2>&1
}

host_tests()
{
	one ktap-sum 60 "$TOP/selftests/runner/ktap-sum-test.sh"
	one check 1200 "$TOP/scripts/check.sh" "$KERNEL"
	user_tests
	package_test
	vm_tests patient
}

#
# What needs no emulated machine runs beside those that do, with the lower
# priority: machines have tests that look at the clock. Those that do not are
# booted by who has nothing else to do.
#
all()
{
	local host=$O/logs/host.out pid

	rm -rf "$O/logs/taken"
	mkdir "$O/logs/taken"
	if [ "$PART" = machines ]; then
		vm_tests others
		vm_tests patient
		return
	fi
	# a session of its own, so that all of it can be ended
	SLOWER=${SLOWER:-2} setsid nice -n 10 "$BASH" "$0" "$KERNEL" host > "$host" 2>&1 &
	pid=$!
	# shellcheck disable=SC2064
	trap "pkill -s $pid || :" EXIT
	vm_tests others
	vm_tests patient
	wait "$pid" || echo "#@ fail the tests without a machine stopped"
	trap - EXIT
	cat "$host"
}

KERNEL=$1
PART=${2:-}
export ONLY
if [ "$PART" = host ]; then
	host_tests
	exit
fi
all | tee "$O/logs/test.log" | "$TOP/scripts/ktap-sum.pl" ${V:+$([ "$V" = 1 ] && echo -v)}
