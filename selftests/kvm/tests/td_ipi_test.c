// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who gets an interrupt: destinations and shorthands of the ICR, of MSIs and of
 * routes that change, and who does not. After each the first vCPU sends all of
 * them one of lower priority: what comes before it has come, the rest did not.
 */
#include <pthread.h>
#include <sys/eventfd.h>
#include "kselftest.h"
#include "tdx_util.h"

#define VECTOR		0x51
#define FENCE		0x31		/* of lower priority */
#define SPARE		0x61
#define NR_VCPUS	3
#define GSI		9
#define MSR_X2APIC(reg)	(0x800 + (reg))
#define APIC_EOI_REG	0x0b
#define APIC_SVR	0x0f
#define APIC_ICR_REG	0x30
#define APIC_LVTT_REG	0x32
#define APIC_TMICT_REG	0x38
#define APIC_TMCCT_REG	0x39
#define APIC_TDCR_REG	0x3e

#define WINDOW		20000000	/* of the TSC */

#define ICR_DEST(d)	((uint64_t)(d) << 32)
#define ICR_LOWEST	(1 << 8)
#define ICR_NMI		(4 << 8)
#define ICR_INIT	(5 << 8)
#define ICR_LOGICAL	(1 << 11)
#define ICR_SELF	(1 << 18)
#define ICR_ALL		(2 << 18)
#define ICR_OTHERS	(3 << 18)
#define CLUSTER(c)	((c) << 16)

#define MSI_DEST(d)	(0xfee00000 | (d) << 12)
#define MSI_DEST_EXT(d)	((d) << 5)		/* APIC id bits 14:8 */
#define MSI_LOGICAL	(1 << 2)
#define MSI_LOWEST	(1 << 8)
#define MSI_NMI		(4 << 8)

/* the third is in another cluster */
static const uint32_t ids[NR_VCPUS] = { 0, 1, 17 };

enum how { BY_ICR, BY_MSI, BY_IRQFD, BY_DEASSIGNED };

static const struct step {
	const char *name;
	enum how how;
	uint64_t to;		/* ICR, or the MSI's address */
	uint32_t data;		/* the MSI's */
	uint8_t all;		/* bit per vCPU: these get it, */
	uint8_t one;		/* or one of these */
	bool nmi;
} steps[] = {
	{ "ICR, physical", BY_ICR, ICR_DEST(1), .all = 2 },
	{ "ICR, physical, another cluster", BY_ICR, ICR_DEST(17), .all = 4 },
	{ "ICR, nobody there", BY_ICR, ICR_DEST(5) },
	{ "ICR, no broadcast with 8 bits", BY_ICR, ICR_DEST(0xff) },
	{ "ICR, self", BY_ICR, ICR_SELF, .all = 1 },
	{ "ICR, all", BY_ICR, ICR_ALL, .all = 7 },
	{ "ICR, all others", BY_ICR, ICR_OTHERS, .all = 6 },
	{ "ICR, logical", BY_ICR, ICR_DEST(3) | ICR_LOGICAL, .all = 3 },
	{ "ICR, logical, another cluster", BY_ICR,
	  ICR_DEST(CLUSTER(1) | 2) | ICR_LOGICAL, .all = 4 },
	{ "ICR, logical, nobody there", BY_ICR,
	  ICR_DEST(CLUSTER(1) | 1) | ICR_LOGICAL },
	{ "ICR, broadcast", BY_ICR, ICR_DEST(~0U), .all = 7 },
	{ "ICR, logical broadcast", BY_ICR, ICR_DEST(~0U) | ICR_LOGICAL,
	  .all = 7 },
	{ "ICR, lowest priority", BY_ICR,
	  ICR_DEST(3) | ICR_LOGICAL | ICR_LOWEST, .one = 3 },
	{ "ICR, NMI to all others", BY_ICR, ICR_OTHERS | ICR_NMI, .all = 6,
	  .nmi = true },
	{ "ICR, NMI, physical", BY_ICR, ICR_DEST(17) | ICR_NMI, .all = 4,
	  .nmi = true },
	{ "ICR, INIT means nothing in a TD", BY_ICR, ICR_OTHERS | ICR_INIT },
	{ "MSI, physical", BY_MSI, MSI_DEST(1), VECTOR, .all = 2 },
	{ "MSI, physical, another cluster", BY_MSI, MSI_DEST(17), VECTOR,
	  .all = 4 },
	{ "MSI, an id of more than 8 bits", BY_MSI,
	  MSI_DEST(1) | MSI_DEST_EXT(1), VECTOR },
	{ "MSI, logical", BY_MSI, MSI_DEST(3) | MSI_LOGICAL, VECTOR, .all = 3 },
	{ "MSI, broadcast", BY_MSI, MSI_DEST(0xff), VECTOR, .all = 7 },
	{ "MSI, lowest priority", BY_MSI, MSI_DEST(3) | MSI_LOGICAL,
	  VECTOR | MSI_LOWEST, .one = 3 },
	{ "MSI, NMI", BY_MSI, MSI_DEST(1), VECTOR | MSI_NMI, .all = 2,
	  .nmi = true },
	{ "irqfd", BY_IRQFD, MSI_DEST(1), VECTOR, .all = 2 },
	{ "irqfd, its route changed", BY_IRQFD, MSI_DEST(17), VECTOR,
	  .all = 4 },
	{ "irqfd, no route any more", BY_IRQFD, 0, 0 },
	{ "irqfd, and one again", BY_IRQFD, MSI_DEST(0), VECTOR, .all = 1 },
	{ "irqfd, taken away", BY_DEASSIGNED, MSI_DEST(0), VECTOR },
};

#define NR_STEPS	ARRAY_SIZE(steps)

static volatile uint64_t hits[NR_VCPUS], nmis[NR_VCPUS], fences[NR_VCPUS];
static volatile uint64_t spare, stop;

static uint32_t me(void)
{
	struct tdgcall info = {};

	GUEST_ASSERT(!tdgcall(TDLEAF_INFO, &info));
	return (uint32_t)info.r9;
}

static void on_vector(struct ex_regs *regs)
{
	hits[me()]++;
	wrmsr(MSR_X2APIC(APIC_EOI_REG), 0);
}

static void on_fence(struct ex_regs *regs)
{
	fences[me()]++;
	wrmsr(MSR_X2APIC(APIC_EOI_REG), 0);
}

static void on_spare(struct ex_regs *regs)
{
	spare++;
	wrmsr(MSR_X2APIC(APIC_EOI_REG), 0);
}

static void on_nmi(struct ex_regs *regs)
{
	nmis[me()]++;
}

static void icr(uint64_t value)
{
	GUEST_ASSERT(!td_wrmsr(MSR_X2APIC(APIC_ICR_REG), value));
}

static void nap(void)
{
	asm volatile("cli");
	td_hlt(false);
	asm volatile("sti; nop");
}

/* All have taken what was sent to them before. */
static void fence(void)
{
	static uint64_t n;
	int i;

	n++;
	for (i = 0; i < NR_VCPUS; i++)
		icr(ICR_DEST(ids[i]) | FENCE);
	for (i = 0; i < NR_VCPUS; i++)
		while (fences[i] < n)
			asm volatile("sti; pause");
}

static uint64_t counts(bool nmi, int i)
{
	return nmi ? nmis[i] : hits[i];
}

/* Bits of the vCPUs that got one; none may get two, or one of the other kind. */
static uint8_t who(const struct step *s, const uint64_t before[NR_VCPUS],
		   const uint64_t other[NR_VCPUS])
{
	uint8_t got = 0;
	uint64_t n;
	int i;

	for (i = 0; i < NR_VCPUS; i++) {
		n = counts(s->nmi, i) - before[i];
		GUEST_ASSERT(n <= 1 && counts(!s->nmi, i) == other[i]);
		got |= n << i;
	}
	return got;
}

static void guest_sender(void)
{
	uint64_t before[NR_VCPUS], other[NR_VCPUS];
	const struct step *s;
	unsigned int i, j;
	uint8_t got;

	td_wrmsr(MSR_X2APIC(APIC_SVR), 0x1ff);
	fence();
	for (i = 0; i < NR_STEPS; i++) {
		s = &steps[i];
		for (j = 0; j < NR_VCPUS; j++) {
			before[j] = counts(s->nmi, j);
			other[j] = counts(!s->nmi, j);
		}
		GUEST_SYNC(i);
		if (s->how == BY_ICR)
			icr(s->to | VECTOR);
		fence();
		got = who(s, before, other);
		if (s->one)
			GUEST_ASSERT(got && !(got & (got - 1)) &&
				     !(got & ~s->one));
		else
			GUEST_ASSERT_EQ(got, s->all);
	}
	stop = 1;
	icr(ICR_OTHERS | FENCE);
	GUEST_DONE();
}

static void guest_receiver(void)
{
	td_wrmsr(MSR_X2APIC(APIC_SVR), 0x1ff);
	while (!stop)
		nap();
	GUEST_DONE();
}

static void set_route(struct kvm_vm *vm, const struct step *s)
{
	struct kvm_irq_routing *r = calloc(1, sizeof(*r) + sizeof(*r->entries));

	r->nr = s->to ? 1 : 0;
	r->entries[0] = (struct kvm_irq_routing_entry) {
		.gsi = GSI, .type = KVM_IRQ_ROUTING_MSI,
		.u.msi = { .address_lo = s->to, .data = s->data },
	};
	vm_ioctl(vm, KVM_SET_GSI_ROUTING, r);
	free(r);
}

/* The host's part of a step, while the other vCPUs run. */
static void host_step(struct kvm_vm *vm, const struct step *s,
		      struct kvm_irqfd *irqfd)
{
	struct kvm_msi msi = { .address_lo = s->to, .data = s->data };
	uint64_t one = 1;
	int ret;

	switch (s->how) {
	case BY_ICR:
		return;
	case BY_MSI:
		ret = ioctl(vm->fd, KVM_SIGNAL_MSI, &msi);
		TEST_ASSERT(ret == (s->one ? 1 : __builtin_popcount(s->all)),
			    "%s: KVM_SIGNAL_MSI gives %d", s->name, ret);
		return;
	case BY_DEASSIGNED:
		irqfd->flags = KVM_IRQFD_FLAG_DEASSIGN;
		vm_ioctl(vm, KVM_IRQFD, irqfd);
		set_route(vm, s);
		break;
	case BY_IRQFD:
		set_route(vm, s);
		break;
	}
	TEST_ASSERT(write(irqfd->fd, &one, 8) == 8, "eventfd");
}

static struct kvm_vm *create(struct kvm_vcpu *vcpus[NR_VCPUS], int n,
			     void *first)
{
	struct kvm_vm *vm = td_create(NULL);
	int i;

	vm_install_exception_handler(vm, VECTOR, on_vector);
	vm_install_exception_handler(vm, FENCE, on_fence);
	vm_install_exception_handler(vm, SPARE, on_spare);
	vm_install_exception_handler(vm, 2, on_nmi);
	for (i = 0; i < n; i++)
		vcpus[i] = td_vcpu_add(vm, ids[i], i ? guest_receiver : first);
	td_finalize(vm);
	return vm;
}

static void test_destinations(void)
{
	struct kvm_irqfd irqfd = { .gsi = GSI };
	struct kvm_vcpu *vcpus[NR_VCPUS];
	pthread_t threads[NR_VCPUS];
	struct kvm_vm *vm = create(vcpus, NR_VCPUS, guest_sender);
	unsigned int i;

	irqfd.fd = eventfd(0, 0);
	vm_ioctl(vm, KVM_IRQFD, &irqfd);
	for (i = 1; i < NR_VCPUS; i++)
		pthread_create(&threads[i], NULL, td_run_thread, vcpus[i]);
	for (i = 0; i < NR_STEPS; i++) {
		td_run_sync(vcpus[0], i);
		if (i)
			ksft_test_result_pass("%s\n", steps[i - 1].name);
		host_step(vm, &steps[i], &irqfd);
	}
	td_run_done(vcpus[0]);
	ksft_test_result_pass("%s\n", steps[NR_STEPS - 1].name);
	for (i = 1; i < NR_VCPUS; i++)
		pthread_join(threads[i], NULL);
	close(irqfd.fd);
	kvm_vm_free(vm);
}

static uint64_t apic(unsigned int reg)
{
	uint64_t value = ~0ULL;

	GUEST_ASSERT(!td_rdmsr(MSR_X2APIC(reg), &value));
	return value;
}

static void apic_set(unsigned int reg, uint64_t value)
{
	GUEST_ASSERT(!td_wrmsr(MSR_X2APIC(reg), value));
}

/* By how much the count goes down meanwhile */
static uint64_t counted(uint32_t divider)
{
	uint64_t first, second, start;

	apic_set(APIC_TDCR_REG, divider);
	GUEST_ASSERT_EQ(apic(APIC_TDCR_REG), divider);
	apic_set(APIC_TMICT_REG, ~0U);
	first = apic(APIC_TMCCT_REG);
	for (start = rdtsc(); rdtsc() - start < WINDOW;)
		asm volatile("pause");
	second = apic(APIC_TMCCT_REG);
	GUEST_ASSERT(first <= ~0U && second < first && second);
	return first - second;
}

static void guest_timer(void)
{
	apic_set(APIC_SVR, 0x1ff);
	apic_set(APIC_LVTT_REG, SPARE);
	/* by 128, and by 1 */
	GUEST_ASSERT(counted(0xa) * 16 < counted(0xb));
	GUEST_SYNC(1);
	apic_set(APIC_TMICT_REG, 2000000);
	GUEST_ASSERT(apic(APIC_TMCCT_REG) <= 2000000);
	while (!spare)
		nap();
	GUEST_ASSERT_EQ(apic(APIC_TMCCT_REG), 0);
	GUEST_SYNC(2);
	/* masked: it counts, and that is all */
	apic_set(APIC_LVTT_REG, SPARE | 1 << 16);
	apic_set(APIC_TMICT_REG, 2000000);
	while (apic(APIC_TMCCT_REG))
		asm volatile("sti; pause");
	icr(ICR_SELF | FENCE);
	while (!fences[0])
		asm volatile("sti; pause");
	GUEST_ASSERT_EQ(spare, 1);
	GUEST_SYNC(3);
	/* disarmed before it is there */
	apic_set(APIC_LVTT_REG, SPARE);
	apic_set(APIC_TMICT_REG, 50000000);
	apic_set(APIC_TMICT_REG, 0);
	GUEST_ASSERT_EQ(apic(APIC_TMCCT_REG), 0);
	GUEST_SYNC(4);
	icr(ICR_SELF | FENCE);
	while (fences[0] < 2)
		asm volatile("sti; pause");
	GUEST_ASSERT_EQ(spare, 1);
	GUEST_DONE();
}

static void test_timer(void)
{
	struct kvm_vcpu *vcpus[NR_VCPUS];
	struct kvm_vm *vm = create(vcpus, 1, guest_timer);

	td_run_sync(vcpus[0], 1);
	ksft_test_result_pass("the current count goes down, as the divider has it\n");
	td_run_sync(vcpus[0], 2);
	ksft_test_result_pass("and ends at 0\n");
	td_run_sync(vcpus[0], 3);
	ksft_test_result_pass("a masked timer counts in silence\n");
	td_run_sync(vcpus[0], 4);
	usleep(200000);
	td_run_done(vcpus[0]);
	ksft_test_result_pass("an initial count of 0 disarms\n");
	kvm_vm_free(vm);
}

/* 8 MiB change sides: an interrupt waits meanwhile. */
#define MAP_GPA		(32UL << 20)
#define MAP_SIZE	(8UL << 20)

static void guest_map_gpa(void)
{
	struct tdvmcall c = {
		.r11 = TDVMCALL_MAP_GPA, .r12 = MAP_GPA | td_shared_bit,
		.r13 = MAP_SIZE,
	};

	td_wrmsr(MSR_X2APIC(APIC_SVR), 0x1ff);
	asm volatile("cli");
	GUEST_ASSERT_EQ(tdvmcall(&c), TDVMCALL_RETRY);
	GUEST_ASSERT_EQ(spare, 0);
	GUEST_ASSERT(c.r11 > (MAP_GPA | td_shared_bit) &&
		     c.r11 < (MAP_GPA | td_shared_bit) + MAP_SIZE);
	asm volatile("sti; nop");
	GUEST_ASSERT_EQ(spare, 1);
	GUEST_ASSERT(!td_map_gpa(c.r11, (MAP_GPA | td_shared_bit) + MAP_SIZE -
				 c.r11));
	GUEST_DONE();
}

static void test_map_gpa(void)
{
	struct kvm_msi msi = { .address_lo = MSI_DEST(0), .data = SPARE };
	struct kvm_vcpu *vcpus[NR_VCPUS];
	struct kvm_vm *vm = create(vcpus, 1, guest_map_gpa);
	struct kvm_tdx_hypercall_exit *call = kvm_tdx_run_exit(vcpus[0]->run);

	vcpu_run(vcpus[0]);
	TEST_ASSERT(vcpus[0]->run->exit_reason == KVM_EXIT_HYPERCALL,
		    "exit %u", vcpus[0]->run->exit_reason);
	TEST_ASSERT(ioctl(vm->fd, KVM_SIGNAL_MSI, &msi) == 1, "KVM_SIGNAL_MSI");
	td_set_private(vm, MAP_GPA, 2 << 20, false);
	call->ret = 0;
	td_run_done(vcpus[0]);
	ksft_test_result_pass("a long MapGPA lets the guest take its interrupts\n");
	kvm_vm_free(vm);
}

int main(void)
{
	ksft_print_header();
	ksft_set_plan(NR_STEPS + 5);
	test_destinations();
	test_timer();
	test_map_gpa();
	ksft_finished();
}
