// SPDX-License-Identifier: GPL-2.0-only
/*
 * engine_test [GUEST]: the CPU that a TD gets, see guest/engine.c for what is
 * looked at; with "tdcalls", what guest leaves answer, see guest/tdcalls.c.
 */
#include <cpuid.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include "../guest/engine.h"
#include "../guest/layout.h"
#include "../include/ktap.h"
#include "../lib/td.h"

/* What the guest must neither see nor change. */
struct vectors {
	uint8_t ymm[16][32];
	uint32_t mxcsr, pkru;
	uint16_t fcw;
};

static unsigned int entries, changed;
static bool has_avx, has_pkru;

#define EACH_YMM	".irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15;"
#define LOAD_YMM	EACH_YMM "vmovdqu 32*\\n(%[in]), %%ymm\\n; .endr;"
#define STORE_YMM	EACH_YMM "vmovdqu %%ymm\\n, 32*\\n(%[out]); .endr;"

/* KVM_RUN with all vector registers set: no compiler, no libc in between. */
static int enter_with_vectors(int fd)
{
	struct vectors in = { .mxcsr = 0x7f80, .fcw = 0x0f7f, .pkru = 0x50000000 };
	struct vectors out = in;
	uint32_t pkru = 0;
	unsigned int i;
	long ret;

	entries++;
	for (i = 0; i < sizeof(in.ymm); i++)
		in.ymm[i / 32][i % 32] = entries * 29 + i * 7;
	if (has_pkru) {
		asm volatile("rdpkru" : "=a"(pkru) : "c"(0) : "rdx");
		in.pkru |= pkru;
		asm volatile("wrpkru" : : "a"(in.pkru), "c"(0), "d"(0));
	}
	asm volatile("ldmxcsr %[mxcsr]; fldcw %[fcw];" LOAD_YMM
		     "syscall;"
		     STORE_YMM "vzeroupper;"
		     : "=a"(ret)
		     : "a"((long)SYS_ioctl), "D"((long)fd), "S"((long)KVM_RUN),
		       "d"(0L), [in] "r"(in.ymm), [out] "r"(out.ymm),
		       [mxcsr] "m"(in.mxcsr), [fcw] "m"(in.fcw)
		     : "rcx", "r11", "memory", "xmm0", "xmm1", "xmm2", "xmm3",
		       "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10",
		       "xmm11", "xmm12", "xmm13", "xmm14", "xmm15");
	asm volatile("stmxcsr %0; fnstcw %1" : "=m"(out.mxcsr), "=m"(out.fcw));
	if (has_pkru)
		asm volatile("rdpkru" : "=a"(out.pkru) : "c"(0) : "rdx");
	changed += memcmp(in.ymm, out.ymm, sizeof(in.ymm)) ||
		   in.mxcsr != out.mxcsr || in.fcw != out.fcw ||
		   (has_pkru && in.pkru != out.pkru);
	asm volatile("ldmxcsr %0; fninit" : : "m"((uint32_t){ 0x1f80 }));
	if (has_pkru)
		asm volatile("wrpkru" : : "a"(pkru), "c"(0), "d"(0));
	if (ret >= 0)
		return (int)ret;
	errno = (int)-ret;
	return -1;
}

static void look_at_vectors(void)
{
	uint32_t a, b, c, d;

	__builtin_cpu_init();
	has_avx = __builtin_cpu_supports("avx");
	__cpuid_count(7, 0, a, b, c, d);
	has_pkru = c >> 4 & 1;
	if (has_avx)
		td_enter = enter_with_vectors;
}

static int run(struct td_vmm *td)
{
	static struct td_output out = { .prefix = "# guest: " };
	int ret;

	for (;;) {
		ret = td_run(td, 0, &out);
		if (ret != KVM_EXIT_IO || !td_io_is(td, 0, PORT_SYNC))
			return ret;
		memset(td_io_data(td, 0), 0, 4);
	}
}

static void *guest_file(const char *name, const char *suffix, size_t *size)
{
	char path[64];

	snprintf(path, sizeof(path), "/tests/guest/%s.%s", name, suffix);
	return read_file(path, size);
}

int main(int argc, char **argv)
{
	const char *guest = argc > 1 ? argv[1] : "engine";
	size_t image_size, reset_size;
	void *image = guest_file(guest, "img", &image_size);
	void *reset = guest_file(guest, "reset", &reset_size);
	struct td_vmm td = { .attributes = 1ULL << 28 };
	struct engine_results *res;
	unsigned int i;
	int ret;

	ktap_header();
	if (!image || !reset)
		return EXIT_FAILURE;
	ret = td_build(&td, 1, 0, image, image_size, reset);
	if (!ktap_ok(!ret, "a TD is built")) {
		ktap_note("%d, hw_error %#llx", ret,
			  (unsigned long long)td.hw_error);
		ktap_plan(1);
		return EXIT_FAILURE;
	}
	look_at_vectors();
	ret = run(&td);
	if (!has_avx)
		ktap_skip("the VMM's vector registers are its own", "no AVX");
	else if (!ktap_ok(entries && !changed,
			  "the VMM's YMM0 to YMM15, MXCSR, x87 control word%s are its own",
			  has_pkru ? ", PKRU" : ""))
		ktap_note("changed at %u of %u entries", changed, entries);
	ktap_ok(ret == KVM_EXIT_IO && td_io_is(&td, 0, PORT_EXIT),
		"the guest ran to its end");
	if (ret != KVM_EXIT_IO)
		ktap_note("exit %d", ret);

	res = (struct engine_results *)(td.ram + GUEST_MBOX);
	for (i = 0; i < res->nr && i < ENGINE_MAX_RESULTS; i++)
		if (!ktap_ok(res->r[i].got == res->r[i].want, "%s",
			     res->r[i].name))
			ktap_note("wanted %#llx, got %#llx", res->r[i].want,
				  res->r[i].got);
	ktap_ok(res->done, "all was looked at");
	if (res->missing)
		ktap_note("guest leaves x statuses provoked: %u of %u known",
			  res->pairs, res->pairs + res->missing);
	td_free(&td);
	ktap_plan(ktap_seen);
	return ktap_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
