# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Read by the other scripts: messages, and where a kernel's parts are.

set -euo pipefail

TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
B=$TOP/build

die()
{
	echo "seamhost: $*" >&2
	exit 1
}

say()
{
	echo "seamhost: $*"
}

# shown with V=1
run()
{
	[ "${V:-0}" = 1 ] && echo "+ $*" >&2
	"$@"
}

# make for programs: quiet without V=1
build_programs()
{
	local quiet=-s

	[ "${V:-0}" = 1 ] && quiet=
	run make $quiet --no-print-directory -j"${JOBS:-$(nproc)}" -C "$@"
}

# Debian's kernels that are known by a short name, and the suite that has them.
kernel_suite()
{
	case $1 in
	6.1)	echo bookworm ;;
	6.12)	echo bookworm-backports ;;
	7.2)	echo sid ;;
	*)	return 1 ;;
	esac
}

# Whose KVM selftests library the TD tests are built on: the kernel's own where
# TD tests are known to build on it.
kvm_selftests()
{
	case $(basename "$1") in
	7.2)	echo "${KVM_SELFTESTS:-7.2}" ;;
	*)	echo "${KVM_SELFTESTS:-6.12}" ;;
	esac
}

# kernel_env KERNEL: sets KNAME, KDIR (build against it), KREL, VMLINUZ,
# KMODULES (the kernel's own modules; may be missing) and, for a kernel that
# brings its own compiler, PATH.
kernel_env()
{
	local k=$1 root

	KNAME=$(basename "$k")
	if kernel_suite "$k" >/dev/null; then
		root=$B/kernels/$k/root
		[ -s "$B/kernels/$k/version" ] || die "kernel $k is not there: make setup KERNEL=$k"
		KREL=$(cat "$B/kernels/$k/version")
		KDIR=$(cd "$root/usr/src/linux-headers-$KREL" && pwd -P)
		KMODULES=$root/lib/modules/$KREL
		VMLINUZ=$root/boot/vmlinuz-$KREL
		if [ -d "$root/usr/lib/modules/$KREL" ]; then
			KMODULES=$root/usr/lib/modules/$KREL
			VMLINUZ=$KMODULES/vmlinuz
		fi
		if [ -x "$root/usr/bin/x86_64-linux-gnu-ld" ]; then
			PATH=$(cd "$root/usr/bin" && pwd -P):$PATH
		fi
	else
		[ -e "$k/Makefile" ] || die "KERNEL=$k is neither 6.1, 6.12, 7.2 nor a kernel's build directory"
		KDIR=$(cd "$k" && pwd -P)
		KREL=$(cat "$KDIR/include/config/kernel.release")
		KMODULES=/lib/modules/$KREL
		[ -d "$KMODULES" ] || KMODULES=$KDIR
		VMLINUZ=${VMLINUZ:-$KDIR/arch/x86/boot/bzImage}
	fi
	[ -r "$VMLINUZ" ] || die "no kernel image at $VMLINUZ: say VMLINUZ=..."
	# what is built against this kernel
	O=$B/$KNAME
	export PATH KNAME KDIR KREL VMLINUZ KMODULES O
}
