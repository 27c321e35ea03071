/* SPDX-License-Identifier: GPL-2.0-only */
/* P-SEAMLDR's insides. */
#ifndef SOFTSEAM_LOADER_H
#define SOFTSEAM_LOADER_H

#include "../module/module.h"
#include <seamhost/abi.h>

/* Updates until the machine's next start, as SEAMLDR.INFO tells them. */
#define LOADER_UPDATES		255

#define X(name, word)							\
	static const u64 __attribute__((unused)) LDR_##name = word;
TDX_SEAMLDR_STATUSES(X)
#undef X

struct loader {
	bool busy;			/* an LP is in P-SEAMLDR */
	unsigned int updates_left;
	bool svn_valid;			/* @info speaks of an installed image */
	u16 svn;
	u64 attributes;
	u8 mrseam[48], mrsigner[48];
	/* INSTALL or SHUTDOWN on one LP after the other */
	u64 session;			/* RAX of it, 0: none */
	hpa_t params_pa;
	u8 lp_done[SEAM_MAX_LPS / 8];
	unsigned int nr_done;
};

extern struct loader loader;

/*
 * Notes that @lp did its part of the session @rax with operand @pa. False:
 * it did before, or the operand is another one; the session is over then.
 */
bool session_join(u64 rax, hpa_t pa, unsigned int lp);
bool session_complete(void);
void session_end(void);

/* What the first bytes of a module image say of the module that it becomes. */
#define SEAM_IMAGE_MAGIC	0x4d41455354464f53ULL	/* "SOFTSEAM" */

struct seam_image {
	u64 magic;
	u16 version[4];
	u32 build_date;
	u16 build_num;
	u16 reserved;
	u64 features0;
	u8 clobber_rbp;
	u8 sys_disable;
	u8 reserved2[6];
};

/* The public key that images must be signed with; see seam/image/. */
extern const u8 softseam_modulus[384];

/*
 * PKCS #1 v1.5 over SHA-384 with RSA-3072 and exponent 65537, all numbers
 * little-endian. -EBADMSG: not the signature of @digest; -ENOMEM.
 */
int rsa_verify(const u8 modulus[384], const u8 signature[384],
	       const u8 digest[48]);

#endif /* SOFTSEAM_LOADER_H */
