// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a caller of SEAMCALL sees besides the status: registers, interrupts,
 * and the three ways in which a call does not reach the module. A test runs
 * when its name is written to the parameter "run"; the write fails when the
 * test does, and the log tells why.
 */
#include <linux/cpu.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/irqflags.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/platform_device.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <seamhost/entry.h>
#include <seamhost/host.h>
#include <seamhost/leaves.h>
#include <seamhost/platform.h>
#include <seamhost/status.h>

#define NO_SUCH_LEAF	0x3ff0
#define INJECTED	0x8000020000000080ULL	/* OPERAND_BUSY (TDR) */

static struct page *page;

static int expect(const char *what, u64 want, u64 got)
{
	if (want == got)
		return 0;
	pr_err("door_test: %s: wanted %#llx, got %#llx\n", what, want, got);
	return -EINVAL;
}

/* A leaf that only looks: what is this page? */
static u64 look(void)
{
	return __seamcall(TDX_LEAF_RAX(TDH_PHYMEM_PAGE_RDMD), 0, 0,
			  page_to_phys(page), 0, 0).raw;
}

static int test_delivered(void)
{
	return expect("PHYMEM.PAGE.RDMD", 0, look());
}

static int test_vmfailinvalid(void)
{
	return expect("software code", TDX_NOT_DELIVERED_VMFAILINVALID, look());
}

static int test_gp(void)
{
	return expect("software code", TDX_NOT_DELIVERED_GP, look());
}

static int test_ud(void)
{
	return expect("software code", TDX_NOT_DELIVERED_UD, look());
}

static int test_status(void)
{
	return expect("injected status", INJECTED, look());
}

/* A register that a leaf does not name comes back as it was. */
static int test_registers(void)
{
	struct tdx_regs regs = {
		.rcx = 0x101, .rdx = 0x102, .rbx = 0x103, .rbp = 0x105,
		.rsi = 0x106, .rdi = 0x107, .r8 = 0x108, .r9 = 0x109,
		.r10 = 0x10a, .r11 = 0x10b, .r12 = 0x10c, .r13 = 0x10d,
		.r14 = 0x10e, .r15 = 0x10f,
	};
	struct tdx_regs was = regs;
	u64 st = __seamcall_saved(NO_SUCH_LEAF, &regs).raw;

	if (expect("status", 0xc000010000000000ULL, st))
		return -EINVAL;
	/* the entry point does not carry the host's own RBP */
	regs.rbp = was.rbp;
	return expect("difference of registers", 0,
		      !!memcmp(&regs, &was, sizeof(regs)));
}

static int test_outputs(void)
{
	struct tdx_out out = {};
	u64 st = __seamcall_out(TDX_LEAF_RAX(TDH_PHYMEM_PAGE_RDMD), &out, 0,
				page_to_phys(page), 0, 0).raw;

	return expect("status", 0, st) ?:
	       expect("type of a page nobody owns", 0, out.rcx);
}

static int test_interrupts(void)
{
	unsigned long flags;
	bool off;
	int ret;

	ret = expect("status", 0, look());
	if (!ret)
		ret = expect("interrupts off after a call with them on", 0,
			     irqs_disabled());
	local_irq_save(flags);
	if (!ret)
		ret = expect("status", 0, look());
	off = irqs_disabled();
	local_irq_restore(flags);
	return ret ?: expect("interrupts off after a call with them off", 1,
			     off);
}

/* Outside VMX operation the opcode is undefined. */
static int test_no_vmx(void)
{
	const struct seamhost_platform_ops *ops;
	struct device *dev;
	unsigned long flags;
	u64 out, in;
	int ret;

	dev = bus_find_device_by_name(&platform_bus_type, NULL,
				      SEAMHOST_PLATFORM_DEVICE);
	if (!dev)
		return -ENODEV;
	ops = dev_get_platdata(dev);
	local_irq_save(flags);
	ops->vmx_off();
	out = look();
	ret = ops->vmx_on();
	in = look();
	local_irq_restore(flags);
	put_device(dev);
	return ret ?: expect("code outside VMX", TDX_NOT_DELIVERED_UD, out) ?:
	       expect("status inside VMX", 0, in);
}

/* Not for a private KeyID, nor a page that is no RAM. */
static int test_operand(void)
{
	u64 st = __seamcall(TDX_LEAF_RAX(TDH_PHYMEM_PAGE_RDMD), 0, 0,
			    page_to_phys(page) | 1, 0, 0).raw;

	return expect("status", 0xc000010000000001ULL, st);
}

static int test_no_entropy(void)
{
	int hkid = seamhost_hkid_alloc();
	tdx_status_t st;

	if (hkid < 0)
		return hkid;
	st = __seamcall(TDX_LEAF_RAX(TDH_MNG_CREATE), 0, hkid,
			page_to_phys(page), 0, 0);
	seamhost_hkid_free(hkid);
	return expect("code", TDX_ST_RND_NO_ENTROPY, tdx_code(st));
}

static int enter_here(void *unused)
{
	struct tdx_regs regs = {};

	return expect("software code on CPU 0", TDX_NOT_DELIVERED_UD,
		      __tdh_vp_enter(page_to_phys(page), &regs).raw);
}

/* Where the emulated machine cannot run a TD it says so. */
static int test_enter_cpu0(void)
{
	return smp_call_on_cpu(0, enter_here, NULL, false);
}

static const struct {
	const char *name;
	int (*fn)(void);
} tests[] = {
	{ "delivered", test_delivered },
	{ "registers", test_registers },
	{ "outputs", test_outputs },
	{ "operand", test_operand },
	{ "interrupts", test_interrupts },
	{ "no_vmx", test_no_vmx },
	{ "vmfailinvalid", test_vmfailinvalid },
	{ "gp", test_gp },
	{ "ud", test_ud },
	{ "status", test_status },
	{ "no_entropy", test_no_entropy },
	{ "enter_cpu0", test_enter_cpu0 },
};

static int run_set(const char *val, const struct kernel_param *kp)
{
	unsigned int i;

	if (!page)
		return -EAGAIN;
	for (i = 0; i < ARRAY_SIZE(tests); i++)
		if (sysfs_streq(val, tests[i].name))
			return tests[i].fn();
	return -ENOENT;
}

static const struct kernel_param_ops run_ops = {
	.set = run_set,
};
module_param_cb(run, &run_ops, NULL, 0200);
MODULE_PARM_DESC(run, "write the name of a test here");

static int __init door_test_init(void)
{
	int ret = seamhost_get();

	if (ret)
		return ret;
	page = alloc_page(GFP_KERNEL);
	if (!page) {
		seamhost_put();
		return -ENOMEM;
	}
	return 0;
}
module_init(door_test_init);

static void __exit door_test_exit(void)
{
	__free_page(page);
	seamhost_put();
}
module_exit(door_test_exit);

MODULE_DESCRIPTION("Test of how SEAMCALLs reach the TDX module");
MODULE_LICENSE("GPL");
