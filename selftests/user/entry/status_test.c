// SPDX-License-Identifier: GPL-2.0-only
/* Statuses in words and as errno, against the table of the ABI. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <seamhost/decode.h>
#include <seamhost/ghci.h>
#include "report.h"
#include "table.h"

enum { C_NAME, C_WORD, C_DETAIL };

static tdx_status_t status(u64 raw)
{
	return (tdx_status_t){ raw };
}

static bool is_seamldr(const char *name)
{
	return !strncmp(name, "SEAMLDR_", 8);
}

/* Each code has its name, and no two codes are the same. */
static void test_names(void)
{
	static struct table t;
	int i, j;

	table_read(&t, "statuses.tsv");
	for (i = 0; i < t.rows; i++) {
		u64 word = strtoull(t.cell[i][C_WORD], NULL, 0);
		const char *name;

		if (is_seamldr(t.cell[i][C_NAME]))
			continue;
		name = tdx_status_name(status(word));
		check(name && strstr(t.cell[i][C_NAME], name) ==
		      t.cell[i][C_NAME] + strlen(t.cell[i][C_NAME]) - strlen(name),
		      "0x%llx is %s", word, t.cell[i][C_NAME]);
		/* the flags above bit 47 differ between modules */
		check(tdx_status_name(status(word ^ 0xf000000000000000)) == name &&
		      tdx_status_name(status(word ^ 0x2000000000000000)) == name &&
		      tdx_status_name(status(word | 0x92)) == name,
		      "%s whatever flags and detail are", t.cell[i][C_NAME]);
		for (j = 0; j < i; j++)
			if (!is_seamldr(t.cell[j][C_NAME]) &&
			    (strtoull(t.cell[j][C_WORD], NULL, 0) ^ word) << 16 >> 48 == 0)
				check(false, "%s and %s differ in bits 47:32",
				      t.cell[i][C_NAME], t.cell[j][C_NAME]);
	}
	check(!tdx_status_name(status(0xc0001fff00000000)),
	      "an unknown code has no name");
}

/* Success, news and failure by bits 63:62, and the errno agrees. */
static void test_errno(void)
{
	static struct table t;
	int i;

	table_read(&t, "statuses.tsv");
	for (i = 0; i < t.rows; i++) {
		u64 word = strtoull(t.cell[i][C_WORD], NULL, 0);
		int err = seamhost_errno(status(word));

		check(tdx_failed(status(word)) == (word >> 62 != 0) &&
		      (word >> 62 ? err < 0 && err > -4096 : err == 0),
		      "%s: errno %d", t.cell[i][C_NAME], -err);
	}
	check(seamhost_errno(status(0x8000020000000092)) == -EBUSY &&
	      seamhost_errno(status(0xc000010000000001)) == -EINVAL &&
	      seamhost_errno(status(0x8000020300000000)) == -EAGAIN &&
	      seamhost_errno(status(0xc000082000000000)) == -ENOSPC &&
	      seamhost_errno(status(TDX_NOT_DELIVERED_UD)) == -ENODEV &&
	      seamhost_errno(status(0x0000081500000000)) == 0 &&
	      seamhost_errno(status(0x8000000000020000)) == -EKEYREJECTED,
	      "some errnos by hand");
}

static void test_operands(void)
{
	static struct table t;
	int i;

	table_read(&t, "operands.tsv");
	for (i = 0; i < t.rows; i++) {
		const char *name = tdx_operand_name(strtoul(t.cell[i][0], NULL, 0));

		check(name && !strcmp(name, t.cell[i][1]), "operand %s is %s",
		      t.cell[i][0], t.cell[i][1]);
	}
	check(!tdx_operand_name(0xfff), "an unknown operand has no name");
}

static const struct tdx_out in = {
	.rcx = 0x80000000 | TDX_LEVEL_2M, .rdx = 0x1000, .r8 = 0x3000,
};

/* RDX: level 1, blocked (1) */
static const struct tdx_out walk = { .rcx = 0x80, .rdx = 1 | 1 << 8 };
static const struct tdx_out l2_walk = { .rdx = 0 | 65 << 8 | 2 << 16 };
static const struct tdx_out odd_walk = { .rdx = 2 | 77 << 8 };
static const struct tdx_out cpuid = { .rcx = 0x7 | 0x1ULL << 32 };
static const struct tdx_out cpuid_no_subleaf = { .rcx = 0x1 | 0xffffffffULL << 32 };
static const struct tdx_out cpuid_values = {
	.rcx = 0x21 | 0xffffffffULL << 32,
	.rdx = 0x1 | 0x2ULL << 32, .r8 = 0x3 | 0x4ULL << 32,
	.r9 = 0x5 | 0x6ULL << 32, .r10 = 0x7 | 0x8ULL << 32,
};

/* a list at 0x5000, from entry 3 to entry 7 */
static const struct tdx_out list = { .rcx = 0x5000 | 3 << 3 | 7ULL << 55 };
static const struct tdx_out walk_zero;
static const struct tdx_out refused_md = { .rcx = 0x1122, .rdx = 0x3344 };
static const struct tdx_out reclaim = { .rcx = 8, .rdx = 0x123000 };

static const struct {
	struct tdx_call call;
	const char *text;
} descriptions[] = {
	{ { .rax = 29, .status = { 0 } },
	  "TDH.MEM.PAGE.REMOVE: SUCCESS" },
	{ { .rax = 29, .status = { 0xc0000b0d00000001 }, .in = &in, .out = &walk },
	  "TDH.MEM.PAGE.REMOVE: EPT_ENTRY_STATE_INCORRECT (RCX), level 1, entry blocked, gpa 0x80000000" },
	{ { .rax = 29, .status = { 0xc0000b0d00000001 } },
	  "TDH.MEM.PAGE.REMOVE: EPT_ENTRY_STATE_INCORRECT (RCX)" },
	{ { .rax = 0x1001e, .status = { 0xc0000b0d00000001 }, .out = &l2_walk },
	  "TDH.MEM.SEPT.REMOVE: EPT_ENTRY_STATE_INCORRECT (RCX), level 0, entry l2 blocked (L2 VM 2)" },
	{ { .rax = 6, .status = { 0xc0000b0000000001 }, .in = &in, .out = &odd_walk },
	  "TDH.MEM.PAGE.AUG: EPT_WALK_FAILED (RCX), level 2, entry 77, gpa 0x80000000" },
	{ { .rax = 29, .status = { 0xc0000b0800000001 }, .in = &in, .out = &walk },
	  "TDH.MEM.PAGE.REMOVE: TLB_TRACKING_NOT_DONE (RCX), gpa 0x80000000" },
	{ { .rax = 9, .status = { 0xc000082000000000 }, .in = &in },
	  "TDH.MNG.CREATE: HKID_NOT_FREE" },
	{ { .rax = 8, .status = { 0x00000815ULL << 32 } },
	  "TDH.MNG.KEY.CONFIG: KEY_CONFIGURED" },
	{ { .rax = 21, .status = { 0xc000010000000045 }, .out = &cpuid },
	  "TDH.MNG.INIT: OPERAND_INVALID (CPUID_CONFIG), CPUID 0x7.0x1" },
	{ { .rax = 21, .status = { 0xc000010000000045 }, .out = &cpuid_no_subleaf },
	  "TDH.MNG.INIT: OPERAND_INVALID (CPUID_CONFIG), CPUID 0x1" },
	{ { .rax = 21, .status = { 0xc000010000000040 }, .out = &cpuid },
	  "TDH.MNG.INIT: OPERAND_INVALID (ATTRIBUTES)" },
	{ { .rax = 33, .status = { 0xc000090000000000 }, .out = &cpuid_values },
	  "TDH.SYS.INIT: INCORRECT_CPUID_VALUE, CPUID 0x21, mask 00000001 00000002 00000003 00000004, wanted 00000005 00000006 00000007 00000008" },
	{ { .rax = 35, .status = { 0xc000090200000000 }, .out = &cpuid_values },
	  "TDH.SYS.LP.INIT: INCONSISTENT_CPUID_FIELD, CPUID 0x21, mask 00000001 00000002 00000003 00000004" },
	{ { .rax = 33, .status = { 0xc0000921000001a0 } },
	  "TDH.SYS.INIT: INCORRECT_MSR_VALUE, MSR 0x1a0" },
	{ { .rax = 45, .status = { 0xc0000a1200020103 } },
	  "TDH.SYS.CONFIG: PAMT_OVERLAP, TDMR 3, PAMT level 1, with TDMR 2" },
	{ { .rax = 45, .status = { 0xc0000a2100000501 } },
	  "TDH.SYS.CONFIG: NON_ORDERED_RESERVED_IN_TDMR, TDMR 1, reserved area 5" },
	{ { .rax = 28, .status = { 0xc000060700000000 }, .in = &in, .out = &reclaim },
	  "TDH.PHYMEM.PAGE.RECLAIM: LIFECYCLE_STATE_INCORRECT, Secure EPT page of TD 0x123000, page 0x80000001" },
	{ { .rax = 68, .status = { 0x8000000300000000 }, .out = &list },
	  "TDH.EXPORT.MEM: INTERRUPTED_RESUMABLE, stopped at entry 3 of list 0x5000" },
	{ { .rax = 65, .status = { 2 }, .out = &list },
	  "TDH.EXPORT.BLOCKW: SUCCESS, 2 entries were not done" },
	{ { .rax = 83, .status = { 0xc000010000000002 }, .out = &walk_zero },
	  "TDH.IMPORT.MEM: OPERAND_INVALID (RDX)" },
	{ { .rax = 86, .status = { 0xc0000c0000000000 }, .out = &refused_md },
	  "TDH.IMPORT.STATE.TD: METADATA_FIELD_ID_INCORRECT, metadata refused: rcx 0x1122, rdx 0x3344" },
	{ { .rax = 11, .status = { 0xc0000c0000000000 }, .in = &in },
	  "TDH.MNG.RD: METADATA_FIELD_ID_INCORRECT, field 0x0000000000001000" },
	{ { .rax = 0, .status = { 48 } },
	  "TDH.VP.ENTER: SUCCESS, exit: EPT violation" },
	{ { .rax = 0, .status = { 77 | 1 << 26 } },
	  "TDH.VP.ENTER: SUCCESS, exit: TDVMCALL after a bus lock" },
	{ { .rax = 0, .status = { 0x6000000200000021 } },
	  "TDH.VP.ENTER: NON_RECOVERABLE_TD, exit: entry failed, guest state" },
	{ { .rax = 0, .status = { 0x4000000100000002 } },
	  "TDH.VP.ENTER: NON_RECOVERABLE_VCPU, exit: triple fault" },
	{ { .rax = 0, .status = { 0x8000020000000092 } },
	  "TDH.VP.ENTER: OPERAND_BUSY (SEPT_TREE)" },
	{ { .rax = 0xfff, .status = { 0xc000010000000000 } },
	  "leaf 0xfff: OPERAND_INVALID (RAX)" },
	{ { .rax = 1, .status = { 0xc0001fff00000005 } },
	  "TDH.MNG.ADDCX: unknown status 0xc0001fff00000005" },
	{ { .rax = 0x8000000000000001, .status = { 0x8000000000020000 } },
	  "SEAMLDR.INSTALL: EBADSIG" },
	{ { .rax = 0x8000000000000001, .status = { 0x8000000000000099 } },
	  "SEAMLDR.INSTALL: unknown status 0x8000000000000099" },
	{ { .guest = true, .rax = 6, .status = { 0x00000b0a00000001 }, .in = &in },
	  "TDG.MEM.PAGE.ACCEPT: PAGE_ALREADY_ACCEPTED, level 1, gpa 0x80000000" },
	{ { .guest = true, .rax = 4, .status = { 0x80000200000000a8 } },
	  "TDG.MR.REPORT: OPERAND_BUSY (RTMR)" },
};

static void test_descriptions(void)
{
	char text[TDX_DESCRIPTION_MAX], small[24];
	size_t i;

	for (i = 0; i < sizeof(descriptions) / sizeof(descriptions[0]); i++) {
		int len = tdx_describe(text, sizeof(text), &descriptions[i].call);

		if (!check(!strcmp(text, descriptions[i].text) &&
			   len == (int)strlen(text), "\"%s\"",
			   descriptions[i].text))
			note("got \"%s\"", text);
	}
	memset(small, 'x', sizeof(small));
	tdx_describe(small, 23, &descriptions[1].call);
	check(!strcmp(small, "TDH.MEM.PAGE.REMOVE: E") && small[23] == 'x',
	      "a small buffer gets what fits");
	tdx_describe(small, 0, &descriptions[1].call);
	check(small[0] == 'T', "a buffer of no size is left alone");
}

static bool starts(const char *text, const char *with)
{
	return !strncmp(text, with, strlen(with));
}

/* Not delivered is never told as the module's word, and says where to look. */
static void test_undelivered(void)
{
	char text[4][TDX_DESCRIPTION_MAX];
	const u64 raw[] = {
		TDX_NOT_DELIVERED_VMFAILINVALID, TDX_NOT_DELIVERED_UD,
		TDX_NOT_DELIVERED_GP,
	};
	int i, j;

	for (i = 0; i < 3; i++) {
		struct tdx_call call = { .rax = 38, .status = { raw[i] } };

		tdx_describe(text[i], sizeof(text[i]), &call);
		check(starts(text[i], "TDH.MEM.TRACK: not delivered (") &&
		      tdx_not_delivered(status(raw[i])), "\"%s\"", text[i]);
		for (j = 0; j < i; j++)
			check(strcmp(text[i], text[j]), "%d and %d differ", i, j);
		call.rax = 0x8000000000000000;
		check(tdx_result(38, status(raw[i])) == TDX_RESULT_UNDELIVERED,
		      "counted as undelivered");
	}
}

static void test_vmcalls(void)
{
	static const struct {
		u64 type, fn;
		struct tdvmcall_ret ret;
		const char *text;
	} c[] = {
		{ 0, GHCI_MAP_GPA, { { 0 }, GHCI_ALIGN_ERROR },
		  "TDG.VP.VMCALL MapGPA: refused by the VMM: ALIGN_ERROR" },
		{ 0, GHCI_MAP_GPA, { { 0 }, GHCI_SUCCESS },
		  "TDG.VP.VMCALL MapGPA: SUCCESS" },
		{ 0, GHCI_HLT, { { 0 }, 0x1234 },
		  "TDG.VP.VMCALL Instruction.HLT: refused by the VMM: 0x1234" },
		{ 0, GHCI_IO, { { 0xc000010000000001 }, 0 },
		  "TDG.VP.VMCALL Instruction.IO: refused by the TDX module: OPERAND_INVALID (RCX)" },
		{ 0, GHCI_IO, { { TDX_NOT_DELIVERED_UD }, 0 },
		  "TDG.VP.VMCALL Instruction.IO: not delivered (#UD): this is not a TD" },
		{ 12, 1, { { 0 }, -1000ULL },
		  "TDG.VP.VMCALL 0xc: the VMM answered 0xfffffffffffffc18" },
		{ 0, 0x99, { { 0 }, GHCI_SUBFUNC_UNSUPPORTED },
		  "TDG.VP.VMCALL 0x99: refused by the VMM: SUBFUNC_UNSUPPORTED" },
	};
	char text[TDX_DESCRIPTION_MAX];
	size_t i;

	for (i = 0; i < sizeof(c) / sizeof(c[0]); i++) {
		tdvmcall_describe(text, sizeof(text), c[i].type, c[i].fn,
				  c[i].ret);
		if (!check(!strcmp(text, c[i].text), "\"%s\"", c[i].text))
			note("got \"%s\"", text);
	}
}

static void test_results(void)
{
	check(tdx_result(0, status(0)) == TDX_RESULT_DONE &&
	      tdx_result(0, status(77)) == TDX_RESULT_DONE &&
	      tdx_result(0, status(0x4000000200000000)) == TDX_RESULT_DEAD &&
	      tdx_result(0, status(0x6000000200000000)) == TDX_RESULT_DEAD &&
	      tdx_result(7, status(0x00000b0700000001)) == TDX_RESULT_NEWS &&
	      tdx_result(7, status(0x8000020000000092)) == TDX_RESULT_AGAIN &&
	      tdx_result(7, status(0xc000010000000001)) == TDX_RESULT_REFUSED &&
	      tdx_result(7, status(0xc0001fff00000001)) == TDX_RESULT_REFUSED &&
	      tdx_result(1ULL << 63, status(0x8000000000000000)) == TDX_RESULT_REFUSED &&
	      tdx_result(1ULL << 63, status(0x8000000000030001)) == TDX_RESULT_AGAIN,
	      "calls are counted by how they ended");
}

int main(void)
{
	test_names();
	test_errno();
	test_operands();
	test_descriptions();
	test_undelivered();
	test_vmcalls();
	test_results();
	return finish();
}
