/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A small VMM: makes a TD through the KVM ABI, loads a guest image into it,
 * runs its vCPUs. Functions return 0 or a positive value, or -errno of the
 * system call that failed; nothing exits behind the caller's back.
 */
#ifndef SELFTESTS_TD_H
#define SELFTESTS_TD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <linux/kvm.h>
#include <seamhost/kvm_tdx.h>

#define TD_MAX_VCPUS	16
#define TD_RAM_SIZE	(64UL << 20)	/* slot 0, from GPA 0 */
#define TD_RESET_GPA	0xfffff000UL	/* slot 1: one page */

struct td_vcpu {
	int fd;
	struct kvm_run *run;
	size_t run_size;
};

struct td_vmm {
	int dev, vm;
	int memfd;		/* guest_memfd: RAM, then the reset page */
	uint8_t *ram;		/* shared half of slot 0 */
	uint8_t *reset;		/* shared half of slot 1 */
	size_t ram_size;
	unsigned int nr_vcpus;
	struct td_vcpu vcpu[TD_MAX_VCPUS];
	uint64_t hw_error;	/* of the last KVM_MEMORY_ENCRYPT_OP */
	void *measure;		/* MRTD as the module should compute it */
	struct kvm_cpuid2 *cpuid;
	bool unmeasured;	/* td_load() leaves most of the image out of MRTD */
	/* what goes into INIT_VM, set before td_init() */
	uint64_t attributes, xfam;
	bool gpaw52;
	uint8_t mrconfigid[48], mrowner[48], mrownerconfig[48];
};

/* Step by step; td_build() is all of them for an image. */
int td_open(struct td_vmm *td);
int td_caps(struct td_vmm *td, struct kvm_tdx_capabilities *caps,
	    unsigned int nent);
int td_create_vm(struct td_vmm *td);
int td_init(struct td_vmm *td);
int td_add_memory(struct td_vmm *td);
int td_add_vcpu(struct td_vmm *td);
int td_init_vcpu(struct td_vmm *td, unsigned int i, uint64_t data);
int td_add_pages(struct td_vmm *td, uint64_t gpa, const void *from,
		 uint64_t nr_pages, bool measure);
int td_finalize(struct td_vmm *td);
int td_load(struct td_vmm *td, const void *image, size_t size,
	    const void *reset);
int td_build(struct td_vmm *td, unsigned int nr_vcpus, uint64_t data,
	     const void *image, size_t size, const void *reset);
void td_free(struct td_vmm *td);

int td_cmd(struct td_vmm *td, int fd, unsigned int id, unsigned int flags,
	   void *data);
int td_set_private(struct td_vmm *td, uint64_t gpa, uint64_t size,
		   bool private);

/*
 * Run until an exit that the caller must look at. MapGPA is served (the pages
 * change sides), characters on PORT_SERIAL go to @out (may be NULL: dropped).
 * Returns the exit reason, or -errno.
 */
struct td_output {
	char text[4096];
	size_t len;
	const char *prefix;	/* print lines as they come, after this */
};

/* KVM_RUN as td_run() makes it; a test may have its own. */
extern int (*td_enter)(int fd);

int td_run(struct td_vmm *td, unsigned int i, struct td_output *out);
/* Data area of a KVM_EXIT_IO */
void *td_io_data(struct td_vmm *td, unsigned int i);
bool td_io_is(struct td_vmm *td, unsigned int i, uint16_t port);

/* A file's content; NULL and errno on failure. */
void *read_file(const char *path, size_t *size);

#endif /* SELFTESTS_TD_H */
