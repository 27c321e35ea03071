/* SPDX-License-Identifier: GPL-2.0-only */
/* TDs on the KVM selftests library. */
#ifndef SELFTEST_TDX_UTIL_H
#define SELFTEST_TDX_UTIL_H

#include "tdx_library.h"
#include "processor.h"
#include "ucall_common.h"
#include <seamhost/kvm_tdx.h>
#include "tdx_guest.h"

#define TD_BOOT_GPA		0xffffe000UL	/* parameters, then reset page */
#define TD_SLOT_RAM		0
#define TD_SLOT_BOOT		1
#define TD_UCALL_GPA		0xfe000000UL	/* in no slot: MMIO */
#define TD_ATTR_SEPT_VE_DISABLE	(1ULL << 28)
#define TD_ATTR_DEBUG		(1ULL << 0)

/* What td_create() puts into INIT_VM; zero means the default. */
struct td_shape {
	uint64_t attributes;
	uint64_t xfam;
	uint64_t ram;		/* bytes of slot 0; default 64 MiB */
	bool gpaw48;		/* default is the widest: 52 on a host with 5 levels */
	uint64_t mrconfigid[6], mrowner[6], mrownerconfig[6];
	/* changes the configurable CPUID entries before INIT_VM */
	void (*cpuid)(struct kvm_cpuid2 *cpuid);
};

/*
 * A TD with its image loaded into the shared side of slot 0, INIT_VM done.
 * Then td_vcpu_add(), memory and globals through the library, td_finalize().
 */
struct kvm_vm *td_create(const struct td_shape *shape);
struct kvm_vcpu *td_vcpu_add(struct kvm_vm *vm, uint32_t id, void *guest_code);
void td_finalize(struct kvm_vm *vm);
struct kvm_vm *td_create_with_one_vcpu(struct kvm_vcpu **vcpu,
				       void *guest_code);

/* KVM_MEMORY_ENCRYPT_OP on a VM or vCPU; 0 or -errno. */
int td_op(int fd, unsigned int id, unsigned int flags, const void *data,
	  uint64_t *hw_error);

/* Pages of slot 0 change sides as a VMM does it on MapGPA. */
void td_set_private(struct kvm_vm *vm, uint64_t gpa, uint64_t size,
		    bool private);

/*
 * KVM_RUN until something the test must see: serves MapGPA, prints nothing.
 * Fails the test on an error of the ioctl; guest assertions are reported.
 * Returns the ucall command, or UCALL_NONE with the exit in vcpu->run.
 */
uint64_t td_run(struct kvm_vcpu *vcpu, struct ucall *uc);
/* td_run() that must end in GUEST_DONE */
void td_run_done(struct kvm_vcpu *vcpu);
void td_run_sync(struct kvm_vcpu *vcpu, uint64_t stage);
/* A thread that runs @vcpu to GUEST_DONE, under signals; port I/O is ignored. */
void *td_run_thread(void *vcpu);

/* The number that seamhost's status has for @key; -1 where it has none. */
long td_host_status(const char *key);

#endif /* SELFTEST_TDX_UTIL_H */
