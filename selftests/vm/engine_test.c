// SPDX-License-Identifier: GPL-2.0-only
/*
 * engine_test [GUEST]: the CPU that a TD gets, see guest/engine.c for what is
 * looked at; with "tdcalls", what guest leaves answer, see guest/tdcalls.c.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../guest/engine.h"
#include "../guest/layout.h"
#include "../include/ktap.h"
#include "../lib/td.h"

/* Registers that the guest must not see, nor be hurt by. */
static void dirty_vectors(void)
{
	uint64_t junk = 0xdead0000beef;

	asm volatile("movq %0, %%xmm3; movq %0, %%xmm5; movq %0, %%xmm15"
		     : : "r"(junk) : "xmm3", "xmm5", "xmm15");
}

static bool vectors_kept(uint64_t want)
{
	uint64_t got;

	asm volatile("movq %%xmm5, %0" : "=r"(got));
	return got == want;
}

static int run(struct td_vmm *td)
{
	static struct td_output out = { .prefix = "# guest: " };
	int ret;

	for (;;) {
		dirty_vectors();
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
	ret = run(&td);
	ktap_ok(vectors_kept(0xdead0000beef) || ret != KVM_EXIT_IO,
		"the VMM's vector registers are its own");
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
