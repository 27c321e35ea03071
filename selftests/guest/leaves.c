// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every wrapper for guests, on the TDX module and the VMM that are there: once
 * so that it succeeds, and once so that it is refused. What is not offered is
 * refused both times; the VMM's side knows which ones those are.
 */
#include <seamhost/abi.h>
#include <seamhost/metadata.h>
#include <seamhost/status.h>
#include <seamhost/tdg.h>
#include <seamhost/tdvmcall.h>
#include "guest.h"
#include "leaves.h"

#define VE		20
#define VECTOR		0x46
#define MSR_SELF_IPI	0x83f
#define MSR_X2APIC_EOI	0x80b
#define MSR_MISC_ENABLE	0x1a0
#define MSR_NONE	0x12345

static struct leaf_records *records;
static u8 report[1024] __attribute__((aligned(1024)));
static u8 data[64] __attribute__((aligned(64)));
static u8 list[4096] __attribute__((aligned(4096)));

static void keep(enum guest_wrapper w, tdx_status_t status)
{
	struct leaf_record *r = &records->r[w];

	if (tdx_ok(status)) {
		r->done++;
		return;
	}
	r->refused++;
	r->status = status.raw;
}

static void keep_vmcall(enum guest_wrapper w, struct tdvmcall_ret ret)
{
	struct leaf_record *r = &records->r[w];

	if (tdvmcall_ok(ret)) {
		r->done++;
		return;
	}
	r->refused++;
	r->status = ret.status.raw;
	r->answer = ret.answer;
}

#define TDG(wrapper, ...)	keep(W_##wrapper, wrapper(__VA_ARGS__))
#define VMM(wrapper, ...)	keep_vmcall(W_##wrapper, wrapper(__VA_ARGS__))

/* The only #VE of this program is the one that it asks for. */
int guest_fault(struct exc_regs *regs)
{
	struct tdx_out out;

	if (regs->vector != VE)
		return 0;
	TDG(tdg_vp_veinfo_get, &out);
	regs->rip += (u32)out.r10;
	return 1;
}

static void wrmsr(u32 msr, u64 val)
{
	asm volatile("wrmsr" : : "c"(msr), "a"((u32)val), "d"(val >> 32));
}

static void test_vcpu(void)
{
	struct tdx_out out;

	TDG(tdg_vp_info, &out);
	asm volatile("hlt" : : : "memory");
	TDG(tdg_vp_veinfo_get, &out);
	TDG(tdg_vp_cpuidve_set, 0);
	TDG(tdg_vp_cpuidve_set, 4);
}

static void test_measurement(void)
{
	TDG(tdg_mr_rtmr_extend, (u64)data, 2);
	TDG(tdg_mr_rtmr_extend, (u64)data, 4);
	TDG(tdg_mr_report, (u64)report, (u64)data, 0);
	TDG(tdg_mr_report, (u64)report, (u64)data, 1);
	/* it begins with the part that has the MAC */
	TDG(tdg_mr_verifyreport, (u64)report);
	report[sizeof(struct tdx_report_mac) - 1] ^= 1;
	TDG(tdg_mr_verifyreport, (u64)report);
}

static void test_memory(void)
{
	struct tdx_out out;

	TDG(tdg_mem_page_accept, GUEST_LATE, TDX_LEVEL_4K);
	TDG(tdg_mem_page_accept, GUEST_LATE + 4096, TDX_LEVEL_2M);
	TDG(tdg_mem_page_attr_rd, GUEST_LATE, &out);
	TDG(tdg_mem_page_attr_rd, 1ULL << 60, &out);
	TDG(tdg_mem_page_attr_wr, GUEST_LATE, TDX_LEVEL_4K, 0, 0, &out);
	TDG(tdg_mem_page_attr_wr, 1ULL << 60, TDX_LEVEL_4K, 0, 0, &out);
}

static void test_metadata(void)
{
	struct tdx_out out;

	TDG(tdg_vm_rd, TDX_TDCS_ATTRIBUTES, &out);
	TDG(tdg_vm_rd, 0, &out);
	TDG(tdg_vm_rd_v1, TDX_TDCS_ATTRIBUTES, &out);
	TDG(tdg_vm_rd_v1, 0, &out);
	TDG(tdg_vm_wr, TDX_TDCS_NOTIFY_ENABLES, 0, 1, &out);
	TDG(tdg_vm_wr, TDX_TDCS_ATTRIBUTES, 0, 1, &out);
	TDG(tdg_vp_rd, TDX_TDVPS_VCPU_INDEX, &out);
	TDG(tdg_vp_rd, 0, &out);
	TDG(tdg_vp_wr, TDX_TDVPS_CPUID_SUPERVISOR_VE, 0, 1, &out);
	TDG(tdg_vp_wr, TDX_TDVPS_VCPU_INDEX, 0, 1, &out);
	TDG(tdg_sys_rd, TDX_SYS_FEATURES0, &out);
	TDG(tdg_sys_rd, 0, &out);
	TDG(tdg_sys_rdall, (u64)list, TDX_FIELD_NONE, &out);
	TDG(tdg_sys_rdall, (u64)list + 8, TDX_FIELD_NONE, &out);
}

/* Service TDs and L2 VMs: leaves that this module does not have. */
static void test_absent(void)
{
	struct tdx_more more = {};
	struct tdx_regs regs = {};

	TDG(tdg_servtd_rd, 0, TDX_TDCS_ATTRIBUTES, &more);
	TDG(tdg_servtd_wr, 0, TDX_TDCS_ATTRIBUTES, 0, 1, &more);
	TDG(tdg_vp_enter, 0, GUEST_LATE, &regs);
	TDG(tdg_vp_invept, 0);
	TDG(tdg_vp_invvpid, 0, 0);
}

static void test_io(void)
{
	struct tdvmcall_out out;

	VMM(tdvmcall_io_in, PORT_SYNC, 4, &out);
	VMM(tdvmcall_io_in, PORT_SYNC, 3, &out);
	VMM(tdvmcall_io_out, PORT_SYNC, 4, 1);
	VMM(tdvmcall_io_out, PORT_SYNC, 8, 1);
	VMM(tdvmcall_inb, PORT_SYNC, &out);
	VMM(tdvmcall_inw, PORT_SYNC, &out);
	VMM(tdvmcall_inl, PORT_SYNC, &out);
	VMM(tdvmcall_outb, PORT_SYNC, 1);
	VMM(tdvmcall_outw, PORT_SYNC, 1);
	VMM(tdvmcall_outl, PORT_SYNC, 1);
}

static void test_instructions(const struct guest_info *info)
{
	u64 device = LEAVES_MMIO | shared_bit(info);
	struct tdvmcall_out out;

	VMM(tdvmcall_cpuid, CPUID_FROM_VMM, 0, &out);
	VMM(tdvmcall_rdmsr, MSR_MISC_ENABLE, &out);
	VMM(tdvmcall_rdmsr, MSR_NONE, &out);
	VMM(tdvmcall_wrmsr, MSR_MISC_ENABLE, 1);
	VMM(tdvmcall_wrmsr, MSR_NONE, 1);
	VMM(tdvmcall_mmio_read, device, 8, &out);
	VMM(tdvmcall_mmio_read, device, 3, &out);
	VMM(tdvmcall_mmio_write, device, 8, 1);
	VMM(tdvmcall_mmio_write, LEAVES_MMIO, 8, 1);
	VMM(tdvmcall_wbinvd);

	/* an interrupt that waits ends the sleep before it begins */
	wrmsr(MSR_SELF_IPI, VECTOR);
	VMM(tdvmcall_hlt, false);
	asm volatile("sti; nop; nop; cli" : : : "memory");
	wrmsr(MSR_X2APIC_EOI, 0);
}

static void test_vmm(const struct guest_info *info)
{
	u64 page = (GUEST_LATE + 0x10000) | shared_bit(info);
	struct tdvmcall_out out;

	VMM(tdvmcall_get_info, 0, &out);
	VMM(tdvmcall_get_info, 2, &out);
	VMM(tdvmcall_map_gpa, page, 4096, &out);
	VMM(tdvmcall_map_gpa, page + 1, 4096, &out);
	VMM(tdvmcall_get_quote, page, 4096);
	/* private memory is not the VMM's to read */
	VMM(tdvmcall_get_quote, GUEST_LATE, 4096);
	VMM(tdvmcall_setup_event_notify, VECTOR);
	VMM(tdvmcall_setup_event_notify, 31);
	VMM(tdvmcall_vendor1, 1, 2);
	VMM(tdvmcall_vendor2, 1, 2, 3);
	VMM(tdvmcall_vendor3, 1, 2, 3, 4);
	VMM(tdvmcall_vendor4, 1, 2, 3, 4, 5);
}

u32 guest_main(const struct guest_info *info)
{
	struct tdvmcall_message message = {};

	records = shared_ptr(info, GUEST_MBOX);
	if (map_gpa(GUEST_MBOX | shared_bit(info), 4096))
		return 1;
	memset(records, 0, sizeof(*records));

	test_vcpu();
	test_measurement();
	test_memory();
	test_metadata();
	test_absent();
	test_io();
	test_instructions(info);
	test_vmm(info);
	records->finished = 1;
	/* the VMM does not come back from this one */
	memcpy(&message.r14, LEAVES_MESSAGE, sizeof(LEAVES_MESSAGE));
	VMM(tdvmcall_report_fatal_error, 0x5ea, 0, &message);
	return 2;
}
