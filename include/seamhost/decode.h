/* SPDX-License-Identifier: GPL-2.0-only */
/* Statuses in words. virt/status.c is the same in the kernel and outside. */
#ifndef SEAMHOST_DECODE_H
#define SEAMHOST_DECODE_H

#include <seamhost/entry.h>
#include <seamhost/leaves.h>
#include <seamhost/status.h>

/*
 * How a call ended, for those who count or decide; from bits 47:32 of the
 * status where they are known.
 */
enum tdx_result {
	TDX_RESULT_DONE,
	TDX_RESULT_NEWS,	/* done, and there is something to know */
	TDX_RESULT_AGAIN,	/* busy, interrupted, no entropy: call again */
	TDX_RESULT_REFUSED,	/* by the module */
	TDX_RESULT_DEAD,	/* vCPU or TD is gone for good */
	TDX_RESULT_UNDELIVERED,	/* did not reach the module */
	TDX_NR_RESULTS
};

/* One word for each, for columns and traces. */
const char *tdx_result_name(enum tdx_result result);

enum tdx_result tdx_result(u64 rax, tdx_status_t status);

/**
 * struct tdx_call - a call that was made, for tdx_describe()
 * @guest: TDCALL, not SEAMCALL
 * @rax: leaf and version
 * @status: what came back
 * @in: operands, or NULL when they are not known
 * @out: outputs, or NULL when they are not known
 */
struct tdx_call {
	bool guest;
	u64 rax;
	tdx_status_t status;
	const struct tdx_out *in;
	const struct tdx_out *out;
};

/* A line that tdx_describe() writes is never longer. */
#define TDX_DESCRIPTION_MAX	320

/**
 * tdx_describe() - say what became of a call
 * @buf: text, always terminated
 * @size: of @buf
 * @call: the call; what is not known of it is left out
 *
 * "TDH.MEM.PAGE.REMOVE: EPT_ENTRY_STATE_INCORRECT (RCX), level 0, entry
 * blocked, gpa 0x1000". A status that this version does not know is given as
 * a number.
 *
 * Return: length of the text.
 */
int tdx_describe(char *buf, size_t size, const struct tdx_call *call);

/**
 * tdvmcall_describe() - say what became of a TDVMCALL
 * @buf: text, always terminated
 * @size: of @buf
 * @type: R10: GHCI_STANDARD, or a vendor's number
 * @fn: R11
 * @ret: what came back; refusals of the VMM are told from those of the module
 *
 * Return: length of the text.
 */
int tdvmcall_describe(char *buf, size_t size, u64 type, u64 fn,
		      struct tdvmcall_ret ret);

/* "TDH.MNG.INIT"; NULL for a leaf that is not in the table */
const char *tdx_host_leaf_name(u64 rax);
const char *tdx_guest_leaf_name(u64 rax);
/* "OPERAND_BUSY"; NULL for a code that is not in the table */
const char *tdx_status_name(tdx_status_t status);
/* "SEPT_TREE"; NULL for an id that is not in the table */
const char *tdx_operand_name(u32 id);
/* "blocked"; NULL for a code that is not in the table */
const char *tdx_sept_state_name(unsigned int code);

/* The one place that makes an errno of a status; 0 for successes. */
int seamhost_errno(tdx_status_t status);

#endif /* SEAMHOST_DECODE_H */
