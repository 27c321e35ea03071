// SPDX-License-Identifier: GPL-2.0-only
/* CPUID of a TD: what the VMM chose, what the module says, what the guest sees. */
#include "kselftest.h"
#include "tdx_util.h"

#define MAX_ENTRIES	256
#define CPUID_BYTES	(sizeof(struct kvm_cpuid2) + \
			 MAX_ENTRIES * sizeof(struct kvm_cpuid_entry2))
#define KVM_LEAF	0x40000000
#define OWN_LEAF	0x40000123
#define PHYS_LEAF	0x80000008

struct answer {
	uint32_t function, index;
	uint32_t reg[4];
};

/* Asked by the host in shared memory, answered by the guest. */
static struct asked {
	uint64_t n;
	struct answer a[MAX_ENTRIES];
} *asked;

static void guest_cpuid(void)
{
	unsigned int i;

	for (i = 0; i < asked->n; i++) {
		struct answer *a = &asked->a[i];

		__cpuid(a->function, a->index, &a->reg[0], &a->reg[1],
			&a->reg[2], &a->reg[3]);
	}
	GUEST_SYNC(td_ve.count);
	GUEST_DONE();
}

static struct kvm_vm *create(struct kvm_vcpu **vcpu, struct td_shape *shape,
			     struct asked **host)
{
	struct kvm_vm *vm = td_create(shape);
	gva_t gva = vm_alloc_shared(vm, sizeof(struct asked),
				    KVM_UTIL_MIN_VADDR,
				    MEM_REGION_TEST_DATA);

	asked = (struct asked *)gva;
	sync_global_to_guest(vm, asked);
	*host = addr_gva2hva(vm, gva);
	*vcpu = td_vcpu_add(vm, 0, guest_cpuid);
	return vm;
}

static struct kvm_cpuid2 *cpuid_alloc(void)
{
	struct kvm_cpuid2 *c = calloc(1, CPUID_BYTES);

	c->nent = MAX_ENTRIES;
	return c;
}

/* Configurable bits, as KVM_TDX_CAPABILITIES tells them */
static struct kvm_cpuid2 *configurable(struct kvm_vm *vm)
{
	struct kvm_tdx_capabilities *caps =
		calloc(1, sizeof(*caps) + CPUID_BYTES);
	struct kvm_cpuid2 *c = cpuid_alloc();
	int ret;

	caps->cpuid.nent = MAX_ENTRIES;
	ret = td_op(vm->fd, KVM_TDX_CAPABILITIES, 0, caps, NULL);
	TEST_ASSERT(!ret, "KVM_TDX_CAPABILITIES: %d", ret);
	c->nent = caps->cpuid.nent;
	memcpy(c->entries, caps->cpuid.entries, c->nent * sizeof(*c->entries));
	free(caps);
	return c;
}

static const struct kvm_cpuid_entry2 *find(const struct kvm_cpuid2 *c,
					   uint32_t function, uint32_t index)
{
	unsigned int i;

	for (i = 0; i < c->nent; i++)
		if (c->entries[i].function == function &&
		    c->entries[i].index == index)
			return &c->entries[i];
	return NULL;
}

/* What CPUID answers depends on the vCPU or on its registers. */
static bool varies(uint32_t function, uint32_t index)
{
	return function == 1 || function == 0xb || function == 0x1f ||
	       (function == 0xd && index <= 1) || function == 0x7;
}

/* The guest's own CPUID is what KVM_TDX_GET_CPUID says, leaf by leaf. */
static void test_get_cpuid(void)
{
	struct kvm_cpuid2 *c = cpuid_alloc();
	unsigned int i, bad = 0;
	struct kvm_vcpu *vcpu;
	struct asked *host;
	struct kvm_vm *vm = create(&vcpu, NULL, &host);
	int ret = td_op(vcpu->fd, KVM_TDX_GET_CPUID, 0, c, NULL);

	ksft_test_result(!ret && c->nent > 20, "KVM_TDX_GET_CPUID: %u leaves\n",
			 c->nent);
	host->n = c->nent;
	for (i = 0; i < c->nent; i++) {
		host->a[i].function = c->entries[i].function;
		host->a[i].index = c->entries[i].index;
	}
	td_finalize(vm);
	td_run_sync(vcpu, 0);
	for (i = 0; i < c->nent; i++) {
		struct kvm_cpuid_entry2 *e = &c->entries[i];
		uint32_t *r = host->a[i].reg;

		if (varies(e->function, e->index) ||
		    (e->eax == r[0] && e->ebx == r[1] && e->ecx == r[2] &&
		     e->edx == r[3]))
			continue;
		ksft_print_msg("%#x.%u: said %x %x %x %x, guest %x %x %x %x\n",
			       e->function, e->index, e->eax, e->ebx, e->ecx,
			       e->edx, r[0], r[1], r[2], r[3]);
		bad++;
	}
	ksft_test_result(!bad, "the guest sees the same without an exit\n");
	td_run_done(vcpu);
	kvm_vm_free(vm);
	free(c);
}

/* Family, model and stepping are the VMM's to choose. */
#define CHOICE_LEAF	1
#define CHOICE_EAX	0x000806f8
#define FIXED_ECX	1u		/* SSE3 is not */

static void choose(struct kvm_cpuid2 *cpuid)
{
	cpuid->entries[cpuid->nent++] = (struct kvm_cpuid_entry2) {
		.function = CHOICE_LEAF, .eax = CHOICE_EAX,
	};
}

static struct answer guest_choice(struct td_shape *shape)
{
	struct kvm_vcpu *vcpu;
	struct asked *host;
	struct kvm_vm *vm = create(&vcpu, shape, &host);
	struct answer a;

	host->n = 1;
	host->a[0].function = CHOICE_LEAF;
	td_finalize(vm);
	td_run_sync(vcpu, 0);
	a = host->a[0];
	kvm_vm_free(vm);
	return a;
}

static void test_choice(const struct kvm_cpuid2 *config)
{
	struct td_shape with = { .cpuid = choose }, without = {};
	const struct kvm_cpuid_entry2 *e = find(config, CHOICE_LEAF, 0);
	struct answer on, off;

	TEST_ASSERT(e && (e->eax & CHOICE_EAX) == CHOICE_EAX &&
		    !(e->ecx & FIXED_ECX), "leaf 1: eax %#x ecx %#x",
		    e ? e->eax : 0, e ? e->ecx : 0);
	on = guest_choice(&with);
	off = guest_choice(&without);
	ksft_test_result((on.reg[0] & e->eax) == CHOICE_EAX &&
			 !(on.reg[2] & e->ecx),
			 "bits that the VMM set are seen, those that it left out are not\n");
	/* a version of zero means the CPU's own */
	ksft_test_result(!(off.reg[2] & e->ecx) && !(off.reg[3] & e->edx) &&
			 off.reg[0] & e->eax,
			 "a leaf that the VMM left out has none of its features\n");
}

static int init_with(const struct kvm_cpuid_entry2 *e, uint64_t *hw_error)
{
	struct vm_shape shape = {
		.mode = VM_MODE_DEFAULT, .type = KVM_X86_TDX_VM,
	};
	struct kvm_vm *vm = ____vm_create(shape);
	struct kvm_tdx_init_vm *init = calloc(1, sizeof(*init) + CPUID_BYTES);
	int ret;

	init->xfam = 3;
	init->cpuid.entries[init->cpuid.nent++] = (struct kvm_cpuid_entry2) {
		.function = PHYS_LEAF, .eax = 48 << 16,
	};
	if (e)
		init->cpuid.entries[init->cpuid.nent++] = *e;
	ret = td_op(vm->fd, KVM_TDX_INIT_VM, 0, init, hw_error);
	free(init);
	kvm_vm_free(vm);
	return ret;
}

static void test_refusals(void)
{
	struct kvm_cpuid_entry2 bad = { .function = 0x23456 };
	uint64_t hw_error = 0;
	int ret;

	ret = init_with(&bad, &hw_error);
	ksft_test_result(ret == -EINVAL && !hw_error,
			 "a leaf that nobody can configure: EINVAL\n");
	bad = (struct kvm_cpuid_entry2) {
		.function = CHOICE_LEAF, .ecx = FIXED_ECX,
	};
	ret = init_with(&bad, &hw_error);
	ksft_test_result(ret == -EINVAL &&
			 TDG_CODE(hw_error) == TDG_OPERAND_INVALID,
			 "a bit that is not configurable: EINVAL, and hw_error has the status\n");
	bad = (struct kvm_cpuid_entry2) {
		.function = 7, .ebx = 1u << 11,		/* RTM */
		.flags = KVM_CPUID_FLAG_SIGNIFCANT_INDEX,
	};
	ret = init_with(&bad, &hw_error);
	ksft_test_result(ret == -EINVAL && !hw_error, "TSX: EINVAL\n");
	bad = (struct kvm_cpuid_entry2) {
		.function = CHOICE_LEAF,
		.eax = find(kvm_get_supported_cpuid(), CHOICE_LEAF, 0)->eax ^
		       (1 << 4),
	};
	ret = init_with(&bad, &hw_error);
	ksft_test_result(ret == -EINVAL &&
			 TDG_CODE(hw_error) == TDG_OPERAND_INVALID,
			 "another CPU's model: EINVAL, and hw_error has the status\n");
	bad.eax ^= 1 << 4;
	ret = init_with(&bad, &hw_error);
	ksft_test_result(!ret && !hw_error,
			 "the model that KVM_GET_SUPPORTED_CPUID tells: a TD\n");
	ret = init_with(NULL, &hw_error);
	ksft_test_result(!ret && !hw_error, "none of it: a TD\n");
}

/* Leaves of the hypervisor are the VMM's, by #VE and TDVMCALL. */
static void test_vmm_leaves(void)
{
	struct kvm_cpuid2 *c = cpuid_alloc();
	struct kvm_vcpu *vcpu;
	struct asked *host;
	struct kvm_vm *vm = create(&vcpu, NULL, &host);
	int ret = ioctl(vcpu->fd, KVM_GET_CPUID2, c);
	uint32_t *r = host->a[0].reg;

	TEST_ASSERT(!ret, "KVM_GET_CPUID2");
	c->entries[c->nent++] = (struct kvm_cpuid_entry2) {
		.function = OWN_LEAF, .eax = 1, .ebx = 2, .ecx = 3, .edx = 4,
	};
	TEST_ASSERT(!ioctl(vcpu->fd, KVM_SET_CPUID2, c), "KVM_SET_CPUID2");
	host->n = 3;
	host->a[0].function = KVM_LEAF;
	host->a[1].function = OWN_LEAF;
	host->a[2].function = OWN_LEAF + 1;
	td_finalize(vm);
	td_run_sync(vcpu, 3);
	ksft_test_result(!memcmp(&r[1], "KVMKVMKVM\0\0\0", 12),
			 "the hypervisor's leaf is the VMM's\n");
	r = host->a[1].reg;
	ksft_test_result(r[0] == 1 && r[1] == 2 && r[2] == 3 && r[3] == 4,
			 "so is any that KVM_SET_CPUID2 brought\n");
	r = host->a[2].reg;
	ksft_test_result(!(r[0] | r[1] | r[2] | r[3]),
			 "what it did not bring is zero\n");
	td_run_done(vcpu);
	kvm_vm_free(vm);
	free(c);
}

int main(void)
{
	struct vm_shape shape = {
		.mode = VM_MODE_DEFAULT, .type = KVM_X86_TDX_VM,
	};
	struct kvm_vm *vm = ____vm_create(shape);
	struct kvm_cpuid2 *config = configurable(vm);

	ksft_print_header();
	ksft_set_plan(13);
	kvm_vm_free(vm);
	test_get_cpuid();
	test_choice(config);
	test_refusals();
	test_vmm_leaves();
	ksft_finished();
}
