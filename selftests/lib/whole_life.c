// SPDX-License-Identifier: GPL-2.0-only
/* The VMM of a TD that lives through everything. */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include "../guest/layout.h"
#include "../guest/life.h"
#include "../include/ktap.h"
#include "td.h"
#include "whole_life.h"

#define VCPUS	2

bool whole_life_load(struct whole_life *life)
{
	size_t size;

	life->image = read_file("/tests/guest/life.img", &life->image_size);
	life->reset = read_file("/tests/guest/life.reset", &size);
	return life->image && life->reset;
}

static cpu_set_t all;		/* the CPUs that are allowed here */

/* To another one of them */
static void move(void)
{
	int now = sched_getcpu(), cpu;
	cpu_set_t one;

	for (cpu = 0; cpu < 64; cpu++)
		if (cpu != now && CPU_ISSET(cpu, &all))
			break;
	if (cpu == 64)
		return;
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	sched_setaffinity(0, sizeof(one), &one);
}

static int prefault(struct td_vmm *td)
{
	struct kvm_pre_fault_memory p = {
		.gpa = GUEST_LATE + GUEST_LATE_SIZE / 2,
		.size = GUEST_LATE_SIZE / 2,
	};

	return ioctl(td->vcpu[0].fd, KVM_PRE_FAULT_MEMORY, &p) ? -errno : 0;
}

static int get_cpuid(struct td_vmm *td)
{
	static struct {
		struct kvm_cpuid2 head;
		struct kvm_cpuid_entry2 e[256];
	} c;

	c.head.nent = 256;
	return td_cmd(td, td->vcpu[0].fd, KVM_TDX_GET_CPUID, 0, &c);
}

/* What the guest asked for with PORT_SYNC */
static int step(struct td_vmm *td, uint32_t code)
{
	switch (code) {
	case LIFE_STEP_MOVE:
		move();
		return 0;
	case LIFE_STEP_PREFAULT:
		return prefault(td);
	case LIFE_STEP_NMI:
		return ioctl(td->vcpu[0].fd, KVM_NMI) ? -errno : 0;
	default:
		return -EPROTO;
	}
}

static int run(struct td_vmm *td, unsigned int vcpu)
{
	uint32_t code;
	int ret;

	for (;;) {
		ret = td_run(td, vcpu, NULL);
		if (ret != KVM_EXIT_IO)
			return ret;
		memcpy(&code, td_io_data(td, vcpu), 4);
		if (td_io_is(td, vcpu, PORT_EXIT))
			return code ? WHOLE_LIFE_GUEST + (int)code : 0;
		ret = step(td, code);
		if (ret)
			return ret;
	}
}

/* As td_build(), with all that a VMM asks on the way. */
static int build(struct td_vmm *td, const struct whole_life *life)
{
	unsigned int i;
	int ret;

	ret = td_open(td);
	if (ret >= 0)
		ret = td_create_vm(td);
	if (!ret)
		ret = td_init(td);
	if (!ret)
		ret = td_add_memory(td);
	for (i = 0; !ret && i < VCPUS; i++)
		ret = td_add_vcpu(td);
	if (!ret)
		ret = get_cpuid(td);
	for (i = 0; !ret && i < VCPUS; i++)
		ret = td_init_vcpu(td, i, life->kind);
	if (!ret)
		ret = td_load(td, life->image, life->image_size, life->reset);
	return ret ? ret : td_finalize(td);
}

int whole_life(const struct whole_life *life)
{
	struct td_vmm td = { .attributes = 1ULL << 28, .unmeasured = true };
	int ret;

	sched_getaffinity(0, sizeof(all), &all);
	ret = build(&td, life);
	if (!ret && life->ready)
		life->ready();
	if (!ret)
		ret = run(&td, 1);
	if (!ret)
		ret = run(&td, 0);
	if (ret > WHOLE_LIFE_GUEST)
		ktap_note("the guest ended with %d", ret - WHOLE_LIFE_GUEST);
	sched_setaffinity(0, sizeof(all), &all);
	td_free(&td);
	return ret;
}
