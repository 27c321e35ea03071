// SPDX-License-Identifier: GPL-2.0-only
/*
 * Makes module files that softseam's P-SEAMLDR installs: the file formats and
 * the SEAM_SIGSTRUCT are the real ones, the content says what softseam is to
 * become, and the key is published (softseam-key.pem).
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "../loader/loader.h"

#define FILE_V1_MODULE	0x2000

struct options {
	struct seam_image image;
	unsigned int hv, min_hv, no_downgrade, pages, svn, format;
	unsigned int max_tdmrs, max_reserved, entry_size[3];
	u32 cpuid[SEAM_SIGSTRUCT_MAX_CPUIDS];
	unsigned int nr_cpuid;
	const char *key, *out, *damage;
};

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static u8 *make_pages(const struct options *o)
{
	u8 *p = calloc(o->pages, PAGE_BYTES);
	unsigned int i;

	if (!p)
		die("pages");
	for (i = 0; i < o->pages * PAGE_BYTES; i++)
		p[i] = i * 31 + o->image.version[2];
	memcpy(p, &o->image, sizeof(o->image));
	return p;
}

static void fill_sigstruct(struct seam_sigstruct *s, const struct options *o,
			   const u8 *pages)
{
	memset(s, 0, sizeof(*s));
	s->header_type = 6;
	s->header_length = 0xe1;
	s->header_version = 0x10000;
	s->vendor = TDX_VENDOR_INTEL;
	s->date = o->image.build_date;
	s->size = 0x200;
	s->key_size = 0x60;
	s->modulus_size = 0x60;
	s->exponent_size = 1;
	s->exponent = 0x10001;
	s->seamsvn = o->svn;
	s->num_stack_pages = 1;
	s->num_tls_pages = 1;
	s->max_tdmrs = o->max_tdmrs;
	s->max_rsvd_per_tdmr = o->max_reserved;
	s->pamt_entry_size_4k = o->entry_size[0];
	s->pamt_entry_size_2m = o->entry_size[1];
	s->pamt_entry_size_1g = o->entry_size[2];
	s->module_hv = o->hv;
	s->min_update_hv = o->min_hv;
	s->no_downgrade = o->no_downgrade;
	s->num_handoff_pages = 1;
	s->cpuid_table_size = o->nr_cpuid;
	memcpy(s->cpuid_table, o->cpuid, o->nr_cpuid * sizeof(u32));
	if (!EVP_Digest(pages, o->pages * PAGE_BYTES, s->seamhash, NULL,
			EVP_sha384(), NULL))
		die("hash");
}

static void reverse(u8 *p, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n / 2; i++) {
		u8 c = p[i];

		p[i] = p[n - 1 - i];
		p[n - 1 - i] = c;
	}
}

/* A key file, or "new" for a key that nobody trusts. */
static EVP_PKEY *read_key(const char *path)
{
	EVP_PKEY *key;
	FILE *f;

	if (!strcmp(path, "new"))
		return EVP_RSA_gen(3072);
	f = fopen(path, "r");
	if (!f)
		die(path);
	key = PEM_read_PrivateKey(f, NULL, NULL, NULL);
	fclose(f);
	return key;
}

static void sign(struct seam_sigstruct *s, const char *path)
{
	const size_t tail = offsetof(struct seam_sigstruct, seamhash);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY *key = read_key(path);
	size_t len = sizeof(s->signature);
	BIGNUM *n = NULL;

	if (!key || !ctx || !EVP_PKEY_get_bn_param(key, "n", &n) ||
	    BN_bn2lebinpad(n, s->modulus, sizeof(s->modulus)) < 0)
		die("key");
	if (!EVP_DigestSignInit(ctx, NULL, EVP_sha384(), NULL, key) ||
	    !EVP_DigestSignUpdate(ctx, s, offsetof(struct seam_sigstruct,
						   modulus)) ||
	    !EVP_DigestSignUpdate(ctx, (u8 *)s + tail, sizeof(*s) - tail) ||
	    !EVP_DigestSignFinal(ctx, s->signature, &len) ||
	    len != sizeof(s->signature))
		die("sign");
	reverse(s->signature, sizeof(s->signature));
	BN_free(n);
	EVP_PKEY_free(key);
	EVP_MD_CTX_free(ctx);
}

/* What must be wrong for a test; after the signature, but for "header". */
static void damage(const struct options *o, struct seam_sigstruct *s, u8 *pages)
{
	if (!o->damage)
		return;
	if (!strcmp(o->damage, "signature"))
		s->signature[7] ^= 1;
	else if (!strcmp(o->damage, "key"))
		s->modulus[7] ^= 1;
	else if (!strcmp(o->damage, "header"))
		s->header_type = 7;
	else if (!strcmp(o->damage, "hash"))
		pages[o->pages * PAGE_BYTES - 1] ^= 1;
	else if (!strcmp(o->damage, "date"))
		s->date++;
	else
		die(o->damage);
}

static void put16(u8 *p, u16 v)
{
	p[0] = v;
	p[1] = v >> 8;
}

static void put32(u8 *p, u32 v)
{
	put16(p, v);
	put16(p + 2, v >> 16);
}

static void write_file(const struct options *o, const struct seam_sigstruct *s,
		       const u8 *pages)
{
	size_t len = FILE_V1_MODULE + o->pages * PAGE_BYTES, i;
	u8 *file = calloc(1, len);
	u16 sum = 0;
	FILE *f;

	if (!file)
		die("file");
	if (o->format == 1) {
		put16(file, 0x0100);
		put32(file + 4, FILE_V1_MODULE);
		memcpy(file + 8, "TDX-BLOB", 8);
		put32(file + 16, len);
	} else {
		put16(file, 0x0200);
		memcpy(file + 4, "TDX-BLOB", 8);
		put32(file + 12, 1);
		put32(file + 16, o->pages);
	}
	memcpy(file + PAGE_BYTES, s, sizeof(*s));
	memcpy(file + FILE_V1_MODULE, pages, o->pages * PAGE_BYTES);
	for (i = 0; i < len; i += 2)
		sum += file[i] | file[i + 1] << 8;
	put16(file + 2, -sum);

	f = fopen(o->out, "w");
	if (!f || fwrite(file, 1, len, f) != len || fclose(f))
		die(o->out);
	free(file);
}

static const struct option long_options[] = {
	{ "version", 1, NULL, 'v' }, { "date", 1, NULL, 'd' },
	{ "build", 1, NULL, 'b' }, { "features0", 1, NULL, 'f' },
	{ "hv", 1, NULL, 'h' }, { "min-hv", 1, NULL, 'm' },
	{ "no-downgrade", 0, NULL, 'n' }, { "pages", 1, NULL, 'p' },
	{ "svn", 1, NULL, 's' }, { "cpuid", 1, NULL, 'c' },
	{ "format", 1, NULL, 'F' }, { "key", 1, NULL, 'k' },
	{ "damage", 1, NULL, 'D' }, { "tdmrs", 1, NULL, 't' },
	{ "clobber-rbp", 0, NULL, 'r' }, { "sys-disable", 0, NULL, 'x' },
	{ "pamt-entry", 1, NULL, 'e' }, { }
};

static void usage(void)
{
	fprintf(stderr,
		"usage: mkimage --key key.pem|new [options] file\n"
		"  --version 1.5.6.0  --date 20240601  --build 1  --svn 1\n"
		"  --features0 0x..   --hv 1  --min-hv 1  --no-downgrade\n"
		"  --tdmrs 64  --pamt-entry 4k,2m,1g (bytes)  --pages 16\n"
		"  --cpuid 0x806f8 (again for more)  --format 1|2\n"
		"  --clobber-rbp  --sys-disable\n"
		"  --damage header|key|signature|date|hash\n");
	exit(2);
}

static void parse_option(struct options *o, int opt, const char *arg)
{
	u16 *v = o->image.version;

	switch (opt) {
	case 'v':
		sscanf(arg, "%hu.%hu.%hu.%hu", &v[0], &v[1], &v[2], &v[3]);
		break;
	case 'd':
		o->image.build_date = strtoul(arg, NULL, 16);
		break;
	case 'b':
		o->image.build_num = strtoul(arg, NULL, 0);
		break;
	case 'f':
		o->image.features0 = strtoull(arg, NULL, 0);
		break;
	case 'h':
		o->hv = strtoul(arg, NULL, 0);
		break;
	case 'm':
		o->min_hv = strtoul(arg, NULL, 0);
		break;
	case 'n':
		o->no_downgrade = 1;
		break;
	case 'p':
		o->pages = strtoul(arg, NULL, 0);
		break;
	case 's':
		o->svn = strtoul(arg, NULL, 0);
		break;
	case 'c':
		if (o->nr_cpuid < SEAM_SIGSTRUCT_MAX_CPUIDS)
			o->cpuid[o->nr_cpuid++] = strtoul(arg, NULL, 0);
		break;
	case 'F':
		o->format = strtoul(arg, NULL, 0);
		break;
	case 'k':
		o->key = arg;
		break;
	case 'D':
		o->damage = arg;
		break;
	case 't':
		o->max_tdmrs = strtoul(arg, NULL, 0);
		break;
	case 'e':
		sscanf(arg, "%u,%u,%u", &o->entry_size[0], &o->entry_size[1],
		       &o->entry_size[2]);
		break;
	case 'r':
		o->image.clobber_rbp = 1;
		break;
	case 'x':
		o->image.sys_disable = 1;
		break;
	default:
		usage();
	}
}

int main(int argc, char **argv)
{
	struct options o = {
		.image = {
			.magic = SEAM_IMAGE_MAGIC,
			.version = { 1, 5, 6, 0 },
			.build_date = 0x20240601,
			.build_num = 1,
			.features0 = 0xf0fbf,
		},
		.hv = 1, .min_hv = 1, .pages = 16, .svn = 1, .format = 2,
		.max_tdmrs = 64, .max_reserved = 16,
		.entry_size = { 16, 16, 16 },
	};
	struct seam_sigstruct sig;
	u8 *pages;
	int opt;

	while ((opt = getopt_long(argc, argv, "", long_options, NULL)) != -1)
		parse_option(&o, opt, optarg);
	if (!o.key || optind + 1 != argc || !o.pages)
		usage();
	o.out = argv[optind];
	if (!o.nr_cpuid)
		o.cpuid[o.nr_cpuid++] = 0x806f8;
	pages = make_pages(&o);
	fill_sigstruct(&sig, &o, pages);
	sign(&sig, o.key);
	damage(&o, &sig, pages);
	write_file(&o, &sig, pages);
	free(pages);
	return 0;
}
