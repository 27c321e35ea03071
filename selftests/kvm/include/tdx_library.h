/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The KVM selftests library renamed things between Linux 6.12 and 7.2. Tests
 * here are written in the newer names; this gives them to the older one.
 */
#ifndef SELFTEST_TDX_LIBRARY_H
#define SELFTEST_TDX_LIBRARY_H

#include "kvm_util.h"
#include "processor.h"

/* the Makefile looks which one it is */
#ifdef TD_LIBRARY_6_12
typedef vm_vaddr_t gva_t;

static inline gva_t __vm_alloc(struct kvm_vm *vm, size_t size, gva_t min,
			       enum kvm_mem_region_type type)
{
	return __vm_vaddr_alloc(vm, size, min, type);
}

static inline gva_t __vm_alloc_page(struct kvm_vm *vm,
				    enum kvm_mem_region_type type)
{
	return __vm_vaddr_alloc_page(vm, type);
}

static inline gva_t vm_alloc_shared(struct kvm_vm *vm, size_t size, gva_t min,
				    enum kvm_mem_region_type type)
{
	return vm_vaddr_alloc_shared(vm, size, min, type);
}

static inline uint64_t *vm_get_pte(struct kvm_vm *vm, gva_t gva)
{
	return vm_get_page_table_entry(vm, gva);
}

static inline uint64_t td_page_table(struct kvm_vm *vm)
{
	return vm->pgd;
}

static inline void td_use_4_levels(struct kvm_vm *vm)
{
}
#else
static inline uint64_t td_page_table(struct kvm_vm *vm)
{
	return vm->mmu.pgd;
}

/* what td_boot.S switches on, on a machine with LA57 too */
static inline void td_use_4_levels(struct kvm_vm *vm)
{
	vm->mmu.pgtable_levels = 4;
}
#endif

#endif /* SELFTEST_TDX_LIBRARY_H */
