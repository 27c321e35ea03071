// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mainline's wrappers by name. Apart from the rest, where headers of ours have
 * functions of the same names.
 */
#include <stddef.h>
#include "wrapper.h"

#define X(name)	extern const char name[];
#include "mainline-names.h"
#undef X

const struct wrapper theirs[] = {
#define X(name)	{ #name, name },
#include "mainline-names.h"
#undef X
	{ NULL, NULL }
};

#define X(name)	extern const char mainline_##name[];
#include "mainline-guest-names.h"
#undef X

const struct wrapper theirs_guest[] = {
#define X(name)	{ #name, mainline_##name },
#include "mainline-guest-names.h"
#undef X
	{ NULL, NULL }
};
