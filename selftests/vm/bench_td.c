// SPDX-License-Identifier: GPL-2.0-only
/*
 * bench_td exits [KIND]: what exits of a TD cost; prints "pio_ns", "hlt_ns",
 * "msr_ns" and "cpuid_ns", or one of them, with the median and the best of
 * batches.
 * bench_td memory: SEAMCALLs and time for 1 GiB of private memory.
 * bench_td life: a TD's whole life, by phase, and how it grows.
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "../guest/bench.h"
#include "../include/ktap.h"
#include "../lib/clock.h"
#include "../lib/exits.h"
#include "../lib/seamcalls.h"
#include "../lib/td.h"

#define MIB		(1UL << 20)
#define BATCHES		200
#define GIB_PIECES	512
#define CALLS_MAX	1100

static void *image, *reset;
static size_t image_size, reset_size;

static void must(int ret, const char *what)
{
	if (ret < 0)
		errx(1, "%s: %s", what, strerror(-ret));
}

static void build(struct td_vmm *td, unsigned int vcpus, uint64_t ram,
		  uint64_t data)
{
	memset(td, 0, sizeof(*td));
	td->attributes = 1ULL << 28;
	td->ram_size = ram;
	must(td_build(td, vcpus, data, image, image_size, reset), "td_build");
}

static void run_to(struct td_vmm *td, unsigned int vcpu, uint16_t port)
{
	int ret = td_run(td, vcpu, NULL);
	uint32_t code = 0;

	must(ret, "KVM_RUN");
	if (ret != KVM_EXIT_IO || !td_io_is(td, vcpu, port))
		errx(1, "exit %d, not port %#x", ret, port);
	memcpy(&code, td_io_data(td, vcpu), sizeof(code));
	if (code)
		errx(1, "the guest says %#x", code);
}

/* ---- exits ------------------------------------------------------------------ */

/*
 * Batches are short, so that of many some fall between two disturbances of a
 * busy machine. Exits that user space does not see have one that it sees
 * around them: for these there are more in a batch.
 */
#define EXITS_USER	10
#define EXITS_KERNEL	50

/* One batch: @n exits that user space sees, or one with @n in between. */
static uint64_t batch(struct td_vmm *td, unsigned int n, bool user)
{
	uint64_t start = clock_ns();

	run_exits(td->vcpu[0].fd, td->vcpu[0].run, user ? n : 1);
	return (clock_ns() - start) / n;
}

static void measure_exit(const char *name, unsigned int program)
{
	bool user = program == BENCH_PIO;
	unsigned int exits = user ? EXITS_USER : EXITS_KERNEL;
	uint64_t ns[BATCHES];
	struct td_vmm td;
	unsigned int i;

	build(&td, 1, 0, BENCH_DATA(program, exits));
	/* to the loop, and one round for what is cold */
	run_to(&td, 0, PORT_SYNC);
	batch(&td, exits, user);
	for (i = 0; i < BATCHES; i++)
		ns[i] = batch(&td, exits, user);
	clock_sort(ns, BATCHES);
	printf("%s_ns %llu %llu\n", name, (unsigned long long)ns[BATCHES / 2],
	       (unsigned long long)ns[0]);
	td_free(&td);
}

static int bench_exits(const char *only)
{
	static const struct {
		const char *name;
		unsigned int program;
	} kinds[] = {
		{ "pio", BENCH_PIO }, { "hlt", BENCH_HLT }, { "msr", BENCH_MSR },
		{ "cpuid", BENCH_CPUID },
	};
	unsigned int i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!only || !strcmp(only, kinds[i].name))
			measure_exit(kinds[i].name, kinds[i].program);
	return 0;
}

/* ---- memory ----------------------------------------------------------------- */

static void prefault(struct td_vmm *td, uint64_t gpa, uint64_t size)
{
	struct kvm_pre_fault_memory range = { .gpa = gpa, .size = size };

	while (range.size)
		if (ioctl(td->vcpu[0].fd, KVM_PRE_FAULT_MEMORY, &range))
			err(1, "KVM_PRE_FAULT_MEMORY");
}

/*
 * How often the vCPU was entered depends on the interrupts that came, and
 * where it ran on those of the host's scheduler: shown, and not counted.
 */
static void report(const char *what, uint64_t ns)
{
	unsigned long enters = seamcalls("TDH.VP.ENTER");
	unsigned long calls = seamcalls_total() - enters -
			      seamcalls("TDH.VP.FLUSH");

	printf("# %s: %lu SEAMCALLs and %lu times TDH.VP.ENTER, %.2f s\n",
	       what, calls, enters, ns / 1e9);
	seamcalls_print("#   ");
	ktap_ok(calls <= CALLS_MAX, "%s takes at most %u SEAMCALLs (%lu)",
		what, CALLS_MAX, calls);
}

static void memory_life(bool ahead)
{
	uint64_t start, size = GIB_PIECES * BENCH_PIECE;
	struct td_vmm td;

	build(&td, 1, BENCH_FROM + size,
	      BENCH_DATA(ahead ? BENCH_NONE : BENCH_ACCEPT, GIB_PIECES));
	seamcalls_start();
	start = clock_ns();
	if (ahead)
		prefault(&td, BENCH_FROM, size);
	else
		run_to(&td, 0, PORT_EXIT);
	report(ahead ? "populating 1 GiB ahead of use" :
	       "populating 1 GiB as the guest accepts it", clock_ns() - start);

	seamcalls_start();
	start = clock_ns();
	td_free(&td);
	report(ahead ? "tearing down a TD with 1 GiB" :
	       "tearing down a TD with 1 GiB in use", clock_ns() - start);
}

static int bench_memory(void)
{
	ktap_header();
	memory_life(true);
	memory_life(false);
	ktap_plan(ktap_seen);
	return ktap_exit();
}

/* ---- life ------------------------------------------------------------------- */

enum phase {
	PHASE_CREATE, PHASE_VCPUS, PHASE_MEMORY, PHASE_FINALIZE, PHASE_RUN,
	PHASE_DESTROY,
	NR_PHASES
};

static const char * const phase_names[NR_PHASES] = {
	"create", "vCPUs", "image", "finalize", "run", "destroy",
};

struct life {
	unsigned int vcpus, mib;
	uint64_t ns[NR_PHASES + 1];	/* the last: all */
	unsigned long calls[NR_PHASES + 1];
};

struct lap {
	struct life *life;
	bool counting;
	uint64_t start;
};

static void lap_start(struct lap *lap)
{
	if (lap->counting)
		seamcalls_start();
	lap->start = clock_ns();
}

static void lap_end(struct lap *lap, enum phase phase)
{
	uint64_t ns = clock_ns() - lap->start;
	struct life *l = lap->life;

	if (lap->counting) {
		l->calls[phase] = seamcalls_total();
		l->calls[NR_PHASES] += l->calls[phase];
	} else {
		l->ns[phase] = ns;
		l->ns[NR_PHASES] += ns;
	}
	lap_start(lap);
}

static void live(struct life *l, bool counting)
{
	struct lap lap = { .life = l, .counting = counting };
	uint64_t pieces = (l->mib * MIB - BENCH_FROM) / BENCH_PIECE;
	struct td_vmm td = {
		.attributes = 1ULL << 28, .ram_size = l->mib * MIB,
	};
	unsigned int i;

	lap_start(&lap);
	must(td_open(&td), "open");
	must(td_create_vm(&td), "KVM_CREATE_VM");
	must(td_init(&td), "KVM_TDX_INIT_VM");
	lap_end(&lap, PHASE_CREATE);

	for (i = 0; i < l->vcpus; i++) {
		must(td_add_vcpu(&td), "KVM_CREATE_VCPU");
		must(td_init_vcpu(&td, i, i ? BENCH_DATA(BENCH_NONE, 0) :
				  BENCH_DATA(BENCH_ACCEPT, pieces)),
		     "KVM_TDX_INIT_VCPU");
	}
	lap_end(&lap, PHASE_VCPUS);

	must(td_add_memory(&td), "memory");
	must(td_load(&td, image, image_size, reset), "image");
	lap_end(&lap, PHASE_MEMORY);

	must(td_finalize(&td), "KVM_TDX_FINALIZE_VM");
	lap_end(&lap, PHASE_FINALIZE);

	for (i = 0; i < l->vcpus; i++)
		run_to(&td, i, PORT_EXIT);
	lap_end(&lap, PHASE_RUN);

	td_free(&td);
	lap_end(&lap, PHASE_DESTROY);
}

static void life_print(const struct life *l)
{
	unsigned int i;

	printf("# %5u %5u", l->vcpus, l->mib);
	for (i = 0; i <= NR_PHASES; i++)
		printf(" %7.1f %5lu", l->ns[i] / 1e6, l->calls[i]);
	printf("\n");
}

static void life_head(void)
{
	unsigned int i;

	printf("# milliseconds and SEAMCALLs by phase\n# vCPUs   MiB");
	for (i = 0; i < NR_PHASES; i++)
		printf(" %13s", phase_names[i]);
	printf(" %13s\n", "all");
}

/* Least squares: *slope per unit of @x, and the worst distance from the line. */
static void fit(const double *x, const double *y, unsigned int n,
		double *slope, double *off)
{
	double sx = 0, sy = 0, sxx = 0, sxy = 0, at, d;
	unsigned int i;

	for (i = 0; i < n; i++) {
		sx += x[i];
		sy += y[i];
		sxx += x[i] * x[i];
		sxy += x[i] * y[i];
	}
	*slope = (n * sxy - sx * sy) / (n * sxx - sx * sx);
	at = (sy - *slope * sx) / n;
	*off = 0;
	for (i = 0; i < n; i++) {
		d = y[i] - (at + *slope * x[i]);
		d = (d < 0 ? -d : d) / y[i];
		if (d > *off)
			*off = d;
	}
}

#define SIZES		4
/* of the calls; interrupts in VP.ENTER and in long leaves make some more */
#define CALLS_OFF_MAX	0.05

static void show_growth(const char *unit, struct life l[SIZES], bool by_vcpu)
{
	double x[SIZES], calls[SIZES], ms[SIZES], slope, off;
	unsigned int i;

	life_head();
	for (i = 0; i < SIZES; i++) {
		live(&l[i], false);
		live(&l[i], true);
		life_print(&l[i]);
		x[i] = by_vcpu ? l[i].vcpus : l[i].mib;
		calls[i] = l[i].calls[NR_PHASES];
		ms[i] = l[i].ns[NR_PHASES] / 1e6;
	}
	fit(x, ms, SIZES, &slope, &off);
	printf("# %.3f ms more per %s (off the line by up to %.0f%%)\n", slope,
	       unit, off * 100);
	fit(x, calls, SIZES, &slope, &off);
	printf("# %.2f SEAMCALLs more per %s (off the line by up to %.1f%%)\n",
	       slope, unit, off * 100);
	ktap_ok(off <= CALLS_OFF_MAX, "SEAMCALLs grow linearly with each %s (%.2f)",
		unit, slope);
}

static int bench_life(void)
{
	struct life vcpus[SIZES] = {
		{ .vcpus = 1, .mib = 64 }, { .vcpus = 2, .mib = 64 },
		{ .vcpus = 4, .mib = 64 }, { .vcpus = 8, .mib = 64 },
	};
	struct life mib[SIZES] = {
		{ .vcpus = 1, .mib = 64 }, { .vcpus = 1, .mib = 128 },
		{ .vcpus = 1, .mib = 256 }, { .vcpus = 1, .mib = 512 },
	};
	struct life warm = { .vcpus = 1, .mib = 64 };

	ktap_header();
	live(&warm, false);
	show_growth("vCPU", vcpus, true);
	show_growth("MiB", mib, false);
	ktap_plan(ktap_seen);
	return ktap_exit();
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	setvbuf(stdout, NULL, _IOLBF, 0);
	image = read_file("/tests/guest/bench.img", &image_size);
	reset = read_file("/tests/guest/bench.reset", &reset_size);
	if (!image || !reset)
		err(1, "the guest's image");
	if (!strcmp(what, "exits"))
		return bench_exits(argc > 2 ? argv[2] : NULL);
	if (!strcmp(what, "memory"))
		return bench_memory();
	if (!strcmp(what, "life"))
		return bench_life();
	errx(1, "usage: bench_td exits [pio|hlt|msr|cpuid] | memory | life");
}
