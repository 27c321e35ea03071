// SPDX-License-Identifier: GPL-2.0-only
/* Every kind of exit that reaches user space, its answer, and its refusals. */
#include "kselftest.h"
#include "tdx_util.h"

#define PORT		0x1230
#define OUT_VALUE	0x8877665544332211ULL
#define IN_VALUE	0xfedcba9876543210ULL
#define MMIO_GPA	0xfd001000UL
#define QUOTE_GPA	(48UL << 20)
#define ODD_RESULT	0x8000000000000abcULL
#define FATAL_CODE	0x1234ULL

static uint64_t mask(unsigned int size)
{
	return size == 8 ? ~0ULL : (1ULL << 8 * size) - 1;
}

/* What the guest asks; @want is the answer it must get. */
static void call_is(uint64_t fn, uint64_t r12, uint64_t r13, uint64_t r14,
		    uint64_t want)
{
	struct tdvmcall c = { .r11 = fn, .r12 = r12, .r13 = r13, .r14 = r14 };
	uint64_t got = tdvmcall(&c);

	GUEST_ASSERT_EQ(got, want);
}

static void guest_io(void)
{
	unsigned int size;
	uint64_t v, ret;

	for (size = 1; size <= 4; size *= 2) {
		ret = td_io_out(PORT + size, size, OUT_VALUE);
		GUEST_ASSERT_EQ(ret, TDVMCALL_OK);
		ret = td_io_in(PORT + size, size, &v);
		GUEST_ASSERT_EQ(ret, TDVMCALL_OK);
		GUEST_ASSERT_EQ(v, IN_VALUE & mask(size));
	}
	call_is(TDVMCALL_IO, 0, 1, PORT, TDVMCALL_INVALID);
	call_is(TDVMCALL_IO, 3, 1, PORT, TDVMCALL_INVALID);
	call_is(TDVMCALL_IO, 8, 0, PORT, TDVMCALL_INVALID);
	call_is(TDVMCALL_IO, 4, 2, PORT, TDVMCALL_INVALID);
	call_is(TDVMCALL_IO, 4, 1, 0x10000, TDVMCALL_INVALID);
	GUEST_DONE();
}

static bool io_exit(struct kvm_vcpu *vcpu, int direction, unsigned int size)
{
	struct kvm_run *run = vcpu->run;

	vcpu_run(vcpu);
	return run->exit_reason == KVM_EXIT_IO && run->io.count == 1 &&
	       run->io.direction == direction && run->io.size == size &&
	       run->io.port == PORT + size;
}

static void test_io(void)
{
	uint64_t out = OUT_VALUE, in = IN_VALUE;
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = td_create_with_one_vcpu(&vcpu, guest_io);
	unsigned int size;
	bool ok;

	for (size = 1; size <= 4; size *= 2) {
		ok = io_exit(vcpu, KVM_EXIT_IO_OUT, size) &&
		     !memcmp((char *)vcpu->run + vcpu->run->io.data_offset,
			     &out, size);
		ksft_test_result(ok, "OUT of %u bytes\n", size);
		ok = io_exit(vcpu, KVM_EXIT_IO_IN, size);
		memcpy((char *)vcpu->run + vcpu->run->io.data_offset, &in, 8);
		ksft_test_result(ok, "IN of %u bytes\n", size);
	}
	td_run_done(vcpu);
	ksft_test_result_pass("IN gives what the VMM wrote; odd operands are refused\n");
	kvm_vm_free(vm);
}

static void guest_mmio(void)
{
	unsigned int size;
	uint64_t v, ret;

	for (size = 1; size <= 8; size *= 2) {
		ret = td_mmio_write(MMIO_GPA, size, OUT_VALUE);
		GUEST_ASSERT_EQ(ret, TDVMCALL_OK);
		ret = td_mmio_read(MMIO_GPA + 8, size, &v);
		GUEST_ASSERT_EQ(ret, TDVMCALL_OK);
		GUEST_ASSERT_EQ(v, IN_VALUE & mask(size));
	}
	call_is(TDVMCALL_MMIO, 3, 0, MMIO_GPA | td_shared_bit, TDVMCALL_INVALID);
	call_is(TDVMCALL_MMIO, 16, 0, MMIO_GPA | td_shared_bit,
		TDVMCALL_INVALID);
	call_is(TDVMCALL_MMIO, 4, 2, MMIO_GPA | td_shared_bit, TDVMCALL_INVALID);
	/* private, beyond the width, across a page */
	call_is(TDVMCALL_MMIO, 4, 0, MMIO_GPA, TDVMCALL_INVALID);
	call_is(TDVMCALL_MMIO, 4, 0, MMIO_GPA | td_shared_bit << 1,
		TDVMCALL_INVALID);
	call_is(TDVMCALL_MMIO, 8, 0, (MMIO_GPA + 4092) | td_shared_bit,
		TDVMCALL_INVALID);
	GUEST_DONE();
}

static void test_mmio(void)
{
	uint64_t out = OUT_VALUE, in = IN_VALUE;
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = td_create_with_one_vcpu(&vcpu, guest_mmio);
	struct kvm_run *run = vcpu->run;
	unsigned int size;
	bool ok;

	for (size = 1; size <= 8; size *= 2) {
		vcpu_run(vcpu);
		ok = run->exit_reason == KVM_EXIT_MMIO && run->mmio.is_write &&
		     run->mmio.phys_addr == MMIO_GPA && run->mmio.len == size &&
		     !memcmp(run->mmio.data, &out, size);
		ksft_test_result(ok, "MMIO write of %u bytes\n", size);
		vcpu_run(vcpu);
		ok = run->exit_reason == KVM_EXIT_MMIO && !run->mmio.is_write &&
		     run->mmio.phys_addr == MMIO_GPA + 8 &&
		     run->mmio.len == size;
		memcpy(run->mmio.data, &in, 8);
		ksft_test_result(ok, "MMIO read of %u bytes\n", size);
	}
	td_run_done(vcpu);
	ksft_test_result_pass("a read gives what the VMM wrote; odd operands are refused\n");
	kvm_vm_free(vm);
}

/* MSRs that the VMM plays, and one that nobody has. */
static void guest_msr(void)
{
	uint64_t v, ret;

	ret = td_rdmsr(0xfe, &v);		/* MTRRcap */
	GUEST_ASSERT_EQ(ret, TDVMCALL_OK);
	GUEST_ASSERT_EQ(v, 0x508);
	ret = td_wrmsr(0x1a0, 0x5a5a);		/* MISC_ENABLE */
	GUEST_ASSERT_EQ(ret, TDVMCALL_OK);
	ret = td_rdmsr(0x1a0, &v);
	GUEST_ASSERT_EQ(ret, TDVMCALL_OK);
	GUEST_ASSERT_EQ(v, 0x5a5a);
	GUEST_SYNC(1);
	ret = td_rdmsr(0xdead, &v);
	GUEST_ASSERT_EQ(ret, TDVMCALL_INVALID);
	ret = td_wrmsr(0xdead, 1);
	GUEST_ASSERT_EQ(ret, TDVMCALL_INVALID);
	ret = td_wrmsr(0xfe, 1);		/* read-only */
	GUEST_ASSERT_EQ(ret, TDVMCALL_INVALID);
	ret = td_rdmsr(0x1b, &v);		/* APIC base: x2APIC, on, BSP */
	GUEST_ASSERT_EQ(ret, TDVMCALL_OK);
	GUEST_ASSERT_EQ(v & 0xfff, 0xd00);
	GUEST_DONE();
}

static void test_msr(void)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = td_create_with_one_vcpu(&vcpu, guest_msr);

	td_run_sync(vcpu, 1);
	ksft_test_result_pass("MSRs that the VMM plays are read and written\n");
	td_run_done(vcpu);
	ksft_test_result_pass("others are refused\n");
	kvm_vm_free(vm);
}

static void guest_user_calls(void)
{
	struct tdvmcall c = {
		.r11 = TDVMCALL_GET_QUOTE, .r12 = QUOTE_GPA | td_shared_bit,
		.r13 = 8192,
	};

	GUEST_ASSERT_EQ(tdvmcall(&c), TDVMCALL_OK);
	call_is(TDVMCALL_GET_QUOTE, QUOTE_GPA | td_shared_bit, 4096, 0,
		ODD_RESULT);
	call_is(TDVMCALL_GET_QUOTE, QUOTE_GPA, 4096, 0, TDVMCALL_INVALID);
	call_is(TDVMCALL_GET_QUOTE, td_shared_bit << 1, 4096, 0,
		TDVMCALL_INVALID);
	GUEST_SYNC(1);

	c = (struct tdvmcall){ .r11 = TDVMCALL_GET_INFO, .r13 = 5 };
	GUEST_ASSERT_EQ(tdvmcall(&c), TDVMCALL_OK);
	GUEST_ASSERT(!c.r11 && !c.r12 && !c.r13 && !c.r14);
	c = (struct tdvmcall){ .r11 = TDVMCALL_GET_INFO, .r12 = 1 };
	GUEST_ASSERT_EQ(tdvmcall(&c), TDVMCALL_OK);
	GUEST_ASSERT(c.r11 == 11 && c.r12 == 12 && c.r13 == 13 && c.r14 == 14);
	call_is(TDVMCALL_GET_INFO, 2, 0, 0, TDVMCALL_INVALID);
	GUEST_SYNC(2);

	call_is(TDVMCALL_SETUP_NOTIFY, 0x20, 0, 0, TDVMCALL_OK);
	call_is(TDVMCALL_SETUP_NOTIFY, 0xff, 0, 0, TDVMCALL_UNSUPPORTED);
	call_is(TDVMCALL_SETUP_NOTIFY, 0x1f, 0, 0, TDVMCALL_INVALID);
	call_is(TDVMCALL_SETUP_NOTIFY, 0x100, 0, 0, TDVMCALL_INVALID);
	GUEST_SYNC(3);

	call_is(0x1000f, 0, 0, 0, TDVMCALL_UNSUPPORTED);
	call_is(99, 0, 0, 0, TDVMCALL_UNSUPPORTED);
	/* not the standard's: a hypercall of KVM's own, and none is offered */
	c = (struct tdvmcall){ .r10 = 1, .r11 = TDVMCALL_IO };
	GUEST_ASSERT_EQ(tdvmcall(&c), -1000ULL);
	GUEST_DONE();
}

static struct kvm_tdx_exit *tdx_exit(struct kvm_vcpu *vcpu, uint64_t nr)
{
	struct kvm_tdx_exit *e = kvm_tdx_run_exit(vcpu->run);

	vcpu_run(vcpu);
	TEST_ASSERT(vcpu->run->exit_reason == KVM_EXIT_TDX && e->nr == nr,
		    "wanted KVM_EXIT_TDX %#lx, got exit %u", nr,
		    vcpu->run->exit_reason);
	return e;
}

static void test_user_calls(void)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = td_create_with_one_vcpu(&vcpu, guest_user_calls);
	struct kvm_tdx_exit *e;
	bool ok;

	e = tdx_exit(vcpu, TDVMCALL_GET_QUOTE);
	ok = !e->flags && e->get_quote.ret == TDVMCALL_UNSUPPORTED &&
	     e->get_quote.gpa == QUOTE_GPA && e->get_quote.size == 8192;
	e->get_quote.ret = TDVMCALL_OK;
	e = tdx_exit(vcpu, TDVMCALL_GET_QUOTE);
	e->get_quote.ret = ODD_RESULT;
	td_run_sync(vcpu, 1);
	ksft_test_result(ok, "GetQuote exits and gets an answer; private memory is refused\n");

	e = tdx_exit(vcpu, TDVMCALL_GET_INFO);
	ok = e->get_tdvmcall_info.leaf == 1;
	e->get_tdvmcall_info.r11 = 11;
	e->get_tdvmcall_info.r12 = 12;
	e->get_tdvmcall_info.r13 = 13;
	e->get_tdvmcall_info.r14 = 14;
	td_run_sync(vcpu, 2);
	ksft_test_result(ok, "GetTdVmCallInfo: leaf 0 here, leaf 1 by the VMM, no other\n");

	e = tdx_exit(vcpu, TDVMCALL_SETUP_NOTIFY);
	ok = e->setup_event_notify.vector == 0x20;
	e->setup_event_notify.ret = TDVMCALL_OK;
	e = tdx_exit(vcpu, TDVMCALL_SETUP_NOTIFY);
	ok &= e->setup_event_notify.vector == 0xff;
	td_run_sync(vcpu, 3);
	ksft_test_result(ok, "SetupEventNotifyInterrupt: the VMM answers, bad vectors fail\n");

	td_run_done(vcpu);
	ksft_test_result_pass("unknown calls are refused\n");
	kvm_vm_free(vm);
}

static void guest_map_gpa(void)
{
	uint64_t gpa = QUOTE_GPA;
	struct tdvmcall c = {
		.r11 = TDVMCALL_MAP_GPA, .r12 = gpa | td_shared_bit,
		.r13 = 3UL << 20,
	};

	call_is(TDVMCALL_MAP_GPA, gpa + 1, 4096, 0, TDVMCALL_ALIGN_ERROR);
	call_is(TDVMCALL_MAP_GPA, gpa, 100, 0, TDVMCALL_ALIGN_ERROR);
	call_is(TDVMCALL_MAP_GPA, gpa, 0, 0, TDVMCALL_INVALID);
	call_is(TDVMCALL_MAP_GPA, td_shared_bit - 4096, 8192, 0,
		TDVMCALL_INVALID);
	call_is(TDVMCALL_MAP_GPA, td_shared_bit << 1, 4096, 0,
		TDVMCALL_INVALID);
	call_is(TDVMCALL_MAP_GPA, gpa, 4096, 0, TDVMCALL_INVALID);
	/* the VMM wants to go on later, from the second step */
	GUEST_ASSERT_EQ(tdvmcall(&c), TDVMCALL_RETRY);
	GUEST_ASSERT_EQ(c.r11, (gpa + (2UL << 20)) | td_shared_bit);
	GUEST_DONE();
}

static void test_map_gpa(void)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = td_create_with_one_vcpu(&vcpu, guest_map_gpa);
	struct kvm_tdx_hypercall_exit *hc = kvm_tdx_run_exit(vcpu->run);
	bool ok;
	int ret;

	vcpu_run(vcpu);
	ok = vcpu->run->exit_reason == KVM_EXIT_HYPERCALL &&
	     hc->nr == KVM_HC_MAP_GPA_RANGE && hc->args[0] == QUOTE_GPA &&
	     hc->args[1] == 1 && hc->args[2] == 0x10;
	hc->ret = 12345;
	ret = __vcpu_run(vcpu);
	ksft_test_result(ret == -1 && errno == EINVAL,
			 "an answer that means nothing: EINVAL\n");
	/* the guest, which would take it for a success, has not seen it */
	hc->ret = EINVAL;
	ksft_test_result(ok, "MapGPA to private exits with its page\n");
	vcpu_run(vcpu);
	ok = hc->args[0] == QUOTE_GPA && hc->args[1] == 512 && !hc->args[2];
	hc->ret = 0;
	vcpu_run(vcpu);
	ok &= hc->args[0] == QUOTE_GPA + (2UL << 20) && hc->args[1] == 256;
	hc->ret = EAGAIN;
	td_run_done(vcpu);
	ksft_test_result(ok, "MapGPA goes in steps; the VMM may refuse or put off\n");
	kvm_vm_free(vm);
}

static void guest_fatal(void)
{
	struct tdvmcall c = {
		.r11 = TDVMCALL_FATAL_ERROR, .r12 = FATAL_CODE,
		.r14 = 0x6c6c6120, .rbx = 1, .rdi = 2, .rsi = 3, .r8 = 4,
		.r9 = 5, .rdx = 6,
	};

	tdvmcall(&c);
	GUEST_ASSERT(false);
}

static void test_fatal(void)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = td_create_with_one_vcpu(&vcpu, guest_fatal);
	struct kvm_run *run = vcpu->run;
	uint64_t *d = (uint64_t *)run->system_event.data;
	bool ok;
	int ret;

	vcpu_run(vcpu);
	ok = run->exit_reason == KVM_EXIT_SYSTEM_EVENT &&
	     run->system_event.type == KVM_SYSTEM_EVENT_TDX_FATAL &&
	     run->system_event.ndata == 16 && d[12] == FATAL_CODE &&
	     d[14] == 0x6c6c6120 && d[3] == 1 && d[7] == 2 && d[6] == 3 &&
	     d[8] == 4 && d[9] == 5 && d[2] == 6;
	ksft_test_result(ok, "ReportFatalError is a system event with its registers\n");
	ret = _vcpu_run(vcpu);
	ksft_test_result(ret == -1 && errno == EIO,
			 "the guest that reported one does not run on: EIO\n");
	ret = _vcpu_run(vcpu);
	ksft_test_result(ret == -1 && errno == EIO, "and not at the second try\n");
	kvm_vm_free(vm);
}

/* immediate_exit completes what was pending and does not enter the TD. */
static void test_immediate(void)
{
	uint64_t in = IN_VALUE;
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = td_create_with_one_vcpu(&vcpu, guest_io);
	bool ok;

	vcpu->run->immediate_exit = 1;
	ok = __vcpu_run(vcpu) == -1 && errno == EINTR;
	vcpu->run->immediate_exit = 0;
	ksft_test_result(ok && io_exit(vcpu, KVM_EXIT_IO_OUT, 1) &&
			 io_exit(vcpu, KVM_EXIT_IO_IN, 1),
			 "immediate_exit: EINTR, and the guest has not run\n");
	memcpy((char *)vcpu->run + vcpu->run->io.data_offset, &in, 8);
	vcpu->run->immediate_exit = 1;
	ok = __vcpu_run(vcpu) == -1 && errno == EINTR;
	vcpu->run->immediate_exit = 0;
	memset((char *)vcpu->run + vcpu->run->io.data_offset, 0, 8);
	/* the guest asserts that it read IN_VALUE */
	ksft_test_result(ok && io_exit(vcpu, KVM_EXIT_IO_OUT, 2),
			 "immediate_exit after an exit: its answer is taken first\n");
	kvm_vm_free(vm);
}

static void guest_shutdown(void)
{
	struct desc_ptr none = {};

	asm volatile("lidt %0; ud2" : : "m"(none));
}

static void test_shutdown(void)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = td_create_with_one_vcpu(&vcpu, guest_shutdown);

	vcpu_run(vcpu);
	ksft_test_result(vcpu->run->exit_reason == KVM_EXIT_SHUTDOWN,
			 "a triple fault is KVM_EXIT_SHUTDOWN\n");
	kvm_vm_free(vm);
}

int main(void)
{
	ksft_print_header();
	ksft_set_plan(7 + 9 + 2 + 4 + 3 + 3 + 2 + 1);
	test_io();
	test_mmio();
	test_msr();
	test_user_calls();
	test_map_gpa();
	test_fatal();
	test_immediate();
	test_shutdown();
	ksft_finished();
}
