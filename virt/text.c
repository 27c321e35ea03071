// SPDX-License-Identifier: GPL-2.0-only
/* See text.h. The same in the kernel and outside. */
#include <linux/ctype.h>
#include <linux/kernel.h>
#include <seamhost/exit.h>
#include "text.h"

void text_add(struct text *t, const char *fmt, ...)
{
	size_t room = t->size - t->len;
	va_list ap;
	int n;

	if (!t->size)
		return;
	va_start(ap, fmt);
	n = vsnprintf(t->buf + t->len, room, fmt, ap);
	va_end(ap);
	if (n < 0)
		return;
	t->len += (size_t)n < room ? n : (int)room - 1;
}

void text_add_words(struct text *t, const char *name, unsigned int number)
{
	if (!name) {
		text_add(t, "%u", number);
		return;
	}
	for (; *name; name++)
		text_add(t, "%c", *name == '_' ? ' ' : tolower(*name));
}

static const char *exit_reason_name(u32 reason)
{
	switch (reason & TD_EXIT_REASON_MASK) {
	case TD_EXIT_EXCEPTION_NMI: return "exception or NMI";
	case TD_EXIT_INTERRUPT: return "interrupt";
	case TD_EXIT_TRIPLE_FAULT: return "triple fault";
	case TD_EXIT_INIT: return "INIT";
	case TD_EXIT_SMI: return "SMI";
	case TD_EXIT_TASK_SWITCH: return "task switch";
	case TD_EXIT_CR_ACCESS: return "control register access";
	case TD_EXIT_ENTRY_GUEST: return "entry failed, guest state";
	case TD_EXIT_ENTRY_MC: return "entry failed, machine check";
	case TD_EXIT_CSTATE_SMI: return "SMI in a C-state";
	case TD_EXIT_EPT_VIOLATION: return "EPT violation";
	case TD_EXIT_EPT_MISCONFIG: return "EPT misconfiguration";
	case TD_EXIT_BUS_LOCK: return "bus lock";
	case TD_EXIT_TDVMCALL: return "TDVMCALL";
	default: return NULL;
	}
}

void text_add_exit(struct text *t, u32 reason)
{
	const char *name = exit_reason_name(reason);

	if (name)
		text_add(t, ", exit: %s", name);
	else
		text_add(t, ", exit: reason %u", reason & TD_EXIT_REASON_MASK);
	if (reason & TD_EXIT_FLAG_BUS_LOCK)
		text_add(t, " after a bus lock");
}
