/* SPDX-License-Identifier: GPL-2.0-only */
/* What the parts of seamhost.ko share among themselves. */
#ifndef SEAMHOST_VIRT_STATE_H
#define SEAMHOST_VIRT_STATE_H

#include <linux/cpumask.h>
#include <linux/mutex.h>
#include <linux/rwsem.h>
#include <linux/types.h>
#include <seamhost/host.h>
#include <seamhost/leaves.h>
#include <seamhost/platform.h>
#include <seamhost/status.h>
#include "tdmr.h"

#undef pr_fmt
#define pr_fmt(fmt)	"seamhost: " fmt

/* How far the TDX module has been brought; it never goes back on its own. */
enum seamhost_stage {
	STAGE_COLD,		/* SYS.INIT was not done */
	STAGE_SYS_INIT,		/* SYS.INIT done, LP.INIT on lp_done */
	STAGE_CONFIGURED,	/* it owns the PAMTs from here on */
	STAGE_READY,		/* every package has the key */
	STAGE_UP,		/* every TDMR is initialised */
	STAGE_LOST,		/* shut down, or lost in an update */
};

/*
 * What the TDX module will not tell a second time. It outlives seamhost.ko, so
 * that loading it again finds the module as it was left.
 */
struct seamhost_progress {
	u32 version;		/* SEAMHOST_PROGRESS_VERSION */
	u32 size;
	enum seamhost_stage stage;
	bool init_done;		/* STAGE_LOST: SYS.INIT of the new module was done */
	bool dynamic_pamt;
	u16 global_hkid;
	u32 nr_tdmrs;
	struct tdmr tdmr[TDMR_MAX];
	/* as wide as any kernel of this configuration */
	struct cpumask lp_done;
};

#define SEAMHOST_PROGRESS_VERSION	2

/* What the TDX module that runs says of itself and the machine. */
struct seamhost_metadata {
	struct seamhost_sysinfo info;
	u8 pamt_bitmap_bits;
	u8 no_downgrade;
	u16 module_hv, min_update_hv;
	struct tdmr_area cmr[TDMR_MAX_CMRS];
	unsigned int nr_cmrs;
};

struct seamhost {
	struct mutex lock;	/* bring-up, update, going down */
	/* under @lock: written while the TDX module is replaced */
	struct rw_semaphore same_module;
	const struct seamhost_platform_ops *plat;
	bool up;
	bool leaving;		/* module exit: CPUs go without conditions */
	bool going_down;	/* the machine reboots: no new users */
	bool fresh;		/* SYS.INIT succeeded in this bring-up */
	bool no_module;		/* P-SEAMLDR has none loaded, or it was lost */
	bool sys_init_tried;	/* in this bring-up, with this result: */
	int sys_init_err;
	unsigned int users;	/* seamhost_get(), under @lock */
	u32 nr_shared, nr_private;
	struct seamhost_metadata meta;
	struct tdmr_set *set;
	struct tdmr_region *usable, *given;
	unsigned int nr_usable, nr_given;
	struct seamhost_progress *progress;
};

extern struct seamhost seamhost;

/* platform.c */
int seamhost_platform_get(void);
void seamhost_platform_put(void);

/* platform_hw.c */
extern const struct seamhost_platform_ops seamhost_hw_ops;
bool seamhost_kernel_hosts_tdx(void);

/* bringup.c */
int seamhost_bring_up(void);
void seamhost_take_down(void);

/* power.c */
int seamhost_power_init(void);
void seamhost_power_exit(void);
void seamhost_disable(void);

/* progress.c */
int seamhost_progress_load(void);
void seamhost_progress_save(void);
void seamhost_progress_forget(void);

/* cpu.c */
int seamhost_cpus_start(void);
void seamhost_cpus_stop(void);
bool seamhost_cpus_started(void);

/* package.c */
int seamhost_nr_packages(void);
bool seamhost_packages_online(void);

/* metadata.c */
int seamhost_read_metadata(void);
tdx_status_t seamhost_sys_rd(u64 field, u64 *value);

/* memory.c */
int seamhost_memory_scan(void);
void seamhost_memory_counted(void);
void seamhost_memory_drop(void);
int seamhost_memory_settle(void);
int seamhost_memory_init(void);
void seamhost_memory_exit(void);

/* pamt.c */
int seamhost_pamt_alloc(void);
void seamhost_pamt_free(struct tdmr *tdmr);

/* pamt_dynamic.c */
int seamhost_pamt_dynamic_init(void);
void seamhost_pamt_dynamic_stop(void);
void seamhost_pamt_dynamic_exit(void);

/* keyid.c */
int seamhost_hkids_init(void);
void seamhost_hkids_exit(void);
bool seamhost_hkids_in_use(void);
bool seamhost_hkids_freeze(void);
void seamhost_hkids_thaw(void);

/* pages.c */
unsigned long seamhost_leaked_pages(void);

#endif /* SEAMHOST_VIRT_STATE_H */
