// SPDX-License-Identifier: GPL-2.0-only
/*
 * A CPU engine with no CPU: it keeps the guest state that leaves read and
 * write, and the exits come from whoever drives the test.
 */
#include <stdlib.h>

#include "env_user.h"

#define MAX_STATE	256

struct script_vcpu {
	u64 last_gpr[NR_GPRS];
	unsigned int nr;
	struct { u64 key, val; } state[MAX_STATE];
};

static u64 rip_moved;

u64 sim_rip_moved(void)
{
	u64 n = rip_moved;

	rip_moved = 0;
	return n;
}

u64 *sim_last_gpr(struct vcpu *vcpu)
{
	return ((struct script_vcpu *)vcpu->engine)->last_gpr;
}

void *engine_vcpu_create(struct vcpu *vcpu __maybe_unused)
{
	return calloc(1, sizeof(struct script_vcpu));
}

void engine_vcpu_destroy(struct vcpu *vcpu __maybe_unused, void *priv)
{
	free(priv);
}

void *engine_td_create(struct td *td __maybe_unused)
{
	return calloc(1, 1);
}

void engine_td_destroy(struct td *td __maybe_unused, void *priv)
{
	free(priv);
}

void engine_sept_zap(struct td *td __maybe_unused, gpa_t gpa __maybe_unused,
		     unsigned int level __maybe_unused)
{
	sim_happens(SIM_ZAP);
}

void engine_skip(struct vcpu *vcpu __maybe_unused, unsigned int len)
{
	rip_moved += len;
}

static bool script_state(struct vcpu *vcpu, u64 key, u64 *val, bool write)
{
	struct script_vcpu *s = vcpu->engine;
	unsigned int i;

	if (!s)
		return false;
	for (i = 0; i < s->nr; i++)
		if (s->state[i].key == key)
			break;
	if (i == s->nr) {
		if (!write) {
			*val = 0;
			return true;
		}
		if (s->nr == MAX_STATE)
			return false;
		s->state[s->nr++].key = key;
	}
	if (write)
		s->state[i].val = *val;
	else
		*val = s->state[i].val;
	return true;
}

bool engine_guest_field(struct vcpu *vcpu, u32 vmcs_encoding, u64 *val,
			bool write)
{
	return script_state(vcpu, vmcs_encoding, val, write);
}

bool engine_guest_msr(struct vcpu *vcpu, u32 msr, u64 *val, bool write)
{
	return script_state(vcpu, SEAM_BIT(32) | msr, val, write);
}

/* No vector registers here: tests in a machine look at them. */
void engine_xmm_in(struct vcpu *vcpu __maybe_unused, u16 mask __maybe_unused)
{
}

void engine_xmm_out(struct vcpu *vcpu __maybe_unused, u16 mask __maybe_unused)
{
}

/* The state at reset, by VMCS encoding. */
void engine_vcpu_reset(struct vcpu *vcpu)
{
	static const struct { u32 field; u64 val; } reset[] = {
		{ 0x6800, 0x21 }, { 0x6802, 0 }, { 0x6804, 0x2040 },
		{ 0x681e, 0xfffffff0 }, { 0x6820, 2 }, { 0x681a, 0x400 },
		{ 0x2804, 0x0007040600070406 }, { 0x2806, 0x901 },
		{ 0x4800, 0xffffffff }, { 0x4802, 0xffffffff },
		{ 0x4804, 0xffffffff }, { 0x4806, 0xffffffff },
		{ 0x4808, 0xffffffff }, { 0x480a, 0xffffffff },
		{ 0x480c, 0xffff }, { 0x480e, 0xffff }, { 0x4810, 0xffff },
		{ 0x4812, 0 },
		{ 0x4814, 0xc093 }, { 0x4816, 0xc09b }, { 0x4818, 0xc093 },
		{ 0x481a, 0xc093 }, { 0x481c, 0xc093 }, { 0x481e, 0xc093 },
		{ 0x4820, 0x10082 }, { 0x4822, 0x8b },
	};
	struct script_vcpu *s = vcpu->engine;
	unsigned int i;
	u64 val;

	if (s)
		s->nr = 0;
	for (i = 0; i < ARRAY_SIZE(reset); i++) {
		val = reset[i].val;
		script_state(vcpu, reset[i].field, &val, true);
	}
}
