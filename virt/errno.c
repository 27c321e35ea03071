// SPDX-License-Identifier: GPL-2.0-only
/* The one place that maps a status to an errno. */
#include <linux/errno.h>
#include <linux/module.h>
#include <seamhost/host.h>

/**
 * seamhost_errno() - the errno that tells user space of a status
 * @st: any status; hand the status itself on too where the ABI has room
 *
 * By the class of the status (bits 47:40), with the exceptions first.
 *
 * Return: 0 for successes, those with news among them.
 */
int seamhost_errno(tdx_status_t st)
{
	if (tdx_ok(st))
		return 0;
	if (tdx_not_delivered(st))
		return -ENODEV;

	switch (tdx_code(st)) {
	case TDX_ST_OPERAND_BUSY:
	case TDX_ST_PREVIOUS_TLB_EPOCH_BUSY:
	case TDX_ST_SYS_BUSY:
	case TDX_ST_OPERAND_BUSY_HOST_PRIORITY:
	case TDX_ST_VCPU_ASSOCIATED:
	case TDX_ST_VCPU_NOT_ASSOCIATED:
	case TDX_ST_FLUSHVP_NOT_DONE:
	case TDX_ST_WBCACHE_NOT_COMPLETE:
	case TDX_ST_TD_ASSOCIATED_PAGES_EXIST:
		return -EBUSY;
	case TDX_ST_RND_NO_ENTROPY:
	case TDX_ST_KEY_GENERATION_FAILED:
		return -EAGAIN;
	case TDX_ST_INTERRUPTED_RESUMABLE:
	case TDX_ST_INTERRUPTED_RESTARTABLE:
		return -EINTR;
	case TDX_ST_HKID_NOT_FREE:
		return -ENOSPC;
	case TDX_ST_SYS_NOT_READY:
	case TDX_ST_SYS_SHUTDOWN:
		return -ENODEV;
	default:
		break;
	}

	switch (tdx_code(st) >> 8) {
	case 0x01:	/* operands */
	case 0x09:	/* CPUID and MSR values */
	case 0x0a:	/* memory configuration */
	case 0x0c:	/* metadata */
		return -EINVAL;
	default:
		return -EIO;
	}
}
EXPORT_SYMBOL_GPL(seamhost_errno);
