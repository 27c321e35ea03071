/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The software TDX module's state. What the real module keeps encrypted in
 * pages that the host gave, this one keeps in memory of its own and reaches
 * through the PAMT entry of the page; the host's page holds noise meanwhile.
 */
#ifndef SOFTSEAM_MODULE_H
#define SOFTSEAM_MODULE_H

#include "../compat.h"
#include "../seam.h"
#include <seamhost/leaves.h>

/* ---- locks: never wait, answer busy ------------------------------------- */

/*
 * Shared/exclusive lock: bit 15 exclusive, bits 13:0 shared holders. The host
 * priority bit 14 is set by a host that found the lock taken and makes guests
 * stay away until the host had it. All zero is free.
 */
struct sharex {
	u16 word;
};

#define SX_EXCL		SEAM_BIT(15)
#define SX_HP		SEAM_BIT(14)
#define SX_COUNT	SEAM_MASK(13, 0)

/* Inline, as each VP.ENTER takes and gives back a handful of them. */
static inline bool sharex_try_shared(struct sharex *l)
{
	u16 old = atomic_read_once(&l->word);

	do {
		if ((old & SX_EXCL) || (old & SX_COUNT) == SX_COUNT)
			return false;
	} while (!atomic_cas(&l->word, &old, (u16)(old + 1)));
	return true;
}

static inline void sharex_put_shared(struct sharex *l)
{
	__atomic_sub_fetch(&l->word, 1, __ATOMIC_RELEASE);
}

bool sharex_try_excl(struct sharex *l);
void sharex_put_excl(struct sharex *l);
/* host-priority forms: @guest tells who asks */
bool sharex_hp_try_excl(struct sharex *l, bool guest);
bool sharex_hp_try_shared(struct sharex *l, bool guest);

/* The latter for a host, whose turn it is once it has the lock. */
static inline bool sharex_try_shared_as_host(struct sharex *l)
{
	if (!sharex_try_shared(l)) {
		__atomic_or_fetch(&l->word, SX_HP, __ATOMIC_RELAXED);
		return false;
	}
	if (atomic_read_once(&l->word) & SX_HP)
		__atomic_and_fetch(&l->word, (u16)(SX_EXCL | SX_COUNT),
				   __ATOMIC_RELAXED);
	return true;
}

/* ---- module ------------------------------------------------------------- */

enum sys_state {
	SYSINIT_PENDING, SYSINIT_DONE, SYSCONFIG_DONE, SYS_READY, SYS_SHUTDOWN,
};

enum page_type {
	PT_NDA = 0, PT_RSVD = 1, PT_REG = 3, PT_TDR = 4, PT_TDCX = 5,
	PT_TDVPR = 6, PT_EPT = 8, PT_PAMT = 15,
};

/*
 * One per 4K, 2M and 1G of each TDMR. Type, owner, BEPOCH and object change
 * only under the exclusive lock; whoever works on a page also holds the
 * entries above it shared.
 */
struct pamt_entry {
	struct sharex lock;	/* by pamt_lock_of() only */
	u8 type;
	u8 tdmr : 6, level : 2;	/* which entry this is: see pamt_hpa() */
	u32 index;		/* in units of @level from the TDMR's base */
	hpa_t owner;		/* TDR page; kept after the page is freed */
	u64 bepoch;
	/*
	 * TDR: struct td; TDVPR: struct vcpu; EPT: table (u64[512]); REG:
	 * private content or NULL while it is all zero; TDCX: owner
	 */
	void *obj;
};

/* Dynamic PAMT: pages that the host lent, by 4K, and the pair of each 2M. */
struct pamt_lent {
	u64 page[4096];
	hpa_t pair[512][2];	/* first: with PAMT_PAIR_VALID in bit 0 */
};

#define PAMT_PAIR_VALID		1ULL

/*
 * The entries of 1G of a TDMR; 4K ones come in chunks with TDMR.INIT. The locks
 * of the 2M ones stand beside that of 1G, where each entry into a TD passes.
 */
struct pamt_gb {
	struct pamt_lent *lent;		/* NULL without dynamic PAMT */
	struct pamt_entry e1g;
	struct sharex lock_2m[512];
	struct pamt_entry e2m[512];
	struct pamt_entry *e4k[512];
};

static inline struct sharex *pamt_lock_of(struct pamt_entry *pe)
{
	unsigned int i = pe->index % 512;
	struct pamt_gb *gb;

	if (pe->level != 1)
		return &pe->lock;
	gb = (void *)((char *)(pe - i) - offsetof(struct pamt_gb, e2m));
	return &gb->lock_2m[i];
}

/*
 * The locks of a 4K page of the module's and of the 2M and 1G around it: the
 * same for as long as the page is what it is.
 */
struct pamt_path {
	struct sharex *lock[3];
};

/* pamt_lock() for a host's shared use of such a page, without the way there */
static inline bool pamt_path_lock(const struct pamt_path *p)
{
	if (!sharex_try_shared(p->lock[2]))
		return false;
	if (!sharex_try_shared(p->lock[1]))
		goto put_1g;
	if (sharex_try_shared_as_host(p->lock[0]))
		return true;
	sharex_put_shared(p->lock[1]);
put_1g:
	sharex_put_shared(p->lock[2]);
	return false;
}

/* pamt_unlock() of it */
static inline void pamt_path_unlock(const struct pamt_path *p)
{
	sharex_put_shared(p->lock[0]);
	sharex_put_shared(p->lock[1]);
	sharex_put_shared(p->lock[2]);
}

struct tdmr {
	u64 base, size;
	unsigned int nr_reserved;
	struct { u64 offset, size; } reserved[16];
	struct { u64 base, size; } pamt_area[3];	/* 4K, 2M, 1G */
	struct sharex lock;
	u64 next_init;		/* next address to initialise */
	struct pamt_gb **gb;
};

enum kot_state { KOT_FREE, KOT_ASSIGNED, KOT_FLUSHED, KOT_RESERVED };

struct kot_entry {
	u8 state;
	u8 wb_bitmap;		/* packages that still must write back */
	u8 wb_running;		/* packages whose CACHE.WB covers it */
};

/* CACHE.WB looks for interrupts this many times, less one */
#define WB_STEPS	64

struct lp {
	unsigned int id;
	bool init_done;
	bool in_seam;		/* in a leaf; a running vCPU counts by itself */
	struct vcpu *running;
	struct vcpu *last_vcpu;	/* ran last here */
};

struct tdx_module {
	bool loaded;			/* P-SEAMLDR put a module in place */
	struct sharex lock;		/* module-global */
	u32 state;			/* enum sys_state */
	unsigned int nr_lps_init;
	struct lp lp[SEAM_MAX_LPS];
	bool pkg_key_configured[SEAM_MAX_PKGS];
	struct sharex pkg_wb_lock[SEAM_MAX_PKGS];
	hkid_t global_hkid;
	bool dynamic_pamt;
	unsigned int nr_tdmrs;
	struct tdmr tdmr[64];
	struct sharex kot_lock;
	struct sharex ket_lock[SEAM_MAX_PKGS];
	struct kot_entry *kot;		/* by HKID, all private and shared */
	u64 sysinit_uuid[4];
	u64 host_writes;		/* owned pages the host wrote to */
	unsigned int disable_step;	/* SYS.DISABLE was interrupted */
	bool handoff_valid;
	u16 handoff_hv;
	unsigned int wb_left[SEAM_MAX_PKGS];	/* CACHE.WB was interrupted */
};

extern struct tdx_module tdxm;

/* ---- TD ------------------------------------------------------------------ */

enum lifecycle {
	TD_HKID_ASSIGNED, TD_KEYS_CONFIGURED, TD_BLOCKED, TD_TEARDOWN,
};

enum op_state {
	OP_UNINITIALIZED, OP_INITIALIZED, OP_RUNNABLE, OP_LIVE_EXPORT,
	OP_PAUSED_EXPORT, OP_POST_EXPORT, OP_MEMORY_IMPORT, OP_STATE_IMPORT,
	OP_POST_IMPORT, OP_LIVE_IMPORT, OP_FAILED_IMPORT,
};

#define TDCS_PAGES		6
#define TDCS_MAX_PAGES		9
/* TDCS pages by what they hold */
#define TDCX_MSR_BITMAPS	2
#define TDCX_SEPT_ROOT		3
#define TDCX_ZERO		4
#define TDVPS_PAGES		6
#define TDVPS_MAX_PAGES		15
#define MAX_CPUID_LOOKUP	80
#define MAX_CPUID_CONFIG	12

struct td {
	/* TDR */
	hpa_t tdr;
	struct pamt_path path;		/* of the TDR */
	bool fatal;
	enum lifecycle lifecycle;
	hkid_t hkid;
	u8 pkg_config_bitmap;
	u64 chldcnt;
	unsigned int num_tdcx;
	hpa_t tdcx[TDCS_MAX_PAGES];
	u64 uuid[4];
	/* TDCS */
	struct sharex op_state_lock;
	enum op_state op_state;
	struct sharex sept_lock;
	struct sharex epoch_lock;
	struct sharex rtmr_lock;
	u64 epoch;
	int refcount[2];
	u32 num_vcpus, num_assoc_vcpus, max_vcpus;
	struct vcpu *vcpus;		/* initialised ones; never shrinks */
	u8 num_l2_vms;
	u64 attributes, xfam, config_flags, eptp_controls;
	bool gpaw52;
	bool has_monitor;		/* CPUID tells of MONITOR */
	unsigned int sept_levels;	/* 4 or 5 */
	u64 *sept_root;			/* table of the top level */
	u16 tsc_frequency;		/* 25 MHz units */
	u64 tsc_offset, tsc_multiplier;
	u64 td_ctls, notify_enables;
	u64 msr_config_ctls, arch_capabilities;
	u32 xbuff_offset[19];	/* INITs that failed leave theirs */
	u64 hp_lock_timeout;
	u64 vm_ctls[4];
	u32 cpuid[MAX_CPUID_LOOKUP][4];	/* virtual values, see cpuid.c */
	void *mrtd_ctx;			/* SHA-384 in progress */
	u8 mrtd[48], mrconfigid[48], mrowner[48], mrownerconfig[48];
	u8 rtmr[4][48];
	u8 servtd_hash[48];
	void *engine;
	/* for what the engine has of its own: a page less than elsewhere */
	u64 engine_area[32];
};

/* ---- vCPU ---------------------------------------------------------------- */

enum vcpu_state {
	VCPU_UNINIT = 0, VCPU_READY = 2, VCPU_ACTIVE = 4, VCPU_DISABLED = 8,
};

enum last_exit { EXIT_ASYNC_FAULT, EXIT_ASYNC_TRAP, EXIT_TDVMCALL };

struct ve_state {
	u32 exit_reason, valid;
	u64 qual, gla, gpa;
	u16 eptp_index;
	u32 instr_len, instr_info;
};

#define NR_EXIT_WORDS		8

struct vcpu {
	struct td *td;
	struct vcpu *next;		/* of td->vcpus */
	hpa_t tdvpr;
	struct pamt_path path;		/* of the TDVPR */
	unsigned int num_pages;
	hpa_t page[TDVPS_MAX_PAGES];
	u8 state;			/* enum vcpu_state */
	u8 last_exit;			/* enum last_exit */
	u32 index;
	int assoc_lp;			/* -1: none */
	u64 epoch;
	u8 pend_nmi;
	u8 cpuid_ve_supervisor;		/* not 0: CPUID causes #VE */
	u8 cpuid_ve_user;
	u8 cpuid_control[128];		/* the same by leaf: bit 0, bit 1 */
	bool launched;			/* ran since it came to this LP */
	u64 last_exit_tsc;
	struct ve_state ve;
	u64 gpr[NR_GPRS];		/* guest registers */
	u64 x2apic_id;
	u64 dr[4], dr6;
	u64 cr2;
	u64 xcr0;
	u32 vapic[256];			/* virtual APIC page, by offset / 4 */
	/* VMCS fields that the host writes (TDH.VP.WR) */
	u64 shared_eptp;
	u64 posted_intr_nv, posted_intr_desc;
	u64 posted_known;		/* the descriptor that @posted is for */
	u32 *posted;			/* NULL: it is not the host's memory */
	u64 pin_controls, proc_controls, proc_controls2;
	u64 *tdvps;			/* TDVPS fields kept for metadata.c alone */
	size_t tdvps_bytes;
	u64 *exit_word[NR_EXIT_WORDS];	/* in tdvps: VMCS exit fields */
	void *engine;
	u64 engine_area[40];		/* as in struct td */
};

/* ---- call context and helpers --------------------------------------------- */

/* An asynchronous TD exit, as TDH.VP.ENTER will report it. */
struct td_exit {
	u64 status;		/* upper half of RAX, SUCCESS by default */
	u32 reason;		/* VMX basic exit reason */
	u64 qual, ext_qual;	/* RCX, RDX */
	gpa_t gpa;		/* R8 */
};

/* One leaf call at work. Leaves return the status; RAX is set from it. */
struct call {
	struct lp *lp;
	u64 *g;			/* caller's registers */
	unsigned int version;
	struct vcpu *enter;	/* set by VP.ENTER: the guest shall run */
	struct vcpu *vcpu;	/* guest leaves: who calls; @g is its registers */
	struct td_exit exit;	/* guest leaves that answer LEAF_TD_EXIT */
	struct vp_inject *inj;	/* guest leaves that answer LEAF_INJECTED */
};

/*
 * What a guest leaf returns when it did not finish. No status has bit 55 set.
 * With all three RIP and the registers stay as they are.
 */
#define LEAF_TD_EXIT	(1ULL << 55)		/* the TD exits with c->exit */
#define LEAF_RETRY	(LEAF_TD_EXIT | 1)	/* host waits: the TDCALL runs again */
#define LEAF_INJECTED	(LEAF_TD_EXIT | 2)	/* *c->inj was filled */
#define LEAF_TDVMCALL	(LEAF_TD_EXIT | 3)	/* TDG.VP.VMCALL alone */

typedef u64 (*leaf_fn)(struct call *c);

/* Status words of 1.5.01 as integers: TDX_WORD_OPERAND_BUSY, ... */
#define X(name, code, word)	\
	static const u64 __attribute__((unused)) TDX_WORD_##name = word;
TDX_STATUSES(X)
#undef X

#define ST(code)		TDX_WORD_##code
#define ST_OP(code, operand)	(TDX_WORD_##code | TDX_OPERAND_##operand)

/* P-SEAMLDR: RAX bit 63 (seam/loader/) */
SEAM_RARE enum seam_result seamldr_call(struct call *c);
void seamldr_init(void);
/* What is installed: hash of the image, hash of its signer's key, SVN. */
bool seamldr_identity(const u8 **mrseam, const u8 **mrsigner, u16 *svn);

/*
 * Injected faults (fault.c). True: the leaf in @rax does not run; @result is
 * what the door does and @st, with SEAM_DONE, the status.
 */
bool fault_before(unsigned int lp, u64 rax, u64 *st,
		  enum seam_result *result);
void stall_disarm(unsigned int lp);

/* The PAMT's memory (tdmr.c) */
bool pamt_create(unsigned int nr_tdmrs, bool dynamic);
void pamt_destroy(unsigned int nr_tdmrs);
/* The 512 small entries at @offset; false: no memory. */
bool pamt_init_2m(struct tdmr *t, u64 offset);
/* Dynamic PAMT (pamt_dynamic.c) */
bool pamt_lent(hpa_t page);
bool pamt_lent_in_2m(hpa_t hpa);
bool pamt_of_own_pair(const struct pamt_entry *pe);
u64 pamt_demote_pair(struct pamt_entry *whole, hpa_t page0, hpa_t page1);
void pamt_promote_pair(struct pamt_entry *whole, u64 *page0, u64 *page1);
/* What an entry of @level becomes when its page is split. */
u8 pamt_split_type(unsigned int level);
void pamt_for_each(void (*fn)(struct pamt_entry *pe, void *arg), void *arg);
void pamt_look_at_each(void (*fn)(struct pamt_entry *pe, void *arg), void *arg);
unsigned int kot_entries(void);	/* HKID 0 and shared ones too */
/* The module as a whole, for P-SEAMLDR (init.c) */
bool module_in_use(const struct lp *self);	/* another LP is in it */
void module_unload(void);
void module_start_anew(void);
void module_drop_tds(void);	/* and free their pages and KeyIDs */
/* To SYSINIT_PENDING; false: no memory. The lost module's TDs are gone. */
bool module_load(bool keep_tds);
/* A locked page becomes free and what hung on it goes (init.c). */
void page_drop(struct pamt_entry *pe);
/* Frees a vCPU whose pages are gone; its TD may be gone already (vp.c). */
void vcpu_free(struct vcpu *vcpu);

/* Limits of TD_PARAMS on this machine (mng_init.c) */
u64 attributes_allowed(void);
u64 xfam_allowed(void);
u64 config_flags_allowed(void);
/* The machine's MSR, from seam_config; false: not known. */
bool seam_msr(u32 index, u64 *val);
/* An address without its KeyID bits */
#define SEAM_HPA_MASK	(SEAM_BIT(seam_config.keyid_shift) - 1)

#define TDX_FEATURES0_NO_RBP_MOD	SEAM_BIT(18)
#define TDX_FEATURES0_TOPOLOGY_ENUM	SEAM_BIT(20)
#define TDX_FEATURES0_DYNAMIC_PAMT	SEAM_BIT(36)

/* PAMT (pamt.c). Level 0..2; NULL outside TDMRs and where not initialised. */
struct tdmr *tdmr_of(hpa_t hpa);
struct pamt_entry *pamt_at(hpa_t hpa, unsigned int level);
hpa_t pamt_hpa(const struct pamt_entry *pe);
/* Of a 4K page that is locked and is to be the module's. */
void pamt_path(hpa_t hpa, struct pamt_path *path);
/*
 * The entry that says what @hpa is now, and its level: the first from 1G down
 * that is not NDA, else the 4K one. Unlocked: for a look only.
 */
struct pamt_entry *pamt_walk(hpa_t hpa, unsigned int *level);
/*
 * Locks the entry of @level for @hpa and, shared, those above it. NULL: busy.
 * Where a larger page covers @hpa, that one's entry is locked and returned:
 * compare (*pe)->level. pamt_unlock() releases all of it.
 */
struct pamt_entry *pamt_lock(hpa_t hpa, unsigned int level, bool excl);
void pamt_unlock(struct pamt_entry *pe, bool excl);
/* Marks a locked page as used: type, owner and object. */
void pamt_take(struct pamt_entry *pe, u8 type, hpa_t owner, void *obj);
/* Marks a locked page as free; type 0, owner kept, object forgotten. */
void pamt_free(struct pamt_entry *pe);

/*
 * Page operands (operand.c): form, KeyID bits, TDMR range, lock, type - in the
 * module's order, with its status. @operand is the register's operand id.
 * On success the PAMT entry is locked and returned.
 */
u64 operand_page(hpa_t hpa, unsigned int operand, int type, bool excl,
		 unsigned int level, struct pamt_entry **pe);
void operand_put(struct pamt_entry *pe, bool excl);
/* A page of the host's: aligned, no private KeyID, backed by memory. */
u64 operand_shared_hpa(hpa_t hpa, u64 align, unsigned int operand);
/* Copies from such a page; what belongs to a TD or the module reads as zero. */
void host_read(void *dst, hpa_t hpa, size_t size);

enum lock_mode { LOCK_NONE, LOCK_SHARED, LOCK_EXCL };

/* TDR operand alone: form, range, lock, type. No look at the TD's state. */
u64 tdr_get(hpa_t tdr, unsigned int operand, bool excl, struct td **td,
	    struct pamt_entry **pe);
void tdr_put(struct pamt_entry *pe, bool excl);
bool hkid_is_private(u64 hkid);
u64 hpa_keyid(hpa_t hpa);		/* the KeyID bits of @hpa, shifted down */
bool hpa_form_ok(hpa_t hpa, u64 align);	/* no KeyID, no bits above MAXPA */

/*
 * The common gate to a TD (tdcs.c): TDR page operand, FATAL, life cycle, TDCX
 * pages, OP_STATE lock and allowed states (bit mask of 1 << enum op_state).
 */
u64 td_gate(struct td *td, unsigned int states, enum lock_mode op_lock);
void td_ungate(struct td *td, enum lock_mode op_lock);
u64 td_get(hpa_t tdr, unsigned int operand, bool excl, unsigned int states,
	   enum lock_mode op_lock, struct td **td, struct pamt_entry **pe);
void td_put(struct td *td, struct pamt_entry *pe, bool excl,
	    enum lock_mode op_lock);
/*
 * The common gate to a vCPU by its TDVPR (vp.c). With @vcpu_states, one of
 * which it then must be in, it becomes associated.
 */
u64 vcpu_get(struct call *c, hpa_t tdvpr, bool excl, unsigned int states,
	     u8 vcpu_states, struct vcpu **vcpu, struct pamt_entry **pe);
void vcpu_put(struct vcpu *vcpu, struct pamt_entry *pe, bool excl);
/* The same, shared and without association, quick for who ran here last */
u64 vcpu_get_shared(struct call *c, hpa_t tdvpr, unsigned int states,
		    struct vcpu **vcpu);
void vcpu_put_shared(struct vcpu *vcpu);
/* Its OP_STATE lock was given back before. */
void vcpu_put_pages(struct vcpu *vcpu);
/* What association wants besides. */
u64 vcpu_at_rest(const struct call *c, struct vcpu *vcpu, u8 vcpu_states);

/* Secure EPT (sept.c): entry of @level for @gpa, or NULL with *stop_level. */
u64 *sept_walk(struct td *td, gpa_t gpa, unsigned int level,
	       unsigned int *stop_level);

/*
 * What a guest leaf may read or write of [gpa, gpa + 4K end): 0 and *ptr, or
 * that the leaf ends with an exit or exception (guest_mem.c). @gpa is private.
 */
u64 guest_ptr(struct call *c, gpa_t gpa, bool write, void **ptr);
/* The same for an operand that may be in shared memory. */
u64 guest_ptr_any(struct call *c, gpa_t gpa, bool write, void **ptr);
bool guest_gpa_valid(const struct td *td, gpa_t gpa);

/*
 * CPUID of a TD (cpuid.c). MNG.INIT calls it when ATTRIBUTES, XFAM and the TSC
 * frequency are in @td; *bad then may be leaf | subleaf << 32 of what is wrong.
 */
u64 cpuid_td_init(struct td *td, const u32 config[MAX_CPUID_CONFIG][4],
		  u64 *bad);
/* Bits that the VMM may set in entry @i of TD_PARAMS.CPUID_CONFIG. */
void cpuid_config_get(unsigned int i, u32 *leaf, u32 *subleaf, u32 mask[4]);
/* The TD's value as far as it is the same for all vCPUs; false: #VE */
bool cpuid_td_value(const struct td *td, u32 leaf, u32 subleaf, u32 out[4]);

/* Handler of a leaf number, NULL where this module has none (dispatch.c). */
leaf_fn host_leaf(u64 number);
leaf_fn guest_leaf(u64 number);

/*
 * Every leaf handler is leaf_<leaf id>, e.g. leaf_TDH_MNG_CREATE(). The dispatcher
 * has checked leaf number and reserved bits; of the leaves that have versions
 * 0 and 1 the handler itself refuses other versions, after its error outputs
 * are set.
 */
#define X(id, number, ...)	u64 leaf_##id(struct call *c);
TDX_HOST_LEAVES(X)
#undef X
#define X(id, number, ...)	u64 leaf_##id(struct call *c);
TDX_GUEST_LEAVES(X)
#undef X

#endif /* SOFTSEAM_MODULE_H */
