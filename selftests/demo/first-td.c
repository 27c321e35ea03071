// SPDX-License-Identifier: GPL-2.0-only
/*
 * The demonstration behind `make run`: one TD from creation to teardown, and
 * what each side saw. Exit status 0 only if everything held.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "../guest/layout.h"
#include "../lib/measure.h"
#include "../lib/td.h"

#define IMAGE		"/tests/guest/first.img"
#define RESET_PAGE	"/tests/guest/first.reset"
#define SEAMCALLS	"/sys/kernel/debug/seamhost/seamcalls"
#define AUDIT		"/sys/kernel/debug/softseam/audit"
#define HOST_VIEW	"/sys/kernel/debug/kvm-tdx/%d-%d/private"

/* TDREPORT_STRUCT: TDINFO at 512, MRTD 16 bytes into it; REPORTDATA at 128 */
#define REPORT_MRTD	(512 + 16)
#define REPORT_DATA	128

static int failures;

static bool check(bool ok, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	printf(ok ? "  ok    " : "  FAIL  ");
	vprintf(fmt, ap);
	printf("\n");
	va_end(ap);
	failures += !ok;
	return ok;
}

static void show_bytes(const char *who, const uint8_t *p, unsigned int n)
{
	unsigned int i;

	printf("  %-6s", who);
	for (i = 0; i < n; i++)
		printf(" %02x", p[i]);
	printf("  ");
	for (i = 0; i < n; i++)
		putchar(p[i] >= ' ' && p[i] < 0x7f ? p[i] : '.');
	printf("\n");
}

static void show_digest(const char *who, const uint8_t *d)
{
	unsigned int i;

	printf("  %-18s", who);
	for (i = 0; i < MRTD_SIZE; i++)
		printf("%02x", d[i]);
	printf("\n");
}

/* What the host's own mapping of the page behind a private GPA reads. */
static bool host_view(struct td_vmm *td, uint64_t gpa, uint8_t *buf, size_t n)
{
	char path[128];
	bool ok;
	int fd;

	snprintf(path, sizeof(path), HOST_VIEW, getpid(), td->vm);
	fd = open(path, O_RDONLY);
	if (fd < 0)
		return false;
	ok = pread(fd, buf, n, (off_t)gpa) == (ssize_t)n;
	close(fd);
	return ok;
}

/* "LEAF calls ..." lines, three to a row */
static void show_seamcalls(void)
{
	unsigned long long calls, total = 0;
	FILE *f = fopen(SEAMCALLS, "r");
	unsigned int col = 0;
	char line[256], name[64];

	if (!check(f, "the host counts its SEAMCALLs"))
		return;
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%63s %llu", name, &calls) != 2 || !calls)
			continue;
		printf("  %-24s%6llu%s", name, calls, ++col % 3 ? "" : "\n");
		total += calls;
	}
	printf("%s  %llu SEAMCALLs in all\n", col % 3 ? "\n" : "", total);
	check(total > 0, "SEAMCALLs were made");
	fclose(f);
}

static void show_audit(void)
{
	unsigned long pages = ~0UL, keyids = ~0UL;
	FILE *f = fopen(AUDIT, "r");

	if (f && fscanf(f, "owned_pages=%lu keyids=%lu", &pages, &keyids) == 2)
		check(!pages && !keyids,
		      "pages owned by the module %lu, KeyIDs in use %lu",
		      pages, keyids);
	else
		check(false, "no audit to read");
	if (f)
		fclose(f);
}

static void look(struct td_vmm *td)
{
	struct mailbox *m = (void *)(td->ram + GUEST_MBOX);
	uint8_t expected[MRTD_SIZE], seen[32];

	measure_final(td->measure, expected);
	check(m->magic == MAILBOX_MAGIC && !m->status,
	      "guest wrote through the shared page (its own checks: %#llx)",
	      m->status);
	printf("  attributes %#llx, GPAW %llu, vCPU %llu of %llu\n",
	       m->attributes, m->gpaw, m->index + 1, m->num_vcpus);
	check(m->attributes == td->attributes,
	      "the TD has the attributes that were asked for");
	check(m->cpuid_module[1] == 0x756e6547 && m->ve_count == 1,
	      "CPUID 0 came from the module: %.4s%.4s%.4s",
	      (char *)&m->cpuid_module[1], (char *)&m->cpuid_module[3],
	      (char *)&m->cpuid_module[2]);
	check(!memcmp(m->cpuid_vmm, "Seamhost VMMsig.", 16),
	      "CPUID %#x raised #VE and came from the VMM: %.16s",
	      CPUID_FROM_VMM, (char *)m->cpuid_vmm);
	check(m->late_gpa == GUEST_LATE && m->late_value == MAILBOX_MAGIC,
	      "a page at %#llx was accepted, zeroed and used", m->late_gpa);

	printf("\nMeasurement\n");
	show_digest("TDREPORT MRTD", m->report + REPORT_MRTD);
	show_digest("computed by VMM", expected);
	check(!memcmp(m->report + REPORT_MRTD, expected, MRTD_SIZE),
	      "MRTD is the measurement of what the VMM added");
	check(!memcmp(m->report + REPORT_DATA, m->report_data, 64),
	      "the report carries the guest's 64 bytes");

	printf("\nPrivate page at GPA %#llx\n", m->private_gpa);
	show_bytes("guest", m->private_bytes, 24);
	if (check(host_view(td, m->private_gpa, seen, sizeof(seen)),
		  "the host can look at the page")) {
		show_bytes("host", seen, 24);
		check(!memmem(seen, sizeof(seen), "This", 4) &&
		      memcmp(seen, m->private_bytes, 16),
		      "the host sees only noise");
	}
	m->reply = MAILBOX_REPLY;
}

static void run(struct td_vmm *td)
{
	static struct td_output out = { .prefix = "  TD | " };
	uint32_t code = ~0U;
	int ret;

	printf("\nGuest\n");
	ret = td_run(td, 0, &out);
	if (!check(ret == KVM_EXIT_IO && td_io_is(td, 0, PORT_SYNC),
		   "the guest ran and asked the VMM to look (exit %d)", ret))
		return;
	look(td);

	printf("\nEnd\n");
	ret = td_run(td, 0, &out);
	if (ret == KVM_EXIT_IO && td_io_is(td, 0, PORT_EXIT))
		code = *(uint32_t *)td_io_data(td, 0);
	check(!code, "the guest got the VMM's answer and ended with %#x", code);
}

int main(int argc, char **argv)
{
	size_t size = 0, reset_size = 0;
	struct td_vmm td = {};
	void *image, *reset;
	int ret;

	setvbuf(stdout, NULL, _IOLBF, 0);
	image = read_file(argc > 2 ? argv[1] : IMAGE, &size);
	reset = read_file(argc > 2 ? argv[2] : RESET_PAGE, &reset_size);
	if (!image || !reset || reset_size != 4096) {
		fprintf(stderr, "usage: demo [IMAGE RESET_PAGE]\n");
		return 2;
	}

	printf("Trust domain\n");
	td.attributes = 1ULL << 28;	/* SEPT_VE_DISABLE */
	ret = td_build(&td, 1, 0, image, size, reset);
	if (check(!ret, "created, %zu pages measured, finalized (%s, hw_error %#llx)",
		  size / 4096 + 1, ret ? strerror(-ret) : "no error",
		  (unsigned long long)td.hw_error))
		run(&td);
	td_free(&td);

	printf("\nSEAMCALLs\n");
	show_seamcalls();
	printf("\nAfter teardown\n");
	show_audit();
	printf("\n%s\n", failures ? "FAILED" : "All of it held.");
	return failures != 0;
}
