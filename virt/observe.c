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
	const struct tdx_call call = {
		.rax = r->rax, .status = status, .in = &in, .out = &r->out,
	};

	tdx_describe(words, SEAMCALL_WORDS, &call);
}

/*
 * VP.ENTER may come from where RCU does not watch; a trace event there would
 * be a bug, so it is counted only.
 */
static void observe_enter(const struct seamcall_regs *r)
{
	if (trace_seamcall_enter_enabled() && rcu_is_watching())
		trace_seamcall_enter(r);
}

static void observe_exit(const struct seamcall_regs *r, tdx_status_t status,
			 u64 ns)
{
	if (READ_ONCE(counting))
		seamcall_stats_count(r->rax, status, ns);
	if (trace_seamcall_exit_enabled() && rcu_is_watching())
		trace_seamcall_exit(r, status, ns);
}

static tdx_status_t observed(u64 rax, u64 unused, u64 rdx, u64 rcx, u64 r8,
			     u64 r9)
{
	struct seamcall_regs r = {
		.rax = rax, .rcx = rcx, .rdx = rdx, .r8 = r8, .r9 = r9,
	};
	tdx_status_t status;
	u64 start;

	observe_enter(&r);
	start = ktime_get_mono_fast_ns();
	status = __seamcall(rax, unused, rdx, rcx, r8, r9);
	observe_exit(&r, status, ktime_get_mono_fast_ns() - start);
	return status;
}

static tdx_status_t observed_r10(u64 rax, u64 r10, u64 rdx, u64 rcx, u64 r8,
				 u64 r9)
{
	struct seamcall_regs r = {
		.rax = rax, .rcx = rcx, .rdx = rdx, .r8 = r8, .r9 = r9,
		.r10 = r10, .beyond_r9 = true,
	};
	tdx_status_t status;
	u64 start;

	observe_enter(&r);
	start = ktime_get_mono_fast_ns();
	status = __seamcall_r10(rax, r10, rdx, rcx, r8, r9);
	observe_exit(&r, status, ktime_get_mono_fast_ns() - start);
	return status;
}

static tdx_status_t observed_out3(u64 rax, struct tdx_out *out, u64 rdx,
				  u64 rcx, u64 r8, u64 r9)
{
	struct seamcall_regs r = {
		.rax = rax, .rcx = rcx, .rdx = rdx, .r8 = r8, .r9 = r9,
	};
	tdx_status_t status;
	u64 start;

	observe_enter(&r);
	start = ktime_get_mono_fast_ns();
	status = __seamcall_out3(rax, out, rdx, rcx, r8, r9);
	start = ktime_get_mono_fast_ns() - start;
	r.out.rcx = out->rcx;
	r.out.rdx = out->rdx;
	r.out.r8 = out->r8;
	observe_exit(&r, status, start);
	return status;
}

static tdx_status_t observed_out3r10(u64 rax, struct tdx_out *out, u64 r10,
				     u64 rcx, u64 r8, u64 r9)
{
	struct seamcall_regs r = {
		.rax = rax, .rcx = rcx, .r8 = r8, .r9 = r9, .r10 = r10,
		.beyond_r9 = true,
	};
	tdx_status_t status;
	u64 start;

	observe_enter(&r);
	start = ktime_get_mono_fast_ns();
	status = __seamcall_out3r10(rax, out, r10, rcx, r8, r9);
	start = ktime_get_mono_fast_ns() - start;
	r.out.rcx = out->rcx;
	r.out.rdx = out->rdx;
	r.out.r8 = out->r8;
	observe_exit(&r, status, start);
	return status;
}

static tdx_status_t observed_out(u64 rax, struct tdx_out *out, u64 rdx,
				 u64 rcx, u64 r8, u64 r9)
{
	struct seamcall_regs r = {
		.rax = rax, .rcx = rcx, .rdx = rdx, .r8 = r8, .r9 = r9,
	};
	tdx_status_t status;
	u64 start;

	observe_enter(&r);
	start = ktime_get_mono_fast_ns();
	status = __seamcall_out(rax, out, rdx, rcx, r8, r9);
	start = ktime_get_mono_fast_ns() - start;
	r.out = *out;
	observe_exit(&r, status, start);
	return status;
}

static tdx_status_t observed_more(u64 rax, struct tdx_more *more, u64 rdx,
				  u64 rcx, u64 r8, u64 r9)
{
	struct seamcall_regs r = {
		.rax = rax, .rcx = rcx, .rdx = rdx, .r8 = r8, .r9 = r9,
		.r10 = more->r10, .r11 = more->r11, .r12 = more->r12,
		.r13 = more->r13, .beyond_r9 = true,
	};
	tdx_status_t status;
	u64 start;

	observe_enter(&r);
	start = ktime_get_mono_fast_ns();
	status = __seamcall_more(rax, more, rdx, rcx, r8, r9);
	start = ktime_get_mono_fast_ns() - start;
	r.out.rcx = more->rcx;
	r.out.rdx = more->rdx;
	r.out.r8 = more->r8;
	r.out.r9 = more->r9;
	r.out.r10 = more->r10;
	r.out.r11 = more->r11;
	observe_exit(&r, status, start);
	return status;
}

/* The guest's registers are shown as the ABI names the first of them. */
static tdx_status_t observed_vp_enter(u64 rcx, struct tdx_regs *regs)
{
	struct seamcall_regs r = {
		.rax = TDX_V0(TDH_VP_ENTER), .rcx = rcx,
		.rdx = regs->rdx, .r8 = regs->r8, .r9 = regs->r9,
		.r10 = regs->r10, .r11 = regs->r11, .r12 = regs->r12,
		.r13 = regs->r13, .beyond_r9 = true,
	};
	tdx_status_t status;
	u64 start;

	observe_enter(&r);
	start = ktime_get_mono_fast_ns();
	status = __tdh_vp_enter(rcx, regs);
	start = ktime_get_mono_fast_ns() - start;
	r.out.rcx = regs->rcx;
	r.out.rdx = regs->rdx;
	r.out.r8 = regs->r8;
	r.out.r9 = regs->r9;
	r.out.r10 = regs->r10;
	r.out.r11 = regs->r11;
	observe_exit(&r, status, start);
	return status;
}

static tdx_status_t observed_servtd_prebind(u64 rcx, u64 rdx, u64 r8, u64 r9,
					    u64 r10)
{
	return observed_r10(TDX_V0(TDH_SERVTD_PREBIND), r10, rdx, rcx, r8, r9);
}

static tdx_status_t observed_sys_config_v1(u64 rcx, u64 rdx, u64 r8, u64 r9)
{
	return observed_r10(TDX_V1(TDH_SYS_CONFIG), 0, rdx, rcx, r8, r9);
}

int seamhost_observe_get(void)
{
	mutex_lock(&observe_lock);
	if (!observers++) {
		static_call_update(seamhost_call, observed);
		static_call_update(seamhost_call_r10, observed_r10);
		static_call_update(seamhost_call_out3, observed_out3);
		static_call_update(seamhost_call_out3r10, observed_out3r10);
		static_call_update(seamhost_call_out, observed_out);
		static_call_update(seamhost_call_more, observed_more);
		static_call_update(seamhost_vp_enter, observed_vp_enter);
		static_call_update(seamhost_servtd_prebind, observed_servtd_prebind);
		static_call_update(seamhost_sys_config_v1, observed_sys_config_v1);
	}
	mutex_unlock(&observe_lock);
	return 0;
}

void seamhost_observe_put(void)
{
	mutex_lock(&observe_lock);
	if (!--observers) {
		static_call_update(seamhost_call, __seamcall);
		static_call_update(seamhost_call_r10, __seamcall_r10);
		static_call_update(seamhost_call_out3, __seamcall_out3);
		static_call_update(seamhost_call_out3r10, __seamcall_out3r10);
		static_call_update(seamhost_call_out, __seamcall_out);
		static_call_update(seamhost_call_more, __seamcall_more);
		static_call_update(seamhost_vp_enter, __tdh_vp_enter);
		static_call_update(seamhost_servtd_prebind, __tdh_servtd_prebind);
		static_call_update(seamhost_sys_config_v1, __tdh_sys_config_v1);
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
