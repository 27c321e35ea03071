// SPDX-License-Identifier: GPL-2.0-only
/* The one place that makes an errno of a status. */
#include <linux/errno.h>
#include <linux/export.h>
#include <seamhost/decode.h>

/* An error with code 0 is P-SEAMLDR's: its code is the whole word. */
static int seamldr_errno(tdx_status_t status)
{
	switch (status.raw) {
	case TDX_SEAMLDR_EINTERRUPT:
		return -EINTR;
	case TDX_SEAMLDR_ENOENTROPY:
		return -EAGAIN;
	case TDX_SEAMLDR_EBADPARAM:
	case TDX_SEAMLDR_EBADHANDOFF:
		return -EINVAL;
	case TDX_SEAMLDR_EBADCALL:
	case TDX_SEAMLDR_ECLEANUPREQ:
		return -EBUSY;
	case TDX_SEAMLDR_EUNSUPPORTED:
	case TDX_SEAMLDR_EUNSUPCPU:
		return -EOPNOTSUPP;
	case TDX_SEAMLDR_ENOMEM:
		return -ENOMEM;
	case TDX_SEAMLDR_EBADSIG:
		return -EKEYREJECTED;
	case TDX_SEAMLDR_EBADHASH:
		return -EBADMSG;
	default:
		return -EIO;
	}
}

/* Codes that say something else than their class does. */
static int code_errno(enum tdx_code code)
{
	switch (code) {
	case TDX_ST_INTERRUPTED_RESUMABLE:
	case TDX_ST_INTERRUPTED_RESTARTABLE:
	case TDX_ST_INTERRUPTED_BUSY:
	case TDX_ST_INTERRUPTED_PAMT:
		return -EINTR;
	case TDX_ST_RND_NO_ENTROPY:
	case TDX_ST_KEY_GENERATION_FAILED:
	case TDX_ST_CROSS_TD_FAULT:
	case TDX_ST_CROSS_TD_TRAP:
		return -EAGAIN;
	case TDX_ST_VCPU_ASSOCIATED:
	case TDX_ST_VCPU_NOT_ASSOCIATED:
	case TDX_ST_FLUSHVP_NOT_DONE:
	case TDX_ST_WBCACHE_NOT_COMPLETE:
	case TDX_ST_TLB_TRACKING_NOT_DONE:
		return -EBUSY;
	case TDX_ST_SYS_NOT_READY:
	case TDX_ST_SYS_SHUTDOWN:
		return -ENODEV;
	case TDX_ST_TD_NON_DEBUG:
		return -EPERM;
	case TDX_ST_TD_FATAL:
		return -EIO;
	case TDX_ST_HKID_NOT_FREE:
	case TDX_ST_MAX_VCPUS_EXCEEDED:
	case TDX_ST_MAX_MIGS_NUM_EXCEEDED:
	case TDX_ST_MAX_EXPORTS_EXCEEDED:
		return -ENOSPC;
	case TDX_ST_X2APIC_ID_NOT_UNIQUE:
	case TDX_ST_EPT_ENTRY_NOT_FREE:
		return -EEXIST;
	case TDX_ST_EPT_WALK_FAILED:
	case TDX_ST_EPT_ENTRY_FREE:
	case TDX_ST_EPT_ENTRY_NOT_PRESENT:
	case TDX_ST_L2_SEPT_WALK_FAILED:
		return -ENOENT;
	case TDX_ST_INCORRECT_MBMD_MAC:
	case TDX_ST_INVALID_PAGE_MAC:
	case TDX_ST_INVALID_REPORTMACSTRUCT:
		return -EBADMSG;
	default:
		return 0;
	}
}

/* By class, bits 47:40. */
static int class_errno(unsigned int class)
{
	switch (class) {
	case 0x02:	/* resource busy */
	case 0x04:	/* dependent resources */
		return -EBUSY;
	case 0x09:	/* platform: CPUID and MSR values */
	case 0x01:	/* operand */
	case 0x03:	/* page metadata */
	case 0x05:	/* module state */
	case 0x06:	/* TD state */
	case 0x07:	/* vCPU state */
	case 0x08:	/* keys */
	case 0x0a:	/* memory configuration */
	case 0x0b:	/* Secure EPT */
	case 0x0c:	/* metadata access */
	case 0x0d:	/* service TDs */
	case 0x0e:	/* migration */
	case 0x10:	/* attestation */
		return -EINVAL;
	default:
		return -EIO;
	}
}

/**
 * seamhost_errno() - the errno that tells user space of a status
 * @status: any status; hand the status itself on too where the ABI has room
 *
 * By code where that says more than its class (bits 47:40) does.
 *
 * Return: 0 for successes, those with news among them.
 */
int seamhost_errno(tdx_status_t status)
{
	enum tdx_code code = tdx_code(status);
	int err;

	if (tdx_ok(status))
		return 0;
	if (tdx_not_delivered(status))
		return -ENODEV;
	if (code == TDX_ST_SUCCESS)
		return seamldr_errno(status);

	err = code_errno(code);
	return err ? err : class_errno(code >> 8);
}
EXPORT_SYMBOL_GPL(seamhost_errno);
