#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# VMX of the CPU, owned by seamhost or borrowed from kvm_intel, in every order
# of loading, with an ordinary VM meanwhile. The TDX module is softseam, which
# answers SEAMCALLs only while CR4.VMXE is set here. Ends with the power off,
# VMX borrowed: the host side reads how that went from the kernel log.
. "${0%/*}/ktap.sh"

P=/sys/module/vmx_test/parameters
# all FILE WORD: it is so on every CPU
all()
{
	for word in $(cat "$P/$1"); do
		[ "${word#*:}" = "$2" ] || return 1
	done
}

up()
{
	grep -q "^state up" $TDX/status
}

# vm_moves: the ordinary VM makes exits
vm_moves()
{
	was=$(cat /tmp/exits 2>/dev/null || echo 0)
	for i in 1 2 3 4 5 6 7 8 9 10; do
		[ "$(cat /tmp/exits 2>/dev/null || echo 0)" -gt "$was" ] && return 0
		sleep 0.2
	done
	return 1
}

vm_start()
{
	rm -f /tmp/exits
	ordinary_vm /tmp/exits > /tmp/vm.log 2>&1 &
	vm=$!
	vm_moves
}

vm_end()
{
	kill $vm
	wait $vm
	ended=$?
	[ $ended = 0 ] || sed 's/^/# /' /tmp/vm.log
	return $ended
}

echo "KTAP version 1"
insmod /modules/irqbypass.ko
insmod /modules/kvm.ko
insmod /modules/vmx_test.ko

# ---- the CPU has VMX and no SEAM mode ---------------------------------------
mark
insmod /modules/seamhost.ko on_demand=1 && all vmxe 0 && all seamcall trap6
result $? "outside VMX operation SEAMCALL is #UD"
rmmod seamhost
mark
own=yes
! insmod /modules/seamhost.ko 2>/dev/null
refused=$?
if said "lets only KVM turn it on"; then
	own=
	result 0 "where only KVM may turn VMX on, seamhost says so"
	all vmxe 0
	result $? "and leaves it off"
	mark
	insmod /modules/kvm-intel.ko
	! insmod /modules/seamhost.ko 2>/dev/null
	refused=$?
fi
[ $refused = 0 ] && said "TDH.SYS.INIT: .*#UD" &&
	said "in VMX operation, so it lacks SEAM mode"
result $? "a #UD in VMX operation is told from one outside"
rmmod kvm_intel 2>/dev/null
all vmxe 0
result $? "and VMX is off again after the failure"

# ---- without kvm_intel: VMX is ours -----------------------------------------
insmod /modules/softseam.ko platform=0 sys_disable=1
if [ $own ]; then
	mark
	insmod /modules/seamhost.ko && up && all vmxe 1 && all seamcall answered
	result $? "without kvm_intel seamhost turns VMX on and comes up"
	rmmod seamhost && all vmxe 0
	result $? "unloading turns VMX off"
	status=0
	for i in 1 2 3; do
		insmod /modules/seamhost.ko && up && all vmxe 1 || status=1
		rmmod seamhost && all vmxe 0 || status=1
	done
	result $status "three reloads"
	if [ -e /sys/devices/system/cpu/cpu1/online ]; then
		insmod /modules/seamhost.ko &&
			echo 0 > /sys/devices/system/cpu/cpu1/online &&
			all vmxe 1 && echo 1 > /sys/devices/system/cpu/cpu1/online &&
			all vmxe 1 && all seamcall answered
		result $? "a CPU that comes back is in VMX operation"
		rmmod seamhost
	fi

# ---- kvm_intel comes later --------------------------------------------------
	mark
	insmod /modules/seamhost.ko && insmod /modules/kvm-intel.ko &&
		said "borrowed from kvm_intel" && all vmxe 1 && all seamcall answered
	result $? "kvm_intel comes later and gets VMX, seamhost borrows it"
	! rmmod kvm_intel 2>/dev/null
	result $? "kvm_intel stays while VMX is borrowed"
	vm_start
	result $? "an ordinary VM runs beside"
	all seamcall answered && up
	result $? "and SEAMCALLs arrive meanwhile"
	rmmod seamhost && vm_moves
	result $? "seamhost goes, the VM runs on"
else
	insmod /modules/kvm-intel.ko
	vm_start
	result $? "an ordinary VM runs"
fi

# ---- kvm_intel was there before ---------------------------------------------
mark
insmod /modules/seamhost.ko && said "borrowed from kvm_intel" && up &&
	all seamcall answered && vm_moves
result $? "seamhost comes while the VM runs"
status=0
for i in 1 2 3; do
	rmmod seamhost && vm_moves && insmod /modules/seamhost.ko && up &&
		vm_moves || status=1
done
result $status "three reloads beside the VM"
if [ -e /sys/devices/system/cpu/cpu1/online ]; then
	echo 0 > /sys/devices/system/cpu/cpu1/online && vm_moves &&
		echo 1 > /sys/devices/system/cpu/cpu1/online &&
		all seamcall answered && vm_moves
	result $? "a CPU goes and comes back beside the VM"
fi
vm_end
result $? "the VM lost no exit"
rmmod seamhost && rmmod kvm_intel && all vmxe 0
result $? "both go, VMX is off"

# ---- kvm_intel comes while a TD needs VMX -----------------------------------
if [ $own ]; then
	mark
	insmod /modules/seamhost.ko && echo 1 > $P/hold
	insmod /modules/kvm-intel.ko 2>/dev/null
	said "kvm_intel comes while TDs live"
	result $? "kvm_intel comes while a TD lives: the log says who has VMX"
	all vmxe 1 && all seamcall answered
	result $? "and the TD keeps it"
	! vm_start
	result $? "an ordinary VM is refused"
	rmmod kvm_intel 2>/dev/null
	echo 0 > $P/hold
	all vmxe 1 && all seamcall answered
	result $? "kvm_intel went, VMX is still on"
	rmmod seamhost
fi

# ---- the end, with VMX borrowed ---------------------------------------------
mark
insmod /modules/kvm-intel.ko && insmod /modules/seamhost.ko &&
	said "borrowed from kvm_intel" && up
result $? "kvm_intel first, then seamhost"
vm_start
result $? "with an ordinary VM"
echo "1..$n"
echo "#@ end vmx $bad"
echo "#@ done"
sleep 0.3
poweroff -f
