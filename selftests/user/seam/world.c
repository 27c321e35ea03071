// SPDX-License-Identifier: GPL-2.0-only
/* Builds the module and the TD that the tests of single leaves start from. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "trace.h"
#include "world.h"

#define UNLISTED	0x5e00ULL

u64 world_regs[2][NR_GPRS];
struct vcpu *world_guest[2];
unsigned int tests, tests_failed;
bool world_second_tdmr;

void ktap(bool ok, const char *fmt, ...)
{
	va_list ap;

	tests++;
	tests_failed += !ok;
	printf("%sok %u ", ok ? "" : "not ", tests);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n");
}

int ktap_end(void)
{
	printf("1..%u\n", tests);
	return tests_failed ? 1 : 0;
}

u64 world_call(unsigned int lp, const u64 call[WORLD_OPERANDS])
{
	static const u8 operands[] = { RAX, RCX, RDX, R8, R9, R10, R11 };
	u64 *g = world_regs[lp];
	struct vcpu *v = NULL;
	unsigned int i;

	for (i = 0; i < NR_GPRS; i++)
		g[i] = UNLISTED + i;
	for (i = 0; i < WORLD_OPERANDS; i++)
		g[operands[i]] = call[i];
	if (seam_call(lp, g, &v) == SEAM_ENTER) {
		world_guest[lp] = v;
		return 0;
	}
	return g[RAX];
}

void world_must(unsigned int lp, const u64 call[WORLD_OPERANDS])
{
	u64 st = world_call(lp, call);
	char s[80];

	if (!st)
		return;
	printf("Bail out! leaf %llu rcx 0x%llx rdx 0x%llx r8 0x%llx: %s\n",
	       call[0], call[1], call[2], call[3],
	       trace_status(st, s, sizeof(s)));
	exit(1);
}

u64 world_tdcall(unsigned int lp, u64 leaf, u64 rcx, u64 rdx)
{
	struct vp_exit e = { .reason = 77, .instr_len = 4, .long_mode = true };
	struct vcpu *v = world_guest[lp];
	struct vp_inject inj = { 0 };

	if (!v)
		return ~0ULL;
	v->gpr[RAX] = leaf;
	v->gpr[RCX] = rcx;
	v->gpr[RDX] = rdx;
	v->gpr[R8] = 0;
	if (vp_exit(v, &e, &inj, world_regs[lp]) == VP_RESUME)
		return v->gpr[RAX];
	world_guest[lp] = NULL;
	return ~0ULL;
}

void world_exit_guest(unsigned int lp)
{
	struct vp_exit e = { .reason = 1, .long_mode = true };
	struct vp_inject inj = { 0 };

	if (world_guest[lp])
		vp_exit(world_guest[lp], &e, &inj, world_regs[lp]);
	world_guest[lp] = NULL;
}

static void put(hpa_t page, unsigned int word, u64 val)
{
	((u64 *)env_host_ptr(page))[word] = val;
}

/* A TDMR_INFO with no reserved areas; its PAMTs lie at @pamt. */
static void put_tdmr(hpa_t page, hpa_t base, hpa_t pamt)
{
	put(page, 0, base);
	put(page, 1, LEVEL_BYTES(2));
	put(page, 2, pamt);
	put(page, 3, 0x1000);
	put(page, 4, pamt + 0x10000);
	put(page, 5, 0x2000);
	put(page, 6, pamt + 0x400000);
	put(page, 7, 0x400000);
}

void world_open(void)
{
	unsigned int i, n, tdmrs = world_second_tdmr ? 2 : 1;

	sim_reset();
	sim_setup(2, 1);
	if (seam_init())
		abort();
	MUST(0, TDH_SYS_INIT);
	MUST(0, TDH_SYS_LP_INIT);
	MUST(1, TDH_SYS_LP_INIT);
	put_tdmr(S(0), SIM_H0, SIM_A);
	put_tdmr(S(1), SIM_T1, SIM_A + 0x1000000);
	put(S(3), 0, S(0));
	put(S(3), 1, S(1));
	MUST(0, TDH_SYS_CONFIG, S(3), tdmrs, 32);
	MUST(0, TDH_SYS_KEY_CONFIG);
	for (n = 0; n < tdmrs; n++)
		for (i = 0; i < 256; i++)
			MUST(0, TDH_SYS_TDMR_INIT, SIM_H0 + n * LEVEL_BYTES(2));
}

void world_close(void)
{
	world_exit_guest(0);
	world_exit_guest(1);
	seam_exit();
	sim_reset();
}

static void make_td(u64 attributes)
{
	unsigned int i;

	MUST(0, TDH_MNG_CREATE, TDR, 33);
	MUST(0, TDH_MNG_KEY_CONFIG, TDR);
	for (i = 1; i <= TDCS_PAGES; i++)
		MUST(0, TDH_MNG_ADDCX, P(i), TDR);
	put(S(4), 0, attributes);
	put(S(4), 1, 3);
	put(S(4), 2, 1);
	put(S(4), 3, 0x1e);
	put(S(4), 5, 40);
	MUST(0, TDH_MNG_INIT, TDR, S(4));
	for (i = 3; i; i--)
		MUST(0, TDH_MEM_SEPT_ADD, i, TDR, P(10 - i));
	for (i = 0; i < 512; i++)
		put(S(5), i, i * 0x0101010101010101ULL);
	MUST(0, TDH_MEM_PAGE_ADD, GPA_MAPPED, TDR, PAGE_MAPPED, S(5));
	MUST(0, TDH_MEM_PAGE_ADD, GPA_BLOCKED, TDR, PAGE_BLOCKED, S(5));
}

static void make_vcpu(void)
{
	unsigned int i;

	MUST(0, TDH_VP_CREATE, TDVPR, TDR);
	for (i = 11; i < 10 + TDVPS_PAGES; i++)
		MUST(0, TDH_VP_ADDCX, P(i), TDVPR);
	MUST(0, TDH_VP_INIT, TDVPR, 0);
	/* INIT tied it to this processor */
	MUST(0, TDH_VP_FLUSH, TDVPR);
}

static void make_other_tds(void)
{
	unsigned int i;

	MUST(0, TDH_MNG_CREATE, TDR_NO_KEYS, 34);
	MUST(0, TDH_MNG_CREATE, TDR_NO_TDCX, 35);
	MUST(0, TDH_MNG_KEY_CONFIG, TDR_NO_TDCX);
	MUST(0, TDH_MNG_CREATE, TDR_UNINIT, 36);
	MUST(0, TDH_MNG_KEY_CONFIG, TDR_UNINIT);
	for (i = 43; i < 43 + TDCS_PAGES; i++)
		MUST(0, TDH_MNG_ADDCX, P(i), TDR_UNINIT);
}

void world_build(void)
{
	world_open();
	make_td(SEAM_BIT(0));
	make_vcpu();
	make_other_tds();
}

void world_no_vcpu(void)
{
	world_open();
	make_td(0);
}

static void aug_table(gpa_t gpa, hpa_t table, hpa_t pages)
{
	unsigned int i;

	MUST(0, TDH_MEM_SEPT_ADD, gpa | TDX_LEVEL_2M, TDR, table);
	for (i = 0; i < 512; i++)
		MUST(0, TDH_MEM_PAGE_AUG, gpa + i * PAGE_BYTES, TDR,
		     pages + i * PAGE_BYTES);
}

static void block(u64 gpa_level)
{
	MUST(0, TDH_MEM_RANGE_BLOCK, gpa_level, TDR);
}

static void finish_td(void)
{
	MUST(0, TDH_MR_FINALIZE, TDR);
	MUST(0, TDH_MEM_PAGE_AUG, GPA_PENDING, TDR, PAGE_PENDING);
	MUST(0, TDH_MEM_PAGE_AUG, GPA_NEW_BLOCKED, TDR, PAGE_NEW);
	MUST(0, TDH_MEM_PAGE_AUG, GPA_2M_PENDING | 1, TDR, H(1));
	MUST(0, TDH_MEM_PAGE_AUG, GPA_2M_BLOCKED | 1, TDR, H(2));
	MUST(0, TDH_MEM_PAGE_AUG, GPA_2M_NEW | 1, TDR, H(4));
	MUST(0, TDH_MEM_SEPT_ADD, GPA_EMPTY | 1, TDR, TABLE_EMPTY);
	MUST(0, TDH_MEM_SEPT_ADD, GPA_EMPTY_NEW | 1, TDR, P(22));
	MUST(0, TDH_MEM_SEPT_ADD, GPA_HALF | 1, TDR, TABLE_HALF);
	MUST(0, TDH_MEM_PAGE_AUG, GPA_HALF, TDR, PAGE_HALF);
	MUST(0, TDH_MEM_SEPT_ADD, GPA_OPEN | 1, TDR, P(26));
	aug_table(GPA_FULL, TABLE_FULL, H(3));
	aug_table(GPA_FULL_NEW, P(25), H(5));
	block(GPA_BLOCKED);
	block(GPA_2M_BLOCKED | 1);
	block(GPA_EMPTY | 1);
	block(GPA_FULL | 1);
	block(GPA_HALF | 1);
	MUST(0, TDH_MEM_TRACK, TDR);
	block(GPA_NEW_BLOCKED);
	block(GPA_2M_NEW | 1);
	block(GPA_EMPTY_NEW | 1);
	block(GPA_FULL_NEW | 1);
}

void world_run(void)
{
	world_build();
	finish_td();
}

void world_run_no_debug(void)
{
	world_open();
	make_td(0);
	make_vcpu();
	finish_td();
}

void world_fatal(void)
{
	world_run();
	put(PAGE_MAPPED, 7, 0xbad);
	if (CALL(0, TDH_MEM_RD, GPA_MAPPED, TDR) != TDX_WORD_TD_FATAL)
		printf("# the host's write was not noticed\n");
}

/* ---- digest --------------------------------------------------------------- */

static u64 digest_bytes(u64 h, const void *p, size_t len)
{
	const u8 *b = p;

	while (len--)
		h = (h ^ *b++) * 0x100000001b3ULL;
	return h;
}

static u64 digest_table(u64 h, const u64 *table, unsigned int level)
{
	unsigned int i;

	for (i = 0; i < SEPT_ENTRIES; i++) {
		u64 entry = table[i] & ~SEPT_HOST_PRIORITY;

		if (entry == SEPT_FREE_ENTRY)
			continue;
		h = digest_bytes(h, &entry, sizeof(entry));
		h = digest_bytes(h, &i, sizeof(i));
		if (level && !sept_is_leaf(entry) && sept_table(entry))
			h = digest_table(h, sept_table(entry), level - 1);
	}
	return h;
}

/* Who waits for a lock is no state. */
static u64 digest_td(u64 h, const struct td *td)
{
	struct td copy = *td;
	struct sharex *locks[] = {
		&copy.op_state_lock, &copy.sept_lock, &copy.epoch_lock,
		&copy.rtmr_lock,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(locks); i++)
		locks[i]->word &= ~SEAM_BIT(14);
	h = digest_bytes(h, &copy, sizeof(copy));
	if (td->mrtd_ctx)
		h = digest_bytes(h, td->mrtd_ctx, env_sha384_size());
	return td->sept_root ?
	       digest_table(h, td->sept_root, td->sept_levels - 1) : h;
}

static u64 digest_page(u64 h, struct pamt_entry *pe)
{
	const void *content;
	u16 lock;

	if (!pe)
		return h;
	lock = pe->lock.word & ~SEAM_BIT(14);
	h = digest_bytes(h, &lock, sizeof(lock));
	h = digest_bytes(h, &pe->type, sizeof(pe->type));
	h = digest_bytes(h, &pe->owner, sizeof(pe->owner));
	h = digest_bytes(h, &pe->bepoch, sizeof(pe->bepoch));
	h = digest_bytes(h, &pe->obj, sizeof(pe->obj));
	if (pe->type == PT_TDR)
		h = digest_td(h, pe->obj);
	if (pe->type == PT_REG && pe->level == TDX_LEVEL_4K) {
		content = content_peek(pe, pamt_hpa(pe));
		if (content)
			h = digest_bytes(h, content, PAGE_BYTES);
	}
	return h;
}

u64 world_digest(void)
{
	hpa_t hpa, end = P(128);
	u64 h = 0xcbf29ce484222325ULL;

	for (hpa = H(0); hpa < end; hpa += PAGE_BYTES) {
		if (SEAM_ALIGNED(hpa, LEVEL_BYTES(1)))
			h = digest_page(h, pamt_at(hpa, TDX_LEVEL_2M));
		/* blocks that no test uses as 4K pages stay as they are */
		if (hpa >= H(6) && hpa < P(0))
			continue;
		h = digest_page(h, pamt_at(hpa, TDX_LEVEL_4K));
	}
	return h;
}
