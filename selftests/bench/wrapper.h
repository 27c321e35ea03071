/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BENCH_WRAPPER_H
#define BENCH_WRAPPER_H

struct wrapper {
	const char *name;
	const void *fn;
};

/* Mainline's, ended by one without name; none when their source is missing. */
extern const struct wrapper theirs[];
/* The same for what guests ask of the VMM, by the names of ours. */
extern const struct wrapper theirs_guest[];

#endif /* BENCH_WRAPPER_H */
