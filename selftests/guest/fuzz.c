// SPDX-License-Identifier: GPL-2.0-only
/* A guest that asks its VMM and the module for anything at all. */
#include <seamhost/leaves.h>
#include "guest.h"

#define SLOT_BYTES	(16UL << 20)

static u64 draw(u64 *state)
{
	*state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
	return *state >> 31;
}

/* An operand that is often nearly right */
static u64 odd(const struct guest_info *info, u64 *state)
{
	u64 gpa = GUEST_LATE + (draw(state) % SLOT_BYTES & ~4095ULL);

	switch (draw(state) % 8) {
	case 0:
		return draw(state) << 32 | draw(state);
	case 1:
		return draw(state) & 0xff;
	case 2:
		return 1ULL << draw(state) % 12;
	case 3:
		return gpa | shared_bit(info);
	case 4:
		return 0x800 + draw(state) % 0x40;
	case 5:
		return draw(state) % 512 << 12;
	case 6:
		return draw(state) & 0xffff;
	default:
		return gpa;
	}
}

static void any_vmcall(const struct guest_info *info, u64 *state)
{
	static const u16 calls[] = { 10, 30, 31, 32, 48 };
	struct tdx_regs r = {
		.rcx = 0xfc00, .r11 = 0x10000 + draw(state) % 6,
		.r12 = odd(info, state), .r13 = odd(info, state),
		.r14 = odd(info, state), .r15 = odd(info, state),
	};

	if (draw(state) % 4)
		r.r11 = calls[draw(state) % 5];
	if (!(draw(state) % 16))
		r.r10 = draw(state);
	if (!(draw(state) % 16))
		r.r11 = draw(state);
	/* what ends the TD would end the fun */
	if (r.r11 == 0x10003)
		r.r11 = 30;
	if (r.r11 == 30 && r.r14 == PORT_EXIT)
		r.r14++;
	tdcall(TDG_VP_VMCALL, &r);
}

static void any_leaf(const struct guest_info *info, u64 *state)
{
	struct tdx_regs r = {
		.rcx = odd(info, state), .rdx = odd(info, state),
		.r8 = odd(info, state),
	};

	tdcall(1 + draw(state) % 30, &r);
}

/* Memory that is private or shared, there or not */
static void touch(const struct guest_info *info, u64 *state)
{
	u64 gpa = GUEST_LATE + draw(state) % GUEST_LATE_SIZE;
	volatile u8 *p = (void *)gpa;

	if (draw(state) & 1) {
		if (page_accept(gpa & ~4095ULL, 0) >> 62)
			return;
	} else if (draw(state) & 1) {
		if (page_accept(gpa & ~0x1fffffULL, 1) >> 62)
			return;
	} else {
		p = shared_ptr(info, gpa);
	}
	*p += 1;
}

u32 guest_main(const struct guest_info *info)
{
	u64 state = info->data * 977 + info->index;

	for (;;) {
		switch (draw(&state) % 8) {
		case 0:
			any_leaf(info, &state);
			break;
		case 1:
			touch(info, &state);
			break;
		case 2:
			map_gpa((GUEST_LATE + draw(&state) % GUEST_LATE_SIZE) &
				~4095ULL, (1 + draw(&state) % 512) << 12);
			break;
		case 3:
			if (!(draw(&state) % 8))
				vmm_hlt(draw(&state) & 1);
			break;
		default:
			any_vmcall(info, &state);
		}
	}
}
