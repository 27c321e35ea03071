// SPDX-License-Identifier: GPL-2.0-only
/* tdxctl image, load and update. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include "../../virt/image.h"
#include "tdxctl.h"

static u8 *image_bytes;
static size_t image_len;

/* @files: an image, or a module and its SIGSTRUCT */
static int open_image(char **files, struct seam_image *image)
{
	const char *file = files[0], *wrong;

	if (files[1]) {
		image_bytes = join_image(file, files[1], &image_len);
		if (!image_bytes)
			return EXIT_BAD;
	} else {
		image_bytes = (u8 *)read_file(file, &image_len);
	}
	if (!image_bytes) {
		fprintf(stderr, "tdxctl: %s: %s\n", file, strerror(errno));
		return EXIT_BAD;
	}
	wrong = seam_image_parse(image_bytes, image_len, image);
	if (wrong) {
		fprintf(stderr, "tdxctl: %s: %s\n", file, wrong);
		return EXIT_BAD;
	}
	return EXIT_GOOD;
}

static bool hash_holds(const struct seam_image *image)
{
	u8 digest[EVP_MAX_MD_SIZE];

	return EVP_Digest(image->module,
			  (size_t)image->module_pages * SEAM_IMAGE_PAGE,
			  digest, NULL, EVP_sha384(), NULL) &&
	       !memcmp(digest, image->sigstruct->seamhash,
		       sizeof(image->sigstruct->seamhash));
}

static EVP_PKEY *make_key(const struct seam_sigstruct *s)
{
	BIGNUM *n = BN_lebin2bn(s->modulus, sizeof(s->modulus), NULL);
	BIGNUM *e = BN_new();
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	OSSL_PARAM *params = NULL;
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	EVP_PKEY *key = NULL;

	if (n && e && build && ctx && BN_set_word(e, s->exponent) &&
	    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n) &&
	    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e))
		params = OSSL_PARAM_BLD_to_param(build);
	if (params && EVP_PKEY_fromdata_init(ctx) == 1)
		EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(build);
	EVP_PKEY_CTX_free(ctx);
	BN_free(n);
	BN_free(e);
	return key;
}

/* All of the SIGSTRUCT but key and signature is signed; numbers are little-endian. */
static bool signature_holds(const struct seam_image *image)
{
	const struct seam_sigstruct *s = image->sigstruct;
	const size_t tail = offsetof(struct seam_sigstruct, seamhash);
	EVP_PKEY *key = make_key(s);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	u8 big_endian[sizeof(s->signature)];
	bool holds;
	size_t i;

	for (i = 0; i < sizeof(big_endian); i++)
		big_endian[i] = s->signature[sizeof(big_endian) - 1 - i];
	holds = key && ctx &&
		EVP_DigestVerifyInit(ctx, NULL, EVP_sha384(), NULL, key) == 1 &&
		EVP_DigestVerifyUpdate(ctx, s, offsetof(struct seam_sigstruct,
							modulus)) == 1 &&
		EVP_DigestVerifyUpdate(ctx, (const u8 *)s + tail,
				       sizeof(*s) - tail) == 1 &&
		EVP_DigestVerifyFinal(ctx, big_endian,
				      sizeof(big_endian)) == 1;
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(key);
	return holds;
}

static void signer(const struct seam_sigstruct *s, char text[97])
{
	u8 digest[EVP_MAX_MD_SIZE];
	unsigned int i;

	EVP_Digest(s->modulus, sizeof(s->modulus), digest, NULL, EVP_sha384(),
		   NULL);
	for (i = 0; i < 48; i++)
		sprintf(text + 2 * i, "%02x", digest[i]);
}

static void hex(const u8 *p, unsigned int n, char *text)
{
	while (n--)
		text += sprintf(text, "%02x", *p++);
}

static int info(char **files)
{
	struct seam_image image;
	const struct seam_sigstruct *s;
	char text[97], key[97], date[16];
	unsigned int i;
	int ret = open_image(files, &image);

	if (ret)
		return ret;
	s = image.sigstruct;
	hex(s->seamhash, 48, text);
	signer(s, key);
	snprintf(date, sizeof(date), "%04x-%02x-%02x", s->date >> 16,
		 s->date >> 8 & 0xff, s->date & 0xff);
	if (json) {
		json_open(NULL, '{');
		json_number("header", image.header);
		json_number("bytes", image_len);
		json_number("module_pages", image.module_pages);
		json_string("date", date);
		json_bool("debug", s->module_type >> 31);
		json_number("svn", s->seamsvn);
		json_string("hash", text);
		json_string("signer", key);
		json_number("handoff", s->module_hv);
		json_number("min_update_handoff", s->min_update_hv);
		json_bool("no_downgrade", s->no_downgrade);
		json_number("max_tdmrs", s->max_tdmrs);
		json_number("max_reserved_per_tdmr", s->max_rsvd_per_tdmr);
		json_number("pamt_entry_4k", s->pamt_entry_size_4k);
		json_number("pamt_entry_2m", s->pamt_entry_size_2m);
		json_number("pamt_entry_1g", s->pamt_entry_size_1g);
		json_open("cpus", '[');
		for (i = 0; i < s->cpuid_table_size; i++)
			json_number(NULL, s->cpuid_table[i]);
		json_close(']');
		json_close('}');
		return EXIT_GOOD;
	}
	printf("%-16s version %u, %zu bytes\n", "header", image.header,
	       image_len);
	printf("%-16s %u pages, signed %s%s\n", "module", image.module_pages,
	       date, s->module_type >> 31 ? ", debug" : "");
	printf("%-16s %u.%u\n", "SVN", s->seamsvn >> 8, s->seamsvn & 0xff);
	printf("%-16s %s\n", "hash", text);
	printf("%-16s %s\n", "signer", key);
	printf("%-16s %u, from %u on%s\n", "hand-over", s->module_hv,
	       s->min_update_hv, s->no_downgrade ? ", no downgrade" : "");
	printf("%-16s %u, %u reserved areas each\n", "TDMRs", s->max_tdmrs,
	       s->max_rsvd_per_tdmr);
	printf("%-16s %u, %u, %u bytes (4K, 2M, 1G)\n", "PAMT entries",
	       s->pamt_entry_size_4k, s->pamt_entry_size_2m,
	       s->pamt_entry_size_1g);
	printf("%-16s", "CPUs");
	for (i = 0; i < s->cpuid_table_size; i++)
		printf(" %05X", s->cpuid_table[i]);
	putchar('\n');
	return EXIT_GOOD;
}

static int verify(char **files)
{
	struct seam_image image;
	bool hash, signature;
	char key[97];
	int ret = open_image(files, &image);

	if (ret)
		return ret;
	hash = hash_holds(&image);
	signature = signature_holds(&image);
	signer(image.sigstruct, key);
	if (json) {
		json_open(NULL, '{');
		json_bool("hash", hash);
		json_bool("signature", signature);
		json_string("signer", key);
		json_close('}');
	} else {
		printf("%-10s %s\n", "hash",
		       hash ? "the module is the signed one" :
			      "WRONG: the module is not the signed one");
		printf("%-10s %s\n", "signature",
		       signature ? "made with the key in the file" :
				   "WRONG: not made with the key in the file");
		printf("%-10s %s (P-SEAMLDR decides whose key it trusts)\n",
		       "signer", key);
	}
	return hash && signature ? EXIT_GOOD : EXIT_BAD;
}

int cmd_image(int argc, char **argv)
{
	if ((argc == 3 || argc == 4) && !strcmp(argv[1], "info"))
		return info(argv + 2);
	if ((argc == 3 || argc == 4) && !strcmp(argv[1], "verify"))
		return verify(argv + 2);
	fputs("usage: tdxctl image info|verify FILE [SIGSTRUCT]\n", stderr);
	return EXIT_USAGE;
}

/* ---- load and update ---- */

static const char *upload_dir(const char *dir)
{
	const char *class = path("/sys/class/firmware/seamldr_upload");

	return access(class, F_OK) ? path("%s/seamldr_upload", dir) : class;
}

static bool put(const char *dir, const char *name, const void *data, size_t len)
{
	char file[600];
	bool done;
	FILE *f;

	snprintf(file, sizeof(file), "%s/%s", dir, name);
	f = fopen(file, "w");
	if (!f)
		return false;
	done = fwrite(data, 1, len, f) == len;
	return !fclose(f) && done;
}

static int fail_upload(void)
{
	int err = errno;

	fprintf(stderr, "tdxctl: the image cannot be handed over: %s\n",
		strerror(err));
	return err == EACCES || err == EPERM ? EXIT_NO_RIGHTS : EXIT_BAD;
}

static void show_progress(const char *dir)
{
	char last[32] = "", *now;
	char file[600];

	snprintf(file, sizeof(file), "%s/status", dir);
	while ((now = read_line(file))) {
		if (!json && strcmp(now, last) && strcmp(now, "idle")) {
			printf("%s...\n", now);
			fflush(stdout);
		}
		snprintf(last, sizeof(last), "%s", now);
		free(now);
		if (!strcmp(last, "idle"))
			break;
		usleep(100000);
	}
}

static int install(char **files, bool update)
{
	const char *dir = host_dir(), *file = files[0], *up, *state, *said;
	char *text, *error, *version;
	char place[600];
	struct seam_image image;
	int ret;

	if (!dir)
		return no_tdx_host();
	ret = open_image(files, &image);
	if (ret)
		return ret;
	if (!hash_holds(&image)) {
		fprintf(stderr,
			"tdxctl: %s: the module is not the signed one; nothing was changed\n",
			file);
		return EXIT_BAD;
	}
	/* seamhost looks too, but not on every kernel */
	if (!signature_holds(&image)) {
		fprintf(stderr, "tdxctl: %s: the signature is wrong; nothing was changed\n",
			file);
		return EXIT_BAD;
	}
	text = read_file(path("%s/status", dir), NULL);
	state = status_value(text, "state");
	if (state && !strcmp(state, "up") != update) {
		fprintf(stderr, update ?
			"tdxctl: no TDX module runs: use \"tdxctl load\"\n" :
			"tdxctl: a TDX module runs already: use \"tdxctl update\"\n");
		return EXIT_BAD;
	}

	up = upload_dir(dir);
	errno = 0;
	if (!put(up, "loading", "1", 1) ||
	    !put(up, "data", image_bytes, image_len) ||
	    !put(up, "loading", "0", 1))
		return fail_upload();
	show_progress(up);
	snprintf(place, sizeof(place), "%s/error", up);
	error = read_line(place);
	if (error && *error) {
		said = kernel_said("module image refused\0could not \0"
				   "cannot be updated\0no more updates\0"
				   "CPUs are offline\0still hold KeyIDs\0");
		fprintf(stderr, "tdxctl: %s (%s)\n", said ? said : "failed",
			error);
		return EXIT_BAD;
	}
	version = read_line(path("%s/version", dir));
	if (json) {
		json_open(NULL, '{');
		json_string("version", version ? version : "");
		json_close('}');
	} else {
		printf("TDX module %s runs\n", version ? version : "?");
	}
	return EXIT_GOOD;
}

int cmd_load(int argc, char **argv)
{
	if (argc == 2 || argc == 3)
		return install(argv + 1, false);
	fputs("usage: tdxctl load FILE [SIGSTRUCT]\n", stderr);
	return EXIT_USAGE;
}

int cmd_update(int argc, char **argv)
{
	if (argc == 2 || argc == 3)
		return install(argv + 1, true);
	fputs("usage: tdxctl update FILE [SIGSTRUCT]\n", stderr);
	return EXIT_USAGE;
}
