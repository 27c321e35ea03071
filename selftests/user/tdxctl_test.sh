#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# tdxctl against copies of hosts in a folder: a good one, and each link of the
# chain broken once. usage: tdxctl_test.sh TDXCTL
tdxctl=$1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
n=0
bad=0

# result STATUS NAME
result()
{
	n=$((n + 1))
	if [ "$1" = 0 ]; then
		echo "ok $n $2"
	else
		echo "not ok $n $2"
		sed 's/^/# /' "$dir/out"
		bad=1
	fi
}

# msr NUMBER BYTES, lowest first, as printf takes them
msr()
{
	# shellcheck disable=SC2059
	printf "$2" | dd of="$h/dev/cpu/0/msr" bs=1 seek=$(($1)) conv=notrunc \
		2>/dev/null
}

no_msr()
{
	head -c $(($1)) "$h/dev/cpu/0/msr" > "$dir/msr"
	mv "$dir/msr" "$h/dev/cpu/0/msr"
}

file()
{
	mkdir -p "$(dirname "$h$1")"
	echo "$2" > "$h$1"
}

status()
{
	cat > "$h/sys/devices/tdx_host/status" <<-EOF
		state $1
		platform hardware
		version 1.5.16.0000
		build_date 20240601
		build_num 7
		features0 0x3
		features td_migration td_preserving
		packages 2
		tdmrs 1
		tdmr_bytes 1073741824
		usable_bytes 1068355584
		pamt_bytes 4206592
		pamt_kind static
		keyids 31
		keyids_free $2
		keyid_global 32
		tds 1
		leaked_pages 0
	EOF
}

# A host on which all is well.
host()
{
	h=$dir/host
	rm -rf "$h"
	file /proc/cpuinfo "vendor_id	: GenuineIntel
flags		: fpu vme vmx sse2
"
	mkdir -p "$h/dev/cpu/0"
	msr 0x1401 '\000\014\000\000\000\000\000\000'
	msr 0x982 '\003\000\000\000\000\000\000\000'
	msr 0xfe '\000\200\000\000\000\000\000\000'
	msr 0x87 '\037\000\000\000\040\000\000\000'
	msr 0x3a '\005\000\000\000\000\000\000\000'
	file /sys/devices/system/cpu/present 0-7
	file /sys/devices/system/cpu/online 0-7
	mkdir -p "$h/sys/module/seamhost" "$h/sys/module/kvm_tdx" \
		"$h/sys/devices/tdx_host"
	file /dev/kvm-tdx ""
	file /dmesg ""
	status up 30
	file /sys/devices/tdx_host/seamldr_version 1.5.00
	echo "tdmr 0x0 size 0x40000000 node 0 pamt 0x3e000000 pamt_bytes 4206592" > "$h/sys/devices/tdx_host/tdmrs"
	echo "td 0x12345000 hkid 33 pid 4711 vcpus 2 private_pages 512 control_pages 20" > "$h/sys/devices/tdx_host/tds"
}

# broken NAME LINK WORDS REMEDY
broken()
{
	"$tdxctl" --root "$h" why > "$dir/out" 2>&1
	[ $? = 1 ] && grep -q "^BROKEN  *$2  *.*$3" "$dir/out" &&
		grep -q "^What to do: .*$4" "$dir/out"
	result $? "why: $1"
}

echo "KTAP version 1"

host
"$tdxctl" --root "$h" why > "$dir/out" 2>&1 && grep -q "^Ready" "$dir/out"
result $? "why: a good host is ready"
"$tdxctl" --root "$h" --json why > "$dir/out" 2>&1 &&
	grep -q '"ready": true' "$dir/out"
result $? "why: and says so in JSON"

host; file /proc/cpuinfo "vendor_id	: AuthenticAMD
flags		: fpu svm
"
broken "a CPU of another make" CPU "not an Intel" "Xeon"
host; file /proc/cpuinfo "vendor_id	: GenuineIntel
flags		: fpu vmx hypervisor
"
broken "a virtual machine" CPU "virtual machine" "bare machine"
host; file /proc/cpuinfo "vendor_id	: GenuineIntel
flags		: fpu sse2 vmxfoo
"
broken "no VMX" VMX "shows no VMX" "VT-x"
host; msr 0x3a '\001\000\000\000\000\000\000\000'
broken "VMX locked off" VMX "locked VMX off" "VT-x"
host; msr 0xfe '\000\000\000\000\000\000\000\000'
broken "no SEAM mode" "SEAM mode" "no SEAM mode" "no TDX"
host; msr 0x982 '\001\000\000\000\000\000\000\000'
broken "memory encryption off" "memory encryption" "is off" "TME-MT"
host; msr 0x87 '\077\000\000\000\000\000\000\000'
broken "no KeyIDs for TDX" KeyIDs "no KeyIDs" "key split"
host; msr 0x87 '\077\000\000\000\001\000\000\000'
broken "one KeyID for TDX" KeyIDs "not enough" "key split"
host; no_msr 0x90
broken "a CPU without these MSRs" "SEAM mode" "no MTRR" "no TDX"
host; msr 0x1401 '\000\004\000\000\000\000\000\000'
broken "no memory for the module" "SEAM memory" "SEAMRR is off" "SEAM Loader"
host; msr 0x1401 '\000\010\000\000\000\000\000\000'
broken "SEAMRR not locked" "SEAM memory" "not locked" "update the firmware"
host; file /proc/cpuinfo "vendor_id	: GenuineIntel
flags		: fpu vmx tdx_host_platform
"
broken "a kernel that hosts TDX itself" kernel "hosts TDX itself" "own TDX support"
mkdir -p "$h/sys/devices/platform/seam-platform"
"$tdxctl" --root "$h" why > "$dir/out" 2>&1 && grep -q "^Ready" "$dir/out"
result $? "why: there a TDX module in software is ready all the same"
host; rm "$h/dev/cpu/0/msr"
"$tdxctl" --root "$h" why > "$dir/out" 2>&1
[ $? = 0 ] && grep -q "^?  *SEAM mode " "$dir/out" &&
	grep -q "^To look at .*: run as root with the msr module" "$dir/out"
result $? "why: MSRs that cannot be read are told apart, with how to read them"
host; mkdir -p "$h/sys/module/vboxdrv"
broken "another hypervisor" "other hypervisors" vboxdrv "unload it"
host; status down 30; file /sys/power/mem_sleep "s2idle [deep]"
file /sys/power/suspend_stats/success 1
broken "a machine that was suspended" sleep "was suspended" "restart the machine"
host; rm "$h/sys/devices/tdx_host/seamldr_version"; mkdir "$h/sys/devices/tdx_host/seamldr_version"
broken "no answer of P-SEAMLDR" P-SEAMLDR "does not answer" "update the firmware"
host; status down 30; file /sys/devices/system/cpu/online 0-3
broken "CPUs offline" "CPUs online" "only 0-3" "bring all CPUs online"
host; rmdir "$h/sys/module/seamhost"
broken "seamhost not loaded" seamhost "not loaded" "modprobe seamhost"
host; rmdir "$h/sys/module/seamhost"
file /dmesg "[    9.1] seamhost: could not initialise CPUs: TDH.SYS.LP.INIT: INCONSISTENT_CPUID_FIELD; use CPUs of one model"
broken "seamhost gave up" seamhost INCONSISTENT_CPUID_FIELD "CPUs of one model"
# Secure Boot, or module.sig_enforce=1
host; rmdir "$h/sys/module/seamhost"
file /sys/kernel/security/lockdown "none [integrity] confidentiality"
file /dmesg "[    9.1] Lockdown: modprobe: unsigned module loading is restricted; see man kernel_lockdown.7"
broken "Secure Boot without the key" "module signing" "signed modules only" "mokutil --import"
file /sys/kernel/security/lockdown "[none] integrity confidentiality"
file /sys/module/module/parameters/sig_enforce Y
file /dmesg "[    9.1] Loading of module with unavailable key is rejected"
broken "signatures enforced without the key" "module signing" "refused one" "mokutil --import"
file /dmesg ""
broken "signatures enforced, not loaded yet" seamhost "not loaded" "modprobe seamhost"
file /sys/module/module/parameters/sig_enforce N
file /dmesg "[    9.1] Loading of module with unavailable key is rejected"
broken "signatures not enforced" seamhost "not loaded" "modprobe seamhost"
host; file /sys/module/module/parameters/sig_enforce Y
"$tdxctl" --root "$h" why > "$dir/out" 2>&1 && grep -q "^ok.*signed with a key" "$dir/out"
result $? "why: with the key enrolled a good host is ready"
host; status lost 30
broken "a module that was lost" "TDX module" "was lost" "tdxctl load"
host; status down 30
file /dmesg "[    9.1] seamhost: waiting for a TDX module image"
broken "no module loaded" "TDX module" "loaded no TDX module" "tdxctl load"
host; status down 30
broken "bring-up left for later" "TDX module" "not brought up" "on_demand"
host; status up 0
broken "all KeyIDs used" "free KeyIDs" "every KeyID" "end a TD"
host; rmdir "$h/sys/module/kvm_tdx"
broken "kvm-tdx not loaded" kvm-tdx "not loaded" "modprobe kvm-tdx"
host; rm "$h/dev/kvm-tdx"
broken "no device node" kvm-tdx "is missing" "device nodes"

host
"$tdxctl" --root "$h" status > "$dir/out" 2>&1 &&
	grep -q "KeyIDs *1 of 31 used" "$dir/out" &&
	grep -q "0x12345000 *33 *4711 *2 *2048 *80" "$dir/out"
result $? "status: a table with KeyIDs and TDs"
"$tdxctl" --root "$h" --json status > "$dir/out" 2>&1 &&
	grep -q '"keyids_free": 30' "$dir/out" &&
	{ ! command -v python3 > /dev/null || python3 -m json.tool < "$dir/out" > /dev/null; }
result $? "status: JSON that parses"
rm -r "$h/sys/devices/tdx_host"
"$tdxctl" --root "$h" status > "$dir/out" 2>&1
[ $? = 4 ]
result $? "status: exit status 4 without seamhost"

"$tdxctl" decode 0xC000010000000001 > "$dir/out" 2>&1 &&
	grep -q "^OPERAND_INVALID (RCX)$" "$dir/out"
result $? "decode: a status in words"
"$tdxctl" decode 0x8000ff00ffff0000 > "$dir/out" 2>&1 &&
	grep -q "VMfailInvalid" "$dir/out"
result $? "decode: a call that was not delivered"
"$tdxctl" decode nonsense > "$dir/out" 2>&1
[ $? = 2 ]
result $? "decode: exit status 2 for what is no number"
head -c 100 /dev/zero > "$dir/short"
"$tdxctl" image info "$dir/short" > "$dir/out" 2>&1
[ $? = 1 ] && grep -q "too short" "$dir/out"
result $? "image: a short file is refused with a reason"

# ---- every command, as the manual has it ------------------------------------
# gives STATUS ARGUMENT...
gives()
{
	want=$1
	shift
	"$tdxctl" --root "$h" "$@" > "$dir/out" 2>&1
	[ $? = "$want" ]
	result $? "exit status $want: tdxctl $(echo "$*" | sed "s|$dir/||g")"
}

host
mkdir -p "$h/sys/kernel/debug/seamhost"
file /sys/kernel/debug/seamhost/enable 0
file /sys/kernel/debug/seamhost/seamcalls "leaf calls"
gives 2
gives 2 nonsense
gives 2 --nonsense status
gives 0 --help
gives 2 status x
gives 2 why x
gives 2 image
gives 2 image look "$dir/short"
gives 2 load
gives 2 update a b c
gives 2 trace x
gives 2 trace --json
gives 2 top x
gives 2 top 1 2
gives 2 decode
gives 2 decode 0 TDH.NONSENSE
gives 2 decode -1
gives 2 decode 99999999999999999999999
gives 2 --root "$dir/nowhere" status
gives 1 image info --json "$dir/short"
grep -q "short: the file is too short" "$dir/out"
result $? "image: --json before the file is no file"
timeout 20 "$tdxctl" image info /dev/zero > "$dir/out" 2>&1
[ $? = 1 ] && grep -q "/dev/zero: File too large" "$dir/out"
result $? "image: a file without end is given up"
gives 0 --json decode 0x8000020000000080 TDH.MEM.PAGE.AUG
gives 0 top 1
gives 0 top 2 --json
[ "$(grep -c '^\[' "$dir/out")" = 2 ]
result $? "top: one JSON text a second"
rm -r "$h/sys/devices/tdx_host" "$h/sys/kernel"
for command in status trace top "load $dir/short" "update $dir/short"; do
	# shellcheck disable=SC2086
	gives 4 $command
done

tools=${0%/*}/../../tools/tdxctl
status=0
for command in $("$tdxctl" --help | sed -n 's/^  \([a-z]*\) .*/\1/p'); do
	grep -q "^\.BI* \"*$command" "$tools/tdxctl.1" &&
		grep -q "[\" ]$command[ \"].*" "$tools/tdxctl.bash" || status=1
done
for option in json root help; do
	grep -q "^\.BI* .*-.*$option" "$tools/tdxctl.1" &&
		grep -q -- "--$option" "$tools/tdxctl.bash" || status=1
done
result $status "manual and completion have every command and option"

echo "1..$n"
exit $bad
