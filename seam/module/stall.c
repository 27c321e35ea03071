// SPDX-License-Identifier: GPL-2.0-only
/*
 * A leaf that a test holds up in its middle, with the locks it has there, so
 * that what other processors are told meanwhile can be looked at.
 */
#include "fault.h"
#include "module.h"

static struct stall {
	u8 armed;		/* 1 + enum seam_point, of the call at work */
	u8 at;			/* the same, while it stands there */
	u64 cycles;		/* no longer than that */
	unsigned int skip;	/* such points to pass by */
} stalls[SEAM_MAX_LPS];

static u32 releases;
static bool armed;		/* some call, once */

void stall_arm(unsigned int lp, enum seam_point point, unsigned int skip,
	       u64 cycles)
{
	stalls[lp].skip = skip;
	stalls[lp].cycles = cycles;
	stalls[lp].armed = point + 1;
	atomic_set_once(&armed, true);
}

void stall_disarm(unsigned int lp)
{
	if (atomic_read_once(&armed))
		stalls[lp].armed = 0;
}

void stall_release(void)
{
	atomic_add(&releases, 1);
}

bool stall_get(unsigned int lp, enum seam_point *point)
{
	u8 at = atomic_read_once(&stalls[lp].at);

	*point = at ? at - 1 : 0;
	return at;
}

static SEAM_RARE void stand_at(unsigned int lp, enum seam_point point)
{
	struct stall *s = &stalls[lp];
	u64 start;
	u32 seen;

	if (lp >= SEAM_MAX_LPS || s->armed != point + 1)
		return;
	if (s->skip) {
		s->skip--;
		return;
	}
	s->armed = 0;
	seen = atomic_read_once(&releases);
	start = env_tsc();
	atomic_set_once(&s->at, point + 1);
	while (env_tsc() - start < s->cycles &&
	       atomic_read_once(&releases) == seen)
		;
	atomic_set_once(&s->at, 0);
}

void seam_at(unsigned int lp, enum seam_point point)
{
	if (atomic_read_once(&armed))
		stand_at(lp, point);
}
