// SPDX-License-Identifier: GPL-2.0-only
/*
 * init_vm SECONDS: TDs with one vCPU are begun and given up, one after the
 * other, as fast as that goes; each first asks what it may ask for. SIGTERM
 * ends it early. For what must not be seen from there: updates of the TDX
 * module.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "../include/ktap.h"
#include "../lib/td.h"

static volatile sig_atomic_t enough;

static void stop(int sig)
{
	(void)sig;
	enough = 1;
}

/* The call that failed, or NULL. */
static const char *begin(struct td_vmm *td, int *ret)
{
	*ret = td_open(td);
	if (*ret < 0)
		return "open";
	*ret = td_create_vm(td);
	if (*ret)
		return "KVM_CREATE_VM";
	*ret = td_init(td);
	if (*ret)
		return "KVM_TDX_INIT_VM";
	*ret = td_add_vcpu(td);
	if (*ret)
		return "KVM_CREATE_VCPU";
	*ret = td_init_vcpu(td, 0, 0);
	return *ret ? "KVM_TDX_INIT_VCPU" : NULL;
}

int main(int argc, char **argv)
{
	time_t end = time(NULL) + (argc > 1 ? atoi(argv[1]) : 10);
	struct sigaction sa = { .sa_handler = stop, .sa_flags = SA_RESTART };
	const char *failed = NULL;
	unsigned int n = 0;

	sigaction(SIGTERM, &sa, NULL);
	ktap_header();
	while (!enough && !failed && time(NULL) < end) {
		struct td_vmm td = { .attributes = 1ULL << 28 };
		int ret;

		failed = begin(&td, &ret);
		if (failed)
			ktap_note("%s of TD %u: %s, hw_error %#llx", failed, n,
				  strerror(-ret),
				  (unsigned long long)td.hw_error);
		td_free(&td);
		n++;
	}
	ktap_note("%u TDs were begun", n);
	ktap_ok(!failed && n, "every TD could be begun");
	ktap_plan(ktap_seen);
	return ktap_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
