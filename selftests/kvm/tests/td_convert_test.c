// SPDX-License-Identifier: GPL-2.0-only
/*
 * Conversions in random order and of random sizes by several vCPUs at once.
 * Each page carries a number that both sides know: private pages keep theirs,
 * shared pages show the VMM what the guest wrote and the guest what the VMM
 * wrote, and a page that came back private is blank. SEED in the environment
 * repeats a run.
 */
#include <pthread.h>
#include <time.h>
#include "kselftest.h"
#include "tdx_util.h"

#define NR_VCPUS	3
#define PAGES		1024UL		/* of each vCPU: two blocks of 2 MiB */
#define BLOCK		512UL
#define TURNS		60
#define AREA_GPA	(32UL << 20)
#define PRIVATE_GVA	0x40000000UL
#define SHARED_GVA	0x80000000UL

static uint64_t seed;
static uint64_t next_vcpu;

/* In private memory: what a page must hold, and on which side it is */
static uint32_t content[NR_VCPUS][PAGES];
static uint8_t is_shared[NR_VCPUS][PAGES];

struct turn {
	uint64_t vcpu, first, n;
};

static uint64_t draw(uint64_t *state)
{
	*state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
	return *state >> 33;
}

static volatile uint32_t *word(uint64_t base, uint64_t vcpu, uint64_t page)
{
	return (void *)(base + ((vcpu * PAGES + page) << 12) +
			(page * 68) % 4092);
}

static uint64_t gpa_of(uint64_t vcpu, uint64_t page)
{
	return AREA_GPA + ((vcpu * PAGES + page) << 12);
}

/* One page, some, or all of a block */
static struct turn pick(uint64_t vcpu, uint64_t *state)
{
	struct turn t = { .vcpu = vcpu, .n = 1 };
	uint64_t kind = draw(state) % 4;

	t.first = draw(state) % PAGES;
	if (kind == 1)
		t.n = 1 + draw(state) % (PAGES - t.first);
	if (kind == 2) {
		t.first = t.first / BLOCK * BLOCK;
		t.n = BLOCK;
	}
	return t;
}

static void check(uint64_t vcpu, uint64_t page)
{
	uint64_t base = is_shared[vcpu][page] ? SHARED_GVA : PRIVATE_GVA;

	GUEST_ASSERT_EQ(*word(base, vcpu, page), content[vcpu][page]);
}

static void convert(const struct turn *t, bool shared, uint64_t *state)
{
	uint64_t base = shared ? SHARED_GVA : PRIVATE_GVA, i, ret;
	uint64_t gpa = gpa_of(t->vcpu, t->first);
	uint32_t old;

	ret = td_map_gpa(shared ? gpa | td_shared_bit : gpa, t->n << 12);
	GUEST_ASSERT_EQ(ret, 0);
	for (i = t->first; i < t->first + t->n; i++) {
		bool was = is_shared[t->vcpu][i];

		/* accepting a page that was private all the time is no error */
		if (!shared && was)
			GUEST_ASSERT_EQ(td_accept(gpa_of(t->vcpu, i), 4096), 0);
		if (shared != was) {
			old = *word(base, t->vcpu, i);
			__GUEST_ASSERT(!old, "%s page %lu of %lu+%lu has %x, had %x",
				       shared ? "shared" : "private", i,
				       t->first, t->n, old,
				       content[t->vcpu][i]);
			content[t->vcpu][i] = draw(state);
			*word(base, t->vcpu, i) = content[t->vcpu][i];
		}
		is_shared[t->vcpu][i] = shared;
	}
}

static void guest_convert(void)
{
	uint64_t me = __atomic_fetch_add(&next_vcpu, 1, __ATOMIC_SEQ_CST);
	uint64_t state = seed + me * 977, turn, i;

	GUEST_ASSERT_EQ(td_accept(gpa_of(me, 0), PAGES << 12), 0);
	for (turn = 0; turn < TURNS; turn++) {
		struct turn t = pick(me, &state);

		convert(&t, draw(&state) & 1, &state);
		if (!(turn % 10))
			for (i = 0; i < PAGES; i++)
				check(me, i);
	}
	for (i = 0; i < PAGES; i++) {
		check(me, i);
		/* the VMM compares what is shared, and answers */
		if (is_shared[me][i] && !(i % 16)) {
			GUEST_SYNC_ARGS(0, me, i, content[me][i], 0);
			GUEST_ASSERT_EQ(*word(SHARED_GVA, me, i),
					~content[me][i]);
		}
	}
	GUEST_DONE();
}

static void map_area(struct kvm_vm *vm)
{
	struct userspace_mem_region *r = memslot2region(vm, TD_SLOT_RAM);
	uint64_t first = AREA_GPA >> 12, n = NR_VCPUS * PAGES;

	virt_map(vm, SHARED_GVA, AREA_GPA, n);
	sparsebit_set_num(r->protected_phy_pages, first, n);
	virt_map(vm, PRIVATE_GVA, AREA_GPA, n);
	sparsebit_clear_num(r->protected_phy_pages, first, n);
}

struct runner {
	struct kvm_vcpu *vcpu;
	unsigned int compared, wrong;
};

static void *run_vcpu(void *arg)
{
	struct runner *r = arg;
	struct ucall uc;

	while (td_run(r->vcpu, &uc) == UCALL_SYNC) {
		uint32_t *page = addr_gpa2hva(r->vcpu->vm,
					      gpa_of(uc.args[2], uc.args[3]));
		uint32_t *p = page + (uc.args[3] * 68) % 4092 / 4;

		r->compared++;
		r->wrong += *p != (uint32_t)uc.args[4];
		*p = ~*p;
	}
	TEST_ASSERT(uc.cmd == UCALL_DONE, "vCPU %u: exit %u", r->vcpu->id,
		    r->vcpu->run->exit_reason);
	return NULL;
}

int main(void)
{
	struct runner r[NR_VCPUS] = {};
	pthread_t thread[NR_VCPUS];
	unsigned int i, compared = 0, wrong = 0;
	struct kvm_vm *vm;

	ksft_print_header();
	ksft_set_plan(2);
	seed = getenv("SEED") ? strtoul(getenv("SEED"), NULL, 0) :
				(uint64_t)time(NULL) % 1000000;
	ksft_print_msg("SEED=%lu\n", seed);
	vm = td_create(NULL);
	sync_global_to_guest(vm, seed);
	map_area(vm);
	for (i = 0; i < NR_VCPUS; i++)
		r[i].vcpu = td_vcpu_add(vm, i, guest_convert);
	td_finalize(vm);
	for (i = 0; i < NR_VCPUS; i++)
		pthread_create(&thread[i], NULL, run_vcpu, &r[i]);
	for (i = 0; i < NR_VCPUS; i++) {
		pthread_join(thread[i], NULL);
		compared += r[i].compared;
		wrong += r[i].wrong;
	}
	ksft_test_result_pass("%u vCPUs convert %u times each (SEED=%lu): all pages are right\n",
			      NR_VCPUS, TURNS, seed);
	ksft_test_result(compared && !wrong,
			 "the VMM sees %u shared pages as the guest wrote them\n",
			 compared);
	kvm_vm_free(vm);
	ksft_finished();
}
