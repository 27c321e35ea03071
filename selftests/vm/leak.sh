#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A TDX module that does not give back what it was given: those pages, and the
# KeyID, are counted and reported and never used again; the host goes on.
. "${0%/*}/tds.sh"

owned()
{
	sed -n 's/^owned_pages=\([0-9]*\) .*/\1/p' $AUDIT
}

# life: a TD comes and goes
life()
{
	soak_test 1 1 2 > /tmp/tds.log 2>&1
}

# lost NAME RULE KEYIDS: with the rule a TD's pages, and KEYIDS, are lost
lost()
{
	mark "$1"
	modules_in
	free=$(value keyids_free)
	echo "$2 times=1000000" > $INJECT
	life
	result $? "$1 fails: the TD does its work all the same"
	echo clear > $INJECT
	pages=$(value leaked_pages)
	[ "$pages" -gt 0 ] && [ "$pages" = "$(owned)" ]
	status=$?
	[ $status = 0 ] || echo "# $pages leaked, the module has $(owned)"
	result $status "$1 fails: each page that the module still has is counted"
	said "leaked [0-9]* KiB at 0x.*: the TDX module still owns them"
	result $? "$1 fails: the log says so"
	[ "$(value keyids_free)" = $((free - $3)) ] && [ "$(value tds)" = 0 ]
	result $? "$1 fails: $3 KeyIDs are lost, no TD is left"
	status=0
	for i in 1 2 3; do
		life || status=1
	done
	[ $status = 0 ] || sed 's/^/# /' /tmp/tds.log
	result $status "$1 failed: new TDs get none of those pages"
	[ "$(value leaked_pages)" = "$pages" ] && [ "$(owned)" = "$pages" ]
	result $? "$1 failed: they lose nothing"
	$TDXCTL status | grep -q "^leaked  *$pages pages"
	result $? "$1 failed: tdxctl tells of the loss"
}

TDXCTL=/tests/tdxctl
REFUSED="status 0xc000010000000001"
BUSY="status 0x80000200000000ba"

echo "KTAP version 1"
lost "PAGE.RECLAIM" "TDH.PHYMEM.PAGE.RECLAIM $REFUSED" 0
modules_out
lost "KEY.FREEID" "TDH.MNG.KEY.FREEID $REFUSED" 1
dmesg | grep -q "kvm_tdx: TD with KeyID [0-9]* could not be ended; its memory is lost"
result $? "KEY.FREEID failed: the log says that a TD could not be ended"
echo "TDH.MNG.KEY.FREEID $REFUSED times=1000000" > $INJECT
refused_test terminate > /tmp/terminate
result $? "KEY.FREEID fails: TERMINATE_VM says so to each who asks"
[ $bad = 0 ] || sed 's/^/# /' /tmp/terminate
echo "TDH.PHYMEM.CACHE.WB $REFUSED times=1000000" > $INJECT
refused_test terminate > /tmp/terminate
result $? "CACHE.WB fails: so it does"
[ $bad = 0 ] || sed 's/^/# /' /tmp/terminate
echo clear > $INJECT
modules_out
result $? "all modules go"

# Others are at work on KeyIDs, more often than not.
mark busy
modules_in
echo "TDH.PHYMEM.CACHE.WB $BUSY times=300" > $INJECT
life && [ "$(value leaked_pages)" = 0 ] && nothing_left &&
	[ "$(value keyids_free)" = "$(value keyids)" ]
result $? "CACHE.WB is busy 300 times: nothing is lost"
echo clear > $INJECT
modules_out

# Where 2 MiB have PAMT entries for small pages that nobody uses, a large page
# cannot be the module's before they go.
mark stale
insmod /modules/softseam.ko features0=0x10000f0fbf
insmod /modules/seamhost.ko dynamic_pamt=1
insmod /modules/kvm-tdx.ko
echo "TDH.PHYMEM.PAMT.REMOVE $REFUSED times=1000000" > $INJECT
life
result $? "PAMT.REMOVE fails: the TD does its work all the same"
echo clear > $INJECT
status=0
for i in 1 2 3 4; do
	life || status=1
done
[ $status = 0 ] || sed 's/^/# /' /tmp/tds.log
result $status "PAMT.REMOVE failed: TDs get those places, in large pages too"
[ "$(value leaked_pages)" = 0 ] && nothing_left
result $? "PAMT.REMOVE failed: nothing is lost"
modules_out

# ---- /dev/kvm has one owner -----------------------------------------------------
mark owner
insmod /modules/irqbypass.ko 2>/dev/null
insmod /modules/kvm.ko 2>/dev/null
insmod /modules/ccp.ko 2>/dev/null
# newer kernels turn SVM on as soon as kvm_amd is there
if [ -e /sys/module/kvm/parameters/enable_virt_at_load ] &&
   insmod /modules/kvm-amd.ko 2>/dev/null; then
	insmod /modules/softseam.ko
	! insmod /modules/seamhost.ko 2>/dev/null &&
		since | grep -q "softseam: CPU [0-9]*: SVM is in use"
	result $? "where another KVM has SVM seamhost does not load, and the log says why"
	rmmod softseam kvm-amd kvm
	insmod /modules/kvm.ko enable_virt_at_load=0
else
	echo "ok $((n += 1)) another KVM has SVM # SKIP not before it has a VM here"
fi
if insmod /modules/kvm-amd.ko 2>/dev/null; then
	insmod /modules/softseam.ko && insmod /modules/seamhost.ko
	! insmod /modules/kvm-tdx.ko dev_kvm=1 2>/dev/null &&
		since | grep -q "kvm_tdx: /dev/kvm belongs to another KVM" &&
		[ ! -e /dev/kvm-tdx ]
	result $? "dev_kvm=1 where another KVM is: refused, and the log says why"
	[ -c /dev/kvm ] && insmod /modules/kvm-tdx.ko && [ -c /dev/kvm-tdx ]
	result $? "without it both are there"
	modules_out
	rmmod kvm-amd
else
	echo "ok $((n += 1)) another KVM # SKIP kvm-amd does not load here"
fi

echo "1..$n"
exit $bad
