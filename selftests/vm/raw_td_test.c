// SPDX-License-Identifier: GPL-2.0-only
/*
 * raw_td_test: TDs that run with nothing between this program and the SEAMCALL
 * instruction, see guest/raw.c. What the host may see of a vCPU and do to it:
 * vector registers that TDVMCALL passes, pended NMIs, the posted-interrupt
 * descriptor, a debugger's leaves. A host's write to a private page ends the
 * TD and not the host, and no page that comes back tells of the TD.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <seamhost/leaves.h>
#include <seamhost/metadata.h>
#include <seamhost/status.h>
#include "../guest/layout.h"
#include "../guest/raw.h"
#include "../include/ktap.h"
#include "../lib/clock.h"
#include "../lib/td.h"
#include "../modules/seamcall_raw.h"

#define LOOK_AGAIN	"/sys/module/softseam/parameters/look_again"
#define CPU		1		/* none of the first: it runs no vCPU */
#define PAGE		4096ULL
#define POOL_PAGES	512
#define HKID		50
#define NR_TDCX		6
#define NR_TDVPX	5
#define VMCALL_EXIT	77
#define INTERRUPT_EXIT	1
#define NOTICE_MS	3000
#define CODE(st)	((st) >> 32 & 0xffff)
#define NOTIFY_VECTOR	0xf2
#define PIN_POSTED	0x80
#define PID_ON_WORD	8

/* Registers by x86 number */
enum { RAX, RCX, RDX, R8 = 8, R9, R10, R11, R12 };

struct raw_td {
	uint64_t attributes;
	bool gpaw52;
	uint64_t tdr, tdvpr;
	struct seamcall_raw_call out;	/* of the last VP.ENTER */
};

static int dev;
static uint64_t pool, host;		/* 2M that become the TD's, and a page of ours */
static uint64_t *pool_map, *host_map;
static unsigned int pool_used;

/* ---- calls -------------------------------------------------------------------- */

static uint64_t make_call(struct seamcall_raw_call *c)
{
	uint64_t rax = c->regs[RAX], st;

	for (;;) {
		if (ioctl(dev, SEAMCALL_RAW_CALL, c))
			ktap_bail("no call");
		st = c->regs[RAX];
		if (CODE(st) == TDX_ST_INTERRUPTED_RESUMABLE)
			c->regs[RCX] = 1;
		else if (CODE(st) != TDX_ST_INTERRUPTED_RESTARTABLE)
			return st;
		c->regs[RAX] = rax;
	}
}

static uint64_t call(uint64_t leaf, uint64_t rcx, uint64_t rdx, uint64_t r8,
		     uint64_t r9, uint64_t *r8_out)
{
	struct seamcall_raw_call c = {
		.cpu = CPU,
		.regs = { [RAX] = leaf, [RCX] = rcx, [RDX] = rdx, [R8] = r8,
			  [R9] = r9 },
	};
	uint64_t st = make_call(&c);

	if (r8_out)
		*r8_out = c.regs[R8];
	return st;
}

static void must(uint64_t leaf, uint64_t rcx, uint64_t rdx, uint64_t r8,
		 uint64_t r9)
{
	uint64_t st = call(leaf, rcx, rdx, r8, r9, NULL);

	if (!st)
		return;
	ktap_note("leaf %llu rcx %#llx rdx %#llx: %#llx",
		  (unsigned long long)leaf, (unsigned long long)rcx,
		  (unsigned long long)rdx, (unsigned long long)st);
	ktap_bail("a TD cannot be built");
}

static uint64_t alloc(unsigned int order, uint64_t **map)
{
	struct seamcall_raw_alloc a = { .order = order };

	if (ioctl(dev, SEAMCALL_RAW_ALLOC, &a))
		ktap_bail("no memory");
	*map = mmap(NULL, PAGE << order, PROT_READ | PROT_WRITE, MAP_SHARED,
		    dev, a.hpa);
	if (*map == MAP_FAILED)
		ktap_bail("no mapping");
	return a.hpa;
}

/* The next page of those that become the TD's. */
static uint64_t take(void)
{
	if (pool_used == POOL_PAGES)
		ktap_bail("too few pages");
	return pool + PAGE * pool_used++;
}

/* ---- a TD, from its first page on ------------------------------------------------ */

static void add_page(struct raw_td *td, uint64_t gpa, const void *from)
{
	memcpy(host_map, from, PAGE);
	must(TDH_MEM_PAGE_ADD, gpa, td->tdr, take(), host);
}

static void add_tables(struct raw_td *td)
{
	int level;

	for (level = td->gpaw52 ? 4 : 3; level; level--)
		must(TDH_MEM_SEPT_ADD, level, td->tdr, take(), 0);
	must(TDH_MEM_SEPT_ADD, 0xc0000000 | 2, td->tdr, take(), 0);
	must(TDH_MEM_SEPT_ADD, 0xffe00000 | 1, td->tdr, take(), 0);
}

static void build(struct raw_td *td, const char *image, size_t size,
		  const void *reset)
{
	static const char zero[PAGE];
	unsigned int i;

	pool_used = 0;
	td->tdr = take();
	must(TDH_MNG_CREATE, td->tdr, HKID, 0, 0);
	must(TDH_MNG_KEY_CONFIG, td->tdr, 0, 0, 0);
	for (i = 0; i < NR_TDCX; i++)
		must(TDH_MNG_ADDCX, take(), td->tdr, 0, 0);
	memset(host_map, 0, PAGE);
	host_map[0] = td->attributes;
	host_map[1] = 3;
	host_map[2] = 1;
	host_map[3] = td->gpaw52 ? 0x26 : 0x1e;
	host_map[4] = td->gpaw52;
	host_map[5] = 40;
	must(TDH_MNG_INIT, td->tdr, host, 0, 0);
	add_tables(td);
	add_page(td, GUEST_STACKS, zero);
	for (i = 0; i < size / PAGE; i++)
		add_page(td, GUEST_IMAGE + i * PAGE, image + i * PAGE);
	add_page(td, GUEST_RESET, reset);
	td->tdvpr = take();
	must(TDH_VP_CREATE, td->tdvpr, td->tdr, 0, 0);
	for (i = 0; i < NR_TDVPX; i++)
		must(TDH_VP_ADDCX, take(), td->tdvpr, 0, 0);
	must(TDH_VP_INIT, td->tdvpr, 0, 0, 0);
	must(TDH_MR_FINALIZE, td->tdr, 0, 0, 0);
	memset(&td->out, 0, sizeof(td->out));
}

static bool tear_down(struct raw_td *td)
{
	bool ok = true;
	unsigned int i;

	must(TDH_VP_FLUSH, td->tdvpr, 0, 0, 0);
	must(TDH_MNG_VPFLUSHDONE, td->tdr, 0, 0, 0);
	must(TDH_PHYMEM_CACHE_WB, 0, 0, 0, 0);
	must(TDH_MNG_KEY_FREEID, td->tdr, 0, 0, 0);
	for (i = 1; i < pool_used; i++)
		ok &= !call(TDH_PHYMEM_PAGE_RECLAIM, pool + i * PAGE, 0, 0, 0,
			    NULL);
	return !call(TDH_PHYMEM_PAGE_RECLAIM, td->tdr, 0, 0, 0, NULL) && ok;
}

/* One VP.ENTER, past interrupts of the host; what it gave is in td->out. */
static uint64_t enter(struct raw_td *td)
{
	uint64_t st;

	do {
		td->out.cpu = CPU;
		td->out.regs[RAX] = TDH_VP_ENTER;
		td->out.regs[RCX] = td->tdvpr;
		st = make_call(&td->out);
	} while (st == INTERRUPT_EXIT);
	return st;
}

/* The guest comes to @step. */
static bool reaches(struct raw_td *td, unsigned int step)
{
	uint64_t st = enter(td);

	if (st == VMCALL_EXIT && td->out.regs[R10] == RAW_STEP + step)
		return true;
	ktap_ok(false, "the guest comes to step %u", step);
	ktap_note("VP.ENTER: %#llx, R10 %#llx, R11 %#llx, RCX %#llx, R8 %#llx",
		  (unsigned long long)st,
		  (unsigned long long)td->out.regs[R10],
		  (unsigned long long)td->out.regs[R11],
		  (unsigned long long)td->out.regs[RCX],
		  (unsigned long long)td->out.regs[R8]);
	return false;
}

/* ---- what is looked at ----------------------------------------------------------- */

static bool test_vectors(struct raw_td *td)
{
	const __u64 *g = td->out.regs;

	td->out.xmm5 = RAW_HOST5;
	td->out.xmm6 = RAW_HOST6;
	if (!reaches(td, STEP_XMM))
		return false;
	ktap_ok(td->out.xmm5 == RAW_XMM5,
		"the host finds the XMM register that TDVMCALL passes");
	ktap_ok(!td->out.xmm6, "and 0 in one that it does not pass");
	td->out.xmm5 = RAW_HOST5;
	td->out.xmm6 = RAW_HOST6;
	if (!reaches(td, STEP_XMM_GOT))
		return false;
	ktap_ok(g[R11] == RAW_HOST5, "the guest gets the host's answer in it");
	ktap_ok(g[R12] == RAW_XMM6, "and keeps its own in the other");
	ktap_ok(!td->out.xmm5 && !td->out.xmm6,
		"a TDVMCALL without vector registers leaves 0 there");
	return true;
}

static bool test_instructions(struct raw_td *td)
{
	if (!reaches(td, STEP_INSN))
		return false;
	ktap_ok(td->out.regs[R11] == 36, "MWAIT raises #VE");
	ktap_ok(td->out.regs[R12] == 13, "INVD raises #VE");
	return true;
}

static void pend_nmi(struct raw_td *td)
{
	must(TDH_VP_WR, td->tdvpr, TDX_TDVPS_PEND_NMI, 1, 0xff);
}

static bool test_nmi(struct raw_td *td)
{
	uint64_t pending;

	if (!reaches(td, STEP_NMI))
		return false;
	pend_nmi(td);
	if (!reaches(td, STEP_IN_NMI))
		return false;
	ktap_ok(true, "PEND_NMI: the guest is in its handler");
	call(TDH_VP_RD, td->tdvpr, TDX_TDVPS_PEND_NMI, 0, 0, &pending);
	ktap_ok(!pending, "and PEND_NMI reads 0 again");
	pend_nmi(td);
	if (!reaches(td, STEP_NMI_GOT))
		return false;
	ktap_ok(td->out.regs[R11] == 1, "no NMI comes inside the handler");
	ktap_ok(td->out.regs[R12] == 2, "the second one after its IRET");
	return true;
}

static bool test_posted(struct raw_td *td)
{
	uint32_t *pid = (uint32_t *)host_map;

	if (!reaches(td, STEP_POST))
		return false;
	memset(host_map, 0, PAGE);
	ktap_ok(CODE(call(TDH_VP_WR, td->tdvpr, TDX_VMCS_PIN_BASED_CTLS,
			  PIN_POSTED, PIN_POSTED, NULL)) ==
		TDX_ST_TD_VMCS_FIELD_NOT_INITIALIZED,
		"posting wants a vector and a descriptor first");
	must(TDH_VP_WR, td->tdvpr, TDX_VMCS_POSTED_INTR_NV, NOTIFY_VECTOR,
	     0xffff);
	must(TDH_VP_WR, td->tdvpr, TDX_VMCS_POSTED_INTR_DESC, host, ~0ULL);
	must(TDH_VP_WR, td->tdvpr, TDX_VMCS_PIN_BASED_CTLS, PIN_POSTED,
	     PIN_POSTED);
	pid[0] = 1 << 13;	/* what is an exception cannot be posted */
	pid[RAW_VECTOR / 32] = 1 << RAW_VECTOR % 32;
	pid[PID_ON_WORD] = 1;
	if (!reaches(td, STEP_POSTED))
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

	if (!reaches(td, STEP_DEBUG))
		return false;
	gpa = td->out.regs[R11];
	call(TDH_VP_RD, td->tdvpr, TDX_VMCS_GUEST_RIP, 0, 0, &rip);
	ktap_ok(rip >= GUEST_IMAGE && rip < GUEST_PIECE,
		"a debugger reads RIP, which is in the image");
	call(TDH_VP_RD, td->tdvpr, TDX_TDVPS_R12, 0, 0, &val);
	ktap_ok(val == RAW_R12, "and a register that TDVMCALL does not pass");
	ktap_ok(!call(TDH_VP_WR, td->tdvpr, TDX_TDVPS_R12, RAW_R12_NEW, ~0ULL,
		      NULL), "and writes it");
	ktap_ok(!call(TDH_MEM_RD, gpa, td->tdr, 0, 0, &val) &&
		val == RAW_SECRET(0), "MEM.RD reads private memory");
	ktap_ok(!call(TDH_MEM_WR, gpa, td->tdr, 0x600d, 0, &val) &&
		val == RAW_SECRET(0), "MEM.WR gives back what was there");
	if (!reaches(td, STEP_DEBUGGED))
		return false;
	ktap_ok(td->out.regs[R11] == 0x600d, "the guest reads what MEM.WR wrote");
	ktap_ok(td->out.regs[R12] == RAW_R12_NEW, "and has the new register");
	return true;
}

/* Words of the TD's secret where the host can read. */
static unsigned int secrets_seen(void)
{
	unsigned int i, n = 0;

	for (i = 0; i < POOL_PAGES * PAGE / 8; i++)
		n += pool_map[i] == RAW_SECRET(i % 512) && i % 512;
	return n;
}

/* Where the module keeps @gpa: by what the Secure EPT says. */
static uint64_t *page_of(struct raw_td *td, uint64_t gpa)
{
	struct seamcall_raw_call c = {
		.cpu = CPU,
		.regs = { [RAX] = TDH_MEM_SEPT_RD, [RCX] = gpa,
			  [RDX] = td->tdr },
	};
	uint64_t hpa;

	if (make_call(&c))
		return NULL;
	hpa = c.regs[RCX] & 0x3ffffffff000ULL;
	return hpa < pool || hpa >= pool + POOL_PAGES * PAGE ? NULL :
	       pool_map + (hpa - pool) / 8;
}

static void look_again(unsigned int times)
{
	char text[16];
	int fd = open(LOOK_AGAIN, O_WRONLY), n;

	n = snprintf(text, sizeof(text), "%u", times);
	if (fd < 0 || write(fd, text, n) != n)
		ktap_bail("no softseam");
	close(fd);
}

/* The guest reads a page time and again that the host writes to meanwhile. */
static void test_host_write(struct raw_td *td, unsigned int max_entries)
{
	uint64_t *page, st, start;
	unsigned int entries = 0;

	if (!reaches(td, STEP_TOUCH))
		return;
	ktap_ok(td->out.regs[R12] == RAW_SECRET(1),
		"the guest has a page in use");
	ktap_ok(!secrets_seen(), "the host sees nothing of it");
	page = page_of(td, td->out.regs[R11]);
	if (!ktap_ok(page, "SEPT.RD tells where it is"))
		return;
	page[1] ^= 1;
	start = clock_ns();
	do {
		entries++;
		st = enter(td);
	} while (st == VMCALL_EXIT && td->out.regs[R12] == RAW_SECRET(1) &&
		 entries < max_entries && clock_ns() - start < NOTICE_MS * 1000000ULL);
	ktap_ok(CODE(st) == TDX_ST_NON_RECOVERABLE_TD ||
		CODE(st) == TDX_ST_NON_RECOVERABLE_TD_CORRUPTED_MD,
		"a host's write to it is noticed, and ends the TD");
	ktap_note("after %u entries and %llu us: %#llx", entries,
		  (unsigned long long)(clock_ns() - start) / 1000,
		  (unsigned long long)st);
	st = enter(td);
	ktap_ok(CODE(st) == TDX_ST_TD_FATAL, "which does not run again");
	ktap_ok(tear_down(td), "all its pages come back to a host that lives");
	ktap_ok(!secrets_seen(), "and hold nothing of it");
}

static void debug_td(const char *image, size_t size, const void *reset)
{
	struct raw_td td = { .attributes = 1 };

	look_again(100);
	build(&td, image, size, reset);
	if (!reaches(&td, STEP_HELLO))
		return;
	ktap_ok(td.out.regs[R11] == 48, "a TD with 48 bits of GPA runs");
	td.out.regs[R11] = 0;
	if (test_vectors(&td) && test_instructions(&td) && test_nmi(&td) &&
	    test_posted(&td) && test_debugger(&td))
		test_host_write(&td, ~0U);
}

/* The next entry is the one that notices. */
static void strict_td(const char *image, size_t size, const void *reset)
{
	struct raw_td td = { .gpaw52 = true };
	uint64_t val;

	look_again(0);
	build(&td, image, size, reset);
	if (!reaches(&td, STEP_HELLO))
		return;
	ktap_ok(td.out.regs[R11] == 52, "a TD with 52 bits of GPA runs");
	ktap_ok(CODE(call(TDH_MEM_RD, GUEST_IMAGE, td.tdr, 0, 0, &val)) ==
		TDX_ST_TD_NON_DEBUG, "no debugger reads its memory");
	ktap_ok(CODE(call(TDH_VP_RD, td.tdvpr, TDX_VMCS_GUEST_RIP, 0, 0,
			  &val)) == TDX_ST_METADATA_FIELD_NOT_READABLE,
		"nor its registers");
	td.out.regs[R11] = 1;
	test_host_write(&td, 1);
	look_again(100);
}

int main(void)
{
	size_t size, reset_size;
	void *image = read_file("/tests/guest/raw.img", &size);
	void *reset = read_file("/tests/guest/raw.reset", &reset_size);

	dev = open("/dev/seamcall-test", O_RDWR | O_CLOEXEC);
	if (dev < 0 || !image || !reset)
		ktap_skip_all("no /dev/seamcall-test");
	ktap_header();
	pool = alloc(9, &pool_map);
	host = alloc(0, &host_map);
	debug_td(image, size, reset);
	strict_td(image, size, reset);
	ktap_plan(ktap_seen);
	return ktap_exit();
}
