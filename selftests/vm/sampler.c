// SPDX-License-Identifier: GPL-2.0-only
/*
 * sampler SECONDS: what "perf record -a -e cpu-clock -g" does to a machine. The
 * clock is a timer's interrupt, as an emulated machine has no counters whose
 * overflow would be an NMI. Prints how many samples came.
 */
#define _GNU_SOURCE
#include <linux/perf_event.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define MAX_CPUS	16
#define DATA_PAGES	64
#define PAGE		4096UL
#define PERIOD_NS	1000000
#define DRAIN_US	50000

struct cpu {
	struct perf_event_mmap_page *head;
	uint8_t *data;
};

static unsigned long samples, in_kernel, lost;

static int open_cpu(struct cpu *c, int cpu)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_SW_CPU_CLOCK,
		.sample_period = PERIOD_NS,
		.sample_type = PERF_SAMPLE_IP | PERF_SAMPLE_CALLCHAIN,
	};
	long fd = syscall(SYS_perf_event_open, &attr, -1, cpu, -1, 0);
	void *map;

	if (fd < 0)
		return -1;
	map = mmap(NULL, (1 + DATA_PAGES) * PAGE, PROT_READ | PROT_WRITE,
		   MAP_SHARED, fd, 0);
	if (map == MAP_FAILED)
		return -1;
	c->head = map;
	c->data = (uint8_t *)map + PAGE;
	return 0;
}

/* Words do not cross the ring's end, only records do. */
static uint64_t word(const struct cpu *c, uint64_t at)
{
	return *(uint64_t *)(c->data + at % (DATA_PAGES * PAGE));
}

static void drain(struct cpu *c)
{
	uint64_t head = __atomic_load_n(&c->head->data_head, __ATOMIC_ACQUIRE);
	uint64_t at = c->head->data_tail;

	while (at < head) {
		/* struct perf_event_header: type 31:0, size 63:48 */
		uint64_t header = word(c, at);

		switch ((uint32_t)header) {
		case PERF_RECORD_SAMPLE:
			samples++;
			in_kernel += word(c, at + 8) >> 63;
			break;
		case PERF_RECORD_LOST:
			lost += word(c, at + 16);
			break;
		}
		at += header >> 48;
	}
	__atomic_store_n(&c->head->data_tail, at, __ATOMIC_RELEASE);
}

int main(int argc, char **argv)
{
	time_t end = time(NULL) + (argc > 1 ? atoi(argv[1]) : 1);
	long n = sysconf(_SC_NPROCESSORS_ONLN), i;
	struct cpu cpu[MAX_CPUS];

	if (n > MAX_CPUS)
		n = MAX_CPUS;
	for (i = 0; i < n; i++) {
		if (open_cpu(&cpu[i], (int)i)) {
			perror("perf_event_open");
			return EXIT_FAILURE;
		}
	}
	while (time(NULL) < end) {
		usleep(DRAIN_US);
		for (i = 0; i < n; i++)
			drain(&cpu[i]);
	}
	printf("%lu samples, %lu of them in the kernel, %lu lost\n", samples,
	       in_kernel, lost);
	return samples ? EXIT_SUCCESS : EXIT_FAILURE;
}
