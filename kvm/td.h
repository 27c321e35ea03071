/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVM_TDX_TD_H
#define KVM_TDX_TD_H

#include "vm.h"

/* teardown.c: undo a TD that was not completed; vm->lock is held. */
void td_abandon(struct td_vm *vm);

#endif /* KVM_TDX_TD_H */
