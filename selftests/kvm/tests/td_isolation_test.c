// SPDX-License-Identifier: GPL-2.0-only
/* What the host gets to know of a TD, and what it can do to it: nothing. */
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include "kselftest.h"
#include "tdx_util.h"

#define AREA_GPA	(32UL << 20)
#define AREA_GVA	0x40000000UL
#define VE_VECTOR	20
#define PATTERN		0x5ca1ab1e0ddba115ULL
#define EXIT_EPT_VIOLATION	48
#define SECRET		0xdeadc0de5ec4e75aULL

static volatile uint64_t *const area = (void *)AREA_GVA;

/* A view of private memory that the library does not put into the image. */
static void map_area(struct kvm_vm *vm)
{
	struct userspace_mem_region *r = memslot2region(vm, TD_SLOT_RAM);

	sparsebit_set_num(r->protected_phy_pages, AREA_GPA >> 12, 2);
	virt_map(vm, AREA_GVA, AREA_GPA, 2);
	sparsebit_clear_num(r->protected_phy_pages, AREA_GPA >> 12, 2);
}

/* A page of the initial image, and a word of it */
static uint64_t code_gpa, code_word;

static struct kvm_vm *create(struct kvm_vcpu **vcpu, void *guest,
			     uint64_t attributes)
{
	struct td_shape shape = { .attributes = attributes };
	struct kvm_vm *vm = td_create(&shape);

	map_area(vm);
	*vcpu = td_vcpu_add(vm, 0, guest);
	code_gpa = addr_gva2gpa(vm, (gva_t)guest & ~7ULL);
	code_word = *(uint64_t *)addr_gva2hva(vm, (gva_t)guest & ~7ULL);
	return vm;
}

static void guest_memory(void)
{
	unsigned int i;

	GUEST_ASSERT(!td_accept(AREA_GPA, 8192));
	for (i = 0; i < 1024; i++)
		area[i] = PATTERN;
	GUEST_SYNC(1);
	for (i = 0; i < 1024; i++)
		GUEST_ASSERT_EQ(area[i], PATTERN);
	GUEST_DONE();
}

/* How often @value stands in the private page at @gpa, as the host reads it. */
static int host_sees(struct kvm_vm *vm, uint64_t gpa, uint64_t value)
{
	uint64_t page[512];
	char name[64];
	int fd, i, n = 0;

	snprintf(name, sizeof(name), "/sys/kernel/debug/kvm-tdx/%d-%d/private",
		 getpid(), vm->fd);
	fd = open(name, O_RDONLY);
	if (fd < 0 || pread(fd, page, 4096, gpa) != 4096)
		n = -1;
	for (i = 0; n >= 0 && i < 512; i++)
		n += page[i] == value;
	if (fd >= 0)
		close(fd);
	return n;
}

static void test_memory(void)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = create(&vcpu, guest_memory, 0);
	uint64_t *shared = addr_gpa2hva(vm, AREA_GPA);
	int fd = memslot2region(vm, TD_SLOT_RAM)->region.guest_memfd;
	uint64_t word;
	unsigned int i;
	bool clean = true;

	td_finalize(vm);
	td_run_sync(vcpu, 1);
	ksft_test_result(host_sees(vm, AREA_GPA, PATTERN) == 0 &&
			 host_sees(vm, AREA_GPA + 4096, PATTERN) == 0,
			 "the host's copy of a private page holds nothing of it\n");
	ksft_test_result(host_sees(vm, code_gpa & ~4095ULL, code_word) == 0,
			 "nor does that of a page of the initial image\n");
	for (i = 0; i < 1024; i++)
		clean &= !shared[i];
	memset(shared, 0xff, 8192);
	ksft_test_result(clean && mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd,
				       AREA_GPA) == MAP_FAILED &&
			 pread(fd, &word, 8, AREA_GPA) < 0 &&
			 pwrite(fd, &word, 8, AREA_GPA) < 0,
			 "the VMM can neither map, read nor write private memory\n");
	td_run_done(vcpu);
	ksft_test_result_pass("what the VMM writes at the same address stays outside\n");
	kvm_vm_free(vm);
}

/* The secret is in registers that are not passed at this TDVMCALL. */
static void guest_registers(void)
{
	register uint64_t r10 asm("r10") = 0;
	register uint64_t r11 asm("r11") = TDVMCALL_IO;
	register uint64_t r12 asm("r12") = 1;
	register uint64_t r13 asm("r13") = 1;
	register uint64_t r14 asm("r14") = 0x10;
	register uint64_t r15 asm("r15") = SECRET & ~0xffULL;
	register uint64_t r8 asm("r8") = SECRET;
	register uint64_t r9 asm("r9") = SECRET;

	asm volatile(".byte 0x66, 0x0f, 0x01, 0xcc"
		     : "+r"(r10), "+r"(r11), "+r"(r12), "+r"(r13), "+r"(r14),
		       "+r"(r15), "+r"(r8), "+r"(r9)
		     : "a"(0), "c"(0xfc00), "b"(SECRET), "d"(SECRET),
		       "S"(SECRET), "D"(SECRET) : "memory");
	GUEST_ASSERT(r8 == SECRET && r9 == SECRET);
	GUEST_DONE();
}

static bool finds_secret(const void *p, size_t size)
{
	const uint64_t *word = p;

	for (size /= 8; size--; word++)
		if (*word == SECRET)
			return true;
	return false;
}

static bool refused(struct kvm_vcpu *vcpu, unsigned long nr)
{
	static char buf[16384];

	return ioctl(vcpu->fd, nr, buf) == -1 && errno == EINVAL;
}

static void test_registers(void)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = create(&vcpu, guest_registers, 0);
	struct kvm_run *run = vcpu->run;
	bool ok;

	td_finalize(vm);
	vcpu_run(vcpu);
	ok = run->exit_reason == KVM_EXIT_IO && run->io.port == 0x10;
	ksft_test_result(ok && !finds_secret(run, 2 * 4096),
			 "a TDVMCALL shows the registers it passes and no more\n");
	ok = refused(vcpu, KVM_GET_REGS) && refused(vcpu, KVM_GET_SREGS) &&
	     refused(vcpu, KVM_GET_FPU) && refused(vcpu, KVM_GET_XSAVE) &&
	     refused(vcpu, KVM_GET_XCRS) && refused(vcpu, KVM_GET_DEBUGREGS) &&
	     refused(vcpu, KVM_GET_LAPIC) &&
	     refused(vcpu, KVM_GET_VCPU_EVENTS) &&
	     refused(vcpu, KVM_TRANSLATE);
	ksft_test_result(ok, "registers cannot be read\n");
	ok = refused(vcpu, KVM_SET_REGS) && refused(vcpu, KVM_SET_SREGS) &&
	     refused(vcpu, KVM_SET_FPU) && refused(vcpu, KVM_SET_XSAVE) &&
	     refused(vcpu, KVM_SET_XCRS) && refused(vcpu, KVM_SET_DEBUGREGS) &&
	     refused(vcpu, KVM_SET_LAPIC) &&
	     refused(vcpu, KVM_SET_VCPU_EVENTS) &&
	     refused(vcpu, KVM_SET_GUEST_DEBUG);
	ksft_test_result(ok, "nor written, nor single-stepped\n");
	run->kvm_valid_regs = 1;
	ok = _vcpu_run(vcpu) == -1 && errno == EINVAL;
	run->kvm_valid_regs = 0;
	run->kvm_dirty_regs = 1;
	ok &= _vcpu_run(vcpu) == -1 && errno == EINVAL;
	run->kvm_dirty_regs = 0;
	td_run_done(vcpu);
	ksft_test_result(ok, "nor through kvm_run, and the guest goes on unharmed\n");
	kvm_vm_free(vm);
}

/* A guest that takes the new page, where Linux would panic */
static void accept_new(struct ex_regs *regs)
{
	struct tdgcall info = {};

	GUEST_ASSERT(!tdgcall(TDLEAF_VEINFO, &info));
	td_ve.count++;
	GUEST_ASSERT_EQ((uint32_t)info.rcx, EXIT_EPT_VIOLATION);
	GUEST_ASSERT_EQ(info.r9, AREA_GPA);
	GUEST_ASSERT(!td_accept(AREA_GPA, 4096));
}

/* The host takes a page and gives another: the guest notices. */
static void guest_swapped(void)
{
	GUEST_ASSERT(!td_accept(AREA_GPA, 4096));
	area[0] = PATTERN;
	GUEST_SYNC(1);
	GUEST_ASSERT_EQ(area[0], 0);
	GUEST_ASSERT_EQ(td_ve.count, 1);
	GUEST_DONE();
}

static void swap(struct kvm_vm *vm)
{
	td_set_private(vm, AREA_GPA, 4096, false);
	td_set_private(vm, AREA_GPA, 4096, true);
}

static void test_swapped(void)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = create(&vcpu, guest_swapped, 0);
	int ret;

	vm_install_exception_handler(vm, VE_VECTOR, accept_new);
	td_finalize(vm);
	td_run_sync(vcpu, 1);
	swap(vm);
	td_run_done(vcpu);
	ksft_test_result_pass("a page that the host exchanged is #VE until it is accepted\n");
	kvm_vm_free(vm);

	vm = create(&vcpu, guest_swapped, TD_ATTR_SEPT_VE_DISABLE);
	td_finalize(vm);
	td_run_sync(vcpu, 1);
	swap(vm);
	ret = _vcpu_run(vcpu);
	ksft_test_result(ret == -1 && errno == EIO,
			 "a TD without that #VE does not run on: EIO\n");
	kvm_vm_free(vm);
}

/* Another process cannot use the files of a TD. */
static void test_other_process(void)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = create(&vcpu, guest_memory, 0);
	int status;
	pid_t pid;

	td_finalize(vm);
	pid = fork();
	if (!pid) {
		bool ok = ioctl(vcpu->fd, KVM_RUN, 0) == -1 && errno == EIO &&
			  ioctl(vm->fd, KVM_CHECK_EXTENSION, 0) == -1 &&
			  errno == EIO &&
			  td_op(vm->fd, KVM_TDX_TERMINATE_VM, 0, NULL,
				NULL) == -EIO;

		_exit(!ok);
	}
	waitpid(pid, &status, 0);
	td_run_sync(vcpu, 1);
	td_run_done(vcpu);
	ksft_test_result(!status, "another process gets EIO from a TD's files\n");
	kvm_vm_free(vm);
}

int main(void)
{
	ksft_print_header();
	ksft_set_plan(11);
	test_memory();
	test_registers();
	test_swapped();
	test_other_process();
	ksft_finished();
}
