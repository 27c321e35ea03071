// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each status that a guest leaf can return, provoked by TDCALL; what cannot be
 * had from inside a TD is said with its reason. Results go where those of the
 * engine guest go.
 */
#include <seamhost/leaves.h>
#include <seamhost/status.h>
#include "engine.h"
#include "guest.h"

#define X(name, code, word)	\
	static const u64 __attribute__((unused)) W_##name = word;
TDX_STATUSES(X)
#undef X

#define BAD(reg)	(W_OPERAND_INVALID | TDX_OPERAND_##reg)

#define ATTRIBUTES	0x1110000300000000ULL
#define TD_CTLS		0x1110000300000017ULL
#define NOTIFY_ENABLES	0x9110000300000010ULL
#define NUM_ASSOC_VCPUS	0x9010000200000002ULL
#define VCPU_INDEX	0xa020000200000002ULL
#define GUEST_RBX	0x1020000300000003ULL
#define VENDOR_ID	0x0800000200000000ULL
#define NO_TD_FIELD	0x3f10000000000000ULL
#define NO_VCPU_FIELD	0x3f20000000000000ULL
#define NO_SYS_FIELD	0x3f00000000000000ULL

#define SHARED_BIT	(1ULL << 47)
#define REPORT		((u64)report)
#define DATA		((u64)report + 1024)
#define LIST		((u64)list)
#define LATE		GUEST_LATE

static u8 report[2048] __attribute__((aligned(4096)));
static u8 list[16384] __attribute__((aligned(4096)));

static const struct row {
	const char *name;
	u64 leaf, rcx, rdx, r8, r9;
	u64 want;
} rows[] = {
	{ "no such leaf", 0x5d, .want = BAD(RAX) },
	{ "no such version", TDG_VP_INFO | 1 << 16, .want = BAD(RAX) },
	{ "SERVTD.RD without service TDs", TDG_SERVTD_RD, .want = BAD(RAX) },
	{ "VP.ENTER without L2 VMs", TDG_VP_ENTER, .want = BAD(RAX) },

	{ "VP.VMCALL: RSP in the mask", TDG_VP_VMCALL, 1 << 4, .want = BAD(RCX) },
	{ "VP.VMCALL: more than 32 bits", TDG_VP_VMCALL, 1ULL << 32,
	  .want = BAD(RCX) },
	{ "VP.INFO", TDG_VP_INFO, .want = W_SUCCESS },
	{ "VP.VEINFO.GET: nothing there", TDG_VP_VEINFO_GET,
	  .want = W_NO_VALID_VE_INFO },
	{ "VP.CPUIDVE.SET", TDG_VP_CPUIDVE_SET, 0, .want = W_SUCCESS },
	{ "VP.CPUIDVE.SET: a third bit", TDG_VP_CPUIDVE_SET, 4,
	  .want = BAD(RCX) },

	{ "MR.RTMR.EXTEND", TDG_MR_RTMR_EXTEND, DATA, 3, .want = W_SUCCESS },
	{ "MR.RTMR.EXTEND: not aligned", TDG_MR_RTMR_EXTEND, DATA + 8, 3,
	  .want = BAD(RCX) },
	{ "MR.RTMR.EXTEND: no fifth one", TDG_MR_RTMR_EXTEND, DATA, 4,
	  .want = BAD(RDX) },
	{ "MR.REPORT", TDG_MR_REPORT, REPORT, DATA, .want = W_SUCCESS },
	{ "MR.VERIFYREPORT", TDG_MR_VERIFYREPORT, REPORT, .want = W_SUCCESS },
	{ "MR.REPORT: not aligned", TDG_MR_REPORT, REPORT + 512, DATA,
	  .want = BAD(RCX) },
	{ "MR.REPORT: data not aligned", TDG_MR_REPORT, REPORT, DATA + 8,
	  .want = BAD(RDX) },
	{ "MR.REPORT: no such type", TDG_MR_REPORT, REPORT, DATA, 1,
	  .want = BAD(R8) },
	{ "MR.VERIFYREPORT: not aligned", TDG_MR_VERIFYREPORT, REPORT + 128,
	  .want = BAD(RCX) },
	{ "MR.VERIFYREPORT: no report", TDG_MR_VERIFYREPORT, DATA,
	  .want = W_INVALID_REPORTMACSTRUCT },

	{ "MEM.PAGE.ACCEPT", TDG_MEM_PAGE_ACCEPT, LATE, .want = W_SUCCESS },
	{ "MEM.PAGE.ACCEPT: again", TDG_MEM_PAGE_ACCEPT, LATE,
	  .want = W_PAGE_ALREADY_ACCEPTED },
	{ "MEM.PAGE.ACCEPT: 2M where 4K pages are", TDG_MEM_PAGE_ACCEPT, 1,
	  .want = W_PAGE_SIZE_MISMATCH | 1 },
	{ "MEM.PAGE.ACCEPT: 1G", TDG_MEM_PAGE_ACCEPT, 2, .want = BAD(RCX) },
	{ "MEM.PAGE.ACCEPT: reserved bit", TDG_MEM_PAGE_ACCEPT, LATE | 8,
	  .want = BAD(RCX) },
	{ "MEM.PAGE.ACCEPT: shared", TDG_MEM_PAGE_ACCEPT, SHARED_BIT | LATE,
	  .want = BAD(RCX) },
	{ "MEM.PAGE.ATTR.RD", TDG_MEM_PAGE_ATTR_RD, LATE, .want = W_SUCCESS },
	{ "MEM.PAGE.ATTR.RD: shared", TDG_MEM_PAGE_ATTR_RD, SHARED_BIT | LATE,
	  .want = BAD(RCX) },

	{ "VM.RD", TDG_VM_RD, 0, ATTRIBUTES, .want = W_SUCCESS },
	{ "VM.RD: version 2", TDG_VM_RD | 2 << 16, 0, ATTRIBUTES,
	  .want = BAD(RAX) },
	{ "VM.RD: another TD", TDG_VM_RD, 1, ATTRIBUTES, .want = BAD(RCX) },
	{ "VM.RD: no such field", TDG_VM_RD, 0, NO_TD_FIELD,
	  .want = W_METADATA_FIELD_ID_INCORRECT },
	{ "VM.RD: the host's field", TDG_VM_RD, 0, NUM_ASSOC_VCPUS,
	  .want = W_METADATA_FIELD_NOT_READABLE },
	{ "VM.RD: first field", TDG_VM_RD | 1 << 16, 0, ~0ULL,
	  .want = W_METADATA_FIRST_FIELD_ID_IN_CONTEXT },
	{ "VM.WR", TDG_VM_WR, 0, NOTIFY_ENABLES, 1, 1, W_SUCCESS },
	{ "VM.WR: another TD", TDG_VM_WR, 1, NOTIFY_ENABLES, 1, 1, BAD(RCX) },
	{ "VM.WR: no such field", TDG_VM_WR, 0, ~0ULL, 0, ~0ULL,
	  W_METADATA_FIELD_ID_INCORRECT },
	{ "VM.WR: fixed field", TDG_VM_WR, 0, ATTRIBUTES, 0, ~0ULL,
	  W_METADATA_FIELD_NOT_WRITABLE },
	{ "VM.WR: reserved bits", TDG_VM_WR, 0, NOTIFY_ENABLES, ~0ULL, ~0ULL,
	  W_METADATA_FIELD_VALUE_NOT_VALID },

	{ "VM.WR: topology by the module, not offered", TDG_VM_WR, 0, TD_CTLS,
	  2, ~0ULL, W_METADATA_FIELD_VALUE_NOT_VALID },

	{ "VP.RD", TDG_VP_RD, 0, VCPU_INDEX, .want = W_SUCCESS },
	{ "VP.RD: another TD", TDG_VP_RD, 1, VCPU_INDEX, .want = BAD(RCX) },
	{ "VP.RD: no such field", TDG_VP_RD, 0, NO_VCPU_FIELD,
	  .want = W_METADATA_FIELD_ID_INCORRECT },
	{ "VP.RD: a register", TDG_VP_RD, 0, GUEST_RBX,
	  .want = W_METADATA_FIELD_NOT_READABLE },
	{ "VP.RD: first field", TDG_VP_RD, 0, ~0ULL,
	  .want = W_METADATA_FIRST_FIELD_ID_IN_CONTEXT },
	{ "VP.WR: another TD", TDG_VP_WR, 1, VCPU_INDEX, 0, ~0ULL, BAD(RCX) },
	{ "VP.WR: no such field", TDG_VP_WR, 0, ~0ULL, 0, ~0ULL,
	  W_METADATA_FIELD_ID_INCORRECT },
	{ "VP.WR: fixed field", TDG_VP_WR, 0, VCPU_INDEX, 0, ~0ULL,
	  W_METADATA_FIELD_NOT_WRITABLE },

	{ "SYS.RD", TDG_SYS_RD, 0, VENDOR_ID, .want = W_SUCCESS },
	{ "SYS.RD: no such field", TDG_SYS_RD, 0, NO_SYS_FIELD,
	  .want = W_METADATA_FIELD_ID_INCORRECT },
	{ "SYS.RD: first field", TDG_SYS_RD, 0, ~0ULL,
	  .want = W_METADATA_FIRST_FIELD_ID_IN_CONTEXT },
	{ "SYS.RDALL: not aligned", TDG_SYS_RDALL, 0, LIST + 8, ~0ULL,
	  .want = BAD(RDX) },
	{ "SYS.RDALL: no such field", TDG_SYS_RDALL, 0, LIST, NO_SYS_FIELD,
	  .want = W_METADATA_FIELD_ID_INCORRECT },
};

#define NR_ROWS		(sizeof(rows) / sizeof(rows[0]))

/* Pairs of leaf and status; the first line has two. */
#define MISSING_PAIRS	(sizeof(not_here) / sizeof(not_here[0]) + 1)

static const char *const not_here[] = {
	"MR.RTMR.EXTEND, MR.REPORT: OPERAND_BUSY (RTMR): one vCPU is alone",
	"MEM.PAGE.ACCEPT: OPERAND_BUSY (RCX): nobody works on the entry just then",
	"VP.WR: SUCCESS: a TD of no debug kind has no such field",
};

static void result(const char *name, u64 want, u64 got,
		   struct engine_results *results)
{
	struct engine_result *r = &results->r[results->nr++];
	unsigned int i;

	for (i = 0; i < sizeof(r->name) - 1 && name[i]; i++)
		r->name[i] = name[i];
	r->name[i] = 0;
	r->want = want;
	r->got = got;
}

static u64 call(const struct row *row)
{
	struct tdx_regs r = {
		.rcx = row->rcx, .rdx = row->rdx, .r8 = row->r8,
		.r9 = row->r9,
	};

	return tdcall(row->leaf, &r);
}

/* Leaves x statuses of the table, each once. */
static unsigned int pairs(void)
{
	unsigned int i, j, n = 0;

	for (i = 0; i < NR_ROWS; i++) {
		for (j = 0; j < i; j++)
			if (rows[j].leaf == rows[i].leaf &&
			    rows[j].want == rows[i].want)
				break;
		n += j == i;
	}
	return n;
}

/* A report whose content was changed after the fact. */
static u64 verify_changed(unsigned int byte)
{
	struct tdx_regs r = { .rcx = REPORT };
	u64 st;

	report[byte] ^= 1;
	st = tdcall(TDG_MR_VERIFYREPORT, &r);
	report[byte] ^= 1;
	return st;
}

u32 guest_main(const struct guest_info *info)
{
	struct engine_results *res = shared_ptr(info, GUEST_MBOX);
	unsigned int i;

	if (map_gpa(GUEST_MBOX | shared_bit(info), 4096))
		return 1;
	memset(res, 0, 4096);
	for (i = 0; i < NR_ROWS; i++)
		result(rows[i].name, rows[i].want, call(&rows[i]), res);
	result("MR.VERIFYREPORT: changed data", W_INVALID_REPORTMACSTRUCT,
	       verify_changed(130), res);
	result("MR.VERIFYREPORT: another machine's", W_INVALID_CPUSVN,
	       verify_changed(16), res);
	asm volatile("hlt");
	result("VP.VEINFO.GET after HLT tells it", 12, guest_ve.reason, res);

	/* and two of those after the table */
	res->pairs = pairs() + 2;
	res->missing = MISSING_PAIRS;
	for (i = 0; i < sizeof(not_here) / sizeof(not_here[0]); i++) {
		print("not provoked: ");
		print(not_here[i]);
		print("\n");
	}
	res->done = 1;
	return 0;
}
