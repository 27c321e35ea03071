// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a TD can prove about itself: TDREPORT, its measurements and what the
 * VMM put into INIT_VM.
 */
#include <nettle/sha2.h>
#include "kselftest.h"
#include "tdx_util.h"

#define REPORT_SIZE	1024
#define REPORT_DATA	128
#define TDINFO		512
#define ATTRIBUTES	(TDINFO + 0)
#define XFAM		(TDINFO + 8)
#define MRTD		(TDINFO + 16)
#define MRCONFIGID	(TDINFO + 64)
#define MROWNER		(TDINFO + 112)
#define MROWNERCONFIG	(TDINFO + 160)
#define RTMR(n)		(TDINFO + 208 + 48 * (n))
#define HASH		48

/* Filled in by the guest; shared, so that the host can read them. */
static uint8_t *out;

/* Aligned to their sizes, in private memory; the leaves take their GPAs. */
static uint8_t report[REPORT_SIZE] __attribute__((aligned(REPORT_SIZE)));
static uint8_t data[64] __attribute__((aligned(64)));
static uint8_t extension[64] __attribute__((aligned(64)));
static uint64_t report_gpa, data_gpa, extension_gpa;

static void give_report(unsigned int slot, uint8_t seed)
{
	uint64_t status;
	unsigned int i;

	for (i = 0; i < sizeof(data); i++)
		data[i] = seed + i;
	status = td_report((void *)report_gpa, (void *)data_gpa);
	GUEST_ASSERT_EQ(status, 0);
	memcpy(out + slot * REPORT_SIZE, report, REPORT_SIZE);
}

static uint64_t extend(uint64_t index, uint8_t fill)
{
	struct tdgcall c = { .rcx = extension_gpa, .rdx = index };

	memset(extension, fill, sizeof(extension));
	return tdgcall(TDLEAF_RTMR_EXTEND, &c);
}

static void guest_report(void)
{
	struct tdgcall c = {};
	unsigned int i;
	uint64_t status;

	give_report(0, 7);
	for (i = 0; i < 4; i++) {
		status = extend(i, 0x10 + i);
		GUEST_ASSERT_EQ(status, 0);
	}
	status = extend(2, 0x99);
	GUEST_ASSERT_EQ(status, 0);
	give_report(1, 8);
	GUEST_SYNC(1);

	status = extend(4, 1);
	GUEST_ASSERT_EQ(TDG_CODE(status), TDG_OPERAND_INVALID);
	c.rcx = extension_gpa + 8;
	status = tdgcall(TDLEAF_RTMR_EXTEND, &c);
	GUEST_ASSERT_EQ(TDG_CODE(status), TDG_OPERAND_INVALID);
	status = td_report((void *)(report_gpa + 64), (void *)data_gpa);
	GUEST_ASSERT_EQ(TDG_CODE(status), TDG_OPERAND_INVALID);
	give_report(0, 9);
	GUEST_DONE();
}

static void fill_shape(struct td_shape *shape)
{
	memset(shape->mrconfigid, 0xc1, HASH);
	memset(shape->mrowner, 0xc2, HASH);
	memset(shape->mrownerconfig, 0xc3, HASH);
}

static uint64_t gpa_of(struct kvm_vm *vm, void *p)
{
	return addr_gva2gpa(vm, (gva_t)p);
}

static struct kvm_vm *create(struct kvm_vcpu **vcpu, struct td_shape *shape,
			     uint8_t **reports)
{
	struct kvm_vm *vm = td_create(shape);
	gva_t gva = vm_alloc_shared(vm, 2 * REPORT_SIZE,
				    KVM_UTIL_MIN_VADDR,
				    MEM_REGION_TEST_DATA);

	out = (uint8_t *)gva;
	sync_global_to_guest(vm, out);
	report_gpa = gpa_of(vm, report);
	data_gpa = gpa_of(vm, data);
	extension_gpa = gpa_of(vm, extension);
	sync_global_to_guest(vm, report_gpa);
	sync_global_to_guest(vm, data_gpa);
	sync_global_to_guest(vm, extension_gpa);
	*reports = addr_gva2hva(vm, gva);
	*vcpu = td_vcpu_add(vm, 0, guest_report);
	return vm;
}

static bool all_are(const uint8_t *p, uint8_t value, size_t n)
{
	while (n--)
		if (*p++ != value)
			return false;
	return true;
}

/* RTMR' = SHA384(RTMR || 48 bytes of data), from zero */
static bool rtmr_is(const uint8_t *rtmr, const uint8_t *fills, unsigned int n)
{
	uint8_t value[HASH] = {}, more[HASH];
	struct sha384_ctx ctx;

	while (n--) {
		memset(more, *fills++, HASH);
		sha384_init(&ctx);
		sha384_update(&ctx, HASH, value);
		sha384_update(&ctx, HASH, more);
		sha384_digest(&ctx, HASH, value);
	}
	return !memcmp(value, rtmr, HASH);
}

static bool rtmrs_extended(const uint8_t *r)
{
	static const uint8_t fills[4][2] = {
		{ 0x10 }, { 0x11 }, { 0x12, 0x99 }, { 0x13 },
	};
	unsigned int i;

	for (i = 0; i < 4; i++)
		if (!rtmr_is(r + RTMR(i), fills[i], i == 2 ? 2 : 1))
			return false;
	return true;
}

static bool echoes(const uint8_t *r, uint8_t seed)
{
	unsigned int i;

	for (i = 0; i < 64; i++)
		if (r[REPORT_DATA + i] != (uint8_t)(seed + i))
			return false;
	return true;
}

static void test_report(uint8_t first[REPORT_SIZE])
{
	struct td_shape shape = { .attributes = TD_ATTR_SEPT_VE_DISABLE };
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm;
	uint8_t *r;

	fill_shape(&shape);
	vm = create(&vcpu, &shape, &r);
	td_finalize(vm);
	td_run_sync(vcpu, 1);
	memcpy(first, r, REPORT_SIZE);
	ksft_test_result(r[0] == 0x81 && echoes(r, 7) &&
			 echoes(r + REPORT_SIZE, 8),
			 "a report is of type TDX and holds the guest's data\n");
	ksft_test_result(*(uint64_t *)(r + ATTRIBUTES) ==
			 TD_ATTR_SEPT_VE_DISABLE &&
			 (*(uint64_t *)(r + XFAM) & 3) == 3,
			 "ATTRIBUTES and XFAM are INIT_VM's\n");
	ksft_test_result(all_are(r + MRCONFIGID, 0xc1, HASH) &&
			 all_are(r + MROWNER, 0xc2, HASH) &&
			 all_are(r + MROWNERCONFIG, 0xc3, HASH),
			 "MRCONFIGID, MROWNER and MROWNERCONFIG are INIT_VM's\n");
	ksft_test_result(all_are(r + RTMR(0), 0, 4 * HASH),
			 "RTMRs begin as zero\n");
	ksft_test_result(rtmrs_extended(r + REPORT_SIZE),
			 "each RTMR is the chain of what extended it\n");
	ksft_test_result(!memcmp(r + MRTD, r + REPORT_SIZE + MRTD, HASH) &&
			 !all_are(r + MRTD, 0, HASH),
			 "MRTD stays what it was\n");
	td_run_done(vcpu);
	ksft_test_result(rtmrs_extended(r),
			 "what cannot be extended or reported is refused and changes nothing\n");
	kvm_vm_free(vm);
}

/* The image decides MRTD, and what is not measured does not. */
static void test_mrtd(const uint8_t first[REPORT_SIZE])
{
	struct td_shape shape = { .gpaw48 = true };
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm;
	uint8_t *r;

	/* same image, another shape */
	vm = create(&vcpu, &shape, &r);
	td_finalize(vm);
	td_run_sync(vcpu, 1);
	ksft_test_result(!all_are(r + MRTD, 0, HASH) &&
			 all_are(r + MROWNER, 0, HASH),
			 "a TD without MROWNER reports zeros there\n");
	kvm_vm_free(vm);

	/* one byte of the image changes */
	shape = (struct td_shape){ .attributes = TD_ATTR_SEPT_VE_DISABLE };
	vm = create(&vcpu, &shape, &r);
	((uint8_t *)addr_gva2hva(vm, (gva_t)extension))[60] ^= 1;
	td_finalize(vm);
	td_run_sync(vcpu, 1);
	ksft_test_result(memcmp(r + MRTD, first + MRTD, HASH),
			 "one other bit in the image is another MRTD\n");
	kvm_vm_free(vm);

	vm = create(&vcpu, &shape, &r);
	td_finalize(vm);
	td_run_sync(vcpu, 1);
	ksft_test_result(!memcmp(r + MRTD, first + MRTD, HASH),
			 "the same image is the same MRTD\n");
	kvm_vm_free(vm);
}

int main(void)
{
	uint8_t first[REPORT_SIZE];

	ksft_print_header();
	ksft_set_plan(10);
	test_report(first);
	test_mrtd(first);
	ksft_finished();
}
