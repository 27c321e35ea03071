// SPDX-License-Identifier: GPL-2.0-only
/*
 * raw_td_test: TDs that run with nothing between this program and the SEAMCALL
 * instruction, see guest/raw.c. What the host may see of a vCPU and do to it:
 * vector registers that TDVMCALL passes, pended NMIs, the posted-interrupt
 * descriptor, a debugger's leaves, leaves that wait for no guest.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>
#include <seamhost/leaves.h>
#include <seamhost/metadata.h>
#include <seamhost/status.h>
#include "../guest/layout.h"
#include "../lib/cpu.h"
#include "../lib/inject.h"
#include "../lib/paging.h"
#include "../lib/raw_td.h"

#define NOTIFY_VECTOR	0xf2
#define PIN_POSTED	0x80
#define PID_ON_WORD	8

/* ---- what is looked at ----------------------------------------------------------- */

static bool test_vectors(struct raw_td *td)
{
	const __u64 *g = td->out.regs;

	td->out.xmm5 = RAW_HOST5;
	td->out.xmm6 = RAW_HOST6;
	if (!raw_td_reaches(td, STEP_XMM))
		return false;
	ktap_ok(td->out.xmm5 == RAW_XMM5,
		"the host finds the XMM register that TDVMCALL passes");
	ktap_ok(!td->out.xmm6, "and 0 in one that it does not pass");
	td->out.xmm5 = RAW_HOST5;
	td->out.xmm6 = RAW_HOST6;
	if (!raw_td_reaches(td, STEP_XMM_GOT))
		return false;
	ktap_ok(g[R11] == RAW_HOST5, "the guest gets the host's answer in it");
	ktap_ok(g[R12] == RAW_XMM6, "and keeps its own in the other");
	ktap_ok(!td->out.xmm5 && !td->out.xmm6,
		"a TDVMCALL without vector registers leaves 0 there");
	return true;
}

static bool test_instructions(struct raw_td *td)
{
	if (!raw_td_reaches(td, STEP_INSN))
		return false;
	ktap_ok(td->out.regs[R11] == 36, "MWAIT raises #VE");
	ktap_ok(td->out.regs[R12] == 13, "INVD raises #VE");
	return true;
}

static void pend_nmi(struct raw_td *td)
{
	raw_must(TDH_VP_WR, td->tdvpr, TDX_TDVPS_PEND_NMI, 1, 0xff);
}

static bool test_nmi(struct raw_td *td)
{
	uint64_t pending;

	if (!raw_td_reaches(td, STEP_NMI))
		return false;
	pend_nmi(td);
	if (!raw_td_reaches(td, STEP_IN_NMI))
		return false;
	ktap_ok(true, "PEND_NMI: the guest is in its handler");
	raw_call(TDH_VP_RD, td->tdvpr, TDX_TDVPS_PEND_NMI, 0, 0, &pending);
	ktap_ok(!pending, "and PEND_NMI reads 0 again");
	pend_nmi(td);
	if (!raw_td_reaches(td, STEP_NMI_GOT))
		return false;
	ktap_ok(td->out.regs[R11] == 1, "no NMI comes inside the handler");
	ktap_ok(td->out.regs[R12] == 2, "the second one after its IRET");
	return true;
}

static bool test_posted(struct raw_td *td)
{
	uint32_t *pid = (uint32_t *)raw_host_map;

	if (!raw_td_reaches(td, STEP_POST))
		return false;
	memset(raw_host_map, 0, RAW_PAGE);
	ktap_ok(RAW_CODE(raw_call(TDH_VP_WR, td->tdvpr, TDX_VMCS_PIN_BASED_CTLS,
				  PIN_POSTED, PIN_POSTED, NULL)) ==
		TDX_ST_TD_VMCS_FIELD_NOT_INITIALIZED,
		"posting wants a vector and a descriptor first");
	raw_must(TDH_VP_WR, td->tdvpr, TDX_VMCS_POSTED_INTR_NV, NOTIFY_VECTOR,
		 0xffff);
	raw_must(TDH_VP_WR, td->tdvpr, TDX_VMCS_POSTED_INTR_DESC, raw_host, ~0ULL);
	raw_must(TDH_VP_WR, td->tdvpr, TDX_VMCS_PIN_BASED_CTLS, PIN_POSTED,
		 PIN_POSTED);
	pid[0] = 1 << 13;	/* what is an exception cannot be posted */
	pid[RAW_VECTOR / 32] = 1 << RAW_VECTOR % 32;
	pid[PID_ON_WORD] = 1;
	if (!raw_td_reaches(td, STEP_POSTED))
		return false;
	ktap_ok(!td->out.regs[R11], "none comes while IF is 0");
	ktap_ok(td->out.regs[R12] == 1, "the posted interrupt comes after STI");
	ktap_ok(!pid[PID_ON_WORD] && !pid[RAW_VECTOR / 32],
		"and is taken out of the descriptor");
	return true;
}

static bool test_debugger(struct raw_td *td)
{
	uint64_t gpa, val = 0, rip = 0;

	if (!raw_td_reaches(td, STEP_DEBUG))
		return false;
	gpa = td->out.regs[R11];
	raw_call(TDH_VP_RD, td->tdvpr, TDX_VMCS_GUEST_RIP, 0, 0, &rip);
	ktap_ok(rip >= GUEST_IMAGE && rip < GUEST_PIECE,
		"a debugger reads RIP, which is in the image");
	raw_call(TDH_VP_RD, td->tdvpr, TDX_TDVPS_R12, 0, 0, &val);
	ktap_ok(val == RAW_R12, "and a register that TDVMCALL does not pass");
	ktap_ok(!raw_call(TDH_VP_WR, td->tdvpr, TDX_TDVPS_R12, RAW_R12_NEW, ~0ULL,
			  NULL), "and writes it");
	ktap_ok(!raw_call(TDH_MEM_RD, gpa, td->tdr, 0, 0, &val) &&
		val == RAW_SECRET(0), "MEM.RD reads private memory");
	ktap_ok(!raw_call(TDH_MEM_WR, gpa, td->tdr, 0x600d, 0, &val) &&
		val == RAW_SECRET(0), "MEM.WR gives back what was there");
	if (!raw_td_reaches(td, STEP_DEBUGGED))
		return false;
	ktap_ok(td->out.regs[R11] == 0x600d, "the guest reads what MEM.WR wrote");
	ktap_ok(td->out.regs[R12] == RAW_R12_NEW, "and has the new register");
	return true;
}

static void debug_td(void)
{
	struct raw_td td = { .attributes = 1 };

	raw_td_build(&td);
	if (!raw_td_reaches(&td, STEP_HELLO))
		return;
	ktap_ok(td.out.regs[R11] == 48, "a TD with 48 bits of GPA runs");
	td.out.regs[R11] = RAW_ALL;
	if (test_vectors(&td) && test_instructions(&td) && test_nmi(&td) &&
	    test_posted(&td) && test_debugger(&td))
		ktap_ok(raw_td_end(&td), "all its pages come back");
}

/* ---- a leaf while the guest accepts the page -------------------------------------- */

#define OTHER_CPU	2
#define WAIT_MS		2000

/* Some CPU stands in the middle of a leaf, or will not any more. */
static bool somebody_stands(void)
{
	char text[512];
	unsigned int i;
	ssize_t n;
	int fd;

	for (i = 0; i < WAIT_MS; i++, usleep(1000)) {
		fd = open(INJECT, O_RDONLY);
		n = read(fd, text, sizeof(text) - 1);
		close(fd);
		text[n > 0 ? n : 0] = 0;
		if (strstr(text, "stands at"))
			return true;
	}
	return false;
}

static void *enter_thread(void *td)
{
	return raw_td_enter(td) == RAW_VMCALL_EXIT ? td : NULL;
}

static uint64_t from_other_cpu(uint64_t leaf, struct raw_td *td)
{
	struct seamcall_raw_call c = {
		.cpu = OTHER_CPU,
		.regs = { [RAX] = leaf, [RCX] = GUEST_LATE | 1, [RDX] = td->tdr },
	};

	return raw_make_call(&c);
}

static bool is_busy(uint64_t st)
{
	return RAW_CODE(st) == TDX_ST_OPERAND_BUSY &&
	       (uint32_t)st == TDX_OPERAND_RCX;
}

/* The host wrote to the page: its acceptance then takes a while, on request. */
static void accept_td(void)
{
	struct raw_td td = { .attributes = 1 };
	uint64_t *map, big = raw_alloc(9, &map);
	pthread_t thread;
	void *left = NULL;

	/* who watches must not sleep on the CPU that is held up */
	if (!big || !cpu_move_to(OTHER_CPU))
		ktap_bail("no 2M of memory, or no such CPU");
	raw_td_build(&td);
	raw_must(TDH_MEM_PAGE_AUG, GUEST_LATE | 1, td.tdr, big, 0);
	td.extra[td.nr_extra++] = big;
	map[0] ^= 1;
	if (!raw_td_reaches(&td, STEP_HELLO))
		return;
	td.out.regs[R11] = GUEST_LATE;
	inject("TDH.VP.ENTER stall take 2000000 times=1000");
	if (pthread_create(&thread, NULL, enter_thread, &td))
		ktap_bail("no thread");
	if (ktap_ok(somebody_stands(), "the guest is in the middle of PAGE.ACCEPT")) {
		ktap_ok(is_busy(from_other_cpu(TDH_MEM_RANGE_BLOCK, &td)),
			"RANGE.BLOCK of the page meanwhile: BUSY (RCX)");
		ktap_ok(is_busy(from_other_cpu(TDH_MEM_PAGE_REMOVE, &td)),
			"PAGE.REMOVE: BUSY (RCX)");
	}
	inject("clear");
	pthread_join(thread, &left);
	ktap_ok(left && !td.out.regs[R12],
		"the guest goes on, and finds zeros in the page");
	ktap_ok(raw_td_end(&td), "all its pages come back");
}

static void other_td(void)
{
	struct raw_td td = { .gpaw52 = paging_has_5_levels() };
	uint64_t val;

	raw_td_build(&td);
	if (!raw_td_reaches(&td, STEP_HELLO))
		return;
	ktap_ok(td.out.regs[R11] == (td.gpaw52 ? 52 : 48),
		"a TD with the most bits of GPA runs");
	ktap_ok(RAW_CODE(raw_call(TDH_MEM_RD, GUEST_IMAGE, td.tdr, 0, 0, &val)) ==
		TDX_ST_TD_NON_DEBUG, "no debugger reads its memory");
	ktap_ok(RAW_CODE(raw_call(TDH_VP_RD, td.tdvpr, TDX_VMCS_GUEST_RIP, 0, 0,
				  &val)) == TDX_ST_METADATA_FIELD_NOT_READABLE,
		"nor its registers");
	ktap_ok(raw_td_end(&td), "all its pages come back");
}

int main(void)
{
	raw_init();
	ktap_header();
	debug_td();
	other_td();
	accept_td();
	ktap_plan(ktap_seen);
	return ktap_exit();
}
