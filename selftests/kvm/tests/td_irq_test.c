// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interrupts into a TD: MSIs, eventfds, the APIC timer, IPIs between vCPUs and
 * NMIs, while it runs and while it sleeps in HLT.
 */
#include <pthread.h>
#include <sys/eventfd.h>
#include "kselftest.h"
#include "tdx_util.h"

#define VECTOR		0x41
#define VECTOR_TIMER	0x42
#define VECTOR_IPI	0x43
#define GSI		5
#define MSR_X2APIC(reg)	(0x800 + (reg))
#define APIC_SVR	0x0f
#define APIC_ICR_REG	0x30
#define APIC_LVTT_REG	0x32
#define APIC_TMICT_REG	0x38
#define APIC_TDCR_REG	0x3e
#define DOORBELL_GPA	0xfd000000UL
#define DOORBELL_PORT	0x77

static volatile uint64_t seen, seen_nmi;

static void eoi(void)
{
	wrmsr(MSR_X2APIC(0xb), 0);
}

static void on_irq(struct ex_regs *regs)
{
	seen++;
	eoi();
}

static void on_nmi(struct ex_regs *regs)
{
	seen_nmi++;
}

/*
 * HLT as Linux does it: the VMM is told that interrupts wake, and they are
 * enabled after the call, so that none gets lost between look and sleep.
 */
static void sleep_until(volatile uint64_t *count, uint64_t n)
{
	for (;;) {
		asm volatile("cli");
		if (*count >= n)
			break;
		td_hlt(false);
		asm volatile("sti; nop");
	}
	asm volatile("sti");
}

static void apic_on(void)
{
	td_wrmsr(MSR_X2APIC(APIC_SVR), 0x1ff);
}

static struct kvm_vm *create(struct kvm_vcpu **vcpu, void *guest)
{
	struct kvm_vm *vm = td_create(NULL);

	vm_install_exception_handler(vm, VECTOR, on_irq);
	vm_install_exception_handler(vm, VECTOR_TIMER, on_irq);
	vm_install_exception_handler(vm, VECTOR_IPI, on_irq);
	vm_install_exception_handler(vm, 2, on_nmi);
	*vcpu = td_vcpu_add(vm, 0, guest);
	return vm;
}

/* Each wait is for one more interrupt of any source. */
static void guest_waits(void)
{
	uint64_t i;

	apic_on();
	for (i = 1; i <= 5; i++) {
		GUEST_SYNC(i);
		sleep_until(&seen, i);
	}
	GUEST_DONE();
}

static void set_route(struct kvm_vm *vm)
{
	struct kvm_irq_routing *r = calloc(1, sizeof(*r) + sizeof(*r->entries));

	r->nr = 1;
	r->entries[0] = (struct kvm_irq_routing_entry) {
		.gsi = GSI, .type = KVM_IRQ_ROUTING_MSI,
		.u.msi = { .address_lo = 0xfee00000, .data = VECTOR },
	};
	vm_ioctl(vm, KVM_SET_GSI_ROUTING, r);
	free(r);
}

static void *msi_later(void *arg)
{
	struct kvm_msi msi = { .address_lo = 0xfee00000, .data = VECTOR };
	struct kvm_vm *vm = arg;

	usleep(300000);
	TEST_ASSERT(ioctl(vm->fd, KVM_SIGNAL_MSI, &msi) == 1, "KVM_SIGNAL_MSI");
	return NULL;
}

static void test_sources(void)
{
	struct kvm_msi msi = { .address_lo = 0xfee00000, .data = VECTOR };
	struct kvm_irqfd irqfd = { .gsi = GSI };
	struct kvm_irq_level line = { .irq = GSI, .level = 1 };
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = create(&vcpu, guest_waits);
	uint64_t one = 1;
	pthread_t thread;
	int ret;

	td_finalize(vm);
	set_route(vm);
	td_run_sync(vcpu, 1);
	ret = ioctl(vm->fd, KVM_SIGNAL_MSI, &msi);
	td_run_sync(vcpu, 2);
	ksft_test_result(ret == 1, "an MSI arrives\n");

	vm_ioctl(vm, KVM_IRQ_LINE, &line);
	td_run_sync(vcpu, 3);
	line.level = 0;
	vm_ioctl(vm, KVM_IRQ_LINE, &line);
	ksft_test_result_pass("IRQ_LINE follows the route, level 0 does nothing\n");

	irqfd.fd = eventfd(0, 0);
	vm_ioctl(vm, KVM_IRQFD, &irqfd);
	TEST_ASSERT(write(irqfd.fd, &one, 8) == 8, "eventfd");
	td_run_sync(vcpu, 4);
	ksft_test_result_pass("an irqfd arrives\n");
	irqfd.flags = KVM_IRQFD_FLAG_DEASSIGN;
	vm_ioctl(vm, KVM_IRQFD, &irqfd);

	pthread_create(&thread, NULL, msi_later, vm);
	td_run_sync(vcpu, 5);
	pthread_join(thread, NULL);
	ksft_test_result_pass("an MSI wakes a vCPU that sleeps in HLT\n");

	TEST_ASSERT(ioctl(vm->fd, KVM_SIGNAL_MSI, &msi) == 1, "KVM_SIGNAL_MSI");
	td_run_done(vcpu);
	kvm_vm_free(vm);
}

static void guest_timer(void)
{
	apic_on();
	td_wrmsr(MSR_X2APIC(APIC_TDCR_REG), 0xb);
	td_wrmsr(MSR_X2APIC(APIC_LVTT_REG), VECTOR_TIMER);
	td_wrmsr(MSR_X2APIC(APIC_TMICT_REG), 5000000);
	sleep_until(&seen, 1);
	GUEST_SYNC(1);
	/* periodic: three times 5 ms */
	td_wrmsr(MSR_X2APIC(APIC_LVTT_REG), VECTOR_TIMER | 1 << 17);
	td_wrmsr(MSR_X2APIC(APIC_TMICT_REG), 5000000);
	sleep_until(&seen, 4);
	td_wrmsr(MSR_X2APIC(APIC_TMICT_REG), 0);
	GUEST_SYNC(2);
	td_wrmsr(MSR_X2APIC(APIC_LVTT_REG), VECTOR_TIMER | 2 << 17);
	td_wrmsr(MSR_IA32_TSC_DEADLINE, rdtsc() + 20000000);
	sleep_until(&seen, 5);
	GUEST_DONE();
}

static void test_timer(void)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = create(&vcpu, guest_timer);

	td_finalize(vm);
	td_run_sync(vcpu, 1);
	ksft_test_result_pass("the one-shot timer fires\n");
	td_run_sync(vcpu, 2);
	ksft_test_result_pass("the periodic timer fires again and again\n");
	td_run_done(vcpu);
	ksft_test_result_pass("the TSC deadline fires\n");
	kvm_vm_free(vm);
}

static volatile uint64_t stop;

static void guest_sender(void)
{
	apic_on();
	td_wrmsr(MSR_X2APIC(APIC_ICR_REG), 1ULL << 32 | VECTOR_IPI);
	sleep_until(&seen, 2);
	stop = 1;
	GUEST_DONE();
}

static void guest_receiver(void)
{
	apic_on();
	sleep_until(&seen, 1);
	td_wrmsr(MSR_X2APIC(APIC_ICR_REG), 0ULL << 32 | VECTOR_IPI);
	GUEST_DONE();
}

static void *run_vcpu(void *arg)
{
	td_run_done(arg);
	return NULL;
}

static void test_ipi(void)
{
	struct kvm_vcpu *vcpu, *other;
	struct kvm_vm *vm = create(&vcpu, guest_sender);
	pthread_t thread;

	other = td_vcpu_add(vm, 1, guest_receiver);
	td_finalize(vm);
	pthread_create(&thread, NULL, run_vcpu, other);
	td_run_done(vcpu);
	pthread_join(thread, NULL);
	ksft_test_result_pass("IPIs go from vCPU to vCPU and back\n");
	kvm_vm_free(vm);
}

static void guest_nmi(void)
{
	GUEST_SYNC(1);
	GUEST_ASSERT_EQ(seen_nmi, 1);
	td_hlt(true);
	GUEST_ASSERT_EQ(seen_nmi, 2);
	GUEST_DONE();
}

static void *nmi_later(void *arg)
{
	struct kvm_vcpu *vcpu = arg;

	usleep(300000);
	ioctl(vcpu->fd, KVM_NMI);
	return NULL;
}

static void test_nmi(void)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = create(&vcpu, guest_nmi);
	pthread_t thread;

	td_finalize(vm);
	td_run_sync(vcpu, 1);
	TEST_ASSERT(!ioctl(vcpu->fd, KVM_NMI), "KVM_NMI");
	pthread_create(&thread, NULL, nmi_later, vcpu);
	td_run_done(vcpu);
	pthread_join(thread, NULL);
	ksft_test_result_pass("NMIs arrive, and wake a HLT with interrupts off\n");
	kvm_vm_free(vm);
}

static void guest_doorbell(void)
{
	td_mmio_write(DOORBELL_GPA, 4, 7);
	td_mmio_write(DOORBELL_GPA, 4, 8);
	td_io_out(DOORBELL_PORT, 2, 9);
	GUEST_DONE();
}

static void test_ioeventfd(void)
{
	struct kvm_ioeventfd io = {
		.addr = DOORBELL_GPA, .len = 4, .datamatch = 7,
		.flags = KVM_IOEVENTFD_FLAG_DATAMATCH,
	};
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = create(&vcpu, guest_doorbell);
	uint64_t count = 0;

	td_finalize(vm);
	io.fd = eventfd(0, EFD_NONBLOCK);
	vm_ioctl(vm, KVM_IOEVENTFD, &io);
	ksft_test_result(ioctl(vm->fd, KVM_IOEVENTFD, &io) == -1 &&
			 errno == EEXIST, "the same ioeventfd twice: EEXIST\n");
	io.flags = KVM_IOEVENTFD_FLAG_PIO;
	io.addr = DOORBELL_PORT;
	io.len = 2;
	io.datamatch = 0;
	vm_ioctl(vm, KVM_IOEVENTFD, &io);

	/* the first write is served, the second has other data: an exit */
	vcpu_run(vcpu);
	ksft_test_result(vcpu->run->exit_reason == KVM_EXIT_MMIO &&
			 vcpu->run->mmio.phys_addr == DOORBELL_GPA &&
			 vcpu->run->mmio.data[0] == 8,
			 "a write that matches makes no exit\n");
	td_run_done(vcpu);
	TEST_ASSERT(read(io.fd, &count, 8) == 8, "eventfd");
	ksft_test_result(count == 2, "MMIO and port writes are counted\n");
	kvm_vm_free(vm);
}

int main(void)
{
	ksft_print_header();
	ksft_set_plan(12);
	test_sources();
	test_timer();
	test_ipi();
	test_nmi();
	test_ioeventfd();
	ksft_finished();
}
