/* SPDX-License-Identifier: GPL-2.0-only */
/* One VM file and the TD behind it. */
#ifndef KVM_TDX_VM_H
#define KVM_TDX_VM_H

#include <linux/completion.h>
#include <linux/gfp.h>
#include <linux/kref.h>
#include <linux/maple_tree.h>
#include <linux/mmu_notifier.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>
#include <seamhost/compat.h>
#include <seamhost/host.h>
#include <seamhost/kvm_tdx.h>
#include <seamhost/types.h>

#undef pr_fmt
#define pr_fmt(fmt)	KBUILD_MODNAME ": " fmt

#define TD_MAX_VCPUS		64
#define TD_MAX_VCPU_IDS		(TD_MAX_VCPUS * 4)
#define TD_MAX_SLOTS		512
#define TD_MAX_GSI		4096
#define TD_NO_HKID		(-1)

/* Charged to who asks. At the limit there an error, and nobody is killed. */
#define TD_GFP	(GFP_KERNEL_ACCOUNT | __GFP_RETRY_MAYFAIL | __GFP_NOWARN)

enum td_state {
	TD_NEW,			/* no TD yet: KVM_TDX_INIT_VM is to come */
	TD_INITIALIZED,
	TD_RUNNABLE,		/* measurement closed */
};

struct td_vcpu;
struct irq_table;

struct td_vm {
	/* Every file of the VM: it goes away with the last. */
	struct kref kref;
	/* Files through which the TD can be run: the VM's and the vCPUs'. */
	atomic_t runners;

	/*
	 * Lock order: vcpu->mutex, lock, mem_lock, then shared_lock (spin).
	 * @lock: state of the TD, configuration, creation of vCPUs.
	 */
	struct mutex lock;
	enum td_state state;
	/* Once set it stays: no vCPU enters and no leaf changes the TD. */
	bool dead;
	/* The module or the guest ended the TD; it cannot run on: vm_break(). */
	bool broken;
	/* Teardown is over; what kept the KeyID, if it was kept. */
	struct completion ended;
	/* What a leaf that failed said, during a command: under @lock */
	u64 refused;
	u64 end_status;

	/* Configuration before INIT_VM */
	bool split_irqchip;
	bool exit_map_gpa;
	unsigned int max_vcpus;
	unsigned int max_vcpu_ids;	/* 0: not limited by the VMM */
	unsigned int bus_cycle_ns;
	u32 tsc_khz;
	/* what the module makes of the TSC, once it was asked; 0: it was not */
	u64 tsc_multiplier, tsc_offset;

	/* The TD */
	int hkid;
	struct page *tdr_page;
	hpa_t tdr;
	struct page **tdcx;
	unsigned int nr_tdcx;
	u64 attributes;
	u64 xfam;
	unsigned int gpaw;		/* 48 or 52 */
	gpa_t shared_bit;
	struct seamhost_td entry;	/* in seamhost's list of TDs */
	bool listed;
	struct dentry *debugfs;

	/* vCPUs: slots filled in order under @lock, never emptied */
	struct td_vcpu *vcpus[TD_MAX_VCPUS];
	unsigned int nr_vcpus;

	/* Held to change slots, attributes and private mappings. */
	struct mutex mem_lock;
	struct list_head slots;
	struct list_head memfds;
	struct maple_tree attrs;
	struct xarray sept_2m;		/* by gpa >> 21: struct sept_block */
	struct xarray sept_pages[5];	/* by level: gpa >> shift to table */
	struct list_head promote;	/* blocks that became whole */
	struct delayed_work promote_work;
	unsigned long promote_wait;	/* until the next look, in jiffies */

	/* vCPUs stay out of the TD while this is not zero. */
	atomic_t hold;
	wait_queue_head_t hold_wq;

	/* Shared half */
	struct mm_struct *mm;
	struct mmu_notifier mn;
	bool mn_registered;
	spinlock_t shared_lock;		/* shared_root and what it leads to */
	u64 *shared_root;
	unsigned long inval_seq;
	unsigned int inval_count;

	/* Interrupts */
	struct mutex irq_lock;		/* routes; irqfds that come and go */
	struct irq_table __rcu *irqs;
	struct list_head irqfds;
	struct list_head ioeventfds;
	spinlock_t irqfd_lock;		/* irqfds */
	struct rw_semaphore iobus_lock;
};

/* vm.c */
int vm_create(unsigned long type);
void vm_get(struct td_vm *vm);
void vm_put(struct td_vm *vm);
void vm_runner_put(struct td_vm *vm);
void vm_kick(struct td_vm *vm);
void vm_break(struct td_vm *vm);
void vm_kick_flush(struct td_vm *vm);
void vm_hold(struct td_vm *vm);
void vm_release_hold(struct td_vm *vm);

static inline bool vm_alive(struct td_vm *vm)
{
	return !READ_ONCE(vm->dead) && !READ_ONCE(vm->broken);
}

/* caps.c */
/* @vm: what to say of this VM; NULL: of any */
long cap_check(const struct td_vm *vm, unsigned long cap);
unsigned int cap_max_vcpus(void);
long vm_enable_cap(struct td_vm *vm, void __user *argp);

/* cmd.c */
long vm_tdx_cmd(struct td_vm *vm, void __user *argp);

/* tdcaps.c */
long td_capabilities(struct td_vm *vm, struct kvm_tdx_cmd *cmd);
u64 td_supported_attributes(void);
u64 td_supported_xfam(void);
bool td_cpuid_configurable(const struct kvm_cpuid_entry2 *e,
			   struct seamhost_cpuid_config *mask);

/* debugfs.c */
void vm_debugfs_add(struct td_vm *vm, int fd);
void vm_debugfs_remove(struct td_vm *vm);
void vm_debugfs_init(void);
void vm_debugfs_exit(void);

/* td.c */
long td_init_vm(struct td_vm *vm, struct kvm_tdx_cmd *cmd);
long td_finalize(struct td_vm *vm, struct kvm_tdx_cmd *cmd);

/* params.c */
struct td_params;
int td_params_build(struct td_vm *vm, const struct kvm_tdx_init_vm *init,
		    const struct kvm_cpuid_entry2 *entries,
		    struct td_params *params);

/* teardown.c */
void td_teardown(struct td_vm *vm);
long td_terminate(struct td_vm *vm, struct kvm_tdx_cmd *cmd);

/* irq ioctls: irqchip.c, irqfd.c, ioeventfd.c */
int vm_irq_init(struct td_vm *vm);
void vm_irq_destroy(struct td_vm *vm);
long vm_irq_ioctl(struct td_vm *vm, unsigned int cmd, void __user *argp);
long vm_irqfd(struct td_vm *vm, void __user *argp);
void vm_irqfd_release_all(struct td_vm *vm);
long vm_ioeventfd(struct td_vm *vm, void __user *argp);
void vm_ioeventfd_release_all(struct td_vm *vm);
bool ioeventfd_write(struct td_vm *vm, bool pio, u64 addr, unsigned int len,
		     u64 data);

#endif /* KVM_TDX_VM_H */
