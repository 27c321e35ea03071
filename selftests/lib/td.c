// SPDX-License-Identifier: GPL-2.0-only
/* A small VMM on the KVM ABI of TDs. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "../guest/layout.h"
#include "measure.h"
#include "td.h"

#define PAGE_SIZE		4096UL
#define PUNCH_HOLE		(FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE)
#define MAP_GPA_RANGE		12
#define MAP_GPA_PRIVATE		0x10
#define MAX_CPUID		256

static int result(int ret)
{
	return ret < 0 ? -errno : ret;
}

static void fd_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

int td_open(struct td_vmm *td)
{
	unsigned int i;

	td->dev = -1;
	td->vm = -1;
	td->memfd = -1;
	for (i = 0; i < TD_MAX_VCPUS; i++)
		td->vcpu[i].fd = -1;
	td->dev = open(KVM_TDX_DEVICE, O_RDWR | O_CLOEXEC);
	return result(td->dev);
}

int td_cmd(struct td_vmm *td, int fd, unsigned int id, unsigned int flags,
	   void *data)
{
	struct kvm_tdx_cmd cmd = {
		.id = id, .flags = flags, .data = (uintptr_t)data,
	};
	int ret = result(ioctl(fd, KVM_MEMORY_ENCRYPT_OP, &cmd));

	td->hw_error = cmd.hw_error;
	return ret;
}

int td_caps(struct td_vmm *td, struct kvm_tdx_capabilities *caps,
	    unsigned int nent)
{
	memset(caps, 0, sizeof(*caps));
	caps->cpuid.nent = nent;
	return td_cmd(td, td->vm, KVM_TDX_CAPABILITIES, 0, caps);
}

int td_create_vm(struct td_vmm *td)
{
	struct kvm_enable_cap hypercall = {
		.cap = KVM_CAP_EXIT_HYPERCALL,
		.args[0] = 1 << MAP_GPA_RANGE,
	};
	struct kvm_enable_cap irqchip = {
		.cap = KVM_CAP_SPLIT_IRQCHIP,
		.args[0] = 24,
	};
	int ret;

	td->vm = ioctl(td->dev, KVM_CREATE_VM, KVM_X86_TDX_VM);
	if (td->vm < 0)
		return -errno;
	ret = result(ioctl(td->vm, KVM_ENABLE_CAP, &hypercall));
	if (ret)
		return ret;
	return result(ioctl(td->vm, KVM_ENABLE_CAP, &irqchip));
}

/* The configurable leaves with what this VMM wants in them. */
static void fill_cpuid(struct td_vmm *td, struct kvm_cpuid2 *want,
		       const struct kvm_cpuid2 *can)
{
	unsigned int i;

	for (i = 0; i < can->nent; i++) {
		struct kvm_cpuid_entry2 e = can->entries[i];

		if (e.function != 0x80000008)
			continue;
		e.eax = (e.eax & 0xff00ffff) | (td->gpaw52 ? 52 : 48) << 16;
		want->entries[want->nent++] = e;
	}
}

int td_init(struct td_vmm *td)
{
	size_t cpuid_size = MAX_CPUID * sizeof(struct kvm_cpuid_entry2);
	struct kvm_tdx_capabilities *caps;
	struct kvm_tdx_init_vm *init;
	int ret = -ENOMEM;

	caps = calloc(1, sizeof(*caps) + cpuid_size);
	init = calloc(1, sizeof(*init) + cpuid_size);
	if (!caps || !init)
		goto out;
	ret = td_caps(td, caps, MAX_CPUID);
	if (ret)
		goto out;
	init->attributes = td->attributes;
	init->xfam = td->xfam ? td->xfam : (caps->supported_xfam & 7) | 3;
	memcpy(init->mrconfigid, td->mrconfigid, sizeof(init->mrconfigid));
	memcpy(init->mrowner, td->mrowner, sizeof(init->mrowner));
	memcpy(init->mrownerconfig, td->mrownerconfig,
	       sizeof(init->mrownerconfig));
	fill_cpuid(td, &init->cpuid, &caps->cpuid);
	ret = td_cmd(td, td->vm, KVM_TDX_INIT_VM, 0, init);
	if (!ret && !td->measure)
		td->measure = measure_new();
out:
	free(caps);
	free(init);
	return ret;
}

int td_set_private(struct td_vmm *td, uint64_t gpa, uint64_t size, bool private)
{
	struct kvm_memory_attributes attr = {
		.address = gpa,
		.size = size,
		.attributes = private ? KVM_MEMORY_ATTRIBUTE_PRIVATE : 0,
	};

	return result(ioctl(td->vm, KVM_SET_MEMORY_ATTRIBUTES, &attr));
}

static int add_slot(struct td_vmm *td, unsigned int slot, uint64_t gpa,
		    uint64_t size, void *hva, uint64_t offset)
{
	struct kvm_userspace_memory_region2 region = {
		.slot = slot,
		.flags = KVM_MEM_GUEST_MEMFD,
		.guest_phys_addr = gpa,
		.memory_size = size,
		.userspace_addr = (uintptr_t)hva,
		.guest_memfd = td->memfd,
		.guest_memfd_offset = offset,
	};
	int ret = result(ioctl(td->vm, KVM_SET_USER_MEMORY_REGION2, &region));

	return ret ? ret : td_set_private(td, gpa, size, true);
}

int td_add_memory(struct td_vmm *td)
{
	struct kvm_create_guest_memfd gmem = {};
	int ret;

	if (!td->ram_size)
		td->ram_size = TD_RAM_SIZE;
	gmem.size = td->ram_size + PAGE_SIZE;
	td->memfd = ioctl(td->vm, KVM_CREATE_GUEST_MEMFD, &gmem);
	if (td->memfd < 0)
		return -errno;
	td->ram = mmap(NULL, td->ram_size + PAGE_SIZE, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (td->ram == MAP_FAILED) {
		td->ram = NULL;
		return -errno;
	}
	td->reset = td->ram + td->ram_size;
	ret = add_slot(td, 0, 0, td->ram_size, td->ram, 0);
	if (ret)
		return ret;
	return add_slot(td, 1, TD_RESET_GPA, PAGE_SIZE, td->reset,
			td->ram_size);
}

int td_add_vcpu(struct td_vmm *td)
{
	struct td_vcpu *v = &td->vcpu[td->nr_vcpus];
	struct {
		struct kvm_cpuid2 head;
		struct kvm_cpuid_entry2 entries[2];
	} cpuid = {
		.head.nent = 2,
		.entries[0] = {
			.function = 1,
			.ecx = 1 << 21,		/* x2APIC */
			.edx = 1 << 9,
		},
		.entries[1] = {
			.function = CPUID_FROM_VMM,
			.eax = 0x6d616553, .ebx = 0x74736f68,
			.ecx = 0x4d4d5620, .edx = 0x2e676973,
		},
	};

	if (td->nr_vcpus == TD_MAX_VCPUS)
		return -ENOSPC;
	v->fd = ioctl(td->vm, KVM_CREATE_VCPU, td->nr_vcpus);
	if (v->fd < 0)
		return -errno;
	td->nr_vcpus++;
	v->run_size = ioctl(td->dev, KVM_GET_VCPU_MMAP_SIZE, 0);
	v->run = mmap(NULL, v->run_size, PROT_READ | PROT_WRITE, MAP_SHARED,
		      v->fd, 0);
	if (v->run == MAP_FAILED) {
		v->run = NULL;
		return -errno;
	}
	return result(ioctl(v->fd, KVM_SET_CPUID2, &cpuid));
}

int td_init_vcpu(struct td_vmm *td, unsigned int i, uint64_t data)
{
	return td_cmd(td, td->vcpu[i].fd, KVM_TDX_INIT_VCPU, 0,
		      (void *)(uintptr_t)data);
}

int td_add_pages(struct td_vmm *td, uint64_t gpa, const void *from,
		 uint64_t nr_pages, bool measure)
{
	struct kvm_tdx_init_mem_region region = {
		.source_addr = (uintptr_t)from,
		.gpa = gpa,
		.nr_pages = nr_pages,
	};
	const uint8_t *p = from;
	uint64_t i;
	int ret;

	do {
		ret = td_cmd(td, td->vcpu[0].fd, KVM_TDX_INIT_MEM_REGION,
			     measure ? KVM_TDX_MEASURE_MEMORY_REGION : 0,
			     &region);
	} while (ret == -EINTR || ret == -EAGAIN);
	if (ret || !td->measure)
		return ret;
	for (i = 0; i < nr_pages; i++, gpa += PAGE_SIZE, p += PAGE_SIZE) {
		measure_page_add(td->measure, gpa);
		if (measure)
			measure_extend(td->measure, gpa, p);
	}
	return 0;
}

int td_finalize(struct td_vmm *td)
{
	return td_cmd(td, td->vm, KVM_TDX_FINALIZE_VM, 0, NULL);
}

int td_load(struct td_vmm *td, const void *image, size_t size,
	    const void *reset)
{
	size_t stacks = GUEST_MAX_VCPUS * PAGE_SIZE;
	void *zero;
	int ret;

	zero = mmap(NULL, stacks, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (zero == MAP_FAILED)
		return -errno;
	ret = td_add_pages(td, GUEST_STACKS, zero, GUEST_MAX_VCPUS, false);
	munmap(zero, stacks);
	if (!ret)
		ret = td_add_pages(td, GUEST_IMAGE, image, size / PAGE_SIZE,
				   !td->unmeasured);
	if (!ret)
		ret = td_add_pages(td, TD_RESET_GPA, reset, 1, true);
	return ret;
}

int td_build(struct td_vmm *td, unsigned int nr_vcpus, uint64_t data,
	     const void *image, size_t size, const void *reset)
{
	unsigned int i;
	int ret;

	ret = td_open(td);
	if (ret >= 0)
		ret = td_create_vm(td);
	if (ret >= 0)
		ret = td_init(td);
	if (ret >= 0)
		ret = td_add_memory(td);
	for (i = 0; ret >= 0 && i < nr_vcpus; i++)
		ret = td_add_vcpu(td);
	for (i = 0; ret >= 0 && i < nr_vcpus; i++)
		ret = td_init_vcpu(td, i, data);
	if (ret >= 0)
		ret = td_load(td, image, size, reset);
	if (ret >= 0)
		ret = td_finalize(td);
	return ret;
}

void td_free(struct td_vmm *td)
{
	unsigned int i;

	for (i = 0; i < td->nr_vcpus; i++) {
		if (td->vcpu[i].run)
			munmap(td->vcpu[i].run, td->vcpu[i].run_size);
		fd_close(&td->vcpu[i].fd);
	}
	/* the VM before the memory: no page is taken back one by one */
	fd_close(&td->vm);
	fd_close(&td->memfd);
	fd_close(&td->dev);
	if (td->ram)
		munmap(td->ram, td->ram_size + PAGE_SIZE);
	if (td->measure)
		measure_free(td->measure);
	memset(td, 0, sizeof(*td));
}

void *td_io_data(struct td_vmm *td, unsigned int i)
{
	struct kvm_run *run = td->vcpu[i].run;

	return (uint8_t *)run + run->io.data_offset;
}

bool td_io_is(struct td_vmm *td, unsigned int i, uint16_t port)
{
	struct kvm_run *run = td->vcpu[i].run;

	return run->exit_reason == KVM_EXIT_IO && run->io.port == port;
}

static void output_char(struct td_output *out, char c)
{
	if (!out)
		return;
	if (out->len < sizeof(out->text) - 1)
		out->text[out->len++] = c;
	out->text[out->len] = 0;
	if (c == '\n' && out->prefix) {
		printf("%s%s", out->prefix, out->text);
		fflush(stdout);
		out->len = 0;
	}
}

/* The guest asks for pages to change sides: do as QEMU does. */
static int serve_map_gpa(struct td_vmm *td, struct kvm_tdx_hypercall_exit *call)
{
	uint64_t gpa = call->args[0], size = call->args[1] * PAGE_SIZE;
	bool private = call->args[2] & MAP_GPA_PRIVATE;
	int ret;

	if (gpa + size > td->ram_size || gpa + size < gpa) {
		call->ret = EINVAL;
		return 0;
	}
	ret = td_set_private(td, gpa, size, private);
	if (!ret && private)
		ret = result(madvise(td->ram + gpa, size, MADV_DONTNEED));
	if (!ret && !private)
		ret = result(fallocate(td->memfd, PUNCH_HOLE, gpa, size));
	call->ret = 0;
	return ret;
}

static int enter(int fd)
{
	return ioctl(fd, KVM_RUN, 0);
}

int (*td_enter)(int fd) = enter;

int td_run(struct td_vmm *td, unsigned int i, struct td_output *out)
{
	struct td_vcpu *v = &td->vcpu[i];

	for (;;) {
		struct kvm_tdx_hypercall_exit *call = kvm_tdx_run_exit(v->run);
		int ret = result(td_enter(v->fd));

		if (ret < 0)
			return ret;
		if (v->run->exit_reason == KVM_EXIT_HYPERCALL &&
		    call->nr == MAP_GPA_RANGE) {
			ret = serve_map_gpa(td, call);
			if (ret)
				return ret;
			continue;
		}
		if (td_io_is(td, i, PORT_SERIAL) &&
		    v->run->io.direction == KVM_EXIT_IO_OUT) {
			output_char(out, *(char *)td_io_data(td, i));
			continue;
		}
		return (int)v->run->exit_reason;
	}
}

void *read_file(const char *path, size_t *size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	void *p = NULL;

	if (fd < 0)
		return NULL;
	if (!fstat(fd, &st)) {
		size_t pages = (st.st_size + PAGE_SIZE - 1) / PAGE_SIZE;

		*size = pages * PAGE_SIZE;
		p = mmap(NULL, *size + !*size, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (p == MAP_FAILED || read(fd, p, st.st_size) != st.st_size)
			p = NULL;
	}
	close(fd);
	return p;
}
