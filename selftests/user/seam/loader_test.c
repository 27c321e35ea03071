// SPDX-License-Identifier: GPL-2.0-only
/*
 * P-SEAMLDR: good and bad images, on every LP, and an update that keeps TDs.
 *
 * loader_test directory: it holds good.bin, newer.bin and one file per kind
 * of damage, as seam/image/mkimage makes them.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include <seamhost/abi.h>
#include "../../../seam/audit.h"
#include "bad_params.h"
#include "trace.h"
#include "world.h"

#define PARAMS		S(40)
#define SIGSTRUCT	S(41)
#define IMAGE		S(100)
#define INFO		S(42)

#define EBADPARAM	0x8000000000000000ULL
#define EBADCALL	0x8000000000000003ULL
#define EBADHANDOFF	0x8000000000000004ULL
#define EUNSUPCPU	0x8000000000010004ULL
#define EBADSIG		0x8000000000020000ULL
#define EBADHASH	0x8000000000020001ULL

#define LEAF_INFO	0x8000000000000000ULL
#define LEAF_INSTALL	0x8000000000000001ULL
#define LEAF_SHUTDOWN	0x8000000000000002ULL
#define LEAF_SEAMINFO	0x8000000000000003ULL

static const char *dir;

/* Puts a file where the host would and names it in SEAMLDR_PARAMS. */
static struct seamldr_params *load(const char *name, u32 scenario)
{
	struct seamldr_params *p = env_host_ptr(PARAMS);
	char path[512];
	unsigned int i;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s.bin", dir, name);
	f = fopen(path, "r");
	if (!f || fseek(f, 4096, SEEK_SET) ||
	    fread(env_host_ptr(SIGSTRUCT), 4096, 1, f) != 1) {
		perror(path);
		exit(2);
	}
	memset(p, 0, sizeof(*p));
	p->scenario = scenario;
	p->sigstruct_pa = SIGSTRUCT;
	for (i = 0; fread(env_host_ptr(IMAGE + i * PAGE_BYTES), 4096, 1, f); i++)
		p->module_page_pa[i] = IMAGE + i * PAGE_BYTES;
	p->num_module_pages = i;
	fclose(f);
	return p;
}

static u64 install(unsigned int lp)
{
	return CALL(lp, LEAF_INSTALL, PARAMS);
}

/* Both LPs; what the last one says, ~0 if the first already failed. */
static u64 install_all(void)
{
	return install(0) ? ~0ULL : install(1);
}

static void shut(void)
{
	u64 hv = seam_config.module_hv;

	MUST(0, TDH_SYS_SHUTDOWN, hv);
}

static void refused(const char *image, u64 want, u64 want_rdx)
{
	u64 got;

	world_open();
	shut();
	load(image, SEAMLDR_SCENARIO_UPDATE);
	got = install_all();
	ktap(got == want && world_regs[1][RDX] == want_rdx,
	     "an image with a bad %s is refused with 0x%llx, RDX %llu", image,
	     want, want_rdx);
	got = CALL(0, TDH_SYS_LP_SHUTDOWN);
	ktap(want_rdx ? got != 0 : got == 0,
	     "after a bad %s the old module is %s", image,
	     want_rdx ? "gone" : "still there");
	world_close();
}

static void bad_params(void)
{
	unsigned int i;

	world_open();
	for (i = 0; i < BAD_PARAMS; i++) {
		spoil_params(load("good", SEAMLDR_SCENARIO_LOAD), i);
		ktap(install(0) == EBADPARAM, "bad SEAMLDR_PARAMS, case %u", i);
	}
	ktap(CALL(0, LEAF_INSTALL, PARAMS + 8) == EBADPARAM,
	     "unaligned SEAMLDR_PARAMS");
	ktap(CALL(0, LEAF_INFO, INFO + 8) == EBADPARAM,
	     "unaligned SEAMLDR_INFO");
	world_close();
}

static void wrong_calls(void)
{
	world_open();
	load("good", SEAMLDR_SCENARIO_UPDATE);
	ktap(install_all() == EBADCALL, "no update while the module is up");
	load("good", SEAMLDR_SCENARIO_LOAD);
	ktap(install_all() == EBADCALL, "no load while the module is up");
	shut();
	load("good", SEAMLDR_SCENARIO_UPDATE);
	ktap(!install(0) && install(0) == EBADCALL, "an LP comes only once");
	ktap(!install(1) && !install(0), "the next try starts afresh");
	ktap(CALL(0, 0x8000000000000077ULL) == EBADCALL, "unknown leaf");
	world_close();

	world_open();
	shut();
	load("needs-hv3", SEAMLDR_SCENARIO_UPDATE);
	ktap(install_all() == EBADHANDOFF, "a module that needs newer handoff data");
	load("other-cpu", SEAMLDR_SCENARIO_UPDATE);
	ktap(install_all() == EUNSUPCPU, "a module for another CPU");
	load("newer", SEAMLDR_SCENARIO_UPDATE);
	ktap(!install_all(), "the right one is taken after refusals");
	world_close();
}

static u64 info_word(unsigned int offset)
{
	return *(u64 *)((u8 *)env_host_ptr(INFO) + offset);
}

static void update(void)
{
	u64 updates, hv;

	world_run();
	MUST(0, LEAF_INFO, INFO);
	updates = info_word(24) >> 32;
	shut();
	ktap(CALL(0, TDH_SYS_INIT) == ST(SYS_SHUTDOWN),
	     "nothing but a loader leaf after SHUTDOWN");
	load("newer", SEAMLDR_SCENARIO_UPDATE);
	ktap(!install(1), "first LP");
	ktap(CALL(1, TDH_SYS_INIT) == ST(SYS_SHUTDOWN),
	     "still the old module until the last LP came");
	ktap(!install(0), "last LP");
	MUST(0, TDH_SYS_INIT, 0);
	ktap(CALL(0, TDH_SYS_UPDATE) == ST(SYS_STATE_INCORRECT),
	     "UPDATE waits for LP.INIT everywhere");
	MUST(0, TDH_SYS_LP_INIT);
	MUST(1, TDH_SYS_LP_INIT);
	ktap(CALL(0, TDH_MEM_TRACK, TDR) == ST(SYS_NOT_READY),
	     "TDs wait for UPDATE");
	hv = seam_config.min_update_hv;
	seam_config.min_update_hv = seam_config.module_hv;
	ktap(CALL(0, TDH_SYS_UPDATE) == ST(SYS_INVALID_HANDOFF),
	     "UPDATE looks at the version of the handoff data");
	seam_config.min_update_hv = hv;
	ktap(!CALL(0, TDH_SYS_UPDATE), "UPDATE");
	ktap(!CALL(0, TDH_MEM_RD, GPA_MAPPED, TDR) && !world_regs[0][R8] &&
	     !CALL(0, TDH_MEM_RD, GPA_MAPPED + 8, TDR) &&
	     world_regs[0][R8] == 0x0101010101010101ULL,
	     "the TD's memory outlives the update");
	ktap(!CALL(1, TDH_VP_FLUSH, TDVPR) || !CALL(0, TDH_VP_FLUSH, TDVPR) ||
	     !CALL(0, TDH_VP_ENTER, TDVPR), "and so does its vCPU");
	ktap(seam_config.version[2] == 7 && seam_config.module_hv == 2,
	     "version and handoff version are the new ones");
	MUST(0, LEAF_INFO, INFO);
	ktap(info_word(24) >> 32 == updates - 1, "one update fewer is left");
	ktap(info_word(32) == 1, "SEAM_INFO is valid");
	MUST(0, LEAF_SEAMINFO, INFO);
	ktap(info_word(0) == 1 && !(info_word(8) >> 16) && !info_word(16),
	     "of its 16 security versions two are the module's, the others 0");
	ktap(CALL(0, TDH_SYS_UPDATE) == ST(SYS_STATE_INCORRECT),
	     "UPDATE only once");
	world_close();
}

static void fresh_load(void)
{
	world_open();
	ktap(!CALL(0, LEAF_SHUTDOWN) && !CALL(1, LEAF_SHUTDOWN),
	     "SEAMLDR.SHUTDOWN on every LP");
	ktap(seam_call(0, world_regs[0], &world_guest[0]) == SEAM_VMFAILINVALID ||
	     CALL(0, TDH_SYS_INIT) != 0, "then there is no module");
	load("good", SEAMLDR_SCENARIO_LOAD);
	ktap(!install_all(), "a module is loaded");
	MUST(0, TDH_SYS_INIT, 0);
	MUST(0, TDH_SYS_LP_INIT);
	MUST(1, TDH_SYS_LP_INIT);
	ktap(CALL(0, TDH_SYS_UPDATE) == ST(SYS_INVALID_HANDOFF),
	     "UPDATE without handoff data");
	world_close();
}

static unsigned int audits;
static bool enough;

static void *audit_all_the_time(void *unused)
{
	struct seam_audit a;

	while (!__atomic_load_n(&enough, __ATOMIC_ACQUIRE)) {
		seam_audit(&a, NULL, NULL);
		__atomic_add_fetch(&audits, 1, __ATOMIC_RELEASE);
	}
	return unused;
}

/* Reading what the module owns does not stop it from going; see with ASan. */
static void unload_under_audit(void)
{
	unsigned int i, none = 0;
	pthread_t reader;

	for (i = 0; i < 20; i++) {
		world_open();
		enough = false;
		audits = 0;
		if (pthread_create(&reader, NULL, audit_all_the_time, NULL))
			exit(2);
		while (__atomic_load_n(&audits, __ATOMIC_ACQUIRE) < 2)
			;
		none += CALL(0, LEAF_SHUTDOWN) || CALL(1, LEAF_SHUTDOWN);
		__atomic_store_n(&enough, true, __ATOMIC_RELEASE);
		pthread_join(reader, NULL);
		world_close();
	}
	ktap(!none, "the module is unloaded while its pages are counted");
}

int main(int argc, char **argv)
{
	char path[512];

	if (argc != 3) {
		fprintf(stderr, "usage: %s images conformance\n", argv[0]);
		return 2;
	}
	dir = argv[1];
	snprintf(path, sizeof(path), "%s/platform.tsv", argv[2]);
	if (sim_load_platform(path)) {
		perror(path);
		return 2;
	}
	printf("KTAP version 1\n");
	refused("header", EBADPARAM, 0);
	refused("key", EBADSIG, 0);
	refused("signature", EBADSIG, 0);
	refused("date", EBADSIG, 0);
	refused("hash", EBADHASH, 1);
	bad_params();
	wrong_calls();
	update();
	fresh_load();
	unload_under_audit();
	return ktap_end();
}
