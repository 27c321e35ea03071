// SPDX-License-Identifier: GPL-2.0-only
/* A failed call in words: the step, the status, and what an admin can do. */
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/ratelimit.h>
#include <asm/processor-flags.h>
#include <asm/special_insns.h>
#include <seamhost/decode.h>
#include "report.h"
#include "state.h"

/* Remedy for a status of any leaf (leaf < 0) or of one. */
struct remedy {
	int leaf;
	enum tdx_code status;
	const char *text;
};

#define ANY_LEAF	-1

/* X(leaf, status, text) */
#define REMEDIES(X) \
	X(TDH_SYS_INIT, TDX_ST_SYS_INIT_NOT_PENDING, \
	  "the module was initialised by somebody else, perhaps the kernel before a kexec: load the module image again or power-cycle") \
	X(ANY_LEAF, TDX_ST_SYS_SHUTDOWN, \
	  "the module was shut down: load the module image again or power-cycle") \
	X(ANY_LEAF, TDX_ST_RND_NO_ENTROPY, \
	  "the hardware random number generator had nothing to give: try again") \
	X(ANY_LEAF, TDX_ST_KEY_GENERATION_FAILED, \
	  "the hardware could not make a key: try again") \
	X(ANY_LEAF, TDX_ST_SYS_BUSY, \
	  "another CPU kept the module busy: try again") \
	X(ANY_LEAF, TDX_ST_INCORRECT_CPUID_VALUE, \
	  "this CPU's feature set is not one the module accepts: update the firmware and the module, and undo firmware settings that hide CPU features") \
	X(ANY_LEAF, TDX_ST_INCONSISTENT_CPUID_FIELD, \
	  "CPUs differ in features: update the firmware, and use CPUs of one model") \
	X(ANY_LEAF, TDX_ST_INCONSISTENT_MSR, \
	  "CPUs differ in an MSR: update the firmware") \
	X(ANY_LEAF, TDX_ST_INCORRECT_MSR_VALUE, \
	  "an MSR has a value that the module refuses: update the firmware, and check its TDX settings") \
	X(ANY_LEAF, TDX_ST_NUM_ACTIVATED_HKIDS_NOT_SUPPORTED, \
	  "there are more KeyIDs than the module supports: lower the \"TME-MT/TDX key split\" in the firmware setup") \
	X(ANY_LEAF, TDX_ST_INCOMPATIBLE_SEAM_CAPABILITIES, \
	  "module and CPU do not fit: use a module made for this CPU") \
	X(ANY_LEAF, TDX_ST_INVALID_PKG_ID, \
	  "there are more packages than the module supports") \
	X(TDH_SYS_CONFIG, TDX_ST_SYS_CONFIG_NOT_PENDING, \
	  "every CPU must have been online once before: bring all CPUs online (maxcpus= or nosmt on the command line?) and try again") \
	X(TDH_SYS_LP_INIT, TDX_ST_SYS_LP_INIT_NOT_PENDING, \
	  "this CPU was not online when TDX was configured: bring all CPUs online before TDX comes up") \
	X(TDH_SYS_CONFIG, TDX_ST_TDMR_OUTSIDE_CMRS, \
	  "memory that the kernel uses is not convertible: report this as a bug with the log of the boot") \
	X(ANY_LEAF, TDX_ST_SYS_INVALID_HANDOFF, \
	  "the new module cannot take over from the old one") \
	X(ANY_LEAF, TDX_ST_SYS_INCOMPATIBLE_SIGSTRUCT, \
	  "the module image does not fit this platform")

#define X(leaf, status, text)	{ leaf, status, text },
static const struct remedy remedies[] = {
	REMEDIES(X)
};

#undef X

/*
 * Outside VMX operation SEAMCALL is #UD on any CPU, within it only on one
 * without SEAM mode. Right where the caller is still on the CPU that called.
 */
static const char *ud_remedy(void)
{
	if (seamhost.plat != &seamhost_hw_ops)
		return NULL;
	if (native_read_cr4() & X86_CR4_VMXE)
		return "this CPU is in VMX operation, so it lacks SEAM mode: it is not a TDX CPU";
	return "this CPU is not in VMX operation: something turned VMX off behind seamhost's back";
}

/**
 * seamhost_remedy() - what an admin can do about a status
 * @leaf: that returned it
 * @st: the status
 * Return: a sentence without full stop, or NULL when there is no advice.
 */
const char *seamhost_remedy(enum tdh_leaf leaf, tdx_status_t st)
{
	int i;

	if (st.raw == TDX_NOT_DELIVERED_UD)
		return ud_remedy();
	/* the words for those say what to look at already */
	if (tdx_not_delivered(st))
		return NULL;

	for (i = 0; i < ARRAY_SIZE(remedies); i++)
		if (remedies[i].status == tdx_code(st) &&
		    (remedies[i].leaf == ANY_LEAF || remedies[i].leaf == leaf))
			return remedies[i].text;
	return NULL;
}

/**
 * seamhost_report() - say that a step failed and why
 * @step: what was tried, as in "could not ..."
 * @leaf: the call
 * @st: its status
 * @out: its outputs, or NULL
 * Return: the errno of @st, never 0.
 */
int seamhost_report(const char *step, enum tdh_leaf leaf, tdx_status_t st,
		    const struct tdx_out *out)
{
	const struct tdx_call call = {
		.rax = TDX_LEAF_RAX(leaf),
		.status = st,
		.out = out,
	};
	const char *remedy = seamhost_remedy(leaf, st);
	char words[TDX_DESCRIPTION_MAX];

	tdx_describe(words, sizeof(words), &call);
	/* VMMs and readers of files can repeat what fails */
	pr_err_ratelimited("could not %s: %s%s%s\n", step, words,
			   remedy ? "; " : "", remedy ?: "");
	return seamhost_errno(st) ?: -EIO;
}
