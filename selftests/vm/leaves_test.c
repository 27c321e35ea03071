// SPDX-License-Identifier: GPL-2.0-only
/*
 * The wrappers for guests in a guest: see guest/leaves.c. Each must have been
 * seen to succeed and to be refused, or stand in one of the lists here.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "../guest/layout.h"
#include "../guest/leaves.h"
#include "../include/ktap.h"
#include "../lib/td.h"

#define FATAL_CODE	0x5ea

static const char * const names[] = {
#define X(name, ...)	#name,
	GUEST_CALLS(X)
	VMCALLS(X)
#undef X
};

struct reason {
	enum guest_wrapper wrapper;
	const char *why;
};

static const struct reason not_offered[] = {
	{ W_tdg_vp_enter, "softseam plays a module without L2 VMs" },
	{ W_tdg_vp_invept, "softseam plays a module without L2 VMs" },
	{ W_tdg_vp_invvpid, "softseam plays a module without L2 VMs" },
	{ W_tdg_servtd_rd, "softseam has no service TDs" },
	{ W_tdg_servtd_wr, "softseam has no service TDs" },
	{ W_tdvmcall_wbinvd, "kvm-tdx does not write back caches for a guest" },
	{ W_tdvmcall_vendor1, "kvm-tdx offers no hypercalls of KVM" },
	{ W_tdvmcall_vendor2, "kvm-tdx offers no hypercalls of KVM" },
	{ W_tdvmcall_vendor3, "kvm-tdx offers no hypercalls of KVM" },
	{ W_tdvmcall_vendor4, "kvm-tdx offers no hypercalls of KVM" },
};

static const struct reason never_refused[] = {
	{ W_tdg_vp_info, "takes no operand" },
	{ W_tdvmcall_cpuid, "an unknown leaf reads as 0" },
	{ W_tdvmcall_hlt, "can be asked any time" },
	{ W_tdvmcall_inb, "its size is right, and every port is there" },
	{ W_tdvmcall_inw, "its size is right, and every port is there" },
	{ W_tdvmcall_inl, "its size is right, and every port is there" },
	{ W_tdvmcall_outb, "its size is right, and every port is there" },
	{ W_tdvmcall_outw, "its size is right, and every port is there" },
	{ W_tdvmcall_outl, "its size is right, and every port is there" },
	{ W_tdvmcall_report_fatal_error, "nobody returns from it" },
};

#define NR(array)	(sizeof(array) / sizeof((array)[0]))

static const char *find(const struct reason *list, size_t n,
			enum guest_wrapper w)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (list[i].wrapper == w)
			return list[i].why;
	return NULL;
}

static void judge(enum guest_wrapper w, const struct leaf_record *r)
{
	const char *absent = find(not_offered, NR(not_offered), w);
	const char *easy = find(never_refused, NR(never_refused), w);
	bool ok;

	if (absent)
		ok = ktap_ok(!r->done && r->refused,
			     "%s: refused, not offered: %s", names[w], absent);
	else if (easy)
		ok = ktap_ok(r->done && !r->refused,
			     "%s: done, never refused: %s", names[w], easy);
	else
		ok = ktap_ok(r->done && r->refused, "%s: done and refused",
			     names[w]);
	if (!ok || r->refused)
		ktap_note("%u done, %u refused, the last with %#llx, R10 %#llx",
			  r->done, r->refused, r->status, r->answer);
}

/* What a VMM with all of these would do, as far as the guest can tell. */
static int run(struct td_vmm *td)
{
	static struct td_output out = { .prefix = "# guest: " };
	struct kvm_tdx_exit *e = kvm_tdx_run_exit(td->vcpu[0].run);
	int ret;

	for (;;) {
		ret = td_run(td, 0, &out);
		switch (ret) {
		case KVM_EXIT_TDX:
			e->unknown.ret = 0;
			break;
		case KVM_EXIT_MMIO:
			break;
		case KVM_EXIT_IO:
			if (td_io_is(td, 0, PORT_SYNC))
				break;
			return ret;
		default:
			return ret;
		}
	}
}

int main(void)
{
	size_t image_size, reset_size;
	void *image = read_file("/tests/guest/leaves.img", &image_size);
	void *reset = read_file("/tests/guest/leaves.reset", &reset_size);
	struct td_vmm td = { .attributes = 1ULL << 28 };
	struct leaf_records *records;
	struct kvm_run *last;
	int ret, w;

	ktap_header();
	if (!image || !reset)
		return EXIT_FAILURE;
	ret = td_build(&td, 1, 0, image, image_size, reset);
	if (!ktap_ok(!ret, "a TD is built")) {
		ktap_note("%d, hw_error %#llx", ret,
			  (unsigned long long)td.hw_error);
		ktap_plan(1);
		return EXIT_FAILURE;
	}
	ret = run(&td);
	last = td.vcpu[0].run;
	records = (struct leaf_records *)(td.ram + GUEST_MBOX);
	/* data[]: status, then the registers in the order of their numbers */
	if (ktap_ok(ret == KVM_EXIT_SYSTEM_EVENT &&
		    last->system_event.data[12] == FATAL_CODE &&
		    !memcmp((void *)&last->system_event.data[14], LEAVES_MESSAGE,
			    sizeof(LEAVES_MESSAGE)),
		    "the guest ended with the fatal error that it reported"))
		records->r[W_tdvmcall_report_fatal_error].done++;
	else
		ktap_note("exit %d", ret);
	ktap_ok(records->finished, "every wrapper was called");
	for (w = 0; w < NR_GUEST_WRAPPERS; w++)
		judge(w, &records->r[w]);
	td_free(&td);
	ktap_plan(ktap_seen);
	return ktap_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
