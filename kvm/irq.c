// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interrupts into a TD: a bit in the posted-interrupt descriptor and one
 * notification. Callable from any context.
 */
#include <linux/bitops.h>
#include <linux/bitmap.h>
#include <linux/smp.h>
#include <asm/irq_vectors.h>
#include <seamhost/compat.h>

#include "vcpu.h"

#define MSI_LOGICAL	BIT(2)
#define MSI_DEST(a)	(((a) >> 12) & 0xff)
#define MSI_DEST_EXT(a)	(((a) >> 5) & 0x7f)	/* APIC id bits 14:8 */
#define MSI_MODE(d)	(((d) >> 8) & 7)
#define DEST_ALL_8BIT	0xff
#define DEST_ALL	0xffffffffU
#define VECTOR_MIN	16

static unsigned long *pi_control(struct td_vcpu *vcpu)
{
	return (unsigned long *)&vcpu->pi.control;
}

void irq_post(struct td_vcpu *vcpu, unsigned int vector)
{
	int cpu;

	if (vector < VECTOR_MIN)
		return;
	set_bit(vector, vcpu->pi.pir);
	if (test_and_set_bit(PI_ON, pi_control(vcpu)))
		return;

	/* ON before in_guest is read; the run loop does it the other way */
	smp_mb__after_atomic();
	if (READ_ONCE(vcpu->in_guest)) {
		cpu = READ_ONCE(vcpu->cpu);
		if (cpu >= 0 && cpu_online(cpu))
			compat_send_ipi(cpu, POSTED_INTR_VECTOR);
	}
	wake_up(&vcpu->wq);
}

void irq_nmi(struct td_vcpu *vcpu)
{
	vcpu_request(vcpu, VCPU_REQ_NMI);
}

bool irq_posted(struct td_vcpu *vcpu)
{
	return test_bit(PI_ON, pi_control(vcpu)) ||
	       !bitmap_empty(vcpu->pi.pir, 256);
}

static bool dest_matches(struct td_vcpu *vcpu, u32 dest, bool logical)
{
	u32 ldr = ((vcpu->id >> 4) << 16) | BIT(vcpu->id & 0xf);

	if (dest == DEST_ALL)
		return true;
	if (!logical)
		return dest == vcpu->id;
	return dest >> 16 == ldr >> 16 && dest & ldr & 0xffff;
}

/* How many vCPUs it went to, or -EINVAL for a mode that a TD cannot take. */
int irq_deliver(struct td_vm *vm, u32 dest, bool logical, u32 mode, u8 vector)
{
	/* pairs with KVM_CREATE_VCPU: the vCPUs below it are whole */
	unsigned int i, n = smp_load_acquire(&vm->nr_vcpus);
	int delivered = 0;

	if (mode != IRQ_FIXED && mode != IRQ_LOWEST && mode != IRQ_NMI)
		return -EINVAL;

	for (i = 0; i < n; i++) {
		struct td_vcpu *vcpu = vm->vcpus[i];

		if (!dest_matches(vcpu, dest, logical))
			continue;
		if (mode == IRQ_NMI)
			irq_nmi(vcpu);
		else
			irq_post(vcpu, vector);
		delivered++;
		if (mode == IRQ_LOWEST)
			break;
	}
	return delivered;
}

int irq_msi(struct td_vm *vm, u64 address, u32 data)
{
	u32 dest = MSI_DEST(address);
	int ret;

	/* an unused route */
	if (!address && !data)
		return 0;
	if (dest == DEST_ALL_8BIT && !MSI_DEST_EXT(address))
		dest = DEST_ALL;
	else
		dest |= MSI_DEST_EXT(address) << 8;
	ret = irq_deliver(vm, dest, address & MSI_LOGICAL, MSI_MODE(data),
			  data & 0xff);
	return ret;
}
