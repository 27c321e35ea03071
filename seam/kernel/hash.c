// SPDX-License-Identifier: GPL-2.0-only
/*
 * SHA-384 for measurements and HMAC-SHA-256 for reports, by the kernel's
 * crypto API. Its fast versions may use vector registers, so a guest's must
 * not be in the CPU when they are called.
 */
#include <crypto/hash.h>
#include <crypto/sha2.h>
#include <linux/err.h>
#include <linux/module.h>
#include <linux/string.h>
#include "../svm/svm.h"
#include "kernel.h"

static struct crypto_shash *sha384_tfm;
static struct crypto_shash *sha256_tfm;

MODULE_SOFTDEP("pre: sha512_generic");

size_t env_sha384_size(void)
{
	return sizeof(struct shash_desc) + crypto_shash_descsize(sha384_tfm);
}

void env_sha384_init(void *ctx)
{
	struct shash_desc *desc = ctx;

	engine_host_fpu();
	desc->tfm = sha384_tfm;
	crypto_shash_init(desc);
}

void env_sha384_update(void *ctx, const void *data, size_t len)
{
	engine_host_fpu();
	crypto_shash_update(ctx, data, len);
}

void env_sha384_final(void *ctx, u8 digest[48])
{
	engine_host_fpu();
	crypto_shash_final(ctx, digest);
}

static void hmac_pass(const u8 key[32], u8 pad, const void *data, size_t len,
		      u8 out[32])
{
	SHASH_DESC_ON_STACK(desc, sha256_tfm);
	u8 block[SHA256_BLOCK_SIZE];
	unsigned int i;

	for (i = 0; i < sizeof(block); i++)
		block[i] = pad ^ (i < 32 ? key[i] : 0);
	desc->tfm = sha256_tfm;
	crypto_shash_init(desc);
	crypto_shash_update(desc, block, sizeof(block));
	crypto_shash_update(desc, data, len);
	crypto_shash_final(desc, out);
	shash_desc_zero(desc);
	memzero_explicit(block, sizeof(block));
}

void env_hmac_sha256(const u8 key[32], const void *data, size_t len, u8 mac[32])
{
	u8 inner[SHA256_DIGEST_SIZE];

	engine_host_fpu();
	hmac_pass(key, 0x36, data, len, inner);
	hmac_pass(key, 0x5c, inner, sizeof(inner), mac);
}

int hash_init(void)
{
	sha384_tfm = crypto_alloc_shash("sha384", 0, 0);
	if (IS_ERR(sha384_tfm)) {
		pr_softseam(KERN_ERR,
			    "no SHA-384 in this kernel; load the module sha512_generic first\n");
		return PTR_ERR(sha384_tfm);
	}
	sha256_tfm = crypto_alloc_shash("sha256", 0, 0);
	if (IS_ERR(sha256_tfm)) {
		pr_softseam(KERN_ERR, "no SHA-256 in this kernel\n");
		crypto_free_shash(sha384_tfm);
		return PTR_ERR(sha256_tfm);
	}
	return 0;
}

void hash_exit(void)
{
	crypto_free_shash(sha256_tfm);
	crypto_free_shash(sha384_tfm);
}
