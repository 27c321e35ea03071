// SPDX-License-Identifier: GPL-2.0-only
/*
 * What each entry into a TD and each exit goes through, for the compiler as one
 * file: after a world switch an emulating CPU has to look up each place anew
 * that a call leads to or comes back to, as it has to walk the page tables for
 * each page. hot.lds puts what is left beside each other.
 */
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <asm/apic.h>
#include "module/locks.c"
#include "module/pamt.c"
#include "module/operand.c"
#include "module/tdcs.c"
#include "module/fault.c"
#include "module/stall.c"
#include "module/vp.c"
#include "module/vp_enter.c"
#include "module/vapic.c"
#include "module/vp_tdcall.c"
#include "module/vp_exit.c"
#include "module/metadata.c"
#include "module/metadata_leaf.c"
#include "module/dispatch.c"
#include "svm/mode.c"
#include "svm/decode.c"
#include "svm/xstate.c"
#include "svm/npt.c"
#include "svm/exit.c"
#include "svm/cpu.c"
#include "svm/svm.c"
#include "kernel/env.c"
#include "kernel/stats.c"
#include "kernel/platform.c"
#include "kernel/door.c"
