// SPDX-License-Identifier: GPL-2.0-only
/* SEAMCALL and TDCALL in user mode stay what they are: illegal. */
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include "../include/ktap.h"

static void seamcall(void)
{
	asm volatile(".byte 0x66, 0x0f, 0x01, 0xcf" : : "a"(32) : "memory");
}

static void tdcall(void)
{
	asm volatile(".byte 0x66, 0x0f, 0x01, 0xcc" : : "a"(1) : "memory");
}

static bool killed_by_sigill(void (*fn)(void))
{
	pid_t pid = fork();
	int status = 0;

	if (!pid) {
		fn();
		_exit(0);
	}
	waitpid(pid, &status, 0);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGILL;
}

int main(void)
{
	ktap_header();
	ktap_plan(2);
	ktap_ok(killed_by_sigill(seamcall), "SEAMCALL in user mode is SIGILL");
	ktap_ok(killed_by_sigill(tdcall), "TDCALL in user mode is SIGILL");
	return ktap_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
