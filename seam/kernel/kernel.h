/* SPDX-License-Identifier: GPL-2.0-only */
/* What the kernel-only files of softseam share. */
#ifndef SOFTSEAM_KERNEL_H
#define SOFTSEAM_KERNEL_H

#include <linux/atomic.h>
#include <linux/linkage.h>
#include <linux/types.h>
#include "../seam.h"

#define pr_softseam(level, fmt, ...)	\
	printk(level "softseam: " fmt, ##__VA_ARGS__)

/* door.c */
int door_open(void);
void door_close(void);

/* By gate_entry.S. False: nothing has changed, it is the kernel's #UD. */
struct pt_regs;
asmlinkage bool door_gate(struct pt_regs *regs);

/* gate.c: SEAMCALL's #UD by a descriptor table of softseam's own */
extern unsigned long seam_gate_kernel;
asmlinkage void seam_gate(void);
int gate_open(void);
void gate_close(void);
/* Another SEAMCALL of this CPU shall not come by the notifier. */
void gate_arm(void);
extern bool gate_wanted;

/* and #BP; by gate_entry.S, false: it is the kernel's */
extern unsigned long seam_gate_kernel_bp;
asmlinkage void seam_gate_bp(void);
asmlinkage bool stale_breakpoint(struct pt_regs *regs);

/* fixup.c: the exception tables of modules, for a #GP at their SEAMCALL */
int fixup_init(void);
void fixup_exit(void);
bool fixup_gp(struct pt_regs *regs);

/* platform.c */
int platform_open(void);
void platform_close(void);
bool platform_vmx_is_on(void);
/* CPUs in VMX operation */
unsigned int platform_cpus_on(void);
/* VMX is the hardware's: there is no SVM to run TDs with. */
bool platform_is_hardware(void);
/* Goes up whenever a CPU drops its translations of shared GPAs. */
u64 platform_shared_generation(void);

/* personality.c: seam_config from module parameters and the machine */
int personality_init(void);

/* cmr.c */
int cmr_init(void);
/* Is every byte of the page at @hpa RAM? As the machine was at load time. */
bool cmr_is_ram(hpa_t hpa);

/* env.c */
/* hash.c */
int hash_init(void);
void hash_exit(void);

int env_init(void);
void env_exit(void);

/* env.c: shortages that a test asked for, counted down as they are shown */
extern atomic_t env_no_entropy;
extern atomic_t env_interrupts;

struct seq_file;

/* inject.c: @rule is one line of text, taken apart; 0 or a negative errno */
int inject_set(char *rule);
void inject_show(struct seq_file *m);

/* audit_show.c */
void audit_show(struct seq_file *m);

/* stats.c: counters and the log of the last calls */
void stats_call(unsigned int lp, const struct pt_regs *in,
		enum seam_result res, const u64 out[NR_GPRS], u64 t0);
void stats_show(struct seq_file *m);
void stats_log_show(struct seq_file *m);

/* debugfs.c */
void debugfs_open(void);
void debugfs_close(void);

#endif /* SOFTSEAM_KERNEL_H */
