// SPDX-License-Identifier: GPL-2.0-only
/*
 * The observer of SEAMCALLs.
 *
 * Wrappers reach the entry points through static calls. While somebody
 * watches, those go to the functions here, which have the same arguments and
 * make the same call, with trace events and counters around it. While nobody
 * does, there is no trace of it in the path.
 */
#include <linux/debugfs.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/seq_file.h>
#include <linux/static_call.h>
#include <linux/timekeeping.h>
#include <seamhost/decode.h>
#include <seamhost/operands.h>
#include "leaf.h"
#include "observe.h"
#include "state.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

static bool seamcall_stats;
module_param(seamcall_stats, bool, 0444);
MODULE_PARM_DESC(seamcall_stats,
		 "count SEAMCALLs from the start, as if 1 had been written to debugfs' seamhost/enable (default: no)");

static DEFINE_MUTEX(observe_lock);
static unsigned int observers;
static bool counting;
static struct dentry *debugfs_dir;

void seamcall_leaf_name(u64 rax, char *name)
{
	const char *known = tdx_host_leaf_name(rax);

	if (known)
		snprintf(name, SEAMCALL_LEAF_NAME, "%s", known);
	else
		snprintf(name, SEAMCALL_LEAF_NAME, "0x%llx", rax);
}

void seamcall_words(const struct seamcall_regs *r, tdx_status_t status,
		    char *words)
{
	const struct tdx_out in = {
		.rcx = r->rcx, .rdx = r->rdx, .r8 = r->r8, .r9 = r->r9,
	};
	const struct tdx_out out = {
		.rcx = r->out.rcx, .rdx = r->out.rdx, .r8 = r->out.r8,
		.r9 = r->out.r9, .r10 = r->out.r10, .r11 = r->out.r11,
	};
	const struct tdx_call call = {
		.rax = r->rax, .status = status, .in = &in, .out = &out,
	};

	tdx_describe(words, SEAMCALL_WORDS, &call);
}

/*
 * VP.ENTER may come from where RCU does not watch; a trace event there would
 * be a bug, so it is counted only.
 */
static u64 observe_enter(const struct seamcall_regs *r)
{
	if (trace_seamcall_enter_enabled() && rcu_is_watching())
		trace_seamcall_enter(r);
	return ktime_get_mono_fast_ns();
}

static tdx_status_t observe_exit(const struct seamcall_regs *r, u64 start,
				 tdx_status_t status)
{
	u64 ns = ktime_get_mono_fast_ns() - start;

	if (READ_ONCE(counting))
		seamcall_stats_count(r->rax, status, ns);
	if (trace_seamcall_exit_enabled() && rcu_is_watching())
		trace_seamcall_exit(r, status, ns);
	return status;
}

/* One for each of SEAMHOST_CALLS(), with the same arguments. */
static tdx_status_t observed__seamcall(u64 rax, u64 unused, u64 rdx, u64 rcx,
				       u64 r8, u64 r9)
{
	struct seamcall_regs r = {
		.rax = rax, .rcx = rcx, .rdx = rdx, .r8 = r8, .r9 = r9,
	};
	u64 start = observe_enter(&r);

	return observe_exit(&r, start, __seamcall(rax, unused, rdx, rcx, r8, r9));
}

static tdx_status_t observed__seamcall_r10(u64 rax, u64 r10, u64 rdx, u64 rcx,
					   u64 r8, u64 r9)
{
	struct seamcall_regs r = {
		.rax = rax, .rcx = rcx, .rdx = rdx, .r8 = r8, .r9 = r9,
		.r10 = r10, .beyond_r9 = true,
	};
	u64 start = observe_enter(&r);

	return observe_exit(&r, start,
			    __seamcall_r10(rax, r10, rdx, rcx, r8, r9));
}

static void take_out3(struct seamcall_regs *r, const struct tdx_out *out)
{
	r->out.rcx = out->rcx;
	r->out.rdx = out->rdx;
	r->out.r8 = out->r8;
}

static tdx_status_t observed__seamcall_out3(u64 rax, struct tdx_out *out,
					    u64 rdx, u64 rcx, u64 r8, u64 r9)
{
	struct seamcall_regs r = {
		.rax = rax, .rcx = rcx, .rdx = rdx, .r8 = r8, .r9 = r9,
	};
	u64 start = observe_enter(&r);
	tdx_status_t status = __seamcall_out3(rax, out, rdx, rcx, r8, r9);

	take_out3(&r, out);
	return observe_exit(&r, start, status);
}

static tdx_status_t observed__seamcall_out3r10(u64 rax, struct tdx_out *out,
					       u64 r10, u64 rcx, u64 r8, u64 r9)
{
	struct seamcall_regs r = {
		.rax = rax, .rcx = rcx, .r8 = r8, .r9 = r9, .r10 = r10,
		.beyond_r9 = true,
	};
	u64 start = observe_enter(&r);
	tdx_status_t status = __seamcall_out3r10(rax, out, r10, rcx, r8, r9);

	take_out3(&r, out);
	return observe_exit(&r, start, status);
}

static tdx_status_t observed__seamcall_out(u64 rax, struct tdx_out *out,
					   u64 rdx, u64 rcx, u64 r8, u64 r9)
{
	struct seamcall_regs r = {
		.rax = rax, .rcx = rcx, .rdx = rdx, .r8 = r8, .r9 = r9,
	};
	u64 start = observe_enter(&r);
	tdx_status_t status = __seamcall_out(rax, out, rdx, rcx, r8, r9);

	take_out3(&r, out);
	r.out.r9 = out->r9;
	r.out.r10 = out->r10;
	r.out.r11 = out->r11;
	return observe_exit(&r, start, status);
}

/* what the leaf does not use of it is not shown */
static void give_more(struct seamcall_regs *r, const struct tdx_more *more)
{
	r->r10 = more->r10;
	r->r11 = more->r11;
	r->r12 = more->r12;
	r->r13 = more->r13;
	r->beyond_r9 = true;
}

/* SEPT.ADD and DEMOTE give the module a page for the level below, alike. */
typedef tdx_status_t sept_call(hpa_t tdr, gpa_t gpa, enum tdx_level level,
			       unsigned int flags, hpa_t sept, hpa_t l2_1,
			       struct tdx_more *more);

static tdx_status_t
observe_sept(u64 rax, sept_call *call, hpa_t tdr, gpa_t gpa,
	     enum tdx_level level, unsigned int flags, hpa_t sept, hpa_t l2_1,
	     struct tdx_more *more)
{
	struct seamcall_regs r = {
		.rax = rax, .rcx = tdx_gpa_level(gpa, level),
		.rdx = tdr | flags, .r8 = sept, .r9 = l2_1,
	};
	tdx_status_t status;
	u64 start;

	give_more(&r, more);
	start = observe_enter(&r);
	status = call(tdr, gpa, level, flags, sept, l2_1, more);
	r.out = *more;
	return observe_exit(&r, start, status);
}

static tdx_status_t
observed__tdh_mem_sept_add_l2(hpa_t tdr, gpa_t gpa, enum tdx_level level,
			      unsigned int flags, hpa_t sept, hpa_t l2_1,
			      struct tdx_more *more)
{
	return observe_sept(TDX_V1(TDH_MEM_SEPT_ADD), __tdh_mem_sept_add_l2,
			    tdr, gpa, level, flags, sept, l2_1, more);
}

static tdx_status_t
observed__tdh_mem_page_demote_more(hpa_t tdr, gpa_t gpa, enum tdx_level level,
				   unsigned int flags, hpa_t sept, hpa_t l2_1,
				   struct tdx_more *more)
{
	return observe_sept(TDX_V0(TDH_MEM_PAGE_DEMOTE),
			    __tdh_mem_page_demote_more, tdr, gpa, level, flags,
			    sept, l2_1, more);
}

static tdx_status_t
observed__tdh_mem_page_promote_more(hpa_t tdr, gpa_t gpa, enum tdx_level level,
				    struct tdx_more *more)
{
	struct seamcall_regs r = {
		.rax = TDX_V0(TDH_MEM_PAGE_PROMOTE),
		.rcx = tdx_gpa_level(gpa, level), .rdx = tdr,
	};
	u64 start = observe_enter(&r);
	tdx_status_t status = __tdh_mem_page_promote_more(tdr, gpa, level, more);

	/* without dynamic PAMT the last two are the caller's own */
	r.out.rcx = more->rcx;
	r.out.rdx = more->rdx;
	r.out.r12 = more->r12;
	r.out.r13 = more->r13;
	return observe_exit(&r, start, status);
}

static tdx_status_t
observed__tdh_export_mem(u64 rcx, u64 rdx, u64 r8, u64 r9, u64 r10, u64 r11,
			 u64 r12, struct tdx_out *out)
{
	struct seamcall_regs r = {
		.rax = TDX_V0(TDH_EXPORT_MEM), .rcx = rcx, .rdx = rdx, .r8 = r8,
		.r9 = r9, .r10 = r10, .r11 = r11, .r12 = r12, .beyond_r9 = true,
	};
	u64 start = observe_enter(&r);
	tdx_status_t status = __tdh_export_mem(rcx, rdx, r8, r9, r10, r11, r12,
					       out);

	r.out.rcx = out->rcx;
	r.out.rdx = out->rdx;
	return observe_exit(&r, start, status);
}

static tdx_status_t
observed__tdh_import_mem(u64 rcx, u64 rdx, u64 r8, u64 r9, u64 r10, u64 r11,
			 u64 r12, u64 r13, struct tdx_out *out)
{
	struct seamcall_regs r = {
		.rax = TDX_V0(TDH_IMPORT_MEM), .rcx = rcx, .rdx = rdx, .r8 = r8,
		.r9 = r9, .r10 = r10, .r11 = r11, .r12 = r12, .r13 = r13,
		.beyond_r9 = true,
	};
	u64 start = observe_enter(&r);
	tdx_status_t status = __tdh_import_mem(rcx, rdx, r8, r9, r10, r11, r12,
					       r13, out);

	r.out.rcx = out->rcx;
	r.out.rdx = out->rdx;
	return observe_exit(&r, start, status);
}

static tdx_status_t observed__tdh_servtd_bind(u64 rcx, u64 rdx, u64 r8, u64 r9,
					      u64 r10, struct tdx_more *more)
{
	struct seamcall_regs r = {
		.rax = TDX_V0(TDH_SERVTD_BIND), .rcx = rcx, .rdx = rdx,
		.r8 = r8, .r9 = r9, .r10 = r10, .beyond_r9 = true,
	};
	u64 start = observe_enter(&r);
	tdx_status_t status = __tdh_servtd_bind(rcx, rdx, r8, r9, r10, more);

	r.out = *more;
	return observe_exit(&r, start, status);
}

static tdx_status_t observed__tdh_servtd_prebind(u64 rcx, u64 rdx, u64 r8,
						 u64 r9, u64 r10)
{
	return observed__seamcall_r10(TDX_V0(TDH_SERVTD_PREBIND), r10, rdx, rcx,
				      r8, r9);
}

static tdx_status_t observed__tdh_sys_config_v1(u64 rcx, u64 rdx, u64 r8,
						u64 r9)
{
	return observed__seamcall_r10(TDX_V1(TDH_SYS_CONFIG), 0, rdx, rcx, r8,
				      r9);
}

/* The guest's registers are shown as the ABI names the first of them. */
static tdx_status_t observed__tdh_vp_enter(u64 rcx, struct tdx_regs *regs)
{
	struct seamcall_regs r = {
		.rax = TDX_V0(TDH_VP_ENTER), .rcx = rcx,
		.rdx = regs->rdx, .r8 = regs->r8, .r9 = regs->r9,
		.r10 = regs->r10, .r11 = regs->r11, .r12 = regs->r12,
		.r13 = regs->r13, .beyond_r9 = true,
	};
	u64 start = observe_enter(&r);
	tdx_status_t status = __tdh_vp_enter(rcx, regs);

	r.out = (struct tdx_more){
		.rcx = regs->rcx, .rdx = regs->rdx, .r8 = regs->r8,
		.r9 = regs->r9, .r10 = regs->r10, .r11 = regs->r11,
		.r12 = regs->r12, .r13 = regs->r13,
	};
	return observe_exit(&r, start, status);
}

int seamhost_observe_get(void)
{
	mutex_lock(&observe_lock);
	if (!observers++) {
#define X(entry)	static_call_update(seamhost##entry, observed##entry);
		SEAMHOST_CALLS(X)
#undef X
	}
	mutex_unlock(&observe_lock);
	return 0;
}

void seamhost_observe_put(void)
{
	mutex_lock(&observe_lock);
	if (!--observers) {
#define X(entry)	static_call_update(seamhost##entry, entry);
		SEAMHOST_CALLS(X)
#undef X
	}
	mutex_unlock(&observe_lock);
}

static DEFINE_MUTEX(counting_lock);

static void set_counting(bool on)
{
	mutex_lock(&counting_lock);
	if (on && !counting) {
		WRITE_ONCE(counting, true);
		seamhost_observe_get();
	} else if (!on && counting) {
		seamhost_observe_put();
		WRITE_ONCE(counting, false);
	}
	mutex_unlock(&counting_lock);
}

static int enable_get(void *data, u64 *value)
{
	*value = READ_ONCE(counting);
	return 0;
}

static int enable_set(void *data, u64 value)
{
	if (value > 1)
		return -EINVAL;
	set_counting(value);
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(enable_fops, enable_get, enable_set, "%llu\n");

static int seamcalls_show(struct seq_file *m, void *v)
{
	seamcall_stats_show(m);
	return 0;
}

static int seamcalls_open(struct inode *inode, struct file *file)
{
	return single_open(file, seamcalls_show, inode->i_private);
}

/* Whatever is written, the counters start from zero. */
static ssize_t seamcalls_write(struct file *file, const char __user *buf,
			       size_t count, loff_t *pos)
{
	seamcall_stats_reset();
	return count;
}

static const struct file_operations seamcalls_fops = {
	.owner		= THIS_MODULE,
	.open		= seamcalls_open,
	.read		= seq_read,
	.write		= seamcalls_write,
	.llseek		= seq_lseek,
	.release	= single_release,
};

void seamhost_observe_init(void)
{
	if (seamcall_stats_alloc()) {
		pr_warn("no memory to count SEAMCALLs\n");
		return;
	}
	debugfs_dir = debugfs_create_dir("seamhost", NULL);
	debugfs_create_file("seamcalls", 0600, debugfs_dir, NULL,
			    &seamcalls_fops);
	debugfs_create_file_unsafe("enable", 0600, debugfs_dir, NULL,
				   &enable_fops);
	if (seamcall_stats)
		set_counting(true);
}

/* No call is under way any more, or will be made. */
void seamhost_observe_exit(void)
{
	debugfs_remove_recursive(debugfs_dir);
	set_counting(false);
	seamcall_stats_free();
}
