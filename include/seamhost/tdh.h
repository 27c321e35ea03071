/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One typed call for each host leaf whose operands are known.
 *
 * Operands come in the order of their registers (RCX, RDX, R8, R9, R10, ...);
 * leaves that take a GPA take the TD first. @out is there where a leaf has
 * output registers, and only the registers named are sure to be stored.
 * Addresses are physical, with no KeyID bits unless the wrapper says so.
 *
 * A wrapper passes operands and returns the status: no loop, no retry, no
 * message. RND_NO_ENTROPY, OPERAND_BUSY and INTERRUPTED_* are the caller's to
 * repeat; tdx_failed() tells a failure from a success that carries news.
 * Except for tdh_vp_enter() calls take microseconds and may be made with
 * interrupts on or off; the CPU is in VMX operation.
 */
#ifndef SEAMHOST_TDH_H
#define SEAMHOST_TDH_H

#include <seamhost/tdh_mem.h>
#include <seamhost/tdh_mig.h>
#include <seamhost/tdh_sys.h>
#include <seamhost/tdh_td.h>

#endif /* SEAMHOST_TDH_H */
