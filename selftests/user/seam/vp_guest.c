// SPDX-License-Identifier: GPL-2.0-only
/* What the guest sees: registers, events, CPUID, MSRs, measurement, reports. */
#include <stdio.h>
#include <string.h>

#include "vp_test.h"

static struct vp_inject inj;

static void test_first_registers(void)
{
	struct vcpu *v;

	world_run();
	v = vp_enter();
	ktap(v->gpr[RBX] == 48 && v->gpr[RSI] == 0 && v->gpr[RDX] &&
	     v->gpr[RAX] == 0 && v->gpr[R15] == 0,
	     "the first entry gives GPAW, CPUID.1.EAX and the index only");
	world_close();
}

static void test_tdvmcall(void)
{
	struct vcpu *v;
	unsigned int i;
	bool zero = true;

	world_run();
	v = vp_enter();
	for (i = 0; i < NR_GPRS; i++)
		v->gpr[i] = 0x700 + i;
	v->gpr[RAX] = TDG_VP_VMCALL;
	v->gpr[RCX] = 1 << R10 | 1 << RDI;
	vp_do_exit(VMX_TDCALL, 4, 0, 0, &inj);
	for (i = RDX; i < NR_GPRS; i++)
		if (i != RSP && i != R10 && i != RDI)
			zero = zero && !world_regs[0][i];
	ktap(world_regs[0][RAX] == 77 && world_regs[0][R10] == 0x70a &&
	     world_regs[0][RDI] == 0x707 && zero,
	     "TDVMCALL shows the host the registers of the mask only");

	CALL(0, TDH_VP_ENTER, TDVPR);	/* R10 = 0, RDI = 0x5e07 on the host */
	ktap(v->gpr[RAX] == 0 && v->gpr[R10] == 0 && v->gpr[RDI] == 0x5e07 &&
	     v->gpr[R11] == 0x70b && v->gpr[RCX] == (1 << R10 | 1 << RDI),
	     "the next entry changes the registers of the mask only");

	vp_do_exit(VMX_EXTERNAL_INTERRUPT, 0, 0, 0, &inj);
	CALL(0, TDH_VP_ENTER, TDVPR);
	ktap(v->gpr[RDI] == 0x5e07 && v->gpr[R11] == 0x70b,
	     "after another exit the host's registers do not reach the guest");
	ktap(vp_tdcall4(TDG_VP_VMCALL, 1 << RSP, 0, 0, 0) ==
	     OP(OPERAND_INVALID, RCX), "RSP is not in any mask");
	ktap(vp_tdcall4(TDG_VP_VMCALL, SEAM_BIT(32), 0, 0, 0) ==
	     OP(OPERAND_INVALID, RCX), "the mask has 32 bits");
	v->td->config_flags |= FLAG_NO_RBP_MOD;
	ktap(vp_tdcall4(TDG_VP_VMCALL, 1 << RBP, 0, 0, 0) ==
	     OP(OPERAND_INVALID, RCX), "with NO_RBP_MOD no mask has RBP");
	world_close();
}

static bool event(u32 reason, u32 want)
{
	sim_rip_moved();
	return vp_do_exit(reason, 2, 0, 0, &inj) && inj.info == want &&
	       !sim_rip_moved();
}

static void test_events(void)
{
	static const u32 ve[] = {
		VMX_HLT, VMX_INVD, VMX_VMCALL, VMX_IO, VMX_MWAIT, VMX_MONITOR,
		VMX_WBINVD, VMX_APIC_WRITE, VMX_PCONFIG,
	};
	static const u32 ud[] = {
		VMX_GETSEC, VMX_RSM, 19, 20, 21, 22, 23, 24, 25, 26, 27,
		VMX_INVEPT, VMX_INVVPID, VMX_VMFUNC, VMX_ENCLS, VMX_ENCLV,
		VMX_SEAMOPS, VMX_SEAMCALL_REASON,
	};
	unsigned int i;
	bool ok;

	world_run();
	vp_enter();
	for (i = 0; i < ARRAY_SIZE(ve); i++) {
		ok = event(ve[i], EVENT_VE) &&
		     vp_tdcall4(TDG_VP_VEINFO_GET, 0, 0, 0, 0) == 0 &&
		     world_guest[0]->gpr[RCX] == ve[i] &&
		     world_guest[0]->gpr[R10] == 2;
		ktap(ok, "exit %u is #VE, and VEINFO.GET tells it", ve[i]);
	}
	for (i = 0; i < ARRAY_SIZE(ud); i++)
		ktap(event(ud[i], EVENT_UD), "exit %u is #UD", ud[i]);
	ktap(event(VMX_ENQCMD, EVENT_GP), "ENQCMD is #GP");
	ktap(event(VMX_RDPMC, EVENT_GP), "RDPMC without PERFMON is #GP");

	ktap(vp_tdcall4(TDG_VP_VEINFO_GET, 0, 0, 0, 0) ==
	     TDX_WORD_NO_VALID_VE_INFO, "VEINFO.GET gives each #VE once");
	event(VMX_HLT, EVENT_VE);
	ktap(event(VMX_IO, EVENT_DF) && !inj.errcode,
	     "a #VE while one waits to be read is #DF");
	ktap(vp_tdcall4(TDG_VP_VEINFO_GET, 0, 0, 0, 0) == 0 &&
	     world_guest[0]->gpr[RCX] == VMX_HLT,
	     "and the first one is still there");
	world_close();
}

static void test_tdcall_mode(void)
{
	struct vp_exit e = { .reason = VMX_TDCALL, .instr_len = 4 };
	struct vcpu *v;

	world_run();
	v = vp_enter();
	v->gpr[RAX] = TDG_VP_INFO;
	e.long_mode = true;
	e.cpl = 3;
	vp_exit(v, &e, &inj, world_regs[0]);
	ktap(inj.info == EVENT_GP, "TDCALL at user privilege is #GP");
	e.long_mode = false;
	e.cpl = 0;
	vp_exit(v, &e, &inj, world_regs[0]);
	ktap(inj.info == EVENT_GP, "TDCALL outside 64-bit mode is #GP");
	ktap(vp_tdcall4(0x5d, 0, 0, 0, 0) == OP(OPERAND_INVALID, RAX),
	     "a leaf that does not exist is refused");
	ktap(vp_tdcall4(TDG_VP_INFO | 1 << 16, 0, 0, 0, 0) ==
	     OP(OPERAND_INVALID, RAX), "so is a version");
	ktap(vp_tdcall4(TDG_VP_INFO | SEAM_BIT(40), 0, 0, 0, 0) ==
	     OP(OPERAND_INVALID, RAX), "and a reserved bit of RAX");
	world_close();
}

/* How a TD ends, and what is left of it. */
static const struct ending {
	const char *what;
	u32 reason, intr_info;
	u64 qual, rax;
	bool vcpu_dead, td_dead;
} endings[] = {
	{ "triple fault", VMX_TRIPLE_FAULT, 0, 0, 0x4000000100000002, true,
	  false },
	{ "machine check", VMX_EXCEPTION_NMI, 0x80000312, 0,
	  0x6000000500000000, false, true },
	{ "refused entry", VMX_BAD_GUEST_STATE, 0, 0, 0x6000000280000021,
	  false, true },
	{ "machine check at entry", VMX_ENTRY_MC, 0, 0, 0x6000000580000029,
	  false, true },
	{ "notify, context invalid", VMX_NOTIFY, 0, 1, 0x600000020000004b,
	  false, true },
	{ "NMI of the host", VMX_EXCEPTION_NMI, 0x80000202, 0, 0, false,
	  false },
	{ "interrupt of the host", VMX_EXTERNAL_INTERRUPT, 0x80000020, 0, 1,
	  false, false },
};

static void test_endings(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(endings); i++) {
		const struct ending *t = &endings[i];
		struct vp_exit e = {
			.reason = t->reason,
			.intr_info = t->intr_info,
			.qual = t->qual,
		};
		struct vcpu *v;
		bool left;

		world_run_no_debug();
		v = vp_enter();
		left = vp_exit(v, &e, &inj, world_regs[0]) == VP_LEAVE;
		if (left)
			world_guest[0] = NULL;
		ktap(left && world_regs[0][RAX] == t->rax &&
		     world_regs[0][R9] == t->intr_info &&
		     (v->state == VCPU_DISABLED) == t->vcpu_dead &&
		     v->td->fatal == t->td_dead &&
		     !v->td->refcount[1] && !tdxm.lp[0].running,
		     "%s: RAX 0x%llx, vCPU %s, TD %s", t->what, t->rax,
		     t->vcpu_dead ? "dead" : "well",
		     t->td_dead ? "dead" : "well");
		ktap(CALL(0, TDH_VP_FLUSH, TDVPR) == 0 &&
		     CALL(0, TDH_MNG_VPFLUSHDONE, TDR) == 0,
		     "%s: the TD can be torn down", t->what);
		world_close();
	}
}

static void test_ept_violations(void)
{
	struct vp_exit e = { .reason = VMX_EPT_VIOLATION, .qual = 0x181 };
	struct vcpu *v;

	world_run();
	v = vp_enter();
	ktap(!vp_do_exit(VMX_EPT_VIOLATION, 3, 0x1f82, GPA_FREE + 0x123, &inj) &&
	     world_regs[0][RCX] == 2 && world_regs[0][R8] == GPA_FREE &&
	     !world_regs[0][RDX],
	     "an unmapped page is the host's: page address, access, no more");
	vp_enter();
	ktap(vp_do_exit(VMX_EPT_VIOLATION, 3, 0x181, GPA_PENDING + 8, &inj) &&
	     inj.info == EVENT_VE, "a pending page is the guest's, by #VE");
	ktap(vp_do_exit(VMX_EPT_VIOLATION, 3, 0x181, GPA_PENDING + 8, &inj) &&
	     inj.info == EVENT_DF, "a double fault while another #VE waits");
	e.gpa = GPA_PENDING + 8;
	e.during_df = true;
	inj.info = 0;
	ktap(vp_exit(v, &e, &inj, world_regs[0]) == VP_LEAVE && !inj.info &&
	     (u32)world_regs[0][RAX] == VMX_TRIPLE_FAULT,
	     "which meets the page itself: a triple fault, and no end of them");
	world_guest[0] = NULL;
	world_close();
	world_run();
	v = vp_enter();
	e.during_df = false;
	v->ve.valid = VE_VALID;
	v->td->td_ctls |= TD_CTLS_PENDING_VE_OFF;
	v->ve.valid = 0;
	ktap(!vp_do_exit(VMX_EPT_VIOLATION, 3, 0x181, GPA_PENDING + 8, &inj) &&
	     world_regs[0][RDX] == EXT_QUAL_PENDING,
	     "nor with PENDING_VE_DISABLE");

	vp_enter();
	e.gpa = SEAM_BIT(47) | 0x5008;
	e.convertible = true;
	e.long_mode = true;
	ktap(vp_exit(v, &e, &inj, world_regs[0]) == VP_RESUME &&
	     inj.info == EVENT_VE && v->ve.gpa == e.gpa,
	     "a shared page that does not suppress it is #VE with its address");
	world_close();
}

static void set_gprs(u64 rax, u64 rcx, u64 rdx)
{
	world_guest[0]->gpr[RAX] = rax;
	world_guest[0]->gpr[RCX] = rcx;
	world_guest[0]->gpr[RDX] = rdx;
}

static bool cpuid_ve(u32 leaf)
{
	set_gprs(leaf, 0, 0);
	vp_do_exit(VMX_CPUID, 2, 0, 0, &inj);
	world_guest[0]->ve.valid = 0;
	return inj.info == EVENT_VE;
}

static void test_cpuid(void)
{
	u64 cr4 = 0x2668 | SEAM_BIT(18);
	struct vcpu *v;

	world_run();
	v = vp_enter();
	ktap(!cpuid_ve(0x21) && v->gpr[RBX] == 0x65746e49 &&
	     v->gpr[RDX] == 0x5844546c, "CPUID 0x21 says what this is");
	ktap(cpuid_ve(0x40000000) && cpuid_ve(2), "the VMM's leaves are #VE");
	ktap(!cpuid_ve(1) && !(v->gpr[RCX] & SEAM_BIT(27)) &&
	     (v->gpr[RCX] & SEAM_BIT(31)), "a hypervisor, OSXSAVE clear");
	engine_guest_field(v, VMCS_CR4, &cr4, true);
	ktap(!cpuid_ve(1) && (v->gpr[RCX] & SEAM_BIT(27)),
	     "OSXSAVE follows CR4");
	ktap(vp_tdcall4(TDG_VP_CPUIDVE_SET, 1, 0, 0, 0) == 0 && cpuid_ve(1),
	     "CPUIDVE.SET makes all CPUIDs of the kernel #VE");
	ktap(vp_tdcall4(TDG_VP_CPUIDVE_SET, 2, 0, 0, 0) == 0 && !cpuid_ve(1),
	     "that of users does not touch the kernel");
	ktap(vp_tdcall4(TDG_VP_CPUIDVE_SET, 4, 0, 0, 0) ==
	     OP(OPERAND_INVALID, RCX), "and has two bits");
	world_close();
}

static void test_x2apic_id(void)
{
	struct vcpu *v;
	unsigned int i;

	world_build();
	seam_config.features0 |= TDX_FEATURES0_TOPOLOGY_ENUM;
	((struct td *)pamt_at(TDR, TDX_LEVEL_4K)->obj)->max_vcpus = 2;
	MUST(0, TDH_VP_CREATE, P(60), TDR);
	for (i = 1; i < TDVPS_PAGES; i++)
		MUST(0, TDH_VP_ADDCX, P(60 + i), P(60));
	MUST(0, TDH_VP_INIT | 1 << 16, P(60), 0, 0x23);
	MUST(0, TDH_MR_FINALIZE, TDR);
	MUST(0, TDH_VP_ENTER, P(60));
	v = world_guest[0];
	ktap(!cpuid_ve(1) && v->gpr[RBX] >> 24 == 0x23 && v->index == 1,
	     "VP.INIT version 1 names the APIC id that CPUID tells");
	world_close();
}

static const struct {
	u32 msr;
	bool write;
	u64 val;
	u32 event;
} msr_tests[] = {
	{ 0x1b, false, 0, EVENT_VE },		/* APIC_BASE */
	{ 0x6e0, false, 0, EVENT_GP },		/* TSC_DEADLINE, not in CPUID */
	{ 0x981, true, 0, EVENT_GP },
	{ 0x480, true, 0, EVENT_GP },
	{ 0x1d9, true, 0x10000, EVENT_GP },	/* DEBUGCTL, reserved bit */
	{ 0x1d9, true, 0x1, 0 },
	{ 0x1d9, true, 0x2040, EVENT_VE },	/* TR without BTS */
	{ 0x1d9, true, 0x20c0, 0 },
	{ 0x87, false, 0, EVENT_GP },		/* no MKTME in CPUID */
	{ 0x984, false, 0, EVENT_GP },
	{ 0x8c, false, 0, EVENT_GP },
	{ 0x276, true, 0, EVENT_GP },
	{ 0x1f8, false, 0, EVENT_GP },		/* no DCA in CPUID */
	{ 0x481, false, 0, EVENT_VE },
	{ 0x481, true, 0, EVENT_GP },
	{ 0x493, true, 0, EVENT_VE },
	{ 0x277, true, 0x0007040600070406, 0 },
	{ 0x10, true, 0, EVENT_VE },		/* TSC */
	{ 0x10a, true, 0, EVENT_GP },
	{ 0xda0, true, 0x800, EVENT_GP },	/* XSS beyond XFAM */
	{ 0xda0, true, 0, 0 },
	{ 0xc0000080, true, 0x2000, EVENT_GP },	/* EFER */
	{ 0xc1, false, 0, EVENT_GP },		/* no PERFMON */
	{ 0x49, false, 0, EVENT_GP },		/* PRED_CMD */
	{ 0x40000000, false, 0, EVENT_VE },
};

static void test_msrs(void)
{
	unsigned int i;
	u64 before;
	bool ok;

	world_run();
	vp_enter();
	for (i = 0; i < ARRAY_SIZE(msr_tests); i++) {
		set_gprs((u32)msr_tests[i].val, msr_tests[i].msr,
			 msr_tests[i].val >> 32);
		sim_rip_moved();
		ok = vp_do_exit(msr_tests[i].write ? VMX_WRMSR : VMX_RDMSR, 2,
				0, 0, &inj) &&
		     inj.info == msr_tests[i].event &&
		     sim_rip_moved() == (inj.info ? 0 : 2);
		world_guest[0]->ve.valid = 0;
		ktap(ok, "%s 0x%x: event 0x%x", msr_tests[i].write ? "WRMSR" :
		     "RDMSR", msr_tests[i].msr, msr_tests[i].event);
	}
	set_gprs(0x1234, 0xc0000082, 0x5678);
	vp_do_exit(VMX_WRMSR, 2, 0, 0, &inj);
	set_gprs(0, 0xc0000082, 0);
	vp_do_exit(VMX_RDMSR, 2, 0, 0, &inj);
	ktap(world_guest[0]->gpr[RAX] == 0x1234 &&
	     world_guest[0]->gpr[RDX] == 0x5678,
	     "LSTAR reads as it was written");
	set_gprs(0, 0x10, 0);
	vp_do_exit(VMX_RDMSR, 2, 0, 0, &inj);
	before = world_guest[0]->gpr[RAX] | world_guest[0]->gpr[RDX] << 32;
	set_gprs(0, 0x10, 0);
	ktap(vp_do_exit(VMX_RDMSR, 2, 0, 0, &inj) && !inj.info &&
	     (world_guest[0]->gpr[RAX] | world_guest[0]->gpr[RDX] << 32) >=
	     before && before < SEAM_BIT(40), "the TSC began with the TD");
	world_close();
}

static bool cr(unsigned int n, u64 val, bool good)
{
	world_guest[0]->gpr[RSI] = val;
	vp_do_exit(VMX_CR_ACCESS, 3, n | RSI << 8, 0, &inj);
	return inj.info == (good ? 0 : EVENT_GP);
}

static void test_control_registers(void)
{
	u64 val = 0;

	world_run();
	vp_enter();
	ktap(cr(4, 0x660, true) && engine_guest_field(world_guest[0], VMCS_CR4,
						      &val, false) &&
	     val == 0x2660, "CR4: VMXE is kept set behind the guest's back");
	ktap(cr(4, 0x2660, false), "CR4.VMXE is not the guest's to set");
	ktap(cr(4, 0x620, false), "CR4.MCE cannot be cleared");
	ktap(cr(4, 0x660 | SEAM_BIT(22), false), "CR4.PKE needs XFAM");
	ktap(cr(0, 0x80000033, true), "CR0 with PG, NE and PE");
	ktap(cr(0, 0x80000013, false), "CR0.NE cannot be cleared");
	ktap(cr(0, SEAM_BIT(40) | 0x80000033, false), "CR0 has 32 bits");
	set_gprs(3, 0, 0);
	ktap(vp_do_exit(VMX_XSETBV, 3, 0, 0, &inj) && !inj.info &&
	     world_guest[0]->xcr0 == 3, "XSETBV within XFAM");
	set_gprs(7, 0, 0);
	ktap(vp_do_exit(VMX_XSETBV, 3, 0, 0, &inj) && inj.info == EVENT_GP,
	     "XSETBV beyond XFAM is #GP");
	world_close();
}

static void *guest_page(gpa_t gpa)
{
	struct sept_page page;

	return sept_translate(world_guest[0]->td, gpa, &page) == SEPT_ACCESS_OK ?
	       page.content : NULL;
}

static void test_measurement(void)
{
	static const u8 zero[48];
	struct td *td;

	world_run();
	td = vp_enter()->td;
	ktap(vp_tdcall4(TDG_MR_RTMR_EXTEND, GPA_MAPPED, 2, 0, 0) == 0 &&
	     memcmp(td->rtmr[2], zero, 48) && !memcmp(td->rtmr[1], zero, 48),
	     "RTMR.EXTEND changes the named register only");
	ktap(vp_tdcall4(TDG_MR_RTMR_EXTEND, GPA_MAPPED + 8, 2, 0, 0) ==
	     OP(OPERAND_INVALID, RCX), "its data is aligned");
	ktap(vp_tdcall4(TDG_MR_RTMR_EXTEND, GPA_MAPPED, 4, 0, 0) ==
	     OP(OPERAND_INVALID, RDX), "there are four registers");
	sharex_try_excl(&td->rtmr_lock);
	ktap(vp_tdcall4(TDG_MR_RTMR_EXTEND, GPA_MAPPED, 2, 0, 0) ==
	     OP(OPERAND_BUSY, RTMR), "a taken RTMR is busy");
	ktap(vp_tdcall4(TDG_MR_REPORT, GPA_MAPPED, GPA_MAPPED, 0, 0) ==
	     OP(OPERAND_BUSY, RTMR), "for a report too");
	sharex_put_excl(&td->rtmr_lock);
	ktap(vp_tdcall4(TDG_MR_RTMR_EXTEND, GPA_FREE, 2, 0, 0) == ~0ULL &&
	     !world_guest[0] && world_regs[0][R8] == GPA_FREE,
	     "data that is not mapped ends VP.ENTER");
	world_close();
}

static void test_report(void)
{
	u8 *page;
	struct td *td;

	world_run();
	td = vp_enter()->td;
	page = guest_page(GPA_MAPPED);
	memset(page + 1024, 0x5a, 64);
	ktap(vp_tdcall4(TDG_MR_REPORT, GPA_MAPPED, GPA_MAPPED + 1024, 0, 0) ==
	     0 && page[0] == 0x81 && page[128] == 0x5a &&
	     !memcmp(page + 512 + 16, td->mrtd, 48),
	     "a report has the data and the measurement");
	ktap(!memcmp(page + 16, "SOFTWARE-ONLY!!", 15),
	     "and says that it is not genuine");
	ktap(vp_tdcall4(TDG_MR_VERIFYREPORT, GPA_MAPPED, 0, 0, 0) == 0,
	     "VERIFYREPORT knows it");
	page[130] ^= 1;
	ktap(vp_tdcall4(TDG_MR_VERIFYREPORT, GPA_MAPPED, 0, 0, 0) ==
	     TDX_WORD_INVALID_REPORTMACSTRUCT, "changed data is noticed");
	page[130] ^= 1;
	page[16] ^= 1;
	ktap(vp_tdcall4(TDG_MR_VERIFYREPORT, GPA_MAPPED, 0, 0, 0) ==
	     TDX_WORD_INVALID_CPUSVN, "another machine's report is noticed");
	ktap(vp_tdcall4(TDG_MR_VERIFYREPORT, GPA_MAPPED + 128, 0, 0, 0) ==
	     OP(OPERAND_INVALID, RCX), "its structure is aligned");
	ktap(vp_tdcall4(TDG_MR_REPORT, GPA_MAPPED + 8, GPA_MAPPED, 0, 0) ==
	     OP(OPERAND_INVALID, RCX), "so is a report");
	ktap(vp_tdcall4(TDG_MR_REPORT, GPA_MAPPED, GPA_MAPPED + 8, 0, 0) ==
	     OP(OPERAND_INVALID, RDX), "and its data");
	ktap(vp_tdcall4(TDG_MR_REPORT, GPA_MAPPED, GPA_MAPPED, 1, 0) ==
	     OP(OPERAND_INVALID, R8), "there is one subtype");
	page[0] = 0;
	sim_intr_countdown = 1;
	ktap(vp_tdcall4(TDG_MR_REPORT, GPA_MAPPED, GPA_MAPPED + 1024, 0, 0) ==
	     ~0ULL && world_guest[0] && !page[0] &&
	     world_guest[0]->gpr[RAX] == TDG_MR_REPORT,
	     "a waiting host interrupt goes before a report");
	world_close();
}

/* What a guest leaf says of an operand that is not there. */
static void test_operands(void)
{
	const u64 shared = SEAM_BIT(47);
	struct vp_inject in = { 0 };
	struct vp_exit e = { .reason = VMX_TDCALL, .instr_len = 4,
			     .long_mode = true };
	struct vcpu *v;

	world_run();
	v = vp_enter();
	set_gprs(TDG_MR_RTMR_EXTEND, GPA_PENDING, 0);
	ktap(vp_exit(v, &e, &in, world_regs[0]) == VP_RESUME &&
	     in.info == EVENT_VE && v->ve.qual == 1 &&
	     v->ve.gpa == GPA_PENDING && v->gpr[RAX] == TDG_MR_RTMR_EXTEND,
	     "a pending operand is the guest's, by #VE");
	v->ve.valid = 0;
	set_gprs(TDG_MR_REPORT, GPA_MAPPED, shared | 0x40);
	v->gpr[R8] = 0;
	ktap(vp_exit(v, &e, &in, world_regs[0]) == VP_RESUME &&
	     in.info == EVENT_VE && v->ve.gpa == (shared | 0x40),
	     "report data may be in shared memory, which is not there");
	v->ve.valid = 0;
	ktap(vp_tdcall4(TDG_MR_REPORT, SEAM_BIT(50), GPA_MAPPED, 1, 0) ==
	     OP(OPERAND_INVALID, R8) &&
	     vp_tdcall4(TDG_MR_REPORT, SEAM_BIT(50), GPA_MAPPED, 0, 0) ==
	     OP(OPERAND_INVALID, RCX), "where a report goes is looked at last");
	v->td->td_ctls |= TD_CTLS_PENDING_VE_OFF;
	ktap(vp_tdcall4(TDG_SYS_RDALL, 0, GPA_PENDING, 0, 0) == ~0ULL &&
	     world_regs[0][RDX] == EXT_QUAL_PENDING && v->gpr[R8] == ~0ULL,
	     "a list that found no page goes on nowhere");
	world_close();
}

static void test_page_attributes(void)
{
	struct vcpu *v;

	world_run();
	v = vp_enter();
	ktap(vp_tdcall4(TDG_MEM_PAGE_ATTR_RD, GPA_MAPPED | 0xff8, 1, 0, 0) == 0 &&
	     v->gpr[RCX] == GPA_MAPPED && !v->gpr[RDX],
	     "ATTR.RD of any address in a page");
	ktap(vp_tdcall4(TDG_MEM_PAGE_ATTR_RD, SEAM_BIT(52), 1, 0, 0) ==
	     OP(OPERAND_INVALID, RCX) && !v->gpr[RCX] && !v->gpr[RDX],
	     "but no bits above it");
	ktap(vp_tdcall4(TDG_MEM_PAGE_ATTR_WR, GPA_PENDING, 0, 0, 0) == 0 &&
	     v->gpr[RCX] == (GPA_PENDING | SEAM_BIT(62)) && !v->gpr[RDX],
	     "ATTR.WR of nothing says whether the page is pending");
	ktap(vp_tdcall4(TDG_MEM_PAGE_ATTR_WR, ~0ULL, SEAM_BIT(16), 1, 0) ==
	     OP(OPERAND_INVALID, R8) &&
	     vp_tdcall4(TDG_MEM_PAGE_ATTR_WR, ~0ULL, SEAM_BIT(16),
			SEAM_BIT(16), 0) == OP(OPERAND_INVALID, RDX) &&
	     vp_tdcall4(TDG_MEM_PAGE_ATTR_WR, GPA_MAPPED | 8, 0, 0, 0) ==
	     OP(OPERAND_INVALID, RCX) && !v->gpr[RCX],
	     "ATTR.WR looks at attributes and flags VM by VM, then at RCX");
	ktap(vp_tdcall4(TDG_MEM_PAGE_ATTR_WR, GPA_OPEN | 1, 0, 0, 0) ==
	     (TDX_WORD_PAGE_SIZE_MISMATCH | 1), "and wants the page's size");
	ktap(vp_tdcall4(TDG_MEM_PAGE_ATTR_WR, GPA_FREE, 0, 0, 0) == ~0ULL &&
	     world_regs[0][RCX] == 2 &&
	     (world_regs[0][RDX] & 15) == EXT_QUAL_ATTR_WR,
	     "of a page that is not there the host hears");
	vp_enter();
	ktap(vp_tdcall4(TDG_MEM_PAGE_ACCEPT, GPA_EMPTY | 1, 0, 0, 0) ==
	     (TDX_WORD_PAGE_SIZE_MISMATCH | 1),
	     "a table that is blocked is still too small a page");
	world_close();
}

void vp_test_guest(void)
{
	test_first_registers();
	test_tdvmcall();
	test_events();
	test_tdcall_mode();
	test_endings();
	test_ept_violations();
	test_operands();
	test_page_attributes();
	test_cpuid();
	test_x2apic_id();
	test_msrs();
	test_control_registers();
	test_measurement();
	test_report();
}
