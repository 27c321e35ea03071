// SPDX-License-Identifier: GPL-2.0-only
/*
 * The SEAMCALL layer inside the kernel. Reading a file in debugfs'
 * seamcall_test runs what it is named for and gives KTAP.
 */
#include <linux/debugfs.h>
#include <linux/module.h>
#include <seamhost/decode.h>
#include <seamhost/tdh.h>
#include <seamhost/tdg.h>
#include "record.h"
#include "test.h"

void result(struct tally *t, bool ok, const char *fmt, ...)
{
	struct va_format vaf = { .fmt = fmt };
	va_list ap;

	va_start(ap, fmt);
	vaf.va = &ap;
	seq_printf(t->m, "%sok %d %pV\n", ok ? "" : "not ", ++t->n, &vaf);
	va_end(ap);
}

static int run(struct seq_file *m, void (*test)(struct tally *t))
{
	struct tally t = { .m = m };

	/* a file that did not fit is read again with more room */
	seq_puts(m, "KTAP version 1\n");
	test(&t);
	seq_printf(m, "1..%d\n", t.n);
	return 0;
}

#define TEST_FILE(name)							\
static int name##_show(struct seq_file *m, void *unused)		\
{									\
	return run(m, test_##name);					\
}									\
static int name##_open(struct inode *inode, struct file *file)		\
{									\
	return single_open_size(file, name##_show, NULL, 64 << 10);	\
}									\
static const struct file_operations name##_fops = {			\
	.owner = THIS_MODULE, .open = name##_open, .read = seq_read,	\
	.llseek = seq_lseek, .release = single_release,			\
}

TEST_FILE(refusals);
TEST_FILE(stack);
TEST_FILE(gate);
TEST_FILE(breakpoint);
TEST_FILE(td);
TEST_FILE(disable);
TEST_FILE(unload);
TEST_FILE(pamt);

static void describe(struct seq_file *m, bool guest, u64 rax,
		     tdx_status_t status)
{
	const struct tdx_call call = {
		.guest = guest, .rax = rax, .status = status,
	};
	char text[TDX_DESCRIPTION_MAX];

	tdx_describe(text, sizeof(text), &call);
	seq_printf(m, "0x%016llx %s\n", status.raw, text);
}

/* One call of each form, for what the script lets the module answer. */
static int deliver_show(struct seq_file *m, void *unused)
{
	struct tdx_more more = {};
	struct tdx_regs regs = { .rbp = 0x1234 };
	struct tdx_out out;

	describe(m, false, TDH_MEM_TRACK, tdh_mem_track(0x1001));
	describe(m, false, TDH_MEM_PAGE_REMOVE,
		 tdh_mem_page_remove(0x1001, 0x2000, TDX_LEVEL_4K, &out));
	describe(m, false, TDH_PHYMEM_PAGE_RDMD,
		 tdh_phymem_page_rdmd(0x1001, &out));
	describe(m, false, TDH_SERVTD_PREBIND,
		 tdh_servtd_prebind(0x1001, 0x2000, 0, 0, 0));
	describe(m, false, TDH_SERVTD_BIND,
		 tdh_servtd_bind(0x1001, 0x2000, 0, 0, 0, &more));
	describe(m, false, TDH_EXPORT_TRACK, tdh_export_track(0x1001, 0, 0));
	describe(m, false, TDH_EXPORT_STATE_TD,
		 tdh_export_state_td(0x1001, 0, 0, 0, &out));
	describe(m, false, TDH_EXPORT_MEM,
		 tdh_export_mem(0, 0x1001, 0, 0, 0, 0, 0, &out));
	describe(m, false, TDH_IMPORT_MEM,
		 tdh_import_mem(0, 0x1001, 0, 0, 0, 0, 0, 0, &out));
	describe(m, false, TDX_V1(TDH_SYS_CONFIG),
		 tdh_sys_config_v1(0x1001, 1, 0, 0));
	describe(m, false, TDX_V1(TDH_MEM_SEPT_ADD),
		 tdh_mem_sept_add_l2(0x1001, 0, TDX_LEVEL_2M, 0, 0, 0, &more));
	describe(m, false, TDH_MEM_PAGE_DEMOTE,
		 tdh_mem_page_demote_more(0x1001, 0, TDX_LEVEL_2M, 0, 0, 0, &more));
	describe(m, false, TDH_MEM_PAGE_PROMOTE,
		 tdh_mem_page_promote_more(0x1001, 0, TDX_LEVEL_2M, &more));
	describe(m, false, TDH_VP_ENTER, tdh_vp_enter(0x1001, &regs));
	/* no TD here: the CPU's own #UD, through the exception table */
	describe(m, true, TDG_VP_INFO, tdg_vp_info(&out));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(deliver);

static int wrappers_show(struct seq_file *m, void *unused)
{
	record_show(m);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(wrappers);

static int nmi_get(void *data, u64 *value)
{
	*value = nmi_seen();
	return 0;
}

static int nmi_set(void *data, u64 value)
{
	return value > 600 ? -EINVAL : nmi_storm(value);
}
DEFINE_DEBUGFS_ATTRIBUTE(nmi_fops, nmi_get, nmi_set, "%llu\n");

static struct dentry *dir;

static int __init seamcall_test_init(void)
{
	dir = debugfs_create_dir("seamcall_test", NULL);
	debugfs_create_file("refusals", 0400, dir, NULL, &refusals_fops);
	debugfs_create_file("stack", 0400, dir, NULL, &stack_fops);
	debugfs_create_file("gate", 0400, dir, NULL, &gate_fops);
	debugfs_create_file("breakpoint", 0400, dir, NULL,
			    &breakpoint_fops);
	debugfs_create_file("td", 0400, dir, NULL, &td_fops);
	debugfs_create_file("disable", 0400, dir, NULL, &disable_fops);
	debugfs_create_file("unload", 0400, dir, NULL, &unload_fops);
	debugfs_create_file("pamt", 0400, dir, NULL, &pamt_fops);
	debugfs_create_file("wrappers", 0400, dir, NULL, &wrappers_fops);
	debugfs_create_file("deliver", 0400, dir, NULL, &deliver_fops);
	debugfs_create_file_unsafe("nmi", 0600, dir, NULL, &nmi_fops);
	return 0;
}
module_init(seamcall_test_init);

static void __exit seamcall_test_exit(void)
{
	debugfs_remove_recursive(dir);
}
module_exit(seamcall_test_exit);

MODULE_DESCRIPTION("Tests of the SEAMCALL layer that have to be in the kernel");
MODULE_LICENSE("GPL");
