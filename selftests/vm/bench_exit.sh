#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
#
# bench_exit.sh [ROUNDS]: exits of a TD beside those of an ordinary VM under
# the kernel's own kvm_amd. Both want the CPU's SVM for themselves, so they
# take turns. Other work on the machine under the emulator makes a batch of
# exits longer, never shorter: each turn counts with its best batch, and what is
# compared are medians over all turns.
rounds=${1:-3}
out=/tmp/bench_exit
rm -f $out

for m in kvm-amd kvm; do
	[ -e /modules/$m.ko ] && continue
	echo "1..0 # SKIP the kernel package has no $m.ko"
	exit 4
done

unload()
{
	for m in "$@"; do
		[ ! -d "/sys/module/$(echo "$m" | tr - _)" ] || rmmod "$m" || exit 1
	done
}

vm_turn()
{
	for m in irqbypass kvm ccp kvm-amd; do
		[ ! -e "/modules/$m.ko" ] || insmod "/modules/$m.ko" || exit 1
	done
	bench_pio 4000 | sed 's/^/vm_/' >> $out || exit 1
	unload kvm-amd ccp kvm irqbypass
}

td_turn()
{
	for m in softseam seamhost kvm-tdx; do
		insmod "/modules/$m.ko" || exit 1
	done
	insmod /modules/seamcall_raw.ko || exit 1
	bench_seamcall >> $out || exit 1
	rmmod seamcall_raw || exit 1
	bench_td exits | sed 's/^/td_/' >> $out || exit 1
	unload kvm-tdx seamhost softseam
}

i=0
while [ "$i" -lt "$rounds" ]; do
	vm_turn
	td_turn
	i=$((i + 1))
done

sed 's/^/#   /' $out

# median NAME FIELD
median()
{
	awk -v n="$1" -v f="$2" '$1 == n { print $f }' $out | sort -n |
		awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

n=0
failed=0

# bound NAME MEASURED OF LIMIT
bound()
{
	n=$((n + 1))
	line=$(awk -v a="$2" -v b="$3" -v l="$4" -v t="$1" -v n=$n 'BEGIN {
		r = a / b
		printf "%sok %d %s: %.2fx, at most %.1fx", r <= l ? "" : "not ", n, t, r, l
	}')
	echo "$line"
	case $line in
	not*)	failed=1 ;;
	esac
}

vm=$(median vm_pio_ns 3)
pio=$(median td_pio_ns 3)
hlt=$(median td_hlt_ns 3)
msr=$(median td_msr_ns 3)
cpuid=$(median td_cpuid_ns 3)
call=$(median seamcall_ns 3)
echo "KTAP version 1"
echo "# medians of $rounds turns: ordinary VM, port I/O $vm ns; TD, port I/O $pio ns,"
echo "# HLT with an interrupt pending $hlt ns, MSR read $msr ns"
echo "# of each exit: into the TD and out again $cpuid ns (CPUID, which the module answers),"
echo "# and SEAMCALL, an invalid opcode here, $call ns (one that only looks)"
bound "an emulated trivial SEAMCALL beside an ordinary VM's port I/O" "$call" "$vm" 0.2
bound "a TD's port I/O beside an ordinary VM's" "$pio" "$vm" 1.0
bound "HLT with an interrupt pending beside an ordinary VM's port I/O" "$hlt" "$vm" 0.5
bound "an MSR read beside an ordinary VM's port I/O" "$msr" "$vm" 0.5
echo "1..$n"
exit $failed
