/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory of a TD: pages, guest_memfd, slots, attributes, both EPTs. */
#ifndef KVM_TDX_MEM_H
#define KVM_TDX_MEM_H

#include <linux/bitmap.h>
#include <linux/fs.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mm.h>

#include "vm.h"

#define PAGES_2M	512
#define SIZE_OF_2M	BIT(21)
#define ORDER_2M	9

/*
 * Two MiB of a guest_memfd. When @huge is there its pages are never freed one
 * by one: a piece that user space punched out stays with the block, so that
 * the block can be mapped as one page again once the hole is filled.
 */
struct memfd_block {
	struct page *huge;
	struct page **small;		/* PAGES_2M of them, without @huge */
	bool given_2m;			/* the module holds it as one 2M page */
	DECLARE_BITMAP(given, PAGES_2M);	/* held as 4K pages */
	DECLARE_BITMAP(used, PAGES_2M);	/* not punched */
};

struct memfd {
	struct kref kref;		/* the file, and slots that name it */
	struct td_vm *vm;		/* reference held by the file */
	struct list_head link;		/* vm->memfds */
	bool closed;
	u64 size;
	struct xarray blocks;		/* by offset >> 21 */
};

struct slot {
	struct list_head link;
	u32 id;				/* address space 0 */
	u32 flags;
	u64 gfn, npages;
	u64 hva;
	struct memfd *memfd;
	u64 memfd_pgoff;
};

/* What the Secure EPT holds under one 2 MiB of GPA. */
struct sept_block {
	struct list_head promote;	/* in vm->promote when worth a try */
	u64 gfn;
	struct page *table;		/* level 0 table, or NULL */
	bool mapped_2m;
	unsigned int nr;		/* bits set in @mapped */
	unsigned int seen;		/* of a whole block: accepted from here on */
	DECLARE_BITMAP(mapped, PAGES_2M);
};

/* page.c: pages that the module may own */
struct page *td_page_alloc(unsigned int order);
void td_page_free(struct page *page, unsigned int order);
struct page *td_owned_alloc(void);
void td_owned_free(struct page *page);
struct page *td_control_alloc(struct td_vm *vm);
void td_control_free(struct td_vm *vm, struct page *page);
/* The module gave it back while the TD's key is live: flush, clear. */
int td_page_returned(struct td_vm *vm, hpa_t pa, unsigned int npages);
/* PHYMEM.PAGE.RECLAIM of a page of a TD whose key is gone; 0 or -EIO. */
int td_page_reclaim(struct page *page, enum tdx_level level);
void td_control_reclaim(struct td_vm *vm, struct page *page);

/* memfd.c */
long memfd_create_ioctl(struct td_vm *vm, void __user *argp);
struct memfd *memfd_from_fd(struct td_vm *vm, int fd);
void memfd_put(struct memfd *m);
struct memfd_block *memfd_block_get(struct memfd *m, u64 pgoff, bool *huge);
struct page *memfd_page(struct memfd *m, u64 pgoff);
void memfd_mark_given(struct memfd *m, u64 pgoff, enum tdx_level level,
		      bool given);
void memfd_block_free(struct memfd_block *b);
/* reclaim.c */
void memfd_reclaim_all(struct td_vm *vm);

/* memfd_fs.c: the files */
int memfd_fs_init(void);
void memfd_fs_exit(void);
int memfd_fs_getfd(const struct file_operations *fops, void *data, u64 size);

/* slot.c */
long slot_set(struct td_vm *vm, void __user *argp, bool v2);
struct slot *slot_find(struct td_vm *vm, u64 gfn);
void slots_free(struct td_vm *vm);
void slots_memfd_closed(struct td_vm *vm, struct memfd *m);
int slots_memfd_punched(struct td_vm *vm, struct memfd *m, u64 pgoff, u64 n);

/* attr.c */
long attr_set(struct td_vm *vm, void __user *argp);
bool attr_private(struct td_vm *vm, u64 gfn);
bool attr_range_private(struct td_vm *vm, u64 gfn, u64 npages);

/* sept.c: Secure EPT pages, and mapping and unmapping of private pages */
struct sept_block *sept_block_get(struct td_vm *vm, u64 gfn, bool create);
int sept_grow(struct td_vm *vm, u64 gfn, enum tdx_level leaf);
int sept_aug(struct td_vm *vm, u64 gfn, enum tdx_level level, hpa_t pa);
int sept_add(struct td_vm *vm, u64 gfn, hpa_t pa, hpa_t source,
	     tdx_status_t *st);
void sept_reclaim(struct td_vm *vm);

/* zap.c */
int sept_zap(struct td_vm *vm, u64 gfn, u64 npages);
int sept_split(struct td_vm *vm, u64 gfn);
int sept_split_edges(struct td_vm *vm, u64 gfn, u64 npages);
int td_track(struct td_vm *vm);
int sept_block_entry(struct td_vm *vm, u64 gfn, enum tdx_level level);
/* promote.c: tables that have had their time */
void sept_promote_init(struct td_vm *vm);
void sept_promote_end(struct td_vm *vm);
bool sept_promote_pending(struct td_vm *vm);
void sept_promote_all(struct td_vm *vm);
void sept_note_mapped(struct td_vm *vm, struct sept_block *b);
int sept_table_remove(struct td_vm *vm, struct sept_block *b);
int sept_table_drop(struct td_vm *vm, struct sept_block *b);

/* private_mem.c */
int private_map(struct td_vm *vm, u64 gfn, enum tdx_level max,
		enum tdx_level *mapped);
long private_init_region(struct td_vcpu *vcpu, struct kvm_tdx_cmd *cmd);
long private_prefault(struct td_vcpu *vcpu, void __user *argp);

/* shared_ept.c, notifier.c */
int shared_init(struct td_vm *vm);
void shared_destroy(struct td_vm *vm);
int shared_map(struct td_vm *vm, u64 gfn);
void shared_zap_gfn(struct td_vm *vm, u64 gfn, u64 npages);
bool shared_zap_locked(struct td_vm *vm, u64 gfn, u64 npages);
int notifier_register(struct td_vm *vm);
void notifier_unregister(struct td_vm *vm);

#endif /* KVM_TDX_MEM_H */
