/* SPDX-License-Identifier: GPL-2.0-only */
/* Instructions that a call takes when the module answers at once. */
#ifndef COUNT_H
#define COUNT_H

/*
 * From the function's first to its return, SEAMCALL or TDCALL as one.
 * probe_stack() tells what it wrote below its return address.
 */
unsigned int count_steps(const void *fn);

/* Of td_run() for one exit, without the entry and the handler in it. */
unsigned int count_run_loop(void);

#endif /* COUNT_H */
