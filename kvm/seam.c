// SPDX-License-Identifier: GPL-2.0-only
/* When to ask the TDX module again, and how a refusal is reported. */
#include <linux/delay.h>
#include <linux/printk.h>
#include <linux/ratelimit.h>
#include <linux/sched.h>
#include <seamhost/decode.h>

#include "seam.h"
#include "vm.h"

#define TRIES_ENTROPY	10
#define TRIES_YIELD	16
#define TRIES_NAP	500
/* seconds in all: whoever holds the lock may run on a CPU that a hypervisor stops */
#define TRIES_SLEEP	2000
#define TRIES_ATOMIC	4096

bool seam_again(tdx_status_t st, unsigned int tries)
{
	if (seam_no_entropy(st))
		return tries < TRIES_ENTROPY;
	if (!seam_busy(st) || tries >= TRIES_SLEEP)
		return false;
	if (tries < TRIES_YIELD)
		cond_resched();
	else if (tries < TRIES_NAP)
		usleep_range(20, 100);
	else
		usleep_range(1000, 2000);
	return true;
}

bool seam_again_brief(tdx_status_t st, unsigned int tries)
{
	return tries < TRIES_YIELD && seam_again(st, tries);
}

bool seam_again_alone(struct td_vm *vm, tdx_status_t st, unsigned int tries)
{
	bool again = seam_again(st, tries);

	if (again && tries == TRIES_YIELD)
		vm_hold(vm);
	else if (!again && tries > TRIES_YIELD)
		vm_release_hold(vm);
	return again;
}

bool seam_again_atomic(tdx_status_t st, unsigned int tries)
{
	if (!seam_busy(st) || tries >= TRIES_ATOMIC)
		return false;
	cpu_relax();
	return true;
}

void seam_complain(u64 rax, tdx_status_t st)
{
	static DEFINE_RATELIMIT_STATE(rs, 5 * HZ, 10);
	struct tdx_call call = { .rax = rax, .status = st };
	char text[TDX_DESCRIPTION_MAX];

	if (!__ratelimit(&rs))
		return;
	tdx_describe(text, sizeof(text), &call);
	pr_warn("%s\n", text);
}
