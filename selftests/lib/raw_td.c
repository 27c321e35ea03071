// SPDX-License-Identifier: GPL-2.0-only
/* TDs built and entered by SEAMCALLs alone, see raw_td.h. */
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <seamhost/leaves.h>
#include <seamhost/status.h>
#include "../guest/layout.h"
#include "../include/ktap.h"
#include "raw_td.h"
#include "td.h"

#define HKID		50
#define NR_TDCX		6
#define NR_TDVPX	5

uint64_t raw_pool, raw_host;
uint64_t *raw_pool_map, *raw_host_map;
static unsigned int pool_used;
static int raw_dev;
static char *image, *reset;
static size_t image_size;

/* ---- calls -------------------------------------------------------------------- */

uint64_t raw_make_call(struct seamcall_raw_call *c)
{
	uint64_t rax = c->regs[RAX], st;

	for (;;) {
		if (ioctl(raw_dev, SEAMCALL_RAW_CALL, c))
			ktap_bail("no call");
		st = c->regs[RAX];
		if (RAW_CODE(st) == TDX_ST_INTERRUPTED_RESUMABLE)
			c->regs[RCX] = 1;
		else if (RAW_CODE(st) != TDX_ST_INTERRUPTED_RESTARTABLE)
			return st;
		c->regs[RAX] = rax;
	}
}

uint64_t raw_call(uint64_t leaf, uint64_t rcx, uint64_t rdx, uint64_t r8,
		  uint64_t r9, uint64_t *r8_out)
{
	struct seamcall_raw_call c = {
		.cpu = RAW_CPU,
		.regs = { [RAX] = leaf, [RCX] = rcx, [RDX] = rdx, [R8] = r8,
			  [R9] = r9 },
	};
	uint64_t st = raw_make_call(&c);

	if (r8_out)
		*r8_out = c.regs[R8];
	return st;
}

void raw_must(uint64_t leaf, uint64_t rcx, uint64_t rdx, uint64_t r8,
	      uint64_t r9)
{
	uint64_t st = raw_call(leaf, rcx, rdx, r8, r9, NULL);

	if (!st)
		return;
	ktap_note("leaf %llu rcx %#llx rdx %#llx: %#llx",
		  (unsigned long long)leaf, (unsigned long long)rcx,
		  (unsigned long long)rdx, (unsigned long long)st);
	ktap_bail("a TD cannot be built");
}

uint64_t raw_alloc(unsigned int order, uint64_t **map)
{
	struct seamcall_raw_alloc a = { .order = order };

	if (ioctl(raw_dev, SEAMCALL_RAW_ALLOC, &a))
		return 0;
	*map = mmap(NULL, RAW_PAGE << order, PROT_READ | PROT_WRITE, MAP_SHARED,
		    raw_dev, a.hpa);
	if (*map == MAP_FAILED)
		ktap_bail("no mapping");
	return a.hpa;
}

uint64_t raw_take(void)
{
	if (pool_used == RAW_POOL_PAGES)
		ktap_bail("too few pages");
	return raw_pool + RAW_PAGE * pool_used++;
}

/* ---- a TD, from its first page on ------------------------------------------------ */

static void add_page(struct raw_td *td, uint64_t gpa, const void *from)
{
	memcpy(raw_host_map, from, RAW_PAGE);
	raw_must(TDH_MEM_PAGE_ADD, gpa, td->tdr, raw_take(), raw_host);
}

static void add_tables(struct raw_td *td)
{
	int level;

	for (level = td->gpaw52 ? 4 : 3; level; level--)
		raw_must(TDH_MEM_SEPT_ADD, level, td->tdr, raw_take(), 0);
	raw_must(TDH_MEM_SEPT_ADD, 0xc0000000 | 2, td->tdr, raw_take(), 0);
	raw_must(TDH_MEM_SEPT_ADD, 0xffe00000 | 1, td->tdr, raw_take(), 0);
}

void raw_td_build(struct raw_td *td)
{
	static const char zero[RAW_PAGE];
	unsigned int i;

	pool_used = 0;
	td->tdr = raw_take();
	raw_must(TDH_MNG_CREATE, td->tdr, HKID, 0, 0);
	raw_must(TDH_MNG_KEY_CONFIG, td->tdr, 0, 0, 0);
	for (i = 0; i < NR_TDCX; i++)
		raw_must(TDH_MNG_ADDCX, raw_take(), td->tdr, 0, 0);
	memset(raw_host_map, 0, RAW_PAGE);
	raw_host_map[0] = td->attributes;
	raw_host_map[1] = 3;
	raw_host_map[2] = 1;
	raw_host_map[3] = td->gpaw52 ? 0x26 : 0x1e;
	raw_host_map[4] = td->gpaw52;
	raw_host_map[5] = 40;
	raw_must(TDH_MNG_INIT, td->tdr, raw_host, 0, 0);
	add_tables(td);
	add_page(td, GUEST_STACKS, zero);
	for (i = 0; i < image_size / RAW_PAGE; i++)
		add_page(td, GUEST_IMAGE + i * RAW_PAGE, image + i * RAW_PAGE);
	add_page(td, GUEST_RESET, reset);
	td->tdvpr = raw_take();
	raw_must(TDH_VP_CREATE, td->tdvpr, td->tdr, 0, 0);
	for (i = 0; i < NR_TDVPX; i++)
		raw_must(TDH_VP_ADDCX, raw_take(), td->tdvpr, 0, 0);
	raw_must(TDH_VP_INIT, td->tdvpr, 0, 0, 0);
	raw_must(TDH_MR_FINALIZE, td->tdr, 0, 0, 0);
	memset(&td->out, 0, sizeof(td->out));
	td->nr_extra = 0;
}

bool raw_td_end(struct raw_td *td)
{
	bool ok = true;
	unsigned int i;

	raw_must(TDH_VP_FLUSH, td->tdvpr, 0, 0, 0);
	raw_must(TDH_MNG_VPFLUSHDONE, td->tdr, 0, 0, 0);
	raw_must(TDH_PHYMEM_CACHE_WB, 0, 0, 0, 0);
	raw_must(TDH_MNG_KEY_FREEID, td->tdr, 0, 0, 0);
	for (i = 1; i < pool_used; i++)
		ok &= !raw_call(TDH_PHYMEM_PAGE_RECLAIM, raw_pool + i * RAW_PAGE,
				0, 0, 0, NULL);
	for (i = 0; i < td->nr_extra; i++)
		ok &= !raw_call(TDH_PHYMEM_PAGE_RECLAIM, td->extra[i], 0, 0, 0,
				NULL);
	return !raw_call(TDH_PHYMEM_PAGE_RECLAIM, td->tdr, 0, 0, 0, NULL) && ok;
}

uint64_t raw_td_enter(struct raw_td *td)
{
	uint64_t st;

	do {
		td->out.cpu = RAW_CPU;
		td->out.regs[RAX] = TDH_VP_ENTER;
		td->out.regs[RCX] = td->tdvpr;
		st = raw_make_call(&td->out);
	} while (st == RAW_INTERRUPT_EXIT);
	return st;
}

uint64_t raw_td_sept(struct raw_td *td, uint64_t gpa, uint64_t *info)
{
	struct seamcall_raw_call c = {
		.cpu = RAW_CPU,
		.regs = { [RAX] = TDH_MEM_SEPT_RD, [RCX] = gpa,
			  [RDX] = td->tdr },
	};

	if (raw_make_call(&c))
		return 0;
	*info = c.regs[RDX];
	return c.regs[RCX];
}

void raw_init(void)
{
	size_t reset_size;

	image = read_file("/tests/guest/raw.img", &image_size);
	reset = read_file("/tests/guest/raw.reset", &reset_size);
	raw_dev = open("/dev/seamcall-test", O_RDWR | O_CLOEXEC);
	if (raw_dev < 0 || !image || !reset)
		ktap_skip_all("no /dev/seamcall-test");
	raw_pool = raw_alloc(9, &raw_pool_map);
	raw_host = raw_alloc(0, &raw_host_map);
	if (!raw_pool || !raw_host)
		ktap_bail("no memory");
}
