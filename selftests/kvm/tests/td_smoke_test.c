// SPDX-License-Identifier: GPL-2.0-only
/* A TD on the KVM selftests library: it runs, reports, and ends. */
#include "tdx_util.h"
#include "kselftest.h"

static void guest_done(void)
{
	GUEST_DONE();
}

static void guest_info(void)
{
	struct tdgcall c = {};

	GUEST_ASSERT(!tdgcall(TDLEAF_INFO, &c));
	GUEST_ASSERT_EQ(c.rcx & 0x3f, td_shared_bit == 1ULL << 51 ? 52 : 48);
	GUEST_ASSERT_EQ(c.r8 & 0xffffffff, 1);
	GUEST_SYNC(c.rdx);
	GUEST_DONE();
}

/* The guest's code runs to its end. */
static void test_runs(void)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = td_create_with_one_vcpu(&vcpu, guest_done);

	td_run_done(vcpu);
	kvm_vm_free(vm);
}

/* ATTRIBUTES and the address width are those that were asked for. */
static void test_info(bool gpaw48)
{
	struct td_shape shape = {
		.attributes = TD_ATTR_SEPT_VE_DISABLE, .gpaw48 = gpaw48,
	};
	struct kvm_vm *vm = td_create(&shape);
	struct kvm_vcpu *vcpu = td_vcpu_add(vm, 0, guest_info);

	td_finalize(vm);
	td_run_sync(vcpu, TD_ATTR_SEPT_VE_DISABLE);
	td_run_done(vcpu);
	kvm_vm_free(vm);
}

int main(void)
{
	ksft_print_header();
	ksft_set_plan(3);
	test_runs();
	ksft_test_result_pass("a TD runs to GUEST_DONE\n");
	test_info(false);
	ksft_test_result_pass("TDG.VP.INFO with the widest GPAW\n");
	test_info(true);
	ksft_test_result_pass("TDG.VP.INFO with GPAW 48\n");
	ksft_finished();
}
