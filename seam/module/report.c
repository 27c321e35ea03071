// SPDX-License-Identifier: GPL-2.0-only
/*
 * TDREPORT_STRUCT. It has the real layout, but nothing about it is genuine:
 * the MAC key below is published, CPUSVN and MRSIGNERSEAM say so in letters,
 * and no quoting service will ever accept such a report.
 */
#include "guest.h"

#define REPORT_TYPE_TDX		0x81

#define OFF_CPUSVN		16
#define OFF_TCB_HASH		32
#define OFF_INFO_HASH		80
#define OFF_DATA		128
#define OFF_MAC			224

#define OFF_TCB			256
#define TCB_BYTES		239
#define TCB_VALID		0
#define TCB_SVN			8
#define TCB_MRSEAM		24
#define TCB_MRSIGNER		72

#define OFF_INFO		512
#define INFO_BYTES		512
#define INFO_ATTRIBUTES		0
#define INFO_XFAM		8
#define INFO_MRTD		16
#define INFO_MRCONFIGID		64
#define INFO_MROWNER		112
#define INFO_MROWNERCONFIG	160
#define INFO_RTMR		208
#define INFO_SERVTD_HASH	400

static const u8 report_key[32] = "softseam: not a genuine report!";
static const u8 cpusvn[16] = "SOFTWARE-ONLY!!";
static const u8 mrsigner[48] = "softseam test signer, not Intel";

static void put64(u8 *p, u64 val)
{
	memcpy(p, &val, sizeof(val));
}

static void hash(void *ctx, const u8 *data, size_t len, u8 digest[48])
{
	env_sha384_init(ctx);
	env_sha384_update(ctx, data, len);
	env_sha384_final(ctx, digest);
}

static void fill_tcb_info(u8 *tcb)
{
	const u8 *mrseam, *signer;
	u16 svn;

	put64(tcb + TCB_VALID, 0x301ff);
	if (seamldr_identity(&mrseam, &signer, &svn)) {
		memcpy(tcb + TCB_SVN, &svn, sizeof(svn));
		memcpy(tcb + TCB_MRSEAM, mrseam, 48);
	}
	memcpy(tcb + TCB_MRSIGNER, mrsigner, sizeof(mrsigner));
}

static void fill_td_info(u8 *info, const struct td *td)
{
	put64(info + INFO_ATTRIBUTES, td->attributes);
	put64(info + INFO_XFAM, td->xfam);
	memcpy(info + INFO_MRTD, td->mrtd, sizeof(td->mrtd));
	memcpy(info + INFO_MRCONFIGID, td->mrconfigid, sizeof(td->mrconfigid));
	memcpy(info + INFO_MROWNER, td->mrowner, sizeof(td->mrowner));
	memcpy(info + INFO_MROWNERCONFIG, td->mrownerconfig,
	       sizeof(td->mrownerconfig));
	memcpy(info + INFO_RTMR, td->rtmr, sizeof(td->rtmr));
	memcpy(info + INFO_SERVTD_HASH, td->servtd_hash,
	       sizeof(td->servtd_hash));
}

/* @data may lie in @report. The caller holds the RTMRs; false: no memory. */
bool report_make(struct td *td, const u8 *data, u8 *report)
{
	size_t ctx_size = env_sha384_size();
	u8 *tmp = env_alloc(REPORT_BYTES + ctx_size);
	void *ctx = tmp + REPORT_BYTES;

	if (!tmp)
		return false;
	tmp[0] = REPORT_TYPE_TDX;
	memcpy(tmp + OFF_CPUSVN, cpusvn, sizeof(cpusvn));
	memcpy(tmp + OFF_DATA, data, REPORTDATA_BYTES);
	fill_tcb_info(tmp + OFF_TCB);
	fill_td_info(tmp + OFF_INFO, td);
	hash(ctx, tmp + OFF_TCB, TCB_BYTES, tmp + OFF_TCB_HASH);
	hash(ctx, tmp + OFF_INFO, INFO_BYTES, tmp + OFF_INFO_HASH);
	env_hmac_sha256(report_key, tmp, OFF_MAC, tmp + OFF_MAC);
	memcpy(report, tmp, REPORT_BYTES);
	env_free(tmp, REPORT_BYTES + ctx_size);
	return true;
}

enum report_check report_verify(const u8 *mac_struct)
{
	u8 copy[REPORTMAC_BYTES], mac[32];

	/* other vCPUs may write to it meanwhile */
	memcpy(copy, mac_struct, sizeof(copy));
	if (copy[0] != REPORT_TYPE_TDX)
		return REPORT_BAD_TYPE;
	if (memcmp(copy + OFF_CPUSVN, cpusvn, sizeof(cpusvn)))
		return REPORT_BAD_SVN;
	env_hmac_sha256(report_key, copy, OFF_MAC, mac);
	return memcmp(copy + OFF_MAC, mac, sizeof(mac)) ? REPORT_BAD_MAC :
							 REPORT_OK;
}
