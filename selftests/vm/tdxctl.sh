#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# tdxctl on a host that runs: each command, by root and by nobody, and what
# "why" finds on hosts that are broken in one way each.
. "${0%/*}/tds.sh"

# or the kernel patches its scheduler when a trace begins, and QEMU can fall over that
echo 0 > /sys/kernel/tracing/options/record-cmd

IMAGES=/tests/images
T=/tests/tdxctl

# gives STATUS WORDS COMMAND...: its exit status and words in what it prints
gives()
{
	want=$1 words=$2
	shift 2
	timeout 60 "$@" > /tmp/out 2>&1
	got=$?
	[ $got = "$want" ] && grep -q -- "$words" /tmp/out
	status=$?
	[ $status = 0 ] || { echo "# exit $got"; sed 's/^/# /' /tmp/out; }
	result $status "$(echo "$*" | sed 's|/[^ ]*/||g') gives $want: $words"
}

# why CAUSE NAME: the first broken link of this host is named so
why()
{
	timeout 60 $T why > /tmp/out 2>&1
	got=$?
	[ $got = 1 ] && grep -q "^BROKEN.*$1" /tmp/out && grep -q "^What to do: $2" /tmp/out
	status=$?
	[ $status = 0 ] || sed 's/^/# /' /tmp/out
	result $status "why: $1"
}

echo "KTAP version 1"
echo nobody:x:65534:65534::/:/bin/sh > /etc/passwd 2>/dev/null ||
	{ mkdir -p /etc && echo nobody:x:65534:65534::/:/bin/sh > /etc/passwd; }
cat > /bin/nobody <<'EOF'
#!/bin/sh
exec su -s /bin/sh nobody -c "$*"
EOF
chmod 755 /bin/nobody

# ---- broken hosts -----------------------------------------------------------
gives 4 "seamhost is not loaded" $T status
why "CPU" "TDX needs an Intel"
insmod /modules/softseam.ko
why "seamhost is not loaded" "modprobe seamhost"
echo "TDH.SYS.CONFIG status 0xc0000a0200000000 times=2" > $INJECT
insmod /modules/seamhost.ko 2>/dev/null
why "TDMR_OUTSIDE_CMRS" "memory that the kernel uses"
echo clear > $INJECT
echo "TDH.SYS.LP.INIT status 0xc000090200000000 times=9" > $INJECT
rmmod seamhost 2>/dev/null
rmmod softseam; insmod /modules/softseam.ko
echo "TDH.SYS.LP.INIT status 0xc000090200000000 times=9" > $INJECT
insmod /modules/seamhost.ko 2>/dev/null
why "INCONSISTENT_CPUID_FIELD" "CPUs differ in features"
echo clear > $INJECT
rmmod softseam; insmod /modules/softseam.ko
echo 0 > /sys/devices/system/cpu/cpu2/online
why "only 0-1 are online" "bring all CPUs online"
echo 1 > /sys/devices/system/cpu/cpu2/online
echo "TDH.SYS.INIT vmfailinvalid times=1" > $INJECT
insmod /modules/seamhost.ko
why "firmware loaded no TDX module" "load one (tdxctl load FILE)"
gives 1 "down" $T status

# ---- load, update -----------------------------------------------------------
gives 1 "use \"tdxctl load\"" $T update $IMAGES/new.img
gives 0 "TDX module 1.5.01 runs" $T load $IMAGES/old.img
gives 1 "use \"tdxctl update\"" $T load $IMAGES/old.img
# module and SIGSTRUCT as separate files
tail -c +8193 $IMAGES/new.img > /tmp/new.module
head -c 6144 $IMAGES/new.img | tail -c 2048 > /tmp/new.sigstruct
gives 0 "hash  *the module is the signed one" nobody $T image verify /tmp/new.module /tmp/new.sigstruct
gives 1 "not 2048 bytes long" $T update /tmp/new.sigstruct /tmp/new.module
gives 0 "TDX module 1.5.16 runs" $T update /tmp/new.module /tmp/new.sigstruct
gives 1 "signature is wrong; nothing was changed" $T update $IMAGES/signature.img
gives 1 "not the signed one; nothing was changed" $T update $IMAGES/hash.img
gives 1 "cannot take over" $T update $IMAGES/handoff.img
gives 1 "not made for this CPU" $T update $IMAGES/cpu.img
why "kvm-tdx, which runs TDs, is not loaded" "modprobe kvm-tdx"
insmod /modules/kvm-tdx.ko
gives 0 "Ready" $T why

# ---- a host with TDs --------------------------------------------------------
tds_start 1 2
gives 0 "^TDX  *up" $T status
gives 0 "KeyIDs  *1 of 31 used" $T status
gives 0 "\"td_list\":" $T status --json
gives 0 "\"td\": *\"0x[1-9a-f]" $T status --json
gives 0 "\"td\": *\"0x0\"" nobody $T status --json
nobody cat $TDX/tds $TDX/tdmrs > /tmp/out
grep -q "^tdmr 0x0 " /tmp/out && ! grep -E "(td|tdmr|reserved|pamt) 0x[1-9a-f]" /tmp/out
result $? "who is not root learns no physical address"
gives 0 "TDH.VP.ENTER" $T top 2
gives 0 "\"leaf\": *\"TDH.VP.ENTER\"" $T --json top 1
$T trace > /tmp/trace 2>&1 &
trace=$!
for i in $(seq 20); do
	[ "$(grep -c seamcall_exit /tmp/trace)" -ge 4 ] && break
	sleep 0.5
done
kill -TERM $trace
wait $trace
status=$?
grep -q 'seamcall_enter: TDH\.VP\.ENTER .*rcx=0x' /tmp/trace &&
	grep -q 'seamcall_exit: TDH\.VP\.ENTER: .* ns' /tmp/trace
seen=$?
[ $seen = 0 ] || head -n 20 /tmp/trace | sed 's/^/# /'
result $seen "trace shows calls as they are made, with operands, status in words, time"
[ $status = 0 ] && [ "$(cat /sys/kernel/tracing/events/seamhost/enable)" = 0 ]
result $? "and leaves tracing as it found it"
tds_end

# ---- without root -----------------------------------------------------------
gives 0 "^TDX  *up" nobody $T status
gives 0 "OPERAND_BUSY" nobody $T decode 0x8000020000000080
gives 0 "hash  *the module is the signed one" nobody $T image verify $IMAGES/new.img
gives 0 "handoff" nobody $T --json image info $IMAGES/new.img
gives 3 "needs root" nobody $T trace
gives 3 "needs root" nobody $T top 1
gives 3 "cannot be handed over" nobody $T update $IMAGES/old.img
gives 1 "you may not open /dev/kvm-tdx" nobody $T why

# ---- after a loss -----------------------------------------------------------
echo "TDH.SYS.UPDATE status 0xc000050900000000" > $INJECT
gives 1 "SYS_INVALID_HANDOFF" $T update $IMAGES/old.img
why "the TDX module was lost" "load a module image"
rmmod kvm-tdx && rmmod seamhost && insmod /modules/seamhost.ko
gives 0 "1.5.01" $T status
rmmod seamhost
insmod /modules/seamhost.ko on_demand=1
why "not brought up yet" "load kvm-tdx or start a TD"
rmmod seamhost
rmmod softseam
modules_in keyids=2
tds_start 1 1
why "every KeyID is in use" "end a TD"
tds_end
modules_out

# ---- a kernel that loads signed modules only: there is no way back ------------
mark signing
ENFORCE=/sys/module/module/parameters/sig_enforce
if [ -e $ENFORCE ]; then
	insmod /modules/softseam.ko
	echo 1 > $ENFORCE
	! insmod /modules/seamhost.ko 2>/tmp/out &&
		grep -q "Key was rejected" /tmp/out && since | grep -q "module.* is rejected"
	result $? "modules that are not signed are refused, and the kernel log says so"
	why "signed modules only" "enroll the key that DKMS signs with"
	rmmod softseam
else
	echo "ok $((n += 1)) module signing # SKIP this kernel looks at no signature"
fi

echo "1..$n"
exit $bad
