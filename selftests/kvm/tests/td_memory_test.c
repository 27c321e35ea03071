// SPDX-License-Identifier: GPL-2.0-only
/*
 * Private memory of a running TD: mapped large where it can be, split when a
 * piece changes sides, joined when it is whole again, and the shared side
 * keeps what both wrote.
 */
#include <sys/mman.h>
#include "kselftest.h"
#include "tdx_util.h"
#include "../../lib/seamcalls.h"

#define SIZE_2M		(2UL << 20)
#define AREA_GPA	(32UL << 20)
#define AREA_SIZE	(2 * SIZE_2M)
#define AREA_GVA	0x40000000UL		/* private */
#define AREA_SHARED	0x80000000UL		/* the same, shared */
#define PAGES_2M	512UL
#define ASKEW_GPA	(128UL << 20)
#define ASKEW_SLOT	7
#define REJOIN_TRIES	1000		/* 10 ms apart */
#define PATTERN		0x5ca1ab1edeadbeefULL
#define HOLES_GVA	0xc0000000UL
#define HOLES_GPA	(4UL << 30)		/* in no slot */
#define HOLES		1500UL			/* 2 MiB apart */
#define TABLES_MAX	1200L
#define EXIT_EPT_VIOLATION	48
#define VE_VECTOR		20

/* As private memory that the library does not load. */
static void map_private(struct kvm_vm *vm, unsigned int slot, uint64_t gpa)
{
	struct userspace_mem_region *r = memslot2region(vm, slot);
	uint64_t first = gpa >> vm->page_shift;
	uint64_t n = AREA_SIZE >> vm->page_shift;

	sparsebit_set_num(r->protected_phy_pages, first, n);
	virt_map(vm, AREA_GVA, gpa, n);
	sparsebit_clear_num(r->protected_phy_pages, first, n);
}

/* Both views of the area. */
static void map_area(struct kvm_vm *vm)
{
	virt_map(vm, AREA_SHARED, AREA_GPA, AREA_SIZE >> vm->page_shift);
	map_private(vm, TD_SLOT_RAM, AREA_GPA);
}

static struct kvm_vm *create(struct kvm_vcpu **vcpu, void *guest)
{
	struct kvm_vm *vm = td_create(NULL);

	map_area(vm);
	*vcpu = td_vcpu_add(vm, 0, guest);
	td_finalize(vm);
	return vm;
}

static volatile uint64_t *at(uint64_t offset)
{
	return (void *)(AREA_GVA + offset);
}

static volatile uint64_t *shared_at(uint64_t offset)
{
	return (void *)(AREA_SHARED + offset);
}

static void accept_at(uint64_t offset, uint64_t size)
{
	uint64_t status = td_accept(AREA_GPA + offset, size);

	GUEST_ASSERT_EQ(status, 0);
}

/* Two aligned blocks are two mappings, two acceptances. */
static void guest_large(void)
{
	accept_at(0, AREA_SIZE);
	GUEST_ASSERT_EQ(*at(0), 0);
	GUEST_ASSERT_EQ(*at(AREA_SIZE - 8), 0);
	*at(SIZE_2M) = PATTERN;
	GUEST_ASSERT_EQ(*at(SIZE_2M), PATTERN);
	GUEST_DONE();
}

static void test_large(void)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = create(&vcpu, guest_large);
	unsigned long aug;

	seamcalls_start();
	td_run_done(vcpu);
	aug = seamcalls_done("TDH.MEM.PAGE.AUG");
	ksft_test_result(aug == 2, "4 MiB are mapped with 2 calls (%lu)\n", aug);

	/* the library deletes the slots of a VM before it closes it */
	seamcalls_start();
	TEST_ASSERT(!td_op(vm->fd, KVM_TDX_TERMINATE_VM, 0, NULL, NULL),
		    "KVM_TDX_TERMINATE_VM");
	kvm_vm_free(vm);
	ksft_test_result(!seamcalls_done("TDH.MEM.RANGE.BLOCK") &&
			 !seamcalls_done("TDH.MEM.PAGE.REMOVE"),
			 "the end of a TD removes no page one by one\n");
}

/* A guest that accepts 4 KiB gets 4 KiB, also where 2 MiB was mapped. */
static void guest_small(void)
{
	struct tdgcall c = { .rcx = AREA_GPA + 4096 };
	uint64_t status = tdgcall(TDLEAF_ACCEPT, &c);

	GUEST_ASSERT_EQ(status, 0);
	*at(4096) = PATTERN;
	GUEST_SYNC(1);
	c = (struct tdgcall){ .rcx = AREA_GPA + SIZE_2M + 8192 };
	status = tdgcall(TDLEAF_ACCEPT, &c);
	GUEST_ASSERT_EQ(status, 0);
	accept_at(SIZE_2M, SIZE_2M);
	*at(SIZE_2M + 8192) = PATTERN;
	GUEST_DONE();
}

static void test_small(void)
{
	struct kvm_pre_fault_memory pre = {
		.gpa = AREA_GPA + SIZE_2M, .size = SIZE_2M,
	};
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = create(&vcpu, guest_small);
	int ret;

	td_run_sync(vcpu, 1);
	ksft_test_result_pass("a page accepted as 4 KiB is mapped as such\n");
	seamcalls_start();
	ret = ioctl(vcpu->fd, KVM_PRE_FAULT_MEMORY, &pre);
	ksft_test_result(!ret && !pre.size &&
			 pre.gpa == AREA_GPA + AREA_SIZE &&
			 seamcalls_done("TDH.MEM.PAGE.AUG") == 1,
			 "PRE_FAULT_MEMORY maps 2 MiB with one call\n");
	td_run_done(vcpu);
	ksft_test_result(seamcalls_done("TDH.MEM.PAGE.DEMOTE") == 1,
			 "what is mapped large is split for a small acceptance\n");
	kvm_vm_free(vm);
}

/*
 * One page of a large mapping goes to the shared side and comes back, while
 * its neighbours keep what they hold.
 */
static void guest_convert(void)
{
	uint64_t i;

	accept_at(0, SIZE_2M);
	for (i = 0; i < SIZE_2M; i += 4096)
		*at(i) = PATTERN + i;
	GUEST_SYNC(1);

	GUEST_ASSERT(!td_map_gpa((AREA_GPA + 8192) | td_shared_bit, 4096));
	*shared_at(8192) = PATTERN;
	GUEST_SYNC(2);
	GUEST_ASSERT_EQ(*shared_at(8192), ~PATTERN);
	for (i = 0; i < SIZE_2M; i += 4096)
		if (i != 8192)
			GUEST_ASSERT_EQ(*at(i), PATTERN + i);

	GUEST_ASSERT(!td_map_gpa(AREA_GPA + 8192, 4096));
	accept_at(8192, 4096);
	GUEST_ASSERT_EQ(*at(8192), 0);
	*at(8192) = PATTERN + 8192;
	GUEST_SYNC(3);

	/* any change of sides gives the host a reason to look */
	GUEST_ASSERT(!td_map_gpa((AREA_GPA + SIZE_2M) | td_shared_bit, 4096));
	for (i = 0; i < SIZE_2M; i += 4096)
		GUEST_ASSERT_EQ(*at(i), PATTERN + i);
	GUEST_SYNC(4);

	GUEST_ASSERT(!td_map_gpa(AREA_GPA | td_shared_bit, SIZE_2M));
	*shared_at(0) = PATTERN;
	GUEST_DONE();
}

static void test_convert(void)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = create(&vcpu, guest_convert);
	uint64_t *host = addr_gpa2hva(vm, AREA_GPA + 8192);

	td_run_sync(vcpu, 1);
	seamcalls_start();
	td_run_sync(vcpu, 2);
	ksft_test_result(seamcalls_done("TDH.MEM.PAGE.DEMOTE") == 1 &&
			 seamcalls_done("TDH.MEM.PAGE.REMOVE") == 1,
			 "a 4 KiB piece splits its block and leaves alone\n");
	ksft_test_result(*host == PATTERN,
			 "the host reads what the guest wrote shared\n");
	*host = ~PATTERN;
	td_run_sync(vcpu, 3);
	ksft_test_result_pass("the guest reads what the host wrote, its neighbours are whole\n");
	td_run_sync(vcpu, 4);
	ksft_test_result(seamcalls_done("TDH.MEM.PAGE.PROMOTE") == 1,
			 "a block that is whole again is joined\n");
	seamcalls_start();
	td_run_done(vcpu);
	ksft_test_result(seamcalls_done("TDH.MEM.PAGE.REMOVE") == 1 &&
			 seamcalls_done("TDH.MEM.TRACK") == 1,
			 "2 MiB change sides with one removal\n");
	host = addr_gpa2hva(vm, AREA_GPA);
	ksft_test_result(*host == PATTERN, "2 MiB of shared memory work\n");
	kvm_vm_free(vm);
}

/*
 * A block in small pages: split for one that became shared, and put together
 * again; then the guest gives its host no more reason to look.
 */
static void guest_rejoin(void)
{
	uint64_t i;

	accept_at(0, SIZE_2M);
	for (i = 0; i < SIZE_2M; i += 4096)
		*at(i) = PATTERN + i;
	GUEST_ASSERT(!td_map_gpa((AREA_GPA + 8192) | td_shared_bit, 4096));
	GUEST_ASSERT(!td_map_gpa(AREA_GPA + 8192, 4096));
	accept_at(8192, 4096);
	*at(8192) = PATTERN + 8192;
	for (;;) {
		GUEST_SYNC(1);
		for (i = 0; i < SIZE_2M; i += 4096)
			GUEST_ASSERT_EQ(*at(i), PATTERN + i);
	}
}

static void test_rejoin(void)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = create(&vcpu, guest_rejoin);
	unsigned int tries;

	seamcalls_start();
	for (tries = 0; tries < REJOIN_TRIES; tries++) {
		td_run_sync(vcpu, 1);
		if (seamcalls_done("TDH.MEM.PAGE.PROMOTE"))
			break;
		usleep(10000);
	}
	ksft_test_result(seamcalls_done("TDH.MEM.PAGE.PROMOTE") == 1 &&
			 seamcalls_done("TDH.MEM.SEPT.RD") < 2 * PAGES_2M,
			 "a whole block is joined under a guest that lets it be (%u)\n",
			 tries);
	td_run_sync(vcpu, 1);
	kvm_vm_free(vm);
}

/* What was in small pages goes away whole: it comes back as a large one. */
static void guest_whole_again(void)
{
	accept_at(0, SIZE_2M);
	GUEST_ASSERT(!td_map_gpa((AREA_GPA + 8192) | td_shared_bit, 4096));
	GUEST_ASSERT(!td_map_gpa(AREA_GPA | td_shared_bit, SIZE_2M));
	*shared_at(4096) = PATTERN;
	GUEST_SYNC(1);
	GUEST_ASSERT(!td_map_gpa(AREA_GPA, SIZE_2M));
	accept_at(0, SIZE_2M);
	GUEST_ASSERT_EQ(*at(4096), 0);
	*at(SIZE_2M - 8) = PATTERN;
	GUEST_SYNC(2);
	GUEST_ASSERT_EQ(*at(SIZE_2M - 8), PATTERN);
	GUEST_DONE();
}

static void test_whole_again(void)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = create(&vcpu, guest_whole_again);
	unsigned long aug, gone;

	seamcalls_start();
	td_run_sync(vcpu, 1);
	gone = seamcalls_done("TDH.MEM.SEPT.REMOVE");
	seamcalls_start();
	td_run_sync(vcpu, 2);
	aug = seamcalls_done("TDH.MEM.PAGE.AUG");
	ksft_test_result(gone == 1 && aug == 1,
			 "2 MiB that were in small pages come back as one (%lu)\n",
			 aug);
	td_run_done(vcpu);
	kvm_vm_free(vm);
}

/* A whole 2 MiB among what the TD starts with */
static void guest_image(void)
{
	uint64_t i;

	for (i = 0; i < SIZE_2M; i += 4096)
		GUEST_ASSERT_EQ(*at(i), PATTERN + i);
	*at(0) = 0;
	GUEST_DONE();
}

static void test_image(void)
{
	struct kvm_vm *vm = td_create(NULL);
	struct userspace_mem_region *r = memslot2region(vm, TD_SLOT_RAM);
	struct kvm_vcpu *vcpu;
	uint64_t i;

	map_private(vm, TD_SLOT_RAM, AREA_GPA);
	sparsebit_set_num(r->protected_phy_pages, AREA_GPA >> vm->page_shift,
			  PAGES_2M);
	for (i = 0; i < SIZE_2M; i += 4096)
		*(uint64_t *)addr_gpa2hva(vm, AREA_GPA + i) = PATTERN + i;
	vcpu = td_vcpu_add(vm, 0, guest_image);
	seamcalls_start();
	td_finalize(vm);
	ksft_test_result(seamcalls_done("TDH.MEM.PAGE.PROMOTE") == 1 &&
			 !seamcalls_done("TDH.MEM.TRACK"),
			 "2 MiB of the image are one page before it is measured\n");
	td_run_done(vcpu);
	ksft_test_result_pass("and hold what was put there\n");
	kvm_vm_free(vm);
}

/* Memory whose guest_memfd is not aligned as the guest's addresses are. */
static void guest_askew(void)
{
	GUEST_ASSERT(!td_accept(ASKEW_GPA, AREA_SIZE));
	*at(0) = PATTERN;
	*at(SIZE_2M - 8) = PATTERN;
	GUEST_SYNC(1);
	GUEST_ASSERT_EQ(*at(0), PATTERN);
	GUEST_ASSERT_EQ(*at(SIZE_2M - 8), PATTERN);
	GUEST_ASSERT_EQ(*at(AREA_SIZE - 8), 0);
	GUEST_DONE();
}

static void test_askew(void)
{
	struct kvm_vm *vm = td_create(NULL);
	struct kvm_vcpu *vcpu;
	unsigned long aug;
	int fd;

	fd = vm_create_guest_memfd(vm, AREA_SIZE + vm->page_size, 0);
	vm_mem_add(vm, VM_MEM_SRC_ANONYMOUS, ASKEW_GPA, ASKEW_SLOT,
		   AREA_SIZE >> vm->page_shift, KVM_MEM_GUEST_MEMFD, fd,
		   vm->page_size);
	map_private(vm, ASKEW_SLOT, ASKEW_GPA);
	vcpu = td_vcpu_add(vm, 0, guest_askew);
	td_finalize(vm);
	seamcalls_start();
	td_run_sync(vcpu, 1);
	aug = seamcalls_done("TDH.MEM.PAGE.AUG");
	ksft_test_result(aug == AREA_SIZE >> vm->page_shift,
			 "memory that lies askew is mapped in small pages (%lu)\n",
			 aug);
	td_run_done(vcpu);
	ksft_test_result(!seamcalls_done("TDH.MEM.PAGE.PROMOTE") &&
			 !seamcalls_done("TDH.MEM.SEPT.RD"),
			 "and nothing is tried to join them\n");
	kvm_vm_free(vm);
}

/* The VMM takes the pages away under a shared mapping, and puts others there. */
static void guest_notifier(void)
{
	GUEST_ASSERT(!td_map_gpa(AREA_GPA | td_shared_bit, 4096));
	*shared_at(0) = PATTERN;
	GUEST_SYNC(1);
	GUEST_ASSERT_EQ(*shared_at(0), 0);
	*shared_at(0) = PATTERN + 1;
	GUEST_DONE();
}

static void test_notifier(void)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = create(&vcpu, guest_notifier);
	uint64_t *host = addr_gpa2hva(vm, AREA_GPA);

	td_run_sync(vcpu, 1);
	TEST_ASSERT(!madvise(host, 4096, MADV_DONTNEED), "madvise");
	td_run_done(vcpu);
	ksft_test_result(*host == PATTERN + 1,
			 "madvise() on shared memory reaches the guest\n");
	kvm_vm_free(vm);
}

/* An access that does not fit the attribute goes to the VMM. */
static void guest_mismatch(void)
{
	*shared_at(0) = PATTERN;
	GUEST_DONE();
}

static void test_mismatch(void)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = create(&vcpu, guest_mismatch);
	struct kvm_tdx_memory_fault *f = kvm_tdx_run_exit(vcpu->run);
	int ret = _vcpu_run(vcpu);

	ksft_test_result(ret == -1 && errno == EFAULT &&
			 vcpu->run->exit_reason == KVM_EXIT_MEMORY_FAULT &&
			 !f->flags && f->gpa == AREA_GPA && f->size == 4096,
			 "a shared access to private memory is MEMORY_FAULT\n");
	td_set_private(vm, AREA_GPA, 4096, false);
	td_run_done(vcpu);
	ksft_test_result_pass("and goes on once the VMM agreed\n");
	kvm_vm_free(vm);
}

/* Nothing is there, and no length of the instruction either. */
static void skip_look(struct ex_regs *regs)
{
	struct tdgcall info = {};

	GUEST_ASSERT(!tdgcall(TDLEAF_VEINFO, &info));
	GUEST_ASSERT_EQ((uint32_t)info.rcx, EXIT_EPT_VIOLATION);
	td_ve.count++;
	regs->rip += 2;
}

/* It looks wherever there is nothing, as for devices. */
static void guest_holes(void)
{
	uint64_t i;

	for (i = 0; i < HOLES; i++)
		asm volatile("movb (%0), %%al"
			     : : "D"(HOLES_GVA + i * 4096) : "rax", "memory");
	GUEST_ASSERT_EQ(td_ve.count, HOLES);
	GUEST_SYNC(1);
	GUEST_DONE();
}

static long tables_told(void)
{
	FILE *f = fopen("/sys/devices/faux/tdx_host/tds", "r");
	char line[512];
	long n = -1;

	if (!f)
		f = fopen("/sys/devices/tdx_host/tds", "r");
	if (f && fgets(line, sizeof(line), f) && strstr(line, " shared_tables "))
		n = atol(strstr(line, " shared_tables ") + 15);
	if (f)
		fclose(f);
	return n;
}

/* Each place that it looks at is a table of the host's, but not for ever. */
static void test_holes(void)
{
	struct kvm_vm *vm = td_create(NULL);
	struct kvm_vcpu *vcpu;
	uint64_t i;
	long n;

	/* the library maps what is in slots, so the address is put in after */
	virt_map(vm, HOLES_GVA, AREA_GPA, HOLES);
	for (i = 0; i < HOLES; i++)
		*vm_get_pte(vm, HOLES_GVA + i * 4096) +=
			HOLES_GPA + i * SIZE_2M - AREA_GPA - i * 4096;
	vm_install_exception_handler(vm, VE_VECTOR, skip_look);
	vcpu = td_vcpu_add(vm, 0, guest_holes);
	td_finalize(vm);
	td_run_sync(vcpu, 1);
	n = tables_told();
	td_run_done(vcpu);
	ksft_test_result(n > 0 && n < TABLES_MAX,
			 "a guest that looks everywhere has few tables made (%ld)\n",
			 n);
	kvm_vm_free(vm);
}

int main(void)
{
	ksft_print_header();
	ksft_set_plan(21);
	test_large();
	test_small();
	test_convert();
	test_rejoin();
	test_whole_again();
	test_image();
	test_askew();
	test_notifier();
	test_mismatch();
	test_holes();
	ksft_finished();
}
