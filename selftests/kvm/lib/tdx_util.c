// SPDX-License-Identifier: GPL-2.0-only
/* TDs on the KVM selftests library: create, load, finalize, run. */
#include <fcntl.h>
#include <linux/falloc.h>
#include <sys/mman.h>
#include "../../lib/paging.h"
#include "tdx_util.h"

#define KERNEL_CS		0x8
#define VE_VECTOR		20
#define MAX_CPUID		256
#define MAP_GPA_PRIVATE		0x10
#define MAX_BOOT_VCPUS		128

/* As td_boot.S reads it */
struct boot_params {
	uint64_t cr3;
	struct desc_ptr gdt;
	uint8_t pad1[6];
	struct desc_ptr idt;
	uint8_t pad2[30];
	struct {
		uint64_t entry, stack;
	} vcpu[MAX_BOOT_VCPUS];
	uint64_t descriptors[3];
};

_Static_assert(offsetof(struct boot_params, idt) == 24, "td_boot.S");
_Static_assert(offsetof(struct boot_params, vcpu) == 64, "td_boot.S");

struct gate {
	uint16_t offset0, selector;
	uint8_t ist, type;
	uint16_t offset1;
	uint32_t offset2, reserved;
};

extern uint8_t td_boot_page[4096];
extern void *idt_handlers;
extern gva_t exception_handlers;

int td_op(int fd, unsigned int id, unsigned int flags, const void *data,
	  uint64_t *hw_error)
{
	struct kvm_tdx_cmd cmd = {
		.id = id, .flags = flags, .data = (uintptr_t)data,
	};
	int ret = ioctl(fd, KVM_MEMORY_ENCRYPT_OP, &cmd) ? -errno : 0;

	if (hw_error)
		*hw_error = cmd.hw_error;
	return ret;
}

static unsigned int td_gpaw(const struct td_shape *shape)
{
	return shape->gpaw48 || !paging_has_5_levels() ? 48 : 52;
}

static void init_vm(struct kvm_vm *vm, const struct td_shape *shape)
{
	size_t entries = MAX_CPUID * sizeof(struct kvm_cpuid_entry2);
	struct kvm_tdx_capabilities *caps = calloc(1, sizeof(*caps) + entries);
	struct kvm_tdx_init_vm *init = calloc(1, sizeof(*init) + entries);
	uint64_t hw_error;
	unsigned int i;
	int ret;

	caps->cpuid.nent = MAX_CPUID;
	ret = td_op(vm->fd, KVM_TDX_CAPABILITIES, 0, caps, NULL);
	TEST_ASSERT(!ret, "KVM_TDX_CAPABILITIES: %d", ret);

	init->attributes = shape->attributes;
	init->xfam = shape->xfam ?: (caps->supported_xfam & 7);
	memcpy(init->mrconfigid, shape->mrconfigid, 48);
	memcpy(init->mrowner, shape->mrowner, 48);
	memcpy(init->mrownerconfig, shape->mrownerconfig, 48);
	for (i = 0; i < caps->cpuid.nent; i++) {
		struct kvm_cpuid_entry2 e = caps->cpuid.entries[i];

		if (e.function != 0x80000008)
			continue;
		e.eax = td_gpaw(shape) << 16;
		e.ebx = 0;
		e.ecx = 0;
		e.edx = 0;
		init->cpuid.entries[init->cpuid.nent++] = e;
	}
	if (shape->cpuid)
		shape->cpuid(&init->cpuid);
	ret = td_op(vm->fd, KVM_TDX_INIT_VM, 0, init, &hw_error);
	TEST_ASSERT(!ret, "KVM_TDX_INIT_VM: %d, hw_error %#lx", ret, hw_error);
	free(caps);
	free(init);
}

static void ve_handler(struct ex_regs *regs)
{
	struct tdgcall info = {};
	uint64_t value = 0;

	GUEST_ASSERT(!tdgcall(TDLEAF_VEINFO, &info));
	td_ve.count++;
	td_ve.reason = info.rcx;
	td_ve.qual = info.rdx;
	td_ve.gla = info.r8;
	td_ve.gpa = info.r9;
	td_ve.len = (uint32_t)info.r10;

	if ((uint32_t)td_ve.reason == TDVMCALL_CPUID) {
		struct tdvmcall c = {
			.r11 = TDVMCALL_CPUID,
			.r12 = (uint32_t)regs->rax, .r13 = (uint32_t)regs->rcx,
		};

		tdvmcall(&c);
		regs->rax = c.r12;
		regs->rbx = c.r13;
		regs->rcx = c.r14;
		regs->rdx = c.r15;
	} else if ((uint32_t)td_ve.reason == TDVMCALL_RDMSR) {
		td_rdmsr((uint32_t)regs->rcx, &value);
		regs->rax = (uint32_t)value;
		regs->rdx = value >> 32;
	} else if ((uint32_t)td_ve.reason == TDVMCALL_WRMSR) {
		td_wrmsr((uint32_t)regs->rcx,
			 (uint32_t)regs->rax | regs->rdx << 32);
	}
	regs->rip += td_ve.len;
}

/* The library makes these for ordinary VMs when it creates their irqchip. */
static void init_exceptions(struct kvm_vm *vm)
{
	struct gate *idt;
	unsigned int i;

	vm->arch.idt = __vm_alloc_page(vm, MEM_REGION_DATA);
	vm->handlers = __vm_alloc_page(vm, MEM_REGION_DATA);
	idt = addr_gva2hva(vm, vm->arch.idt);
	for (i = 0; i < 256; i++) {
		uint64_t a = (uint64_t)(&idt_handlers)[i];

		idt[i] = (struct gate) {
			.offset0 = a, .offset1 = a >> 16, .offset2 = a >> 32,
			.selector = KERNEL_CS, .type = 0x8e,
		};
	}
	*(gva_t *)addr_gva2hva(vm, (gva_t)&exception_handlers) =
		vm->handlers;
	vm_install_exception_handler(vm, VE_VECTOR, ve_handler);
}

static struct boot_params *boot_params(struct kvm_vm *vm)
{
	return addr_gpa2hva(vm, TD_BOOT_GPA);
}

static void init_boot(struct kvm_vm *vm)
{
	struct boot_params *boot;

	vm_mem_add(vm, VM_MEM_SRC_ANONYMOUS, TD_BOOT_GPA, TD_SLOT_BOOT, 2,
		   KVM_MEM_GUEST_MEMFD, -1, 0);
	__vm_phy_pages_alloc(vm, 2, TD_BOOT_GPA, TD_SLOT_BOOT, true);
	virt_map(vm, TD_BOOT_GPA, TD_BOOT_GPA, 2);
	boot = boot_params(vm);
	memcpy((uint8_t *)boot + 4096, td_boot_page, 4096);
	boot->cr3 = td_page_table(vm);
	boot->descriptors[1] = 0x00af9b000000ffffULL;	/* KERNEL_CS */
	boot->descriptors[2] = 0x00cf93000000ffffULL;	/* KERNEL_DS */
	boot->gdt.size = sizeof(boot->descriptors) - 1;
	boot->gdt.address = TD_BOOT_GPA + offsetof(struct boot_params, descriptors);
	boot->idt.size = 256 * sizeof(struct gate) - 1;
	boot->idt.address = vm->arch.idt;
}

struct kvm_vm *td_create(const struct td_shape *shape)
{
	static const struct td_shape plain;
	struct vm_shape vm_shape = {
		.mode = VM_MODE_DEFAULT, .type = KVM_X86_TDX_VM,
	};
	uint64_t ram;
	struct kvm_vm *vm;
	unsigned int i;

	if (!shape)
		shape = &plain;
	ram = shape->ram ?: 64UL << 20;
	vm = ____vm_create(vm_shape);
	td_use_4_levels(vm);
	vm_enable_cap(vm, KVM_CAP_SPLIT_IRQCHIP, 24);
	vm_enable_cap(vm, KVM_CAP_EXIT_HYPERCALL, 1 << KVM_HC_MAP_GPA_RANGE);
	init_vm(vm, shape);

	vm->arch.s_bit = 1ULL << (td_gpaw(shape) - 1);
	vm->gpa_tag_mask = vm->arch.s_bit;
	vm_mem_add(vm, VM_MEM_SRC_ANONYMOUS, 0, TD_SLOT_RAM,
		   ram >> vm->page_shift, KVM_MEM_GUEST_MEMFD, -1, 0);
	for (i = 0; i < NR_MEM_REGIONS; i++)
		vm->memslots[i] = TD_SLOT_RAM;
	kvm_vm_elf_load(vm, program_invocation_name);
	td_shared_bit = vm->arch.s_bit;
	sync_global_to_guest(vm, td_shared_bit);
	init_exceptions(vm);
	init_boot(vm);
	ucall_init(vm, 0);
	return vm;
}

struct kvm_vcpu *td_vcpu_add(struct kvm_vm *vm, uint32_t id, void *guest_code)
{
	struct boot_params *boot = boot_params(vm);
	struct kvm_vcpu *vcpu = __vm_vcpu_add(vm, id);
	const unsigned int pages = 5;
	unsigned int index = 0;
	struct kvm_vcpu *v;
	gva_t stack;
	uint64_t hw_error;
	int ret;

	vcpu_init_cpuid(vcpu, kvm_get_supported_cpuid());
	ret = td_op(vcpu->fd, KVM_TDX_INIT_VCPU, 0, NULL, &hw_error);
	TEST_ASSERT(!ret, "KVM_TDX_INIT_VCPU: %d, hw_error %#lx", ret, hw_error);

	stack = __vm_alloc(vm, pages * vm->page_size,
			   DEFAULT_GUEST_STACK_VADDR_MIN, MEM_REGION_DATA);
	/* a vCPU finds its index in ESI, in the order of INIT_VCPU */
	list_for_each_entry(v, &vm->vcpus, list)
		index++;
	TEST_ASSERT(index <= MAX_BOOT_VCPUS, "%u vCPUs", index);
	index--;
	/* as after a call: the entry point expects RSP + 8 to be aligned */
	boot->vcpu[index].stack = stack + pages * vm->page_size - 8;
	boot->vcpu[index].entry = (uint64_t)guest_code;
	return vcpu;
}

static void set_attributes(struct kvm_vm *vm, uint64_t gpa, uint64_t size,
			   bool private)
{
	vm_set_memory_attributes(vm, gpa, size,
				 private ? KVM_MEMORY_ATTRIBUTE_PRIVATE : 0);
}

void td_set_private(struct kvm_vm *vm, uint64_t gpa, uint64_t size,
		    bool private)
{
	set_attributes(vm, gpa, size, private);
	if (private)
		madvise(addr_gpa2hva(vm, gpa), size, MADV_DONTNEED);
	else
		vm_guest_mem_punch_hole(vm, gpa, size);
}

/* Private pages are copied into the TD; the others stay the host's too. */
static void load_region(struct kvm_vm *vm, struct kvm_vcpu *vcpu,
			struct userspace_mem_region *region)
{
	uint64_t gpa = region->region.guest_phys_addr, hw_error;
	struct kvm_tdx_init_mem_region mem;
	sparsebit_idx_t i, j;
	uint64_t pg, first;
	int ret;

	set_attributes(vm, gpa, region->region.memory_size, true);
	first = gpa >> vm->page_shift;
	for (pg = 0; pg < region->region.memory_size >> vm->page_shift; pg++)
		if (sparsebit_is_clear(region->unused_phy_pages, first + pg) &&
		    sparsebit_is_clear(region->protected_phy_pages, first + pg))
			set_attributes(vm, (first + pg) << vm->page_shift,
				       vm->page_size, false);
	if (!sparsebit_any_set(region->protected_phy_pages))
		return;
	sparsebit_for_each_set_range(region->protected_phy_pages, i, j) {
		mem.gpa = i << vm->page_shift;
		mem.source_addr = (uint64_t)addr_gpa2hva(vm, mem.gpa);
		mem.nr_pages = j - i + 1;
		do {
			ret = td_op(vcpu->fd, KVM_TDX_INIT_MEM_REGION,
				    KVM_TDX_MEASURE_MEMORY_REGION, &mem,
				    &hw_error);
		} while (ret == -EINTR || ret == -EAGAIN);
		TEST_ASSERT(!ret, "KVM_TDX_INIT_MEM_REGION at %#llx: %d",
			    mem.gpa, ret);
	}
}

void td_finalize(struct kvm_vm *vm)
{
	struct userspace_mem_region *region;
	struct kvm_vcpu *vcpu;
	uint64_t hw_error;
	int ctr, ret;

	TEST_ASSERT(!list_empty(&vm->vcpus), "a TD needs a vCPU");
	vcpu = list_last_entry(&vm->vcpus, struct kvm_vcpu, list);
	hash_for_each(vm->regions.slot_hash, ctr, region, slot_node)
		load_region(vm, vcpu, region);
	ret = td_op(vm->fd, KVM_TDX_FINALIZE_VM, 0, NULL, &hw_error);
	TEST_ASSERT(!ret, "KVM_TDX_FINALIZE_VM: %d, hw_error %#lx", ret,
		    hw_error);
	vm->arch.is_pt_protected = true;
}

struct kvm_vm *td_create_with_one_vcpu(struct kvm_vcpu **vcpu,
				       void *guest_code)
{
	struct kvm_vm *vm = td_create(NULL);

	*vcpu = td_vcpu_add(vm, 0, guest_code);
	td_finalize(vm);
	return vm;
}

uint64_t td_run(struct kvm_vcpu *vcpu, struct ucall *uc)
{
	struct kvm_run *run = vcpu->run;
	uint64_t cmd;

	for (;;) {
		struct kvm_tdx_hypercall_exit *call = kvm_tdx_run_exit(run);

		vcpu_run(vcpu);
		if (run->exit_reason != KVM_EXIT_HYPERCALL ||
		    call->nr != KVM_HC_MAP_GPA_RANGE)
			break;
		td_set_private(vcpu->vm, call->args[0],
			       call->args[1] << vcpu->vm->page_shift,
			       call->args[2] & MAP_GPA_PRIVATE);
		call->ret = 0;
	}
	cmd = get_ucall(vcpu, uc);
	if (cmd == UCALL_ABORT)
		REPORT_GUEST_ASSERT(*uc);
	return cmd;
}

void td_run_done(struct kvm_vcpu *vcpu)
{
	struct ucall uc;
	uint64_t cmd = td_run(vcpu, &uc);

	TEST_ASSERT(cmd == UCALL_DONE, "wanted the guest to be done: ucall %lu, exit %u (%s)",
		    cmd, vcpu->run->exit_reason,
		    exit_reason_str(vcpu->run->exit_reason));
}

void td_run_sync(struct kvm_vcpu *vcpu, uint64_t stage)
{
	struct ucall uc;
	uint64_t cmd = td_run(vcpu, &uc);

	TEST_ASSERT(cmd == UCALL_SYNC && uc.args[1] == stage,
		    "wanted stage %lu: ucall %lu, stage %lu, exit %u (%s)",
		    stage, cmd, uc.args[1], vcpu->run->exit_reason,
		    exit_reason_str(vcpu->run->exit_reason));
}

void *td_run_thread(void *arg)
{
	struct kvm_vcpu *vcpu = arg;
	struct ucall uc;
	uint64_t cmd;

	for (;;) {
		int ret = __vcpu_run(vcpu);

		if (ret && errno == EINTR)
			continue;
		TEST_ASSERT(!ret, "KVM_RUN: %d", errno);
		if (vcpu->run->exit_reason == KVM_EXIT_IO)
			continue;
		cmd = get_ucall(vcpu, &uc);
		if (cmd == UCALL_ABORT)
			REPORT_GUEST_ASSERT(uc);
		TEST_ASSERT(cmd == UCALL_DONE, "vCPU %u: exit %u", vcpu->id,
			    vcpu->run->exit_reason);
		return NULL;
	}
}

long td_host_status(const char *key)
{
	FILE *f = fopen("/sys/devices/faux/tdx_host/status", "r");
	char line[1024], name[64];
	long value = -1, v;

	if (!f)
		f = fopen("/sys/devices/tdx_host/status", "r");
	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "%63s %ld", name, &v) == 2 && !strcmp(name, key))
			value = v;
	if (f)
		fclose(f);
	return value;
}
