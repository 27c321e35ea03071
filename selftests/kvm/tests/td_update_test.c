// SPDX-License-Identifier: GPL-2.0-only
/*
 * The TDX module is replaced under TDs that run, through the files that an
 * admin's script uses. Each vCPU counts for itself and in a word that all of
 * its TD share; the last one compares them: nothing may get lost.
 */
#include <fcntl.h>
#include <pthread.h>
#include "kselftest.h"
#include "tdx_util.h"

#define NR_TDS		2
#define NR_VCPUS	2
#define IMAGES		"/tests/images/"

/* Shared with the host. */
struct totals {
	uint64_t rounds[NR_VCPUS], stop;
};

static struct totals *totals;
static uint64_t sum, next_slot, finished;	/* private to each TD */

static void guest_count(void)
{
	uint64_t me = __atomic_fetch_add(&next_slot, 1, __ATOMIC_SEQ_CST);
	struct tdgcall was = {}, is;
	uint64_t mine = 0, v;

	GUEST_ASSERT(!tdgcall(TDLEAF_INFO, &was));
	while (!__atomic_load_n(&totals->stop, __ATOMIC_SEQ_CST)) {
		__atomic_fetch_add(&sum, 1, __ATOMIC_SEQ_CST);
		mine++;
		totals->rounds[me] = mine;
		if (mine % 16)
			continue;
		td_io_in(0x60, 1, &v);
		is = (struct tdgcall){};
		GUEST_ASSERT(!tdgcall(TDLEAF_INFO, &is));
		GUEST_ASSERT(is.rcx == was.rcx && is.rdx == was.rdx &&
			     is.r8 == was.r8 && is.r9 == was.r9);
	}
	if (__atomic_add_fetch(&finished, 1, __ATOMIC_SEQ_CST) == NR_VCPUS) {
		for (mine = 0, me = 0; me < NR_VCPUS; me++)
			mine += totals->rounds[me];
		GUEST_ASSERT_EQ(sum, mine);
	}
	GUEST_DONE();
}

struct td {
	struct kvm_vm *vm;
	struct totals *totals;
	pthread_t thread[NR_VCPUS];
};

static void start(struct td *td)
{
	struct kvm_vcpu *vcpu[NR_VCPUS];
	struct kvm_vm *vm = td_create(NULL);
	gva_t gva;
	int i;

	gva = vm_alloc_shared(vm, sizeof(*td->totals), KVM_UTIL_MIN_VADDR,
			      MEM_REGION_TEST_DATA);
	totals = (struct totals *)gva;
	sync_global_to_guest(vm, totals);
	for (i = 0; i < NR_VCPUS; i++)
		vcpu[i] = td_vcpu_add(vm, i, guest_count);
	td->totals = addr_gva2hva(vm, gva);
	td_finalize(vm);
	td->vm = vm;
	for (i = 0; i < NR_VCPUS; i++)
		pthread_create(&td->thread[i], NULL, td_run_thread, vcpu[i]);
}

static uint64_t rounds(const struct td *td, int i)
{
	return __atomic_load_n(&td->totals->rounds[i], __ATOMIC_SEQ_CST);
}

/* Every vCPU gets on from where it is now. */
static bool all_count(const struct td *tds)
{
	uint64_t was[NR_TDS * NR_VCPUS];
	int i, turn;

	for (i = 0; i < NR_TDS * NR_VCPUS; i++)
		was[i] = rounds(&tds[i / NR_VCPUS], i % NR_VCPUS);
	for (i = turn = 0; i < NR_TDS * NR_VCPUS && turn < 500; turn++) {
		if (rounds(&tds[i / NR_VCPUS], i % NR_VCPUS) > was[i] + 16)
			i++;
		else
			usleep(20000);
	}
	return i == NR_TDS * NR_VCPUS;
}

static bool read_line(const char *dir, const char *name, char line[64])
{
	char path[128];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_RDONLY);
	n = fd < 0 ? -1 : read(fd, line, 63);
	if (fd >= 0)
		close(fd);
	line[n > 0 ? n : 0] = 0;
	line[strcspn(line, "\n")] = 0;
	return n >= 0;
}

static bool put(const char *dir, const char *name, const char *data, size_t len)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_WRONLY);
	while (fd >= 0 && len) {
		ssize_t n = write(fd, data, len);

		if (n <= 0)
			break;
		data += n;
		len -= n;
	}
	return fd >= 0 && !close(fd) && !len;
}

static const char *first_there(const char *one, const char *other)
{
	return access(one, F_OK) ? other : one;
}

/* Install the image and see that @version runs. */
static bool update(const char *image, const char *version)
{
	const char *host = first_there("/sys/devices/faux/tdx_host",
				       "/sys/devices/tdx_host");
	const char *class = first_there("/sys/class/firmware/seamldr_upload",
					"/sys/devices/tdx_host/seamldr_upload");
	static char data[1 << 20];
	int fd = open(image, O_RDONLY), turn;
	ssize_t n = fd < 0 ? -1 : read(fd, data, sizeof(data));
	char line[64] = "";
	bool ok;

	close(fd);
	ok = n > 0 && put(class, "loading", "1", 1) &&
	     put(class, "data", data, n) && put(class, "loading", "0", 1);
	for (turn = 0; ok && turn < 300 && strcmp(line, "idle"); turn++) {
		ok = read_line(class, "status", line);
		usleep(50000);
	}
	if (ok && read_line(class, "error", line) && *line)
		ksft_print_msg("%s: %s\n", image, line);
	ok = ok && !*line && read_line(host, "version", line);
	if (!ok || strcmp(line, version))
		ksft_print_msg("%s: %s runs\n", image, line);
	return ok && !strcmp(line, version);
}

int main(void)
{
	struct td tds[NR_TDS];
	int i;

	ksft_print_header();
	ksft_set_plan(6);
	for (i = 0; i < NR_TDS; i++)
		start(&tds[i]);
	ksft_test_result(all_count(tds), "%d TDs run and count\n", NR_TDS);
	ksft_test_result(update(IMAGES "new.img", "1.5.16"),
			 "the TDX module is updated under them\n");
	ksft_test_result(all_count(tds), "all count on\n");
	ksft_test_result(update(IMAGES "old.img", "1.5.01"),
			 "it is updated again, to another version\n");
	ksft_test_result(all_count(tds), "all count on\n");
	for (i = 0; i < NR_TDS; i++)
		__atomic_store_n(&tds[i].totals->stop, 1, __ATOMIC_SEQ_CST);
	for (i = 0; i < NR_TDS * NR_VCPUS; i++)
		pthread_join(tds[i / NR_VCPUS].thread[i % NR_VCPUS], NULL);
	ksft_test_result_pass("no count was lost, TDG.VP.INFO stayed what it was\n");
	for (i = 0; i < NR_TDS; i++)
		kvm_vm_free(tds[i].vm);
	ksft_finished();
}
