// SPDX-License-Identifier: GPL-2.0-only
/*
 * Statuses in words.
 *
 * What a status is called comes from bits 47:32 alone: the flags above them
 * are not the same in all modules. P-SEAMLDR has codes of its own, in the low
 * half, so its leaves are told from the module's by RAX.
 */
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <seamhost/abi.h>
#include <seamhost/decode.h>
#include <seamhost/exit.h>
#include <seamhost/ghci.h>
#include <seamhost/sept.h>
#include "text.h"

static bool is_seamldr(u64 rax)
{
	return rax >> 63;
}

const char *tdx_host_leaf_name(u64 rax)
{
	u64 leaf = is_seamldr(rax) ? rax : rax & 0xffff;

	switch (leaf) {
#define X(id, number, version, name, ...)	case number: return name;
	TDX_HOST_LEAVES(X)
#undef X
	}
	return NULL;
}
EXPORT_SYMBOL_GPL(tdx_host_leaf_name);

const char *tdx_guest_leaf_name(u64 rax)
{
	switch (rax & 0xffff) {
#define X(id, number, version, name, ...)	case number: return name;
	TDX_GUEST_LEAVES(X)
#undef X
	}
	return NULL;
}
EXPORT_SYMBOL_GPL(tdx_guest_leaf_name);

const char *tdx_status_name(tdx_status_t status)
{
	if (tdx_not_delivered(status))
		return "NOT_DELIVERED";

	switch (tdx_code(status)) {
#define X(name, code, word)	case code: return #name;
	TDX_STATUSES(X)
#undef X
	}
	return NULL;
}
EXPORT_SYMBOL_GPL(tdx_status_name);

static const char *seamldr_status_name(tdx_status_t status)
{
	switch (status.raw) {
	case 0:
		return "SUCCESS";
#define X(name, word)			\
	case word:			\
		return #name;
	TDX_SEAMLDR_STATUSES(X)
#undef X
	}
	return NULL;
}

const char *tdx_operand_name(u32 id)
{
	switch (id) {
#define X(name, id)	case id: return #name;
	TDX_OPERANDS(X)
#undef X
	}
	return NULL;
}
EXPORT_SYMBOL_GPL(tdx_operand_name);

const char *tdx_sept_state_name(unsigned int code)
{
	switch (code) {
#define X(name, code, ...)	case code: return #name;
	TDX_SEPT_STATES(X)
	TDX_SEPT_L2_STATES(X)
#undef X
	}
	return NULL;
}
EXPORT_SYMBOL_GPL(tdx_sept_state_name);

const char *tdx_result_name(enum tdx_result result)
{
	switch (result) {
	case TDX_RESULT_DONE:
		return "done";
	case TDX_RESULT_NEWS:
		return "news";
	case TDX_RESULT_AGAIN:
		return "again";
	case TDX_RESULT_REFUSED:
		return "refused";
	case TDX_RESULT_DEAD:
		return "dead";
	case TDX_RESULT_UNDELIVERED:
		return "undelivered";
	case TDX_NR_RESULTS:
		break;
	}
	return "?";
}
EXPORT_SYMBOL_GPL(tdx_result_name);

static enum tdx_result seamldr_result(tdx_status_t status)
{
	switch (status.raw) {
	case 0:
		return TDX_RESULT_DONE;
	case TDX_SEAMLDR_EINTERRUPT:
	case TDX_SEAMLDR_ENOENTROPY:
		return TDX_RESULT_AGAIN;
	default:
		return TDX_RESULT_REFUSED;
	}
}

enum tdx_result tdx_result(u64 rax, tdx_status_t status)
{
	if (tdx_not_delivered(status))
		return TDX_RESULT_UNDELIVERED;
	if (is_seamldr(rax))
		return seamldr_result(status);

	switch (tdx_code(status)) {
	case TDX_ST_SUCCESS:
		return TDX_RESULT_DONE;
	case TDX_ST_NON_RECOVERABLE_VCPU:
	case TDX_ST_NON_RECOVERABLE_TD:
	case TDX_ST_NON_RECOVERABLE_TD_NON_ACCESSIBLE:
	case TDX_ST_NON_RECOVERABLE_TD_WRONG_APIC_MODE:
	case TDX_ST_NON_RECOVERABLE_TD_CORRUPTED_MD:
		return TDX_RESULT_DEAD;
	case TDX_ST_INTERRUPTED_RESUMABLE:
	case TDX_ST_INTERRUPTED_RESTARTABLE:
	case TDX_ST_CROSS_TD_FAULT:
	case TDX_ST_CROSS_TD_TRAP:
	case TDX_ST_OPERAND_BUSY:
	case TDX_ST_OPERAND_BUSY_HOST_PRIORITY:
	case TDX_ST_HOST_PRIORITY_BUSY_TIMEOUT:
	case TDX_ST_PREVIOUS_TLB_EPOCH_BUSY:
	case TDX_ST_SYS_BUSY:
	case TDX_ST_RND_NO_ENTROPY:
	case TDX_ST_INTERRUPTED_BUSY:
	case TDX_ST_INTERRUPTED_PAMT:
	case TDX_ST_KEY_GENERATION_FAILED:
		return TDX_RESULT_AGAIN;
	case TDX_ST_PAGE_ALREADY_FREE:
	case TDX_ST_KEY_CONFIGURED:
	case TDX_ST_NO_HKID_READY_TO_WBCACHE:
	case TDX_ST_TDMR_ALREADY_INITIALIZED:
	case TDX_ST_GPA_RANGE_ALREADY_BLOCKED:
	case TDX_ST_PAGE_ALREADY_ACCEPTED:
	case TDX_ST_METADATA_FIRST_FIELD_ID_IN_CONTEXT:
	case TDX_ST_METADATA_FIELD_SKIP:
	case TDX_ST_ALREADY_WRITE_BLOCKED:
		return TDX_RESULT_NEWS;
	default:
		return tdx_failed(status) ? TDX_RESULT_REFUSED :
			TDX_RESULT_NEWS;
	}
}
EXPORT_SYMBOL_GPL(tdx_result);

/*
 * What did not reach the module, and where an admin finds out why. These are
 * our own words about the CPU, not an answer.
 */
static void describe_undelivered(struct text *t, const struct tdx_call *call)
{
	switch (call->status.raw) {
	case TDX_NOT_DELIVERED_VMFAILINVALID:
		text_add(t, "not delivered (VMfailInvalid): %s",
			 is_seamldr(call->rax) ?
			 "no P-SEAMLDR is there: is TDX on in the firmware setup?" :
			 "no TDX module is loaded, or it was shut down: load one");
		break;
	case TDX_NOT_DELIVERED_UD:
		text_add(t, "not delivered (#UD): %s", call->guest ?
			 "this is not a TD" :
			 "no TDX on this CPU, or something turned VMX off on it");
		break;
	case TDX_NOT_DELIVERED_GP:
		text_add(t, "not delivered (#GP): %s", call->guest ?
			 "not in 64-bit kernel mode" :
			 "SEAM is off: enable TDX and SEAM loader in firmware setup");
		break;
	default:
		text_add(t, "not delivered (trap %u)",
			 tdx_detail(call->status));
	}
}

/* Leaves whose RCX is a GPA, with a level or without. */
static bool takes_gpa(const struct tdx_call *call)
{
	if (call->guest)
		return (call->rax & 0xffff) == TDG_MEM_PAGE_ACCEPT;
	if (is_seamldr(call->rax))
		return false;

	switch (call->rax & 0xffff) {
	case TDH_MEM_PAGE_ADD:
	case TDH_MEM_SEPT_ADD:
	case TDH_MEM_PAGE_RELOCATE:
	case TDH_MEM_PAGE_AUG:
	case TDH_MEM_RANGE_BLOCK:
	case TDH_MEM_RD:
	case TDH_MEM_WR:
	case TDH_MEM_PAGE_DEMOTE:
	case TDH_MR_EXTEND:
	case TDH_MEM_PAGE_PROMOTE:
	case TDH_MEM_SEPT_RD:
	case TDH_MEM_PAGE_REMOVE:
	case TDH_MEM_SEPT_REMOVE:
	case TDH_MEM_RANGE_UNBLOCK:
	case TDH_EXPORT_UNBLOCKW:
		return true;
	default:
		return false;
	}
}

/* How far the walk came: on these errors only, the rest gives zeroes. */
static bool tells_walk(tdx_status_t status)
{
	switch (tdx_code(status)) {
	case TDX_ST_EPT_WALK_FAILED:
	case TDX_ST_EPT_ENTRY_STATE_INCORRECT:
	case TDX_ST_EPT_ENTRY_NOT_PRESENT:
	case TDX_ST_EPT_ENTRY_FREE:
	case TDX_ST_EPT_ENTRY_NOT_FREE:
	case TDX_ST_EPT_ENTRY_NOT_LEAF:
	case TDX_ST_EPT_ENTRY_LEAF:
	case TDX_ST_GPA_RANGE_NOT_BLOCKED:
	case TDX_ST_GPA_RANGE_ALREADY_BLOCKED:
	case TDX_ST_GPA_RANGE_BLOCKED:
	case TDX_ST_EPT_PAGE_NOT_FREE:
	case TDX_ST_EPT_INVALID_PROMOTE_CONDITIONS:
		return true;
	default:
		return false;
	}
}

static void describe_memory(struct text *t, const struct tdx_call *call)
{
	const struct tdx_out *out = call->out;

	if (!takes_gpa(call))
		return;
	if (!call->guest && out && tells_walk(call->status)) {
		unsigned int state = tdx_sept_info_state(out->rdx);
		unsigned int vm = tdx_sept_info_vm(out->rdx);

		text_add(t, ", level %u, entry ",
			 tdx_sept_info_level(out->rdx));
		text_add_words(t, tdx_sept_state_name(state), state);
		if (vm)
			text_add(t, " (L2 VM %u)", vm);
	}
	if (call->in)
		text_add(t, ", gpa 0x%llx",
			 (unsigned long long)(call->in->rcx & ~0xfffULL));
}

/* Detail: the low half, by what the code puts there. */
static void describe_detail(struct text *t, const struct tdx_call *call)
{
	u32 detail = tdx_detail(call->status);
	const char *operand = tdx_operand_name(detail);

	switch (tdx_code(call->status)) {
	case TDX_ST_SUCCESS:
		if (!call->guest && (call->rax & 0xffff) == TDH_VP_ENTER)
			text_add_exit(t, detail);
		break;
	case TDX_ST_NON_RECOVERABLE_VCPU:
	case TDX_ST_NON_RECOVERABLE_TD:
	case TDX_ST_NON_RECOVERABLE_TD_NON_ACCESSIBLE:
	case TDX_ST_NON_RECOVERABLE_TD_WRONG_APIC_MODE:
	case TDX_ST_NON_RECOVERABLE_TD_CORRUPTED_MD:
	case TDX_ST_CROSS_TD_FAULT:
	case TDX_ST_CROSS_TD_TRAP:
	case TDX_ST_TD_EXIT_BEFORE_L2_ENTRY:
	case TDX_ST_TD_EXIT_ON_L2_VM_EXIT:
	case TDX_ST_TD_EXIT_ON_L2_TO_L1:
		text_add_exit(t, detail);
		break;
	case TDX_ST_INCONSISTENT_MSR:
	case TDX_ST_INCORRECT_MSR_VALUE:
		text_add(t, ", MSR 0x%x", detail);
		break;
	case TDX_ST_INVALID_TDMR:
	case TDX_ST_TDMR_OUTSIDE_CMRS:
		text_add(t, ", TDMR %u", detail & 0xff);
		break;
	case TDX_ST_NON_ORDERED_TDMR:
		text_add(t, ", TDMR %u and TDMR %u", detail & 0xff,
			 detail >> 16 & 0xff);
		break;
	case TDX_ST_INVALID_PAMT:
	case TDX_ST_PAMT_OUTSIDE_CMRS:
		text_add(t, ", TDMR %u, PAMT level %u", detail & 0xff,
			 detail >> 8 & 0xff);
		break;
	case TDX_ST_PAMT_OVERLAP:
		text_add(t, ", TDMR %u, PAMT level %u, with TDMR %u",
			 detail & 0xff, detail >> 8 & 0xff,
			 detail >> 16 & 0xff);
		break;
	case TDX_ST_INVALID_RESERVED_IN_TDMR:
	case TDX_ST_NON_ORDERED_RESERVED_IN_TDMR:
		text_add(t, ", TDMR %u, reserved area %u", detail & 0xff,
			 detail >> 8 & 0xff);
		break;
	case TDX_ST_L2_SEPT_WALK_FAILED:
	case TDX_ST_L2_SEPT_ENTRY_NOT_FREE:
		text_add(t, ", level %u, L2 VM %u", detail & 0xffff,
			 detail >> 16);
		break;
	case TDX_ST_PAGE_ALREADY_ACCEPTED:
	case TDX_ST_PAGE_SIZE_MISMATCH:
		text_add(t, ", level %u", detail);
		break;
	case TDX_ST_OPERAND_INVALID:
		/* 0 is RAX here: leaf or version that the module has not */
		text_add(t, " (%s)", operand ? operand : "?");
		break;
	default:
		if (!detail)
			break;
		if (operand)
			text_add(t, " (%s)", operand);
		else
			text_add(t, " (0x%x)", detail);
	}
}

/* A CPUID leaf and subleaf as the module gives them in one register. */
static void describe_cpuid(struct text *t, u64 reg)
{
	text_add(t, ", CPUID 0x%x", (u32)reg);
	if ((u32)(reg >> 32) != ~0U)
		text_add(t, ".0x%x", (u32)(reg >> 32));
}

static void describe_cpuid_regs(struct text *t, const char *what, u64 ab,
				u64 cd)
{
	text_add(t, ", %s %08x %08x %08x %08x", what, (u32)ab, (u32)(ab >> 32),
		 (u32)cd, (u32)(cd >> 32));
}

static const char *page_type_name(u64 type)
{
	switch (type) {
	case TDX_PT_NDA: return "free";
	case TDX_PT_RSVD: return "reserved";
	case TDX_PT_REG: return "private";
	case TDX_PT_TDR: return "TDR";
	case TDX_PT_TDCX: return "TDCX";
	case TDX_PT_TDVPR: return "TDVPR";
	case TDX_PT_EPT: return "Secure EPT";
	case TDX_PT_PAMT: return "PAMT";
	default: return "unknown";
	}
}

/* Leaves that take a list of pages and say in RCX how far they came. */
static bool takes_gpa_list(u32 leaf)
{
	return leaf == TDH_EXPORT_BLOCKW || leaf == TDH_EXPORT_RESTORE ||
		leaf == TDH_EXPORT_MEM || leaf == TDH_IMPORT_MEM;
}

static void describe_gpa_list(struct text *t, const struct tdx_call *call)
{
	u64 list = call->out->rcx;
	u32 bad = tdx_detail(call->status);

	if (tdx_failed(call->status) && list)
		text_add(t, ", stopped at entry %u of list 0x%llx",
			 (u32)(list >> 3) & 0x1ff,
			 (unsigned long long)(list & 0xffffffffff000));
	else if (tdx_code(call->status) == TDX_ST_SUCCESS && bad)
		text_add(t, ", %u entries were not done", bad);
}

/* What this leaf returns in registers, beside the Secure EPT walk. */
static void describe_outputs(struct text *t, const struct tdx_call *call)
{
	enum tdx_code code = tdx_code(call->status);
	const struct tdx_out *out = call->out;
	u32 leaf = call->rax & 0xffff;

	if (leaf == TDH_MNG_INIT && code == TDX_ST_OPERAND_INVALID &&
	    tdx_detail(call->status) == TDX_OPERAND_CPUID_CONFIG) {
		describe_cpuid(t, out->rcx);
	} else if (leaf == TDH_SYS_INIT && code == TDX_ST_INCORRECT_CPUID_VALUE) {
		describe_cpuid(t, out->rcx);
		describe_cpuid_regs(t, "mask", out->rdx, out->r8);
		describe_cpuid_regs(t, "wanted", out->r9, out->r10);
	} else if (leaf == TDH_SYS_LP_INIT &&
		   code == TDX_ST_INCONSISTENT_CPUID_FIELD) {
		describe_cpuid(t, out->rcx);
		describe_cpuid_regs(t, "mask", out->rdx, out->r8);
	} else if (leaf == TDH_PHYMEM_PAGE_RECLAIM && tdx_failed(call->status) &&
		   out->rcx) {
		text_add(t, ", %s page of TD 0x%llx", page_type_name(out->rcx),
			 (unsigned long long)out->rdx);
	} else if (takes_gpa_list(leaf)) {
		describe_gpa_list(t, call);
	} else if ((leaf == TDH_IMPORT_STATE_IMMUTABLE ||
		    leaf == TDH_IMPORT_STATE_TD ||
		    leaf == TDH_IMPORT_STATE_VP) && tdx_failed(call->status) &&
		   (out->rcx || out->rdx)) {
		text_add(t, ", metadata refused: rcx 0x%llx, rdx 0x%llx",
			 (unsigned long long)out->rcx,
			 (unsigned long long)out->rdx);
	}
}

static void describe_operands(struct text *t, const struct tdx_call *call)
{
	enum tdx_code code = tdx_code(call->status);
	u32 leaf = call->rax & 0xffff;

	/* metadata: which field */
	if (code >> 8 == 0x0c && leaf != TDH_SYS_RDALL)
		text_add(t, ", field 0x%016llx",
			 (unsigned long long)call->in->rdx);
	if (leaf == TDH_PHYMEM_PAGE_RECLAIM || leaf == TDH_PHYMEM_PAGE_RDMD ||
	    leaf == TDH_PHYMEM_PAGE_WBINVD)
		text_add(t, ", page 0x%llx", (unsigned long long)call->in->rcx);
}

static void describe_answer(struct text *t, const struct tdx_call *call)
{
	const char *name;

	if (!call->guest && is_seamldr(call->rax)) {
		name = seamldr_status_name(call->status);
		if (name)
			text_add(t, "%s", name);
		else
			text_add(t, "unknown status 0x%016llx",
				 (unsigned long long)call->status.raw);
		return;
	}

	name = tdx_status_name(call->status);
	if (name) {
		text_add(t, "%s", name);
		describe_detail(t, call);
	} else {
		text_add(t, "unknown status 0x%016llx",
			 (unsigned long long)call->status.raw);
	}
	describe_memory(t, call);
	if (call->guest)
		return;
	if (call->out)
		describe_outputs(t, call);
	if (call->in && tdx_failed(call->status))
		describe_operands(t, call);
}

int tdx_describe(char *buf, size_t size, const struct tdx_call *call)
{
	struct text t = TEXT(buf, size);
	const char *leaf = call->guest ? tdx_guest_leaf_name(call->rax) :
		tdx_host_leaf_name(call->rax);

	if (leaf)
		text_add(&t, "%s: ", leaf);
	else
		text_add(&t, "leaf 0x%llx: ", (unsigned long long)call->rax);

	if (tdx_not_delivered(call->status))
		describe_undelivered(&t, call);
	else
		describe_answer(&t, call);
	return t.len;
}
EXPORT_SYMBOL_GPL(tdx_describe);

static const char *ghci_fn_name(u64 fn)
{
	switch (fn) {
#define X(name, fn, text)	case fn: return text;
	GHCI_FUNCTIONS(X)
#undef X
	}
	return NULL;
}

static const char *ghci_answer_name(u64 answer)
{
	switch (answer) {
#define X(name, answer)	case answer: return #name;
	GHCI_ANSWERS(X)
#undef X
	}
	return NULL;
}

int tdvmcall_describe(char *buf, size_t size, u64 type, u64 fn,
		      struct tdvmcall_ret ret)
{
	struct text t = TEXT(buf, size);
	const struct tdx_call call = {
		.guest = true, .rax = TDG_VP_VMCALL, .status = ret.status,
	};
	const char *name = type == GHCI_STANDARD ? ghci_fn_name(fn) : NULL;

	text_add(&t, "TDG.VP.VMCALL ");
	if (name)
		text_add(&t, "%s: ", name);
	else
		text_add(&t, "0x%llx: ",
			 (unsigned long long)(type == GHCI_STANDARD ? fn : type));

	if (tdx_not_delivered(ret.status)) {
		describe_undelivered(&t, &call);
	} else if (tdx_failed(ret.status)) {
		text_add(&t, "refused by the TDX module: ");
		describe_answer(&t, &call);
	} else if (type != GHCI_STANDARD) {
		text_add(&t, "the VMM answered 0x%llx",
			 (unsigned long long)ret.answer);
	} else if (ret.answer == GHCI_SUCCESS) {
		text_add(&t, "SUCCESS");
	} else {
		name = ghci_answer_name(ret.answer);
		text_add(&t, "refused by the VMM: ");
		if (name)
			text_add(&t, "%s", name);
		else
			text_add(&t, "0x%llx", (unsigned long long)ret.answer);
	}
	return t.len;
}
EXPORT_SYMBOL_GPL(tdvmcall_describe);
