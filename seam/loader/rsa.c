// SPDX-License-Identifier: GPL-2.0-only
/*
 * Checks RSA-3072 signatures. The kernel's own RSA may sleep, and here
 * interrupts are off: 17 Montgomery multiplications do it too.
 */
#include "loader.h"

#define LIMBS	48
#define BYTES	(LIMBS * 8)

typedef unsigned __int128 u128;

struct rsa {
	u64 n[LIMBS];
	u64 n0;				/* -1 / n mod 2^64 */
	u64 x[LIMBS], acc[LIMBS];
	u64 t[LIMBS + 2];
};

/* DigestInfo of SHA-384, before the digest itself */
static const u8 digest_info[] = {
	0x30, 0x41, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01,
	0x65, 0x03, 0x04, 0x02, 0x02, 0x05, 0x00, 0x04, 0x30,
};

static bool not_below(const u64 *a, const u64 *b)
{
	unsigned int i;

	for (i = LIMBS; i--;)
		if (a[i] != b[i])
			return a[i] > b[i];
	return true;
}

static u64 subtract(u64 *a, const u64 *b)
{
	u64 borrow = 0;
	unsigned int i;

	for (i = 0; i < LIMBS; i++) {
		u128 d = (u128)a[i] - b[i] - borrow;

		a[i] = (u64)d;
		borrow = (u64)(d >> 64) & 1;
	}
	return borrow;
}

/* out = a * b / 2^3072 mod n; out may be a or b */
static void mont_mul(struct rsa *r, u64 *out, const u64 *a, const u64 *b)
{
	u64 *t = r->t, m, carry;
	unsigned int i, j;
	u128 v;

	memset(t, 0, sizeof(r->t));
	for (i = 0; i < LIMBS; i++) {
		for (carry = 0, j = 0; j < LIMBS; j++) {
			v = (u128)a[j] * b[i] + t[j] + carry;
			t[j] = (u64)v;
			carry = v >> 64;
		}
		v = (u128)t[LIMBS] + carry;
		t[LIMBS] = (u64)v;
		t[LIMBS + 1] = v >> 64;

		m = t[0] * r->n0;
		v = (u128)m * r->n[0] + t[0];
		for (carry = v >> 64, j = 1; j < LIMBS; j++) {
			v = (u128)m * r->n[j] + t[j] + carry;
			t[j - 1] = (u64)v;
			carry = v >> 64;
		}
		v = (u128)t[LIMBS] + carry;
		t[LIMBS - 1] = (u64)v;
		t[LIMBS] = t[LIMBS + 1] + (u64)(v >> 64);
	}
	if (t[LIMBS] || not_below(t, r->n))
		subtract(t, r->n);
	memcpy(out, t, LIMBS * sizeof(*out));
}

static void set_n0(struct rsa *r)
{
	u64 inv = 1;
	unsigned int i;

	/* Newton: each step doubles the bits that are right */
	for (i = 0; i < 6; i++)
		inv *= 2 - r->n[0] * inv;
	r->n0 = -inv;
}

/* x * 2^3072 mod n, by doubling */
static void to_mont(struct rsa *r, u64 *x)
{
	unsigned int i, j;
	u64 top, next;

	for (i = 0; i < LIMBS * 64; i++) {
		for (top = 0, j = 0; j < LIMBS; j++) {
			next = x[j] >> 63;
			x[j] = x[j] << 1 | top;
			top = next;
		}
		if (top || not_below(x, r->n))
			subtract(x, r->n);
	}
}

static bool padding_ok(const u8 *le, const u8 digest[48])
{
	const unsigned int info = sizeof(digest_info);
	unsigned int i, pad = BYTES - 3 - info - 48;

	/* le[BYTES - 1 - i] is byte i of the usual big-endian form */
#define BE(i)	le[BYTES - 1 - (i)]
	if (BE(0) != 0 || BE(1) != 1 || BE(2 + pad) != 0)
		return false;
	for (i = 0; i < pad; i++)
		if (BE(2 + i) != 0xff)
			return false;
	for (i = 0; i < info; i++)
		if (BE(3 + pad + i) != digest_info[i])
			return false;
	for (i = 0; i < 48; i++)
		if (BE(3 + pad + info + i) != digest[i])
			return false;
#undef BE
	return true;
}

int rsa_verify(const u8 modulus[384], const u8 signature[384],
	       const u8 digest[48])
{
	struct rsa *r = env_alloc(sizeof(*r));
	unsigned int i;
	int ret = -EBADMSG;

	if (!r)
		return -ENOMEM;
	memcpy(r->n, modulus, BYTES);
	memcpy(r->x, signature, BYTES);
	if (!(r->n[0] & 1) || not_below(r->x, r->n))
		goto out;
	set_n0(r);
	to_mont(r, r->x);
	memcpy(r->acc, r->x, BYTES);
	for (i = 0; i < 16; i++)
		mont_mul(r, r->acc, r->acc, r->acc);
	mont_mul(r, r->acc, r->acc, r->x);
	/* out of the Montgomery form: times 1 */
	memset(r->x, 0, BYTES);
	r->x[0] = 1;
	mont_mul(r, r->acc, r->acc, r->x);
	if (padding_ok((const u8 *)r->acc, digest))
		ret = 0;
out:
	env_free(r, sizeof(*r));
	return ret;
}
