// SPDX-License-Identifier: GPL-2.0-only
/* The SEAMCALL layer in a process: the real assembly, a module that plays. */
#include <string.h>
#include "machine.h"
#include "report.h"
#include "tests.h"

int main(int argc, char **argv)
{
	machine_init();
	if (argc > 1 && !strcmp(argv[1], "cost")) {
		test_cost();
	} else {
		test_forms();
		test_vmcall_forms();
		test_own_forms();
		test_host_wrappers();
		test_guest_wrappers();
		test_vmcall_wrappers();
		test_coverage();
		test_run_loop();
	}
	return finish();
}
