#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The package's life in a small Debian: install, use, remove, purge. What DKMS
# has to build is there as its own tar ball, where it looks for one first.
# shellcheck disable=SC2317

rel=$(uname -r)
cd /tests || exit 1
deb=$(echo seamhost-dkms_*.deb)
version=${deb#seamhost-dkms_}
version=${version%_amd64.deb}
n=0
bad=0

# claim WHAT COMMAND...: the command's output is shown when it fails
claim()
{
	what=$1
	shift
	n=$((n + 1))
	if "$@" > /tmp/claim 2>&1; then
		echo "ok $n $what"
	else
		tail -n 20 /tmp/claim | sed 's/^/# /'
		echo "not ok $n $what"
		bad=1
	fi
}

# what depmod and dpkg write for themselves apart
files()
{
	find / -xdev -path /tests -prune -o -path /var/log -prune -o \
		-path /var/cache -prune -o -path '/var/lib/dpkg/*' -prune -o \
		-path '/var/lib/dkms/mok.*' -prune -o \
		! -path '*/lib/modules/*/modules.*' -print | sort
}

installed()
{
	dkms status -m seamhost -v "$version" -k "$rel" | tee /tmp/claim |
		grep -q "$rel, x86_64: installed"
}

# nothing comes up because a package came
asleep()
{
	! grep -E '^(seamhost|kvm_tdx|softseam) ' /proc/modules
}

loads()
{
	modprobe softseam && modprobe kvm-tdx && [ -d /sys/module/seamhost ] &&
		[ -c /dev/kvm-tdx ]
}

unloads()
{
	# -r takes what was loaded for it too
	modprobe -r kvm-tdx && modprobe -r softseam && asleep
}

# the rule of the package, told by a udevd that came to know of the device
device_is_for_kvm()
{
	udevadm settle
	stat -c '%G %a' /dev/kvm-tdx | tee /tmp/owner
	grep -q '^kvm 660$' /tmp/owner
}

# a tdxctl that finds its library, and a host that is up
status_up()
{
	tdxctl status && tdxctl --json status | grep -q '"state": *"up"'
}

ready()
{
	tdxctl why | tee /tmp/why
	grep -q '^Ready' /tmp/why
}

not_ready()
{
	tdxctl why > /tmp/why && return 1
	cat /tmp/why
	grep -q '^BROKEN' /tmp/why && grep -q '^What to do: ' /tmp/why
}

# the templates name what exists: take every comment sign away
options()
{
	sed -i 's/^#options/options/' /etc/modprobe.d/seamhost.conf
	sed -i 's/^#\([a-z]\)/\1/' /etc/modules-load.d/seamhost.conf
	modprobe softseam || return
	grep -v '^#' /etc/modules-load.d/seamhost.conf | while read -r m; do
		modprobe "$m" || exit
	done || return
	! dmesg | grep 'unknown parameter' || return
	for p in seamhost/parameters/on_demand seamhost/parameters/dynamic_pamt \
		seamhost/parameters/seamcall_stats kvm_tdx/parameters/dev_kvm; do
		[ "$(cat /sys/module/$p)" = Y ] || { echo "$p is not set"; return 1; }
	done
}

completes()
{
	bash -c '. /usr/share/bash-completion/completions/tdxctl
		COMP_WORDS=(tdxctl ima) COMP_CWORD=1; _tdxctl
		[ "${COMPREPLY[*]}" = image ]'
}

manual()
{
	for f in man/man1/tdxctl.1.gz man/man7/seamhost.7.gz \
		doc/seamhost-dkms/Documentation/index.md doc/seamhost-dkms/copyright; do
		[ -s /usr/share/$f ] || { echo "no /usr/share/$f"; return 1; }
	done
}

# configuration that was changed stays, modules do not
removed()
{
	[ -e /etc/modprobe.d/seamhost.conf ] || return
	! modprobe -n kvm-tdx || return
	! find /lib/modules /usr/src /var/lib/dkms | grep -E 'seamhost|kvm-tdx|softseam'
}

clean()
{
	rm -r /usr/share/seamhost-dkms
	files > /tmp/after
	diff /tmp/before /tmp/after
}

echo "KTAP version 1"
echo 1..18
# as the installation of a kernel does
depmod
files > /tmp/before
mkdir -p /usr/share/seamhost-dkms
cp ./*.dkms.tar.gz /usr/share/seamhost-dkms/

udevd=/lib/systemd/systemd-udevd
[ ! -x $udevd ] || $udevd --daemon
claim "dpkg installs the package" dpkg -i "$deb"
claim "DKMS installed the modules" installed
claim "nothing was loaded by that" asleep
claim "tdxctl why names a broken link" not_ready
claim "the modules load by name, with what they need" loads
if [ -x $udevd ]; then
	claim "udev gives the device to group kvm" device_is_for_kvm
else
	echo "ok $((n += 1)) udev gives the device to group kvm # SKIP no udev"
fi
claim "tdxctl status says that TDX is up" status_up
claim "tdxctl why says ready" ready
echo 1 > /sys/kernel/debug/seamhost/enable
claim "a TD runs" ./demo
claim "the modules unload by name" unloads
claim "every line of both configuration templates works" options
claim "a TD runs, TDX being brought up for it" ./demo
claim "bash completes tdxctl's commands" completes
claim "the manual is there" manual
claim "the package is removed while its modules are in use" dpkg -r seamhost-dkms
claim "its modules are gone from the disk, its configuration is not" removed
rmmod kvm-tdx seamhost softseam
claim "purging takes the rest" dpkg -P seamhost-dkms
claim "nothing of it is left" clean
exit $bad
