#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
#
# bench_exit.sh [ROUNDS]: exits of a TD beside those of ordinary VMs under the
# kernel's own kvm_amd. Both want the CPU's SVM for themselves, so they take
# turns. Other work on the machine under the emulator makes a batch of exits
# longer, never shorter, and can do so for a whole turn: what is compared is the
# best batch of all turns. There are at least ROUNDS turns, and more until two of
# them agree on each of these.
#
# The bounds compare with a VM whose guest is in 64-bit mode, as a TD's has to
# be: each page that a guest touches after an exit is a walk of its page tables
# through the nested ones, whoever runs it. A guest in real mode has no page
# tables; its figure is printed beside, and no bound is on it.
#
# What a host may have written to private memory is not looked for with each
# entry here (look_again=100): that is a check of softseam's for its users, not
# a part of an exit. What it costs, for it is softseam's default, is printed.
rounds=${1:-3}
most=8
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
	bench_pio long | sed 's/^/vm_/' >> $out || exit 1
	bench_pio real | sed 's/^/vm_real_/' >> $out || exit 1
	bench_pio msr | sed 's/^/vm_/' >> $out || exit 1
	unload kvm-amd ccp kvm irqbypass
}

# what no hypervisor here can go below: selftests/modules/world_switch.c
floor_turn()
{
	insmod /modules/world_switch.ko || exit 1
	sed 's/^/floor_/' /dev/world-switch >> $out || exit 1
	rmmod world_switch || exit 1
}

td_turn()
{
	insmod /modules/softseam.ko look_again=100 || exit 1
	for m in seamhost kvm-tdx; do
		insmod "/modules/$m.ko" || exit 1
	done
	insmod /modules/seamcall_raw.ko || exit 1
	bench_seamcall >> $out || exit 1
	rmmod seamcall_raw || exit 1
	bench_td exits | sed 's/^/td_/' >> $out || exit 1
	echo 0 > /sys/module/softseam/parameters/look_again
	bench_td exits | sed 's/^/strict_/' >> $out || exit 1
	unload kvm-tdx seamhost softseam
}

# Are the two best batches of each within 3 %, of different turns as they are?
agreed()
{
	for name in vm_pio_ns floor_ud_ns seamcall_ns td_pio_ns td_hlt_ns td_msr_ns; do
		awk -v n=$name '$1 == n { print $3 }' $out | sort -n |
			awk 'NR == 1 { a = $1 } NR == 2 { exit $1 > a * 1.03 }' || return 1
	done
}

i=0
while [ "$i" -lt "$rounds" ] || { [ "$i" -lt $most ] && ! agreed; }; do
	vm_turn
	floor_turn
	td_turn
	i=$((i + 1))
done

sed 's/^/#   /' $out

# best NAME: its best batch of all turns
best()
{
	awk -v n="$1" '$1 == n { print $3 }' $out | sort -n | head -n 1
}

n=0
failed=0

# ratio A B
ratio()
{
	awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / b }'
}

# bound NAME MEASURED LIMIT: beside the VM in 64-bit mode
bound()
{
	n=$((n + 1))
	line=$(awk -v a="$2" -v b="$vm" -v c="$real" -v l="$3" -v t="$1" -v n=$n 'BEGIN {
		r = a / b
		printf "%sok %d %s: %.2fx of a 64-bit VM'"'"'s port I/O, at most %.1fx (%.2fx of a real-mode VM'"'"'s)",
			r <= l ? "" : "not ", n, t, r, l, a / c
	}')
	echo "$line"
	case $line in
	not*)	failed=1 ;;
	esac
}

vm=$(best vm_pio_ns)
real=$(best vm_real_pio_ns)
vm_msr=$(best vm_msr_ns)
pio=$(best td_pio_ns)
hlt=$(best td_hlt_ns)
msr=$(best td_msr_ns)
cpuid=$(best td_cpuid_ns)
call=$(best seamcall_ns)
bare=$(best floor_bare_ns)
switch=$(best floor_switch_ns)
ud=$(best floor_ud_ns)
echo "KTAP version 1"
echo "# best of $i turns, ns for an exit and back:"
echo "# $vm  port I/O of an ordinary VM in 64-bit mode with page tables, as a TD's guest"
echo "#     has to be: the bounds compare with it"
echo "# $real  port I/O of an ordinary VM in real mode without page tables: no bound"
echo "# $vm_msr  MSR read of the 64-bit VM, which kvm_amd answers in the kernel: no bound,"
echo "#     but $(ratio "$vm_msr" "$vm")x of its port I/O is what KVM itself needs for such an exit"
echo "# $bare  VMRUN, the VM's guest code and its exit, from a module, with nothing else done:"
echo "#     $(ratio "$bare" "$vm")x, below which no software here can go"
echo "# $switch  the same with VMSAVE and VMLOAD of host and guest, which each hypervisor needs:"
echo "#     $(ratio "$switch" "$vm")x"
echo "# $ud  and with one invalid opcode for SEAMCALL, of which nothing is done: $(ratio "$ud" "$vm")x;"
echo "#     below that no TDX module behind the kernel's die notifiers can go, and no VMM"
echo "# $(best floor_xstate_ns)  XSAVE and XRSTOR, once each"
echo "# $pio  port I/O of a TD, to user space"
echo "# $hlt  HLT of a TD with an interrupt pending"
echo "# $msr  MSR read of a TD"
echo "# $cpuid  CPUID of a TD: one VMRUN and its exit, and the module's answer; no SEAMCALL,"
echo "#     nothing of kvm-tdx: $(ratio "$cpuid" "$vm")x, and each exit to the VMM has that in it"
echo "# $(best strict_pio_ns)  port I/O, $(best strict_hlt_ns)  HLT, $(best strict_msr_ns)  MSR read of a TD, with"
echo "#     private memory looked at (look_again=0): no bound"
echo "# $call  SEAMCALL that only looks, an invalid opcode here"
bound "an emulated trivial SEAMCALL" "$call" 0.2
bound "port I/O of a TD to user space" "$pio" 1.0
bound "HLT with an interrupt pending" "$hlt" 0.5
bound "an MSR read" "$msr" 0.5
echo "1..$n"
exit $failed
