/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What seamhost.ko does for a VMM besides SEAMCALLs: it keeps the TDX module
 * up, hands out KeyIDs, knows which memory TDs may use, and counts.
 */
#ifndef SEAMHOST_HOST_H
#define SEAMHOST_HOST_H

#include <linux/list.h>
#include <linux/mm_types.h>
#include <seamhost/decode.h>
#include <seamhost/status.h>
#include <seamhost/types.h>

/*
 * The module's metadata that hosts need, read once at bring-up (TDH.SYS.RD);
 * the names are those of the fields.
 */
struct seamhost_cpuid_config {
	u32 leaf;
	u32 subleaf;		/* ~0: the leaf has none */
	u32 eax, ebx, ecx, edx;	/* bits the host may configure */
};

#define SEAMHOST_MAX_CPUID_CONFIG	48

struct seamhost_sysinfo {
	u16 major_version, minor_version, update_version, internal_version;
	u32 build_date;
	u16 build_num;
	u64 features0;
	u16 max_tdmrs;
	u16 max_reserved_per_tdmr;
	u16 pamt_entry_size[3];		/* 4K, 2M, 1G */
	u16 tdcs_pages;			/* TDH.MNG.ADDCX calls per TD */
	u16 tdvps_pages;		/* pages per vCPU, TDVPR included */
	u16 max_vcpus_per_td;		/* 0: the module does not say */
	u64 attributes_fixed0, attributes_fixed1;
	u64 xfam_fixed0, xfam_fixed1;
	u64 config_flags_fixed0, config_flags_fixed1;
	u16 nr_cpuid_config;
	struct seamhost_cpuid_config cpuid_config[SEAMHOST_MAX_CPUID_CONFIG];
};

/**
 * seamhost_get() - take a reference on a TDX module that is up
 *
 * Brings the module up when that was left for later. While references are
 * held seamhost.ko does not go away and CPUs that a KeyID needs stay online.
 * Process context, may sleep.
 *
 * Return: 0, -ENODEV (no TDX here; the log says why), or the errno of the
 * bring-up step that failed.
 */
int seamhost_get(void);
void seamhost_put(void);

/*
 * Valid while a reference from seamhost_get() is held. An update of the TDX
 * module changes it: who needs two parts that fit, or a call that fits, holds
 * updates up meanwhile.
 */
const struct seamhost_sysinfo *seamhost_sysinfo(void);

/**
 * seamhost_hold_updates() - have one and the same TDX module until released
 *
 * Waits for an update that is under way; one that comes waits. Short, not
 * nested, and seamhost_get() is not called in between. May sleep.
 */
void seamhost_hold_updates(void);
void seamhost_release_updates(void);

/**
 * seamhost_hkid_alloc() - reserve a private KeyID for a TD
 * Return: the KeyID, -ENOSPC when all are in use, -EAGAIN while VMX changes
 * hands, or -EIO when a package has no CPU online. May sleep.
 */
int seamhost_hkid_alloc(void);
void seamhost_hkid_free(hkid_t hkid);
/* KeyIDs that TDs can have in all, and those that are free now. */
unsigned int seamhost_hkids_total(void);
unsigned int seamhost_hkids_free(void);

/* CPUID(1).EAX of the CPUs that TDs run on. */
u32 seamhost_cpu_signature(void);

/* @pa with @hkid in its KeyID bits, as TDH.PHYMEM.PAGE.WBINVD takes it. */
hpa_t seamhost_hpa(phys_addr_t pa, hkid_t hkid);
/* The module's own KeyID: TDRs and PAMTs are under it. */
hkid_t seamhost_global_hkid(void);

/**
 * seamhost_page_usable() - may the TDX module own this page
 * @pa: physical address
 * @size: bytes
 * Return: true when the range is inside initialised TDMRs and not reserved.
 */
bool seamhost_page_usable(phys_addr_t pa, size_t size);

/*
 * Dynamic PAMT: before the module owns a page as a 4K page (a control page, a
 * Secure EPT page or a private page mapped with 4K), and after it gave it
 * back. 0, -ENOMEM, or -EIO when the module refused; nothing is done where PAMT
 * is static. May sleep.
 */
int seamhost_pamt_get(phys_addr_t pa);
void seamhost_pamt_put(phys_addr_t pa);

/* Before it owns a 2M page. -EBUSY: 4K pages are all that can be had there. */
int seamhost_pamt_clear(phys_addr_t pa);

/*
 * The same for TDH.MEM.PAGE.DEMOTE and PROMOTE of 2M, where the module takes
 * and returns the pair of PAMT pages itself. seamhost_pamt_pair_get() gives a
 * pair for DEMOTE, of 0 where PAMT is static; it goes back unused, or belongs
 * to the range at @pa once that is split: as if seamhost_pamt_get() had been
 * called for each of its 512 pages. seamhost_pamt_joined() undoes this after
 * PROMOTE, with the pair that came back.
 */
bool seamhost_pamt_is_dynamic(void);
int seamhost_pamt_pair_get(hpa_t pair[2]);
void seamhost_pamt_pair_put(const hpa_t pair[2]);
void seamhost_pamt_split(phys_addr_t pa);
void seamhost_pamt_joined(phys_addr_t pa, const hpa_t pair[2]);

/**
 * seamhost_on_each_package() - call a function on one CPU of every package
 * @fn: called in process context, pinned to the CPU; stops at the first error
 * @arg: passed on
 * Return: 0 or the first error of @fn. Takes the CPU hotplug lock; may sleep.
 */
int seamhost_on_each_package(int (*fn)(void *arg), void *arg);

/* Run TDH.PHYMEM.CACHE.WB on every package until done. May sleep. */
int seamhost_cache_wb(tdx_status_t *st);

/*
 * Be called on each CPU before it goes offline, or TDX goes there, while
 * SEAMCALLs can still be made on it. The event is the CPU's number.
 */
struct notifier_block;
int seamhost_cpu_leaves_register(struct notifier_block *nb);
void seamhost_cpu_leaves_unregister(struct notifier_block *nb);

/* Drop translations of shared GPAs on this CPU. */
void seamhost_flush_shared_ept(void);

/**
 * seamhost_page_leak() - give up pages that the module would not give back
 * @page: first page
 * @order: log2 of their number
 *
 * Counted and reported; the pages are never used again.
 */
void seamhost_page_leak(struct page *page, unsigned int order);

/*
 * One TD in the list that status files show. The owner embeds it; the
 * numbers may be changed without a lock (WRITE_ONCE).
 */
struct seamhost_td {
	struct list_head list;
	hpa_t tdr;
	hkid_t hkid;
	int pid;
	unsigned int vcpus;
	unsigned long private_pages;	/* 4K units */
	unsigned long control_pages;	/* 4K units */
	unsigned long shared_tables;	/* the host's own, for shared memory */
};

void seamhost_td_add(struct seamhost_td *td);
void seamhost_td_del(struct seamhost_td *td);

#endif /* SEAMHOST_HOST_H */
