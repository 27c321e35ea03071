#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# vm.sh KERNEL BOOT SECONDS [QEMU-OPTION...]: boot the initramfs in QEMU.
# Prints what the tests print (second serial port); the kernel log (first one)
# goes to build/KERNEL/logs/BOOT.kernel. Afterwards judges the kernel log.
# With APPEND= further words for the kernel's command line, with INITRD= another
# initramfs, with BOOT_IMAGE= another kernel image than the unpacked one.
. "$(dirname "$0")/lib.sh"

kernel_env "$1"
boot=$2
# a kernel that checks itself needs longer
slower=${SLOWER:-1}
seconds=$(($3 * slower))
shift 3
mkdir -p "$O/logs"
log=$O/logs/$boot.kernel
out=$O/logs/$boot.out

# The guest's first process is told by the command line what to do.
# The kernel need not test its own cryptography each time: that takes seconds.
# An emulated timer may be too late for the check of it.
append="console=ttyS0 panic=-1 loglevel=5 cryptomgr.notests no_timer_check BOOT=$boot ${ONLY:+ONLY=${ONLY// /,}} SLOWER=$slower ${SEED:+SEED=$SEED} ${APPEND:-}"
append+=" $(sed -n "s/^append $boot //p" "$TOP"/selftests/vm/*.list)"
initrd=$O/initramfs-$boot.cpio
[ -e "$initrd" ] || initrd=$O/initramfs.cpio
boot_once()
{
	rm -f "$log" "$out"
	status=0
	run timeout --foreground -k 10 "$seconds" qemu-system-x86_64 \
		-accel tcg,thread=multi -cpu max,phys-bits=52 -smp 3 -m 1024 \
		-nodefaults -display none -no-reboot \
		-serial "file:$log" -chardev stdio,id=out,signal=off \
		-serial chardev:out -kernel "${BOOT_IMAGE:-$O/boot-image}" \
		-initrd "${INITRD:-$initrd}" -append "$append" "$@" \
		< /dev/null | tee "$out" || status=$?
}

boot_once "$@"
# A machine that says nothing came to no test. QEMU can run a breakpoint that the
# kernel had put there for a moment, to change its code; or the kernel reported
# something of its own before (selftests/runner/init).
if [ ! -s "$out" ] && grep -qsE 'Oops: int3|BUG:|WARNING:' "$log"; then
	grep -m 1 -E 'Oops: int3|BUG:|WARNING:' "$log" |
		sed "s/^/# $boot, once more, before its first test: /"
	append+=" AGAIN=1"
	boot_once "$@"
fi

# a test that runs now will not end any more
echo "#@ stopped"

# a test that ends the machine cannot tell the rest; its list says what the
# kernel log must have between its beginning and that of the next
while read -r kind name words; do
	[ "$kind" = log ] || continue
	tr -d '\r' < "$log" | sed -n "/test: begin $name\$/,/test: begin /p" > "$O/logs/of-test"
	[ -s "$O/logs/of-test" ] || continue
	if grep -qF -- "$words" "$O/logs/of-test"; then
		echo "#@ pass kernel log of $name: $words"
	else
		tail -n 20 "$O/logs/of-test" | sed 's/^/# kernel: /'
		echo "#@ fail kernel log of $name does not say: $words"
	fi
done < <(cat "$TOP"/selftests/vm/*.list)

bad='WARNING:|BUG:|BUG at|Oops|Call Trace|general protection|[Kk]ernel panic|unable to handle'
bad+='|INFO: .*(lock|rcu|task|recursive|blocked)|possible (circular|recursive)|suspicious RCU'
bad+='|KASAN|KFENCE|UBSAN|unreferenced object|sleeping function|scheduling while atomic'
bad+='|rcu.*(stall|detected)|soft lockup|hard LOCKUP|refcount_t|list_(add|del) corruption'
if [[ $boot = panic* ]]; then
	:
elif grep -qE "$bad" "$log"; then
	grep -nE -m 10 -A 30 "$bad" "$log" | head -n 60 | sed 's/^/# kernel: /'
	echo "#@ fail kernel log of $boot on $KNAME is not clean: $log"
else
	grep -q '^#@ done' "$out" || tail -n 20 "$log" | sed 's/^/# kernel: /'
	echo "#@ pass kernel log of $boot is clean"
fi

# The guest says "done" last.
if ! grep -q '^#@ done' "$out"; then
	if [ "$status" = 124 ]; then
		echo "#@ fail $boot on $KNAME: not finished after $seconds seconds"
	else
		echo "#@ fail $boot on $KNAME: the machine stopped before its tests did"
	fi
fi
