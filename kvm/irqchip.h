/* SPDX-License-Identifier: GPL-2.0-only */
/* Routes from GSIs to MSIs. */
#ifndef KVM_TDX_IRQCHIP_H
#define KVM_TDX_IRQCHIP_H

#include "vm.h"

struct irq_route {
	u64 address;			/* 0 with no data: unused */
	u32 data;
};

struct irq_table {
	u32 nr;
	struct irq_route route[];
};

/* Any context; how many vCPUs it went to, or an error. */
int irq_raise_gsi(struct td_vm *vm, u32 gsi);

/* irqfd.c */
int irqfd_module_init(void);
void irqfd_module_exit(void);

#endif /* KVM_TDX_IRQCHIP_H */
