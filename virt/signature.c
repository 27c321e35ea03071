// SPDX-License-Identifier: GPL-2.0-only
/*
 * Is an image what its SIGSTRUCT says, and the SIGSTRUCT what its key signed?
 * P-SEAMLDR checks both, but in an update only after the old module is gone.
 * Whose key it trusts is its secret: an image of a stranger passes here.
 */
#include <linux/scatterlist.h>
#include <linux/slab.h>
#include <crypto/akcipher.h>
#include <crypto/hash.h>
#include "image.h"
#include "signature.h"
#include "state.h"

#define DIGEST		48	/* SHA-384 */
#define MODULUS		384	/* RSA-3072 */

/* DER: SEQUENCE { INTEGER modulus, INTEGER 65537 } */
struct der_key {
	u8 sequence[4], integer[5];
	u8 modulus[MODULUS];
	u8 exponent[5];
} __packed;

/* What a signature is of, by PKCS #1 v1.5: padding, kind of hash, hash. */
struct padded {
	u8 begin[2];
	u8 ff[MODULUS - 2 - 1 - 19 - DIGEST];
	u8 end;
	u8 sha384[19];
	u8 digest[DIGEST];
} __packed;

static_assert(sizeof(struct padded) == MODULUS);

struct rsa {
	struct der_key key;
	u8 in[MODULUS], out[MODULUS];
	struct padded want;
};

static void reverse(u8 *to, const u8 *from)
{
	unsigned int i;

	for (i = 0; i < MODULUS; i++)
		to[i] = from[MODULUS - 1 - i];
}

static int check_hash(struct crypto_shash *sha, const struct seam_image *image)
{
	u8 digest[DIGEST];
	int err = crypto_shash_tfm_digest(sha, image->module,
					  image->module_pages *
						  SEAM_IMAGE_PAGE,
					  digest);

	if (err)
		return err;
	if (memcmp(digest, image->sigstruct->seamhash, DIGEST)) {
		pr_err("module image refused: the module is not the one that its SIGSTRUCT was made for (hash differs)\n");
		return -EBADMSG;
	}
	return 0;
}

/* All of the SIGSTRUCT is signed but the key and the signature. */
static int digest_sigstruct(struct crypto_shash *sha,
			    const struct seam_sigstruct *s, u8 *digest)
{
	const size_t tail = offsetof(struct seam_sigstruct, seamhash);
	SHASH_DESC_ON_STACK(desc, sha);
	int err;

	desc->tfm = sha;
	err = crypto_shash_init(desc);
	if (!err)
		err = crypto_shash_update(desc, (const u8 *)s,
					  offsetof(struct seam_sigstruct,
						   modulus));
	if (!err)
		err = crypto_shash_update(desc, (const u8 *)s + tail,
					  sizeof(*s) - tail);
	if (!err)
		err = crypto_shash_final(desc, digest);
	shash_desc_zero(desc);
	return err;
}

static void fill(struct rsa *r, const struct seam_sigstruct *s)
{
	static const u8 sequence[] = { 0x30, 0x82, 0x01, 0x8a };
	static const u8 integer[] = { 0x02, 0x82, 0x01, 0x81, 0x00 };
	static const u8 exponent[] = { 0x02, 0x03, 0x01, 0x00, 0x01 };
	static const u8 sha384[] = {
		0x30, 0x41, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01,
		0x65, 0x03, 0x04, 0x02, 0x02, 0x05, 0x00, 0x04, 0x30,
	};

	memcpy(r->key.sequence, sequence, sizeof(sequence));
	memcpy(r->key.integer, integer, sizeof(integer));
	reverse(r->key.modulus, s->modulus);
	memcpy(r->key.exponent, exponent, sizeof(exponent));
	reverse(r->in, s->signature);
	r->want.begin[1] = 1;
	memset(r->want.ff, 0xff, sizeof(r->want.ff));
	memcpy(r->want.sha384, sha384, sizeof(sha384));
}

/* The public operation: r->in to r->out. */
static int raise(struct crypto_akcipher *rsa, struct rsa *r)
{
	struct akcipher_request *req;
	struct scatterlist in, out;
	DECLARE_CRYPTO_WAIT(wait);
	int err;

	err = crypto_akcipher_set_pub_key(rsa, &r->key, sizeof(r->key));
	if (err)
		return err;
	req = akcipher_request_alloc(rsa, GFP_KERNEL);
	if (!req)
		return -ENOMEM;
	sg_init_one(&in, r->in, sizeof(r->in));
	sg_init_one(&out, r->out, sizeof(r->out));
	akcipher_request_set_callback(req, CRYPTO_TFM_REQ_MAY_BACKLOG |
				      CRYPTO_TFM_REQ_MAY_SLEEP,
				      crypto_req_done, &wait);
	akcipher_request_set_crypt(req, &in, &out, sizeof(r->in),
				   sizeof(r->out));
	err = crypto_wait_req(crypto_akcipher_encrypt(req), &wait);
	akcipher_request_free(req);
	return err;
}

static int check_signature(struct crypto_shash *sha,
			   const struct seam_image *image)
{
	struct crypto_akcipher *rsa;
	struct rsa *r;
	int err;

	rsa = crypto_alloc_akcipher("rsa", 0, 0);
	if (IS_ERR(rsa)) {
		pr_warn("no RSA in this kernel: the image's signature is left to P-SEAMLDR\n");
		return 0;
	}
	err = -ENOMEM;
	r = kzalloc(sizeof(*r), GFP_KERNEL);
	if (!r)
		goto free_rsa;
	fill(r, image->sigstruct);
	err = digest_sigstruct(sha, image->sigstruct, r->want.digest);
	if (err)
		goto free;
	/* a number that the key cannot have made is an error of its own */
	if (raise(rsa, r) || memcmp(r->out, &r->want, MODULUS)) {
		pr_err("module image refused: the signature of its SIGSTRUCT is wrong\n");
		err = -EKEYREJECTED;
	}
free:
	kfree(r);
free_rsa:
	crypto_free_akcipher(rsa);
	return err;
}

/**
 * seamhost_image_check() - check hash and signature of an image
 * @image: parsed
 *
 * Process context. The reason is logged.
 *
 * Return: 0, -EBADMSG for another module than the signed one, -EKEYREJECTED
 * for a wrong signature, or what the kernel's cryptography had to say.
 */
int seamhost_image_check(const struct seam_image *image)
{
	struct crypto_shash *sha = crypto_alloc_shash("sha384", 0, 0);
	int err;

	if (IS_ERR(sha)) {
		pr_err("no SHA-384 in this kernel to check the image with (modprobe sha512_generic)\n");
		return PTR_ERR(sha);
	}
	err = check_hash(sha, image);
	if (!err)
		err = check_signature(sha, image);
	crypto_free_shash(sha);
	return err;
}
