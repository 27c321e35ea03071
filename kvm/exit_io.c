// SPDX-License-Identifier: GPL-2.0-only
/* Port I/O and MMIO: to an ioeventfd, or to user space and back. */
#include <linux/mm.h>
#include <linux/string.h>
#include <seamhost/ghci.h>

#include "vcpu.h"

#define PIO_DATA_OFFSET		(KVM_PIO_PAGE_OFFSET * PAGE_SIZE)

static int refuse(struct td_vcpu *vcpu)
{
	tdvmcall_answer(vcpu, GHCI_INVALID_OPERAND);
	return EXIT_RESUME;
}

static int io_out_done(struct td_vcpu *vcpu)
{
	tdvmcall_answer(vcpu, GHCI_SUCCESS);
	return EXIT_RESUME;
}

static int io_in_done(struct td_vcpu *vcpu)
{
	u64 value = 0;

	memcpy(&value, page_address(vcpu->pio_page), vcpu->regs.r12);
	vcpu->regs.r11 = value;
	tdvmcall_answer(vcpu, GHCI_SUCCESS);
	return EXIT_RESUME;
}

int exit_io(struct td_vcpu *vcpu)
{
	struct tdx_regs *r = &vcpu->regs;
	struct kvm_run *run = vcpu->run;
	bool out = r->r13;

	if ((r->r12 != 1 && r->r12 != 2 && r->r12 != 4) || r->r13 > 1 ||
	    r->r14 > 0xffff)
		return refuse(vcpu);
	if (out && ioeventfd_write(vcpu->vm, true, r->r14, r->r12, r->r15))
		return io_out_done(vcpu);

	run->exit_reason = KVM_EXIT_IO;
	run->io.direction = out ? KVM_EXIT_IO_OUT : KVM_EXIT_IO_IN;
	run->io.size = r->r12;
	run->io.port = r->r14;
	run->io.count = 1;
	run->io.data_offset = PIO_DATA_OFFSET;
	if (out)
		memcpy(page_address(vcpu->pio_page), &r->r15, r->r12);
	vcpu->complete = out ? io_out_done : io_in_done;
	return EXIT_USER;
}

static int mmio_read_done(struct td_vcpu *vcpu)
{
	u64 value = 0;

	memcpy(&value, vcpu->run->mmio.data, vcpu->regs.r12);
	vcpu->regs.r11 = value;
	tdvmcall_answer(vcpu, GHCI_SUCCESS);
	return EXIT_RESUME;
}

int exit_mmio(struct td_vcpu *vcpu)
{
	struct tdx_regs *r = &vcpu->regs;
	struct kvm_run *run = vcpu->run;
	gpa_t shared = vcpu->vm->shared_bit;
	bool write = r->r13;
	gpa_t gpa;

	if ((r->r12 != 1 && r->r12 != 2 && r->r12 != 4 && r->r12 != 8) ||
	    r->r13 > 1)
		return refuse(vcpu);
	/* private memory is not the VMM's to emulate */
	if (!(r->r14 & shared) || r->r14 & ~(shared | (shared - 1)))
		return refuse(vcpu);
	/* one access is one page of the device */
	if ((r->r14 & ~PAGE_MASK) + r->r12 > PAGE_SIZE)
		return refuse(vcpu);
	gpa = r->r14 & ~shared;

	if (write && ioeventfd_write(vcpu->vm, false, gpa, r->r12, r->r15))
		return io_out_done(vcpu);

	run->exit_reason = KVM_EXIT_MMIO;
	run->mmio.phys_addr = gpa;
	run->mmio.len = r->r12;
	run->mmio.is_write = write;
	memset(run->mmio.data, 0, sizeof(run->mmio.data));
	if (write)
		memcpy(run->mmio.data, &r->r15, r->r12);
	vcpu->complete = write ? io_out_done : mmio_read_done;
	return EXIT_USER;
}
